"""Serves the pages of a made-up site, to look at: `python -m tests.web.demo --port 8111`.

About sixty hosts on several pages, in all colours; every few seconds one of them changes.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Iterator

import msgspec
import uvicorn

from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.inventory import Host, Inventory, Placement
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged, ClientMessage, Cookie, Disabled, Status
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from tests.web.alert_demo import LINK_KEY, ack_path_of, alerts_of
from tests.web.fake import FakeBoard, FakeHistory, FakeHostData, a_group, an_inventory

UNIX = ("conn", "cpu", "disk", "memory", "procs", "ssh", "uptime")
GROUPS: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "": [
        ("Front door", ("www", "shop", "login", "mail"), ("conn", "http", "sslcert", "dns")),
        ("This machine", ("monitor",), (*UNIX, "hexmon")),
    ],
    "berlin": [
        ("Application servers", tuple(f"app{n:02}.berlin" for n in range(1, 13)), (*UNIX, "http", "msgs")),
        ("Databases", ("db1.berlin", "db2.berlin", "db3.berlin"), (*UNIX, "postgres", "backup")),
    ],
    "berlin/network": [
        ("Switches", tuple(f"sw{n:02}.berlin" for n in range(1, 13)), ("conn", "ports", "temp")),
        ("Routers", ("gw1.berlin", "gw2.berlin"), ("conn", "bgp", "temp")),
    ],
    "oslo": [("", tuple(f"node{n:02}.oslo" for n in range(1, 19)), (*UNIX, "http", "ntp"))],
    "lab": [("Test benches", tuple(f"bench{n}.lab" for n in range(1, 9)), ("conn", "ssh", "cpu"))],
}
TITLES = {"": "", "berlin": "Berlin", "berlin/network": "Network", "oslo": "Oslo", "lab": "Laboratory"}

BAD: dict[tuple[str, str], tuple[Color, float, str]] = {
    ("db2.berlin", "disk"): (Color.RED, 840, "Filesystem /var/lib/postgresql 97 % full (limit 95 %)"),
    ("db2.berlin", "backup"): (Color.YELLOW, 39_000, "Last backup is 31 h old"),
    ("sw07.berlin", "conn"): (Color.RED, 190, "No answer to 3 pings in 10 s"),
    ("sw07.berlin", "ports"): (Color.PURPLE, 120, "12 ports up"),
    ("app05.berlin", "http"): (Color.RED, 15_200, "HTTP 503 Service Unavailable from http://app05.berlin/health"),
    ("app09.berlin", "memory"): (Color.YELLOW, 5_400, "Memory 91 % used (warning above 90 %)"),
    ("app11.berlin", "cpu"): (Color.YELLOW, 260, "Load 14.20 on 8 cores"),
    ("node03.oslo", "ntp"): (Color.YELLOW, 200_000, "Clock is 0.84 s ahead"),
    ("node14.oslo", "procs"): (Color.PURPLE, 8_000, "All 41 processes run"),
    ("shop", "sslcert"): (Color.YELLOW, 90_000, "Certificate of shop expires in 12 days"),
    ("bench4.lab", "conn"): (Color.CLEAR, 600_000, "Dial-up host is offline"),
}
DOWN = "node09.oslo"
STRANGERS = (
    ("cam3", "127.0.1.77", 40),
    ("db2", "192.0.2.17", 190),
    ("build-agent-with-a-long-name.continuous-integration.example.net", "192.0.2.40", 500),
    ("printer1", "192.0.2.99", 7_000),
    ("printer2", "192.0.2.99", 90_000),
)
SECTIONS = (
    "date uname osversion uptime who df inode mount free ifconfig route netstat ports ifstat ps nproc top vmstat "
    "msgs:/var/log/syslog"
)
CLIENT_DATA = b"client monitor.linux linux\n" + b"".join(
    b"[%s]\n%s\n" % (name.encode(), b"/dev/sda1      40G  12G  28G 30% /\n" * 3) for name in SECTIONS.split()
)


def places() -> Iterator[tuple[str, str, str]]:
    for path, groups in GROUPS.items():
        for _, hosts, tests in groups:
            for host in hosts:
                yield from ((path, host, test) for test in tests)


def text_of(host: str, test: str, color: Color, line: str) -> bytes:
    said = line or f"{test} ok on {host}"
    detail = "\n".join(f"&{color.word} {said}" if n == 0 else f"&green detail {n} of {test} is fine" for n in range(4))
    table = "Filesystem     1024-blocks      Used Avail Capacity\n/dev/sda1      40G  12G  28G 30% /\n"
    return f"{color.word} Sat Nov 21 05:00:00 2026 {said}\n\n{detail}\n\n{table}".encode()


def a_status(host: str, test: str, now: float, rng: random.Random) -> Status:
    color, age, line = BAD.get((host, test), (Color.GREEN, rng.uniform(4_000, 5_000_000), ""))
    if host == DOWN:
        color, age = (Color.RED, 1_500.0) if test == "conn" else (Color.CLEAR, 1_480.0)
        line = "No answer to 3 pings in 10 s" if test == "conn" else "Host appears to be down"
    if host == DOWN and test == "http":
        color, line = Color.RED, "Connection refused"
    disabled = None
    if host == "bench2.lab":
        color, age, disabled = Color.BLUE, 20_000.0, Disabled(now + 7_000, b"New power supply\nDisabled by: the lab")
    acknowledged = None
    if (host, test) == ("app05.berlin", "http"):
        acknowledged = Acknowledged(now + 3_000, b"Deploy is rolled back, back in an hour", Color.RED)
    since = now - age
    return Status(
        key=StatusKey(host, test), color=color, reported=color, text=text_of(host, test, color, line), head=b"",
        sender="127.0.0.1", created=now - 6_000_000, since=since, updated=now - rng.uniform(0, 60),
        valid_until=now + 1_700, validity=1_800.0, disabled=disabled, acknowledged=acknowledged,
        before=Color.GREEN, cookie=Cookie(rng.randrange(100_000, 999_999), now + 86_400),
    )  # fmt: skip


def changes_of(statuses: list[Status], rng: random.Random) -> Iterator[Change]:
    number = 0
    for status in statuses:
        at, color = status.since, status.color
        for _ in range(rng.randrange(2, 12)):
            before = (
                rng.choice([Color.GREEN, Color.GREEN, Color.YELLOW, Color.RED]) if color is Color.GREEN else Color.GREEN
            )
            since = at - rng.uniform(300, 9_000 if before is not Color.GREEN else 400_000)
            number += 1
            yield Change(
                id=number, key=status.key, at=at, color=color, before=before, before_since=since,
                text=text_of(*status.key, color, ""), sender="127.0.0.1",
            )  # fmt: skip
            at, color = since, before


def a_site(now: float) -> tuple[Inventory, list[Status], list[Change]]:
    rng = random.Random(7)  # noqa: S311
    hosts = {
        host: Host(
            name=host, ip=f"127.0.1.{number % 250 + 1}", page=path, all_pages=(path,),
            comment="passive" if host == "gw2.berlin" else "",
            description="PostgreSQL 17" if host.startswith("db") else "",
            tags=("http://shop/", "ssh") if host == "shop" else ("ssh",),
        )
        for number, (path, host) in enumerate(dict.fromkeys((path, host) for path, host, _ in places()))
    }  # fmt: skip
    pages = {path: [a_group(*names, title=title) for title, names, _ in groups] for path, groups in GROUPS.items()}
    first = pages["berlin"][0]
    rows = [
        msgspec.structs.replace(place, title="Batch" if place.host == "app09.berlin" else "") for place in first.hosts
    ]
    pages["berlin"][0] = msgspec.structs.replace(first, hosts=tuple(Placement(row.host, row.title) for row in rows))
    inventory = an_inventory(pages, hosts.values(), TITLES)
    statuses = [a_status(host, test, now, rng) for _, host, test in places()]
    return inventory, statuses, list(changes_of(statuses, rng))


async def restless(board: FakeBoard, clock: SystemClock, period: float) -> None:
    rng = random.Random(1)  # noqa: S311
    keys = [StatusKey(host, test) for _, host, test in places() if host != DOWN]
    while True:
        await clock.sleep_until(clock.monotonic() + period)
        status = board.status(rng.choice(keys))
        assert status is not None
        now = clock.now()
        color = Color.GREEN if status.color is not Color.GREEN else rng.choice([Color.RED, Color.YELLOW, Color.YELLOW])
        text = text_of(*status.key, color, "Something happened here" if color is not Color.GREEN else "")
        board.put(msgspec.structs.replace(status, color=color, since=now, updated=now, text=text), now)


def statuses_by_name(statuses: list[Status], host: str, test: str) -> Status:
    return next(status for status in statuses if status.key == (host, test))


async def main(port: int, period: float, calm: bool) -> None:
    clock = SystemClock()
    now = clock.now()
    inventory, statuses, changes = a_site(now)
    board = FakeBoard(inventory, LocalBus())
    for status in statuses:
        board.put(msgspec.structs.replace(status, color=Color.GREEN, disabled=None) if calm else status, now)
    board.messages["monitor"] = [
        ClientMessage(
            host="monitor", collector="", os_type="linux", host_class="", sender="127.0.0.1", received=now - 30,
            message=CLIENT_DATA,
        )
    ]  # fmt: skip
    for name, sender, age in STRANGERS:
        board.ghosts.saw(name, sender, now - 4 * age - 3600)
        board.ghosts.saw(name, sender, now - age)
    disk = statuses_by_name(statuses, "db2.berlin", "disk").since
    kept = {"db2.berlin": {int(disk - 12): b"\n[collector:]\n" + CLIENT_DATA, int(disk - 86_000): CLIENT_DATA}}
    alerts = alerts_of([] if calm else statuses, now)

    async def acknowledge(cookie: int, seconds: float, text: str, _whole_host: bool) -> bool:
        for host in board.hosts():
            for status in board.squares(host):
                if status.cookie is not None and status.cookie.number == cookie:
                    known = Acknowledged(clock.now() + seconds, text.encode(), status.color)
                    board.put(msgspec.structs.replace(status, acknowledged=known), clock.now())
                    return True
        return False

    context = WebContext(
        board, FakeHistory(changes), board.bus, clock, alerts=alerts, acknowledge=acknowledge, link_key=LINK_KEY,
        host_data=FakeHostData(kept),
    )  # fmt: skip
    app = create_app(context)
    sys.stdout.write(f"a link of a message: {ack_path_of(statuses_by_name(statuses, 'db2.berlin', 'disk'))}\n")
    sys.stdout.flush()
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning", timeout_graceful_shutdown=1))
    async with asyncio.TaskGroup() as tasks:
        if period:
            tasks.create_task(restless(board, clock, period))
        await server.serve()
        raise asyncio.CancelledError


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8111)
    parser.add_argument("--period", type=float, default=0.0, help="seconds between two changes; 0: none")
    parser.add_argument("--calm", action="store_true", help="everything is green")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.port, arguments.period, arguments.calm))
