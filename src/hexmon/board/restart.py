"""What a status is worth after hexmon itself was away: nothing turns purple because we could not listen."""

from collections.abc import Sequence

from msgspec.structs import replace

from hexmon.board.store import Snapshot
from hexmon.model.status import UNTIL_OK, Status


def last_alive(snapshot: Snapshot, now: float) -> float:
    """The last moment of which the stored state tells that hexmon was listening; `now` when it tells nothing."""
    moments = [status.updated for status in snapshot.statuses]
    moments += [message.received for message in snapshot.clients]
    # A clock that was set back leaves moments in the future.
    return max((moment for moment in moments if moment <= now), default=now)


def after_pause(status: Status, pause: float, now: float, grace: float) -> Status:
    """The status with its validity prolonged by the pause, and by a grace in which reports may come again."""
    until = max(min(status.updated, now) + status.validity + pause, now + grace)
    if status.disabled is not None:
        if status.disabled.until == UNTIL_OK:
            return status
        until = max(until, status.disabled.until)
    if status.acknowledged is not None:
        until = max(until, status.acknowledged.until)
    return replace(status, valid_until=until)


def in_order(statuses: Sequence[Status]) -> list[Status]:
    """Oldest first: the order of creation is the order of a host's squares."""
    return sorted(statuses, key=lambda status: status.created)
