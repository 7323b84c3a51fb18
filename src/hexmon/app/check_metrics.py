"""`/metrics` for all squares and checks: one line each, in slices that leave the loop to the checks."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.model.observation import Observation
from hexmon.model.status import Status
from hexmon.model.text import label_value
from hexmon.schedule.runner import Runner

_URL = re.compile(r"(\w+://)([^/\s;?#]*)([^\s;?#]*)")
_SLICE = 500  # lines: about a millisecond

# The number of a colour is its severity: 0 green, 1 clear, 2 blue, 3 purple, 4 yellow, 5 red.
_OF_SQUARES: tuple[tuple[str, Callable[[Status], float]], ...] = (
    ("hexmon_square_color", lambda status: int(status.color)),
    ("hexmon_square_since_timestamp_seconds", lambda status: status.since),
    ("hexmon_square_reported_timestamp_seconds", lambda status: status.updated),
)
_OF_CHECKS: tuple[tuple[str, Callable[[Observation], float]], ...] = (
    ("hexmon_check_success", lambda seen: int(seen.reply.outcome == "ok" and _as_wanted(seen))),
    ("hexmon_check_duration_seconds", lambda seen: round(seen.took, 6)),
    ("hexmon_check_started_timestamp_seconds", lambda seen: seen.started),
)


def _as_wanted(seen: Observation) -> bool:
    return all(one.held is not False for one in seen.reply.assertions)


class CheckMetrics:
    """What Prometheus is told of each square on the board, and of each check that this prober makes."""

    def __init__(self, board: Board, runner: Runner, clock: Clock) -> None:
        self._board = board
        self._runner = runner
        self._clock = clock

    async def chunks(self) -> AsyncIterator[str]:
        """The text format (exposition 0.0.4), a piece at a time."""
        for lines in (self._squares(), self._checks()):
            while chunk := "".join(islice(lines, _SLICE)):
                yield chunk
                await self._clock.sleep_until(self._clock.monotonic())

    def _squares(self) -> Iterator[str]:
        statuses = list(self._board.statuses())
        for name, value in _OF_SQUARES:
            yield f"# TYPE {name} gauge\n"
            for status in statuses:
                yield f'{name}{{host="{status.key.host}",test="{label_value(status.key.test)}"}} {value(status)}\n'

    def _checks(self) -> Iterator[str]:
        seen = [(_labels(one), one) for one in self._runner.latest()]
        for name, value in _OF_CHECKS:
            yield f"# TYPE {name} gauge\n"
            yield from _lines(name, value, seen)


def _lines(name: str, value: Callable[[Observation], float], seen: Iterable[tuple[str, Observation]]) -> Iterator[str]:
    for labels, one in seen:
        yield f"{name}{{{labels}}} {value(one)}\n"


def _labels(seen: Observation) -> str:
    """A square may have several checks: `spec` tells them apart."""
    key, spec = seen.check.key, label_value(_public(seen))
    return f'host="{key.host}",test="{label_value(key.test)}",probe="{seen.check.probe}",spec="{spec}"'


def _public(seen: Observation) -> str:
    """The tag without what may be a secret: of a URL its place and path, of a plugin the name of its program."""
    spec = seen.check.spec
    if seen.check.probe == "exec":
        return spec.split(maxsplit=1)[0] if spec else ""
    found = _URL.search(spec)
    return f"{found[1]}{found[2].rpartition('@')[2]}{found[3]}" if found is not None else spec
