"""Drawing for real: pictures, figures and exports of real files, and what happens when drawing goes wrong."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexmon.graphs.folders import Folders, read_sources
from hexmon.graphs.gallery import Gallery, Graphs, steady
from hexmon.graphs.graphs_cfg import GraphBook
from hexmon.graphs.painter import Job
from hexmon.graphs.painters import Busy, Painters, TooSlow
from hexmon.graphs.request import Asked, Window, read_request
from hexmon.graphs.source import GraphsSource, built_in
from hexmon.graphs.view import CannotDraw, NoGraph
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor
from tests.support.clock import FakeClock
from tests.support.rrd_files import DAY, daily, write

END = 1_800_000_000
WWW = Host(name="www", ip="192.0.2.1")
DB = Host(name="db", ip="192.0.2.2", display_name="Data: base 100%")
LAST_DAY = read_request({"range": "24h"}, END)


@asynccontextmanager
async def opened(root: Path, book: GraphBook | None = None, **fields: object) -> AsyncIterator[Gallery]:
    own = book or built_in()
    graphs = Graphs(book=lambda: own, order=("la", "tcp", "ncv"), tests={"cpu": "la"}, **fields)  # type: ignore[arg-type]
    gallery = Gallery(Folders(root), graphs, FakeClock(END))
    try:
        yield gallery
    finally:
        gallery.close()


def files(root: Path) -> None:
    write(root / "www" / "la.rrd", {"la": lambda moment: 100.0 + moment % DAY / DAY * 200}, END, seconds=2 * DAY)
    write(root / "www" / "tcp.conn.rrd", {"sec": daily(0.01, 0.02, "a")}, END, seconds=DAY)
    write(root / "db" / "la.rrd", {"la": lambda _: 50.0}, END, seconds=DAY)


async def test_a_picture_of_each_format_with_the_place_of_its_curves(tmp_path: Path) -> None:
    files(tmp_path)
    async with opened(tmp_path) as gallery:
        svg = await gallery.picture([WWW], "la", LAST_DAY, "svg")
        assert svg.body.startswith(b"<?xml")
        assert svg.media_type == "image/svg+xml"
        left, top, width, height = svg.area
        assert 0 < left < 0.2
        assert 0.5 < left + width <= 1
        assert 0 < top < top + height < 1
        png = await gallery.picture([WWW], "cpu", read_request({"size": "small", "theme": "dark"}, END), "png")
        assert png.body.startswith(b"\x89PNG")
        assert png.etag != svg.etag


async def test_the_figures_of_a_graph(tmp_path: Path) -> None:
    files(tmp_path)
    async with opened(tmp_path) as gallery:
        asked = read_request({"start": str(END - DAY), "end": str(END), "percentile": "50"}, END)
        (found,) = await gallery.figures([WWW], "la", asked)
        assert found.label == "Load average"
        assert found.least is not None
        assert 1.0 <= found.least < 1.1
        assert found.greatest == pytest.approx(3.0, abs=0.02)
        assert found.average == pytest.approx(2.0, abs=0.02)
        assert found.percentile == pytest.approx(2.0, abs=0.05)
        assert found.colors == ("#0072B2", "#56A9E8")


async def test_an_export_has_the_figures_at_the_ends_of_their_steps(tmp_path: Path) -> None:
    files(tmp_path)
    async with opened(tmp_path) as gallery:
        asked = read_request({"start": str(END - DAY), "end": str(END - DAY + 3600), "step": "300"}, END)
        found = await gallery.export([WWW], "la", asked)
        assert found.step == 300
        assert found.names == ("Load average",)
        for number, (value,) in enumerate(found.rows, 1):
            moment = found.start + number * found.step
            assert value == pytest.approx((100.0 + moment % DAY / DAY * 200) / 100, abs=0.01)


async def test_several_hosts_are_one_graph(tmp_path: Path) -> None:
    files(tmp_path)
    async with opened(tmp_path) as gallery:
        found = await gallery.figures([WWW, DB], "la", LAST_DAY)
        assert [one.label for one in found] == ["Data: base 100%", "www"][::-1]
        assert found[1].average == pytest.approx(0.5, abs=0.01)
        assert (await gallery.picture([WWW, DB], "la", LAST_DAY, "svg")).body
        with pytest.raises(NoGraph):
            await gallery.picture([WWW, DB], "tcp", LAST_DAY, "svg")


HOSTILE = (
    "a:b",
    "100%lf",
    "<b>&",
    "x\u202ey",
    "é\N{SNOWMAN}",
    "--daemon",
    "DEF:x=y",
    "$(id)",
    "a'b\"c",
    "A,,",
    "#0072B2",
)


async def test_names_of_files_are_only_names(tmp_path: Path) -> None:
    for name in HOSTILE:
        write(tmp_path / "www" / f"tcp.{name}.rrd", {"sec": lambda _: 1.0}, END, seconds=3600)
    async with opened(tmp_path) as gallery:
        found = await gallery.figures([WWW], "tcp", LAST_DAY)
        assert len(found) == len([name for name in HOSTILE if name.isprintable()])
        assert all(one.average == pytest.approx(1.0) for one in found)
        assert {"a:b", "100%lf", "<b>&", "$(id)", "A//"} <= {one.label for one in found}
        for kind in ("svg", "png"):
            assert (await gallery.picture([WWW], "tcp", LAST_DAY, kind)).body


async def test_what_is_no_rrd_file_is_not_drawn(tmp_path: Path) -> None:
    files(tmp_path)
    whole = (tmp_path / "www" / "la.rrd").read_bytes()
    for name, content in {"empty": b"", "text": b"hello" * 100, "cut": whole[:5000], "head": whole[:128]}.items():
        path = tmp_path / "www" / f"tcp.{name}.rrd"
        path.write_bytes(content)
        assert read_sources(path) is None
    (tmp_path / "www" / "tcp.folder.rrd").mkdir()
    async with opened(tmp_path) as gallery:
        assert [one.label for one in await gallery.figures([WWW], "tcp", LAST_DAY)] == ["conn"]
        assert [one.graph for one in await gallery.of_host(WWW)] == ["la", "tcp"]


async def test_there_is_no_graph_of_an_unknown_name_nor_of_a_host_without_files(tmp_path: Path) -> None:
    files(tmp_path)
    async with opened(tmp_path) as gallery:
        for host, graph in (
            (WWW, "nosuch"),
            (WWW, "disk"),
            (WWW, "../db/la"),
            (Host(name=".."), "la"),
            (Host(name="x"), "la"),
        ):
            with pytest.raises(NoGraph):
                await gallery.picture([host], graph, LAST_DAY, "svg")
        assert await gallery.of_host(Host(name="x")) == []


async def test_what_librrd_refuses_is_told(tmp_path: Path) -> None:
    files(tmp_path)
    path = tmp_path / "graphs.cfg"
    path.write_text("[bad]\nTITLE Bad\nDEF:a=la.rrd:la:AVERAGE\nCDEF:b=a,nonsense\nLINE1:b#000000:B\n")
    async with opened(tmp_path, GraphsSource(path).book()) as gallery:
        with pytest.raises(CannotDraw, match="nonsense"):
            await gallery.picture([WWW], "bad", LAST_DAY, "svg")


async def test_the_files_of_a_monitor_are_in_the_folder_of_its_site(tmp_path: Path) -> None:
    for name in ("core_1", "core_12"):
        shapes = {"response_time": lambda _: 12.0, "is_up": lambda _: 100.0}
        write(tmp_path / "Main_Office" / f"{name}-availability.rrd", shapes, END, seconds=DAY, site=True)
    key = StatusKey("Main_Office.core_1", "conn")
    monitor = Monitor(site="Main Office", key=key, type="ping", name="core 1", address="192.0.2.1")
    async with opened(tmp_path) as gallery:
        host = Host(name=key.host, monitor=monitor)
        assert [one.graph for one in await gallery.of_test(host, "conn")] == ["availability"]
        found = await gallery.figures([host], "availability", LAST_DAY)
        assert [one.label for one in found] == ["Response time (ms)", "Up (% of the time, right)"]
        assert found[0].average == pytest.approx(12.0)


async def test_one_interface_is_drawn_in_bits(tmp_path: Path) -> None:
    shapes = {"if3_in": lambda _: 1000.0, "if3_out": lambda _: 250.0, "if4_in": lambda _: 1.0}
    write(tmp_path / "lab" / "core-snmp.rrd", shapes, END, seconds=DAY, site=True)
    key = StatusKey("lab.core", "ports")
    host = Host(name=key.host, monitor=Monitor(site="lab", key=key, type="ports", name="core", address="snmp://[::1]"))
    async with opened(tmp_path, name_of=lambda _, index: f"--x:\n<b>%s{index}") as gallery:
        assert await gallery.interfaces(host) == [3]
        assert await gallery.interfaces(WWW) == []
        found = await gallery.figures([host], "interface-3", LAST_DAY)
        assert [one.label for one in found] == ["In", "Out"]
        assert [one.average for one in found] == [pytest.approx(8000.0), pytest.approx(2000.0)]
        title, unit = await gallery.about([host], "interface-3", LAST_DAY)
        assert (title, unit) == ("Traffic of --x:\N{REPLACEMENT CHARACTER}<b>%s3 (ifIndex 3)", "Bits/s")
        assert (await gallery.picture([host], "interface-3", LAST_DAY, "svg")).body.startswith(b"<?xml")
        for graph in ("interface-4", "interface-5", "interface"):
            with pytest.raises(NoGraph):
                await gallery.picture([host], graph, LAST_DAY, "svg")
        with pytest.raises(NoGraph):
            await gallery.picture([host, host], "interface-3", LAST_DAY, "svg")


async def test_the_program_of_a_title_is_run_once_and_gets_its_words_whole(tmp_path: Path) -> None:
    files(tmp_path)
    program, log = tmp_path / "title", tmp_path / "log"
    program.write_text(f'#!/bin/sh\nfor word in "$@"; do echo "$word" >> {log}; done\necho "A title; $1"\necho more\n')
    program.chmod(0o755)
    config = tmp_path / "graphs.cfg"
    config.write_text(f"[la]\nTITLE exec:{program} -x\nYAXIS y\nDEF:a=la.rrd:la:AVERAGE\nLINE1:a#000000:A\n")
    host = Host(name="www", display_name="$(touch oops); 'quoted'")
    async with opened(tmp_path, GraphsSource(config).book()) as gallery:
        assert await gallery.about([host], "la", LAST_DAY) == ("A title; -x", "y")
        assert await gallery.about([host], "la", LAST_DAY) == ("A title; -x", "y")
    assert log.read_text().splitlines() == ["-x", host.display_name, "la", "last 24h", "la.rrd"]
    assert not (tmp_path / "www" / "oops").exists()


async def test_files_are_flushed_before_they_are_drawn(tmp_path: Path) -> None:
    files(tmp_path)
    flushed: list[tuple[str, str]] = []

    async def flush(names: Sequence[tuple[str, str]]) -> None:
        flushed.extend(names)

    async with opened(tmp_path, flush=flush) as gallery:
        await gallery.picture([WWW], "tcp", LAST_DAY, "svg")
        await gallery.picture([WWW], "tcp", LAST_DAY, "svg")
    assert flushed == [("www", "tcp.conn.rrd")]


def test_a_window_that_ends_now_is_the_same_for_all_who_ask_within_seconds() -> None:
    windows = {steady(Window(now - DAY, now, "24h"), 800) for now in range(END, END + 108)}
    assert len(windows) <= 2
    still = Window(1000, 5000)
    assert steady(still, 800) is still


# -- the processes -------------------------------------------------------------------------------------------------


def job(folder: Path, *words: str) -> Job:
    return Job("print", str(folder), words)


PRINT = ("--start", str(END - DAY), "--end", str(END), "DEF:a=la.rrd:la:AVERAGE", "PRINT:a:AVERAGE:%lf")


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    files(tmp_path)
    painters = Painters(1)
    try:
        assert (await painters.do(job(tmp_path / "www", *PRINT))).prints
        process = painters._all[0]._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(TooSlow):
            await painters.do(job(tmp_path / "www", *PRINT))
        assert (await painters.do(job(tmp_path / "www", *PRINT))).prints
    finally:
        painters.close()


async def test_a_job_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "la.rrd")  # whoever opens it waits for a writer
    painters = Painters(1, seconds=0.5)
    try:
        with pytest.raises(TooSlow, match=r"longer than 0\.5 s"):
            await painters.do(job(tmp_path, *PRINT))
    finally:
        painters.close()


async def test_jobs_that_wait_are_bounded(tmp_path: Path) -> None:
    files(tmp_path)
    painters = Painters(1, most=3)
    try:
        done = await asyncio.gather(
            *(painters.do(job(tmp_path / "www", *PRINT)) for _ in range(5)), return_exceptions=True
        )
        assert sum(isinstance(one, Busy) for one in done) == 2
        assert painters.waiting == 0
    finally:
        painters.close()


async def test_after_the_end_nothing_is_started(tmp_path: Path) -> None:
    painters = Painters(1)
    painters.close()
    with pytest.raises(RuntimeError):
        await painters.do(job(tmp_path, *PRINT))


async def test_mistakes_of_a_job_are_in_its_result(tmp_path: Path) -> None:
    painters = Painters(1)
    try:
        assert "cannot be read" in (await painters.do(job(tmp_path / "gone", *PRINT))).error
        assert "la.rrd" in (await painters.do(job(tmp_path, *PRINT))).error
    finally:
        painters.close()


def test_asked_is_hashable_so_that_pictures_can_be_remembered() -> None:
    assert hash(Asked(window=Window(0, 100)))
