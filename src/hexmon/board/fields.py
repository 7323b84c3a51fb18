"""The fields of a square and of a host that can be asked for, as Xymon names them (xymon(1), xymon-xmh(5))."""

from collections.abc import Callable, Mapping

import msgspec

from hexmon.board.draft import flap_ring
from hexmon.board.entries import Entry
from hexmon.model.color import WORDS, Color
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import SUMMARY_HOST, host_to_wire
from hexmon.model.status import Status
from hexmon.model.text import nl_encode, nl_encode_bytes
from hexmon.model.xmh import XMH_NAMES

FOREVER = 2147483647  # what "until OK" and "without end" look like on the wire

COLOR_BYTES = tuple(word.encode() for word in WORDS)

Xmh = Callable[[Host, Inventory, str], str | None]  # the name comes without its prefix XMH_

_KNOWN_XMH = frozenset(XMH_NAMES)


class Source(msgspec.Struct, gc=False):
    """Where the fields of a row come from, beside its status: the host, and what the question adds."""

    name: bytes
    host: Host
    entry: Entry | None
    inventory: Inventory
    xmh: Xmh
    now: float
    flap_count: int = 5
    ack_level: int | None = None
    matched_tags: tuple[str, ...] = ()


_SUMMARY = SUMMARY_HOST.encode()
_SEPARATORS = str.maketrans("", "", "|\r\n")
Field = Callable[[Source, Status], bytes]


def plain_xmh(host: Host, inventory: Inventory, name: str) -> str | None:  # noqa: ARG001 - the form of Xmh
    """What a host itself can say: its items, and the computed names that need no other host."""
    found = host.items.get(name)
    if found is not None:
        return found
    make = _COMPUTED.get(name)
    return (make(host) or None) if make else None


_COMPUTED: Mapping[str, Callable[[Host], str]] = {
    "IP": lambda host: host.ip,
    "HOSTNAME": lambda host: host.name,
    "DISPLAYNAME": lambda host: host.display_name,
    "COMMENT": lambda host: host.comment,
    "DESCRIPTION": lambda host: host.description,
    "CLIENTALIAS": lambda host: host.aliases[0] if host.aliases else "",
    "CLASS": lambda host: host.host_class,
    "PAGEPATH": lambda host: host.page,
    "PAGENAME": lambda host: host.page.rpartition("/")[2],
    "ALLPAGEPATHS": lambda host: ",".join(host.all_pages),
    "RAW": lambda host: "|".join(nl_encode(tag) for tag in host.tags),
}


def moment(value: float) -> bytes:
    """A moment as whole epoch seconds; 0 never, -1 until OK."""
    return b"%d" % value if value < FOREVER else b"%d" % FOREVER


def first_line(text: bytes) -> bytes:
    """Everything before the first newline."""
    end = text.find(b"\n")
    return text if end < 0 else text[:end]


def color_word(color: Color | None) -> bytes:
    """The word; "none" for no colour yet."""
    return b"none" if color is None else COLOR_BYTES[color]


def raw_message(status: Status) -> bytes:
    """The message as it came; the board's own and a prober's reports get the head they would have had."""
    key = status.key
    return (
        status.head or f"status {host_to_wire(key.host)}.{key.test} ".encode(errors="surrogateescape")
    ) + status.text


def disable_time(status: Status) -> float:
    """Until when it is disabled: 0 not at all, -1 until OK."""
    return status.disabled.until if status.disabled else 0.0


def ack_time(status: Status) -> float:
    """Until when it is acknowledged, 0 not at all."""
    return status.acknowledged.until if status.acknowledged else 0.0


def disable_text(status: Status) -> bytes:
    """Why it is disabled, or why its downtime was planned."""
    return status.disabled.text if status.disabled else status.planned or b""


def ack_text(status: Status) -> bytes:
    """What was said when it was acknowledged."""
    return status.acknowledged.text if status.acknowledged else b""


def _flags(source: Source, status: Status) -> bytes:  # noqa: ARG001
    # They come from the network and are not escaped on the wire: they must not begin another field or line.
    return status.flags.translate(_SEPARATORS).encode(errors="surrogateescape") if status.flags else b""


def _cookie(source: Source, status: Status) -> bytes:  # noqa: ARG001
    return b"%d" % status.cookie.number if status.cookie else b""


def _client_moment(source: Source, status: Status) -> bytes:  # noqa: ARG001
    if source.entry is None or not source.entry.clients:
        return b"0"
    return moment(max(message.received for message in source.entry.clients.values()))


def _ack_list(source: Source, status: Status) -> bytes:
    lines = [
        b"%d:%d:%d:%s:%s\n"
        % (one.received, one.valid_until, one.level, one.user.encode(errors="surrogateescape"), one.text)
        for one in status.ack_infos
        if source.ack_level in (None, one.level) and min(one.clear_time, one.valid_until) >= source.now
    ]
    return nl_encode_bytes(b"".join(lines))


def _flap(source: Source, status: Status) -> bytes:
    flap, places = status.flap, source.flap_count
    ring = flap_ring(status.created, flap.changes, places) or (0,)
    first = ring[0] if len(ring) == places else 0
    return b"%d/%d/%d/%s/%s" % (flap.flapping, ring[-1], first, COLOR_BYTES[flap.old], COLOR_BYTES[flap.current])


def _previous_gap(source: Source, status: Status) -> bytes:  # noqa: ARG001
    return color_word(status.reported if status.gap else None)


def _before(source: Source, status: Status) -> bytes:  # noqa: ARG001
    return color_word(status.before)


def _before_change(source: Source, status: Status) -> bytes:  # noqa: ARG001
    return color_word(status.before_change)


def _modifiers(source: Source, status: Status) -> bytes:  # noqa: ARG001
    return b"".join(nl_encode_bytes(one.cause) for one in status.modifiers)


# The only list of fields. A name that begins with XMH_ (or BBH_) is asked of the inventory instead.
FIELDS: Mapping[str, Field] = {
    "ip": lambda source, _: source.host.ip.encode(),
    "hostname": lambda source, _: source.name,
    "testname": lambda _, status: status.key.test.encode(errors="surrogateescape"),
    "matchedtag": lambda source, _: "|".join(source.matched_tags).encode(errors="surrogateescape"),
    "matchedtags": lambda source, _: "|".join(source.matched_tags).encode(errors="surrogateescape"),
    "color": lambda _, status: COLOR_BYTES[status.color],
    "prevreportcolor": _before,
    "oldcolor": _before,
    "prevchangecolor": _before_change,
    "previouscolor": _before_change,
    "prevgapcolor": _previous_gap,
    "flags": _flags,
    "lastchange": lambda _, status: b"%d" % status.since,
    "logtime": lambda _, status: b"%d" % status.updated,
    "validtime": lambda _, status: moment(status.valid_until),
    "acktime": lambda _, status: moment(ack_time(status)),
    "disabletime": lambda _, status: moment(disable_time(status)),
    "sender": lambda _, status: status.sender.encode(errors="surrogateescape"),
    "cookie": _cookie,
    "line1": lambda _, status: first_line(status.text),
    "ackmsg": lambda _, status: nl_encode_bytes(ack_text(status)),
    "dismsg": lambda _, status: nl_encode_bytes(disable_text(status)),
    "msg": lambda _, status: nl_encode_bytes(raw_message(status)) if status.text else b"",
    "client": lambda source, _: b"Y" if source.entry is not None and source.entry.clients else b"N",
    "clntstamp": _client_moment,
    "acklist": _ack_list,
    "flapinfo": _flap,
    "stats": lambda _, status: b"statuschanges=%d" % status.changes,
    "modifiers": _modifiers,
}

BOARD_FIELDS = (
    *("hostname", "testname", "color", "flags", "lastchange", "logtime", "validtime", "acktime", "disabletime"),
    *("sender", "cookie", "line1"),
)
LOG_FIELDS = (*BOARD_FIELDS[:-1], "ackmsg", "dismsg", "client", "modifiers")
HOST_FIELDS = ("XMH_HOSTNAME", "XMH_IP", "XMH_RAW")


_MOST = 100  # fields of one line


def field_names(text: str) -> tuple[str, ...]:
    """The fields that a comma list asks for; names that nobody knows are left out."""
    names = (
        name.replace("BBH_", "XMH_", 1) if name.startswith("BBH_") else name for name in text.split(",", _MOST)[:_MOST]
    )
    return tuple(name for name in names if name in FIELDS or (name.startswith("XMH_") and name[4:] in _KNOWN_XMH))


def item_of(source: Source, name: str) -> str | None:
    """An XMH item of a row's host; its system, and its class if hosts.cfg has none, are what its agent says."""
    if not source.host.ip and source.name == _SUMMARY:
        return None
    clients = list(source.entry.clients.values()) if source.entry is not None else []
    found = source.xmh(source.host, source.inventory, name)
    if clients and name == "OS":
        known = [(one.received, one.os_type) for one in clients if one.os_type]
        return max(known)[1] if known else found
    if clients and name == "CLASS" and not found:
        return next((one.host_class for one in clients if one.host_class), found)
    return found


def _xmh_field(name: str) -> Field:
    def field(source: Source, status: Status) -> bytes:  # noqa: ARG001 - the form of Field
        return (item_of(source, name) or "").encode(errors="surrogateescape")

    return field


def board_line(names: tuple[str, ...]) -> Field:
    """A function that writes those fields of a square as one line."""
    fields = [FIELDS[name] if name in FIELDS else _xmh_field(name[4:]) for name in names]

    def line(source: Source, status: Status) -> bytes:
        return b"|".join([field(source, status) for field in fields]) + b"\n"

    return line


def host_line(names: tuple[str, ...], source: Source) -> bytes:
    """Those fields of a host as one line: only XMH_ names and matched tags have a value here, escaped (RAW is)."""
    return b"|".join([_host_value(name, source) for name in names]) + b"\n"


def _host_value(name: str, source: Source) -> bytes:
    if name.startswith("XMH_"):
        value = item_of(source, name[4:]) or ""
        return (value if name == "XMH_RAW" else nl_encode(value)).encode(errors="surrogateescape")
    return "|".join(source.matched_tags).encode(errors="surrogateescape") if name.startswith("matchedtag") else b""
