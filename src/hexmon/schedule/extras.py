"""What rounds yield besides reports."""

from collections.abc import Callable
from dataclasses import dataclass

from hexmon.model.status import DataMessage
from hexmon.schedule.paths import FindPath


def _unheard(_message: DataMessage) -> None:
    """Nobody wants figures."""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """`data` takes figures and does not wait; `find_path` finds out, as text, the way to a silent host."""

    data: Callable[[DataMessage], object] = _unheard
    find_path: FindPath | None = None


NO_EXTRAS = Extras()
