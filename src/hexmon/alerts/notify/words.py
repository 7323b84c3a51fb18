"""A message in plain words: what every chat service, push service and webhook says of it, before it is escaped."""

import re
from datetime import UTC, tzinfo
from urllib.parse import quote

import msgspec

from hexmon.alerts.notify.contract import NotifyTools
from hexmon.alerts.wording import of_many
from hexmon.board.draft import machine_time
from hexmon.model.color import Color
from hexmon.model.incident import ENDS, Delivery, Item, Kind, Message
from hexmon.model.names import StatusKey
from hexmon.model.text import readable

SIGNS = {
    Color.RED: "🔴",
    Color.YELLOW: "🟡",
    Color.PURPLE: "🟣",
    Color.BLUE: "🔵",
    Color.CLEAR: "⚪",
    Color.GREEN: "🟢",
}
RGB = {
    Color.RED: 0xD32F2F,
    Color.YELLOW: 0xF9A825,
    Color.PURPLE: 0x8E24AA,
    Color.BLUE: 0x1976D2,
    Color.CLEAR: 0x9E9E9E,
    Color.GREEN: 0x2E7D32,
}
_COLOR_WORD = re.compile(r"(?:red|yellow|purple|blue|clear|green)\b\S*[ \t]*", re.IGNORECASE)
# What xymonnet and the clients write behind the colour: a message has its own time.
_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[A-Z]{2,5} )?\d{4}[ \t]*")
_MARK = re.compile(r"&(red|yellow|purple|blue|clear|green)\b[ \t]?")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufdd0-\ufdef\ufffe\uffff]")
_MOST_TEXT = 64 * 1024  # characters of a status text that are looked at
_LISTED = 30  # squares that a list names
_SUMMARY = 300  # characters
LONGEST_LINK = 500  # characters; services refuse a message for a longer one


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """`title` and `summary` are single lines; `detail` has several and is never empty of meaning, but may be empty.

    `color` is what is to be shown: green after a recovery, blue after a disable. `link` is the page of the square,
    `ack` where one click acknowledges it; both may be empty.
    """

    title: str
    summary: str
    detail: str
    color: Color
    ended: bool
    link: str
    ack: str

    @property
    def sentence(self) -> str:
        """One line that says it all."""
        return f"{self.title}: {self.summary}" if self.summary else self.title

    @property
    def signed(self) -> str:
        """The title behind a coloured sign."""
        return f"{SIGNS[self.color]} {self.title}"


def in_words(delivery: Delivery, tools: NotifyTools) -> Words:
    """What is to be said, and where more is to be seen."""
    message = delivery.message
    ended = message.kind in ENDS
    return Words(
        title=one_line(_title(message)),
        summary=_summary(message),
        detail=_detail(message),
        color=shown_color(message),
        ended=ended,
        link=square_url(tools.url, message.key),
        ack=_ack_link(delivery, tools),
    )


def _ack_link(delivery: Delivery, tools: NotifyTools) -> str:
    link = "" if delivery.message.kind in ENDS else tools.ack_link(delivery)
    return link if len(link) <= LONGEST_LINK else ""


def shown_color(message: Message) -> Color:
    """The colour of the square as this message leaves it."""
    match message.kind:
        case Kind.RECOVERY:
            return Color.GREEN
        case Kind.DISABLED | Kind.NOTICE:
            return Color.BLUE
        case _:
            return message.color


def square_url(base: str, key: StatusKey) -> str:
    """The page of a square; "" while nobody said where the pages are."""
    if not base or len(key.host) + len(key.test) > LONGEST_LINK:
        return ""
    host, test = (quote(word, safe="", errors="replace") for word in key)
    url = f"{base.rstrip('/')}/status/{host}/{test}"
    return url if len(url) <= LONGEST_LINK else ""


def own_zone(moment: float) -> tzinfo:
    """The time zone of this machine, as it is at that moment."""
    return machine_time(moment).tzinfo or UTC


def plain(text: bytes) -> str:
    """A text from the network without what is no text: control characters but newline and TAB."""
    return printable(readable(text[: 4 * _MOST_TEXT])[:_MOST_TEXT].replace("\r\n", "\n"))


def printable(text: str) -> str:
    """The same for text; what is no Unicode becomes a question mark."""
    if text.isascii() and text.isprintable():  # most are, and a burst asks for thousands
        return text
    return _CONTROLS.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def one_line(text: str) -> str:
    """Without line breaks, and with single spaces."""
    return " ".join(printable(text.replace("\r", " ")).split())


def span(seconds: float) -> str:
    """`45 s`, `5 m`, `2 h 10 m`, `3 d 4 h`."""
    whole = max(0, int(min(seconds, 1e12)))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} m" if minutes else f"{hours} h"
    return f"{minutes} m" if minutes else f"{whole} s"


def _title(message: Message) -> str:
    return of_many(message.items) if message.items else title_of(message)


def title_of(message: Message) -> str:
    """What happened to its square."""
    what = _TITLES[message.kind].format(color=message.color.word.upper(), span=span(message.at - message.started))
    return what.replace("NAME", str(message.key))


_TITLES = {
    Kind.ALERT: "NAME is {color}",
    Kind.REMINDER: "NAME is still {color} after {span}",
    Kind.RECOVERY: "NAME recovered after {span}",
    Kind.DISABLED: "NAME was disabled",
    Kind.NOTICE: "Notice about NAME",
    Kind.TEST: "TEST: NAME is {color}",
}


def _summary(message: Message) -> str:
    """The first line of the status text, without the colour word."""
    if message.items:
        return ""
    line = plain(message.text).lstrip().split("\n", 1)[0]
    for noise in (_COLOR_WORD, _DATE):
        if found := noise.match(line):
            line = line[found.end() :]
    line = one_line(_MARK.sub("", line))
    return line if len(line) <= _SUMMARY else f"{line[: _SUMMARY - 1]}…"


def _detail(message: Message) -> str:
    """The rest of the text, why, and the lists."""
    _, _, rest = plain(message.text).lstrip().partition("\n")
    parts = [_marked(rest).strip("\n")] if not message.items else []
    parts.append("\n".join(plain(cause).strip() for cause in message.causes))
    parts.append(one_line(message.note))
    parts.append(listed(message.items))
    if message.explains:
        parts.append(f"This explains:\n{listed(message.explains)}")
    return "\n\n".join(part for part in parts if part.strip())


def _marked(text: str) -> str:
    return _MARK.sub(lambda match: f"{_SIGN_OF[match[1]]} ", text)


_SIGN_OF = {color.word: sign for color, sign in SIGNS.items()}


def listed(items: tuple[Item, ...]) -> str:
    """A line for each square, up to thirty."""
    lines = [_line_of(item) for item in items[:_LISTED]]
    if len(items) > _LISTED:
        lines.append(f"and {len(items) - _LISTED} more")
    return "\n".join(lines)


def _line_of(item: Item) -> str:
    summary = one_line(item.summary)
    return f"{SIGNS[item.color]} {one_line(str(item.key))}{': ' if summary else ''}{summary[:_SUMMARY]}"
