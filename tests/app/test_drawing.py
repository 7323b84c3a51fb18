"""A running hexmon draws: its own graphs.cfg over the built-in one, and files that others wrote."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from hexmon.app.drawing import open_gallery
from hexmon.app.graphing import Graphing
from hexmon.app.settings import Configuration, Settings
from hexmon.graphs import librrd
from hexmon.graphs.gallery import Gallery
from hexmon.graphs.request import read_request
from hexmon.graphs.site_rrd import Place
from hexmon.graphs.view import NoGraphs
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState
from tests.support.clock import FakeClock
from tests.support.devices import a_device, a_monitor, an_interface
from tests.support.monitor import monitor as running_monitor
from tests.support.rrd_files import DAY, write

HOSTS = "127.0.0.1 www.example.com #\n127.0.0.2 none.example.com # notrends\n"


def test_a_running_hexmon_draws_what_is_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "hexmon-data" / "rrd" / "www.example.com"
    now = int(time.clock_gettime(time.CLOCK_REALTIME))
    write(folder / "la.rrd", {"la": lambda _: 150.0}, now, seconds=DAY)
    (tmp_path / "graphs.cfg").write_text(
        "[la]\nTITLE Mine\nYAXIS y\nDEF:a=la.rrd:la:AVERAGE\nLINE1:a#000000:Own words\n"
    )
    with running_monitor(tmp_path, HOSTS) as running:
        status, text = running.get("/trends/www.example.com")
        assert status == 200
        assert b"Mine" in text
        assert b"Own words" in text
        status, body = running.get("/graph/www.example.com/la.svg")
        assert (status, body[:5]) == (200, b"<?xml")
        assert running.get("/trends/none.example.com")[0] == 404
        (tmp_path / "graphs.cfg").unlink()
        assert b"Load average" in running.get("/trends/www.example.com")[1]


class _Files:
    """Whoever writes the files."""

    def __init__(self, kind: str = "availability") -> None:
        self._kind = kind
        self.flushed_: list[tuple[str, list[str]]] = []

    def place_of(self, key: StatusKey) -> Place:
        return Place("office.statefile.rrd", f"{key.host.rpartition('.')[2]}-{self._kind}.rrd")

    async def flushed(self, folder: str, files: Sequence[str], seconds: float) -> None:  # noqa: ARG002
        self.flushed_.append((folder, list(files)))


def configuration(folder: Path) -> Configuration:
    return Configuration(settings=Settings(), folder=folder, path=None)


def nothing(key: StatusKey) -> MonitorMemory | None:  # noqa: ARG001
    return None


async def test_the_title_has_the_name_that_the_device_told_last(tmp_path: Path) -> None:
    clock, monitor = FakeClock(), a_monitor()
    shapes = {"if3_in": lambda _: 1.0, "if3_out": lambda _: 1.0}
    folder = tmp_path / "hexmon-data" / "rrd" / "office.statefile.rrd"
    for name in ("office-switch", "new"):
        write(folder / f"{name}-snmp.rrd", shapes, int(clock.now()), seconds=3600)
    memories = {monitor.key: MonitorMemory(state=MonitorState(detail=a_device(an_interface(3, "Gi0/3\u202e\n\ud800"))))}
    files = _Files("snmp")
    gallery = open_gallery(configuration(tmp_path), clock, cast("Graphing", files), memories.get)
    assert isinstance(gallery, Gallery)
    try:
        for known, title in ((monitor, "Traffic of Gi0/3 (ifIndex 3)"), (a_monitor("new"), "Traffic of ifIndex 3")):
            host = Host(name=known.key.host, monitor=known)
            assert (await gallery.about([host], "interface-3", read_request({}, clock.now())))[0] == title
    finally:
        gallery.close()


async def test_files_of_apmonitor_are_found_and_written_before_they_are_drawn(tmp_path: Path) -> None:
    clock, files = FakeClock(), _Files()
    end = int(clock.now())
    folder = tmp_path / "hexmon-data" / "rrd" / "office.statefile.rrd"
    write(folder / "gw-availability.rrd", {"response_time": lambda _: 7.0, "is_up": lambda _: 100.0}, end, seconds=DAY)
    gallery = open_gallery(configuration(tmp_path), clock, cast("Graphing", files), nothing)
    assert isinstance(gallery, Gallery)
    try:
        key = StatusKey("Office.gw", "conn")
        monitor = Monitor(site="Office", key=key, type="ping", name="gw", address="127.0.0.1")
        host = Host(name=key.host, monitor=monitor)
        assert [one.graph for one in await gallery.of_host(host)] == ["availability"]
        found = await gallery.figures([host], "availability", read_request({}, clock.now()))
        assert found[0].average == pytest.approx(7.0)
        assert files.flushed_ == [("office.statefile.rrd", ["gw-availability.rrd"])]
    finally:
        gallery.close()


def test_where_no_figures_are_kept_nothing_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_gallery(configuration(tmp_path), FakeClock(), None, nothing), NoGraphs)
    monkeypatch.setattr(librrd, "_BINDING", None)
    assert isinstance(open_gallery(configuration(tmp_path), FakeClock(), cast("Graphing", _Files()), nothing), NoGraphs)
