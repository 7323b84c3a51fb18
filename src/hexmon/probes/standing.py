"""A program that runs on and on and reads what it is given. Nothing here waits for it."""

import asyncio
import contextlib
import os
import select
import signal
from collections.abc import Callable, Mapping, Sequence

from hexmon.probes.programs import inherited, spawn

_OUTPUT, _ERRORS = 1, 2
_LAST_WAIT = 100  # milliseconds


class Standing:
    """One such program, from its start to its end; what it prints goes where our errors go. Raises CannotStart.

    `ended` is done with its exit status, minus the number of the signal that ended it, or None when nobody knows.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int | None] = self._loop.create_future()
        theirs, ours = os.pipe()
        try:
            closed = [(os.POSIX_SPAWN_CLOSE, number) for number in inherited()]
            actions = [(os.POSIX_SPAWN_DUP2, theirs, 0), (os.POSIX_SPAWN_DUP2, _ERRORS, _OUTPUT), *closed]
            self._pid, self._descriptor = spawn(argv, environment, actions)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        os.set_blocking(ours, False)
        self._input: int | None = ours
        self._loop.add_reader(self._descriptor, self._look)

    def give(self, data: bytes | memoryview) -> int:
        """How much of it was taken; 0 while it reads too slowly. Raises BrokenPipeError when it reads no more."""
        if self._input is None:
            raise BrokenPipeError
        try:
            return os.write(self._input, data)
        except BlockingIOError:
            return 0

    def when_it_reads(self, callback: Callable[[], None]) -> None:
        """Call back, once, when it has room for more."""
        if self._input is not None:
            self._loop.add_writer(self._input, self._wake, callback)

    def _wake(self, callback: Callable[[], None]) -> None:
        if self._input is not None:
            self._loop.remove_writer(self._input)
        callback()

    def hang_up(self) -> None:
        """There is no more to read."""
        if self._input is not None:
            self._loop.remove_writer(self._input)
            os.close(self._input)
            self._input = None

    def kill(self) -> None:
        """End it and all that it has started."""
        self.hang_up()
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)

    def give_up(self) -> None:
        """The same at the end of the loop, where nobody notices anything any more."""
        self.kill()
        if not self.ended.done():
            waiting = select.poll()
            waiting.register(self._descriptor, select.POLLIN)
            waiting.poll(_LAST_WAIT)
            self._look()

    def _look(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)  # what it left running ends with it
        self.hang_up()
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        status = None
        with contextlib.suppress(ChildProcessError):
            result = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG)
            if result is not None:
                status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        if not self.ended.done():
            self.ended.set_result(status)
