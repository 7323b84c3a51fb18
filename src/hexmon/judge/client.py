"""An agent's message to squares: cpu, disk, inode, memory and procs, with Xymon's built-in limits.

Source: xymond_client(8) and analysis.cfg(5); the file itself is not read yet, its defaults are these.
"""

from collections.abc import Callable, Mapping

import msgspec

from hexmon.judge.client_parse import FileSystem, parse_df, parse_free, parse_uptime
from hexmon.model.client import sections
from hexmon.model.color import WORDS, Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.status import ClientMessage, Report


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Where yellow and red begin: load averages, per cent used, seconds since boot."""

    load: tuple[float, float] = (5.0, 10.0)
    disk: tuple[int, int] = (90, 95)
    inode: tuple[int, int] = (70, 90)
    real: tuple[int, int] = (100, 101)
    swap: tuple[int, int] = (50, 80)
    actual: tuple[int, int] = (90, 97)
    recently_booted: float = 3600.0


XYMON_LIMITS = Limits()


class _Square(msgspec.Struct):
    """A square in the making: its worst colour, the rest of line 1, and the text below."""

    color: Color
    line: str
    body: str

    def worst(self, color: Color) -> None:
        self.color = max(self.color, color)


Sections = Mapping[str, str]


def judge_client(message: ClientMessage, host: Host, limits: Limits = XYMON_LIMITS) -> list[Report]:
    """Every square that this message says something about, except the host's NOCOLUMNS."""
    parts = sections(message.message)
    date = parts.get("date", "").strip().split("\n", 1)[0]
    reports = []
    for test, make in SQUARES.items():
        if test in host.nocolumns:
            continue
        square = make(parts, limits)
        if square is not None:
            reports.append(_report(message, test, date, square))
    return reports


def _report(message: ClientMessage, test: str, date: str, square: _Square) -> Report:
    head = f"status {host_to_wire(message.host)}.{test} "
    text = (
        f"{WORDS[square.color]} {date} {square.line}\n{square.body}\n\nStatus message received from {message.sender}\n"
    )
    return Report(
        key=StatusKey(message.host, test),
        color=square.color,
        text=text.encode(),
        sender=message.sender,
        head=head.encode(),
    )


def _cpu(parts: Sections, limits: Limits) -> _Square | None:
    if "uptime" not in parts:
        return None
    uptime = parse_uptime(parts["uptime"])
    users = len(parts.get("who", "").split("\n")) if parts.get("who", "").strip() else 0
    processes = max(len(parts.get("ps", "").strip().split("\n")) - 1, 0)
    load = 0.0 if uptime.load is None else uptime.load
    square = _Square(Color.GREEN, f"up: {uptime.words}, {users} users, {processes} procs, load={load:.2f}", "")
    notes = []
    if load > limits.load[1]:
        square.worst(Color.RED)
        notes.append("&red Load is CRITICAL")
    elif load > limits.load[0]:
        square.worst(Color.YELLOW)
        notes.append("&yellow Load is HIGH")
    if uptime.seconds is not None and uptime.seconds < limits.recently_booted:
        square.worst(Color.YELLOW)
        notes.append("&yellow Machine recently rebooted")
    top = parts.get("top", "").strip("\n")
    square.body = "\n".join([*notes, "", top] if notes else ["", top]).rstrip("\n")
    return square


def _disk(parts: Sections, limits: Limits) -> _Square | None:
    return _file_systems(parts, "df", limits.disk, "Filesystems")


def _inode(parts: Sections, limits: Limits) -> _Square | None:
    return _file_systems(parts, "inode", limits.inode, "Filesystems")


def _file_systems(parts: Sections, section: str, levels: tuple[int, int], noun: str) -> _Square | None:
    if section not in parts:
        return None
    rows = parse_df(parts[section])
    if rows is None:
        text = f"&red Expected strings (Filesystem and Mounted on) not found in df output\n\n{parts[section]}"
        return _Square(Color.YELLOW, f"{noun} NOT ok", text.replace("&red", "&yellow", 1))
    color, notes = Color.GREEN, []
    for row in rows:
        row_color, note = _file_system(row, levels)
        color = max(color, row_color)
        notes += [note] if note else []
    body = "\n".join([*notes, "", parts[section].strip("\n")])
    return _Square(color, f"{noun} {'ok' if color is Color.GREEN else 'NOT ok'}", body)


def _file_system(row: FileSystem, levels: tuple[int, int]) -> tuple[Color, str]:
    if row.free is None:
        return Color.RED, f"&red {row.mount} is unreachable (not measured)"
    for color, level, word in ((Color.RED, levels[1], "PANIC"), (Color.YELLOW, levels[0], "WARNING")):
        if row.used_percent >= level:
            note = f"&{color.word} {row.mount} ({row.used_percent}% used) has reached the {word} level ({level}%)"
            return color, note
    return Color.GREEN, ""


def _memory(parts: Sections, limits: Limits) -> _Square | None:
    kinds = parse_free(parts["free"]) if "free" in parts else {}
    if "real" not in kinds:
        return None
    square = _Square(Color.GREEN, "", "")
    lines = [f"   {'Memory':14} {'Used':>12} {'Total':>12} {'Percentage':>11}"]
    for kind, label, levels in (
        ("real", "Real/Physical", limits.real),
        ("actual", "Actual/Virtual", limits.actual),
        ("swap", "Swap/Page", limits.swap),
    ):
        memory = kinds.get(kind)
        if memory is None:
            continue
        color = _level(memory.percent, levels)
        square.worst(color)
        lines.append(f"&{color.word} {label:14} {memory.used:11}M {memory.total:11}M {memory.percent:10}%")
    word = {Color.GREEN: "OK", Color.YELLOW: "low"}.get(square.color, "CRITICAL")
    square.line, square.body = f"Memory {word}", "\n".join(lines)
    return square


def _level(value: float, levels: tuple[float, float]) -> Color:
    if value > levels[1]:
        return Color.RED
    return Color.YELLOW if value > levels[0] else Color.GREEN


def _procs(parts: Sections, _limits: Limits) -> _Square | None:
    if "ps" not in parts:
        return None
    body = "\n".join(["No process checks defined", "", parts["ps"].strip("\n")])
    return _Square(Color.CLEAR, "Processes NOT ok" if not parts["ps"].strip() else "Processes ok", body)


# The only list of squares that agents' messages become.
SQUARES: Mapping[str, Callable[[Sections, Limits], _Square | None]] = {
    "cpu": _cpu,
    "disk": _disk,
    "inode": _inode,
    "memory": _memory,
    "procs": _procs,
}
