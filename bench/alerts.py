"""How long it takes from a red status to a webhook called: one at a time, and 1,000 squares at once.

hexmon is the real server with its database on disk: a webhook is called only when the alert is durable. The time begins
before the connection that carries the red status, and ends when the receiving server has read the request.
Alertmanager (group_wait 0s, a group for each alert; nothing of it is durable) gets its alerts by POST; xymond with
xymond_alert starts a SCRIPT. One server receives from all.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

from bench.peers import find, free_port, running
from bench.row import Row

SINGLES = 200
BURST = 1000
PEER_BURST = 500
PAUSE = 0.05
SCRIPTED = 20
PATIENCE = 60.0
_BIN = Path("/usr/lib/xymon/server/bin")

# Writes a line for each request: the moment at which it was read, and its body in one line.
_SINK = """
import asyncio, sys, time, uvloop
out = open(sys.argv[2], "a", buffering=1)
class Sink(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            head, rest = self.data.split(b"\\r\\n\\r\\n", 1)
            length = 0
            for line in head.lower().split(b"\\r\\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            if len(rest) < length:
                return
            body, self.data = rest[:length], rest[length:]
            out.write(f"{time.time()} {body.decode()!r}\\n")
            self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()
uvloop.run(main())
"""


def run() -> list[Row]:
    """The rows of the report."""
    with tempfile.TemporaryDirectory(prefix="bench-alerts-") as folder, _sink(Path(folder)) as sink:
        ours_single, ours_burst = _hexmon(Path(folder), sink)
        theirs = _alertmanager(Path(folder), sink)
        scripted = _xymond_alert(Path(folder))
    single, burst = theirs or ([], [])
    am, xa = "Alertmanager (not durable)", "xymond_alert"
    return [
        _row("red seen to webhook called, one at a time: p50", 0.5, ours_single, (am, single), "<= 5"),
        _row("red seen to webhook called, one at a time: p99", 0.99, ours_single, (am, single), "<= 50"),
        _row(f"red seen to webhook called, {BURST:,} at once: p50", 0.5, ours_burst, (f"{am}, {PEER_BURST}", burst)),
        _row(
            f"red seen to webhook called, {BURST:,} at once: p99",
            0.99,
            ours_burst,
            (f"{am}, {PEER_BURST}", burst),
            "<= 250",
        ),
        _row(
            "red seen to SCRIPT started, one each 1.3 s: p50", 0.5, ours_single, (xa, scripted), note="ours: a webhook"
        ),
    ]


def _row(
    figure: str, part: float, ours: list[float], peer: tuple[str, list[float]], want: str = "", note: str = ""
) -> Row:
    name, theirs = peer
    mine, other = _share(part, ours), _share(part, theirs) if theirs else None
    ratio = mine / other if other else None
    note = note or ("durable" if theirs else f"{name} is not installed")
    return Row(figure=figure, unit="ms", ours=mine, peer_name=name, peer=other, ratio=ratio, want=want, note=note)


def _share(part: float, seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1000


class Sink:
    """The receiving server: what came, and when."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._log = log
        self._read = 0

    def wait_for(self, names: set[str]) -> dict[str, float]:
        """When each of these names was first read of; whatever did not come within a minute is missing."""
        found: dict[str, float] = {}
        deadline = time.monotonic() + PATIENCE
        while len(found) < len(names) and time.monotonic() < deadline:
            time.sleep(0.02)
            with self._log.open() as log:
                log.seek(self._read)
                for line in log:
                    if not line.endswith("\n"):
                        break
                    self._read += len(line.encode())
                    moment, _, body = line.partition(" ")
                    for name in _hosts_in(body) & names:
                        found.setdefault(name, float(moment))
        assert len(found) == len(names), f"{len(names) - len(found)} of {len(names)} never came"
        return found


def _hosts_in(body: str) -> set[str]:
    return {word for word in body.replace('"', " ").replace(":", " ").split() if word.endswith(".lab.test")}


@contextlib.contextmanager
def _sink(folder: Path) -> Iterator[Sink]:
    port, log = free_port(), folder / "sink.log"
    log.touch()
    with running([sys.executable, "-c", _SINK, str(port), str(log)], port):
        yield Sink(port, log)


def _hexmon(folder: Path, sink: Sink) -> tuple[list[float], list[float]]:
    port, web = free_port(), free_port()
    hosts = [f"h{number}.lab.test" for number in range(SINGLES + BURST)]
    (folder / "hosts.cfg").write_text("".join(f"127.0.0.1 {host} # noconn\n" for host in hosts))
    (folder / "alerts.cfg").write_text("HOST=%.* COLOR=red\n\tCHANNEL=hook REPEAT=1h\n")
    (folder / "hexmon.toml").write_text(
        f'data_dir = "data"\n[listen]\nmessages = ["127.0.0.1:{port}"]\nweb = ["127.0.0.1:{web}"]\n'
        f'[agent]\nenabled = false\n[channels.hook]\ntype = "webhook"\nurl = "{sink.url}"\n'
    )
    command = [sys.executable, "-m", "hexmon", "serve", "--quiet", "--config", str(folder / "hexmon.toml")]
    with running(command, port):
        _until_ready(web)
        return _both(hosts, sink, _status, port)


def _until_ready(web: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{web}/-/ready", timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)


def _status(host: str, color: str) -> bytes:
    return f"status {host.replace('.', ',')}.svc {color} all about it\nand more\n".encode()


def _both(
    hosts: list[str], sink: Sink, message: Callable[[str, str], bytes], port: int
) -> tuple[list[float], list[float]]:
    _send(port, [message(host, "green") for host in hosts])
    begun: dict[str, float] = {}
    for host in hosts[:SINGLES]:
        begun[host] = time.time()
        _send(port, [message(host, "red")])
        time.sleep(PAUSE)
    came = sink.wait_for(set(begun))
    singles = [came[host] - begun[host] for host in begun]
    many = hosts[SINGLES:]
    combo = b"combo\n" + b"\n\n".join(message(host, "red") for host in many)
    start = time.time()
    _send(port, [combo])
    came = sink.wait_for(set(many))
    return singles, [came[host] - start for host in many]


def _send(port: int, messages: list[bytes]) -> None:
    for message in messages:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
            wire.sendall(message)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(4096):
                pass


_ALERTMANAGER = """
route:
  receiver: hook
  group_by: [alertname, instance]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: hook
    webhook_configs:
      - url: {url}
        send_resolved: false
"""


def _alertmanager(folder: Path, sink: Sink) -> tuple[list[float], list[float]] | None:
    program = find("prometheus-alertmanager")
    if program is None:
        return None
    port = free_port()
    (folder / "am.yml").write_text(_ALERTMANAGER.format(url=sink.url))
    command = [
        program,
        f"--config.file={folder / 'am.yml'}",
        f"--storage.path={folder / 'am'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(command, port):
        singles = [f"am{number}.lab.test" for number in range(SINGLES)]
        begun = {}
        for host in singles:
            begun[host] = time.time()
            _post(port, [host])
            time.sleep(PAUSE)
        came = sink.wait_for(set(singles))
        many = [f"amb{number}.lab.test" for number in range(PEER_BURST)]
        start = time.time()
        _post(port, many)
        there = sink.wait_for(set(many))
    return [came[host] - begun[host] for host in singles], [there[host] - start for host in many]


def _post(port: int, hosts: list[str]) -> None:
    body = json.dumps([{"labels": {"alertname": "svc", "instance": host}} for host in hosts]).encode()
    request = Request(f"http://127.0.0.1:{port}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


def _xymond_alert(folder: Path) -> list[float]:
    """A status every 1.3 s, the SCRIPT writes the moment. Nothing when Xymon is not installed."""
    if find("xymond_alert") is None:
        return []
    home = folder / "xymon"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    folder.chmod(0o755)
    port, log = free_port(), home / "log"
    hosts = [f"x{number}.lab.test" for number in range(SCRIPTED)]
    (home / "etc").mkdir()
    (home / "etc" / "hosts.cfg").write_text("".join(f"127.0.0.1 {host} # noconn\n" for host in hosts))
    (home / "etc" / "holidays.cfg").touch()
    (home / "alerts.cfg").write_text(f"HOST=%.* COLOR=red\n\tSCRIPT {home / 'tell'} me REPEAT=1h\n")
    (home / "tell").write_text(f'#!/bin/sh\necho "$(date +%s.%N) $BBHOSTNAME" >>{log}\n')
    (home / "tell").chmod(0o755)
    with _xymon(home, port):
        _send(port, [_status(host, "green") for host in hosts])
        begun = {}
        for host in hosts:
            begun[host] = time.time()
            _send(port, [_status(host, "red")])
            time.sleep(1.3)
        return _scripted(log, begun)


def _scripted(log: Path, begun: dict[str, float]) -> list[float]:
    deadline, lines = time.monotonic() + 130.0, []
    while time.monotonic() < deadline:
        lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        if len(lines) >= len(begun):
            break
        time.sleep(0.5)
    return [float(moment) - begun[host] for moment, host in lines]


@contextlib.contextmanager
def _xymon(home: Path, port: int) -> Iterator[None]:
    variables = {
        "XYMONHOME": str(home),
        "XYMONTMP": str(home),
        "XYMONVAR": str(home),
        "XYMONSERVERLOGS": str(home),
        "HOSTSCFG": str(home / "etc" / "hosts.cfg"),
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": str(port),
        "MACHINE": "x0,lab,test",
        "MACHINEDOTS": "x0.lab.test",
        "ALERTCOLORS": "red,yellow,purple",
    }
    environment = {**os.environ, **variables}
    prefix = ["unshare", "--ipc"]
    if os.geteuid() == 0:
        prefix += ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    daemon = (
        f"{_BIN}/xymond --no-daemon --listen=127.0.0.1:{port} --hosts={home}/etc/hosts.cfg --pidfile={home}/pid "
        f"--log={home}/xymond.log & sleep 1; "
        f"exec {_BIN}/xymond_channel --channel=page --log={home}/channel.log {_BIN}/xymond_alert "
        f"--config={home}/alerts.cfg"
    )
    process = subprocess.Popen(
        [*prefix, "sh", "-c", daemon], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(2.5)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
