"""The summaries that other servers sent, on the top page; and which page a URL of ours names."""

import pytest

from hexmon.model.color import Color
from hexmon.web.summaries import page_of
from tests.web.fake import Site, a_group, a_square, an_inventory
from tests.web.test_pages import get

PATHS = ("", "sales", "sales/ny", "page", "@os", "@os/unix")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://us/", ""),
        ("http://us", ""),
        ("http://us/xymon/", ""),
        ("http://us/xymon/xymon.html", ""),
        ("http://us/xymon/sales/", "sales"),
        ("http://us/xymon/sales/sales.html", "sales"),
        ("http://us/hobbit/sales/ny/ny.html", "sales/ny"),
        ("http://us:8000/page/sales/ny", "sales/ny"),
        ("https://us/sales?x=y#z", "sales"),
        ("http://us/page/%40os/unix", ""),
        ("http://us/nosuch/", ""),
        ("not a url", ""),
        ("http://[", ""),
    ],
)
def test_which_page_a_url_names(url: str, path: str) -> None:
    assert page_of(url, PATHS) == path


def a_site(*texts: tuple[str, Color, bytes]) -> Site:
    squares = [a_square("summary", name, color, text) for name, color, text in texts]
    return Site(an_inventory({"": [a_group("www")], "usa": [a_group("ny")]}), *squares)


async def test_other_servers_have_a_table_on_the_top_page() -> None:
    site = a_site(
        ("Vegas.All", Color.RED, b"red http://vegas.example/xymon/ Fri Nov 20 2026"),
        ("Vegas.Sales", Color.GREEN, b"green http://vegas.example/xymon/sales/ Fri"),
        ("Oslo.All", Color.YELLOW, b"yellow http://oslo.example/ Fri"),
    )
    html = (await get(site, "/")).text
    table = html[html.index('id="summaries"') : html.index("</section>", html.index('id="summaries"'))]
    assert [word for word in ('<th scope="col">All</th>', '<th scope="col">Sales</th>') if word not in table] == []
    assert table.index(">Oslo</th>") < table.index(">Vegas</th>")
    assert 'href="http://vegas.example/xymon/sales/"' in table
    assert 'id="summaries"' not in (await get(site, "/page/usa")).text


async def test_without_summaries_there_is_no_table() -> None:
    assert 'id="summaries"' not in (await get(a_site(), "/")).text


@pytest.mark.parametrize("text", [b"red javascript:alert(1) x", b'red http://x/"><script>alert(1)</script> x', b"red"])
async def test_a_url_from_the_network_is_a_link_only_when_it_is_one(text: bytes) -> None:
    html = (await get(a_site(("a.b", Color.RED, text)), "/")).text
    assert "<script>alert" not in html
    assert 'href="javascript' not in html


async def test_a_new_summary_is_shown_soon() -> None:
    """Summaries are told to nobody, so the page must not be kept for long."""
    site = a_site(("a.b", Color.GREEN, b"green http://a.example/ x"))
    await get(site, "/")
    site.put(a_square("summary", "a.c", Color.RED, b"red http://a.example/red x"))
    await site.clock.advance(31)
    assert "http://a.example/red" in (await get(site, "/")).text
