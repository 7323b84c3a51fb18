"""Follows the board for all pages at once: versions, colours and troubles of every host, and what changed when."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from hexmon.model.color import Color
from hexmon.model.events import (
    AlertRaised,
    ColorChanged,
    Event,
    InventoryChanged,
    SquareDropped,
    SquareRenamed,
    StatusAcknowledged,
    StatusDisabled,
)
from hexmon.model.inventory import Group, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.web.context import WebContext
from hexmon.web.folding import columns_of_tests
from hexmon.web.matrix import allowed, hosts_below, page_colors, visible
from hexmon.web.propagation import is_acknowledged, propagated, propagation_of, worst
from hexmon.web.text import line_of
from hexmon.web.troubles import Trouble, arranged

KINDS = (
    ColorChanged,
    StatusDisabled,
    StatusAcknowledged,
    AlertRaised,
    SquareDropped,
    SquareRenamed,
    InventoryChanged,
)
NO_COUNTS = (0, 0, 0, 0, 0, 0)
REMEMBERED = 2000  # changes that a client may have missed and still catch up with
SLICE = 200  # hosts summed up before others get their turn
FLUSH = 0.25  # seconds between two looks at what changed


class HostSummary(msgspec.Struct, gc=False):
    """What pages need of a host without asking the board again. `tests` are the propagated colours of its columns."""

    version: int
    counts: tuple[int, ...] = NO_COUNTS
    color: Color = Color.GREEN
    tests: dict[str, Color] = {}
    troubles: tuple[Trouble, ...] = ()
    changed: float = 0.0  # the newest `since`


class Change(msgspec.Struct, frozen=True, gc=False):
    """What a version brought; `keys` None: anything may have moved, the page must be asked for again."""

    version: int
    keys: frozenset[StatusKey] | None


class Scope(msgspec.Struct, frozen=True, gc=False):
    """A page and all below it, summed up. `version` grows when any of its hosts changed."""

    version: int
    counts: tuple[int, ...]
    color: Color
    troubles: tuple[Trouble, ...]
    changed: float
    hosts: int


class Live:
    """The one follower of the bus for all pages and clients. `version` grows with whatever pages would show."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._propagation = context.settings.propagation()
        self._board = context.board
        self._subscription = context.bus.follow("web", KINDS)
        self._summaries: dict[str, HostSummary] = {}
        self._dirty: set[str] = set()
        self._lines: dict[StatusKey, tuple[str, bool]] = {}
        self._changes: deque[Change] = deque(maxlen=REMEMBERED)
        self._hosts_of: dict[str, tuple[str, ...]] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._scopes: dict[str, tuple[int, Scope]] = {}
        self._page_colors: tuple[int, dict[str, Color]] = (-1, {})
        self._inventory: Inventory | None = None
        self._critical: bool | None = None
        self._moved = asyncio.Event()
        self.version = 1
        self.structure = 1  # the version at which hosts or pages last moved
        self.boot = f"{int(context.clock.now() * 1000):x}"

    # --- following ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow until cancelled."""
        self._adopt()
        await self._sum_up_slowly()
        while True:
            self._absorb(await self._subscription.next_batch())
            # A burst is looked at in one go, by this loop and by every client that it wakes.
            await self._context.clock.sleep_until(self._context.clock.monotonic() + FLUSH)

    async def catch_up(self) -> None:
        """Take in what waits, so that a page is never older than its request."""
        if self._subscription.depth():
            self._absorb(await self._subscription.next_batch())
        self._adopt()

    def close(self) -> None:
        """Follow no longer."""
        self._subscription.close()

    async def changed(self) -> None:
        """Wait for the next version."""
        await self._moved.wait()

    def _absorb(self, events: Iterable[Event]) -> None:
        keys = {key for event in events for key in self._squares_of(event)}
        if keys:
            self._dirty.update(key.host for key in keys)
            self._moved_on(frozenset(keys))

    def _squares_of(self, event: Event) -> tuple[StatusKey, ...]:
        """The squares that look different now; with an empty test: all of that host."""
        keys: tuple[StatusKey, ...] = ()
        match event:
            case ColorChanged(status=status) | StatusAcknowledged(status=status):
                keys = (status.key,)
            case StatusDisabled(key=key):
                keys = (key if key.test != "*" else StatusKey(key.host, ""),)
            case AlertRaised(status=status) if self._says_something_new(status):
                keys = (status.key,)
            case SquareDropped(host=host, test=test):
                keys = (StatusKey(host, test or ""),)
            case SquareRenamed(host=host, new_host=new_host):
                keys = (StatusKey(host, ""), StatusKey(new_host, ""))
            case _:
                pass
        return keys

    def _says_something_new(self, status: Status) -> bool:
        said = (line_of(status), is_acknowledged(status, self._context.clock.now()))
        if self._lines.get(status.key) == said:
            return False
        if len(self._lines) > 100_000:
            self._lines.clear()
        self._lines[status.key] = said
        return True

    def _moved_on(self, keys: frozenset[StatusKey] | None) -> None:
        self.version += 1
        if keys is None:
            self.structure = self.version
        self._changes.append(Change(self.version, keys))
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _adopt(self) -> None:
        inventory = self._board.inventory
        if inventory is not self._inventory:
            self._inventory = inventory
            self._critical = None
            self._hosts_of.clear()
            self._members.clear()
            self._scopes.clear()
            self._dirty.update(self._summaries)
            self._summaries = {name: one for name, one in self._summaries.items() if name in inventory.hosts}
            self._moved_on(None)

    async def _sum_up_slowly(self) -> None:
        names = list(self._board.inventory.hosts)
        for start in range(0, len(names), SLICE):
            for name in names[start : start + SLICE]:
                self.summary(name)
            await self._context.clock.sleep_until(0.0)

    # --- asking ------------------------------------------------------------------------------------------------

    def changes_since(self, version: int) -> frozenset[StatusKey] | None:
        """Every square that changed after that version; None when the page must be asked for again."""
        if version >= self.version:
            return frozenset()
        if version < self.structure or not self._changes or self._changes[0].version > version + 1:
            return None
        late = [change.keys for change in self._changes if change.version > version]
        return frozenset().union(*(keys for keys in late if keys is not None))

    def summary(self, host: str) -> HostSummary:
        """The host, summed up again if it changed."""
        known = self._summaries.get(host)
        if known is None or host in self._dirty:
            known = self._sum_up(host)
            self._summaries[host] = known
            self._dirty.discard(host)
        return known

    def _sum_up(self, name: str) -> HostSummary:
        host = self._board.inventory.hosts.get(name)
        summary = HostSummary(self.version, tests={})
        if host is None:
            return summary
        now, rules = self._context.clock.now(), propagation_of(host, self._propagation)
        counts, troubles = [0] * len(Color), []
        folded = columns_of_tests(host)
        for status in self._board.squares(name):
            test = status.key.test
            if not visible(test):
                continue
            counts[status.color] += 1
            column = folded.get(test, test)
            color = propagated(status, rules, now)
            summary.tests[column] = max(color, summary.tests.get(column, color))
            summary.changed = max(summary.changed, status.since)
            if status.color > Color.BLUE:
                line, acknowledged = line_of(status), is_acknowledged(status, now)
                self._lines.setdefault(status.key, (line, acknowledged))
                troubles.append(Trouble(status.key, status.color, status.since, line, acknowledged))
        summary.counts = tuple(counts)
        summary.color = worst(summary.tests.values())
        summary.troubles = tuple(troubles)
        return summary

    def hosts_of(self, path: str) -> tuple[str, ...]:
        """The hosts of a page and of the pages below it."""
        found = self._hosts_of.get(path)
        if found is None:
            found = self._hosts_of[path] = hosts_below(self._board.inventory, path)
        return found

    def members(self, path: str) -> frozenset[str]:
        """The same as a set."""
        found = self._members.get(path)
        if found is None:
            found = self._members[path] = frozenset(self.hosts_of(path))
        return found

    def scope(self, path: str) -> Scope:
        """A page and all below it, summed up; kept until the version moves."""
        known = self._scopes.get(path)
        if known is not None and known[0] == self.version:
            return known[1]
        summaries = [self.summary(name) for name in self.hosts_of(path)]
        counts = tuple(map(sum, zip(*(one.counts for one in summaries), strict=True))) if summaries else NO_COUNTS
        troubles = arranged((trouble for one in summaries for trouble in one.troubles), self._before)
        scope = Scope(
            version=max((self.structure, *(one.version for one in summaries))),
            counts=counts,
            color=self.page_colors().get(path, Color.GREEN),
            troubles=tuple(troubles),
            changed=max((one.changed for one in summaries), default=0.0),
            hosts=len(summaries),
        )
        self._scopes[path] = (self.version, scope)
        return scope

    def page_colors(self) -> dict[str, Color]:
        """The colour of every page."""
        if self._page_colors[0] != self.version:
            self._page_colors = (self.version, page_colors(self._board.inventory, self._color_in))
        return self._page_colors[1]

    def _color_in(self, host: str, group: Group) -> Color:
        summary = self.summary(host)
        if not group.only and not group.exclude:
            return summary.color
        return worst(color for test, color in summary.tests.items() if allowed(group, test))

    def _before(self, name: str) -> Sequence[str]:
        host = self._board.inventory.hosts.get(name)
        if host is None:
            return ()
        routes = [tag.partition(":")[2] for tag in host.tags if tag.startswith(("route:", "route_"))]
        return [router for route in routes for router in route.split(",") if router]

    def critical(self) -> bool:
        """Whether hosts.cfg calls any square critical."""
        if self._critical is None:
            hosts = self._board.inventory.hosts.values()
            self._critical = any(host.display.critical.tests for host in hosts)
        return self._critical

    def last_check(self, path: str) -> float:
        """When anything of that page was last reported."""
        if self._context.last_report is not None:
            return self._context.last_report()
        reports = (status.updated for host in self.hosts_of(path) for status in self._board.squares(host))
        return max(reports, default=0.0)
