"""Values for tests: a test names only what matters to it."""

from collections.abc import Iterable
from typing import Any

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import Journal, MemoryJournal
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.model.color import Color
from hexmon.model.incident import Incident, incident_id
from hexmon.model.inventory import Host, HostPolicy, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import Report, Status
from tests.support.clock import FakeClock

HOST = "www.example.com"
KEY = StatusKey(HOST, "http")


def a_report(color: Color = Color.GREEN, host: str = HOST, test: str = "http", **others: Any) -> Report:
    """A claim that www.example.com.http is green."""
    text = others.pop("text", color.word.encode() + b" Sat Nov 21 08:00:00 2026 all is said\n")
    return Report(key=StatusKey(host, test), color=color, text=text, **{"sender": "127.0.0.1", **others})


def a_status(color: Color = Color.GREEN, at: float = 1_795_219_200.0, **others: Any) -> Status:
    """A square of that colour since `at`, reported then for the first time."""
    moments = {name: others.pop(name, at) for name in ("created", "since", "updated")}
    return Status(
        key=others.pop("key", KEY),
        color=color,
        reported=others.pop("reported", color),
        text=others.pop("text", color.word.encode() + b" text"),
        head=others.pop("head", b""),
        sender=others.pop("sender", "127.0.0.1"),
        valid_until=others.pop("valid_until", at + 1800.0),
        validity=others.pop("validity", 1800.0),
        changes=others.pop("changes", 1),
        **moments,
        **others,
    )


def an_incident(key: StatusKey = KEY, started: float = 1_795_219_200.0, **others: Any) -> Incident:
    """Red since it began."""
    facts: dict[str, Any] = {"color": Color.RED, "worst": Color.RED, "color_since": started, "seen": started}
    return Incident(**facts | {"id": incident_id(key, started), "key": key, "started": started} | others)


def a_host(name: str = HOST, **others: Any) -> Host:
    """A host without any tag; words of HostPolicy go to its policy."""
    policy = {field: others.pop(field) for field in HostPolicy.__struct_fields__ if field in others}
    return Host(name=name, policy=HostPolicy(**policy), **others)


def an_inventory(*hosts: Host | str, version: int = 1) -> Inventory:
    """Those hosts, in that order, with their aliases; www.example.com when none is given."""
    found = [Host(name=one, index=index) if isinstance(one, str) else one for index, one in enumerate(hosts or (HOST,))]
    names = {alias.lower(): host.name for host in found for alias in (*host.aliases, host.name)}
    return Inventory(hosts={host.name: host for host in found}, by_alias=names, version=version)


def a_board(
    *hosts: Host | str,
    clock: Clock | None = None,
    journal: Journal | None = None,
    bus: LocalBus | None = None,
    **words: Any,
) -> Board:
    """A board that knows those hosts; other words are settings."""
    return Board(
        clock or FakeClock(),
        journal or MemoryJournal(),
        bus or LocalBus(),
        BoardSettings(**words),
        an_inventory(*hosts),
    )


def colors(statuses: Iterable[Status]) -> dict[str, str]:
    """Test name to colour word."""
    return {status.key.test: status.color.word for status in statuses}
