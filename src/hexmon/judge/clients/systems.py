"""The operating systems whose agents' messages are understood; the only list of them."""

from collections.abc import Callable, Mapping

from hexmon.judge.clients.contract import Maker, MemoryUse, Ports, Processes, System, Table
from hexmon.judge.clients.counts import delta_counts, line_counts
from hexmon.judge.clients.cpu import cpu
from hexmon.judge.clients.disk import disk, inode
from hexmon.judge.clients.figures import ifstat, iostatdisk, netstat, vmstat
from hexmon.judge.clients.files import files
from hexmon.judge.clients.memory import memory
from hexmon.judge.clients.memory_bsd import darwin_memory, freebsd_memory, net_open_bsd_memory
from hexmon.judge.clients.memory_linux import linux_memory
from hexmon.judge.clients.memory_unix import (
    aix_memory,
    hpux_memory,
    irix_memory,
    osf_memory,
    sco_memory,
    solaris_memory,
)
from hexmon.judge.clients.memory_windows import windows_memory
from hexmon.judge.clients.msgs import msgs, windows_msgs
from hexmon.judge.clients.ports import ports
from hexmon.judge.clients.procs import procs
from hexmon.judge.clients.raid import raid
from hexmon.judge.clients.services import services
from hexmon.judge.clients.windows import timediff, who, windows_cpu, windows_uptime
from hexmon.judge.clients.zsystems import Z_SYSTEMS
from hexmon.model.client import ClientData

# What all systems send, also those that nobody knows.
_FILE_MAKERS: tuple[Maker, ...] = (files, line_counts, delta_counts)
GENERIC_MAKERS: tuple[Maker, ...] = (msgs, *_FILE_MAKERS)
UNIX_MAKERS: tuple[Maker, ...] = (cpu, disk, inode, procs, ports, *GENERIC_MAKERS, netstat, ifstat, vmstat, memory)
NO_VMSTAT_MAKERS: tuple[Maker, ...] = (cpu, disk, inode, procs, ports, *GENERIC_MAKERS, netstat, ifstat, memory)
WINDOWS_MAKERS: tuple[Maker, ...] = (
    windows_uptime,
    timediff,
    windows_cpu,
    procs,
    ports,
    disk,
    services,
    who,
    windows_msgs,
    *_FILE_MAKERS,
    netstat,
    ifstat,
    memory,
)

_POSIX_DF = Table("df", "Available", "Capacity")
_BSD_DF = Table("df", "Avail", "Capacity")
_INODES = Table("inode", "ifree", "%iused")
_LINUX_INODES = Table("inode", "IFree", "IUse%")
_AIX_INODES = Table("inode", "avail", "%iused")
_HPUX_INODES = Table("inode", "ifree", "iused%|%iused")

_PORTS = Ports(3, 4, 5)
_COMMAND = Processes(("COMMAND",))
_CMD = Processes(("CMD",))
_EITHER = Processes(("COMMAND", "CMD"))


def _linux(name: str) -> System:
    return System(
        name=name,
        makers=(*UNIX_MAKERS, raid),
        disk=_POSIX_DF,
        inode=_LINUX_INODES,
        processes=_CMD,
        ports=_PORTS,
        memory=linux_memory,
    )


def _windows(name: str) -> System:
    return System(
        name=name,
        makers=WINDOWS_MAKERS,
        disk=Table("disk", "Avail", "Capacity", "Filesystem"),
        processes=Processes(("Name",), "procs"),
        ports=Ports(1, 2, 3),
        memory=windows_memory,
        needs_date=True,
    )


def _bsd(
    name: str, memory: Callable[[ClientData], MemoryUse | None], makers: tuple[Maker, ...] = UNIX_MAKERS
) -> System:
    return System(
        name=name,
        makers=makers,
        disk=_BSD_DF,
        inode=_INODES,
        processes=_COMMAND,
        ports=_PORTS,
        memory=memory,
    )


_DARWIN = _bsd("darwin", darwin_memory, NO_VMSTAT_MAKERS)
_SOLARIS = System(
    name="solaris",
    makers=(*UNIX_MAKERS, iostatdisk),
    disk=Table("df", "avail", "capacity"),
    inode=_INODES,
    processes=_EITHER,
    ports=Ports(0, 1, 6),
    memory=solaris_memory,
)
_AIX = System(
    name="aix",
    makers=UNIX_MAKERS,
    disk=Table("df", "Free", "%Used"),
    inode=_AIX_INODES,
    processes=_EITHER,
    ports=_PORTS,
    memory=aix_memory,
)
_HPUX = System(
    name="hpux",
    makers=UNIX_MAKERS,
    disk=_POSIX_DF,
    inode=_HPUX_INODES,
    processes=_COMMAND,
    ports=_PORTS,
    memory=hpux_memory,
)
_IRIX = System(
    name="irix",
    makers=NO_VMSTAT_MAKERS,
    disk=_POSIX_DF,
    processes=_COMMAND,
    ports=_PORTS,
    memory=irix_memory,
)
_OSF = System(
    name="osf",
    makers=UNIX_MAKERS,
    disk=_POSIX_DF,
    processes=_EITHER,
    ports=_PORTS,
    memory=osf_memory,
)
_SCO = System(
    name="sco_sv",
    makers=UNIX_MAKERS,
    disk=_POSIX_DF,
    processes=_COMMAND,
    ports=_PORTS,
    memory=sco_memory,
)
_LINUX, _LINUX22, _RHEL3 = _linux("linux"), _linux("linux22"), _linux("rhel3")

# Word of the message's first line, in lower case, to system.
SYSTEMS: Mapping[str, System] = {
    "linux": _LINUX,
    "redhat": _LINUX,
    "debian": _LINUX,
    "suse": _LINUX,
    "mandrake": _LINUX,
    "redhatas": _LINUX,
    "linux22": _LINUX22,
    "debian3": _LINUX22,
    "redhates": _RHEL3,
    "rhel3": _RHEL3,
    "freebsd": _bsd("freebsd", freebsd_memory),
    "netbsd": _bsd("netbsd", net_open_bsd_memory),
    "openbsd": _bsd("openbsd", net_open_bsd_memory),
    "darwin": _DARWIN,
    "macosx": _DARWIN,
    "solaris": _SOLARIS,
    "sunos": _SOLARIS,
    "aix": _AIX,
    "hpux": _HPUX,
    "hp-ux": _HPUX,
    "irix": _IRIX,
    "osf": _OSF,
    "osf1": _OSF,
    "sco_sv": _SCO,
    "unixware": _SCO,
    "bbwin": _windows("bbwin"),
    "powershell": _windows("powershell"),
    **Z_SYSTEMS,
}
_GENERIC = System(name="generic", makers=GENERIC_MAKERS)


def system_of(os_type: str, *, unknown: bool = False) -> System | None:
    """The system that an agent calls so, in any case; with `unknown` one that is like all systems, else None.

    IRIX puts its word size behind its name.
    """
    word = os_type.lower()
    found = SYSTEMS.get("irix" if word.startswith("irix") else word)
    return found or (_GENERIC if unknown else None)
