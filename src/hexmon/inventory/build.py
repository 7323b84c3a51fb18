"""From hosts.cfg as read to the inventory: hosts with their policies and checks, names and aliases, all mistakes."""

from collections.abc import Iterable, Mapping, Sequence

from hexmon.config.suggest import Suggestions
from hexmon.inventory.display_values import display_of
from hexmon.inventory.families import FAMILIES
from hexmon.inventory.hosts_cfg import UNKNOWN_ADDRESSES, HostLine, HostsFile, preferred
from hexmon.inventory.meaning import NO_HOME, HomeFiles, Meaning
from hexmon.inventory.policies import CheckMaker, Defaults, Understood, policy_of
from hexmon.inventory.tag_values import Mistake
from hexmon.inventory.xymon_tags import VALUES, TagReader
from hexmon.model.holidays import NO_HOLIDAYS, Calendar, Holidays
from hexmon.model.inventory import Host, Inventory
from hexmon.model.origin import Origin, Problem
from hexmon.probes.protocols import Service

_TEST_KINDS = frozenset({"ping", "tcp", "probe", "data", "bad", "route"})
_NOT_BY_DEFAULT = frozenset({"tcp", "probe", "data", "ping", "bad"})
_ONCE = frozenset(VALUES.values()) - {"CLIENTALIAS"}  # of which each one is an alias


def build_inventory(
    file: HostsFile,
    services: Mapping[str, Service],
    *,
    location: str = "",
    defaults: Defaults | None = None,
    files: HomeFiles = NO_HOME,
    holidays: Holidays | None = None,
) -> Inventory:
    """The inventory of one hosts.cfg. `location` (or that of `defaults`) says which NET: hosts have checks.

    `files` are those that tags name; `holidays` None: there is no holidays.cfg.
    """
    settings = defaults if defaults is not None else Defaults(location=location)
    builder = _Builder(file, services, settings, files, holidays)
    return builder.inventory()


class _Builder:
    def __init__(
        self,
        file: HostsFile,
        services: Mapping[str, Service],
        settings: Defaults,
        files: HomeFiles,
        holidays: Holidays | None,
    ) -> None:
        self._file = file
        self._services = services
        self._settings = settings
        self._holidays = holidays
        self._calendars: dict[str, Calendar] = {}
        self._tags = TagReader(services, FAMILIES)
        self._maker = CheckMaker(services, settings, files)
        self._problems = list(file.problems)
        self._pages: dict[str, list[str]] = {}

    def inventory(self) -> Inventory:
        chosen = preferred(self._file.hosts)
        self._read_all_tags()
        self._compare_definitions(chosen)
        for line in self._file.hosts:
            self._pages.setdefault(line.name.lower(), []).append(line.page)
        hosts = {line.name: self._host(line, index) for index, line in enumerate(chosen)}
        by_alias = {name.lower(): name for name in hosts}
        self._add_aliases(hosts, by_alias)
        self._check_references(hosts, by_alias)
        return Inventory(
            hosts=hosts,
            by_alias=by_alias,
            pages=self._file.pages,
            summaries=self._file.summaries,
            problems=tuple(sorted((*self._problems, *self._maker.problems), key=_place)),
            calendar=self._calendar(None),
        )

    # Tags

    def _read_all_tags(self) -> None:
        """Each tag where it is written, so that a mistake in `.default.` is told once."""
        for line in self._file.hosts:
            self._read_tags(line, default=False)
        for line in self._file.defaults:
            self._read_tags(line, default=True)

    def _read_tags(self, line: HostLine, *, default: bool) -> None:
        items: set[str] = set()
        for tag in line.tags:
            meaning = self._tags.read(tag)
            if meaning.mistakes:
                self._tell(line.origin, meaning.mistakes)
            if meaning.item == "HOLIDAYS":
                self._check_holidays(line.origin, meaning.value)
            if meaning.item:
                if meaning.item in items and meaning.item in _ONCE:
                    self._tell(line.origin, (Mistake(f"'{tag}' has no effect: only the first of its kind counts"),))
                items.add(meaning.item)
            elif default and meaning.kind in _NOT_BY_DEFAULT:
                self._tell(line.origin, (Mistake(f"'{tag}' has no effect here: .default. has settings, no tests"),))
            elif not self._can_be_tested(meaning):
                self._tell(line.origin, (_untestable(tag, meaning, self._services[meaning.parsed.service]),))

    def _check_holidays(self, origin: Origin, name: str) -> None:
        known = self._holidays.sets if self._holidays is not None else {}
        if self._holidays is not None and name and name.lower() not in known:
            meant = Suggestions(known).closest(name)
            hint = f"did you mean '{meant}'?" if meant else ""
            self._tell(origin, (Mistake(f"holidays: holidays.cfg has no set '{name}'", hint),))

    def _tell(self, origin: Origin, mistakes: Iterable[Mistake]) -> None:
        self._problems.extend(Problem(origin, one.message, one.hint, fatal=False) for one in mistakes)

    def _understood(self, line: HostLine) -> Understood:
        host = self._read(line.tags)
        for tag in line.tags:
            meaning = self._tags.read(tag)
            if meaning.kind in _TEST_KINDS and self._can_be_tested(meaning):
                host.tests.append((tag, meaning))
        if line.defaults:
            others = self._read(line.defaults)
            host.items = others.items | host.items
            host.parsed = others.parsed | host.parsed
        _join_old_name(host.items)
        return host

    def _read(self, tags: Iterable[str]) -> Understood:
        """The settings of one line: the first of several tags for one item counts."""
        found = Understood({}, {}, [])
        for tag in tags:
            meaning = self._tags.read(tag)
            if meaning.item and meaning.item not in found.items:
                found.items[meaning.item] = meaning.value
                found.parsed[meaning.item] = meaning.parsed
        old = found.items.pop("LARRD", None)  # the old word for TRENDS:
        if old is not None and "TRENDS" not in found.items:
            found.items["TRENDS"], found.parsed["TRENDS"] = old, found.parsed["LARRD"]
        return found

    def _can_be_tested(self, meaning: Meaning) -> bool:
        if meaning.kind != "tcp":
            return True
        tag, service = meaning.parsed, self._services[meaning.parsed.service]
        return bool(tag.port or service.port) and bool(service.way_to_tls or not tag.tls)

    # Hosts

    def _host(self, line: HostLine, index: int) -> Host:
        understood = self._understood(line)
        items = understood.items
        items["GROUPID"] = str(line.group_id)
        items["PAGEINDEX"] = str(line.index)
        pages = self._pages[line.name.lower()]
        return Host(
            name=line.name,
            ip=line.ip,
            display_name=items.get("DISPLAYNAME", ""),
            aliases=_aliases(line),
            page=line.page,
            page_titles=line.titles,
            all_pages=(line.page,) if len(pages) == 1 else tuple(dict.fromkeys((line.page, *pages))),
            group=line.group,
            comment=items.get("COMMENT", ""),
            description=items.get("DESCRIPTION", ""),
            host_class=items.get("CLASS", ""),
            tags=line.tags,
            items=items,
            checks=self._maker.checks(line, understood),
            policy=policy_of(understood, self._settings.location, self._calendar(items.get("HOLIDAYS"))),
            display=display_of(items, understood.parsed),
            nocolumns=understood.parsed.get("NOCOLUMNS", frozenset()),
            nodisp="FLAG_NODISP" in items or line.audience == "net",
            nonongreen="FLAG_NONONGREEN" in items,
            not_before=understood.parsed.get("NOTBEFORE"),
            not_after=understood.parsed.get("NOTAFTER"),
            index=index,
            origin=line.origin,
        )

    def _calendar(self, name: str | None) -> Calendar:
        """The holidays of that set; the same value for all its hosts."""
        name = self._settings.holidays if name is None else name
        found = self._calendars.get(name)
        if found is None:
            found = self._calendars[name] = self._holidays.calendar(name) if self._holidays else NO_HOLIDAYS
        return found

    def _compare_definitions(self, chosen: Sequence[HostLine]) -> None:
        if len(chosen) == len(self._file.hosts):
            return
        best = {line.name.lower(): line for line in chosen}
        for line in self._file.hosts:
            other = best[line.name.lower()]
            self._compare_tests(line, other)
            if line.ip != other.ip and not {line.ip, other.ip} & UNKNOWN_ADDRESSES:
                text = f"'{line.name}' has the address {line.ip} here and {other.ip} at {other.origin}, which counts"
                self._tell(line.origin, (Mistake(text),))

    def _compare_tests(self, line: HostLine, other: HostLine) -> None:
        """A line that only the pages see may say what it wants."""
        if line is other or line.audience == "display":
            return
        lost = [f"'{tag}'" for tag in line.tags if self._tags.read(tag).kind in _TEST_KINDS and tag not in other.tags]
        if lost:
            text = f"{', '.join(lost)}: no effect here, '{line.name}' is tested as {other.origin} says"
            self._tell(line.origin, (Mistake(text, "write all tests on one of its lines"),))

    def _add_aliases(self, hosts: Mapping[str, Host], by_alias: dict[str, str]) -> None:
        for host in hosts.values():
            for alias in host.aliases:
                owner = by_alias.setdefault(alias.lower(), host.name)
                if owner != host.name:
                    what = "a host of its own" if alias.lower() == owner.lower() else f"an alias of '{owner}' too"
                    self._tell(host.origin, (Mistake(f"CLIENT:{alias} has no effect: it is {what}"),))

    def _check_references(self, hosts: Mapping[str, Host], by_alias: Mapping[str, str]) -> None:
        nearest: list[Suggestions] = []
        for host in hosts.values():
            wanted = [("route", name) for name in host.policy.route]
            wanted += [("depends", square.host) for _, squares in host.policy.depends for square in squares]
            for tag, name in wanted:
                if name.lower() not in by_alias:
                    nearest = nearest or [Suggestions(hosts)]
                    meant = nearest[0].closest(name)
                    hint = f"did you mean '{meant}'?" if meant else ""
                    self._tell(host.origin, (Mistake(f"{tag}: there is no host '{name}'", hint),))


def _join_old_name(items: dict[str, str]) -> None:
    """`nobb2` is the old word for `nonongreen`: either sets both items."""
    value = items.get("FLAG_NONONGREEN") or items.get("FLAG_NOBB2")
    if value is not None:
        items["FLAG_NONONGREEN"] = items["FLAG_NOBB2"] = value


def _aliases(line: HostLine) -> tuple[str, ...]:
    """All CLIENT tags of the host's own; one of `.default.` cannot tell hosts apart."""
    found = [tag[7:] for tag in line.tags if tag[:7].upper() == "CLIENT:"]
    return tuple(alias for alias in found if alias and alias.lower() != line.name.lower()) if found else ()


def _untestable(tag: str, meaning: Meaning, service: Service) -> Mistake:
    if not (meaning.parsed.port or service.port):
        return Mistake(f"'{tag}' is not tested: nobody knows its port", f"write: {service.name}:PORT")
    if service.ssl:
        return Mistake(f"'{tag}' is not tested: {service.name} speaks TLS from the start", f"write: {service.name}")
    return Mistake(
        f"'{tag}' is not tested: nobody knows the STARTTLS of {service.name}",
        "write in protocols.cfg, for this service: options starttls=PROTOCOL",
    )


def _place(problem: Problem) -> tuple[str, int]:
    return problem.origin.source, problem.origin.line or 0
