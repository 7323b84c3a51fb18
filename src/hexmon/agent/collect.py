"""What this machine says about itself: a client message in the form of Xymon's Linux client, of Windows in BBWin's.

Every section looks like the output of the command that the shell client runs, so that whoever reads client
messages (hexmon, xymond, people) needs to know two forms. Figures come from psutil and /proc: no command is started.
"""

import platform
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import psutil

from hexmon.agent import filesystems, machine, network, processes, windows
from hexmon.agent.facts import Counters, Facts, Unknown
from hexmon.agent.patience import NoAnswer, Patience
from hexmon.model.names import host_to_wire

Sections = Mapping[str, Callable[[Facts], str]]

# The only lists of sections, in the order they are sent. What client-local.cfg asks for comes before `clientversion`,
# what scripts say before `clock`.
SECTIONS: Sections = {
    "date": machine.date,
    "uname": machine.uname,
    "osversion": machine.osversion,
    "uptime": machine.uptime,
    "who": machine.who,
    "df": filesystems.df,
    "inode": filesystems.inode,
    "mount": filesystems.mount,
    "free": machine.free,
    "ifconfig": network.ifconfig,
    "route": network.route,
    "netstat": network.netstat,
    "ports": network.ports,
    "ifstat": network.ifconfig,
    "mdstat": machine.mdstat,
    "ps": processes.ps,
    "nproc": machine.nproc,
    "top": processes.top,
    "vmstat": machine.vmstat,
    "clientversion": machine.clientversion,
    "clock": machine.clock,
}
WINDOWS: Sections = {
    "date": machine.date,
    "uname": machine.uname,
    "osversion": machine.osversion,
    "uptime": windows.uptime,
    "cpu": windows.cpu,
    "who": machine.who,
    "memory": windows.memory,
    "disk": windows.disk,
    "procs": windows.procs,
    "svcs": windows.svcs,
    "ports": windows.ports,
    "ifstat": windows.ifstat,
    "clientversion": machine.clientversion,
    "clock": machine.clock,
}
# Everywhere else the form is that of Linux, and the class names the platform.
_OS_TYPE, _OS_TYPE_OF_WINDOWS = "linux", "bbwin"
_ALWAYS = ("date", "clientversion", "clock")


class Collector:
    """Makes one message after the other; remembers what hangs and what was counted. Blocking: call it in a thread."""

    def __init__(
        self,
        host: str,
        host_class: str = "",
        sections: Iterable[str] | None = None,
        *,
        remote: bool = False,
        counted: Counters | None = None,
    ) -> None:
        platform = platform_name()
        os_type = _OS_TYPE_OF_WINDOWS if platform == "windows" else _OS_TYPE
        self._table = sections_of(platform)
        self._first_line = f"client {host_to_wire(host)}.{os_type} {host_class or platform}"
        wanted = None if sections is None else {*sections, *_ALWAYS}
        self._sections = [name for name in self._table if wanted is None or name in wanted]
        self._remote = remote
        self._patience = Patience()  # for what may hang for good
        self._sections_patience = Patience(3 * self._patience.seconds)  # for whole sections: they may ask it
        self.counted = counted

    def message(self, now: float, collected: Callable[[], bytes] = bytes, scripts: bytes = b"") -> bytes:
        """The message. `now`: epoch seconds; `collected`: sections that client-local.cfg asked for."""
        facts = Facts(
            datetime.fromtimestamp(now).astimezone(), self._patience, remote=self._remote, before=self.counted
        )
        parts = [self._first_line.encode() + b"\n"]
        for name in self._sections:
            if name == "clientversion":
                parts.append(collected())
            elif name == "clock":
                parts.append(scripts)
            parts.append(self._section(name, facts))
        self.counted = facts.counted or self.counted
        return b"".join(parts)

    def _section(self, name: str, facts: Facts) -> bytes:
        # One unreadable figure (a vanished process, a platform without it) must not silence the others.
        try:
            text = self._sections_patience.ask(name, lambda: self._table[name](facts))
        except Unknown:
            return b""
        except (OSError, psutil.Error, NotImplementedError, AttributeError, ValueError, NoAnswer) as error:
            text = f"{name} could not be read: {error}"
        return f"[{name}]\n{text.rstrip()}\n".encode(errors="surrogateescape")


def sections_of(platform: str) -> Sections:
    """What a machine of that platform can report."""
    return WINDOWS if platform == "windows" else SECTIONS


def platform_name() -> str:
    """The class of a machine that has no other: `linux`, `freebsd`, `darwin`, `windows`, ..."""
    return platform.system().lower() or "unknown"


def client_message(host: str, now: float, host_class: str = "", sections: Iterable[str] | None = None) -> bytes:
    """`client HOST.OSTYPE CLASS` and the sections. `now` is epoch seconds; takes some tens of milliseconds."""
    return Collector(host, host_class, sections).message(now)
