"""From what the tags of a host say to its policy and its checks."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from hexmon.inventory.hosts_cfg import UNKNOWN_ADDRESSES, HostLine
from hexmon.inventory.meaning import NO_HOME, PLAIN, HomeFiles, Meaning, ProbeTag, Site
from hexmon.inventory.ping_tag import Pings
from hexmon.inventory.tag_values import is_address
from hexmon.inventory.web_tags import columns_of
from hexmon.inventory.xymon_tags import PING, PingTag, RouteTag, TcpTag
from hexmon.model.holidays import NO_HOLIDAYS, Calendar
from hexmon.model.inventory import HostPolicy
from hexmon.model.names import PSEUDO_TESTS, StatusKey
from hexmon.model.observation import Check, Judging
from hexmon.model.origin import Problem
from hexmon.model.timespec import ServiceHours
from hexmon.probes import PROBES
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.none import NoneOptions
from hexmon.probes.protocols import Service
from hexmon.probes.tcp import TcpOptions

NO_POLICY = HostPolicy()
_PLAIN_PING = IcmpOptions()
_NOT_ASKED = NoneOptions()
_PAUSE = 0.2  # seconds between the packets of `pings=`, so that even fifty are sent within the usual timeout
_POLICY_ITEMS = {"DOWNTIME": "downtime", "DELAYRED": "delay_red", "DELAYYELLOW": "delay_yellow", "DEPENDS": "depends"}
_POLICY_FLAGS = {"FLAG_NOCLEAR": "noclear", "FLAG_DIALUP": "dialup", "FLAG_MULTIHOMED": "multihomed"}


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What hosts.cfg cannot say: how often, how long, and from where (hosts.cfg(5): NET). Seconds.

    `home` is the folder that has certs/, content/, etc/netrc and etc/cookies: what XYMONHOME was; "" for that of the
    hosts file. `content` is the column of checks of content that name none, `holidays` the set of hosts that name none
    (xymonserver.cfg(5): HOLIDAYS).
    """

    interval: float = 60.0
    timeout: float = 10.0
    location: str = ""
    test_untagged: bool = False
    home: str = ""
    content: str = "content"
    holidays: str = ""


class Understood(msgspec.Struct):
    """The tags of one host, its own before those of `.default.`: items, their values as read, and test tags."""

    items: dict[str, str]
    parsed: dict[str, Any]
    tests: list[tuple[str, Meaning]]


def policy_of(host: Understood, location: str, calendar: Calendar = NO_HOLIDAYS) -> HostPolicy:
    """The policy; hosts that say nothing share a value."""
    items = host.items
    fields: dict[str, Any] = {
        field: host.parsed[item] for item, field in _POLICY_ITEMS.items() if host.parsed.get(item)
    }
    fields.update((field, True) for flag, field in _POLICY_FLAGS.items() if flag in items)
    if "PULLDATA" in items:
        ip, port = host.parsed["PULLDATA"]
        fields.update(pulldata=True, pull_ip=ip, pull_port=port)
    if "HOLIDAYS" in items:
        fields["holidays"] = items["HOLIDAYS"]
    if "NOFLAP" in items:
        fields["noflap"] = host.parsed["NOFLAP"]
        fields["noflap_all"] = not host.parsed["NOFLAP"]
    if host.parsed.get("PINGS"):
        fields["ping_limits"] = host.parsed["PINGS"].limits
    hours = host.parsed.get("SLA")
    if hours is not None:
        fields["downtime"] = (*fields.get("downtime", ()), ServiceHours(hours))
    fields.update(_from_tests(host.tests, location))
    return HostPolicy(calendar=calendar, **fields) if fields else _common(calendar)


@lru_cache(maxsize=64)
def _common(calendar: Calendar) -> HostPolicy:
    return HostPolicy(calendar=calendar) if calendar != NO_HOLIDAYS else NO_POLICY


def _from_tests(tests: Sequence[tuple[str, Meaning]], location: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    bad = tuple(meaning.parsed for _, meaning in tests if meaning.kind == "bad")
    if bad:
        fields["bad"] = bad
    routes: dict[str, RouteTag] = {}
    for _, meaning in tests:
        if meaning.kind == "route":
            routes.setdefault(meaning.parsed.location, meaning.parsed)
    route = (routes.get(location) if location else None) or routes.get("")
    if route is not None:
        fields["route"] = route.hosts
    return fields


class _Where(msgspec.Struct, frozen=True):
    """An address, whether it is a name, and what to use when that name cannot be resolved."""

    address: str
    dns: bool = False
    fallback: str = ""


_NOT_TO_BE_TAKEN = PSEUDO_TESTS | {"sslcert"}
_NOWHERE = _Where("")  # for probes that find their own address


class CheckMaker:
    """Makes the checks of hosts; options that are equal are one object.

    `problems` is what was found wrong only when a tag met its host: files that are missing, columns that clash.
    """

    def __init__(self, services: Mapping[str, Service], defaults: Defaults, files: HomeFiles = NO_HOME) -> None:
        self.problems: list[Problem] = []
        self._services = services
        self._defaults = defaults
        self._files = files
        self._tcp: dict[TcpTag, TcpOptions] = {}

    def checks(self, line: HostLine, host: Understood) -> tuple[Check, ...]:
        """What is probed for a host: the ping first, then its tests as written."""
        if line.audience == "display" or not self._is_ours(host.items.get("NET")):
            return ()
        where = _where(line, host)
        made = [] if "FLAG_NOCONN" in host.items else [self._ping(line, host, where)]
        columns = columns_of(host.tests, self._defaults.content)
        for tag, meaning in dict(host.tests).items():
            if meaning.kind == "tcp":
                made.append(self._tcp_check(line, where, tag, meaning.parsed))
            elif meaning.kind == "probe":
                check = self._probe(line, host, where, tag, meaning.parsed)
                made.append(msgspec.structs.replace(check, column=columns[tag]) if tag in columns else check)
            elif meaning.kind == "data":
                check = self._probe(line, host, where, tag, meaning.parsed)
                made.append(msgspec.structs.replace(check, data=True))
        return self._without_clashes(made) if columns else tuple(made)

    def _without_clashes(self, checks: Sequence[Check]) -> tuple[Check, ...]:
        """A column that is made by another test of the host cannot be one of its own."""
        taken = {check.key.test for check in checks} | _NOT_TO_BE_TAKEN
        for check in checks:
            if check.column in taken:
                text = f"'{check.spec}': the column {check.column} has other tests of this host already"
                hint = "write another name behind the ="
                self.problems.append(Problem(check.origin, text, hint, fatal=False))
        return tuple(msgspec.structs.replace(check, column="") if check.column in taken else check for check in checks)

    def _is_ours(self, net: str | None) -> bool:
        wanted = self._defaults.location
        return not wanted or (self._defaults.test_untagged if net is None else net == wanted)

    def _ping(self, line: HostLine, host: Understood, where: _Where) -> Check:
        tags = [(tag, meaning.parsed) for tag, meaning in host.tests if meaning.kind == "ping"]
        spec = " ".join(tag for tag, _ in tags) or PING
        if "FLAG_NOPING" in host.items:
            return self._check(line, StatusKey(line.name, PING), "none", _NOT_ASKED, where, spec)
        pings = [ping for _, ping in tags]
        key = StatusKey(line.name, PING)
        return self._check(
            line, key, "icmp", _ping_options(pings, host.parsed.get("PINGS")), where, spec, _combined(pings)
        )

    def _tcp_check(self, line: HostLine, where: _Where, tag: str, wanted: TcpTag) -> Check:
        options = self._tcp.get(wanted)
        if options is None:
            service = self._services[wanted.service]
            options = self._tcp[wanted] = TcpOptions(
                service=service,
                port=wanted.port or service.port or 0,
                silent=wanted.silent,
                source=wanted.source,
                starttls=service.way_to_tls if wanted.tls else service.starttls,
            )
        key = StatusKey(line.name, options.service.name)
        return self._check(line, key, "tcp", options, where, tag, wanted.judging)

    def _probe(self, line: HostLine, host: Understood, where: _Where, tag: str, wanted: ProbeTag) -> Check:
        site = Site(
            name=line.name,
            ip=line.ip,
            items=host.items,
            parsed=host.parsed,
            home=self._files.folder,
            files=self._files,
        )
        key = StatusKey(line.name, wanted.test)
        place = _NOWHERE if PROBES[wanted.probe].own_address else where
        options = wanted.options(site)
        self.problems.extend(Problem(line.origin, one.message, one.hint, fatal=False) for one in site.mistakes)
        return self._check(line, key, wanted.probe, options, place, tag, wanted.judging)

    def _check(  # noqa: PLR0913 - the one place where checks are made
        self,
        line: HostLine,
        key: StatusKey,
        probe: str,
        options: Any,
        where: _Where,
        spec: str,
        judging: Judging = PLAIN,
    ) -> Check:
        return Check(
            key=key,
            probe=probe,
            address=where.address,
            options=options,
            spec=spec,
            interval=self._defaults.interval,
            timeout=self._defaults.timeout,
            judging=judging,
            dns=where.dns,
            fallback=where.fallback,
            origin=line.origin,
        )


def _where(line: HostLine, host: Understood) -> _Where:
    """The address of hosts.cfg with `testip`, else the name (xymonnet(1): --dns)."""
    known = line.ip not in UNKNOWN_ADDRESSES
    if known and "FLAG_TESTIP" in host.items:
        return _Where(line.ip)
    if is_address(line.name):
        return _Where(line.name)
    return _Where(line.name, dns=True, fallback=line.ip if known else "")


def _ping_options(pings: Sequence[PingTag], wanted: Pings | None) -> IcmpOptions:
    addresses = tuple(address for ping in pings for address in ping.addresses)
    options = _PLAIN_PING
    if addresses:
        worst = any(ping.mode == "worst" for ping in pings)
        options = IcmpOptions(addresses=addresses, mode="worst" if worst else "best")
    if wanted is None or wanted.count == 1:
        return options
    return msgspec.structs.replace(options, count=wanted.count, pause=_PAUSE)


def _combined(pings: Sequence[PingTag]) -> Judging:
    if not pings:
        return PLAIN
    return Judging(
        dialup=any(ping.judging.dialup for ping in pings),
        reverse=any(ping.judging.reverse for ping in pings),
        always_true=any(ping.judging.always_true for ping in pings),
    )
