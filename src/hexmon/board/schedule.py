"""Commands to be run later."""

from collections.abc import Sequence

from hexmon.board.bounds import LONGEST_COMMAND, MOST_SCHEDULED, Bounds
from hexmon.board.store import Journal, ScheduledCommand, ScheduleRemoved, ScheduleSaved


class Schedule:
    """Numbered from 1; numbers are not used again while any later one is known."""

    def __init__(self, journal: Journal, bounds: Bounds) -> None:
        self._bounds = bounds
        self._journal = journal
        self._jobs: dict[int, ScheduledCommand] = {}
        self._last = 0

    def restore(self, jobs: Sequence[ScheduledCommand]) -> None:
        """Begin with what was stored."""
        self._jobs = {job.id: job for job in jobs}
        self._last = max(self._jobs, default=0)

    def add(self, at: float, sender: str, command: bytes) -> int:
        """Take a command; returns the journal ticket, 0 when it is too long or there are too many."""
        if len(self._jobs) >= MOST_SCHEDULED or len(command) > LONGEST_COMMAND:
            return self._bounds.refuse("scheduled commands", sender)
        self._last += 1
        job = self._jobs[self._last] = ScheduledCommand(self._last, at, sender, command)
        return self._journal.append([ScheduleSaved(job)])

    def remove(self, number: int) -> int:
        """Forget it; returns the journal ticket, 0 when there is no such job."""
        if self._jobs.pop(number, None) is None:
            return 0
        return self._journal.append([ScheduleRemoved(number)])

    def all(self) -> list[ScheduledCommand]:
        """In the order of the numbers."""
        return [self._jobs[number] for number in sorted(self._jobs)]

    def due(self, now: float) -> list[ScheduledCommand]:
        """What is due, the earliest first."""
        return sorted((job for job in self._jobs.values() if job.at <= now), key=lambda job: (job.at, job.id))
