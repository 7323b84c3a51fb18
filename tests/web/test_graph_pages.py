"""The pages of graphs, their pictures and tables by address, and what hostile addresses get."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.graphs.catalog import Shown
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Gallery, Graphs
from hexmon.graphs.painters import Busy, Painters, TooSlow
from hexmon.graphs.request import Asked
from hexmon.graphs.settings import GraphSettings
from hexmon.graphs.source import built_in
from hexmon.graphs.view import CannotDraw, Figure, NoGraphs, NoLibrary
from hexmon.model.display import Display, Trends
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.web.graphs import figure
from tests.support.clock import FakeClock
from tests.support.devices import a_monitor
from tests.support.rrd_files import a_week, write
from tests.web.fake import START, Site, a_group, a_square, an_inventory
from tests.web.test_pages import get

END = int(START)
BOOK = built_in()
HOSTS = (
    Host(name="www", ip="192.0.2.1", display_name="<b>web</b>"),
    Host(name="some", ip="192.0.2.2", display=Display(trends=Trends(chosen=("la",)))),
    Host(name="none", ip="192.0.2.3", display=Display(graphs=False)),
    Host(name="bare", ip="192.0.2.4"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("rrd")
    a_week(top / "www", END)
    for name in ("some", "none"):
        write(top / name / "la.rrd", {"la": lambda _: 100.0}, END, seconds=3600)
        write(top / name / "users.rrd", {"la": lambda _: 1.0}, END, seconds=3600)
        write(top / name / "procs.rrd", {"la": lambda _: 1.0}, END, seconds=3600)
    (top / "secret.rrd").write_bytes((top / "www" / "la.rrd").read_bytes())
    return top


@pytest.fixture(scope="module")
def painters() -> Iterator[Painters]:
    found = Painters()
    yield found
    found.close()


@pytest.fixture
def site(root: Path, painters: Painters) -> Site:
    said = GraphSettings()
    graphs = Graphs(book=lambda: BOOK, order=said.graph_words(), tests=dict(said.data_sets()))
    gallery = Gallery(Folders(root), graphs, FakeClock(START), painters)
    inventory = an_inventory({"": [a_group(*(host.name for host in HOSTS))]}, HOSTS)
    squares = [a_square("www", test) for test in ("cpu", "disk", "conn", "orders", "ssh", "nothing")]
    return Site(inventory, *squares, graphs=gallery)


def titles(text: str) -> list[str]:
    return [unescape(one) for one in re.findall(r"<figcaption><a [^>]*>(.*?)</a>", text)]


async def test_the_trends_of_a_host_in_order_with_pictures_for_every_theme(site: Site) -> None:
    answer = await get(site, "/trends/www?range=7d")
    text = unescape(answer.text)
    assert answer.status_code == 200
    assert titles(answer.text)[:4] == ["Round-trip times and loss", "Load", "Disk space used", "Memory used"]
    assert "orders" in titles(answer.text)
    assert '<img src="/graph/www/la.svg?range=7d&size=wide" width="760" height="210"' in text
    assert 'media="(max-width: 640px) and (prefers-color-scheme: dark)"' in text
    assert "/graph/www/la.svg?range=7d&size=narrow&theme=dark" in text
    assert "Load average" in text
    assert "<b>web</b>" not in answer.text
    assert 'loading="lazy"' in text
    assert 'aria-current="true">7 d</a>' in text


async def test_the_tag_trends_chooses(site: Site) -> None:
    assert titles((await get(site, "/trends/some")).text) == ["Load"]
    answer = await get(site, "/trends/none")
    assert answer.status_code == 404
    assert "notrends" in answer.text


async def test_a_host_without_figures_says_what_to_do(site: Site) -> None:
    text = (await get(site, "/trends/bare")).text
    assert "No graphs yet." in text
    assert "[graphs] in hexmon.toml" in text
    inventory = an_inventory({"": [a_group("www")]})
    assert "This monitor keeps no figures" in (await get(Site(inventory), "/trends/www")).text


@pytest.mark.parametrize(
    ("test", "graphs"),
    [
        pytest.param("cpu", ["Load"], id="by TEST2RRD"),
        pytest.param("disk", ["Disk space used"], id="by its own name"),
        pytest.param("conn", ["Response times", "Round-trip times and loss"], id="ping has two"),
        pytest.param("ssh", ["Response times"], id="any network test"),
        pytest.param("orders", ["orders"], id="a file that nobody described"),
        pytest.param("nothing", [], id="no figures"),
    ],
)
async def test_the_page_of_a_square_has_its_graphs(site: Site, test: str, graphs: list[str]) -> None:
    assert titles((await get(site, f"/status/www/{test}")).text) == graphs


async def test_links_lead_to_the_trends(site: Site) -> None:
    assert 'href="/trends/www"' in (await get(site, "/host/www")).text
    assert 'href="/trends/none"' not in (await get(site, "/host/none")).text
    answer = await get(site, "/status/www/trends")
    assert (answer.status_code, answer.headers["location"]) == (302, "/trends/www")


async def test_the_page_of_one_graph(site: Site) -> None:
    text = unescape((await get(site, f"/graph/www/ifstat?start={END - 4000}&end={END - 400}&percentile=99")).text)
    assert "eth0 in" in text
    assert '<th scope="col">99 %</th>' in text
    assert (
        f'href="/graph/www/ifstat?start={END - 4000 - 1800}&end={END - 400 - 1800}&percentile=99" data-key="ArrowLeft"'
        in text
    )
    assert f'href="/graph/www/ifstat.csv?start={END - 4000}&end={END - 400}"' in text
    assert re.search(r'data-area="0\.\d+ 0\.\d+ 0\.\d+ 0\.\d+"', text)
    assert " data-live>" not in text
    assert " data-live>" in (await get(site, "/graph/www/ifstat")).text


async def test_several_hosts_in_one_graph(site: Site) -> None:
    text = (await get(site, "/graph/www,some/la")).text
    assert "Load of several hosts" in text
    assert (await get(site, "/graph/www,unknown/la")).status_code == 404


async def test_pictures_by_address(site: Site) -> None:
    svg = await get(site, "/graph/www/la.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.startswith("<?xml")
    assert svg.headers["cache-control"] == "private, no-cache"
    again = await get(site, "/graph/www/la.svg", If_None_Match=svg.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    png = await get(
        site, "/graph/www/tcp:conn.png?graph=weekly&graph_width=576&graph_height=120&color=red&disp=x&nostale"
    )
    assert png.content.startswith(b"\x89PNG")
    old = await get(site, f"/graph/www/la.svg?start={END - 90_000}&end={END - 80_000}")
    assert old.headers["cache-control"] == "private, max-age=300"
    assert "Content-Encoding" not in (await get(site, "/graph/www/la.png", Accept_Encoding="gzip")).headers
    assert (await get(site, "/graph/www/la.svg", Accept_Encoding="gzip")).headers["content-encoding"] == "gzip"


async def test_a_part_of_the_files(site: Site) -> None:
    columns = (await get(site, "/graph/www/disk.json?first=2&count=2")).json()["columns"]
    assert columns == ["time", "/home", "/var"]
    assert (await get(site, "/graph/www/disk.svg?first=9&count=5")).status_code == 404


async def test_figures_as_json_and_csv(site: Site) -> None:
    said = (await get(site, "/graph/www/memory.json?range=24h&percentile=90")).json()
    assert said["columns"] == ["time", "actual", "real", "swap"]
    assert said["step"] == 300
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z", said["rows"][0][0])
    assert said["rows"][-1][0] == said["end"]
    assert [one["name"] for one in said["series"]] == ["actual", "real", "swap"]
    assert said["series"][1]["min"] <= said["series"][1]["average"] <= said["series"][1]["percentile"]
    assert said["percentile"] == 90.0
    answer = await get(site, "/graph/www/ifstat.csv?range=7d&step=3600")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len({len(row) for row in rows}) == 1
    assert any(row[1] == "" for row in rows[1:])  # the gap


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/graph/www/la.svg?width=99999", 400, "width must be a whole number from 80 to 4000."),
        ("/graph/www/la.svg?start=DEF:x", 400, "start must be epoch seconds"),
        ("/graph/www/la.json?range=1y&step=1", 400, "more than 20000 rows"),
        ("/graph/www/la?range=soon", 400, "range must be one of"),
        ("/trends/www?range=soon", 400, "range must be one of"),
        ("/graph/www/nosuch.svg", 404, "no such graph"),
        ("/graph/www/nosuch", 404, "no such graph"),
        ("/graph/nobody/la.svg", 404, "no host of that name"),
        ("/graph/nobody/la", 404, "no host of that name"),
        ("/trends/nobody", 404, "no host of that name"),
        ("/graph/../secret.svg", 404, ""),
        ("/graph/www/..%2F..%2Fsecret.svg", 404, "no such graph"),
        ("/graph/..%2F/la.svg", 404, ""),
        ("/graph/%00/la.svg", 404, "no host of that name"),
        ("/graph/www/ncv:..%2Fsecret.svg", 404, "no such graph"),
        ("/graph/www/exec:id.svg", 404, "no such graph"),
        ("/graph/www/--help.svg", 404, "no such graph"),
    ],
)
async def test_nonsense_gets_a_plain_sentence(site: Site, path: str, status: int, sentence: str) -> None:
    answer = await get(site, path)
    assert answer.status_code == status
    assert sentence in unescape(answer.text)
    assert "Traceback" not in answer.text


SWITCH = a_monitor(key=StatusKey("lab.core", "ports"), name="core")


async def test_the_graph_of_one_interface(root: Path, painters: Painters) -> None:
    shapes = {"if3_in": lambda _: 1000.0, "if3_out": lambda _: 250.0}
    write(root / "lab" / "core-snmp.rrd", shapes, END, seconds=86_400, site=True)
    evil = "</title><script>alert(1)</script>"
    graphs = Graphs(book=lambda: BOOK, order=(), name_of=lambda _, index: evil if index == 3 else "")
    gallery = Gallery(Folders(root), graphs, FakeClock(START), painters)
    host = Host(name="lab.core", monitor=SWITCH)
    site = Site(an_inventory({"": [a_group(host.name)]}, [host]), graphs=gallery)
    page = await get(site, "/graph/lab.core/interface-3?range=6h")
    assert page.status_code == 200
    assert f"Traffic of {evil} (ifIndex 3)" in unescape(page.text)
    assert "<td>8 k</td>" in page.text
    assert "<td>2 k</td>" in page.text
    picture = await get(site, "/graph/lab.core/interface-3.svg?range=6h")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert (await get(site, "/graph/lab.core/interface-3.png?range=6h")).content.startswith(b"\x89PNG")
    table = (await get(site, "/graph/lab.core/interface-3.json?range=6h")).json()
    assert table["unit"] == "Bits/s"
    assert (await get(site, "/graph/lab.core/interface-3.csv?range=6h")).text.startswith("time,In")
    for text in (page.text, picture.text):
        assert "<script>alert" not in text
    for graph in ("interface-4", f"interface-{'9' * 3000}", "interface-3_in", "interface", "interface-3%00"):
        for ending in ("", ".svg", ".csv", ".json"):
            assert (await get(site, f"/graph/lab.core/{graph}{ending}")).status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(alphabet=st.characters(exclude_characters="/?#%", exclude_categories=["Cs"]), min_size=1, max_size=30),
    query=st.dictionaries(st.sampled_from(["start", "end", "range", "upper", "first", "size"]), st.text(max_size=12)),
)
async def test_no_address_is_answered_with_a_mistake_of_ours(site: Site, name: str, query: dict[str, str]) -> None:
    answer = await get(site, f"/graph/www/{quote(name, safe='')}.svg?{urlencode(query)}")
    assert answer.status_code in (200, 400, 404)


class _Failing(NoGraphs):
    kept = True

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def of_host(self, host: Host) -> list[Shown]:  # noqa: ARG002
        return [Shown("la", "Load")]

    async def about(self, hosts: Sequence[Host], graph: str, asked: Asked) -> tuple[str, str]:  # noqa: ARG002
        return "Load", ""

    async def figures(self, hosts: Sequence[Host], graph: str, asked: Asked) -> list[Figure]:  # noqa: ARG002
        raise self._error

    async def picture(self, *_: object) -> object:  # type: ignore[override]
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        pytest.param(NoLibrary("x"), 503, "librrd is missing", id="without librrd"),
        pytest.param(CannotDraw("No DS called 'x'"), 500, "cannot be drawn: No DS called 'x'", id="a bad section"),
        pytest.param(Busy("x"), 503, "Try again in a few seconds", id="too much to draw"),
        pytest.param(TooSlow("x"), 503, "took too long", id="too slow"),
    ],
)
async def test_what_cannot_be_drawn_is_one_sentence(error: Exception, status: int, sentence: str) -> None:
    site = Site(an_inventory({"": [a_group("www")]}), graphs=_Failing(error))
    page = await get(site, "/trends/www")
    assert page.status_code == 200
    assert unescape(page.text).count(sentence) == 1
    assert (await get(site, "/graph/www/la")).status_code == 200
    answer = await get(site, "/graph/www/la.svg")
    assert answer.status_code == status
    assert sentence in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "", ""),
        (float("inf"), "", ""),
        (0.0, "", "0"),
        (12.34, "", "12.3"),
        (999.7, "", "1 k"),
        (1_234_567.0, "Bits/s", "1.23 M"),
        (-4_500.0, "", "-4.5 k"),
        (0.0123, "Seconds", "12.3 m"),
        (0.0123, "Load", "0.0123"),
        (0.5, "Per second", "0.5"),
    ],
)
def test_figures_are_short(value: float | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text
