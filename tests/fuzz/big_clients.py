"""One enormous message of an agent, judged; says how many seconds and how much memory that took.

python -m tests.fuzz.big_clients SHAPE OS [MEGABYTES]
"""

import sys
import time
from collections.abc import Callable

from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.rules import Disk, File, Inode, Level, Log, Port, Proc, Rule, Service
from hexmon.judge.clients.selection import Selected
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage

_HOST = "www.example.com"
_ANY = Expression("%.")
RULES: tuple[Rule, ...] = (
    Proc(pattern=Expression("%x"), track=""),
    Proc(pattern=Expression("x")),
    Port(local=_ANY, state=_ANY),
    Log(file=_ANY, match=Expression("%x")),
    File(name=_ANY, track=""),
    Disk(names=_ANY, warn=Level(1), panic=Level(2)),
    Inode(names=_ANY, warn=Level(1), panic=Level(2)),
    Service(name=_ANY, state=_ANY),
)
_HEADINGS = {
    "df": "Filesystem 1024-blocks Used Available Capacity Mounted on",
    "inode": "Filesystem Inodes IUsed IFree IUse% Mounted on",
    "disk": "Filesystem 1k-blocks Used Avail Capacity Mounted",
    "ps": "PID USER CMD COMMAND",
    "procs": "PID Name",
}
_SECTIONS = (
    "df", "inode", "disk", "ps", "procs", "jobs", "UserID", "ports", "svcs", "msgs:/var/log/x", "file:/x", "logfile:/x",
    "dir:/x", "linecount:/x", "deltacount:/x", "uptime", "who", "top", "free", "mdstat", "clock", "netstat", "ifstat",
    "vmstat", "meminfo", "swapinfo", "swaplist", "memory", "cics", "getvis", "iostatdisk", "msgs", "x",
)  # fmt: skip


def _filled(line: str) -> Callable[[int], str]:
    """Every section is full of such lines."""

    def text(size: int) -> str:
        each = size // len(_SECTIONS)
        parts = [f"[{name}]\n{_HEADINGS.get(name, '')}\n{line * (each // len(line))}\n" for name in _SECTIONS]
        return "".join(parts)

    return text


def _named(count: int) -> Callable[[int], str]:
    def text(size: int) -> str:
        text = "x y z\n" * (size // count // 6)
        kinds = ("msgs:/x", "file:/x", "linecount:/x", "dir:/x")
        return "".join(f"[{kinds[n % 4]}{n}]\n{text}" for n in range(count))

    return text


SHAPES: dict[str, Callable[[int], str]] = {
    "rows": _filled("/dev/x 100 50 50 99% x x LISTEN /x\n"),
    "short": _filled("x\n"),
    "empty": _filled("\n"),
    "words": _filled("x "),
    "line": _filled("x"),
    "spaces": _filled(" "),
    "digits": _filled("9"),
    "figures": _filled("9 9% 9:9, "),
    "wide": _filled("x \U0001f600 y\n"),
    "colons": _filled("a:1\n"),
    "brackets": lambda size: "[\n" * (size // 2),
    "names": lambda size: f"[{'x' * size}]\n",
    "thousand": _named(1000),
    "many": _named(100_000),
}


def message_of(shape: str, os_type: str, size: int) -> ClientMessage:
    body = f"[date]\nnow\n{SHAPES[shape](size)}"
    return ClientMessage(
        host=_HOST,
        collector="",
        os_type=os_type,
        host_class=os_type,
        sender="127.0.0.1",
        received=0.0,
        message=f"client {_HOST.replace('.', ',')}.{os_type} {os_type}\n{body}".encode(),
    )


def main() -> None:
    shape, os_type, *rest = sys.argv[1:]
    judge_client(message_of("rows", os_type, 10_000), Host(name=_HOST), Selected(*RULES), 0.0)
    message = message_of(shape, os_type, int(rest[0] if rest else 64) << 20)
    with open("/proc/self/clear_refs", "w") as file:  # noqa: PTH123 - the peak so far was the making of the message
        file.write("5")
    before, begun = _peak_now(), time.monotonic()
    judged = judge_client(message, Host(name=_HOST), Selected(*RULES), 0.0)
    seconds = time.monotonic() - begun
    longest = max((len(report.text) for report in judged.reports), default=0)
    sys.stdout.write(f"{seconds:.1f} {(_peak_now() - before) / len(message.message) * 1024:.1f} {longest}\n")


def _peak_now() -> int:
    """The most memory that it had, KiB, since the mark was taken back."""
    with open("/proc/self/status") as file:  # noqa: PTH123
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
