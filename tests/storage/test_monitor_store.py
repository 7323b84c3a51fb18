"""What is remembered of monitors: the newest of each, whatever else is written around it."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from hexmon.board.store import MonitorSaved, Record
from hexmon.model.events import SquareDropped
from hexmon.storage.engine import Storage, open_storage
from tests.storage.conftest import QUICK
from tests.storage.samples import NOON, saved

Appends = Sequence[Sequence[Record]]
CASES: dict[str, tuple[Appends, Mapping[str, bytes]]] = {
    "nothing": ([], {}),
    "bytes of any kind": ([[MonitorSaved("a.b.ports", b"\x00\xff'\n")]], {"a.b.ports": b"\x00\xff'\n"}),
    "the newest of one": ([[MonitorSaved("a", b"1"), MonitorSaved("a", b"2")], [MonitorSaved("a", b"3")]], {"a": b"3"}),
    "of many": ([[MonitorSaved(f"{n}", b"%d" % n) for n in range(1000)]], {f"{n}": b"%d" % n for n in range(1000)}),
    "forgotten": ([[MonitorSaved("a", b"1"), MonitorSaved("b", b"1")], [MonitorSaved("a", b"")]], {"b": b"1"}),
    "forgotten in the same append": ([[MonitorSaved("a", b"1"), MonitorSaved("a", b"")]], {}),
    "forgotten and back": (
        [[MonitorSaved("a", b"1")], [MonitorSaved("a", b"")], [MonitorSaved("a", b"2")]],
        {"a": b"2"},
    ),
    "among others": (
        [[saved("a", "ports"), MonitorSaved("a.ports", b"1"), SquareDropped(NOON, "a", None), MonitorSaved("c", b"2")]],
        {"a.ports": b"1", "c": b"2"},
    ),
}


@pytest.mark.parametrize(("appends", "left"), CASES.values(), ids=CASES)
async def test_what_is_there(any_storage: Storage, appends: Appends, left: Mapping[str, bytes]) -> None:
    ticket = 0
    for records in appends:
        ticket = any_storage.journal.append(records)
    await any_storage.journal.durable(ticket)
    assert await any_storage.monitors.load() == left


async def test_it_outlives_a_restart(url: str) -> None:
    loop = asyncio.get_running_loop()
    storage = open_storage(url, loop, QUICK)
    storage.journal.append([MonitorSaved("a", b"1")])
    await storage.close()
    storage = open_storage(url, loop, QUICK)
    assert await storage.monitors.load() == {"a": b"1"}
    await storage.close()
