"""Drawing for many at once: a few processes, a limit of time for each job, a limit of jobs that wait."""

import asyncio
import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from hexmon.graphs.painter import LARGEST, Job, Result, send

AT_ONCE = 2
MOST_WAITING = 400
SECONDS = 10.0
_SOURCES = Path(__file__).parents[2]
_CHUNK = 1 << 20


class Busy(Exception):  # noqa: N818 - the name says what is so
    """So many pictures wait already that another one is refused."""


class TooSlow(Exception):  # noqa: N818
    """A job took longer than it may, or the process that did it fell over."""


class Painters:
    """`await do(job)`; `close` ends the processes. They start with the first job."""

    def __init__(self, at_once: int = AT_ONCE, *, seconds: float = SECONDS, most: int = MOST_WAITING) -> None:
        self._seconds = seconds
        self._most = most
        self._waiting = 0
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="draw")
        self._idle: queue.SimpleQueue[_Painter] = queue.SimpleQueue()
        self._all = [_Painter() for _ in range(at_once)]
        for painter in self._all:
            self._idle.put(painter)

    @property
    def waiting(self) -> int:
        """How many jobs are not done yet."""
        return self._waiting

    async def do(self, job: Job) -> Result:
        """The result; mistakes of the job are in it. Raises Busy and TooSlow."""
        if self._waiting >= self._most:
            raise Busy(f"{self._most} pictures wait to be drawn")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, job)
        finally:
            self._waiting -= 1

    def _do(self, job: Job) -> Result:
        painter = self._idle.get()
        try:
            return painter.do(job, self._seconds)
        finally:
            self._idle.put(painter)

    def close(self) -> None:
        """End the processes; jobs that wait are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for painter in self._all:
            painter.kill()
        self._threads.shutdown()
        for painter in self._all:
            painter.end()


class _Painter:
    """One process, started when it is needed, and again after it fell over. Used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def do(self, job: Job, seconds: float) -> Result:
        process = self._running()
        try:
            given, said = process.stdin, process.stdout
            assert given is not None and said is not None  # noqa: S101, PT018 - it was started with pipes
            send(given, job)
            return msgspec.msgpack.decode(_receive(said.fileno(), seconds), type=Result)
        except (OSError, ValueError, msgspec.MsgspecError, TooSlow) as error:
            self.end()
            raise error if isinstance(error, TooSlow) else TooSlow("the drawing process fell over") from None

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise TooSlow("hexmon is stopping")
            if self._process is None:
                environment = dict(os.environ)
                environment["PYTHONPATH"] = os.pathsep.join(
                    filter(None, (str(_SOURCES), environment.get("PYTHONPATH", "")))
                )
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "hexmon.graphs.painter"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                )
            return self._process

    def end(self) -> None:
        """Kill it and tidy up."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        process.wait()

    def kill(self) -> None:
        """From another thread: whoever waits for it hears that it is gone, and no other one is started."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()


def _receive(descriptor: int, seconds: float) -> bytes:
    """The next message within so many seconds of silence. Raises TooSlow."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    head = _exactly(descriptor, 4, poll, seconds)
    length = int.from_bytes(head, "big")
    if length > LARGEST:
        raise TooSlow("the drawing process wrote too much")
    return _exactly(descriptor, length, poll, seconds)


def _exactly(descriptor: int, wanted: int, poll: select.poll, seconds: float) -> bytes:
    parts = bytearray()
    while len(parts) < wanted:
        if not poll.poll(seconds * 1000):
            raise TooSlow(f"the drawing took longer than {seconds:g} s")
        data = os.read(descriptor, min(_CHUNK, wanted - len(parts)))
        if not data:
            raise TooSlow("the drawing process fell over")
        parts += data
    return bytes(parts)
