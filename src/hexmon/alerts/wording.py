"""What MAIL and SCRIPT say: subject and text in the formats of alerts.cfg(5), in xymond_alert's own words. Pure.

Filters and programs of twenty years hang on these words. What Xymon cannot say comes after them: what a root explains,
and a list of many squares.
"""

import re

from hexmon.model.color import Color
from hexmon.model.incident import ENDS, Item, Kind, Message

_PHRASES = {
    Color.GREEN: "is GREEN",
    Color.CLEAR: "has no data (CLEAR)",
    Color.BLUE: "is disabled (BLUE)",
    Color.PURPLE: "stopped reporting (PURPLE)",
    Color.YELLOW: "warning (YELLOW)",
    Color.RED: "CRITICAL (RED)",
}
_ENDINGS = {Kind.RECOVERY: "recovered", Kind.DISABLED: "disabled", Kind.NOTICE: "NOTICE"}
_WITH_SUBJECT = frozenset({"TEXT", "PLAIN"})
_WITH_LINK = frozenset({"TEXT", "SCRIPT"})
_BAD_LINE = (b"&red", b"&yellow")
_FLAGS = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
_NAMED = 3
_LISTED = 500


def subject(message: Message, form: str, *, cfid: bool = False) -> str:
    """The subject; empty for the formats that have none."""
    if form not in _WITH_SUBJECT:
        return ""
    place = f" [cfid:{message.line}]" if cfid else ""
    if message.items:
        return f"Xymon: {of_many(message.items)}{place}"  # no number that looks like a cookie
    square = f"{message.key.host}:{message.key.test}"
    if message.kind is Kind.TEST:
        return f"Xymon {square} TEST of hexmon"
    ending = _ENDINGS.get(message.kind)
    if ending is not None:
        return f"Xymon {square} {ending}{place}"
    return f"Xymon [{cookie_word(message)}] {square} {_PHRASES[message.color]}{place}"


def body(message: Message, form: str, link: str = "") -> bytes:
    """The text, as bytes: what agents send has any encoding. `link` is the page of the square, "" for none."""
    if message.items:
        return _list(message.items, message.explains, link)
    if message.kind is Kind.NOTICE:
        return f"{message.key.host}:{message.key.test} INFO\n".encode() + message.text
    if form == "PAGER":
        return b""
    if form == "SMS":
        return _short(message)
    text = _causes(message) + _tidy(message.text, flags=form == "SCRIPT") + b"\n"
    if form == "SCRIPT":
        text = f"{_head(message)} [{cookie_word(message)}]\n".encode() + text
    if link and form in _WITH_LINK:
        text += f"See {link}\n".encode()
    return text + explained(message.explains)


def _head(message: Message) -> str:
    return f"{message.key.host}:{message.key.test} {message.color.word}"


def cookie_word(message: Message) -> int:
    """The number as xymond_alert shows it: 0 at an end and for a square without one, -1 of a notice."""
    if message.kind is Kind.NOTICE:
        return -1
    return 0 if message.kind in ENDS or message.cookie < 0 else message.cookie


def _short(message: Message) -> bytes:
    """One line, and those lines of the text that are marked red or yellow."""
    marked = [line for line in message.text.replace(b"\r", b" ").split(b"\n")[1:] if line.startswith(_BAD_LINE)]
    if message.kind in ENDS:
        word = "RECOVERED" if message.kind is Kind.RECOVERY else "DISABLED"
        return b"\n".join([f"{message.key.host}:{message.key.test} {word}".encode(), *marked])
    causes = [line for cause in message.causes for line in cause.split(b"\n") if line]
    return b"\n".join([f"{_head(message)} [{cookie_word(message)}]".encode(), *causes, *marked])


def _causes(message: Message) -> bytes:
    """Why the colour is not the reporter's: before the text, under the colour of the alert."""
    if not message.causes:
        return b""
    lines = b"\n".join(cause.strip(b"\n") for cause in message.causes)
    return message.color.word.encode() + b"\n" + lines + b"\n\n"


def _tidy(text: bytes, *, flags: bool) -> bytes:
    """Without carriage returns, and without the flags in the first line unless they are wanted."""
    first, newline, rest = text.partition(b"\n")
    return ((first if flags else _FLAGS.sub(b"", first, count=1)) + newline + rest).replace(b"\r", b" ")


def explained(items: tuple[Item, ...]) -> bytes:
    """The squares that would be well without this one: nobody gets a message of their own for them."""
    if not items:
        return b""
    lines = [f"\nThis explains {counted(items)}, for which no messages are sent:", *_lines(items)]
    return "\n".join([*lines, ""]).encode(errors="surrogateescape")


def counted(items: tuple[Item, ...]) -> str:
    """`1 square`, `37 squares`."""
    return "1 square" if len(items) == 1 else f"{len(items)} squares"


def of_many(items: tuple[Item, ...]) -> str:
    """`37 squares: 30 red, 7 recovered (a.conn, b.conn, c.conn, ...)`."""
    counts = {color: sum(one.color is color for one in items) for color in sorted(Color, reverse=True)}
    what = ", ".join(f"{count} {_over(color)}" for color, count in counts.items() if count)
    names = ", ".join(str(one.key) for one in items[:_NAMED]) + (", ..." if len(items) > _NAMED else "")
    return f"{counted(items)}: {what} ({names})"


def _over(color: Color) -> str:
    return {Color.GREEN: "recovered", Color.BLUE: "disabled"}.get(color, color.word)


def _list(items: tuple[Item, ...], explains: tuple[Item, ...], link: str) -> bytes:
    lines: list[str] = []
    for color in sorted({one.color for one in items}, reverse=True):
        mine = tuple(one for one in items if one.color is color)
        lines += [f"{_over(color)}: {len(mine)}", *_lines(mine), ""]
    if link:
        lines.append(f"See {link}")
    return "\n".join([*lines, ""]).encode(errors="surrogateescape") + explained(explains)


def _lines(items: tuple[Item, ...]) -> list[str]:
    lines = [_line(one) for one in items[:_LISTED]]
    return lines + ([f"  and {len(items) - _LISTED} more"] if len(items) > _LISTED else [])


def _line(item: Item) -> str:
    cookie = f" [{item.cookie}]" if item.cookie > 0 else ""
    summary = f": {item.summary}" if item.summary else ""
    return f"  {item.color.word:6} {item.key.host}:{item.key.test}{cookie}{summary}"
