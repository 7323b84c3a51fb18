"""What everybody who turns an agent's message into squares agrees on."""

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from typing import Protocol, TypeVar

import msgspec

from hexmon.judge.clients.rules import Rule
from hexmon.model.client import ClientData
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage

R = TypeVar("R", bound=Rule)


class HostRules(Protocol):
    """The settings that hold for one host at one moment, in the order of the file."""

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Every setting of that kind."""
        ...

    def first(self, kind: type[R], fits: Callable[[R], bool] = ...) -> R | None:
        """The first of that kind that `fits`."""
        ...

    @property
    def may_be_slow(self) -> bool:
        """Whether a pattern of them may take its time, as the text wants it."""
        ...


class ClientJudging(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all agents' messages: the options of xymond_client(8)."""

    clear_color: Color = Color.CLEAR  # of procs, ports, ... when there is nothing to judge by
    clear_msgs: bool = True  # whether a square without anything to judge by is reported at all
    clear_files: bool = True
    clear_ports: bool = True
    clear_services: bool = True
    list_cpu: bool = True  # whether the listings of top, ps, ... are part of the squares
    list_processes: bool = True
    list_ports: bool = True
    list_services: bool = True
    uptime_column: bool = False  # UP judges a column of its own
    unknown_systems: bool = False  # whether systems that nobody knows are judged by what all of them send
    longest: int = 256 * 1024  # characters of a listing in a square; the rest is left out, and that is told
    zone: tzinfo = UTC  # of the date in squares whose agents send none


UNDATED = "<no timestamp data>"  # so say cpu and all squares of z systems


class Square(msgspec.Struct, frozen=True, kw_only=True):
    """A square in the making. `line` is the rest of line 1 behind the date, `body` all lines below it.

    `comment` comes before the date (`<!-- ID=/ -->`), as in Xymon's inode. `date` stands for the agent's own, where
    that sends none; `undated` is there when an agent that should have sent one did not.
    """

    test: str
    color: Color
    line: str
    body: str = ""
    comment: str = ""
    groups: tuple[str, ...] = ()
    date: str | None = None
    undated: str = "<No timestamp data>"


class Figures(msgspec.Struct, frozen=True):
    """A `data` message for the graphs: the name of the data set, and its text."""

    name: str
    text: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All that a square is made of. `now` is epoch seconds when the message is judged."""

    message: ClientMessage
    data: ClientData
    system: "System"
    host: Host
    rules: HostRules
    now: float
    settings: ClientJudging = ClientJudging()


Made = Square | Figures
Maker = Callable[[View], Iterable[Made]]


class MemoryUse(msgspec.Struct, frozen=True, gc=False):
    """MiB; None for what the agent did not say."""

    physical_total: int | None = None
    physical_used: int | None = None
    actual_total: int | None = None
    actual_used: int | None = None
    swap_total: int | None = None
    swap_used: int | None = None


class Table(msgspec.Struct, frozen=True, gc=False):
    """A section with file systems: the headings of the columns for what is free, used in per cent, and where.

    The heading of the per cent may have alternatives (`iused%|%iused`). Case does not count.
    """

    section: str
    free: str
    capacity: str
    mount: str = "Mounted"


class Ports(msgspec.Struct, frozen=True, gc=False):
    """The section with connections: which words of a line (from 0) are the two addresses and the state."""

    local: int
    remote: int
    state: int
    section: str = "ports"


class Processes(msgspec.Struct, frozen=True, gc=False):
    """The section with processes, and the headings (the first that is there) where their commands begin."""

    headings: tuple[str, ...]
    section: str = "ps"


class System(msgspec.Struct, frozen=True, kw_only=True):
    """What an operating system's agent sends, and what is made of it, in the order of reporting."""

    name: str
    makers: tuple[Maker, ...]
    disk: Table | None = None
    inode: Table | None = None
    processes: Processes | None = None
    ports: Ports | None = None
    memory: Callable[[ClientData], MemoryUse | None] | None = None
    needs_date: bool = False  # whether a message without [date] says nothing
