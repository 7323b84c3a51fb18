"""The square msgs: what is news in the logs that an agent sent, by each LOG."""

from collections.abc import Iterable, Iterator

from hexmon.judge.clients.contract import Square, View
from hexmon.judge.clients.counts import Tally, is_bad
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.line_search import Lines, TooSlowError
from hexmon.judge.clients.lines import listing
from hexmon.judge.clients.rules import Log
from hexmon.judge.clients.shown import Room, Told, link, too_slow
from hexmon.model.color import BY_WORD, WORDS, Color
from hexmon.model.patterns import over_lines

_PREFIX = "msgs:"
_NO_FILE = "Cannot open logfile "
_MOST_LOGS = 10_000
_TOLD = {Color.RED: "&red Critical entries in", Color.YELLOW: "&yellow Warnings in", Color.GREEN: "No entries in"}
_SUMMARIES = (("clear", "No log data available"), ("yellow", "WARNING"), ("red", "CRITICAL"))


def msgs(view: View) -> Iterator[Square]:
    """msgs, from the sections [msgs:FILE]; without any from [msgs], which the agent has judged itself."""
    return _msgs(view, "msgs")


def windows_msgs(view: View) -> Iterator[Square]:
    """The same of Windows' agents, whose own judgement is in [msg]."""
    return _msgs(view, "msg")


def _msgs(view: View, judged: str) -> Iterator[Square]:
    if "msgs" in view.host.nocolumns:
        return
    logs = list(view.data.below(_PREFIX))
    if not logs:
        yield from _judged_already(view, view.data.get(judged))
        return
    scan = _Scan(view)
    told = Told(2 * view.settings.longest)  # half of it for the lines
    for name, text in reversed(logs[-_MOST_LOGS:]):
        color, lines = scan.log(name, text)
        head = f"{_TOLD.get(color, f'&{WORDS[color]} Entries in')} {link(view, _PREFIX + name, name)}"
        told.tell(color, "\n".join(["", head, *(lines if color is not Color.GREEN else ()), ""]))
    color = scan.tally.color or Color.GREEN
    yield Square(
        test="msgs",
        color=color,
        line=f"- System logs {'NOT ok' if is_bad(color) else 'ok'}",
        body=told.body("logs", max(0, len(logs) - _MOST_LOGS)) + _full(view, logs),
        groups=scan.tally.groups,
    )


def _full(view: View, logs: list[tuple[str, str]]) -> str:
    """All that came, newest section first, as long as there is room."""
    room = Room(view)
    full: list[str] = []
    for name, text in reversed(logs):
        if room.is_full or len(full) == _MOST_LOGS:
            full.append(f"\n[{len(logs) - len(full)} logs more]")
            break
        full.append(f"\nFull log {link(view, _PREFIX + name, name)}\n{room.take(text.removesuffix(chr(10)))}")
    return "\n" + "".join(full)


class _Scan:
    """Looks for what the settings of a host name in one log after the other."""

    def __init__(self, view: View) -> None:
        self.tally = Tally()
        self._rules = view.rules.all(Log)
        self._effort = view.effort
        self._room = Room(view)

    def log(self, name: str, text: str) -> tuple[Color, list[str]]:
        """The colour of a log, and the lines that made it so."""
        worst, told = Color.GREEN, list[str]()
        lines = Lines(text.removesuffix("\n"), self._effort)
        for rule in self._rules:
            try:
                color, found = self._judge(rule, name, lines)
            except TooSlowError:
                color, found = Color.YELLOW, [f"&yellow {too_slow((rule.match or rule.file or _NOTHING).text)}"]
            self.tally.add(color, rule.groups)
            worst = max(worst, color)
            told += found
            if self._effort.used_up:
                break
        self.tally.add(worst)
        return worst, told

    def _judge(self, rule: Log, name: str, lines: Lines) -> tuple[Color, list[str]]:
        if rule.file is None or not self._effort.names(rule.file, name):
            return Color.GREEN, []
        if lines.text.startswith(_NO_FILE):
            return (Color.GREEN, []) if rule.optional else (Color.YELLOW, ["&yellow Logfile not accessible"])
        if rule.match is None or not self._is_anywhere(rule.match, lines):
            return Color.GREEN, []
        if rule.ignore is not None and rule.ignore.pattern is not None:
            self._effort.allow(rule.ignore.pattern, lines.encoded)
        news = (line for line in _with(rule.match, lines) if not self._is_ignored(rule, line))
        told = list(self._shown(rule.color, news))
        return (rule.color, told) if told else (Color.GREEN, [])

    def _is_anywhere(self, match: Expression, lines: Lines) -> bool:
        """Whether a log has it at all: few have what they are searched for."""
        if match.pattern is None:
            return match.occurs(lines.text)
        self._effort.allow(match.pattern, lines.encoded)
        return self._effort.look(over_lines(match.pattern), lines.encoded.removesuffix(b"\n"))

    def _is_ignored(self, rule: Log, line: str) -> bool:
        return rule.ignore is not None and self._effort.occurs(rule.ignore, line)

    def _shown(self, color: Color, news: Iterable[str]) -> Iterator[str]:
        """The lines, as long as there is room. Behind those nobody looks: the colour is known."""
        for line in news:
            if self._room.is_full:
                yield f"&{WORDS[color]} [more lines like these]"
                return
            yield f"&{WORDS[color]} {self._room.take(line)}"


_NOTHING = Expression("")


def _with(match: Expression, lines: Lines) -> Iterator[str]:
    if match.pattern is not None:
        return lines.with_pattern(match.pattern)
    return lines.with_text("" if match.text == "*" else match.text)


def _judged_already(view: View, text: str | None) -> Iterator[Square]:
    """What the agent says of its logs: the worst of the colours in it."""
    if text is None:
        if view.settings.clear_msgs:
            body = "The client did not report any logfile data"
            yield _old(view.settings.clear_color, "No log data available", body)
        return
    color, summary = Color.GREEN, "All logs OK"
    for word, meaning in _SUMMARIES:
        if f"&{word} " in text:
            color, summary = BY_WORD[word], meaning
    yield _old(color, summary, listing(view, text))


def _old(color: Color, summary: str, body: str) -> Square:
    return Square(test="msgs", color=color, comment="System logs at", line=f": {summary}", body=body)
