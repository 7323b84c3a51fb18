"""What the board shows for a square whose reporter fell silent."""

from hexmon.board.entries import Entry
from hexmon.model.color import Color

# conn in one of these explains why nothing was heard; yellow and clear: a router on the way is down.
_EXPLAINS = frozenset({Color.RED, Color.YELLOW, Color.BLUE, Color.CLEAR})


def silent_color(entry: Entry, ping_column: str) -> Color:
    """Purple; clear where the host is known to be down or is only dialled up.

    A host with `noclear` is purple even when it is down.
    """
    policy = entry.host.policy if entry.host else None
    conn = entry.squares.get(ping_column)
    if conn is not None and conn.color in _EXPLAINS and not (policy and policy.noclear):
        return Color.CLEAR
    return Color.CLEAR if policy and policy.dialup else Color.PURPLE


class Pass:
    """A walk over all hosts in slices, begun every minute; none in the grace after a start or a jump of the clock.

    Times in seconds: `now` the wall, `monotonic` the other.
    """

    def __init__(self, interval: float, grace: float, now: float, monotonic: float) -> None:
        self._interval = interval
        self._grace = grace
        self._offset = now - monotonic
        self._next = monotonic + grace
        self._names: list[str] = []

    def names(self, known: dict[str, Entry], now: float, monotonic: float) -> list[str]:
        """The hosts still to be looked at in this walk, to be popped from; a new walk begins when it is time."""
        offset = now - monotonic
        if abs(offset - self._offset) > self._interval:
            # Somebody set the clock: what seems overdue may not be. Reports will tell.
            self._next = monotonic + self._grace
            self._names.clear()
        self._offset = offset
        if not self._names and monotonic >= self._next:
            self._next = monotonic + self._interval
            self._names = list(known)
        return self._names
