"""The settings of analysis.cfg(5): what is right for an agent's figures, and for which hosts at what time."""

from typing import Literal

import msgspec

from hexmon.judge.clients.expression import Expression
from hexmon.model.color import Color
from hexmon.model.origin import BUILT_IN, Origin, Problem
from hexmon.model.times import Times


class Qualifiers(msgspec.Struct, frozen=True, kw_only=True):
    """For whom and when a setting holds; None means that it was not written."""

    hosts: Expression | None = None
    ex_hosts: Expression | None = None
    pages: Expression | None = None
    ex_pages: Expression | None = None
    groups_shown: Expression | None = None  # DISPLAYGROUP
    ex_groups_shown: Expression | None = None
    classes: Expression | None = None
    ex_classes: Expression | None = None
    systems: Expression | None = None  # OS
    ex_systems: Expression | None = None
    times: Times | None = None
    ex_times: Times | None = None


EVERYWHERE = Qualifiers()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What all settings have. `text` replaces the name in what is told; `groups` go to alerts.cfg's GROUP.

    `track` names the data set of a TRACKed figure, "" for the usual name, None for none.
    """

    qualifiers: Qualifiers = EVERYWHERE
    text: str = ""
    groups: tuple[str, ...] = ()
    track: str | None = None
    origin: Origin = BUILT_IN


class Load(Rule, frozen=True, kw_only=True):
    """LOAD: load averages above which cpu is yellow, red."""

    warn: float = 5.0
    panic: float = 10.0


class Up(Rule, frozen=True, kw_only=True):
    """UP: seconds since boot up to which it is news, and from which it is too long ago. None: never."""

    recent: float | None = 3600.0
    ancient: float | None = None
    color: Color = Color.YELLOW


class Clock(Rule, frozen=True, kw_only=True):
    """CLOCK: seconds that a clock may be off."""

    most: int = 60
    color: Color = Color.YELLOW


class Level(msgspec.Struct, frozen=True, gc=False):
    """A limit of a file system: per cent used, or with `free` the units that must remain."""

    value: int
    free: bool = False


class FileSystems(Rule, frozen=True, kw_only=True):
    """What DISK and INODE have: `least` and `most` count the file systems that match, in `color`."""

    names: Expression | None = None  # None: a setting without a name, which means nothing
    warn: Level
    panic: Level
    least: int = 0
    most: int | None = None
    color: Color = Color.RED
    ignored: bool = False


class Disk(FileSystems, frozen=True, kw_only=True):
    """DISK."""

    warn: Level = Level(90)
    panic: Level = Level(95)


class Inode(FileSystems, frozen=True, kw_only=True):
    """INODE."""

    warn: Level = Level(70)
    panic: Level = Level(90)


MemoryKind = Literal["phys", "swap", "act", "csa", "ecsa", "sqa", "esqa"]


class Memory(Rule, frozen=True, kw_only=True):
    """MEMPHYS, MEMSWAP, MEMACT, and of z/OS MEMCSA, MEMECSA, MEMSQA, MEMESQA: per cent used."""

    kind: MemoryKind
    warn: int
    panic: int


class Proc(Rule, frozen=True, kw_only=True):
    """PROC: how many lines of ps must fit. `most` None: any number."""

    pattern: Expression
    least: int = 1
    most: int | None = None
    color: Color = Color.RED


class Port(Rule, frozen=True, kw_only=True):
    """PORT: how many lines of netstat must fit all of these."""

    local: Expression | None = None
    ex_local: Expression | None = None
    remote: Expression | None = None
    ex_remote: Expression | None = None
    state: Expression | None = None
    ex_state: Expression | None = None
    least: int = 1
    most: int | None = None
    color: Color = Color.RED


class Log(Rule, frozen=True, kw_only=True):
    """LOG: lines of a log that are news."""

    file: Expression | None = None
    match: Expression | None = None
    ignore: Expression | None = None
    color: Color = Color.RED
    optional: bool = False


FileProperty = Literal[
    "type", "size", "links", "mode", "owner", "ownerid", "group", "groupid", "mtime", "ctime", "atime",
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "rmd160",
]  # fmt: skip


HASHES: tuple[FileProperty, ...] = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "rmd160")


class FileCheck(msgspec.Struct, frozen=True, gc=False):
    """One requirement: `size` `>` 1024. Sizes are bytes, times seconds (of age; with `=` an epoch), modes numbers."""

    property: FileProperty
    sign: Literal["<", "=", ">"]
    value: int | str


class File(Rule, frozen=True, kw_only=True):
    """FILE: what a file must be; `absent` (NOEXIST): it must not be there."""

    name: Expression
    checks: tuple[FileCheck, ...] = ()
    color: Color = Color.RED
    absent: bool = False
    optional: bool = False


class Directory(Rule, frozen=True, kw_only=True):
    """DIR: limits of the size that du printed."""

    name: Expression
    above: int | None = None
    below: int | None = None
    color: Color = Color.RED


class Service(Rule, frozen=True, kw_only=True):
    """SVC: how a service of Windows must be."""

    name: Expression
    startup: Expression | None = None
    state: Expression | None = None
    color: Color = Color.RED


class DataSet(Rule, frozen=True, kw_only=True):
    """DS: limits of a figure that is graphed; the square is coloured when the figure is inside all of `limits`."""

    column: str
    file: Expression
    data_set: str
    limits: tuple[tuple[Literal[">", ">=", "<", "<="], float], ...] = ()
    color: Color = Color.RED


class Mib(Rule, frozen=True, kw_only=True):
    """MIB: limits of a value that snmpcollect reports (`MIBNAME:VALUENAME`)."""

    name: Expression
    key: Expression | None = None
    least: int | None = None
    most: int | None = None
    match: Expression | None = None
    color: Color = Color.RED


class Queue(Rule, frozen=True, kw_only=True):
    """MQ_QUEUE: depths, and ages in seconds, from which a queue is yellow, red. None: no limit."""

    manager: Expression | None = None
    name: Expression | None = None
    warn_depth: int | None = None
    panic_depth: int | None = None
    warn_age: int | None = None
    panic_age: int | None = None


class Channel(Rule, frozen=True, kw_only=True):
    """MQ_CHANNEL: states in which a channel is yellow, red."""

    manager: Expression | None = None
    name: Expression | None = None
    warn: Expression | None = None
    panic: Expression | None = None


class Percent(Rule, frozen=True, kw_only=True):
    """What the settings of z systems have: per cent from which on it is yellow, red."""

    warn: int
    panic: int


class Paging(Percent, frozen=True, kw_only=True):
    """PAGING: a rate, not per cent."""

    warn: int = 5
    panic: int = 10


class VirtualSize(Percent, frozen=True, kw_only=True):
    """VSIZE."""

    warn: int = 90
    panic: int = 95


class AddressSpaces(Percent, frozen=True, kw_only=True):
    """MAXUSER (z/OS) and NPARTS (z/VSE)."""

    kind: Literal["maxuser", "nparts"]
    warn: int = 101
    panic: int = 101


class Getvis(Percent, frozen=True, kw_only=True):
    """GETVIS of a partition of z/VSE: below 24 bits, and anywhere."""

    partition: Expression | None = None
    warn: int = 90
    panic: int = 95
    warn_any: int = 90
    panic_any: int = 95


class Cics(Rule, frozen=True, kw_only=True):
    """CICS: DSA and EDSA of an application, per cent."""

    application: Expression | None = None
    warn_dsa: int = 90
    panic_dsa: int = 95
    warn_edsa: int = 90
    panic_edsa: int = 95


class AnalysisFile(msgspec.Struct, frozen=True):
    """The settings in the order of the file, what is wrong with it, and what is merely worth knowing."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


NO_RULES = AnalysisFile()
