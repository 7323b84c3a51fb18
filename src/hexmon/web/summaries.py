"""Summaries: the colours of pages of ours that other servers show, and those of theirs that we show (hosts.cfg(5))."""

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import in_page_set
from hexmon.model.status import Status
from hexmon.model.text import readable
from hexmon.web.context import WebContext
from hexmon.web.live import Live
from hexmon.web.matrix import shown
from hexmon.web.propagation import worst

_URL = re.compile(r"\S+\s+(https?://[^\s\"'<>]+)\s*(.*)", re.IGNORECASE)
_PATH = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?([^?#]*)")
# What xymongen and bbgen call these two pages.
_NONGREEN = frozenset({"nongreen", "nongreen.html", "bb2.html"})
_CRITICAL = frozenset({"critical", "critical.html", "bbnk.html"})


class Remote(msgspec.Struct, frozen=True):
    """What another server says of itself: its colour, where it is to be read, and a text."""

    color: Color
    since: float
    url: str = ""
    text: str = ""


class RemoteTable(msgspec.Struct, frozen=True):
    """Rows of remote pages; a place without one is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Remote | None, ...]], ...]


def remote_table(statuses: Iterable[Status]) -> RemoteTable:
    """What was received, by row and column (`summary ROW.COLUMN`)."""
    found: dict[str, dict[str, Remote]] = {}
    for status in statuses:
        row, _, column = status.key.test.rpartition(".")
        found.setdefault(row, {})[column] = _remote(status)
    columns = tuple(sorted({column for row in found.values() for column in row}))
    return RemoteTable(columns, tuple((row, tuple(map(found[row].get, columns))) for row in sorted(found)))


def _remote(status: Status) -> Remote:
    match = _URL.match(readable(status.text))
    return Remote(status.color, status.since, match[1] if match else "", match[2] if match else "")


def page_of(url: str, paths: Collection[str]) -> str:
    """The page that a URL of ours names, in Xymon's spelling or ours; the top page for any other.

    `/xymon/sales/ny/ny.html`, `/xymon/sales/ny/`, `/page/sales/ny` are `sales/ny`. Pages of other sets have no summary.
    """
    parts = [part for part in unquote(_path(url)).split("/") if part]
    if parts and parts[-1].endswith((".html", ".htm")):
        parts.pop()
    tails = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((tail for tail in tails if tail in paths and not in_page_set(tail)), "")


def _path(url: str) -> str:
    match = _PATH.match(url)
    return match[1] if match else ""


class PageColors:
    """The colour that a summary of ours tells."""

    def __init__(self, context: WebContext, live: Live) -> None:
        self._context = context
        self._board = context.board
        self._live = live

    def of(self, url: str) -> Color:
        """The colour of the page at that URL."""
        last = _path(url).rpartition("/")[2]
        if last in _NONGREEN:
            return self._nongreen()
        if last in _CRITICAL:
            return self._critical()
        return self._live.page_colors()[page_of(url, self._board.inventory.pages)]

    def _nongreen(self) -> Color:
        hosts = self._board.inventory.hosts.values()
        return worst(self._live.summary(host.name).color for host in hosts if shown(host) and not host.nonongreen)

    def _critical(self) -> Color:
        local = self._context.local(self._context.clock.now())
        return worst(
            status.color
            for host in self._board.inventory.hosts.values()
            if shown(host) and host.display.critical.tests
            for status in self._board.squares(host.name)
            if host.display.critical.shows(status.key.test, status.color, local, host.policy.calendar.weekday)
        )
