"""The schedule loop: turns, holds, retests, reloads; on a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.model.status import Report
from hexmon.schedule.runner import Runner, RunnerSettings
from tests.support.clock import FakeClock, settle
from tests.support.network import DEAD, OK, REFUSED, TIMEOUT, Network, a_host, an_inventory, check, page

WWW = "www.example.com"


class Bench:
    """A runner with a fake clock, a fake network and a list for a board."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock()
        self.network = Network(self.clock)
        self.reports: list[tuple[float, Report]] = []
        self.runner = Runner(self.clock, self.network.observe, self._file, RunnerSettings(**settings))

    def _file(self, report: Report) -> None:
        self.reports.append((self.clock.monotonic(), report))

    def colors(self, square: str) -> list[str]:
        return [report.color.word for _, report in self.reports if str(report.key) == square]

    def last(self) -> dict[str, Color]:
        return {str(report.key): report.color for _, report in self.reports}

    @asynccontextmanager
    async def running(self, *hosts: Any) -> AsyncIterator["Bench"]:
        await self.runner.adopt(an_inventory(hosts))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.runner.run())
            await settle()
            yield self
            task.cancel()


async def test_every_square_is_probed_once_in_each_interval() -> None:
    names = [f"host{number}.example.com" for number in range(50)]
    async with Bench().running(*(a_host("conn", "smtp", name=name) for name in names)) as bench:
        await bench.clock.advance(0.06)
        for _ in range(3):
            bench.network.probes.clear()
            await bench.clock.advance(60)
            assert set(bench.network.probes.values()) == {1}
            assert len(bench.network.probes) == 100
    assert bench.runner.stats.lateness.worst <= 0.001
    assert bench.runner.agenda.missed == 0
    assert bench.runner.stats.errors == 0


async def test_a_closed_port_is_judged_only_after_its_host_was_pinged() -> None:
    async with Bench().running(a_host("conn", "smtp", name=WWW)) as bench:
        await bench.clock.advance(120)
        bench.reports.clear()
        bench.network.answers = {f"{WWW}.conn": DEAD, f"{WWW}.smtp": REFUSED}
        await bench.clock.advance(120)
    assert set(bench.colors(f"{WWW}.smtp")) == {"clear"}
    assert bench.colors(f"{WWW}.conn")[-1] == "red"


@pytest.mark.parametrize("order", [("conn", "smtp"), ("smtp", "conn")])
async def test_the_verdict_of_a_square_comes_when_the_ping_is_back(order: tuple[str, str]) -> None:
    async with Bench().running(a_host(*order, name=WWW)) as bench:
        await bench.clock.advance(60.1)
        bench.network.answers = {f"{WWW}.smtp": REFUSED, f"{WWW}.conn": DEAD}
        bench.network.delays = {f"{WWW}.conn": 5.0}
        bench.reports.clear()
        bench.network.log.clear()
        smtp = StatusKey(WWW, "smtp")
        assert bench.runner.probe_now(smtp)
        await bench.clock.advance(1)
        assert [square for _, square in bench.network.log] == [f"{WWW}.smtp", f"{WWW}.conn"]
        assert bench.colors(f"{WWW}.smtp") == []
        assert bench.runner.stats.held == 1
        await bench.clock.advance(5)
        assert bench.colors(f"{WWW}.conn") == ["red"]
        assert bench.colors(f"{WWW}.smtp") == ["clear"]


async def test_a_hold_ends_after_one_timeout() -> None:
    ping = check("conn", host=WWW, timeout=5.0)
    async with Bench().running(a_host(ping, "smtp", name=WWW)) as bench:
        await bench.clock.advance(60.1)
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        bench.network.delays = {f"{WWW}.conn": 500.0}  # a probe that breaks its own promise
        bench.reports.clear()
        bench.runner.probe_now(StatusKey(WWW, "smtp"))
        await bench.clock.advance(4.9)
        assert bench.colors(f"{WWW}.smtp") == []
        await bench.clock.advance(0.3)
        assert bench.colors(f"{WWW}.smtp") == ["red"]
        assert bench.runner.stats.holds_expired == 1


@pytest.mark.parametrize("tag", ["~smtp", "smtp"])
async def test_what_nothing_may_explain_is_judged_at_once(tag: str) -> None:
    host = a_host("conn", tag, name=WWW, noclear=tag == "smtp")
    async with Bench().running(host) as bench:
        await bench.clock.advance(60.1)
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        bench.network.delays = {f"{WWW}.conn": 5.0}
        bench.reports.clear()
        bench.runner.probe_now(StatusKey(WWW, "smtp"))
        await settle()
        assert bench.colors(f"{WWW}.smtp") == ["red"]


async def test_a_failure_that_is_known_to_be_its_own_is_not_held_again() -> None:
    async with Bench().running(a_host("conn", "smtp", name=WWW)) as bench:
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        await bench.clock.advance(60.1)
        holds = bench.runner.stats.holds
        await bench.clock.advance(300)
        assert bench.runner.stats.holds == holds == 1


async def test_a_host_that_comes_back_with_a_broken_service_turns_red_once_the_ping_said_so() -> None:
    async with Bench().running(a_host("conn", "smtp", name=WWW)) as bench:
        bench.network.answers = {f"{WWW}.conn": DEAD, f"{WWW}.smtp": TIMEOUT}
        await bench.clock.advance(180)
        assert bench.last() == {f"{WWW}.conn": Color.RED, f"{WWW}.smtp": Color.CLEAR}
        del bench.network.answers[f"{WWW}.conn"]
        await bench.clock.advance(120)
        assert bench.last() == {f"{WWW}.conn": Color.GREEN, f"{WWW}.smtp": Color.RED}


async def test_a_router_is_probed_before_the_host_behind_it_is_judged() -> None:
    router = a_host("conn", name="gw.example.com")
    host = a_host("conn", "smtp", name=WWW, route=("gw.example.com",))
    async with Bench().running(router, host) as bench:
        await bench.clock.advance(60.1)
        bench.network.answers = {"gw.example.com.conn": DEAD, f"{WWW}.conn": DEAD, f"{WWW}.smtp": TIMEOUT}
        bench.reports.clear()
        await bench.clock.advance(60)
        assert set(bench.colors(f"{WWW}.conn")) == {"yellow"}
        assert set(bench.colors(f"{WWW}.smtp")) == {"clear"}
        assert set(bench.colors("gw.example.com.conn")) == {"red"}


async def test_squares_that_explain_each_other_do_not_wait_for_ever() -> None:
    a, b = StatusKey(WWW, "smtp"), StatusKey(WWW, "imap")
    host = a_host("conn", "smtp", "imap", name=WWW, depends=(("smtp", (b,)), ("imap", (a,))))
    async with Bench().running(host) as bench:
        bench.network.answers = {str(a): REFUSED, str(b): REFUSED}
        await bench.clock.advance(61)
        assert {bench.last()[str(a)], bench.last()[str(b)]} == {Color.CLEAR}
        assert bench.runner.stats.holds_expired == 0


async def test_a_square_of_somebody_else_can_explain_a_failure() -> None:
    disk = StatusKey("db.example.com", "disk")
    bench = Bench()
    colors = {disk: Color.RED}
    bench.runner = Runner(bench.clock, bench.network.observe, bench._file, RunnerSettings(), colors.get)
    async with bench.running(a_host("smtp", name=WWW, depends=(("smtp", (disk,)),))):
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        await bench.clock.advance(61)
        assert bench.last() == {f"{WWW}.smtp": Color.CLEAR}


async def test_one_round_at_a_time_and_what_is_missed_is_counted() -> None:
    async with Bench().running(a_host("smtp", name=WWW)) as bench:
        bench.network.delays = {f"{WWW}.smtp": 150.0}
        await bench.clock.advance(300)
        assert bench.network.probes[f"{WWW}.smtp"] == 2
        assert bench.runner.agenda.missed_of(StatusKey(WWW, "smtp")) == 3


async def test_no_more_checks_run_at_once_than_allowed() -> None:
    running = 0
    most = 0

    async def observe(one: Check) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await bench.network.observe(one)
        finally:
            running -= 1

    bench = Bench(max_in_flight=5)
    bench.runner = Runner(bench.clock, observe, bench._file, RunnerSettings(max_in_flight=5))
    names = [f"host{number}.example.com" for number in range(60)]
    bench.network.delays = {f"{name}.smtp": 4.0 for name in names}
    async with bench.running(*(a_host("smtp", name=name) for name in names)):
        await bench.clock.advance(150)
    assert most == 5
    assert sum(bench.network.probes.values()) >= 100


async def test_a_failing_check_is_tried_again_before_it_is_believed() -> None:
    async with Bench(retries=2, retry_pause=1.0).running(a_host("smtp", name=WWW)) as bench:
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        bench.runner.probe_now(StatusKey(WWW, "smtp"))
        await bench.clock.advance(1.5)
        assert bench.network.probes[f"{WWW}.smtp"] == 2
        del bench.network.answers[f"{WWW}.smtp"]
        await bench.clock.advance(1)
        assert bench.colors(f"{WWW}.smtp") == ["green"]


async def test_a_failed_square_is_probed_again_sooner() -> None:
    slow = check("smtp", host=WWW, interval=300.0)
    async with Bench().running(a_host(slow, name=WWW)) as bench:
        await bench.clock.advance(300.1)
        assert bench.network.probes[f"{WWW}.smtp"] == 1
        bench.network.answers = {f"{WWW}.smtp": REFUSED}
        await bench.clock.advance(600)
        assert bench.network.probes[f"{WWW}.smtp"] == 1 + 2 + 8
        del bench.network.answers[f"{WWW}.smtp"]
        await bench.clock.advance(300)
        bench.network.probes.clear()
        await bench.clock.advance(300)
        assert bench.network.probes[f"{WWW}.smtp"] == 1


async def test_a_fault_of_ours_costs_one_round() -> None:
    async with Bench().running(a_host("smtp", "imap", name=WWW)) as bench:

        def explode(one: Check) -> None:
            if one.key.test == "smtp":
                raise ZeroDivisionError

        bench.network.before = explode
        await bench.clock.advance(120)
        assert bench.runner.stats.errors == 2
        assert bench.colors(f"{WWW}.imap") == ["green", "green"]
        bench.network.before = lambda _check: None
        await bench.clock.advance(60)
        assert bench.colors(f"{WWW}.smtp") == ["green"]


async def test_a_reload_keeps_turns_and_counters_of_what_did_not_change() -> None:
    host = a_host("conn", "smtp", name=WWW)
    async with Bench().running(host, a_host("smtp", name="old.example.com")) as bench:
        bench.network.answers = {f"{WWW}.conn": DEAD}
        await bench.clock.advance(180)
        times = [at for at, square in bench.network.log if square == f"{WWW}.smtp"]
        changed = msgspec.structs.replace(host, checks=(*host.checks, check("imap", host=WWW)), comment="new")
        assert await bench.runner.adopt(an_inventory([changed])) == 3
        bench.reports.clear()
        bench.network.probes.clear()
        await bench.clock.advance(60.1)
        later = [at for at, square in bench.network.log if square == f"{WWW}.smtp"]
        assert later[-1] - times[-1] == pytest.approx(60, abs=0.06)
        assert "old.example.com.smtp" not in bench.network.probes
        assert bench.network.probes[f"{WWW}.imap"] == 1
        conn = next(report for _, report in bench.reports if report.key.test == "conn")
        assert b"System unreachable for 4 poll periods (180 seconds)" in conn.text


async def test_a_host_that_leaves_during_its_probe_is_not_reported() -> None:
    async with Bench().running(a_host("smtp", name=WWW)) as bench:
        bench.network.delays = {f"{WWW}.smtp": 5.0}
        bench.runner.probe_now(StatusKey(WWW, "smtp"))
        await settle()
        await bench.runner.adopt(an_inventory([]))
        await bench.clock.advance(10)
        assert bench.reports == []
        assert bench.runner.in_flight() == 0


async def test_pages_are_forgotten_once_they_were_judged() -> None:
    async with Bench().running(a_host("http://a/", "http://b/", name=WWW)) as bench:
        bench.network.answers = {f"{WWW}.http": page(200)}
        await bench.clock.advance(60.1)
        assert bench.colors(f"{WWW}.http") == ["green"]
        known = bench.runner._memory.of(WWW)
        assert known is not None
        assert [seen.reply.evidence for seen in known.latest.values()] == [b"", b""]


async def test_the_heartbeat_shows_that_the_loop_turns() -> None:
    async with Bench().running(a_host("smtp", name=WWW)) as bench:
        bench.network.answers = {f"{WWW}.smtp": OK}
        await bench.clock.advance(10)
        assert bench.clock.monotonic() - bench.runner.stats.last_tick <= 0.06
