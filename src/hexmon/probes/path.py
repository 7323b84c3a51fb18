"""The way to a host, router by router: echo requests that may travel so far and no further (traceroute(8))."""

import asyncio
import itertools
from collections.abc import Sequence

import msgspec

from hexmon.probes.icmp_engine import IcmpEngine, Ping, Plan
from hexmon.probes.icmp_packet import TOO_FAR

MOST_HOPS = 30
_AT_ONCE = 10  # hops asked together
_SILENT = 5  # at the end of those: nobody answers behind them
_PROBES = 3
# A router that looks for a neighbour which is gone gives up after three seconds, and then says so.
_PATIENCE = 4.0
_MARKS = {
    "Host unreachable": "!H",
    "Address unreachable": "!H",
    "Network unreachable": "!N",
    "Network is unreachable": "!N",  # this machine's own words (errno)
    "No route to host": "!H",
    "No route to destination": "!N",
    "Protocol unreachable": "!P",
    "Network administratively prohibited": "!X",
    "Host administratively prohibited": "!X",
    "Communication administratively prohibited": "!X",
}


class Answer(msgspec.Struct, frozen=True):
    """What came back for one packet: from whom, after how many seconds, and a mark if it says that this is the end."""

    source: str
    seconds: float
    mark: str = ""


class Hop(msgspec.Struct, frozen=True):
    """One step of the way: an answer for each packet, None for silence. `last` when nothing can lie behind it."""

    number: int
    answers: tuple[Answer | None, ...]
    last: bool = False

    @property
    def silent(self) -> bool:
        return not any(self.answers)


async def find_path(address: str, engine: IcmpEngine, patience: float = _PATIENCE) -> list[Hop]:
    """Ask hop after hop, ten at a time, until the host or the end of the way is reached, or five hops are silent.

    `address` is an IP literal; it takes three times `patience` seconds at most. Raises OSError.
    """
    hops: list[Hop] = []
    for first in range(1, MOST_HOPS + 1, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, MOST_HOPS + 1))
        found = await _ask(address, engine, numbers, patience)
        for hop in found:
            hops.append(hop)
            if hop.last:
                return hops
        if all(hop.silent for hop in found[-_SILENT:]):
            break
    return hops


async def _ask(address: str, engine: IcmpEngine, numbers: Sequence[int], patience: float) -> list[Hop]:
    plans = {number: Plan(1, 1, patience, number) for number in numbers}
    async with asyncio.TaskGroup() as group:
        asked = {
            number: [group.create_task(engine.ping(address, plan, patience)) for _ in range(_PROBES)]
            for number, plan in plans.items()
        }
    return [_hop(number, [task.result() for task in tasks]) for number, tasks in asked.items()]


def _hop(number: int, pings: Sequence[Ping]) -> Hop:
    answers = tuple(map(_answer, pings))
    arrived = any(ping.received for ping in pings)
    return Hop(number, answers, arrived or any(answer is not None and answer.mark for answer in answers))


def _answer(ping: Ping) -> Answer | None:
    if ping.round_trips:
        return Answer(ping.wanted, ping.round_trips[0])
    if not ping.error:
        return None
    mark = "" if ping.error == TOO_FAR[ping.flavor] else _MARKS.get(ping.error, f"!({ping.error})")
    return Answer(ping.offender, ping.refused_after, mark)


def path_text(name: str, address: str, hops: Sequence[Hop]) -> str:
    """As traceroute(8) prints it; the silent hops at the end are one line."""
    lines = [f"traceroute to {name} ({address}), {MOST_HOPS} hops max"]
    known = max((hop.number for hop in hops if not hop.silent), default=0)
    lines += [_line(hop) for hop in hops if hop.number <= known]
    if len(hops) > known:
        lines.append(f"{known + 1:2}  * * *  (no answer from here on)")
    return "\n".join(lines) + "\n"


def _line(hop: Hop) -> str:
    """` 1  192.0.2.1  0.041 ms  0.030 ms *`: each source once before its times."""
    words: list[str] = []
    for source, answers in itertools.groupby(hop.answers, key=lambda answer: answer.source if answer else None):
        if source is None:
            words += ["*" for _ in answers]
            continue
        words += [source or "this machine"]
        words += [f"{one.seconds * 1000:.3f} ms{one.mark and f' {one.mark}'}" for one in answers if one]
    return f"{hop.number:2}  {'  '.join(words)}"


async def traced(name: str, address: str, engine: IcmpEngine) -> str:
    """The way to that host as text."""
    return path_text(name, address, await find_path(address, engine))
