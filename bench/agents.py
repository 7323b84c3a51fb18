"""What 10,000 agents cost that report every five minutes: 33 messages of 60 KB a second, judged by analysis.cfg.

The whole `hexmon serve` with its database on disk, and xymond with xymond_client, take the same messages at the same
pace; the figure is the processor time of all their processes as a share of one core, and what it was before the agents
began is not taken away. The agents of the window are other ones than those of the warming up, so that half of the
squares are new.

python -m bench.agents sender PORT COUNT FIRST    the load generator
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.ingest import xymon_worker
from bench.peers import find, free_port, running
from bench.row import Row

AGENTS = 10_000
PERIOD = 300.0
PACE = AGENTS / PERIOD  # messages per second
WARMING = 330
COUNTED = 1000
_BYTES = 60 * 1024
_ANALYSIS = """\
HOST=%^agent.*[13579]$
	PROC %^/usr/sbin/sshd 1
	PROC cron 1 3
	DISK %^/srv 80 90 GROUP=storage
	LOG /var/log/messages %(error|fail|panic) IGNORE=%harmless
CLASS=linux
	PROC rsyslogd 1 1 TEXT=syslog
	PROC %java.*-Dapp=shop 0 20 TRACK=shop
	PORT LOCAL=%[.:]22$ STATE=LISTEN TEXT=ssh
	PORT LOCAL=%[.:]443$ STATE=ESTABLISHED MIN=0 MAX=500
	FILE /etc/passwd mode=644 size>1 owner=root
	LOG %.* %segfault COLOR=yellow
DEFAULT
	UP 1h
	LOAD 8.0 16.0
	DISK %^/snap IGNORE
	DISK * 90 95
	INODE * 70 90
	MEMPHYS 100 101
	MEMSWAP 50 80
	MEMACT 90 97
"""


def hosts_cfg() -> str:
    return "".join(f"127.0.0.1 agent{number}.lab.test # noconn\n" for number in range(AGENTS))


def message(number: int) -> bytes:
    """What a busy Linux machine reports, filled up to 60 KB with processes."""
    host = f"agent{number},lab,test"
    head = f"""client {host}.linux linux
[date]
Wed Nov 25 12:00:00 UTC 2026
[uname]
Linux agent{number} 6.1.0 x86_64
[uptime]
 12:00:00 up 41 days,  3:12,  2 users,  load average: 0.{number % 100:02}, 1.20, 1.10
[who]
root     pts/0        2026-11-25 11:00
[df]
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/sda1         41152736 {number * 1000 + 9000000} 30000000      {20 + number % 60}% /
/dev/sdb1        103080888 40000000  63080888      39% /srv
/dev/sdc1        103080888 90000000  13080888      88% /var
[inode]
Filesystem        Inodes  IUsed   IFree IUse% Mounted on
/dev/sda1        2621440 200000 2421440    8% /
/dev/sdb1        6553600 300000 6253600    5% /srv
[free]
               total        used        free      shared  buff/cache   available
Mem:        16384000     6000000     1000000      200000     9384000     9800000
Swap:        2097148       10000     2087148
[ports]
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
"""
    ports = ["tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN"]
    ports += [
        f"tcp        0      0 127.0.0.1:443           127.0.0.1:{20000 + one}         ESTABLISHED" for one in range(120)
    ]
    tail = """[msgs:/var/log/messages]
Nov 25 11:58:00 kernel: something ordinary happened
Nov 25 11:59:00 cron[1]: error harmless, as always
[file:/etc/passwd]
type:100000 (file)
mode:644 (-rw-r--r--)
linkcount:1
owner:0 (root)
group:0 (root)
size:2300
clock:1795608000 (2026/11/25-12:00:00)
atime:1795600000 (2026/11/25-09:46:40)
ctime:1795500000 (2026/11/24-06:00:00)
mtime:1795500000 (2026/11/24-06:00:00)
[clock]
epoch: 1795608000.000000
[ps]
    PID    PPID USER     STARTED S PRI %CPU     TIME %MEM   RSZ    VSZ CMD
"""
    text = head + "\n".join(ports) + "\n" + tail
    processes = ["/usr/sbin/sshd -D", "/usr/sbin/cron -f", "/usr/sbin/rsyslogd -n -iNONE"]
    row = "{0:7} {1:7} app      Nov01    S  19  0.1 01:02:03  0.4 81234 912345 {2}\n"
    for one in range(1000):
        command = processes[one] if one < len(processes) else f"/usr/bin/java -Xmx512m -Dapp=shop{one} -jar shop.jar"
        text += row.format(one + 100, 1, command)
        if len(text) >= _BYTES:
            break
    return text.encode()


def send(port: int, count: int, first: int) -> None:
    """So many messages at the pace of all agents, each on its own connection."""
    messages = [message(number) for number in range(first, first + min(count, 100))]
    begun = time.monotonic()
    for number in range(count):
        agent = first + number
        body = messages[number % len(messages)].replace(
            b"client agent%d," % (first + number % len(messages)), b"client agent%d," % agent, 1
        )
        time.sleep(max(begun + number / PACE - time.monotonic(), 0.0))
        with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
            wire.sendall(body)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(65536):
                pass


def run() -> list[Row]:
    """The row of the report."""
    with tempfile.TemporaryDirectory(prefix="bench-agents-") as folder:
        ours, squares = _hexmon(Path(folder))
    theirs = _xymond() if find("xymond") else None
    return [
        Row(
            figure="10,000 agents, a message of 60 KB each 5 minutes: share of a core",
            unit="%",
            ours=ours,
            peer_name="xymond and xymond_client",
            peer=theirs,
            ratio=ours / theirs if theirs else None,
            want="<= 25",
            note=f"{PACE:.0f} messages/s, {squares} squares of each; hexmon durable, with its pages",
        )
    ]


def _hexmon(folder: Path) -> tuple[float, int]:
    (folder / "hosts.cfg").write_text(hosts_cfg())
    (folder / "analysis.cfg").write_text(_ANALYSIS)
    port, web = free_port(), free_port()
    environment = {
        **os.environ,
        "HEXMON_LISTEN__MESSAGES": f'["127.0.0.1:{port}"]',
        "HEXMON_LISTEN__WEB": f'["127.0.0.1:{web}"]',
        "HEXMON_FILES__HOSTS": str(folder / "hosts.cfg"),
        "HEXMON_FILES__ANALYSIS": str(folder / "analysis.cfg"),
        "HEXMON_DATA_DIR": str(folder / "data"),
        "HEXMON_AGENT__ENABLED": "false",
    }
    with running([sys.executable, "-m", "hexmon", "serve", "--quiet"], port, environment) as server:
        share = _share(port, [server.pid])
        return share, _squares(port)


def _squares(port: int) -> int:
    """How many squares an agent's message became."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(b"xymondboard host=^agent5.lab.test$ fields=testname")
        wire.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    return len(set(answer.decode().split()) - {"info", "trends", "clientlog"})


def _xymond() -> float:
    from tests.support.xymond import xymond

    with xymond(hosts_cfg(), {"analysis.cfg": _ANALYSIS}, options=["--flap-count=0"]) as daemon:
        worker = xymon_worker(daemon, "client", "xymond_client")
        time.sleep(2)
        try:
            if worker.poll() is not None:
                raise RuntimeError("xymond_client did not start")
            return _share(daemon.port, [daemon.pid, *_family(worker.pid)])
        finally:
            worker.terminate()
            worker.wait(20)


def _share(port: int, processes: list[int]) -> float:
    """Per cent of a core that these processes take while the agents report."""
    _load(port, WARMING, 0)
    before, begun = _used(processes), time.monotonic()
    _load(port, COUNTED, WARMING)
    return 100 * (_used(processes) - before) / (time.monotonic() - begun)


def _load(port: int, count: int, first: int) -> None:
    command = [sys.executable, "-m", "bench.agents", "sender", str(port), str(count), str(first)]
    subprocess.run(command, check=True)


def _family(pid: int) -> Iterator[int]:
    """A process and those that it started."""
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _used(processes: list[int]) -> float:
    """Their processor time so far, seconds."""
    ticks = 0
    for pid in processes:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sender", port, count, first]:
            send(int(port), int(count), int(first))
        case _:
            for row in run():
                print(f"{row.figure}: {row.ours:.1f} {row.unit}; {row.peer_name}: {row.peer} ({row.want})")
