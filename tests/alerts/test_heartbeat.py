"""Heartbeats keep their moments whatever is down, and say nothing that is not so."""

import asyncio
import tomllib
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from pydantic import TypeAdapter

from hexmon.alerts.heartbeat import Heartbeats, HeartbeatSettings, Target, is_up, targets_of
from hexmon.clock import Clock, SystemClock
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Disabled, Status
from tests.support.builders import a_host, a_status, an_inventory
from tests.support.clock import FakeClock, settle

OWN_URL = "http://127.0.0.1:1/hexmon"
WEB = StatusKey("web", "http")


class Switch:
    """A dead-man switch that answers as it is told, after some seconds of the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.moments: dict[str, list[float]] = defaultdict(list)
        self.answers: dict[str, list[int | Exception]] = {}
        self.takes: dict[str, float] = {}
        self.limits: list[float] = []

    async def get(self, url: str, timeout: float) -> int:  # noqa: ASYNC109 - what a Get is
        self.moments[url].append(self.clock.monotonic())
        self.limits.append(timeout)
        takes = self.takes.get(url, 0.0)
        if takes:
            await self.clock.sleep_until(self.clock.monotonic() + min(takes, timeout))
            if takes >= timeout:
                raise TimeoutError
        answers = self.answers.get(url) or [200]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Setup:
    """A fake clock, a switch, a board of statuses, and heartbeats that run."""

    def __init__(self, *targets: Target, url: str = OWN_URL, **settings: float) -> None:
        self.clock = FakeClock()
        self.switch = Switch(self.clock)
        self.board: dict[StatusKey, Status] = {}
        self.well: Callable[[], bool] = lambda: True
        made = HeartbeatSettings(url=url, **settings)  # type: ignore[arg-type]
        self.beats = Heartbeats(self.clock, self.switch.get, made, look=self.board.get, well=self._is_well)
        self.beats.replace([*targets_of(made, an_inventory())[0], *targets])

    def _is_well(self) -> bool:
        return self.well()

    def counts(self, name: str = "hexmon") -> dict[str, int]:
        """Outcome to count, without those that are 0, as the metrics page has it."""
        marked = f'hexmon_heartbeats_total{{target="{name}",outcome="'
        found = [line.removeprefix(marked).split('"} ') for line in self.beats.metrics() if line.startswith(marked)]
        return {outcome: int(count) for outcome, count in found if int(count)}

    async def run(self, seconds: float) -> None:
        """Beat for so long."""
        running = asyncio.get_running_loop().create_task(self.beats.run())
        await self.clock.advance(seconds)
        running.cancel()
        await settle()

    def gaps(self, url: str = OWN_URL) -> set[float]:
        moments = self.switch.moments[url]
        return {round(later - earlier, 3) for earlier, later in pairwise(moments)}


async def test_beats_lie_on_a_grid_of_the_wall_clock_that_outlives_a_restart() -> None:
    first, second = Setup(every=60.0), Setup(every=60.0)
    second.clock.mono += 12_345.0
    second.beats = Heartbeats(
        second.clock, second.switch.get, HeartbeatSettings(), look=second.board.get, well=lambda: True
    )
    second.beats.replace([Target(name="hexmon", url=OWN_URL, every=60.0)])
    await first.run(600.0)
    await second.run(600.0)
    assert first.gaps() == {60.0}
    assert first.counts() == {"sent": 10}
    places = [
        {round((moment + setup.clock.wall - setup.clock.mono) % 60.0, 3) for moment in setup.switch.moments[OWN_URL]}
        for setup in (first, second)
    ]
    assert places[0] == places[1]
    assert len(places[0]) == 1


async def test_targets_have_different_phases() -> None:
    targets = [Target(name=f"t{number}", url=f"http://127.0.0.1:1/{number}", every=60.0) for number in range(20)]
    setup = Setup(*targets, url="")
    await setup.run(61.0)
    assert len({moments[0] for moments in setup.switch.moments.values()}) == 20


async def test_nothing_moves_the_clock_of_beats_when_the_wall_clock_is_set() -> None:
    setup = Setup()
    running = asyncio.get_running_loop().create_task(setup.beats.run())
    await setup.clock.advance(300.0)
    setup.clock.wall -= 5000.0
    await setup.clock.advance(300.0)
    running.cancel()
    await settle()
    assert setup.gaps() == {60.0}


async def test_a_dead_target_is_tried_again_and_moves_neither_its_own_beats_nor_those_of_others() -> None:
    setup = Setup(Target(name="dead", url="dead", every=20.0))
    setup.board[WEB] = a_status(Color.GREEN)
    setup.switch.takes["dead"] = 99.0
    await setup.run(600.0)
    assert setup.gaps() == {60.0}
    assert setup.counts() == {"sent": 10}
    starts = setup.switch.moments["dead"]
    first = starts[0]
    assert {round((moment - first) % 20.0, 3) for moment in starts} == {0.0, 11.0}, "10 s, a pause of 1 s, the rest"
    assert len(starts) == 60
    assert setup.counts("dead") == {"failed": 29}, "the last one is on its way"
    assert min(setup.switch.limits) == pytest.approx(8.5)
    (trouble,) = setup.beats.troubles()
    assert trouble.startswith("heartbeat dead: ")
    assert trouble.endswith(" in a row were not taken, last: TimeoutError")


@pytest.mark.parametrize(
    ("answers", "attempts", "counts", "trouble"),
    [
        pytest.param([200], 1, {"sent": 1}, [], id="200"),
        pytest.param([204], 1, {"sent": 1}, [], id="any success will do"),
        pytest.param([500, OSError("no route"), 200], 3, {"sent": 1}, [], id="the third attempt succeeds"),
        pytest.param(
            [302], 3, {"failed": 1}, ["heartbeat hexmon: 1 in a row were not taken, last: HTTP 302"], id="redirects"
        ),
        pytest.param(
            [ValueError(f"odd {OWN_URL}")],
            3,
            {"failed": 1},
            ["heartbeat hexmon: 1 in a row were not taken, last: ValueError: odd its URL"],
            id="anything may be raised, and the URL stays a secret",
        ),
    ],
)
async def test_how_a_beat_ends(
    answers: list[int | Exception], attempts: int, counts: dict[str, int], trouble: list[str]
) -> None:
    setup = Setup()
    setup.switch.answers[OWN_URL] = answers
    await setup.run(62.0)
    assert len(setup.switch.moments[OWN_URL]) == attempts
    assert setup.counts() == counts
    assert setup.beats.troubles() == trouble


async def test_a_target_that_comes_back_is_no_trouble_any_more() -> None:
    setup = Setup(retries=0)
    setup.switch.answers[OWN_URL] = [500, 500, 200]
    await setup.run(200.0)
    assert setup.counts() == {"failed": 2, "sent": 1}
    assert setup.beats.troubles() == []


async def test_a_beat_that_does_not_end_in_time_misses_the_next_and_is_not_made_up_for() -> None:
    setup = Setup(every=10.0)

    async def stubborn(_url: str, _seconds: float) -> int:
        setup.switch.moments[OWN_URL].append(setup.clock.monotonic())
        await setup.clock.sleep_until(setup.clock.monotonic() + 25.0)
        return 200

    setup.beats._get = stubborn
    await setup.run(100.0)
    assert setup.gaps() == {30.0}
    assert setup.counts()["missed"] == 6


async def test_a_stalled_loop_misses_beats_and_keeps_to_the_grid() -> None:
    setup = Setup(every=10.0)
    running = asyncio.get_running_loop().create_task(setup.beats.run())
    await setup.clock.advance(30.0)
    setup.clock.mono += 35.0  # nobody is woken meanwhile
    setup.clock.wall += 35.0
    await setup.clock.advance(30.0)
    running.cancel()
    await settle()
    moments = setup.switch.moments[OWN_URL]
    odd = [moment for moment in moments if round((moment - moments[0]) % 10.0, 3) not in (0.0, 10.0)]
    assert len(odd) == 1, "the one that was late"
    assert setup.counts() == {"sent": 7, "missed": 2}
    assert setup.beats.worst_late > 0.0


async def test_hexmon_itself_beats_only_while_it_is_well() -> None:
    setup = Setup()
    setup.well = lambda: False
    await setup.run(120.0)
    assert setup.counts() == {"withheld": 2}

    def broken() -> bool:
        raise RuntimeError("who knows")

    setup.well = broken
    await setup.run(60.0)
    assert setup.counts() == {"withheld": 3}
    assert setup.switch.moments == {}


async def test_a_check_beats_only_while_its_square_is_well() -> None:
    setup = Setup(Target(name="web", url="web", every=10.0, key=WEB), url="")
    await setup.run(30.0)
    setup.board[WEB] = a_status(Color.RED, setup.clock.now())
    await setup.run(30.0)
    setup.board[WEB] = a_status(Color.GREEN, setup.clock.now())
    await setup.run(30.0)
    assert setup.counts("web") == {"withheld": 6, "sent": 3}


NOW = 1_795_219_200.0


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(None, False, id="no such square"),
        pytest.param(a_status(Color.GREEN), True, id="green"),
        pytest.param(a_status(Color.GREEN, valid_until=NOW - 1), False, id="green, but nobody has said so lately"),
        pytest.param(a_status(Color.RED), False, id="red"),
        pytest.param(a_status(Color.YELLOW), False, id="yellow: a conn behind a dead router is yellow"),
        pytest.param(a_status(Color.PURPLE), False, id="purple"),
        pytest.param(a_status(Color.CLEAR), False, id="clear: nobody knows"),
        pytest.param(a_status(Color.BLUE, reported=Color.GREEN, disabled=Disabled(NOW + 9, b"")), True, id="disabled"),
        pytest.param(a_status(Color.BLUE, reported=Color.RED), False, id="disabled and down"),
    ],
)
def test_which_squares_are_well(status: Status | None, expected: bool) -> None:
    assert is_up(status, NOW) is expected


async def test_targets_are_replaced_while_the_others_keep_their_moments() -> None:
    stays, goes, comes = (Target(name=name, url=name, every=10.0) for name in ("stays", "goes", "comes"))
    setup = Setup(stays, goes, url="")
    running = asyncio.get_running_loop().create_task(setup.beats.run())
    await setup.clock.advance(50.0)
    setup.beats.replace([stays, comes])
    await setup.clock.advance(50.0)
    running.cancel()
    await settle()
    assert setup.gaps("stays") == {10.0}
    assert setup.gaps("comes") == {10.0}
    assert len(setup.switch.moments["goes"]) == 5
    assert 4 <= len(setup.switch.moments["comes"]) <= 5
    assert setup.counts("stays") == {"sent": 10}
    assert setup.counts("goes") == {}


def test_names_are_quoted_in_the_metrics() -> None:
    setup = Setup(Target(name='a"b\\c', url="x", every=10.0), url="")
    assert 'hexmon_heartbeats_total{target="a\\"b\\\\c",outcome="sent"} 0' in setup.beats.metrics()
    assert setup.beats.metrics()[-1] == "hexmon_heartbeat_worst_late_seconds 0.000000"


def test_the_targets_of_the_settings() -> None:
    text = """
        [heartbeat]
        url = "http://127.0.0.1:1/me"
        every = "5m"
        [[heartbeat.checks]]
        host = "W"
        test = "http"
        url = "http://127.0.0.1:1/web"
        [[heartbeat.checks]]
        host = "wbe"
        test = "http"
        url = "http://127.0.0.1:1/typo"
        every = 10
    """
    settings = TypeAdapter(HeartbeatSettings).validate_python(tomllib.loads(text)["heartbeat"])
    targets, problems = targets_of(settings, an_inventory(a_host("web", aliases=("w",))))
    assert targets == (
        Target(name="hexmon", url="http://127.0.0.1:1/me", every=300.0),
        Target(name="web.http", url="http://127.0.0.1:1/web", every=60.0, key=WEB),
    )
    assert [str(one) for one in problems] == ["[heartbeat]: checks: there is no host 'wbe'; did you mean 'web'?"]


class Spot:
    """How late a plain sleeper wakes on this machine."""

    slack = 0.0

    async def watch(self, clock: Clock) -> None:
        while True:
            moment = clock.monotonic() + 0.005
            await clock.sleep_until(moment)
            self.slack = max(self.slack, clock.monotonic() - moment)


async def test_the_error_of_the_grid_in_real_time_with_fifty_dead_targets() -> None:
    """Each beat of a living target starts at its moment, give or take what this machine adds by itself."""
    clock, spot = SystemClock(), Spot()
    started: list[float] = []

    async def get(url: str, timeout: float) -> int:  # noqa: ASYNC109 - what a Get is
        if url == "alive":
            started.append(clock.monotonic())
            return 200
        if url == "deaf":
            await asyncio.Event().wait()  # does not keep to its time
        await clock.sleep_until(clock.monotonic() + timeout)
        raise TimeoutError

    settings = HeartbeatSettings(timeout=0.06)
    beats = Heartbeats(clock, get, settings, look=dict[StatusKey, Status]().get, well=lambda: True)
    dead = [Target(name=f"dead{one}", url="dead" if one % 2 else "deaf", every=0.1) for one in range(50)]
    beats.replace([Target(name="alive", url="alive", every=0.1), *dead])
    async with asyncio.TaskGroup() as tasks:
        jobs = [tasks.create_task(beats.run()), tasks.create_task(spot.watch(clock))]
        await clock.sleep_until(clock.monotonic() + 1.9)
        for job in jobs:
            job.cancel()
    assert len(started) >= 5
    assert beats.worst_late <= 0.05 + spot.slack
    turns = (started[-1] - started[0]) / 0.1
    assert abs(turns - round(turns)) * 0.1 <= 0.05 + spot.slack
    assert any(line.endswith("in a row were not taken, last: TimeoutError") for line in beats.troubles())


async def test_when_the_last_beat_of_a_square_was_taken() -> None:
    setup = Setup(Target(name="web", url="u", every=60.0, key=WEB), url="")
    setup.board[WEB] = a_status(Color.GREEN, valid_until=float("inf"))
    assert setup.beats.taken() == {}
    await setup.run(125.0)
    [moment] = setup.beats.taken().values()
    assert moment == setup.clock.now() - (setup.clock.monotonic() - setup.switch.moments["u"][-1])
    setup.switch.answers["u"] = [500]
    await setup.run(125.0)
    assert setup.beats.taken() == {WEB: moment}
