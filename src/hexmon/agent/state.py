"""What an agent remembers in its folder: the server's wishes, where logs ended, and what was counted."""

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from hexmon.agent.alone import FolderTakenError, alone_in
from hexmon.agent.facts import Counters
from hexmon.agent.logs import Remembered

T = TypeVar("T")

_LONGEST_WISH = 256 * 1024  # bytes of a section of client-local.cfg
_WISHES = "client-local.cfg"
_LOGS = "logs.json"
_COUNTED = "counted.json"
_PAGE = re.compile(rb"\s*<(!doctype|html|head|body|title|\?xml)", re.IGNORECASE)


class StateError(OSError):
    """The folder cannot be used."""


class State:
    """The folder of one agent. Blocking; each file is written beside and renamed: it is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Raises StateError."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / ".lock").touch()
        except OSError as error:
            raise StateError(f"{folder}: {error.strerror}; choose another folder with --state") from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else uses the folder meanwhile. Raises StateError when somebody does."""
        try:
            with alone_in(self.folder, "another agent runs with this folder; --state gives this one another"):
                yield
        except FolderTakenError as error:
            raise StateError(str(error)) from None

    @property
    def wishes(self) -> str:
        """The last reply to a client message; empty when none was kept."""
        try:
            return (self.folder / _WISHES).read_bytes().decode(errors="surrogateescape")
        except OSError:
            return ""

    def keep_wishes(self, reply: bytes) -> str:
        """Obey this reply from now on. Empty, it changes nothing; one that cannot be meant is refused: why."""
        if not reply.strip():
            return ""
        if len(reply) > _LONGEST_WISH:
            return f"the reply has {len(reply)} bytes; more than {_LONGEST_WISH} cannot be meant"
        if _PAGE.match(reply) or b"\0" in reply:
            return "the reply is no text of client-local.cfg: a page of a proxy?"
        if reply != self._read(_WISHES):
            self._write(_WISHES, reply)
        return ""

    def logs(self) -> Mapping[str, Remembered]:
        """Where the logs ended."""
        return self._decoded(_LOGS, dict[str, Remembered]) or {}

    def keep_logs(self, logs: Mapping[str, Remembered]) -> None:
        """Names may be any bytes; what is not UTF-8 is not remembered and read anew each time."""
        self._write(_LOGS, msgspec.json.encode({name: one for name, one in logs.items() if _is_text(name)}))

    def counted(self) -> Counters | None:
        """The counters of the last report."""
        return self._decoded(_COUNTED, Counters)

    def keep_counted(self, counted: Counters | None) -> None:
        """For the next report."""
        if counted is not None:
            self._write(_COUNTED, msgspec.json.encode(counted))

    def _read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return b""

    def _decoded(self, name: str, kind: type[T]) -> T | None:
        content = self._read(name)
        try:
            return msgspec.json.decode(content, type=kind) if content else None
        except (msgspec.MsgspecError, UnicodeDecodeError):  # written by another version, or by somebody else
            return None

    def _write(self, name: str, content: bytes) -> None:
        beside = self.folder / f"{name}.new"
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.folder / name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
