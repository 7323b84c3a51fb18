"""Other programs, run without holding up the event loop: so many at once, their output bounded, nothing left behind.

A program is started by posix_spawn(3), whose cost does not grow with our memory (0.1 ms), and waited for by its
process descriptor (pidfd_open(2)), so no signal handler and no thread has a part in it.
"""

import asyncio
import contextlib
import errno
import os
import select
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

OUTPUT_KEPT = 64 * 1024
ERRORS_KEPT = 4 * 1024
_MOST_WRITTEN = 1024 * 1024
_AT_ONCE = 64
_CHUNK = 64 * 1024
_READS_AT_THE_END = 32  # a pipe holds a megabyte at most
_LAST_STREAM = 2
_LAST_WAIT = 100  # milliseconds
# Python ignores these, and what is ignored stays so in the programs it starts.
_AS_USUAL = (signal.SIGPIPE, signal.SIGXFSZ)


class CannotStart(Exception):  # noqa: N818 - the name says what is so
    """The program does not exist or may not be run, or this machine has no room for another process."""


class NoRoom(Exception):  # noqa: N818
    """Too many programs run already."""


class Flood(Exception):  # noqa: N818
    """The program wrote more than anybody wants to read."""


class Ended(msgspec.Struct, frozen=True):
    """How a program ended: its exit status, minus the number of the signal that ended it, or None when nobody knows.

    `output` and `errors` are the beginnings of its standard output (64 KB unless more was wanted) and error (4 KB).
    """

    status: int | None
    output: bytes
    errors: bytes


class Programs:
    """Runs programs in sessions of their own, so that a time limit reaches all that they have started."""

    def __init__(self, most: int = _AT_ONCE) -> None:
        self._room = asyncio.Semaphore(most)
        self._running: set[_Process] = set()
        self._inherited = inherited()

    @asynccontextmanager
    async def place(self, patience: float) -> AsyncIterator[None]:
        """A place for one program; raises NoRoom when none became free within `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._room.acquire()
        except TimeoutError:
            raise NoRoom("too many programs run at once on this monitor") from None
        try:
            yield
        finally:
            self._room.release()

    async def run(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        linger: bool = False,
        given: bytes = b"",
        keep: int = OUTPUT_KEPT,
    ) -> Ended:
        """Run the program at the path `argv[0]`, with `given` to read, until it ends; `keep` bytes of its output.

        Whoever cancels this ends the program and everything in its process group. What it left running ends with it,
        unless it may `linger`. Raises CannotStart and Flood.
        """
        started = _start(argv, environment, self._inherited, given)
        process = _Process(started, self._running, linger=linger, keep=keep)
        try:
            return await process.ended
        finally:
            process.stop()

    def close(self) -> None:
        """End what still runs."""
        for process in list(self._running):
            process.give_up()


class _Pipe:
    """What we hear of one stream: the first `most` bytes are kept, the rest is counted."""

    __slots__ = ("descriptor", "kept", "most", "written")

    def __init__(self, descriptor: int, most: int) -> None:
        self.descriptor = descriptor
        self.most = most
        self.kept = b""
        self.written = 0

    def read(self) -> bool:
        """Take what is there; False at the end of the stream. Raises BlockingIOError when there is nothing now."""
        data = os.read(self.descriptor, _CHUNK)
        self.written += len(data)
        self.kept += data[: self.most - len(self.kept)]
        return bool(data)


class _Process:
    """One running program. It is known to `running` until its end was seen, which may be after `stop`."""

    def __init__(self, started: "_Started", running: "set[_Process]", *, linger: bool, keep: int) -> None:
        self._linger = linger
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()
        self._pid = started.pid
        self._descriptor = started.descriptor
        self._pipes = [_Pipe(started.output, keep), _Pipe(started.errors, ERRORS_KEPT)]
        self._open = list(self._pipes)
        self._running = running
        running.add(self)
        for pipe in self._pipes:
            self._loop.add_reader(pipe.descriptor, self._read, pipe)
        self._loop.add_reader(self._descriptor, self._look)

    def stop(self) -> None:
        """Kill it and everything in its group, unless it has ended; its end is then noticed in passing."""
        if self in self._running:
            self._kill()
        self._close_pipes()

    def give_up(self) -> None:
        """The same at the end of the loop, where nobody notices anything any more."""
        self.stop()
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        waiting.poll(_LAST_WAIT)
        self._forget()

    def _kill(self) -> None:
        # Not permitted: a program that runs as somebody else (set-user-ID). It has lost its readers; let it go.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)

    def _read(self, pipe: _Pipe) -> None:
        try:
            if not pipe.read():
                self._close(pipe)
        except BlockingIOError:
            return
        if pipe.written > _MOST_WRITTEN and not self.ended.done():
            self.ended.set_exception(Flood(f"it wrote more than {_MOST_WRITTEN // 1024} KB and was ended"))

    def _look(self) -> None:
        """It has ended. What it left running in its group ends with it; the number is ours until we have waited."""
        if not self._linger:
            self._kill()
        for pipe in list(self._open):
            with contextlib.suppress(BlockingIOError):
                for _ in range(_READS_AT_THE_END):
                    if not pipe.read():
                        break
        self._close_pipes()
        status = self._forget()
        if not self.ended.done():
            self.ended.set_result(Ended(status, self._pipes[0].kept, self._pipes[1].kept))

    def _forget(self) -> int | None:
        self._running.discard(self)
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        try:
            result = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG)
        except ChildProcessError:  # whoever started us ignores SIGCHLD, and so the kernel has thrown the status away
            return None
        if result is None:
            return None
        return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status

    def _close_pipes(self) -> None:
        for pipe in list(self._open):
            self._close(pipe)

    def _close(self, pipe: _Pipe) -> None:
        self._open.remove(pipe)
        self._loop.remove_reader(pipe.descriptor)
        os.close(pipe.descriptor)


class _Started(msgspec.Struct, frozen=True):
    """A process, its descriptor, and our ends of its output and errors."""

    pid: int
    descriptor: int
    output: int
    errors: int


def inherited() -> tuple[int, ...]:
    """The open files that whoever started us left to us: no program of ours shall have them. Python's own are safe."""
    numbers = (int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    return tuple(number for number in numbers if number > _LAST_STREAM and _is_inheritable(number))


def _is_inheritable(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:  # the one that the list was read with
        return False


def _start(argv: Sequence[str], environment: Mapping[str, str], unwanted: Sequence[int], given: bytes) -> _Started:
    """Start the program. Raises CannotStart."""
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        try:
            (out, out_end), (err, err_end) = (_pipe(ours, theirs), _pipe(ours, theirs))
            actions = [
                _to_read(given, theirs),
                (os.POSIX_SPAWN_DUP2, out_end, 1),
                (os.POSIX_SPAWN_DUP2, err_end, 2),
                *((os.POSIX_SPAWN_CLOSE, number) for number in unwanted),
            ]
        except OSError as error:
            raise CannotStart(_why(argv[0], error)) from None
        pid, descriptor = spawn(argv, environment, actions)
        ours.pop_all()
        return _Started(pid, descriptor, out, err)


def spawn(
    argv: Sequence[str], environment: Mapping[str, str], actions: Sequence[tuple[object, ...]]
) -> tuple[int, int]:
    """Start a program in a session of its own; its number and its descriptor. Raises CannotStart."""
    try:
        pid = os.posix_spawn(
            argv[0], list(argv), environment, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_AS_USUAL
        )
    except (OSError, ValueError) as error:
        raise CannotStart(_why(argv[0], error)) from None
    try:
        return pid, os.pidfd_open(pid)
    except OSError as error:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise CannotStart(_why(argv[0], error)) from None


def _to_read(given: bytes, theirs: contextlib.ExitStack) -> tuple[object, ...]:
    """Its standard input: a file in memory, so that nobody has to wait until a program reads."""
    if not given:
        return (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    file = os.memfd_create("given")
    theirs.callback(os.close, file)
    os.write(file, given)
    os.lseek(file, 0, os.SEEK_SET)
    return (os.POSIX_SPAWN_DUP2, file, 0)


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[int, int]:
    """Only our end may not block: few programs expect that of their output."""
    mine, its = os.pipe()
    ours.callback(os.close, mine)
    theirs.callback(os.close, its)
    os.set_blocking(mine, False)
    return mine, its


def _why(program: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        if os.access(program, os.F_OK):
            return f"{program} names an interpreter in its first line that does not exist"
        return f"there is no {program}"
    if isinstance(error, PermissionError):
        return f"{program} is not executable by this monitor"
    if isinstance(error, OSError):
        words = "it is no program, nor a script that begins with #!" if error.errno == errno.ENOEXEC else error.strerror
        return f"{program} cannot be run: {words}"
    return f"{program} cannot be run: {error}"
