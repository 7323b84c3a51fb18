"""Xymon's own graphs.cfg, read and drawn; and exports beside those of the real rrdtool."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hexmon.config.lines import read_lines
from hexmon.graphs.choose import needs, resolve
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Gallery, Graphs
from hexmon.graphs.graphs_cfg import Definition, GraphBook, read_graphs
from hexmon.graphs.request import read_request
from hexmon.graphs.source import built_in
from hexmon.model.inventory import Host
from tests.support.clock import FakeClock
from tests.support.peers import peer
from tests.support.rrd import rrdtool
from tests.support.rrd_files import DAY, daily, write
from tests.web.fake import Site as WebSite
from tests.web.fake import a_group, an_inventory
from tests.web.test_pages import get

pytestmark = pytest.mark.peers

END = 1_800_000_000
INSTALLED = Path("/etc/xymon/graphs.cfg")
# A name for what the group of a pattern matches, and the rest of the pattern as a name.
_GROUP = re.compile(r"\((?!\?).*?\)")
_NO_NAME = re.compile(r"[\\^$]|\.\*|\(\?:\.\+-\)\?")


def book_of(source: str) -> GraphBook:
    if source == "built in":
        return built_in()
    peer("xymongen")
    if not INSTALLED.is_file():
        pytest.skip("not run: /etc/xymon/graphs.cfg missing (make setup, or: apt-get install xymon)")
    return read_graphs(read_lines(INSTALLED, []))


def make_files(folder: Path, definition: Definition) -> None:
    """The files that a section draws, two of each kind where it draws several."""
    for name, sources in needs(definition).items():
        names = [name]
        if "@" in name:
            parts = ("one", "two,part") if "RRDIDX" in "".join(definition.lines) else ("one",)
            names = [_NO_NAME.sub("", _GROUP.sub(part, definition.pattern)) for part in parts]
        for one in dict.fromkeys(names):
            shapes = {source: daily(place, 10 + place, source) for place, source in enumerate(sorted(sources))}
            write(folder / one, shapes, END, seconds=DAY)


@asynccontextmanager
async def opened(root: Path, book: GraphBook) -> AsyncIterator[Gallery]:
    gallery = Gallery(Folders(root), Graphs(book=lambda: book, order=()), FakeClock(END))
    try:
        yield gallery
    finally:
        gallery.close()


@pytest.mark.parametrize("source", ["built in", "installed"])
async def test_every_section_is_drawn(source: str, tmp_path: Path) -> None:
    book = book_of(source)
    assert book.problems == () or all("include" in problem.message for problem in book.problems)
    assert len(book.definitions) >= 110
    failed = {}
    async with opened(tmp_path, book) as gallery:
        for section in book.definitions:
            wanted = resolve(book, section, {}) or resolve(book, f"{section}-3", {})  # those of single interfaces
            assert wanted is not None, section
            name, definition = section if wanted.interface is None else f"{section}-3", wanted.definition
            hosts = (
                [Host(name=f"{name}.a"), Host(name=f"{name}.b")]
                if name.endswith("-multi")
                else [Host(name=f"{name}.a")]
            )
            for host in hosts:
                make_files(tmp_path / host.name, definition)
            try:
                asked = read_request({"range": "24h"}, END)
                for theme in ("light", "dark"):
                    asked = read_request({"range": "24h", "theme": theme}, END)
                    assert len((await gallery.picture(hosts, name, asked, "svg")).body) > 5000
                figures = await gallery.figures(hosts, name, asked)
                assert any(one.average is not None for one in figures)
                assert (await gallery.export(hosts, name, asked)).rows
            except Exception as error:  # noqa: BLE001 - all that fail are told
                failed[name] = f"{type(error).__name__}: {error}"
    assert failed == {}


async def test_an_export_is_that_of_the_real_rrdtool(tmp_path: Path) -> None:
    path = tmp_path / "www" / "ifstat.eth0.rrd"
    write(path, {"bytesReceived": daily(10, 900, "in"), "bytesSent": daily(1, 90, "out")}, END, seconds=DAY)
    async with opened(tmp_path, built_in()) as gallery:
        site = WebSite(an_inventory({"": [a_group("www")]}), graphs=gallery)
        query = f"start={END - 20_000}&end={END - 10_000}&step=300"
        answer = await get(site, f"/graph/www/ifstat.json?{query}")
        table = (await get(site, f"/graph/www/ifstat.csv?{query}")).text
    assert answer.status_code == 200
    said = answer.json()
    theirs = json.loads(
        rrdtool(
            "xport", "--json", "--start", str(END - 20_000), "--end", str(END - 10_000), "--step", "300",
            "--maxrows", "1000", f"DEF:i={path}:bytesReceived:AVERAGE", f"DEF:o={path}:bytesSent:AVERAGE",
            "CDEF:bi=i,8,*", "CDEF:bo=o,8,*", "XPORT:bi:in", "XPORT:bo:out",
        )
    )  # fmt: skip
    assert said["columns"] == ["time", "eth0 in", "eth0 out"]
    assert said["step"] == theirs["meta"]["step"]
    assert [row[1:] for row in said["rows"]] == [[pytest.approx(value) for value in row] for row in theirs["data"]]
    fetched = fetch(path, END - 20_000, END - 10_000)
    for moment, received, sent in said["rows"]:
        epoch = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())
        assert fetched[epoch] == pytest.approx((received / 8, sent / 8))
    lines = table.split("\r\n")
    assert lines[0] == "time,eth0 in,eth0 out"
    assert [line.split(",")[0] for line in lines[1:-1]] == [row[0] for row in said["rows"]]
    assert [float(line.split(",")[1]) for line in lines[1:-1]] == [row[1] for row in said["rows"]]


def fetch(path: Path, start: int, end: int) -> dict[int, tuple[float, float]]:
    lines = rrdtool("fetch", str(path), "AVERAGE", "--start", str(start), "--end", str(end)).splitlines()[2:]
    rows = (line.replace(":", " ").split() for line in lines)
    return {int(moment): (float(one), float(other)) for moment, one, other in rows}
