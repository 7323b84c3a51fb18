"""What rrdcached(1) is told, over a socket of our own: librrd's client does not say when the daemon is away.

On a local socket the daemon knows files by their whole path, over TCP by their path below its base folder (-b), which
must be the folder that hexmon writes.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hexmon.graphs.librrd import RrdError

_LONGEST = 4000  # bytes of a command: rrdcached reads at most 4096
_SECONDS = 5.0
_MOST = 65536  # bytes of an answer


class DaemonAwayError(RrdError):
    """The daemon cannot be reached, or does not answer: nothing is wrong with the file."""


class Rrdcached:
    """A connection that is opened when it is needed. For one thread."""

    def __init__(self, address: str, top: Path) -> None:
        self.address = address
        self._top = top
        self._local = address.startswith(("unix:", "/"))
        self._socket: socket.socket | None = None
        self._rest = b""

    def update(self, path: Path, lines: Sequence[str]) -> bool:
        """Hand over lines with a value for every source. False when they are too long for it: write them yourself."""
        name = self._name(path)
        commands = list(_packed(b"UPDATE " + name, lines))
        if not commands:
            self.flush(path)
            return False
        for command in commands:
            answer = self._ask(command)
            if not answer.startswith(b"0"):
                raise RrdError(str(path), f"rrdcached: {_words(answer)}")
        return True

    def flush(self, path: Path) -> None:
        """Return when everything of the file is on the disk. A file that it does not know has nothing to be written."""
        self._ask(b"FLUSH " + self._name(path))

    def forget(self, path: Path) -> None:
        """What it holds for the file is not written any more."""
        self._ask(b"FORGET " + self._name(path))

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def _name(self, path: Path) -> bytes:
        name = str(path.absolute()) if self._local else str(path.relative_to(self._top))
        return name.replace("\\", "\\\\").replace(" ", "\\ ").encode("utf-8")

    def _ask(self, command: bytes) -> bytes:
        """The first line of the answer. A connection that the daemon has closed meanwhile is opened once more."""
        fresh = self._socket is None
        try:
            return self._exchange(command)
        except OSError as error:
            self.close()
            if fresh:
                raise self._away(error) from error
        try:
            return self._exchange(command)
        except OSError as error:
            self.close()
            raise self._away(error) from error

    def _away(self, error: OSError) -> DaemonAwayError:
        return DaemonAwayError("", f"rrdcached at {self.address} cannot be used: {error.strerror or error}")

    def _exchange(self, command: bytes) -> bytes:
        opened = self._socket
        if opened is None:
            opened = self._socket = self._connect()
        opened.sendall(command + b"\n")
        first = self._line(opened)
        count, _, _ = first.partition(b" ")
        if count.isdigit() and len(count) < 6:
            for _ in range(int(count)):
                self._line(opened)
        return first

    def _line(self, opened: socket.socket) -> bytes:
        while b"\n" not in self._rest:
            part = opened.recv(4096)
            if not part:
                raise ConnectionResetError("it hung up")
            self._rest += part
            if len(self._rest) > _MOST:
                raise ConnectionError("its answer makes no sense")
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _connect(self) -> socket.socket:
        if not self._local:
            host, _, port = self.address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS)
        opened = socket.socket(socket.AF_UNIX)
        try:
            opened.settimeout(_SECONDS)
            opened.connect(self.address.removeprefix("unix:"))
        except OSError:
            with suppress(OSError):
                opened.close()
            raise
        return opened


def _packed(begin: bytes, lines: Sequence[str]) -> Iterator[bytes]:
    """Commands with as many lines as fit; none at all when one line is too long."""
    words = [b" " + line.encode("ascii") for line in lines]
    if any(len(begin) + len(word) > _LONGEST for word in words):
        return
    command = begin
    for word in words:
        if len(command) + len(word) > _LONGEST:
            yield command
            command = begin
        command += word
    if command != begin:
        yield command


def _words(answer: bytes) -> str:
    return answer.partition(b" ")[2].decode("utf-8", "replace")[:300]
