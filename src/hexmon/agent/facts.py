"""What the sections of one report are made of; what several of them need is asked once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

import msgspec
import psutil

from hexmon.agent.patience import Patience

T = TypeVar("T")
_WANTED = (
    "pid", "ppid", "username", "create_time", "cpu_times", "memory_info", "name", "cmdline", "status", "nice",
)  # fmt: skip


class Unknown(Exception):  # noqa: N818 - the name says what is so
    """This platform does not tell, or not without starting a program: the section is left out."""


class Counters(msgspec.Struct, frozen=True):
    """What has been counted since the boot, to compare with the next report. Bytes, seconds, `at` epoch seconds."""

    at: float
    boot: float
    cpu: Mapping[str, float]
    switches: int
    interrupts: int
    read: int
    written: int
    swapped_in: int
    swapped_out: int


class Facts:
    """One report's view of this machine. `before` are the counters of the report before it."""

    def __init__(
        self,
        local: datetime,
        patience: Patience | None = None,
        *,
        remote: bool = False,
        before: Counters | None = None,
    ) -> None:
        self.local = local
        self.patience = patience or Patience()
        self.remote = remote
        self.before = before
        self.counted: Counters | None = None  # for the next report
        self._shared: dict[str, Any] = {}

    def shared(self, name: str, ask: Callable[[], T]) -> T:
        """What `ask` says, asked once for all sections."""
        if name not in self._shared:
            self._shared[name] = ask()
        return cast("T", self._shared[name])

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self.local.timestamp()

    @cached_property
    def processes(self) -> Sequence[Mapping[str, Any]]:
        """All of them, by number; a fact that may not be read is None."""
        return [process.info for process in psutil.process_iter(list(_WANTED))]

    @cached_property
    def boot(self) -> float:
        """Epoch seconds when this machine was started."""
        return float(psutil.boot_time())


def one_line(name: str) -> str:
    """A name that cannot be taken for more than a part of its line."""
    return "".join("?" if ord(letter) < ord(" ") else letter for letter in name)
