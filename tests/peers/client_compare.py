"""What hexmon and the real xymond_client make of the same messages, and the smallest case in which they differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from hexmon.config.lines import read_file
from hexmon.inventory.source import HostsSource
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import AS_USUAL, judge_client
from hexmon.judge.clients.selection import Analysis
from hexmon.model.client import ClientData
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage
from tests.peers.client_oddities import Made, Square, excused
from tests.support.xymond_client import NOW, Seen, XymondClients

_CODES = {"encoding": "utf-8", "errors": "surrogateescape"}


Key = tuple[str, int]  # the test or data set, and which of those with that name


@dataclass(frozen=True)
class Case:
    """Files, and a message to be judged by them."""

    hosts: str
    analysis: str
    message: ClientMessage
    seed: str = ""


class Difference(NamedTuple):
    """What was made of a case under one name; None for nothing."""

    case: Case
    name: str
    ours: Made | None
    theirs: Made | None

    def __str__(self) -> str:
        message = self.case.message.message.decode(**_CODES)
        lines = [f"--- {self.case.seed} {self.name}", f"  ours     {_short(self.ours)}"]
        lines += [f"  theirs   {_short(self.theirs)}", f"  hosts    {self.case.hosts!r}"]
        lines += [f"  analysis {self.case.analysis!r}", f"  message  {message[:2000]!r}"]
        return "\n".join([*lines, ""])


def _short(made: Made | None) -> str:
    return "nothing" if made is None else repr(tuple(made))[:1500]


class Comparison:
    """A folder in which hexmon reads the files that the real program has read.

    `options` are the program's, `settings` what they are in hexmon; `whole`: all lines of squares count.
    """

    def __init__(
        self,
        clients: XymondClients,
        *,
        options: Sequence[str] = (),
        settings: ClientJudging = AS_USUAL,
        whole: bool = False,
    ) -> None:
        self._clients = clients
        self._options = options
        self._settings = settings
        self._whole = whole
        self.died = 0  # messages that the real program did not survive

    def differences(
        self, hosts: str, analysis: str, messages: Sequence[ClientMessage], seed: str
    ) -> Iterator[Difference]:
        """Of messages of different hosts, judged by the same files.

        What one message leaves behind in the real program's memory is no difference: it is asked for that one again.
        """
        for message, theirs, ours in self._both(hosts, analysis, messages):
            if theirs is None:
                self.died += 1
            elif any(self._not_excused(message, analysis, ours, theirs)):
                for _, again, _ in self._both(hosts, analysis, [message]):
                    for name, one, other in self._not_excused(message, analysis, ours, again or {}):
                        yield Difference(Case(hosts, analysis, message, seed), name, one, other)

    def _not_excused(
        self, message: ClientMessage, analysis: str, ours: Mapping[Key, Made], theirs: Mapping[Key, Made]
    ) -> Iterator[tuple[str, Made | None, Made | None]]:
        data = ClientData(message.message)
        for name, one, other in _unlike(ours, theirs):
            if not excused(Square(name, message, analysis, data, one, other)):
                yield name, one, other

    def smallest(self, found: Difference) -> Difference:
        """The same difference with as few lines of files and message as can be."""
        for _ in range(3):
            before = found
            found = self._shrink_files(found)
            found = self._shrink_message(found)
            if found.case == before.case:
                break
        return found

    def _both(
        self, hosts: str, analysis: str, messages: Sequence[ClientMessage]
    ) -> Iterator[tuple[ClientMessage, Mapping[Key, Made] | None, Mapping[Key, Made]]]:
        alone = any(message.os_type.startswith("snmp") for message in messages)  # it remembers MIBs for all hosts
        batches = [[one] for one in messages] if alone else [messages]
        judged = [seen for batch in batches for seen in self._clients.judge_each(hosts, analysis, batch, self._options)]
        etc = self._clients.home / "etc"
        inventory = HostsSource(etc / "hosts.cfg", holidays=etc / "holidays.cfg").load(lenient=True)
        settings = Analysis(read_analysis(read_file(etc / "analysis.cfg", [], tool="daemon").lines))
        for message, seen in zip(messages, judged, strict=True):
            host = inventory.hosts.get(message.host)
            if host is not None:
                theirs = None if seen is None else _numbered(_theirs(one, whole=self._whole) for one in seen)
                yield message, theirs, _numbered(self._ours(message, host, settings))

    def _ours(self, message: ClientMessage, host: Host, settings: Analysis) -> Iterator[tuple[str, Made]]:
        rules = settings.for_host(host, message.host_class, message.os_type, datetime.fromtimestamp(NOW, UTC))
        judged = judge_client(message, host, rules, float(NOW), self._settings)
        for report in judged.reports:
            yield report.key.test, _square(report.text.decode(**_CODES), report.groups, whole=self._whole)
        for figures in judged.figures:
            yield figures.key.test, Made("", "", (), figures.text.decode(**_CODES).rstrip("\n"))

    def _shrink_files(self, found: Difference) -> Difference:
        found = self._shrink_lines(found, found.case.hosts, lambda case, text: replace(case, hosts=text))
        return self._shrink_lines(found, found.case.analysis, lambda case, text: replace(case, analysis=text))

    def _shrink_lines(self, found: Difference, text: str, put: Callable[[Case, str], Case]) -> Difference:
        lines, place = text.splitlines(keepends=True), 0
        while place < len(lines):
            fewer = lines[:place] + lines[place + 1 :]
            smaller = self._still(found, put(found.case, "".join(fewer)))
            found, lines, place = (smaller, fewer, place) if smaller else (found, lines, place + 1)
        return found

    def _shrink_message(self, found: Difference) -> Difference:
        lines = found.case.message.message.splitlines(keepends=True)
        step = max(1, len(lines) // 4)
        while step:
            place = 1
            while place < len(lines):
                fewer = lines[:place] + lines[place + step :]
                message = _other(found.case.message, b"".join(fewer))
                smaller = self._still(found, replace(found.case, message=message))
                found, lines, place = (smaller, fewer, place) if smaller else (found, lines, place + step)
            step //= 2
        return found

    def _still(self, found: Difference, case: Case) -> Difference | None:
        again = self.differences(case.hosts, case.analysis, [case.message], case.seed)
        return next((one for one in again if one.name == found.name and _alike(one, found)), None)


def _alike(one: Difference, other: Difference) -> bool:
    """Both are there, or the same one is missing."""
    return (one.ours is None, one.theirs is None) == (other.ours is None, other.theirs is None)


def _other(message: ClientMessage, text: bytes) -> ClientMessage:
    return ClientMessage(
        host=message.host,
        collector=message.collector,
        os_type=message.os_type,
        host_class=message.host_class,
        sender=message.sender,
        received=message.received,
        message=text,
    )


def _theirs(seen: Seen, *, whole: bool) -> tuple[str, Made]:
    if seen.is_data:
        return seen.test, Made("", "", (), seen.text.rstrip("\n"))
    return seen.test, _square(seen.text, seen.groups, whole=whole)


def _square(text: str, groups: tuple[str, ...], *, whole: bool) -> Made:
    color, _, rest = text.partition(" ")
    line, _, body = rest.partition("\n")
    lines = [one for one in body.splitlines() if one.strip()]
    return Made(color, line.rstrip(), tuple(sorted(set(groups))), "\n".join(lines) if whole else "")


def _numbered(made: Iterable[tuple[str, Made]]) -> dict[Key, Made]:
    count: Counter[str] = Counter()
    found: dict[Key, Made] = {}
    for name, one in made:
        found[name, count[name]] = one
        count[name] += 1
    return found


def _unlike(ours: Mapping[Key, Made], theirs: Mapping[Key, Made]) -> Iterator[tuple[str, Made | None, Made | None]]:
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            yield key[0], ours.get(key), theirs.get(key)
