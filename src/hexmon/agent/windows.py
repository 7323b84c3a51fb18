"""The sections of Windows, in the form of the BBWin client: load in per cent, drives by their letter, services."""

import socket
from collections.abc import Mapping
from typing import Any

import psutil

from hexmon.agent.facts import Facts
from hexmon.agent.filesystems import Usage, measured
from hexmon.agent.machine import count_users, counters
from hexmon.agent.processes import command, cpu_seconds, user

_KIB = 1024
_MIB = 1024 * 1024
_DAY = 86400
_TOP_ROWS = 15
_WATCHED = 1.0  # seconds over which the load of the first report is measured
_SERVICE_STATES = {"running": "started", "stopped": "stopped"}


def uptime(facts: Facts) -> str:
    """Seconds, and the same in words."""
    seconds = max(int(facts.now - facts.boot), 0)
    return f"sec: {seconds}\n{seconds // _DAY} days {seconds // 3600 % 24} hours {seconds // 60 % 60} minutes"


def cpu(facts: Facts) -> str:
    """The load of the processors since the last report, and who used them most."""
    days = max(int(facts.now - facts.boot), 0) // _DAY
    load = _load(facts)
    rows = [
        f"up: {days} days, {count_users()} users, {len(facts.processes)} procs, load={load:.0f}%",
        "",
        f"CPU states: {load:.0f}% of {psutil.cpu_count() or 1} processors",
        "",
        f"{'CPU TIME':>10} {'PID':>7} {'USER':20} Name",
    ]
    busiest = sorted(facts.processes, key=cpu_seconds, reverse=True)[:_TOP_ROWS]
    rows += [
        f"{cpu_seconds(info):10.1f} {info['pid']!s:>7} {user(info):20} {info.get('name') or '?'}" for info in busiest
    ]
    return "\n".join(rows)


def _load(facts: Facts) -> float:
    now, before = counters(facts), facts.before
    facts.counted = now
    if before is None or not now.at > before.at:
        return float(psutil.cpu_percent(_WATCHED))
    spent = {name: max(value - before.cpu.get(name, 0.0), 0.0) for name, value in now.cpu.items()}
    # What interrupts take is part of the system's time already.
    whole = sum(spent.get(name, 0.0) for name in ("user", "system", "idle"))
    return 100 * (1 - spent.get("idle", 0.0) / whole) if whole else 0.0


def memory(_facts: Facts) -> str:
    """MiB, all and used."""
    real, swap = psutil.virtual_memory(), psutil.swap_memory()
    used = real.total - real.available
    rows = (
        ("physical", real.total, used),
        ("virtual", real.total + swap.total, used + swap.used),
        ("page", swap.total, swap.used),
    )
    return "\n".join(["memory    Total    Used", *(f"{name}: {a // _MIB} {u // _MIB}" for name, a, u in rows)])


def disk(facts: Facts) -> str:
    """The drives."""
    rows = [f"{'Filesystem':12} {'1K-blocks':>12} {'Used':>12} {'Avail':>12} {'Capacity':>8} Mounted"]
    for mount, usage in measured(facts):
        name = _drive(mount.place)
        if usage is None:
            rows.append(f"{name:12} {'-':>12} {'-':>12} {'-':>12} {'100%':>8} /{mount.kind}/{name}")
        elif usage.total:
            rows.append(f"{name:12} {_sizes(usage)} /{mount.kind}/{name}")
    return "\n".join(rows)


def _drive(place: str) -> str:
    return place.rstrip("\\/").rstrip(":").replace(" ", "_") or place


def _sizes(usage: Usage) -> str:
    percent = -(-100 * usage.used // max(usage.used + usage.free, 1))
    return f"{usage.total // _KIB:12} {usage.used // _KIB:12} {usage.free // _KIB:12} {percent:7}%"


def procs(facts: Facts) -> str:
    """All processes; the name begins with that of the program."""
    rows = [f"{'PID':>7} {'PPID':>7} {'MEM KB':>10} {'CPU TIME':>10} {'USER':20} Name"]
    for info in facts.processes:
        resident = int(getattr(info.get("memory_info"), "rss", 0)) // _KIB
        name = info.get("name") or "?"
        rows.append(
            f"{info['pid']!s:>7} {info['ppid']!s:>7} {resident:10} {cpu_seconds(info):10.1f} {user(info):20} "
            f"{name} {command(info) if info.get('cmdline') else ''}".rstrip()
        )
    return "\n".join(rows)


def svcs(_facts: Facts) -> str:
    """The services: name, how they start, and whether they run."""
    rows = [f"{'Name':40} {'StartupType':12} Status"]
    for service in getattr(psutil, "win_service_iter", list)():
        try:
            facts: Mapping[str, Any] = service.as_dict()
        except (OSError, psutil.Error):  # it was removed, or may not be looked at
            continue
        state = _SERVICE_STATES.get(str(facts.get("status")), str(facts.get("status")))
        rows.append(f"{str(facts.get('name')).replace(' ', '_'):40} {facts.get('start_type')!s:12} {state}")
    return "\n".join(rows)


def ports(_facts: Facts) -> str:
    """All sockets of TCP and UDP, as netstat of Windows writes them."""
    rows = [f"{'Proto':6} {'Local Address':24} {'Foreign Address':24} State"]
    for kind in ("tcp", "udp"):
        for one in psutil.net_connections(kind):
            six = one.family == socket.AF_INET6
            state = {psutil.CONN_NONE: "", psutil.CONN_LISTEN: "LISTENING"}.get(one.status, one.status)
            nobody = "*:*" if kind == "udp" else "[::]:0" if six else "0.0.0.0:0"
            local = _end(one.laddr.ip, one.laddr.port, six=six) if one.laddr else nobody
            remote = _end(one.raddr.ip, one.raddr.port, six=six) if one.raddr else nobody
            rows.append(f"{kind.upper():6} {local:24} {remote:24} {state}".rstrip())
    return "\n".join(rows)


def _end(address: str, port: int, *, six: bool) -> str:
    return f"[{address}]:{port}" if six else f"{address}:{port}"


def ifstat(_facts: Facts) -> str:
    """Bytes that came and went, for each address of IPv4."""
    counted = psutil.net_io_counters(pernic=True)
    rows = [f"{'IP':16} {'Ibytes':>16} {'Obytes':>16}"]
    rows += [
        f"{one.address:16} {counted[name].bytes_recv:16} {counted[name].bytes_sent:16}"
        for name, addresses in sorted(psutil.net_if_addrs().items())
        for one in addresses
        if one.family == socket.AF_INET and name in counted
    ]
    return "\n".join(rows)
