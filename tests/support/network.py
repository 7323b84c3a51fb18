"""Builders for hosts and observations, and a network whose answers a test sets."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hexmon.clock import Clock
from hexmon.model.inventory import Host, HostPolicy, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Certificate, Check, Judging, Observation, Outcome, Phase, Reply

OK = Reply(outcome=Outcome.OK, summary="OK")
REFUSED = Reply(outcome=Outcome.REFUSED, summary="Connection refused")
TIMEOUT = Reply(outcome=Outcome.TIMEOUT, summary="connect timeout")
UNEXPECTED = Reply(outcome=Outcome.UNEXPECTED, summary="554 go away", evidence=b"554 go away\r\n")
UNRESOLVED = Reply(outcome=Outcome.UNRESOLVED, summary="DNS error")
PREVENTED = Reply(outcome=Outcome.PREVENTED, summary="no permission to open a raw socket")
TLS_ERROR = Reply(outcome=Outcome.TLS, summary="SSL error")
ALIVE = Reply(outcome=Outcome.OK, summary="alive", evidence=b"127.0.0.1 is alive (1.23 ms)\n")
DEAD = Reply(outcome=Outcome.TIMEOUT, summary="no answer", evidence=b"127.0.0.1 is unreachable\n")

_PROBES = {"conn": "icmp", "http": "http"}


class Pings(msgspec.Struct, frozen=True):
    """Stands for the options of a ping of several addresses."""

    addresses: tuple[str, ...] = ()
    mode: str = "best"


def page(status: int, reason: str = "OK", certificates: tuple[Certificate, ...] = ()) -> Reply:
    """What the http probe returns for a page with that status."""
    outcome = Outcome.OK if status < 300 else Outcome.UNEXPECTED
    evidence = f"HTTP/1.1 {status} {reason}\r\nContent-Length: 3\r\n\r\nabc".encode()
    return Reply(
        outcome=outcome,
        summary=reason,
        evidence=evidence,
        facts={"http_status": status, "bytes": 3},
        phases=(Phase("connect", 0.001), Phase("transfer", 0.002)),
        certificates=certificates,
    )


def check(tag: str, *, host: str = "www.example.com", **fields: Any) -> Check:
    """A check from a short tag: prefixes, then `conn`, a URL or a service name."""
    bare = tag.lstrip("?!~")
    prefixes = tag[: len(tag) - len(bare)]
    test = "http" if bare.startswith("http") else bare.partition(":")[0]
    judging = Judging(dialup="?" in prefixes, reverse="!" in prefixes, always_true="~" in prefixes)
    values: dict[str, Any] = {"probe": _PROBES.get(test, "tcp"), "address": "127.0.0.1", "options": None}
    return Check(key=StatusKey(host, test), spec=tag, judging=judging, **(values | fields))


def a_host(*tags: str | Check, name: str = "www.example.com", **policy: Any) -> Host:
    """A host with these checks."""
    checks = tuple(tag if isinstance(tag, Check) else check(tag, host=name) for tag in tags)
    return Host(name=name, ip="127.0.0.1", checks=checks, policy=HostPolicy(**policy))


def an_inventory(hosts: Iterable[Host]) -> Inventory:
    by_name = {host.name: host for host in hosts}
    return Inventory(hosts=by_name, by_alias={name: name for name in by_name})


def saw(one: Check, reply: Reply, started: float = 0.0) -> Observation:
    return Observation(check=one, reply=reply, started=started, took=0.01, address=one.address)


class Network:
    """Answers checks: `answers` by square as text (`www.example.com.http`), or by tag; everything else is fine.

    `delays` says how many seconds a check takes, on the fake clock. `probes` counts them, `log` keeps them with times.
    """

    def __init__(self, clock: Clock) -> None:
        self.answers: dict[str, Reply] = {}
        self.delays: dict[str, float] = {}
        self.probes: Counter[str] = Counter()
        self.log: list[tuple[float, str]] = []
        self.before: Callable[[Check], None] = lambda _check: None
        self._clock = clock

    async def observe(self, one: Check) -> Observation:
        square = str(one.key)
        self.before(one)
        self.probes[square] += 1
        self.log.append((self._clock.monotonic(), square))
        started, began = self._clock.now(), self._clock.monotonic()
        delay = self.delays.get(one.spec, self.delays.get(square, 0.0))
        if delay:
            await self._clock.sleep_until(began + delay)
        reply = self.answers.get(f"{one.key.host} {one.spec}") or self.answers.get(square) or self._fine(one)
        return Observation(check=one, reply=reply, started=started, took=delay, address=one.address)

    @staticmethod
    def _fine(one: Check) -> Reply:
        if one.probe == "icmp":
            return ALIVE
        if one.probe == "http":
            return page(200)
        return REFUSED if one.judging.reverse else OK
