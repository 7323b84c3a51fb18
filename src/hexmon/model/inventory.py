"""What is to be watched: hosts, their policies, and the tree of pages; one immutable snapshot."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hexmon.model.display import AS_USUAL, Display
from hexmon.model.holidays import NO_HOLIDAYS, Calendar
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.model.origin import BUILT_IN, Origin, Problem
from hexmon.model.site import Monitor, Site
from hexmon.model.timespec import Downtime, ServiceHours, TimeWindow

_EMPTY: Mapping[str, float] = MappingProxyType({})


class BadTest(msgspec.Struct, frozen=True, gc=False):
    """A badTEST tag: from so many failures in a row a test is clear, yellow, red; fewer are green.

    `window` None: always. Of several in force for a test the last one counts.
    """

    test: str
    clear: int
    yellow: int
    red: int
    window: TimeWindow | None = None


class PingLimits(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From where on conn is yellow, and red, although the host answers: share of lost packets (0 to 1), seconds."""

    loss: tuple[float, float] | None = None
    rtt: tuple[float, float] | None = None
    jitter: tuple[float, float] | None = None


NO_LIMITS = PingLimits()


class HostPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What hosts.cfg says about the life of a host's squares (transition) and their judging. Seconds."""

    downtime: tuple[Downtime | ServiceHours, ...] = ()
    delay_red: Mapping[str, float] = _EMPTY
    delay_yellow: Mapping[str, float] = _EMPTY
    noflap_all: bool = False
    noflap: frozenset[str] = frozenset()
    noclear: bool = False
    dialup: bool = False
    multihomed: bool = False
    pulldata: bool = False
    pull_ip: str = ""  # where its agent is asked; "": at its own address
    pull_port: int = 0  # 0: the usual one
    holidays: str = ""  # the set that a tag names
    calendar: Calendar = NO_HOLIDAYS  # what its times go by
    depends: tuple[tuple[str, tuple[StatusKey, ...]], ...] = ()  # test -> squares whose failure explains its own
    route: tuple[str, ...] = ()  # hosts between us and this one, the nearest first as written
    bad: tuple[BadTest, ...] = ()
    ping_limits: PingLimits = NO_LIMITS


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """One monitored machine. `tags` are as written, quotes removed; `items` the XMH_ values without the prefix."""

    name: str
    ip: str = "0.0.0.0"  # noqa: S104 - hosts.cfg's word for "look up the name"
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    page: str = ""  # path of the page of the preferred definition, "" for the top page
    page_titles: tuple[str, ...] = ()  # of that page and those above it, as its line found them
    all_pages: tuple[str, ...] = ("",)
    group: str = ""
    comment: str = ""
    description: str = ""
    host_class: str = ""
    tags: tuple[str, ...] = ()
    items: Mapping[str, str] = MappingProxyType({})
    checks: tuple[Check, ...] = ()
    policy: HostPolicy = HostPolicy()
    display: Display = AS_USUAL
    nocolumns: frozenset[str] = frozenset()
    nodisp: bool = False
    nonongreen: bool = False
    not_before: float | None = None
    not_after: float | None = None
    index: int = 0  # its place in the file
    monitor: Monitor | None = None  # of a YAML site, which it stands for
    origin: Origin = BUILT_IN


class Placement(msgspec.Struct, frozen=True):
    """A host's place in a group; `title` is the heading before it."""

    host: str
    title: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A table of hosts. `only` and `exclude` restrict its columns and what it adds to the page's colour."""

    title: str = ""
    heading: str = ""  # the text of a `title` line before it
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sort: bool = False
    hosts: tuple[Placement, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the tree; `path` is "USA/NY", empty for the top page; `groups[0]` holds ungrouped hosts."""

    path: str
    name: str = ""
    title: str = ""
    heading: str = ""  # replaces "Pages" above the links on the parent
    vertical: bool = False
    children: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()


SET_MARK = "@"


def set_path(name: str, path: str = "") -> str:
    """The path of a page of another page set: `@os`, `@os/unix`."""
    return f"{SET_MARK}{name}/{path}" if path else f"{SET_MARK}{name}"


def in_page_set(path: str) -> bool:
    """Whether that page belongs to another page set than the usual one."""
    return path.startswith(SET_MARK)


class Summary(msgspec.Struct, frozen=True):
    """A `summary ROW.COLUMN IP URL` line."""

    name: str
    ip: str
    url: str
    origin: Origin = BUILT_IN


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable snapshot of everything that is to be watched.

    `by_alias` maps lower-case names and CLIENT aliases to canonical names; `pages` is in the order of the file, the
    top page first; those of other page sets are trees of their own below `@NAME`.
    """

    hosts: Mapping[str, Host] = MappingProxyType({})
    by_alias: Mapping[str, str] = MappingProxyType({})
    pages: Mapping[str, Page] = MappingProxyType({"": Page(path="")})
    summaries: tuple[Summary, ...] = ()
    sites: tuple[Site, ...] = ()
    problems: tuple[Problem, ...] = ()
    version: int = 0
    calendar: Calendar = NO_HOLIDAYS  # of hosts that are not in it

    def find(self, name: str) -> Host | None:
        """The host of that name or alias, in any case."""
        canonical = self.by_alias.get(name) or self.by_alias.get(name.lower())
        return self.hosts[canonical] if canonical is not None else None
