"""What rounds yield besides reports: figures, and the way to hosts that do not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from hexmon.judge.view import JudgeSettings
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.status import DataMessage, Report
from hexmon.schedule.extras import Extras
from hexmon.schedule.runner import Runner, RunnerSettings
from hexmon.schedule.sweep import SweepSettings, sweep
from tests.support.clock import FakeClock, settle
from tests.support.network import ALIVE, DEAD, REFUSED, UNRESOLVED, Network, a_host, an_inventory, check

WWW = "www.example.com"
CONN = f"{WWW}.conn"
PATH = "traceroute to www.example.com\n 1  192.0.2.1  0.5 ms\n"
TOLD = f"Traceroute results:\n{PATH}\n"


def with_items(host: Host, *items: str) -> Host:
    return msgspec.structs.replace(host, items=dict.fromkeys(items, "yes"))


def apache(name: str = WWW) -> Check:
    return check("apache", host=name, probe="http", data=True)


class Bench:
    """A runner with a fake network; finding a way takes five seconds."""

    def __init__(self, **judging: Any) -> None:
        self.clock = FakeClock()
        self.network = Network(self.clock)
        self.reports: list[tuple[float, Report]] = []
        self.data: list[DataMessage] = []
        self.asked: list[float] = []
        self.fault: Exception | None = None
        self.judging = JudgeSettings(**judging)
        self.extras = Extras(data=self.data.append, find_path=self.find_path)
        settings = RunnerSettings(judging=self.judging)
        self.runner = Runner(self.clock, self.network.observe, self._file, settings, extras=self.extras)

    async def find_path(self, ping: Observation) -> str:
        assert ping.check.key.test == "conn"
        self.asked.append(self.clock.monotonic())
        await self.clock.sleep_until(self.clock.monotonic() + 5)
        if self.fault is not None:
            raise self.fault
        return PATH

    def _file(self, report: Report) -> None:
        self.reports.append((self.clock.monotonic(), report))

    def of_conn(self) -> list[tuple[float, Report]]:
        return [(at, report) for at, report in self.reports if str(report.key) == CONN]

    @asynccontextmanager
    async def running(self, *hosts: Host) -> AsyncIterator["Bench"]:
        await self.runner.adopt(an_inventory(hosts))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.runner.run())
            await settle()
            yield self
            task.cancel()


async def test_red_is_told_at_once_and_the_way_when_it_is_known() -> None:
    async with Bench().running(with_items(a_host("conn"), "FLAG_TRACE")) as bench:
        bench.network.answers = {CONN: DEAD}
        await bench.clock.advance(66)
        (first, red), (second, amended) = bench.of_conn()
        assert second - first == pytest.approx(5)
        assert TOLD not in red.text.decode()
        assert amended.text.decode() == red.text.decode() + TOLD
        assert (amended.color, amended.key, amended.head) == (red.color, red.key, red.head)
        await bench.clock.advance(60)
        assert TOLD in bench.of_conn()[2][1].text.decode()
        assert "for 2 poll periods" in bench.of_conn()[2][1].text.decode()  # the second report counted for nothing
        assert len(bench.asked) == 1


async def test_the_way_is_looked_for_again_after_five_minutes_and_forgotten_with_the_failure() -> None:
    async with Bench().running(with_items(a_host("conn"), "FLAG_TRACE")) as bench:
        bench.network.answers = {CONN: DEAD}
        await bench.clock.advance(60 * 7)
        assert len(bench.asked) == 2
        bench.network.answers = {CONN: ALIVE}
        await bench.clock.advance(60)
        assert "Traceroute" not in bench.of_conn()[-1][1].text.decode()
        bench.network.answers = {CONN: DEAD}
        await bench.clock.advance(66)
        assert len(bench.asked) == 3
        assert TOLD in bench.of_conn()[-1][1].text.decode()


async def test_a_way_that_is_found_after_the_recovery_is_told_to_nobody() -> None:
    async with Bench().running(with_items(a_host("conn"), "FLAG_TRACE")) as bench:
        bench.network.answers = {CONN: DEAD}
        while not bench.asked:
            await bench.clock.advance(1)
        bench.network.answers = {CONN: ALIVE}
        assert bench.runner.probe_now(StatusKey(WWW, "conn"))
        await bench.clock.advance(10)
        assert [report.color.word for _, report in bench.of_conn()][:2] == ["red", "green"]
        assert all("Traceroute" not in report.text.decode() for _, report in bench.of_conn())


@pytest.mark.parametrize("fault", [OSError("no socket"), RuntimeError("a mistake of ours"), TimeoutError()])
async def test_a_way_that_cannot_be_found_costs_no_report(fault: Exception) -> None:
    bench = Bench()
    bench.fault = fault
    async with bench.running(with_items(a_host("conn"), "FLAG_TRACE")):
        bench.network.answers = {CONN: DEAD}
        await bench.clock.advance(180)
        assert len(bench.of_conn()) == 3
        assert bench.runner.stats.errors == 0


@pytest.mark.parametrize(
    ("tag", "reply", "items", "judging", "policy", "wanted"),
    [
        pytest.param("conn", DEAD, ["FLAG_TRACE"], {}, {}, True, id="trace"),
        pytest.param("conn", DEAD, [], {}, {}, False, id="nobody wants it"),
        pytest.param("conn", DEAD, [], {"trace": True}, {}, True, id="the setting"),
        pytest.param("conn", DEAD, ["FLAG_NOTRACE"], {"trace": True}, {}, False, id="not with notrace"),
        pytest.param("conn", DEAD, ["FLAG_TRACE", "FLAG_NOTRACE"], {}, {}, True, id="trace before notrace"),
        pytest.param("conn", ALIVE, ["FLAG_TRACE"], {}, {}, False, id="a host that answers"),
        pytest.param("!conn", ALIVE, ["FLAG_TRACE"], {}, {}, False, id="a reverse test"),
        pytest.param("?conn", DEAD, ["FLAG_TRACE"], {}, {}, False, id="a dialup test"),
        pytest.param("conn", DEAD, ["FLAG_TRACE"], {}, {"dialup": True}, False, id="a dialup host"),
        pytest.param("conn", UNRESOLVED, ["FLAG_TRACE"], {}, {}, False, id="a name without address"),
        pytest.param("conn", DEAD, ["FLAG_TRACE"], {}, {"route": ("gw.example.com",)}, False, id="behind a router"),
        pytest.param("smtp", REFUSED, ["FLAG_TRACE"], {}, {}, False, id="another test"),
    ],
)
async def test_who_wants_it(
    tag: str, reply: Any, items: list[str], judging: dict[str, Any], policy: dict[str, Any], wanted: bool
) -> None:
    bench = Bench(**judging)
    test = tag.lstrip("?!")
    host = with_items(a_host(tag, **policy), *items)
    router = a_host("conn", name="gw.example.com")
    bench.network.answers = {f"{WWW}.{test}": reply}
    bench.network.answers |= {"gw.example.com.conn": DEAD} if policy.get("route") else {}
    async with asyncio.TaskGroup() as tasks:
        wanted_settings = SweepSettings(judging=bench.judging)
        inventory = an_inventory([host, router])
        task = tasks.create_task(
            sweep(inventory, bench.network.observe, bench.clock, wanted_settings, extras=bench.extras)
        )
        await bench.clock.advance(10)
    text = next(report.text.decode() for report in task.result() if report.key.host == WWW)
    assert (TOLD in text) is wanted
    assert len(bench.asked) == int(wanted)


async def test_twenty_ways_are_looked_for_at_once() -> None:
    bench = Bench(trace=True)
    names = [f"host{number}.example.com" for number in range(50)]
    bench.network.answers = {f"{name}.conn": DEAD for name in names}
    async with bench.running(*(a_host("conn", name=name) for name in names)):
        await bench.clock.advance(61 + 15)
        told = {report.key.host for _, report in bench.reports if b"Traceroute" in report.text}
    assert len(told) == 50
    times = sorted(bench.asked)
    assert all(later - earlier >= 5 for earlier, later in zip(times, times[20:], strict=False))


async def test_a_host_that_leaves_takes_its_way_along() -> None:
    bench = Bench()
    async with bench.running(with_items(a_host("conn"), "FLAG_TRACE")):
        bench.network.answers = {CONN: DEAD}
        await bench.clock.advance(60)
        assert len(bench.asked) == 1
        await bench.runner.adopt(an_inventory([]))
        count = len(bench.reports)
        await bench.clock.advance(60)
        assert len(bench.reports) == count


async def test_figures_go_their_own_way() -> None:
    async with Bench().running(a_host("conn", apache())) as bench:
        await bench.clock.advance(61)
        assert {report.key.test for _, report in bench.reports} == {"conn"}
        assert bench.data == [
            DataMessage(key=StatusKey(WWW, "apache"), text=b"data www,example,com.apache\nabc", sender="127.0.0.1")
        ]
        bench.network.answers = {f"{WWW}.apache": REFUSED}
        await bench.clock.advance(60)
        assert len(bench.data) == 1
        assert bench.network.probes[f"{WWW}.conn"] == 2  # nothing asked what explains it
        assert bench.runner.stats.holds == 0


async def test_a_sweep_hands_figures_over() -> None:
    bench = Bench()
    reports = await sweep(
        an_inventory([a_host("conn", apache())]), bench.network.observe, bench.clock, extras=bench.extras
    )
    assert [report.key.test for report in reports] == ["conn"]
    assert [message.key.test for message in bench.data] == ["apache"]
