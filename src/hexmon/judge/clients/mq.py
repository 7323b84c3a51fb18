"""The square of IBM MQ: depth and age of queues, states of channels, out of what runmqsc printed."""

import re
from collections.abc import Iterator

import msgspec

from hexmon.judge.clients.contract import Figures, Square, System, View
from hexmon.judge.clients.line_search import Effort, TooSlowError
from hexmon.judge.clients.lines import lines_of, listing
from hexmon.judge.clients.rules import Channel, Queue
from hexmon.judge.texts import date
from hexmon.model.color import WORDS, Color
from hexmon.model.text import readable

_MANAGER = "Starting MQSC for queue manager "
_RECORD = re.compile(r"AMQ(8409|8450|8417)[A-Z]?:")  # details of a queue, its status, the status of a channel
_ATTRIBUTE = re.compile(r"(?<!\S)(QUEUE|CURDEPTH|MSGAGE|CHANNEL|STATUS)\(([^)\s]{0,255})")
_NUMBER = re.compile(r"\d{1,15}")
_CHANNEL = "8417"
_WITH_AGE = "8450"
_MOST = 20_000  # records of a message that are judged
_MOST_TOLD = 1_000  # lines of each colour
_BLANKS = re.compile(r"\s+")


class _Record(msgspec.Struct):
    kind: str = ""
    manager: str = ""
    values: dict[str, str] = {}

    def number(self, name: str) -> int | None:
        found = _NUMBER.match(self.values.get(name, ""))
        return int(found[0]) if found else None


class _Summary:
    """Lines by their colours; beyond a bound they are only counted."""

    def __init__(self) -> None:
        self.groups: dict[str, None] = {}
        self.tracked: dict[str, tuple[int, int | None]] = {}
        self._lines: dict[Color, list[str]] = {Color.RED: [], Color.YELLOW: [], Color.GREEN: []}
        self._more = dict.fromkeys(self._lines, 0)

    def add(self, color: Color, words: str, groups: tuple[str, ...]) -> None:
        lines = self._lines[color]
        if len(lines) < _MOST_TOLD:
            lines.append(f"&{WORDS[color]} {words}\n")
        else:
            self._more[color] += 1
        if color is not Color.GREEN:
            self.groups |= dict.fromkeys(groups)

    def track(self, name: str, depth: int, age: int | None) -> None:
        """Figures of a queue, of which the age may come by itself."""
        name = _BLANKS.sub("_", name)
        known = self.tracked.get(name)
        self.tracked[name] = (depth, known[1] if age is None and known else age)

    def figures(self) -> Iterator[Figures]:
        """Those of queues that are TRACKed."""
        if self.tracked:
            rows = (
                f"{name} depth={depth}\n" if age is None else f"{name} depth={depth} age={age}\n"
                for name, (depth, age) in self.tracked.items()
            )
            yield Figures("mqueues", "".join(rows))

    @property
    def color(self) -> Color:
        return next((color for color, lines in self._lines.items() if lines), Color.GREEN)

    @property
    def text(self) -> str:
        return "".join(self._part(color) for color, lines in self._lines.items() if lines)

    def _part(self, color: Color) -> str:
        more = self._more[color]
        rest = f"&{WORDS[color]} {more} more\n" if more else ""
        return "".join(self._lines[color]) + rest + "\n"


def _records(text: str) -> Iterator[_Record]:
    """One after the other, each with the queue manager that it belongs to."""
    manager, record = "", None
    for line in lines_of(text):
        stripped = line.lstrip(" \t")
        if stripped.startswith(_MANAGER):
            if record:
                yield record
            name = stripped[len(_MANAGER) :][:255]
            manager, record = name.rpartition(".")[0] or name, None
        elif stripped.startswith("AMQ"):
            if record:
                yield record
            begun = _RECORD.match(stripped)
            record = _Record(begun[1], manager, {}) if begun and manager else None
        elif record:
            record.values |= _ATTRIBUTE.findall(stripped)
    if record:
        yield record


def mq(view: View) -> Iterator[Square | Figures]:
    """One square for all queues and channels that there are settings for; figures of queues that are TRACKed."""
    text = readable(view.message.message).partition("\n")[2]
    summary = _Summary()
    for number, record in enumerate(_records(text)):
        if number == _MOST:
            summary.add(Color.YELLOW, f"Only the first {_MOST} queues and channels are judged", ())
            break
        try:
            if record.kind == _CHANNEL:
                _judge_channel(view, record, summary)
            else:
                _judge_queue(view, record, summary)
        except TooSlowError:
            summary.add(Color.YELLOW, "The patterns took too long: not all queues and channels were looked at", ())
            break
    yield Square(
        test="mq",
        color=summary.color,
        line="",
        body=f"\n{summary.text}{listing(view, text)}",
        groups=tuple(summary.groups),
        date=date(view.message.received, view.settings.zone),
    )
    yield from summary.figures()


def _judge_queue(view: View, record: _Record, summary: _Summary) -> None:
    name, depth = record.values.get("QUEUE"), record.number("CURDEPTH")
    if not name or depth is None:
        return

    def fits(rule: Queue) -> bool:
        return _means(rule, record.manager, name, view.effort)

    rule = view.rules.first(Queue, fits)
    if rule is None:
        return
    queue = f"Queue {record.manager}:{name}"
    _judge_limit(f"{queue} has depth", depth, (rule.warn_depth, rule.panic_depth), rule, summary)
    age = record.number("MSGAGE") if record.kind == _WITH_AGE else None
    if rule.track is not None:
        summary.track(rule.track or f"{record.manager}:{name}", depth, age)
    if age is not None:
        _judge_limit(f"{queue} has age", age, (rule.warn_age, rule.panic_age), rule, summary)


def _means(rule: Queue | Channel, manager: str, name: str, effort: Effort) -> bool:
    if rule.name is None or not effort.names(rule.name, name):
        return False
    return rule.manager is None or effort.names(rule.manager, manager)


def _judge_limit(words: str, value: int, limits: tuple[int | None, int | None], rule: Queue, summary: _Summary) -> None:
    warn, panic = limits
    shown_warn, shown_panic = ("none" if limit is None else limit for limit in limits)
    if panic is not None and value >= panic:
        summary.add(Color.RED, f"{words} {value} (critical: {shown_panic}, warn: {shown_warn})", rule.groups)
    elif warn is not None and value >= warn:
        summary.add(Color.YELLOW, f"{words} {value} (warn: {shown_warn}, critical: {shown_panic})", rule.groups)
    elif warn is not None or panic is not None:
        summary.add(Color.GREEN, f"{words} {value} (warn: {shown_warn}, critical: {shown_panic})", ())


def _judge_channel(view: View, record: _Record, summary: _Summary) -> None:
    name, state = record.values.get("CHANNEL"), record.values.get("STATUS")
    if not name or not state:
        return

    def fits(rule: Channel) -> bool:
        return _means(rule, record.manager, name, view.effort)

    rule = view.rules.first(Channel, fits)
    if rule is None:
        return
    color = Color.GREEN
    if rule.panic is not None and view.effort.names(rule.panic, state):
        color = Color.RED
    elif rule.warn is not None and view.effort.names(rule.warn, state):
        color = Color.YELLOW
    summary.add(color, f"Channel {record.manager}:{name} has status {state}", rule.groups)


MQCOLLECT = System(name="mqcollect", makers=(mq,))
