"""Client data is kept when a square turns bad, and when somebody asks for the next message."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexmon.app.hostdata import HostDataKeeper
from hexmon.board.settings import BoardSettings
from hexmon.history.hostdata import HostDataFiles
from hexmon.history.settings import HostDataSettings
from tests.support.clock import FakeClock, settle
from tests.support.dispatch import Monitor
from tests.support.monitor import monitor as running_monitor
from tests.support.monitor import wait_for

HOSTS = "127.0.0.1 www.example.com #\n127.0.0.2 db.example.com #\n"
MINUTE = 60.0


class Bench:
    """A board, and what was kept of its hosts."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = FakeClock()
        self.monitor = Monitor(folder, HOSTS, self.clock, settings=BoardSettings(flap_count=0))
        self.files = HostDataFiles(folder / "hostdata")
        values = HostDataSettings(**{"minimum_free": 0} | settings)
        self.keeper = HostDataKeeper(self.monitor.board, self.monitor.bus, self.clock, self.files, values)
        dispatcher = self.monitor.dispatcher
        dispatcher.outside = replace(dispatcher.outside, save_next=self.keeper)

    async def client(self, words: str = "x", host: str = "www,example,com", wait: float = 1.0) -> None:
        """A message of the agent, `wait` seconds after what was before."""
        await self.clock.advance(wait)
        self.monitor.say(f"client {host}.linux linux\n[test]\n{words}\n")
        await self.done()

    async def turn(self, color: str, test: str = "cpu", host: str = "www,example,com") -> None:
        self.monitor.say(f"status {host}.{test} {color} it is so")
        await self.done()

    async def bad_once(self, **client: Any) -> None:
        """A message, and a square that turns red and green again."""
        await self.client(**client)
        await self.turn("red")
        await self.turn("green")

    async def done(self) -> None:
        await settle()
        await self.keeper.drained()

    def kept(self, host: str = "www.example.com") -> list[bytes]:
        """The texts, the oldest first."""
        return [self.files.read(host, moment) or b"" for moment in reversed(self.files.moments(host))]


@asynccontextmanager
async def a_bench(folder: Path, **settings: Any) -> AsyncIterator[Bench]:
    bench = Bench(folder, **settings)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(bench.keeper.follow()), tasks.create_task(bench.keeper.write())]
        await settle()
        yield bench
        for task in running:
            task.cancel()


async def test_what_was_at_hand_when_a_square_turned_bad(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.client("all is quiet")
        arrived = int(bench.clock.now())
        await bench.clock.advance(200.0)
        await bench.turn("red")
        assert bench.files.moments("www.example.com") == [arrived]
        assert bench.kept() == [b"\n[collector:]\nclient www,example,com.linux linux\n[test]\nall is quiet\n"]


async def test_once_for_each_message(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.client()
        for test in ("cpu", "disk", "memory"):
            await bench.turn("red", test)
            await bench.turn("green", test)
            await bench.turn("yellow", test)
        assert len(bench.kept()) == 1
        assert bench.keeper.counts == {"saved": 1}


@pytest.mark.parametrize("color", ["green", "clear"])
async def test_not_for_a_color_that_is_fine(tmp_path: Path, color: str) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.client()
        await bench.turn(color)
        assert bench.kept() == []


async def test_not_for_a_column_that_does_not_count(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.client()
        await bench.turn("red", "msgs")
        assert bench.kept() == []


async def test_not_without_client_data(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.turn("red")
        assert bench.kept() == []


async def test_a_host_has_its_budget(tmp_path: Path) -> None:
    async with a_bench(tmp_path, recent_count=2) as bench:
        for _ in range(4):
            await bench.bad_once()
        assert len(bench.kept()) == 2
        await bench.client(host="db,example,com")
        await bench.turn("red", host="db,example,com")
        assert len(bench.kept("db.example.com")) == 1
        await bench.bad_once(wait=61 * MINUTE)
        assert len(bench.kept()) == 3


async def test_nothing_more_within_the_period(tmp_path: Path) -> None:
    async with a_bench(tmp_path, recent_count=2) as bench:
        for minutes in (0, 40, 15):  # the first is 55 minutes old at the third
            await bench.bad_once(wait=minutes * MINUTE + 1)
        assert len(bench.kept()) == 2
        await bench.bad_once(wait=6 * MINUTE)
        assert len(bench.kept()) == 3


@pytest.mark.parametrize("settings", [{"recent_period": 0.0}, {"recent_count": 100}])
async def test_a_budget_can_be_none(tmp_path: Path, settings: dict[str, Any]) -> None:
    async with a_bench(tmp_path, **settings) as bench:
        for _ in range(8):
            await bench.bad_once()
        assert len(bench.kept()) == 8


async def test_the_next_message_when_somebody_asks(tmp_path: Path) -> None:
    async with a_bench(tmp_path, recent_count=0) as bench:
        await bench.bad_once()
        assert bench.kept() == []
        answer = bench.monitor.say("hostdatasave WWW.example.com 5")
        assert answer == b"OK: next client report for www.example.com armed for 5 minutes\n"
        await bench.client(host="db,example,com")
        assert (bench.kept(), bench.kept("db.example.com")) == ([], [])
        await bench.client("forced payload")
        await bench.client("second payload")
        assert len(bench.kept()) == 1
        assert b"forced payload" in bench.kept()[0]


async def test_a_request_ends_by_itself(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        assert b"armed for 30 minutes" in bench.monitor.say("hostdatasave www.example.com")
        await bench.client(wait=31 * MINUTE)
        assert bench.kept() == []


async def test_a_request_does_not_use_the_budget(tmp_path: Path) -> None:
    async with a_bench(tmp_path, recent_count=1) as bench:
        await bench.bad_once()
        bench.monitor.say("hostdatasave www.example.com")
        await bench.client()
        await bench.bad_once()
        assert len(bench.kept()) == 2
        bench.monitor.say("hostdatasave www.example.com")
        await bench.client()
        assert len(bench.kept()) == 3


async def test_not_when_the_disk_is_nearly_full(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with a_bench(tmp_path, minimum_free=100) as bench:
            await bench.bad_once()
            bench.monitor.say("hostdatasave www.example.com")
            await bench.client()
            assert bench.kept() == []
            assert bench.keeper.counts == {"disk full": 2}
    assert caplog.text.count("less than 100%") == 1


async def test_after_an_error_the_host_is_left_alone_for_a_while(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_bench(tmp_path, recent_count=1) as bench:
        (tmp_path / "hostdata").mkdir()
        blocked = tmp_path / "hostdata" / "www.example.com"
        blocked.write_text("a file where the folder should be")
        for _ in range(3):
            await bench.bad_once()
        await bench.client(host="db,example,com")
        await bench.turn("red", host="db,example,com")
        assert len(bench.kept("db.example.com")) == 1
        assert bench.keeper.counts == {"failed": 1, "left out": 2, "saved": 1}
        blocked.unlink()
        await bench.bad_once(wait=4 * MINUTE)
        assert bench.kept() == []
        await bench.bad_once(wait=2 * MINUTE)
        assert len(bench.kept()) == 1
    assert caplog.text.count("www.example.com: ") == 1


async def test_drop_deletes_and_rename_moves(tmp_path: Path) -> None:
    async with a_bench(tmp_path, recent_count=1) as bench:
        await bench.bad_once()
        bench.monitor.say("rename www.example.com db.example.com")
        await bench.done()
        assert (bench.kept(), len(bench.kept("db.example.com"))) == ([], 1)
        await bench.client(host="db,example,com")
        await bench.turn("red", host="db,example,com")
        assert len(bench.kept("db.example.com")) == 2  # its budget is new
        bench.monitor.say("drop db.example.com cpu")
        await bench.done()
        assert len(bench.kept("db.example.com")) == 2
        bench.monitor.say("drop db.example.com")
        await bench.done()
        assert bench.kept("db.example.com") == []
        assert not (tmp_path / "hostdata" / "db.example.com").exists()


async def test_a_request_is_forgotten_with_the_name(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.monitor.say("hostdatasave www.example.com")
        bench.monitor.say("rename www.example.com db.example.com")
        await bench.client()
        await bench.client(host="db,example,com")
        assert (bench.kept(), bench.kept("db.example.com")) == ([], [])


@pytest.mark.parametrize("name", ["../outside", "..", ".", "a/b", "/etc"])
async def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "1").write_text("kept")
    async with a_bench(tmp_path) as bench:
        await bench.bad_once()
        for command in (f"drop {name}", f"rename www.example.com {name}", f"rename {name} db.example.com"):
            bench.monitor.say(command)
        await bench.done()
        assert (outside / "1").read_text() == "kept"
        assert (tmp_path / "etc" / "hosts.cfg").exists()
        assert len(bench.kept()) == 1


async def test_what_is_old_is_deleted(tmp_path: Path) -> None:
    async with a_bench(tmp_path, days=2) as bench:
        await bench.bad_once()
        await bench.bad_once(wait=3 * 1440 * MINUTE)
        bench.keeper.prune()
        await bench.done()
        assert len(bench.kept()) == 1


async def test_a_slow_disk_does_not_fill_the_memory(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for number in range(300):
        host = f"h{number}"
        bench.keeper._save(host, forced=False)
    assert bench.keeper.counts == {}
    bench.monitor.say("client www,example,com.linux linux\n[a]\n")
    for _ in range(300):
        bench.keeper._save("www.example.com", forced=True)
    assert bench.keeper.counts == {"too many": 100}
    bench = Bench(tmp_path)
    bench.monitor.say(b"client www,example,com.linux linux\n[a]\n" + b"x" * (15 << 20))
    for _ in range(10):
        bench.keeper._save("www.example.com", forced=True)
    assert bench.keeper.counts == {"too many": 1}


async def test_figures_for_the_metrics(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.bad_once()
        lines = list(bench.keeper.metrics())
        assert 'hexmon_hostdata_total{what="saved"} 1' in lines
        assert "hexmon_hostdata_waiting 0" in lines


def test_the_whole_monitor_keeps_and_shows_it(tmp_path: Path) -> None:
    with running_monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"client www,example,com.linux linux\n[df]\n/dev/sda1 97% /\n")
        running.ask(b"status www,example,com.disk red full\n")
        folder = tmp_path / "hexmon-data" / "hostdata" / "www.example.com"
        kept = wait_for(lambda: next(iter(folder.glob("[0-9]*")), None), 10, "the file")
        assert kept.read_bytes() == b"\n[collector:]\nclient www,example,com.linux linux\n[df]\n/dev/sda1 97% /\n"
        answer = running.ask(b"hostdatasave www.example.com 5")
        assert answer == b"OK: next client report for www.example.com armed for 5 minutes\n"
        status, page = running.get(f"/hostdata/www.example.com/{kept.name}?section=df")
        assert (status, b"97% /" in page) == (200, True)
        assert b'hexmon_hostdata_total{what="saved"} 1' in running.get("/metrics")[1]
        running.ask(b"status stranger,example,com.disk red full\n")
        assert running.ask(b"ghostlist fields=hostname,line") == (
            b"stranger.example.com|0.0.0.0         stranger.example.com # noconn\n"
        )
        assert b"stranger.example.com" in running.get("/ghosts")[1]
        running.ask(b"drop www.example.com")
        wait_for(lambda: None if folder.exists() else True, 10, "the end of the folder")


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    with running_monitor(tmp_path, "127.0.0.1 www.example.com #\n", HEXMON_HOSTDATA__ENABLED="false") as running:
        answer = running.ask(b"hostdatasave www.example.com")
        assert answer == b"ERROR: no CLICHG channel reader is listening\n"
