"""A board and a history in memory, with the interfaces the pages ask for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hexmon.board.ghosts import Ghosts
from hexmon.bus import LocalBus
from hexmon.history.store import Change
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.events import AlertRaised, ColorChanged, InventoryChanged, SquareDropped
from hexmon.model.inventory import Group, Host, Inventory, Page, Placement
from hexmon.model.names import StatusKey
from hexmon.model.site import Site as YamlSite
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState
from hexmon.model.status import ClientMessage, Status
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from hexmon.web.live import Live
from tests.support.clock import FakeClock

START = 1_795_219_200.0


class FakeBoard:
    """Statuses by host; `put` tells the bus what the real board would."""

    def __init__(self, inventory: Inventory, bus: LocalBus) -> None:
        self.inventory = inventory
        self.bus = bus
        self.messages: dict[str, list[ClientMessage]] = {}
        self.ghosts = Ghosts()
        self._hosts: dict[str, dict[str, Status]] = {}

    def status(self, key: StatusKey) -> Status | None:
        return self._hosts.get(key.host, {}).get(key.test)

    def squares(self, host: str) -> Sequence[Status]:
        return list(self._hosts.get(host, {}).values())

    def hosts(self) -> Iterable[str]:
        return list(self._hosts)

    def clients(self, host: str) -> Sequence[ClientMessage]:
        return self.messages.get(host, [])

    def put(self, status: Status, now: float) -> None:
        before = self.status(status.key)
        self._hosts.setdefault(status.key.host, {})[status.key.test] = status
        if before is None or before.color is not status.color:
            since = before.since if before is not None else now
            self.bus.publish(ColorChanged(now, before.color if before is not None else None, since, status))
        if status.color in ALERT_COLORS:
            self.bus.publish(AlertRaised(now, status))

    def drop(self, key: StatusKey, now: float) -> None:
        del self._hosts[key.host][key.test]
        self.bus.publish(SquareDropped(now, key.host, key.test))

    def adopt(self, inventory: Inventory, now: float) -> None:
        self.inventory = inventory
        self.bus.publish(InventoryChanged(now, inventory.version))


class FakeHistory:
    """Changes, newest first."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self.all = sorted(changes, key=lambda change: -change.at)

    async def changes(self, key: StatusKey, since: float, until: float, limit: int = 100) -> Sequence[Change]:
        mine = [change for change in self.all if change.key == key and change.at <= until]
        inside = [change for change in mine if change.at >= since]
        return [*inside, *mine[len(inside) : len(inside) + 1]][:limit]

    async def change(self, number: int) -> Change | None:
        return next((change for change in self.all if change.id == number), None)

    async def latest(self, since: float, limit: int = 100) -> Sequence[Change]:
        return [change for change in self.all if change.at >= since][:limit]


class FakeMonitors:
    """What is remembered, by square."""

    def __init__(self, memories: Mapping[StatusKey, MonitorMemory]) -> None:
        self.all = memories

    def memory(self, key: StatusKey) -> MonitorMemory | None:
        return self.all.get(key)

    def states(self, site: YamlSite) -> Mapping[str, MonitorState]:
        known = {one.name: self.memory(one.key) for one in site.monitors}
        return {name: memory.state if memory else MonitorState() for name, memory in known.items()}


class FakeHostData:
    """What was kept: text by host and moment."""

    def __init__(self, kept: Mapping[str, Mapping[int, bytes]]) -> None:
        self.all = kept

    def moments(self, host: str) -> Sequence[int]:
        return sorted(self.all.get(host, {}), reverse=True)

    def read(self, host: str, moment: int) -> bytes | None:
        return self.all.get(host, {}).get(moment)


def a_square(
    host: str, test: str, color: Color = Color.GREEN, text: bytes | None = None, age: float = 7200.0
) -> Status:
    """A status that has been so for `age` seconds at START, reported 20 s ago."""
    return Status(
        key=StatusKey(host, test),
        color=color,
        reported=color,
        text=text if text is not None else f"{color.word} Sat Nov 21 05:00:00 2026 {test} says {color.word}\n".encode(),
        head=b"",
        sender="127.0.0.1",
        created=START - 30 * 86_400,
        since=START - age,
        updated=START - 20,
        valid_until=START + 1780,
        validity=1800.0,
    )


def an_inventory(
    pages: Mapping[str, Sequence[Group]], hosts: Iterable[Host] = (), titles: Mapping[str, str] = {}
) -> Inventory:
    """Pages by path with their groups; hosts that are only named in groups are made up."""
    known = {host.name: host for host in hosts}
    for path, groups in pages.items():
        for name in (place.host for group in groups for place in group.hosts):
            known.setdefault(name, Host(name=name, page=path, all_pages=(path,)))
    paths = dict.fromkeys(("", *pages))
    tree = {
        path: Page(
            path=path,
            name=path.rpartition("/")[2],
            title=titles.get(path, path.rpartition("/")[2]),
            children=tuple(child for child in paths if child and child.rpartition("/")[0] == path),
            groups=tuple(pages.get(path, ())),
        )
        for path in paths
    }
    return Inventory(
        hosts=known,
        by_alias={alias.lower(): host.name for host in known.values() for alias in (host.name, *host.aliases)},
        pages=tree,
        version=1,
    )


def a_group(*hosts: str, **settings: object) -> Group:
    return msgspec.convert({"hosts": [Placement(name) for name in hosts], **settings}, Group)


class Site:
    """A web application on a fake board; other fields of its context by their names."""

    def __init__(self, inventory: Inventory, *statuses: Status, changes: Iterable[Change] = (), **fields: Any) -> None:
        self.clock = FakeClock(START)
        self.bus = LocalBus()
        self.board = FakeBoard(inventory, self.bus)
        for status in statuses:
            self.board.put(status, START)
        self.context = WebContext(self.board, FakeHistory(changes), self.bus, self.clock, **fields)
        self.app = create_app(self.context)

    @property
    def live(self) -> Live:
        live = self.app.state.live
        assert isinstance(live, Live)
        return live

    def put(self, status: Status) -> None:
        self.board.put(status, self.clock.now())
