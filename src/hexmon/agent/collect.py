"""What this machine says about itself: a client message in the form of Xymon's Linux client.

Every section looks like the output of the command that the shell client runs, so that whoever reads client
messages (hexmon, xymond, people) needs to know one form. Figures come from psutil: no command is started.
"""

import getpass
import os
import platform
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import psutil

from hexmon import __version__
from hexmon.model.names import host_to_wire

_MIB = 1024 * 1024
_KIB = 1024
_TOP_ROWS = 15


def client_message(host: str, now: float, host_class: str = "", sections: Iterable[str] | None = None) -> bytes:
    """`client HOST.OSTYPE CLASS` and the sections. `now` is epoch seconds; takes some tens of milliseconds."""
    os_type = platform.system().lower() or "unknown"
    lines = [f"client {host_to_wire(host)}.{os_type} {host_class or os_type}"]
    local = datetime.fromtimestamp(now).astimezone()
    for name in sections or SECTIONS:
        lines += [f"[{name}]", _section(name, local)]
    return ("\n".join(lines) + "\n").encode(errors="surrogateescape")


def _section(name: str, local: datetime) -> str:
    # One unreadable figure (a vanished process, a platform without it) must not silence the others.
    try:
        return SECTIONS[name](local).rstrip("\n")
    except (OSError, psutil.Error, NotImplementedError, AttributeError) as error:
        return f"{name} could not be read: {error}"


def _date(local: datetime) -> str:
    return local.strftime("%a %b %e %H:%M:%S %Z %Y")


def _uname(_local: datetime) -> str:
    uname = platform.uname()
    return f"{uname.system} {uname.node} {uname.release} {uname.version} {uname.machine}"


def _osversion(_local: datetime) -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())
    except OSError:
        return platform.platform()


def _uptime(local: datetime) -> str:
    up = max(int(local.timestamp() - psutil.boot_time()), 0)
    days, rest = divmod(up, 86400)
    hours, minutes = divmod(rest // 60, 60)
    span = f"{days} day{'' if days == 1 else 's'}, " if days else ""
    span += f"{hours:2}:{minutes:02}" if hours or days else f"{minutes} min"
    loads = ", ".join(f"{load:.2f}" for load in psutil.getloadavg())
    users = len(psutil.users())
    return f" {local:%H:%M:%S} up {span},  {users} user{'' if users == 1 else 's'},  load average: {loads}"


def _who(_local: datetime) -> str:
    return "\n".join(
        f"{user.name:8} {user.terminal or '-':12} {datetime.fromtimestamp(user.started).astimezone():%Y-%m-%d %H:%M}"
        for user in psutil.users()
    )


def _mounts() -> list[tuple[str, str]]:
    """Device and mount point of each local file system once; bind mounts of the same device are left out."""
    seen: dict[str, str] = {}
    for part in psutil.disk_partitions(all=False):
        known = seen.get(part.device)
        if Path(part.mountpoint).is_dir() and (known is None or len(part.mountpoint) < len(known)):
            seen[part.device] = part.mountpoint
    return sorted(seen.items(), key=lambda pair: pair[1])


def _df(_local: datetime) -> str:
    rows = [f"{'Filesystem':20} {'1024-blocks':>11} {'Used':>11} {'Available':>11} Capacity Mounted on"]
    for device, mount in _mounts():
        usage = psutil.disk_usage(mount)
        # df rounds per cent up, and a reserve for root is neither used nor available.
        percent = -(-100 * usage.used // max(usage.used + usage.free, 1))
        sizes = f"{usage.total // _KIB:11} {usage.used // _KIB:11} {usage.free // _KIB:11}"
        rows.append(f"{device:20} {sizes} {percent:7}% {mount}")
    return "\n".join(rows)


def _inode(_local: datetime) -> str:
    rows = [f"{'Filesystem':20} {'Inodes':>11} {'IUsed':>11} {'IFree':>11} {'IUse%':>5} Mounted on"]
    for device, mount in _mounts():
        stat = os.statvfs(mount)
        if stat.f_files:
            used = stat.f_files - stat.f_ffree
            percent = -(-100 * used // stat.f_files)
            rows.append(f"{device:20} {stat.f_files:11} {used:11} {stat.f_ffree:11} {percent:4}% {mount}")
    return "\n".join(rows)


def _free(_local: datetime) -> str:
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    shared = getattr(memory, "shared", 0)
    cached = getattr(memory, "cached", 0) + getattr(memory, "buffers", 0)
    figures = (memory.total, memory.total - memory.available, memory.free, shared, cached, memory.available)
    names = ("total", "used", "free", "shared", "buff/cache", "available")
    return "\n".join(
        [
            " " * 7 + "".join(f"{name:>12}" for name in names),
            "Mem:   " + "".join(f"{figure // _MIB:12}" for figure in figures),
            "Swap:  " + "".join(f"{figure // _MIB:12}" for figure in (swap.total, swap.used, swap.free)),
        ]
    )


def _processes() -> list[dict[str, object]]:
    wanted = ["pid", "ppid", "username", "create_time", "cpu_times", "memory_info", "name", "cmdline"]
    return [process.info for process in psutil.process_iter(wanted)]


def _command(info: Mapping[str, object]) -> str:
    words = info.get("cmdline")
    text = " ".join(words) if isinstance(words, list) and words else f"[{info.get('name')}]"
    return text.replace("\n", " ").replace("\r", " ")


def _cpu_seconds(info: Mapping[str, object]) -> float:
    times = info.get("cpu_times")
    return float(getattr(times, "user", 0.0)) + float(getattr(times, "system", 0.0))


def _ps(_local: datetime) -> str:
    rows = [f"{'PID':>7} {'PPID':>7} {'USER':12} {'TIME':>10} {'RSS':>9} COMMAND"]
    for info in _processes():
        rss = int(getattr(info.get("memory_info"), "rss", 0)) // _KIB
        minutes, seconds = divmod(int(_cpu_seconds(info)), 60)
        user = str(info.get("username") or "?")
        rows.append(
            f"{info['pid']!s:>7} {info['ppid']!s:>7} {user:12} {minutes:7}:{seconds:02} {rss:9} {_command(info)}"
        )
    return "\n".join(rows)


def _top(_local: datetime) -> str:
    rows = [f"{'PID':>7} {'USER':12} {'RSS MB':>8} {'CPU TIME':>9} COMMAND"]
    busiest = sorted(_processes(), key=_cpu_seconds, reverse=True)[:_TOP_ROWS]
    for info in busiest:
        rss = int(getattr(info.get("memory_info"), "rss", 0)) / _MIB
        user = str(info.get("username") or "?")
        rows.append(f"{info['pid']!s:>7} {user:12} {rss:8.1f} {_cpu_seconds(info):9.1f} {_command(info)[:80]}")
    return "\n".join(rows)


def _ifstat(_local: datetime) -> str:
    rows = [f"{'interface':16} {'RX bytes':>16} {'TX bytes':>16} {'RX errors':>10} {'TX errors':>10}"]
    for name, card in sorted(psutil.net_io_counters(pernic=True).items()):
        rows.append(f"{name:16} {card.bytes_recv:16} {card.bytes_sent:16} {card.errin:10} {card.errout:10}")
    return "\n".join(rows)


def _nproc(_local: datetime) -> str:
    return str(psutil.cpu_count() or 1)


def _clientversion(_local: datetime) -> str:
    return f"hexmon {__version__} ({getpass.getuser()}@{socket.gethostname()})"


def _clock(local: datetime) -> str:
    utc = time.gmtime(local.timestamp())
    return "\n".join(
        [
            f"epoch: {local.timestamp():.6f}",
            f"local: {local:%Y-%m-%d %H:%M:%S %Z}",
            f"UTC: {time.strftime('%Y-%m-%d %H:%M:%S GMT', utc)}",
        ]
    )


# The only list of sections, in the order they are sent.
SECTIONS: Mapping[str, Callable[[datetime], str]] = {
    "date": _date,
    "uname": _uname,
    "osversion": _osversion,
    "uptime": _uptime,
    "who": _who,
    "df": _df,
    "inode": _inode,
    "free": _free,
    "ifstat": _ifstat,
    "ps": _ps,
    "nproc": _nproc,
    "top": _top,
    "clientversion": _clientversion,
    "clock": _clock,
}
