"""An answer to an alert mail, read as an acknowledgement, as xymon-mailack(8) does. Pure.

Its rules, and generous with what mail programs make of an answer. The cookie is in the subject, or in a line
`ack=COOKIE`; a minus before it means the whole host. `DELAY=2h` and `MSG=text` in the subject, or a line `delay=2h`,
say for how long and why; else it is an hour, and the first line that the sender wrote.
"""

import binascii
import html
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from enum import IntEnum
from itertools import pairwise

import msgspec

from hexmon.alerts.notify.words import one_line
from hexmon.model.text import readable

LONGEST_MAIL = 256 * 1024  # bytes that are looked at
_LONGEST_HEADER = 4096
_LONGEST_TEXT = 500  # characters
_MOST_LINES = 2000
_MOST_PARTS = 200
USUAL_MINUTES = 60
MOST_MINUTES = 10 * 365 * 24 * 60
NO_CAUSE = "<No cause specified>"

_UNITS = {"": 1, "m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
# What an alert's subject has; Xymon itself takes it without the bracket too.
_COOKIE = re.compile(r"(?:xymon|hobbit|bb)[ -]{0,99} \[{0,9}(-{0,9})0{0,99}([0-9]+)", re.IGNORECASE)
_DELAY = re.compile(r"delay[ =]{1,99}([0-9]+)([mhdw]?)", re.IGNORECASE)
_WHY = re.compile(r"msg[ =]{1,99}(.*)", re.IGNORECASE)
_ACK_LINE = re.compile(r"ack(?: *= *| +(?=-?[0-9]+\s*$))(-?)0*([0-9]+)\b", re.IGNORECASE)
_DELAY_LINE = re.compile(r"delay[ =]+([0-9]+)([mhdw]?)\b", re.IGNORECASE)
# What comes after these is not the sender's: the signature, and the mail that is answered where it is not quoted by >.
_END = re.compile(r"--$|_{9,}$|-{3,}.*-{3,}$")
_DIGITS = 9
_BY_PROGRAMS = frozenset({"auto_reply", "bulk", "junk"})
_CHARSET = re.compile(
    r"(?:utf[-_]?(?:7|8|16|32)|us-ascii|ascii|latin|iso[-_]?(?:8859|2022)|windows-|cp[0-9]|koi8|gb|big5|shift|sjis|euc|mac)",
    re.IGNORECASE,
)


class Why(IntEnum):
    """Why a mail acknowledges nothing; the numbers are the exit statuses of xymon-mailack."""

    NO_SUBJECT = 1
    NO_MATCH = 3
    NO_COOKIE = 4


class NoAck(msgspec.Struct, frozen=True):
    """The mail acknowledges nothing."""

    why: Why
    reason: str


class AckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody works on the square with that cookie, or on all of its host; `text` and `by` are single lines."""

    cookie: int
    minutes: int = USUAL_MINUTES
    text: str = NO_CAUSE
    by: str = ""
    whole_host: bool = False

    @property
    def command(self) -> bytes:
        """What a monitor is told."""
        minus = "-" if self.whole_host else ""
        by = f"\nAcked by: {self.by}" if self.by else ""
        return f"xymondack {minus}{self.cookie} {self.minutes} {self.text}{by}\n".encode()


def read_ack(mail: bytes) -> AckRequest | NoAck:
    """What a mail, headers and all, acknowledges."""
    parsed = _parsed(mail[:LONGEST_MAIL])
    if _is_automatic(parsed):
        return NoAck(Why.NO_MATCH, "a program wrote this mail: nobody works on anything")
    subject = _header(parsed, "subject")
    lines = list(_own_lines(_text(parsed)))
    found = next(filter(None, map(_ACK_LINE.match, lines)), None) or _last(_COOKIE, subject or "")
    if found is None:
        return _nothing(subject)
    minus, digits = found.groups()
    if len(digits) > _DIGITS or not int(digits):
        return NoAck(Why.NO_COOKIE, f"{digits[:20]} is no number of an alert")
    return AckRequest(
        cookie=int(digits),
        whole_host=bool(minus),
        minutes=_minutes(subject or "", lines),
        text=_why(subject or "", lines),
        by=_sender(parsed),
    )


def _is_automatic(parsed: Message) -> bool:
    """Out of office, undeliverable (RFC 3834): the square must not go quiet for that."""
    told = (_header(parsed, "auto-submitted") or "no").lower()
    return not told.startswith("no") or (_header(parsed, "precedence") or "").lower() in _BY_PROGRAMS


def _nothing(subject: str | None) -> NoAck:
    if subject is None:
        return NoAck(Why.NO_SUBJECT, "the mail has no subject, and no line ack=NUMBER")
    return NoAck(Why.NO_MATCH, f"no number of an alert in the subject {subject[:200]!r}, and no line ack=NUMBER")


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for one in pattern.finditer(text):
        found = one
    return found


def _minutes(subject: str, lines: list[str]) -> int:
    found = _last(_DELAY, subject) or next(filter(None, map(_DELAY_LINE.match, lines)), None)
    if found is None or len(found[1]) > _DIGITS:
        return USUAL_MINUTES
    return min(int(found[1]) * _UNITS[found[2].lower()], MOST_MINUTES) or USUAL_MINUTES


def _why(subject: str, lines: list[str]) -> str:
    found = _last(_WHY, subject)
    said = one_line(found[1]) if found else ""
    own = (line for line in lines if not _ACK_LINE.match(line) and not _DELAY_LINE.match(line))
    return (said or next(own, "") or NO_CAUSE)[:_LONGEST_TEXT]


def _sender(parsed: Message) -> str:
    for name in ("from", "return-path"):
        said = one_line((_header(parsed, name) or "").replace("<", " ").replace(">", " "))
        if said:
            return said[:_LONGEST_TEXT]
    return ""


def _own_lines(text: str) -> Iterator[str]:
    """The lines that the sender wrote: not those quoted by >, nor the line that introduces them."""
    lines = [one_line(line) for line in text.split("\n")[:_MOST_LINES]]
    filled = [line for line in lines if line]
    for line, after in pairwise([*filled, ""]):
        if _END.match(line):
            return
        if not line.startswith(">") and not (line.endswith(":") and after.startswith(">")):
            yield line


# What a mail program wrapped it in


def _parsed(mail: bytes) -> Message:
    try:
        return message_from_bytes(mail)
    except (RecursionError, ValueError, LookupError, TypeError, AssertionError):  # of nobody's mail program
        return BytesHeaderParser().parsebytes(mail.partition(b"\n\n")[0])


def _header(parsed: Message, wanted: str) -> str | None:
    """Its text, decoded; None when there is none of that name."""
    for name, value in parsed.raw_items():
        if name.lower() == wanted:
            raw = readable(str(value)[:_LONGEST_HEADER].encode("utf-8", "surrogateescape"))
            return one_line(_decoded(raw.replace("\n", " ").replace("\r", " ")))
    return None


def _decoded(raw: str) -> str:
    """Encoded words (RFC 2047) as text; what is broken stays as it is."""
    try:
        parts = decode_header(raw)
    except (ValueError, LookupError):  # HeaderParseError among them
        return raw
    return "".join(part if isinstance(part, str) else _in_charset(part, charset) for part, charset in parts)


def _in_charset(data: bytes, charset: str | None) -> str:
    if charset is None:  # between encoded words
        return data.decode("raw_unicode_escape", "replace")
    if _CHARSET.match(charset):
        try:
            return data.decode(charset, "replace")
        except (LookupError, ValueError):
            pass
    return readable(data)


def _text(parsed: Message) -> str:
    """The first plain text; without one the first HTML, without its marks."""
    second = ""
    for number, part in enumerate(parsed.walk()):
        if number > _MOST_PARTS:
            break
        kind = part.get_content_type()
        if part.is_multipart() or kind not in ("text/plain", "text/html") or _is_attached(part):
            continue
        text = _in_charset(_body(part), _charset(part))
        if kind == "text/plain" and text.strip():
            return text
        second = second or (_without_marks(text) if kind == "text/html" else "")
    return second


def _is_attached(part: Message) -> bool:
    return str(part.get("content-disposition", "")).strip().lower().startswith("attachment")


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset("") or "unknown")
    except (ValueError, LookupError, TypeError):
        return "unknown"


def _body(part: Message) -> bytes:
    try:
        body = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, binascii.Error):
        return b""
    return body if isinstance(body, bytes) else b""


_BREAKS = frozenset({"br", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "hr", "h1", "h2", "h3", "/table"})
_HIDDEN = frozenset({"head", "style", "script", "title", "blockquote"})


def _without_marks(text: str) -> str:
    """HTML as lines of text; a quotation counts as not written by the sender."""
    first, *rest = text.split("<")
    parts, hidden = [first], ""
    for piece in rest:
        mark, closed, after = piece.partition(">")
        name = mark.split(None, 1)[0].lower().rstrip("/") if mark[:1].strip() else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in _HIDDEN:
            hidden = name
            continue
        if not hidden:
            parts.append(("\n" if name in _BREAKS else "") + (after.replace("\n", " ") if closed else ""))
    return html.unescape("".join(parts))
