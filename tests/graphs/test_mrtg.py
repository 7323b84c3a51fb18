"""What is written for MRTG: the configuration, byte for byte, and the pages that lead to it."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from hexmon import __version__
from hexmon.graphs.mrtg import mrtg_config
from hexmon.graphs.mrtg_cgi import registered
from hexmon.graphs.mrtg_charts import charts_of
from hexmon.graphs.mrtg_pages import Place, detail_page, index_page, landing_page
from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType, Site
from hexmon.model.site_state import MonitorState

_NOW = 1_795_622_400.0
_MADE = datetime.fromtimestamp(_NOW, UTC)
_GOLDEN = Path(__file__).with_name("data") / "lab.mrtg.cfg"
_EVIL = '<script>alert("x")</script>'


def _monitor(kind: MonitorType, name: str, address: str = "snmp://public@192.0.2.6", **fields: Any) -> Monitor:
    safe = "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in name)
    return Monitor(site="Lab", key=StatusKey(f"Lab.{safe}", kind), type=kind, name=name, address=address, **fields)


def _site(*monitors: Monitor, name: str = "Lab & Co") -> Site:
    return Site(name=name, source="lab.yaml", stem="lab", folder="Lab", page="Lab", monitors=monitors)


def _file_of(monitor: Monitor) -> str:
    return f"/srv/lab.statefile.rrd/{monitor.key.host.removeprefix('Lab.')}.rrd"


def _config(site: Site, states: dict[str, MonitorState]) -> str:
    return mrtg_config(site, states, _file_of, "/var/www/html/mrtg/Lab", _MADE)


_EVERYTHING = _site(
    _monitor("http", "web <1>", "https://user:secret@www.test/"),
    _monitor("ports", "sw1", percentile=95),
    _monitor("port", "door", port=3, percentile=90),
    _monitor("host", "db"),
    _monitor("ping", "hidden", "192.0.2.9", display=False),
)


def test_the_configuration() -> None:
    text = _config(_EVERYTHING, {"db": MonitorState(disk_space_pct=73.42)})
    assert text.replace(f"hexmon {__version__}", "hexmon VERSION") == _GOLDEN.read_text(encoding="utf-8")


def test_every_line_of_the_configuration_is_one_that_its_readers_know() -> None:
    hostile = _site(_monitor("tcp", "a\nTarget[x]: y", f"tcp://{_EVIL}\r\nOptions[_]: bits"), name="Lab\nWorkDir: /")
    for line in _config(hostile, {}).splitlines():
        word = line.partition("[")[0].partition(":")[0]
        assert line == "" or line.startswith("#") or word in _WORDS, line
        assert "<script" not in line
        assert not line.startswith("Target[x]")


_WORDS = {
    *("WorkDir", "LogFormat", "Options", "YLegend", "Y2Legend", "ShortLegend", "WriteExpires", "Target", "Title"),
    *("PageTop", "MaxBytes1", "MaxBytes2", "Legend1", "Legend2", "LegendI", "LegendO", "WithPeak", "Percentile"),
}


@pytest.mark.parametrize(
    ("kind", "suffixes"),
    [
        *((kind, [""]) for kind in ("ping", "http", "quic", "tcp", "udp")),
        (
            "ports",
            [
                *("-bandwidth", "-packets", "-packets-type", "-errors", "-retransmits", "-system"),
                *("-tamper", "-network"),
            ],
        ),
        ("port", ["-bandwidth", "-packets", "-packets-type", "-errors"]),
        ("host", ["-system1", "-system2", "-system3", "-system4"]),
    ],
)
def test_which_charts_a_type_has(kind: MonitorType, suffixes: list[str]) -> None:
    assert [chart.suffix for chart in charts_of(kind)] == suffixes


def test_no_chart_multiplies_bits_that_are_bits_already() -> None:
    options = [line for line in _config(_EVERYTHING, {}).splitlines() if line.startswith("Options[")]
    assert options
    assert not any("bits" in line.partition(":")[2] for line in options)


class _Seen(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def classes(self, name: str) -> list[str]:
        return [str(attrs["class"]) for tag, attrs in self.elements if tag == name and "class" in attrs]

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attrs.get(attribute) for name, attrs in self.elements if name == tag]


def _index(site: Site, states: dict[str, MonitorState], charts: str = "/mrtg-rrd/") -> _Seen:
    return _Seen(index_page(site, states, Place(now=_NOW, made=_MADE, charts=charts)))


def test_the_page_of_a_site() -> None:
    page = _index(_EVERYTHING, {"db": MonitorState(disk_space_pct=73.42)})
    assert "L2/L3 Network Monitoring" in page.texts
    assert "L4 Availability Monitoring" in page.texts
    assert "Disk Use: 73.4%" in " ".join(page.texts)
    assert {"ports: sw1", "port: door", "host: db", "web <1>"} <= set(page.texts)
    assert "https://www.test/" in page.texts, "without what is secret in it"
    assert ("meta", {"http-equiv": "refresh", "content": "95"}) in page.elements
    links = page.all("a", "href")
    assert {"ports-sw1-detail.html", "port-door-detail.html", "host-db-detail.html"} <= set(links)
    assert {"/mrtg-rrd/web__1_.html", "/mrtg-rrd/sw1-bandwidth.html", "/mrtg-rrd/db-system3.html"} <= set(links)
    pictures = page.all("img", "src")
    assert len(pictures) == 1 + 8 + 4 + 4
    assert f"/mrtg-rrd/web__1_-day.png?{int(_NOW)}" in pictures
    assert "Not displayed: hidden" in page.texts
    assert "bad" not in page.classes("span")


def test_the_page_of_a_site_where_something_is_down() -> None:
    down = MonitorState(is_up=False, last_alarm_started=_NOW - 3700)
    page = _index(_EVERYTHING, {"web <1>": down, "sw1": down, "hidden": down})
    assert page.texts.count("Down 1 hrs 1 mins") == 2
    assert "hidden (down 1 hrs 1 mins)" in page.texts
    assert page.classes("div").count("card down") == 1 + 8
    assert page.classes("div").count("label down") == 1
    assert ("meta", {"name": "hexmon-down", "content": "3"}) in page.elements


def test_the_cgi_program_may_know_sites() -> None:
    page = _index(_EVERYTHING, {}, "/mrtg-rrd/Lab/")
    assert "/mrtg-rrd/Lab/web__1_.html" in page.all("a", "href")


@pytest.mark.parametrize(
    ("monitors", "there", "missing"),
    [
        ([_monitor("ping", "a", "192.0.2.1")], "L4 Availability Monitoring", "L2/L3 Network Monitoring"),
        ([_monitor("host", "a")], "L2/L3 Network Monitoring", "L4 Availability Monitoring"),
        ([_monitor("host", "a", display=False)], "No monitors configured.", "L2/L3 Network Monitoring"),
    ],
)
def test_a_section_is_there_when_it_has_something(monitors: list[Monitor], there: str, missing: str) -> None:
    page = _index(_site(*monitors), {})
    assert there in page.texts
    assert missing not in page.texts


def test_neighbouring_monitors_of_one_device_each_share_rows() -> None:
    site = _site(*(_monitor("port", name) for name in "abc"), _monitor("ports", "s"), _monitor("host", "h"))
    assert [one for one in _index(site, {}).classes("div") if one != "name"] == [
        *("grid", "label quarter", "label quarter", *["card"] * 8),
        *("grid", "label quarter", *["card"] * 4),
        *("grid", "label", *["card"] * 8),
        *("grid half", "label", *["card"] * 4),
    ]


def test_what_devices_and_people_write_stays_text() -> None:
    device = Device(
        name=_EVIL,
        location=_EVIL,
        interfaces=(Interface(index=1, name=_EVIL, alias=_EVIL, slot=_EVIL, oper=_EVIL, admin=_EVIL, macs=(_EVIL,)),),
        neighbours=(Neighbour(index=1, host=_EVIL, port=_EVIL, protocol=_EVIL),),
        arp=(ArpEntry(index=1, mac=_EVIL, ip=_EVIL),),
    )
    monitor = _monitor("ports", f"x{_EVIL}", f"snmp://{_EVIL}")
    site = _site(monitor, _monitor("http", _EVIL, f"http://{_EVIL}/"), name=_EVIL)
    place = Place(now=_NOW, made=_MADE)
    pages = [
        index_page(site, {}, place),
        detail_page(site, monitor, MonitorState(detail=device), place) or "",
        landing_page([("Lab", _EVIL, 1)], place),
    ]
    for page in pages:
        assert _EVIL not in page
        assert "&lt;script&gt;" in page


def test_the_page_of_a_device() -> None:
    device = Device(
        name="sw1.test",
        location="rack 2",
        interfaces=(
            Interface(index=1, name="Gi0/1", alias="uplink", oper="up", admin="up", speed=10000, slot="1"),
            Interface(index=2, name="Gi0/2", oper="down", admin="up", speed=2500, macs=("00:00:5E:00:53:01",)),
        ),
        neighbours=(Neighbour(index=1, host="core", port="Te1"), Neighbour(index=1, host="other", protocol="CDP")),
        arp=(
            ArpEntry(index=2, mac="00:00:5E:00:53:01", ip="192.0.2.7"),
            ArpEntry(index=2, mac="00:00:5E:00:53:01", ip="192.0.2.8"),
        ),
    )
    monitor = _monitor("ports", "sw1")
    page = _Seen(
        detail_page(_site(monitor), monitor, MonitorState(detail=device), Place(now=_NOW, made=_MADE)) or "nothing"
    )
    assert {"sw1.test", "rack 2", "snmp://192.0.2.6", "10 Gbps", "2500 Mbps", "core", "LLDP"} <= set(page.texts)
    assert "other" not in page.texts
    assert page.texts.count("192.0.2.7") == 1
    assert "192.0.2.8" not in page.texts
    assert {"good", "bad"} <= set(page.classes("span"))


def test_a_device_that_has_told_nothing_has_no_page() -> None:
    monitor = _monitor("ports", "sw1")
    assert detail_page(_site(monitor), monitor, MonitorState(), Place(now=_NOW, made=_MADE)) is None


def test_the_page_of_all_sites() -> None:
    page = _Seen(landing_page([("Lab", "Lab & Co", 0), ("Plant", "Plant", 2)], Place(now=_NOW, made=_MADE)))
    assert page.all("a", "href") == ["Lab/index.html", "Plant/index.html"]
    assert {"Lab & Co", "Plant", "2 down"} <= set(page.texts)


_OLD_FORM = "use strict;\nBEGIN { @config_files = qw(%s); }\nprint 1;\n"
_NEW_FORM = "our %%site_config = (%s);\nprint $site_config{x};\n"


@pytest.mark.parametrize(
    ("program", "after"),
    [
        pytest.param(_OLD_FORM % "", _OLD_FORM % "/s/lab.cfg", id="the first file of a list"),
        pytest.param(_OLD_FORM % "/s/a.cfg", _OLD_FORM % "/s/a.cfg /s/lab.cfg", id="one more in a list"),
        pytest.param(_OLD_FORM % " /s/lab.cfg ", _OLD_FORM % " /s/lab.cfg ", id="nothing new in a list"),
        pytest.param(_NEW_FORM % "", _NEW_FORM % "\n    'Lab' => '/s/lab.cfg',\n", id="the first site of a table"),
        pytest.param(
            _NEW_FORM % "'Zoo' => '/s/z.cfg', Lab => \"/old.cfg\"",
            _NEW_FORM % "\n    'Lab' => '/s/lab.cfg',\n    'Zoo' => '/s/z.cfg',\n",
            id="a site that moved",
        ),
        pytest.param(_NEW_FORM % "'Lab' => '/s/lab.cfg'", _NEW_FORM % "'Lab' => '/s/lab.cfg'", id="nothing new"),
        pytest.param("print 1;\n", None, id="another program"),
    ],
)
def test_the_entry_in_the_cgi_program(program: str, after: str | None) -> None:
    assert registered(program, "Lab", "/s/lab.cfg") == after


@pytest.mark.parametrize("path", ["/s/a b.cfg", "/s/');system('id');('.cfg", "/s/x\n.cfg", "/s/(a).cfg", "$ENV{X}"])
def test_no_path_becomes_a_program(path: str) -> None:
    with pytest.raises(ValueError, match="unusual"):
        registered(_OLD_FORM % "", "Lab", path)
