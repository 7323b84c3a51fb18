"""One round of everything, and that it finds the same colours as the schedule loop."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, Host, HostPolicy
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation, Reply
from hexmon.model.status import Report
from hexmon.schedule.crew import CrewSettings
from hexmon.schedule.runner import Runner, RunnerSettings
from hexmon.schedule.sweep import SweepSettings, sweep
from tests.support.clock import FakeClock
from tests.support.network import (
    ALIVE,
    DEAD,
    OK,
    REFUSED,
    TIMEOUT,
    TLS_ERROR,
    UNEXPECTED,
    UNRESOLVED,
    Network,
    a_host,
    an_inventory,
    check,
    page,
)

HOSTS = ("a.example.com", "b.example.com", "c.example.com")
PREFIXES = st.sampled_from(["", "", "", "?", "!", "~", "?!", "!~"])
SERVICES = st.lists(st.sampled_from(["smtp", "imap", "ssh"]), unique=True, max_size=3)
PINGS = st.sampled_from([ALIVE, DEAD, UNRESOLVED])
ANSWERS = st.sampled_from([OK, REFUSED, TIMEOUT, UNEXPECTED, TLS_ERROR, UNRESOLVED])
PAGES = st.sampled_from([page(200), page(301, "Moved"), page(404, "Nope"), REFUSED, UNRESOLVED])
SQUARES = st.builds(StatusKey, st.sampled_from(HOSTS), st.sampled_from(["conn", "http", "smtp", "imap", "disk"]))


@st.composite
def policies(draw: st.DrawFn) -> HostPolicy:
    depends = draw(st.lists(st.tuples(st.sampled_from(["http", "smtp", "imap"]), st.tuples(SQUARES)), max_size=2))
    return HostPolicy(
        noclear=draw(st.integers(0, 4)) == 0,
        dialup=draw(st.integers(0, 4)) == 0,
        route=draw(st.sampled_from([(), (), HOSTS[:1], HOSTS[1:]])),
        depends=tuple(depends),
        bad=draw(st.sampled_from([(), (), (BadTest("smtp", 0, 0, 9),)])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Host], dict[str, Reply]]:
    """Hosts with all kinds of checks, and what each check will see."""
    hosts: list[Host] = []
    answers: dict[str, Reply] = {}
    for name in HOSTS:
        tags = [draw(st.sampled_from(["conn", "conn", "?conn", "!conn", "none"]))]
        tags += [draw(PREFIXES) + service for service in draw(SERVICES)]
        urls = [f"{draw(PREFIXES)}http://{name}/{number}" for number in range(draw(st.integers(0, 2)))]
        checks = [check(tag, host=name) if tag != "none" else _noping(name) for tag in [*tags, *urls]]
        hosts.append(Host(name=name, ip="127.0.0.1", checks=tuple(checks), policy=draw(policies())))
        answers |= {f"{name} {tags[0]}": draw(PINGS)}
        answers |= {f"{name} {tag}": draw(ANSWERS) for tag in tags[1:]}
        answers |= {f"{name} {url}": draw(PAGES) for url in urls}
    return hosts, answers


def _noping(name: str) -> Check:
    return check("conn", host=name, probe="none")


async def swept(hosts: list[Host], answers: dict[str, Reply]) -> dict[StatusKey, tuple[Color, str | None]]:
    clock = FakeClock()
    network = Network(clock)
    network.answers = answers
    reports = await sweep(an_inventory(hosts), network.observe, clock)
    assert len({report.key for report in reports}) == len(reports)
    return {report.key: (report.color, report.flags) for report in reports}


async def scheduled(hosts: list[Host], answers: dict[str, Reply]) -> dict[StatusKey, tuple[Color, str | None]]:
    """What the loop reports in its very first rounds: no square may need a second one to be right."""
    clock = FakeClock()
    network = Network(clock)
    network.answers = answers
    first: dict[StatusKey, tuple[Color, str | None]] = {}

    def file(report: Report) -> None:
        first.setdefault(report.key, (report.color, report.flags))

    runner = Runner(clock, network.observe, file, RunnerSettings())
    await runner.adopt(an_inventory(hosts))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(runner.run())
        await clock.advance(61)
        task.cancel()
    assert runner.stats.errors == 0
    return first


@given(worlds())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_loop_and_a_sweep_find_the_same_colours(world: tuple[list[Host], dict[str, Reply]]) -> None:
    hosts, answers = world
    assert asyncio.run(scheduled(hosts, answers)) == asyncio.run(swept(hosts, answers))


async def test_everything_is_probed_before_anything_is_judged() -> None:
    """The host on which the first one depends is probed last, and slowly."""
    clock = FakeClock()
    network = Network(clock)
    depends = (("smtp", (StatusKey("z.example.com", "imap"),)),)
    hosts = [
        a_host("conn", "smtp", name="a.example.com", depends=depends),
        a_host("conn", "imap", name="z.example.com"),
    ]
    network.answers = {"a.example.com.smtp": REFUSED, "z.example.com.imap": REFUSED}
    network.delays = {"z.example.com.imap": 9.0}
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(sweep(an_inventory(hosts), network.observe, clock))
        await clock.advance(10)
    colors = {str(report.key): report.color for report in task.result()}
    assert colors["a.example.com.smtp"] is Color.CLEAR
    assert [report.key.test for report in task.result()][:2] == ["conn", "conn"]


async def test_so_many_at_once_and_all_pings_together() -> None:
    clock = FakeClock()
    network = Network(clock)
    hosts = [a_host("conn", "smtp", name=f"host{number}.example.com") for number in range(20)]
    network.delays = {f"{host.name}.{test}": 1.0 for host in hosts for test in ("conn", "smtp")}
    running: dict[str, int] = {"icmp": 0, "tcp": 0}
    most = dict(running)
    done: list[int] = []

    async def observe(one: Check) -> Observation:
        running[one.probe] += 1
        most[one.probe] = max(most[one.probe], running[one.probe])
        try:
            return await network.observe(one)
        finally:
            running[one.probe] -= 1

    async with asyncio.TaskGroup() as tasks:
        wanted = SweepSettings(crew=CrewSettings(places=4, patience=2.0))
        task = tasks.create_task(sweep(an_inventory(hosts), observe, clock, wanted, done.append))
        await clock.advance(6)
    assert most == {"icmp": 20, "tcp": 4}
    assert sorted(done) == list(range(1, 41))
    assert len(task.result()) == 40


async def test_those_that_only_wait_hold_nobody_up() -> None:
    """Eight black holes stand first; two places are enough for all twenty, at the cost of one timeout."""
    clock = FakeClock()
    network = Network(clock)
    hosts = [a_host("smtp", name=f"host{number}.example.com") for number in range(20)]
    network.delays = {f"{host.name}.smtp": 10.0 for host in hosts[:8]}
    began = clock.monotonic()
    async with asyncio.TaskGroup() as tasks:
        wanted = SweepSettings(crew=CrewSettings(places=2, patience=0.25))
        task = tasks.create_task(sweep(an_inventory(hosts), network.observe, clock, wanted))
        await clock.advance(11.5)
        assert task.done()
    assert len(task.result()) == 20
    starts = [moment - began for moment, _ in network.log]
    assert max(starts) < 1.5


async def test_no_more_than_so_many_wait() -> None:
    clock = FakeClock()
    network = Network(clock)
    hosts = [a_host("smtp", name=f"host{number}.example.com") for number in range(12)]
    network.delays = {f"{host.name}.smtp": 10.0 for host in hosts}
    async with asyncio.TaskGroup() as tasks:
        wanted = SweepSettings(crew=CrewSettings(places=2, patience=0.25, most=6))
        task = tasks.create_task(sweep(an_inventory(hosts), network.observe, clock, wanted))
        await clock.advance(5)
        assert len(network.log) == 6
        await clock.advance(20)
    assert len(task.result()) == 12


async def test_nothing_to_do() -> None:
    clock = FakeClock()
    network = Network(clock)
    assert await sweep(an_inventory([]), network.observe, clock) == []
