"""What rounds yield besides reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hexmon.judge.view import Verdict
from hexmon.model.observation import Observation
from hexmon.model.status import DataMessage
from hexmon.schedule.paths import FindPath


def _unheard(_message: DataMessage) -> None:
    """Nobody wants figures."""


def _unfollowed(_observations: Sequence[Observation], _verdict: Verdict) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """`data` takes figures and does not wait; `find_path` finds out, as text, the way to a silent host.

    `monitored` is told of every verdict on a monitor of a YAML site, with what it was made of; it does not wait.
    """

    data: Callable[[DataMessage], object] = _unheard
    find_path: FindPath | None = None
    monitored: Callable[[Sequence[Observation], Verdict], object] = _unfollowed


NO_EXTRAS = Extras()
