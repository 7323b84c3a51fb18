"""The sections about the machine as a whole: its name, its age, its memory, its processors."""

import getpass
import os
import platform
import socket
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from hexmon import __version__
from hexmon.agent.facts import Counters, Facts, Unknown

_KIB = 1024
_SAME_BOOT = 60.0  # seconds by which the moment of one boot may seem to move
_MDSTAT = Path("/proc/mdstat")
_STAT = Path("/proc/stat")


def date(facts: Facts) -> str:
    """The time, as the command of that name prints it in the C locale."""
    return facts.local.strftime(f"%a %b {facts.local.day:2} %H:%M:%S %Z %Y")


def uname(_facts: Facts) -> str:
    """As uname -rsmn."""
    uname = platform.uname()
    return f"{uname.system} {uname.node} {uname.release} {uname.machine}"


def osversion(_facts: Facts) -> str:
    """What the system calls itself."""
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())
    except OSError:
        return platform.platform()


def uptime(facts: Facts) -> str:
    """How long it has been up, as the command of that name prints it."""
    days, rest = divmod(max(int(facts.now - facts.boot), 0), 86400)
    hours, minutes = divmod(rest // 60, 60)
    span = f"{days} day{'' if days == 1 else 's'}, " if days else ""
    span += f"{hours:2}:{minutes:02}" if hours else f"{minutes} min"
    loads = ", ".join(f"{load:.2f}" for load in psutil.getloadavg())
    users = count_users()
    return f" {facts.local:%H:%M:%S} up {span},  {users} user{'' if users == 1 else 's'},  load average: {loads}"


def count_users() -> int:
    """How many are here; 0 where nobody knows."""
    try:
        return len(psutil.users())
    except (OSError, psutil.Error):
        return 0


def who(facts: Facts) -> str:
    """Who is here, as the command of that name prints it."""
    rows = []
    for user in psutil.users():
        since = facts.local.fromtimestamp(user.started, facts.local.tzinfo)
        where = f" ({user.host})" if user.host else ""
        rows.append(f"{user.name:8} {user.terminal or '-':12} {since:%Y-%m-%d %H:%M}{where}")
    return "\n".join(rows)


def free(_facts: Facts) -> str:
    """The memory, in KiB. `used` is what is neither free nor buffers nor cache, so that the sum is the total."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    cached = getattr(memory, "cached", 0) + getattr(memory, "buffers", 0)
    used = max(memory.total - memory.free - cached, 0)
    figures = (memory.total, used, memory.free, getattr(memory, "shared", 0), cached, memory.available)
    names = ("total", "used", "free", "shared", "buff/cache", "available")
    return "\n".join(
        [
            " " * 7 + "".join(f" {name:>11}" for name in names),
            "Mem:   " + "".join(f" {figure // _KIB:11}" for figure in figures),
            "Swap:  " + "".join(f" {figure // _KIB:11}" for figure in (swap.total, swap.used, swap.free)),
        ]
    )


def mdstat(_facts: Facts) -> str:
    """The disk arrays. Only Linux tells without a program."""
    try:
        return _MDSTAT.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        raise Unknown from None


def nproc(_facts: Facts) -> str:
    """How many processors there are."""
    return str(psutil.cpu_count() or 1)


def vmstat(facts: Facts) -> str:
    """How the time since the report before this one was spent. Nothing at the first report."""
    now = facts.counted = counters(facts)
    before = facts.before
    if before is None or abs(before.boot - now.boot) > _SAME_BOOT or now.at - before.at < 1:
        raise Unknown
    seconds = now.at - before.at
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()

    def rate(later: int, earlier: int) -> int:
        return max(int((later - earlier) / seconds), 0)

    running, blocked = _waiting()
    figures = (
        running,
        blocked,
        swap.used // _KIB,
        memory.free // _KIB,
        getattr(memory, "buffers", 0) // _KIB,
        getattr(memory, "cached", 0) // _KIB,
        rate(now.swapped_in, before.swapped_in) // _KIB,
        rate(now.swapped_out, before.swapped_out) // _KIB,
        rate(now.read, before.read) // _KIB,
        rate(now.written, before.written) // _KIB,
        rate(now.interrupts, before.interrupts),
        rate(now.switches, before.switches),
        *_shares(now.cpu, before.cpu),
    )
    return (
        "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
        " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n"
        + " ".join(map(str, figures))
    )


def counters(facts: Facts) -> Counters:
    """What has been counted until now."""
    stats, swap, disks = psutil.cpu_stats(), psutil.swap_memory(), psutil.disk_io_counters()
    return Counters(
        at=facts.now,
        boot=facts.boot,
        cpu={name: float(value) for name, value in psutil.cpu_times()._asdict().items()},
        switches=stats.ctx_switches,
        interrupts=stats.interrupts,
        read=disks.read_bytes if disks else 0,
        written=disks.write_bytes if disks else 0,
        swapped_in=swap.sin,
        swapped_out=swap.sout,
    )


def _shares(now: Mapping[str, float], before: Mapping[str, float]) -> tuple[int, ...]:
    """Per cent of user, system, idle, waiting for disks, stolen by other virtual machines."""
    # The time of guests is part of user's already.
    spent = {name: max(now[name] - before.get(name, 0.0), 0.0) for name in now if name not in ("guest", "guest_nice")}
    whole = sum(spent.values()) or 1.0
    known = {name: spent.get(name, 0.0) for name in ("idle", "iowait", "steal")}
    user = spent.get("user", 0.0) + spent.get("nice", 0.0)
    system = sum(spent.values()) - user - sum(known.values())
    return tuple(round(100 * part / whole) for part in (user, system, *known.values()))


def _waiting() -> tuple[int, int]:
    """How many processes run or could, and how many wait for a disk; zeros where only a program tells."""
    try:
        lines = dict(line.split(maxsplit=1) for line in _STAT.read_text(encoding="ascii").splitlines() if " " in line)
        return int(lines["procs_running"]), int(lines["procs_blocked"])
    except (OSError, KeyError, ValueError):
        return 0, 0


def clientversion(_facts: Facts) -> str:
    """Which agent this is."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a number without a name
        user = str(getattr(os, "getuid", lambda: "?")())
    return f"hexmon {__version__} ({user}@{socket.gethostname()})"


def clock(facts: Facts) -> str:
    """The time that it is here, for comparison."""
    utc = time.gmtime(facts.now)
    return "\n".join(
        [
            f"epoch: {facts.now:.6f}",
            f"local: {facts.local:%Y-%m-%d %H:%M:%S %Z}",
            f"UTC: {time.strftime('%Y-%m-%d %H:%M:%S GMT', utc)}",
        ]
    )
