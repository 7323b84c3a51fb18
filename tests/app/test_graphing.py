"""Graphs: from what the board tells of to RRD files, and what hexmon says of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexmon.app.graphing import Graphing
from hexmon.app.settings import Configuration, Settings
from hexmon.graphs import librrd
from hexmon.graphs.settings import GraphSettings
from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked, SquareDropped
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.model.site import Monitor, Site
from tests.support.clock import FakeClock, settle
from tests.support.dispatch import Monitor as Dispatched
from tests.support.monitor import monitor as running_monitor
from tests.support.monitor import wait_for

UP = "green up: 3 days, load=0.26"
HOSTS = "127.0.0.1 www.example.com # INTERFACES:^eth\n127.0.0.2 db.example.com #\n"
PING = StatusKey("Office.gw", "conn")
SWITCH = StatusKey("Office.sw", "ports")
SITE = Site(
    name="Office",
    source="sites/office.yaml",
    stem="office",
    folder="Office",
    page="office",
    monitors=(
        Monitor(site="Office", key=PING, type="ping", name="gw", address="127.0.0.1", check_every=86400),
        Monitor(site="Office", key=SWITCH, type="ports", name="sw", address="127.0.0.2", check_every=86400),
    ),
)


class Bench:
    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = FakeClock()
        self.monitor = Dispatched(folder, HOSTS, self.clock)
        self.bus = self.monitor.bus
        board = self.monitor.board
        hosts = {key.host: Host(name=key.host, monitor=one) for one in SITE.monitors for key in (one.key,)}
        checked = Host(
            name="db.example.com",
            checks=(
                Check(key=StatusKey("db.example.com", "postgres"), probe="tcp", address="127.0.0.2", options=None),
            ),
        )
        inventory = replace(
            board.inventory, hosts={**board.inventory.hosts, **hosts, "db.example.com": checked}, sites=(SITE,)
        )
        board.adopt(inventory)
        values = GraphSettings(**{"flush": 1e6} | settings)
        configuration = Configuration(settings=Settings(graphs=values, data_dir=str(folder)), folder=folder, path=None)
        self.graphing = Graphing(configuration, self.clock, self.bus, board)
        self.top = folder / "rrd"

    def files(self) -> list[str]:
        return sorted(str(one.relative_to(self.top)) for one in self.top.rglob("*.rrd") if one.is_file())


@asynccontextmanager
async def a_bench(folder: Path, **settings: Any) -> AsyncIterator[Bench]:
    bench = Bench(folder, **settings)
    async with bench.graphing.running(), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(loop) for loop in bench.graphing.loops().values()]
        await settle()
        yield bench
        await settle()
        for task in running:
            task.cancel()


async def test_statuses_and_data_messages_become_files(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.monitor.say(f"status www,example,com.cpu {UP}")
        bench.monitor.say(f"status www,example,com.nosuch {UP}")
        bench.monitor.say("status db,example,com.postgres green it answers\n\nSeconds: 0.25\n")
        bench.monitor.say("status db,example,com.cpu purple it is silent")
        bench.monitor.say("data db,example,com.vmstat\nlinux\n1 2 3")
        bench.monitor.say("data db,example,com.linecounts\nerrors:3")
        await settle()
        await bench.graphing.flushed("www.example.com", ["la.rrd"], seconds=20)
        assert librrd.info(bench.top / "www.example.com" / "la.rrd")["ds[la].last_ds"] == "26"
    assert bench.files() == [
        "db.example.com/lines.errors.rrd",
        "db.example.com/tcp.postgres.rrd",
        "db.example.com/vmstat.rrd",
        "www.example.com/la.rrd",
    ]


async def test_interfaces_that_a_host_does_not_want(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        rows = "".join(f"{name}: flags=1\n  RX bytes:1 (x)  TX bytes:2 (x)\n" for name in ("eth0", "docker0"))
        for host in ("www", "db"):
            bench.monitor.say(f"data {host},example,com.ifstat\nlinux\n{rows}")
    assert bench.files() == [
        "db.example.com/ifstat.docker0.rrd",
        "db.example.com/ifstat.eth0.rrd",
        "www.example.com/ifstat.eth0.rrd",
    ]


def polled(at: float, packets: float) -> MonitorChecked:
    device = Device(values={"if1_in": packets, "total_pkts_in": packets}, bits={"if1_in": 64, "total_pkts_in": 64})
    return MonitorChecked(at=at, key=SWITCH, up=True, seconds=1.0, device=device)


async def test_monitors_of_sites_have_the_files_of_apmonitor(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        now = bench.clock.now()
        bench.bus.publish(MonitorChecked(at=now, key=PING, up=True, seconds=0.0125))
        bench.bus.publish(MonitorChecked(at=now, key=StatusKey("Office.gone", "conn"), up=True, seconds=1.0))
        bench.bus.publish(polled(now, 500.0))
        bench.monitor.say("status Office,gw.conn green its status brings no second file")
    assert bench.files() == ["Office/gw-availability.rrd", "Office/sw-snmp.rrd"]
    info = librrd.info(bench.top / "Office" / "gw-availability.rrd")
    assert (info["ds[response_time].last_ds"], info["ds[is_up].last_ds"]) == ("12.50", "100")
    assert librrd.info(bench.top / "Office" / "sw-snmp.rrd")["ds[total_pkts_in].last_ds"] == "500"


async def test_sums_go_on_after_a_restart(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.bus.publish(polled(bench.clock.now(), 500.0))
    async with a_bench(tmp_path) as bench:
        bench.bus.publish(polled(bench.clock.now() + 60, 700.0))
    assert librrd.info(bench.top / "Office" / "sw-snmp.rrd")["ds[total_pkts_in].last_ds"] == "700"


async def test_a_folder_of_apmonitor_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "rrd" / "office.statefile.rrd").mkdir(parents=True)
    async with a_bench(tmp_path) as bench:
        bench.bus.publish(MonitorChecked(at=bench.clock.now(), key=PING, up=False, seconds=1.0))
    assert bench.files() == ["office.statefile.rrd/gw-availability.rrd"]


async def test_hosts_that_are_dropped_and_renamed(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        for host in ("www,example,com", "db,example,com"):
            bench.monitor.say(f"status {host}.cpu {UP}")
        bench.bus.publish(MonitorChecked(at=bench.clock.now(), key=PING, up=True, seconds=1.0))
        bench.bus.publish(polled(bench.clock.now(), 500.0))
        bench.monitor.say("drop www.example.com cpu")
        await settle()
        await bench.graphing.flushed("x", ["x.rrd"], seconds=20)
        bench.monitor.say("rename www.example.com web.example.com")
        bench.monitor.say("drop db.example.com")
        bench.monitor.say("drop Office.gw")
        bench.bus.publish(SquareDropped(at=bench.clock.now(), host="web.example.com", test=None, forget=True))
    assert bench.files() == ["Office/sw-snmp.rrd", "web.example.com/la.rrd"]


async def test_the_end_writes_what_was_told_a_moment_ago(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        for number in range(2000):
            key = StatusKey("Office.gw", "conn")
            bench.bus.publish(MonitorChecked(at=bench.clock.now() + number, key=key, up=True, seconds=1.0))
        # The task of the loop has seen a part of them, or none, when it is cancelled.
    info = librrd.info(bench.top / "Office" / "gw-availability.rrd")
    assert info["last_update"] == int(bench.clock.now()) + 1999


async def test_what_hexmon_says_of_them(tmp_path: Path) -> None:
    (tmp_path / "rrddefinitions.cfg").write_text("[la]\nRRA:AVG:0.5:1:5\nRRA:LAST:0.5:1:7\n")
    async with a_bench(tmp_path, test2rrd=("cpu=la",)) as bench:
        bench.monitor.say(f"status www,example,com.cpu2 {UP}")
        bench.monitor.say(f"status www,example,com.cpu {UP}")
        await settle()
        await bench.graphing.flushed("www.example.com", ["la.rrd"], seconds=20)
        metrics = "\n".join(bench.graphing.metrics())
        assert 'hexmon_rrd_total{what="written"} 1' in metrics
        assert "hexmon_rrd_files 1" in metrics
        assert "hexmon_rrd_queue_depth 0" in metrics
        (trouble,) = bench.graphing.troubles()
        assert "rrddefinitions.cfg:2: 'RRA:AVG:0.5:1:5' is not an archive" in trouble


async def test_without_librrd_everything_else_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(librrd, "_BINDING", None)
    monkeypatch.setattr(librrd, "_MISSING", "librrd cannot be used: no module")
    async with a_bench(tmp_path) as bench:
        assert bench.graphing.loops() == {}
        assert bench.bus.followers() == []
        bench.monitor.say("status www,example,com.cpu green up")
        await bench.graphing.flushed("www.example.com", ["x.rrd"], seconds=20)
        (trouble,) = bench.graphing.troubles()
    assert trouble.startswith("no figures are kept: librrd cannot be used: no module; [graphs] enabled = false")
    assert not bench.top.exists()


def test_a_running_hexmon_keeps_figures_until_its_end(tmp_path: Path) -> None:
    with running_monitor(tmp_path, HOSTS) as running:
        status, text = running.get("/metrics")
        assert status == 200
        assert b"hexmon_rrd_pending " in text
        wait_for(lambda: b"graphs" in running.get("/metrics")[1] or None, 10, "the queue of graphs")


def test_a_running_hexmon_that_wants_none(tmp_path: Path) -> None:
    with running_monitor(tmp_path, HOSTS, HEXMON_GRAPHS__ENABLED="false") as running:
        assert b"hexmon_rrd" not in running.get("/metrics")[1]
    assert not (tmp_path / "hexmon-data" / "rrd").exists()
