"""How long the server takes for a page of 500 hosts x 12 columns: changed, unchanged, in process and over HTTP."""

import asyncio
import http.client
import os
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn

from bench.row import Row
from hexmon.model.color import Color
from tests.support.peers import peers
from tests.support.xymond import xymond
from tests.web.fake import Site, a_group, a_square, an_inventory

HOSTS, TESTS = 500, tuple(f"test{number:02}" for number in range(12))
ROUNDS = 30
WANT_MS = "<= 30 ms"


def _color(number: int) -> Color:
    """One square in forty is not green."""
    return (Color.RED, Color.YELLOW, Color.PURPLE, Color.BLUE)[number // 40 % 4] if number % 40 == 0 else Color.GREEN


def a_site() -> Site:
    names = [f"host{number:04}.example.net" for number in range(HOSTS)]
    statuses = [
        a_square(name, test, _color(row * len(TESTS) + column))
        for row, name in enumerate(names)
        for column, test in enumerate(TESTS)
    ]
    groups = [a_group(*names[start : start + 100], title=f"Rack {start // 100}") for start in range(0, HOSTS, 100)]
    return Site(an_inventory({"": groups}), *statuses)


async def _ask(site: Site, *headers: tuple[bytes, bytes]) -> tuple[int, int, str]:
    """One request in process: status, bytes, ETag."""
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"hexmon.test"), *headers], "scheme": "http", "server": ("hexmon.test", 80),
    }  # fmt: skip
    await site.app(scope, receive, send)  # type: ignore[arg-type]
    head = dict(sent[0]["headers"])  # type: ignore[call-overload]
    size = sum(len(message["body"]) for message in sent if "body" in message)  # type: ignore[arg-type, misc]
    return int(str(sent[0]["status"])), size, head.get(b"etag", b"").decode()


async def _milliseconds(action: Callable[[], Awaitable[object]], before: Callable[[int], None]) -> float:
    taken = []
    for number in range(ROUNDS):
        before(number)
        begin = time.perf_counter()
        await action()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


async def _in_process() -> list[Row]:
    begin = time.perf_counter()
    site = a_site()
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    _, size, etag = await _ask(site)
    first = (time.perf_counter() - begin) * 1000

    def one_changes(number: int) -> None:
        site.put(a_square("host0007.example.net", "test03", (Color.RED, Color.GREEN)[number % 2], age=number))

    async def unchanged() -> None:
        status, _, _ = await _ask(site, (b"if-none-match", etag.encode()))
        assert status == 304

    def all_change(number: int) -> None:
        for name in site.board.hosts():
            site.put(a_square(name, "test03", (Color.RED, Color.GREEN)[number % 2], age=3600.0 + number))

    everything = await _milliseconds(lambda: _ask(site), all_change)
    changed = await _milliseconds(lambda: _ask(site), one_changes)
    packed = await _milliseconds(lambda: _ask(site, (b"accept-encoding", b"gzip")), one_changes)
    _, _, etag = await _ask(site)
    still = await _milliseconds(unchanged, lambda _: None)
    note = f"{size / 1000:.0f} kB of HTML; the fake board took {built:.1f} s to fill"
    page = f"page of {HOSTS} x {len(TESTS)}"
    return [
        Row(figure=f"{page}, the first time", unit="ms", ours=first, want=WANT_MS, note=note),
        Row(figure=f"{page}, every row changed", unit="ms", ours=everything, want=WANT_MS),
        Row(figure=f"{page}, one square changed", unit="ms", ours=changed, want=WANT_MS),
        Row(figure=f"{page}, one square changed, gzip", unit="ms", ours=packed, want=WANT_MS),
        Row(figure=f"{page}, unchanged (304)", unit="ms", ours=still),
    ]


def _over_http() -> list[Row]:
    site = a_site()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        whole, unchanged = [], []
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        etag = ""
        for _ in range(ROUNDS):
            whole.append(_timed(wire, {}))
            etag = _etag(wire)
            unchanged.append(_timed(wire, {"If-None-Match": etag}))
        wire.close()
    finally:
        server.should_exit = True
        thread.join()
    return [
        Row(figure="the same over HTTP, ready", unit="ms", ours=statistics.median(whole), want=WANT_MS),
        Row(figure="the same over HTTP, 304", unit="ms", ours=statistics.median(unchanged)),
    ]


def _timed(wire: http.client.HTTPConnection, headers: dict[str, str]) -> float:
    begin = time.perf_counter()
    wire.request("GET", "/", headers=headers)
    wire.getresponse().read()
    return (time.perf_counter() - begin) * 1000


def _etag(wire: http.client.HTTPConnection) -> str:
    wire.request("HEAD", "/")
    answer = wire.getresponse()
    answer.read()
    return answer.getheader("ETag", "")


def _with_xymongen(ours: float | None) -> Row:
    figure = "page of 500 x 12 against one run of xymongen"
    generator = Path("/usr/lib/xymon/server/bin/xymongen")
    if "xymond" not in peers() or peers()["xymond"].find() is None or not generator.exists():
        return Row(figure=figure, unit="ms", ours=ours, peer_name="xymongen", note="xymon is not installed")
    hosts = "".join(f"127.0.0.1 host{number:04}.example.net # noconn\n" for number in range(HOSTS))
    with xymond(hosts) as server, tempfile.TemporaryDirectory() as folder:
        for number in range(HOSTS):
            name = f"host{number:04},example,net"
            parts = [f"status {name}.{test} green all is well\n" for test in TESTS]
            server.say(b"combo\n" + "\n\n".join(parts).encode())
        places = {"XYMSRV": server.host, "XYMONDPORT": str(server.port), "XYMONHOME": str(server.home), "FQDN": "TRUE"}
        config = {"HOSTSCFG": str(server.home / "etc" / "hosts.cfg"), "XYMONWEB": "/xymon", "XYMONWWWDIR": folder}
        paths = {"XYMONSERVERROOT": str(server.home), "XYMONTMP": folder, "XYMONVAR": folder, "XYMONSERVERWWWNAME": "x"}
        environment = os.environ | places | config | paths
        taken, failed = [], 0
        for _ in range(5):
            begin = time.perf_counter()
            done = subprocess.run([generator, folder], env=environment, capture_output=True, check=False)
            taken.append((time.perf_counter() - begin) * 1000)
            failed += done.returncode != 0
        peer = statistics.median(taken)
        page = Path(folder, "xymon.html")
        size = page.stat().st_size if page.exists() else 0
    note = f"a process that writes {size / 1000:.0f} kB of xymon.html, and nongreen.html; {failed} of 5 runs failed"
    ratio = ours / peer if ours is not None else None
    return Row(figure=figure, unit="ms", ours=ours, peer_name="xymongen", peer=peer, ratio=ratio, note=note)


def run() -> list[Row]:
    """All figures of the pages, for the load report."""
    rows = asyncio.run(_in_process())
    return [*rows, *_over_http(), _with_xymongen(rows[2].ours)]


if __name__ == "__main__":
    for row in run():
        print(
            f"{row.figure:55} {row.ours or 0:9.2f} {row.unit}  {row.peer_name} {row.peer or ''}  {row.want} {row.note}"
        )
