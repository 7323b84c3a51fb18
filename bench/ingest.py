"""Status messages per second into hexmon (SQLite, durable) and into xymond with its workers, by the same sender.

python -m bench.ingest              both, alternating, and the rows
python -m bench.ingest sender PORT KIND ROUND one round of the load generator
"""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.row import Row

if TYPE_CHECKING:
    from tests.support.xymond import Xymond

HOSTS = 500
TESTS = 12
COMBO = 50
SINGLES = 20_000
IN_COMBOS = 60_000
ROUNDS = 3
OUTSTANDING = 50  # connections that the sender has open at once
CHANGING = 50  # one status of so many changes its colour in each round
_BIN = Path("/usr/lib/xymon/server/bin")
_TEXT = b"&green line of a status text as an agent sends it, some of it a table of numbers 12 34 56 78\n" * 4


def statuses(turn: int) -> list[bytes]:
    """One status of each square; every CHANGING'th has another colour than the turn before."""
    made = []
    for number in range(HOSTS * TESTS):
        color = b"red" if (number + turn) % CHANGING == 0 else b"green"
        head = b"status host%d.test%d " % (number // TESTS, number % TESTS)
        made.append(head + color + b" Sat Nov 21 08:00:00 2026 turn %d\n" % turn + _TEXT)
    return made


def combos(messages: list[bytes]) -> list[bytes]:
    return [b"combo\n" + b"\n".join(messages[start : start + COMBO]) for start in range(0, len(messages), COMBO)]


def send_all(port: int, messages: list[bytes], count: int) -> float:
    """Send so many messages, each on its own connection; seconds until the last was closed by the server."""
    address, waiting = ("127.0.0.1", port), deque[socket.socket]()
    begun = time.perf_counter()
    for number in range(count):
        sock = socket.socket()
        sock.connect(address)
        sock.sendall(messages[number % len(messages)])
        sock.shutdown(socket.SHUT_WR)
        waiting.append(sock)
        if len(waiting) >= OUTSTANDING:
            _closed(waiting.popleft())
    while waiting:
        _closed(waiting.popleft())
    return time.perf_counter() - begun


def _closed(sock: socket.socket) -> None:
    if sock.recv(10):
        raise RuntimeError("a status was answered with something")
    sock.close()


def sender(port: int, kind: str, turn: int) -> float:
    """Statuses per second of one round."""
    messages = statuses(turn)
    if kind == "single":
        return SINGLES / send_all(port, messages, SINGLES)
    packed = combos(messages)
    return IN_COMBOS / send_all(port, packed, IN_COMBOS // COMBO)


def hosts_cfg() -> str:
    return "".join(f"127.0.0.1 host{number} # noconn\n" for number in range(HOSTS))


@contextlib.contextmanager
def _hexmon() -> Iterator[int]:
    """The whole `hexmon serve`, with its pages, its journal in SQLite and its own workers; flap detection off."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "hosts.cfg").write_text(hosts_cfg())
        port = _free_port()
        environment = {
            "HEXMON_LISTEN__MESSAGES": f'["127.0.0.1:{port}"]',
            "HEXMON_LISTEN__WEB": f'["127.0.0.1:{_free_port()}"]',
            "HEXMON_BOARD__FLAP_COUNT": "0",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "hexmon", "serve", "--quiet"],
            cwd=name,
            env=os.environ | environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


@contextlib.contextmanager
def _xymond(*, with_rrd: bool) -> Iterator[int]:
    """xymond with the workers that Debian's tasks.cfg starts for statuses; flap detection off, as at hexmon's."""
    from tests.support.xymond import xymond

    with xymond(hosts_cfg(), {"alerts.cfg": "", "analysis.cfg": ""}, options=["--flap-count=0"]) as daemon:
        workers = {"stachg": "xymond_history", "page": "xymond_alert", "client": "xymond_client"}
        if with_rrd:
            workers["status"] = "xymond_rrd"
        started = [xymon_worker(daemon, channel, name) for channel, name in workers.items()]
        time.sleep(1)
        if any(process.poll() is not None for process in started):
            raise RuntimeError("a worker of xymond did not start")
        try:
            yield daemon.port
        finally:
            for process in started:
                process.terminate()
                process.wait(20)


def xymon_worker(daemon: "Xymond", channel: str, name: str) -> subprocess.Popen[bytes]:
    """A worker of that xymond."""
    home, pid = daemon.home, daemon.pid
    prefix: list[str] = []
    for folder in ("hist", "histlogs", "rrd"):
        (home / folder).mkdir(exist_ok=True)
    if os.geteuid() == 0:
        from tests.support.xymond import unprivileged_user

        user = unprivileged_user()
        for folder in ("hist", "histlogs", "rrd"):
            os.chown(home / folder, user.pw_uid, user.pw_gid)
        identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        prefix = ["nsenter", f"--ipc=/proc/{pid}/ns/ipc", "setpriv", *identity]
    log = f"--log={home / channel}.log"
    environment = {
        **os.environ,
        "XYMONHOME": str(home),
        "XYMONTMP": str(home / "tmp"),
        "XYMONVAR": str(home / "tmp"),
        "XYMONHISTDIR": str(home / "hist"),
        "XYMONHISTLOGDIR": str(home / "histlogs"),
        "XYMONALLHISTLOG": str(home / "hist" / "allevents"),
        "XYMONRRDS": str(home / "rrd"),
        "HOSTSCFG": str(home / "etc" / "hosts.cfg"),
        "XYMSRV": daemon.host,
        "XYMONDPORT": str(daemon.port),
    }
    command = [*prefix, str(_BIN / "xymond_channel"), f"--channel={channel}", log, str(_BIN / name)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("the server did not start")


def _round(port: int, kind: str, turn: int) -> float:
    command = [sys.executable, "-m", "bench.ingest", "sender", str(port), kind, str(turn)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def _rates(ports: dict[str, int], kind: str) -> dict[str, float]:
    """The median of some rounds, the servers taking turns; a first round, which creates the squares, does not count."""
    found: dict[str, list[float]] = {name: [] for name in ports}
    for turn in range(ROUNDS + 1):
        for name, port in ports.items():
            rate = _round(port, kind, turn)
            if turn:
                found[name].append(rate)
    return {name: statistics.median(rates) for name, rates in found.items()}


def run() -> list[Row]:
    """The rows of the load report."""
    installed = (_BIN / "xymond").exists()
    rows = []
    with contextlib.ExitStack() as stack:
        ports = {"hexmon": stack.enter_context(_hexmon())}
        if installed:
            ports["xymond and its workers"] = stack.enter_context(_xymond(with_rrd=True))
            ports["xymond without xymond_rrd"] = stack.enter_context(_xymond(with_rrd=False))
        for kind, figure, want in (
            ("single", "status messages, one per connection, durable", ">= 1.0 x xymond"),
            ("combo", f"status messages in combos of {COMBO}, durable", ">= 2 x xymond"),
        ):
            rates = _rates(ports, kind)
            rows += _rows(figure, want, rates)
    return rows


def _rows(figure: str, want: str, rates: dict[str, float]) -> list[Row]:
    ours = rates.pop("hexmon")
    note = f"{HOSTS} hosts x {TESTS} tests, one status of {CHANGING} changes colour, median of {ROUNDS} rounds"
    if not rates:
        return [Row(figure=figure, unit="1/s", ours=round(ours), want=want, note=f"{note}; xymond is not installed")]
    made = []
    for name, rate in rates.items():
        wanted = want if name.endswith("its workers") else ""
        made.append(
            Row(
                figure=figure,
                unit="1/s",
                ours=round(ours),
                peer_name=name,
                peer=round(rate),
                ratio=round(ours / rate, 2),
                want=wanted,
                note=note,
            )
        )
    return made


def main(arguments: list[str]) -> None:
    match arguments:
        case ["sender", port, kind, turn]:
            print(sender(int(port), kind, int(turn)))
        case _:
            for row in run():
                print(
                    f"{row.figure}: {row.ours} {row.unit}; {row.peer_name}: {row.peer}, ratio {row.ratio} ({row.want})"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
