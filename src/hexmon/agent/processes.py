"""The sections about processes, as ps(1) and top(1) print them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psutil

from hexmon.agent.facts import Facts

_KIB = 1024
_MIB = 1024 * 1024
_TOP_ROWS = 15
_LONGEST = 8192  # characters of a command
_TOP_WIDTH = 80
_DAY = 86400

_STATES: Mapping[str, str] = {
    psutil.STATUS_RUNNING: "R",
    psutil.STATUS_SLEEPING: "S",
    psutil.STATUS_DISK_SLEEP: "D",
    psutil.STATUS_STOPPED: "T",
    psutil.STATUS_TRACING_STOP: "t",
    psutil.STATUS_ZOMBIE: "Z",
    psutil.STATUS_DEAD: "X",
    psutil.STATUS_IDLE: "I",
    psutil.STATUS_PARKED: "P",
}

Info = Mapping[str, Any]


def ps(facts: Facts) -> str:
    """All processes, with their whole commands."""
    memory = max(psutil.virtual_memory().total, 1)
    heading = (
        f"{'PID':>7} {'PPID':>7} {'USER':12} {'STARTED':>8} S {'NI':>3} {'%CPU':>5} {'TIME':>12} "
        f"{'%MEM':>4} {'RSZ':>10} {'VSZ':>10} CMD"
    )
    rows = [heading]
    for info in facts.processes:
        used, seconds = info.get("memory_info"), cpu_seconds(info)
        resident, virtual = int(getattr(used, "rss", 0)), int(getattr(used, "vms", 0))
        created = float(info.get("create_time") or facts.now)
        share = 100 * seconds / max(facts.now - created, 1.0)
        nice = info.get("nice")
        rows.append(
            f"{info['pid']!s:>7} {info['ppid']!s:>7} {user(info):12} {_started(created, facts.local):>8} "
            f"{_STATES.get(str(info.get('status')), '?')} {'-' if nice is None else nice!s:>3} {share:5.1f} "
            f"{_time(seconds):>12} {100 * resident / memory:4.1f} {resident // _KIB:10} {virtual // _KIB:10} "
            f"{command(info)}"
        )
    return "\n".join(rows)


def top(facts: Facts) -> str:
    """Those that have used most of the processors."""
    rows = [f"{'PID':>7} {'USER':12} {'RSS MB':>8} {'CPU TIME':>9} COMMAND"]
    for info in sorted(facts.processes, key=cpu_seconds, reverse=True)[:_TOP_ROWS]:
        resident = int(getattr(info.get("memory_info"), "rss", 0)) / _MIB
        seconds, words = cpu_seconds(info), command(info)[:_TOP_WIDTH]
        rows.append(f"{info['pid']!s:>7} {user(info):12} {resident:8.1f} {seconds:9.1f} {words}")
    return "\n".join(rows)


def user(info: Info) -> str:
    """Whose it is, in one word: names of Windows hold blanks."""
    return "_".join(str(info.get("username") or "?").split()) or "?"


def command(info: Info) -> str:
    """What was started, on one line; of a kernel's thread the name in brackets."""
    words, name = info.get("cmdline"), str(info.get("name") or "?")
    text = " ".join(words) if words else f"[{name}]"
    if info.get("status") == psutil.STATUS_ZOMBIE:
        text = f"[{name}] <defunct>"
    return "".join(" " if ord(letter) < ord(" ") else letter for letter in text[:_LONGEST])


def cpu_seconds(info: Info) -> float:
    """What it has used of the processors."""
    times = info.get("cpu_times")
    return float(getattr(times, "user", 0.0)) + float(getattr(times, "system", 0.0))


def _started(created: float, local: datetime) -> str:
    moment = datetime.fromtimestamp(created, tz=local.tzinfo)
    return f"{moment:%H:%M:%S}" if local.timestamp() - created < _DAY else f"{moment:%b %d}"


def _time(seconds: float) -> str:
    """`[DAYS-]HH:MM:SS`."""
    days, rest = divmod(int(seconds), _DAY)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock
