"""The wall of a YAML site: what is on it, in which section, what is hidden and still seen."""

import msgspec
import pytest

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType, Site
from tests.web.fake import Site as WebSite
from tests.web.fake import a_group, a_square, an_inventory
from tests.web.test_pages import EVIL, get


def a_monitor(name: str, kind: MonitorType = "http", **fields: object) -> Monitor:
    test = "conn" if kind == "ping" else kind
    monitor = Monitor(site="Office", key=StatusKey(f"Office.{name}", test), type=kind, name=name, address="192.0.2.1")
    return msgspec.structs.replace(monitor, **fields)


def a_site(*monitors: Monitor, **colors: Color) -> WebSite:
    site = Site(name="Office", source="office.yaml", stem="office", folder="Office", page="Office", monitors=monitors)
    inventory = an_inventory({"": [], "Office": [a_group(*(one.key.host for one in monitors))]})
    squares = [
        a_square(
            *one.key, colors.get(one.name, Color.GREEN), f"{colors.get(one.name, Color.GREEN).word} why\n".encode()
        )
        for one in monitors
    ]
    return WebSite(msgspec.structs.replace(inventory, sites=(site,)), *squares)


async def test_devices_and_services_have_their_sections_in_the_order_of_the_file() -> None:
    text = (await get(a_site(a_monitor("web"), a_monitor("sw", "ports"), a_monitor("gw", "ping")), "/wall/Office")).text
    assert text.index("L2/L3 network") < text.index("ports: sw") < text.index("L4 availability") < text.index(">web<")
    assert text.index(">web<") < text.index(">gw<")


async def test_a_section_without_monitors_is_not_there() -> None:
    text = (await get(a_site(a_monitor("web")), "/wall/Office")).text
    assert "L2/L3" not in text
    assert "L4 availability" in text


async def test_what_is_down_says_why_and_for_how_long() -> None:
    text = (await get(a_site(a_monitor("web"), a_monitor("db", "tcp"), web=Color.RED), "/wall/Office")).text
    card = text[text.index('id="Office.web.http"') : text.index('id="Office.db.tcp"')]
    assert ">2 h</time>" in card
    assert '<span class="reason">why</span>' in card
    assert "reason" not in text[text.index('id="Office.db.tcp"') :]


async def test_hidden_monitors_are_named_in_the_footer_and_are_red_when_they_are_down() -> None:
    site = a_site(a_monitor("a"), a_monitor("b", display=False), a_monitor("c", display=False), c=Color.RED)
    text = (await get(site, "/wall/Office")).text
    assert 'id="Office.b.http"' not in text
    footer = text[text.index("Not displayed:") :]
    assert 'class="green">b</a>' in footer
    assert 'class="red">c (down' in footer


@pytest.mark.parametrize(
    ("kind", "pictures"),
    [("ping", 1), ("quic", 1), ("udp", 1), ("ports", 8), ("port", 4), ("host", 4)],
)
async def test_each_type_has_its_pictures(kind: MonitorType, pictures: int) -> None:
    text = (await get(a_site(a_monitor("x", kind)), "/wall/Office")).text
    assert text.count("<img ") == pictures


async def test_the_sites_are_listed_with_what_is_down() -> None:
    site = a_site(a_monitor("web"), a_monitor("db"), web=Color.RED)
    text = (await get(site, "/wall")).text
    assert '<a href="/wall/Office">Office</a>' in text
    assert "2 monitors" in text
    assert '<a class="red" href="/status/Office.web/http">web</a>' in text
    assert 'href="/wall"' in (await get(site, "/")).text


async def test_without_sites_it_says_what_to_do() -> None:
    assert "sites/office.yaml" in (await get(WebSite(an_inventory({})), "/wall")).text


async def test_a_site_that_nobody_knows_is_not_found() -> None:
    assert (await get(a_site(), "/wall/Elsewhere")).status_code == 404


async def test_names_from_a_file_stay_text() -> None:
    text = (await get(a_site(a_monitor(EVIL, key=StatusKey("Office.x", "http"), address=EVIL)), "/wall/Office")).text
    assert "<script>alert" not in text
