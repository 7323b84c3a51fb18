"""Monitors of sites in the schedule: as many attempts as they say, and who follows them is told of every verdict."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hexmon.judge.view import Verdict
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Judging, Observation
from hexmon.model.status import Report
from hexmon.schedule.extras import Extras
from hexmon.schedule.runner import Runner, RunnerSettings
from tests.support.clock import FakeClock, settle
from tests.support.network import OK, PREVENTED, REFUSED, Network, an_inventory

GATE = StatusKey("lab.gate", "tcp")
SQUARE = str(GATE)


def monitor(name: str = "lab.gate", **fields: Any) -> Host:
    words: dict[str, Any] = {"attempts": 3, "retry_pause": 20.0, "interval": 300.0, "address": "192.0.2.1"} | fields
    check = Check(
        key=StatusKey(name, "tcp"), probe="exchange", options=None, spec="tcp x", judging=Judging(monitor=True), **words
    )
    return Host(name=name, checks=(check,))


class Bench:
    """A runner with a fake network that keeps what it was told."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock()
        self.network = Network(self.clock)
        self.network.delays = {SQUARE: 5.0}
        self.reports: list[Report] = []
        self.told: list[tuple[float, Sequence[Observation], Verdict]] = []
        extras = Extras(monitored=self._keep)
        self.runner = Runner(
            self.clock, self.network.observe, self.reports.append, RunnerSettings(**settings), extras=extras
        )

    def _keep(self, observations: Sequence[Observation], verdict: Verdict) -> None:
        self.told.append((self.clock.monotonic(), observations, verdict))

    def began(self, square: str = SQUARE) -> list[float]:
        moments = [at for at, one in self.network.log if one == square]
        return [at - moments[0] for at in moments]

    @asynccontextmanager
    async def running(self, *hosts: Host) -> AsyncIterator["Bench"]:
        await self.runner.adopt(an_inventory(hosts))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.runner.run())
            await settle()
            yield self
            task.cancel()

    async def once(self, key: StatusKey = GATE, seconds: float = 100.0) -> None:
        self.runner.probe_now(key)
        await self.clock.advance(seconds)


@pytest.mark.parametrize(
    ("fields", "settings", "moments"),
    [
        pytest.param({}, {}, [0, 25, 50], id="three attempts, the pause after each"),
        pytest.param({"attempts": 1}, {"retries": 9}, [0], id="one attempt, whatever is usual"),
        pytest.param({"attempts": 2, "retry_pause": 0.0}, {}, [0, 5], id="without a pause"),
        pytest.param({"attempts": 2, "retry_pause": None}, {"retry_pause": 7.0}, [0, 12], id="the usual pause"),
        pytest.param({"attempts": 0}, {"retries": 1}, [0, 25], id="the usual number"),
    ],
)
async def test_attempts_until_it_is_believed(
    fields: dict[str, Any], settings: dict[str, Any], moments: list[float]
) -> None:
    async with Bench(retest=1000.0, **settings).running(monitor(**fields)) as bench:
        bench.network.answers = {SQUARE: REFUSED}
        await bench.once()
    assert bench.began()[: len(moments)] == moments
    assert len(bench.told) == len(bench.reports) == 1
    assert [one.took for one in bench.told[0][1]] == [5.0]  # the last attempt alone


async def test_the_attempt_that_succeeds_is_the_last_one() -> None:
    async with Bench().running(monitor()) as bench:
        bench.network.answers = {SQUARE: REFUSED}
        bench.runner.probe_now(GATE)
        await bench.clock.advance(10)
        bench.network.answers = {SQUARE: OK}
        await bench.clock.advance(60)
    assert bench.began() == [0, 25]
    (_, observations, verdict) = bench.told[0]
    assert [one.reply for one in observations] == [OK]
    assert (verdict.failed, verdict.report.text.split(b"\n")[0]) == (False, b"green tcp: up, 5000.0 ms")


async def test_followers_are_told_of_every_verdict_after_its_report() -> None:
    bench = Bench()
    order: list[str] = []
    bench.runner = Runner(
        bench.clock,
        bench.network.observe,
        lambda report: order.append(f"report {report.color.word}"),
        extras=Extras(monitored=lambda _seen, verdict: order.append(f"told {verdict.report.color.word}")),
    )
    async with bench.running(monitor(attempts=1)):
        for reply in (OK, REFUSED, PREVENTED):
            bench.network.answers = {SQUARE: reply}
            await bench.once(seconds=10)
    assert order == ["report green", "told green", "report red", "told red", "report clear", "told clear"]


async def test_other_squares_are_nobodys_monitors() -> None:
    plain = Check(key=GATE, probe="tcp", address="192.0.2.1", options=None, spec="tcp")
    async with Bench().running(Host(name=GATE.host, checks=(plain,))) as bench:
        await bench.once()
    assert bench.reports
    assert bench.told == []


async def test_a_follower_that_breaks_costs_no_report() -> None:
    bench = Bench()

    def broken(_seen: Sequence[Observation], _verdict: Verdict) -> None:
        raise RuntimeError("a mistake of ours")

    bench.runner = Runner(bench.clock, bench.network.observe, bench.reports.append, extras=Extras(monitored=broken))
    async with bench.running(monitor(attempts=1)):
        await bench.once(seconds=10)
        await bench.once(seconds=10)
    assert len(bench.reports) == 2


async def test_who_waits_for_the_next_attempt_takes_no_room_from_others() -> None:
    dead = [monitor(f"lab.dead{number}") for number in range(5)]
    alive = monitor("lab.alive")
    async with Bench(max_in_flight=1, retest=1000.0).running(*dead, alive) as bench:
        bench.network.answers = {f"lab.dead{number}.tcp": REFUSED for number in range(5)}
        for host in dead:
            bench.runner.probe_now(host.checks[0].key)
        await settle()
        bench.runner.probe_now(alive.checks[0].key)
        await settle()
        assert [str(report.key) for report in bench.reports] == ["lab.alive.tcp"]
        await bench.clock.advance(41)
    assert {str(report.key): report.color.word for report in bench.reports if report.key.host != "lab.alive"} == {
        f"lab.dead{number}.tcp": "red" for number in range(5)
    }


async def test_a_long_outage_moves_no_turn() -> None:
    """The turns that a round of three slow attempts runs over are missed, and the next one is on the grid."""
    async with Bench(retest=1000.0).running(monitor(interval=30.0)) as bench:
        await bench.clock.advance(31)
        first = next(at for at, one in bench.network.log if one == SQUARE)
        bench.network.log.clear()
        bench.network.answers = {SQUARE: REFUSED}
        await bench.clock.advance(300)
    starts = [at for at, _ in bench.network.log]
    assert starts[::3] == [pytest.approx(first + 30 + 60 * number) for number in range(len(starts[::3]))]
    assert bench.runner.agenda.missed_of(GATE) >= 4


async def test_a_monitor_that_fails_is_checked_no_sooner_than_its_site_says() -> None:
    async with Bench(retest=60.0).running(monitor(interval=300.0, attempts=1)) as bench:
        bench.network.answers = {SQUARE: REFUSED}
        await bench.clock.advance(301)
        bench.network.log.clear()
        await bench.clock.advance(900)
    assert len(bench.network.log) == 3
