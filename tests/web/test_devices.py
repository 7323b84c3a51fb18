"""The page of a device, and the sites for programs."""

from typing import Any

import msgspec
import pytest

from hexmon.graphs.catalog import Shown
from hexmon.graphs.view import NoGraphs
from hexmon.model.color import Color
from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.inventory import Host
from hexmon.model.site_memory import DeviceChange, MonitorMemory
from hexmon.model.site_state import MonitorState
from hexmon.web.pages.device import MOST_INTERFACES, MOST_STATIONS, by_number, color_of, speed_words, stations
from tests.support.devices import a_monitor
from tests.web.device_samples import SWITCH, a_mac, a_memory, a_site_of, a_switch_host, a_switch_square
from tests.web.fake import START, FakeMonitors, Site, a_group, an_inventory
from tests.web.test_pages import EVIL, get

WEB = a_monitor("web", "http")
LATE = a_monitor("late", "ping")


def a_site(memory: MonitorMemory | None = None, **others: Any) -> Site:
    hosts = [a_switch_host(), a_switch_host(WEB), a_switch_host(LATE)]
    inventory = an_inventory({"lab": [a_group(*(host.name for host in hosts))]}, hosts)
    inventory = msgspec.structs.replace(inventory, sites=(a_site_of(SWITCH, WEB, LATE),))
    down = MonitorMemory(state=MonitorState(is_up=False, last_checked=START, down_count=3, error_reason="timeout"))
    monitors = FakeMonitors({SWITCH.key: memory or a_memory(), WEB.key: down})
    return Site(inventory, a_switch_square(), a_switch_square(WEB.key), monitors=monitors, **others)


async def test_the_page_tells_all_of_the_device() -> None:
    text = (await get(a_site(), "/device/lab.office-switch")).text
    for wanted in (
        "<dd>Cellar, rack 2</dd>", "<dd>ops@example.net</dd>", "<dd>snmp://192.0.2.6</dd>", "<dd>EX1234X0ABC</dd>",
        "printer, first floor", "10 Gbit/s", "1 Gbit/s", "slots: the device does not tell ENTITY-MIB",
        'router.example.net <span class="quiet">ge-0/0/3</span> <span class="tag">LLDP</span>',
        '<span class="tag">CDP</span>', "oper=down admin=up (was oper=up admin=up)", "192.0.2.128", "93 d",
    ):  # fmt: skip
        assert wanted in text
    assert text.count('<tr class="red">') == 3
    assert text.index("GigabitEthernet1/0/9<") < text.index("GigabitEthernet1/0/10<")


async def test_the_square_leads_to_it_and_other_squares_do_not() -> None:
    assert 'href="/device/lab.office-switch"' in (await get(a_site(), "/status/lab.office-switch/ports")).text
    assert "/device/" not in (await get(a_site(), "/status/lab.web/http")).text


@pytest.mark.parametrize("host", ["lab.web", "lab.late", "nobody"])
async def test_what_is_no_device_is_said(host: str) -> None:
    answer = await get(a_site(), f"/device/{host}")
    assert answer.status_code == 404
    assert "no device that is asked by SNMP" in answer.text


async def test_a_device_that_tells_nothing() -> None:
    text = (await get(a_site(a_memory(Device())), "/device/lab.office-switch")).text
    assert "ifIndex" not in text
    assert "<dt>Location</dt><dd>\N{EN DASH}</dd>" in text


class _Drawn(NoGraphs):
    """Figures are kept of these interfaces."""

    kept = True

    def __init__(self, *indexes: int) -> None:
        self._indexes = list(indexes)

    async def interfaces(self, host: Host) -> list[int]:  # noqa: ARG002
        return self._indexes

    async def of_host(self, host: Host) -> list[Shown]:  # noqa: ARG002
        return [Shown("bandwidth", "Traffic")]


async def test_the_name_of_an_interface_leads_to_its_graph() -> None:
    text = (await get(a_site(graphs=_Drawn(10103, 7)), "/device/lab.office-switch")).text
    assert '<a href="/graph/lab.office-switch/interface-10103">GigabitEthernet1/0/3</a>' in text
    assert text.count("/interface-") == 1
    assert "/interface-" not in (await get(a_site(), "/device/lab.office-switch")).text


async def test_the_trends_have_links_to_the_interfaces_and_no_pictures() -> None:
    device = Device(interfaces=(Interface(index=2, name=EVIL + "\u202e"), Interface(index=3, name="")))
    text = (await get(a_site(a_memory(device), graphs=_Drawn(2, 3, 9)), "/trends/lab.office-switch")).text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    for index in (3, 9):
        assert f'<a href="/graph/lab.office-switch/interface-{index}">ifIndex {index}</a>' in text
    assert '<a href="/graph/lab.office-switch/interface-2">&#34;&gt;&lt;script&gt;' in text
    assert "interface-2.svg" not in text
    assert "/interface-" not in (await get(a_site(graphs=_Drawn()), "/trends/lab.office-switch")).text


async def test_whatever_a_device_says_stays_text() -> None:
    evil = EVIL + "\u202e\0\r\n\ud800"
    device = Device(
        name=evil, location=evil, contact=evil, description=evil, serial=evil, notes=(evil,),
        interfaces=(Interface(index=1, name=evil, oper=evil, admin=evil, alias=evil, slot=evil, macs=(evil,)),),
        arp=(ArpEntry(index=2, mac=evil + "2", ip=evil), ArpEntry(index=1, mac=evil, ip=evil)),
        neighbours=(Neighbour(index=1, host=evil, port=evil, protocol=evil),),
    )  # fmt: skip
    memory = msgspec.structs.replace(a_memory(device), changes=(DeviceChange(START, evil),))
    text = (await get(a_site(memory), "/device/lab.office-switch")).text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert text.count("&lt;script&gt;alert(1)") > 15


async def test_a_huge_device_is_not_shown_whole() -> None:
    many = tuple(Interface(index=n, name=f"i{n}", macs=tuple(f"{n}:{m}" for m in range(5))) for n in range(3000))
    text = (await get(a_site(a_memory(Device(interfaces=many))), "/device/lab.office-switch")).text
    assert text.count('class="oper"') == MOST_INTERFACES
    assert f"{3000 - MOST_INTERFACES} more" in text
    assert f"{15_000 - MOST_STATIONS} more" in text


@pytest.mark.parametrize(
    ("oper", "admin", "color"),
    [
        ("up", "up", Color.GREEN),
        ("up", "down", Color.GREEN),
        ("down", "up", Color.RED),
        ("lowerLayerDown", "up", Color.RED),
        ("down", "down", Color.CLEAR),
        ("notPresent", "up", Color.CLEAR),
        ("dormant", "up", Color.CLEAR),
    ],
)
def test_the_glyph_of_an_interface(oper: str, admin: str, color: Color) -> None:
    assert color_of(Interface(index=1, name="x", oper=oper, admin=admin)) is color


@pytest.mark.parametrize(
    ("speed", "words"),
    [
        (None, ""),
        (0.0, ""),
        (10.0, "10 Mbit/s"),
        (1000.0, "1 Gbit/s"),
        (2500.0, "2.5 Gbit/s"),
        (400_000.0, "400 Gbit/s"),
    ],
)
def test_speeds(speed: float | None, words: str) -> None:
    assert speed_words(speed) == words


def test_who_is_behind_the_interfaces() -> None:
    device = Device(
        interfaces=(Interface(index=2, name="b", macs=("M2", "M1")), Interface(index=1, name="", macs=("M3",))),
        arp=(
            ArpEntry(index=9, mac="M9", ip="192.0.2.9"), ArpEntry(index=2, mac="M9", ip="192.0.2.10"),
            ArpEntry(index=7, mac="M1", ip="192.0.2.10"), ArpEntry(index=7, mac="M1", ip="192.0.2.9"),
            ArpEntry(index=7, mac="M1", ip="192.0.2.9"),
        ),
    )  # fmt: skip
    assert [(one.port, one.mac, list(one.addresses)) for one in stations(device)] == [
        ("1", "M3", []),
        ("b", "M2", []),
        ("b", "M1", ["192.0.2.9", "192.0.2.10"]),
        ("b", "M9", ["192.0.2.9", "192.0.2.10"]),
    ]


def test_addresses_have_an_order_whatever_they_are() -> None:
    assert by_number(["192.0.2.10", "192.0.2.9", "192.0.2.100"]) == ["192.0.2.9", "192.0.2.10", "192.0.2.100"]
    assert len(by_number(["2001:db8::a", "", "192.0.2.9", "x" * 500, "9" * 5000, "\u0663"])) == 6


async def test_sites_for_programs() -> None:
    answer = await get(a_site(), "/api/v1/sites")
    assert answer.json() == {
        "sites": [
            {
                "name": "HomeLab", "folder": "lab", "page": "lab", "source": "lab.yaml", "monitors": 3,
                "up": 1, "down": 1, "unchecked": 1, "state": "/api/v1/sites/lab/state",
            }
        ]
    }  # fmt: skip


async def test_the_state_of_a_site_is_the_documented_file() -> None:
    answer = await get(a_site(), "/api/v1/sites/lab/state")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    assert list(found) == ["office-switch", "web", "late", "execution_time", "execution_ms"]
    assert found["web"]["is_up"] is False
    assert (found["web"]["down_count"], found["web"]["error_reason"]) == (3, "timeout")
    assert found["office-switch"]["detail"]["sys_location"] == "Cellar, rack 2"
    assert found["late"]["last_checked"] is None
    assert found["execution_time"] == "2026-11-21T00:00:00.000000+00:00"


@pytest.mark.parametrize("folder", ["nobody", "..", "%2e%2e%2f", "lab%00"])
async def test_a_site_that_is_not_there(folder: str) -> None:
    assert (await get(a_site(), f"/api/v1/sites/{folder}/state")).status_code == 404


def test_the_sample_is_as_it_says() -> None:
    assert a_mac(255) == "00:00:5E:00:53:FF"
