"""The XML answers of `xymondxlog` and `xymondxboard`."""

from hexmon.board.draft import machine_time
from hexmon.board.fields import COLOR_BYTES, FOREVER, ack_time, disable_time, first_line, raw_message
from hexmon.model.status import UNTIL_OK, Status

_HEADER = b"<?xml version='1.0' encoding='ISO-8859-1'?>\n"
BOARD_HEAD = _HEADER + b"<StatusBoard>\n"
BOARD_FOOT = b"</StatusBoard>\n"
_UNSET = b"N/A"


def log_document(status: Status, now: float) -> bytes:
    """One square with its whole text."""
    disabled, ack = status.disabled, status.acknowledged
    lines = [
        *_common(status, now),
        (b"AckMsg", _data(ack.text) if ack and ack.until > now else _UNSET),
        (b"DisMsg", _data(disabled.text) if disabled and (disabled.until > now or _open(status)) else _UNSET),
        (b"Message", _data(status.text)),
    ]
    return _HEADER + b"<ServerStatus>\n" + _elements(lines, b"  ") + b"</ServerStatus>\n"


def board_element(status: Status, now: float) -> bytes:
    """One square of the board, with the first line of its message as it came."""
    lines = [*_common(status, now), (b"MessageSummary", _data(first_line(raw_message(status))))]
    return b"  <ServerStatus>\n" + _elements(lines, b"    ") + b"  </ServerStatus>\n"


def _common(status: Status, now: float) -> list[tuple[bytes, bytes]]:
    cookie = status.cookie
    return [
        (b"ServerName", _plain(status.key.host)),
        (b"Type", _plain(status.key.test)),
        (b"Status", COLOR_BYTES[status.color]),
        (b"TestFlags", _plain(status.flags)),
        (b"LastChange", _time(status.since)),
        (b"LogTime", _time(status.updated)),
        (b"ValidTime", _time(status.valid_until)),
        (b"AckTime", _time(ack_time(status))),
        (b"DisableTime", _time(disable_time(status))),
        (b"Sender", _plain(status.sender)),
        (b"Cookie", b"%d" % cookie.number if cookie and cookie.expires > now else _UNSET),
    ]


def _open(status: Status) -> bool:
    return status.disabled is not None and status.disabled.until == UNTIL_OK


def _elements(lines: list[tuple[bytes, bytes]], indent: bytes) -> bytes:
    return b"".join(b"%s<%s>%s</%s>\n" % (indent, name, value, name) for name, value in lines)


def _plain(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.encode(errors="surrogateescape")


def _data(text: bytes) -> bytes:
    # The end mark inside a text would end the section: it is split over two.
    return b"<![CDATA[" + text.replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>"


def _time(moment: float) -> bytes:
    if moment == UNTIL_OK:
        return b"Until OK"
    if moment <= 0:
        return _UNSET
    return f"{machine_time(min(moment, FOREVER)):%a %b %e %H:%M:%S %Y}".encode()
