"""What a relay says about itself: the status it sends to every server. Pure."""

import time
from collections.abc import Mapping, Sequence

import msgspec

from hexmon.model.color import Color
from hexmon.model.names import host_to_wire

LIFETIME = 15  # minutes: two reports may be lost


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: from where on waiting is yellow, a server that is away red, and how long a loss stays red."""

    waits: float = 300.0
    away: float = 900.0
    loss: float = 1800.0


class ServerState(msgspec.Struct, frozen=True, kw_only=True):
    """One server, as it is now. Seconds; None: not so."""

    name: str
    trouble: str = ""
    disk_trouble: str = ""
    away: float | None = None
    waits: float | None = None  # the oldest message that waits
    since_loss: float | None = None
    dropped: int = 0
    in_memory: int = 0
    files: int = 0
    size: int = 0
    taken: int = 0
    sent: int = 0
    merged: int = 0
    combos: int = 0
    failures: int = 0


class RelayState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole relay, as it is now. `incoming`: messages by kind, `tables`: sizes by name."""

    up: float
    version: str
    incoming: Mapping[str, int]
    tables: Mapping[str, int]
    servers: Sequence[ServerState]


def findings(state: RelayState, limits: Limits) -> list[tuple[Color, str]]:
    """What is not as it should be, the order of the servers kept."""
    return [found for server in state.servers for found in _of_server(server, limits)]


def _of_server(server: ServerState, limits: Limits) -> list[tuple[Color, str]]:
    found = []
    if server.since_loss is not None and server.since_loss < limits.loss:
        ago = span(server.since_loss)
        found.append((Color.RED, f"{server.name}: messages were lost ({server.dropped} in all), the last {ago} ago"))
    if server.disk_trouble:
        found.append((Color.RED, f"{server.name}: messages cannot be kept: {server.disk_trouble}"))
    if server.away is not None:
        color = Color.RED if server.away >= limits.away else Color.YELLOW
        if color is Color.RED or server.away >= limits.waits:
            found.append((color, f"{server.name}: away for {span(server.away)}: {server.trouble}"))
    if server.waits is not None and server.waits >= limits.waits:
        found.append((Color.YELLOW, f"{server.name}: messages wait since {span(server.waits)}"))
    return found


def color_of(found: Sequence[tuple[Color, str]]) -> Color:
    """The worst."""
    return max((color for color, _ in found), default=Color.GREEN)


def status_message(host: str, column: str, state: RelayState, limits: Limits, now: float) -> bytes:
    """The message for the servers. `now` is epoch seconds."""
    found = findings(state, limits)
    color = color_of(found)
    word = "hexmon relay needs attention" if found else f"hexmon relay is well, up {span(state.up)}"
    lines = [f"status+{LIFETIME} {host_to_wire(host)}.{column} {color.word} {_date(now)} {word}", ""]
    lines += [f"&{one.word} {text}" for one, text in found]
    lines += ["", f"hexmon {state.version}", "", "Incoming messages"]
    lines += [_row(f"- {name}", count) for name, count in sorted(state.incoming.items())]
    for server in state.servers:
        lines += ["", f"Server {server.name}"]
        lines += [_row(f"- {label}", getattr(server, field)) for label, field in _ROWS]
    lines += ["", "Tables"]
    lines += [_row(f"- {name}", count) for name, count in sorted(state.tables.items())]
    return ("\n".join(lines) + "\n").encode(errors="replace")


_ROWS = (
    ("messages taken", "taken"),
    ("exchanges", "sent"),
    ("messages merged", "merged"),
    ("resulting combos", "combos"),
    ("failed exchanges", "failures"),
    ("waiting in memory", "in_memory"),
    ("waiting files", "files"),
    ("waiting bytes", "size"),
    ("dropped", "dropped"),
)


def _date(moment: float) -> str:
    return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(moment))


def _row(label: str, value: int) -> str:
    return f"{label:24} : {value:10}"


def span(seconds: float) -> str:
    """`3 min`, `2 h 5 min`, `4 d 1 h`."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{max(int(seconds), 0)} s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
