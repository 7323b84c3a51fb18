"""The pages, asked for as a browser does."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.inventory import Host, Page
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.status import ClientMessage
from hexmon.web.app import create_app
from hexmon.web.context import Health, WebContext
from tests.web.fake import START, Site, a_group, a_square, an_inventory

EVIL = '"><script>alert(1)</script>'


def a_site() -> Site:
    groups = {
        "": [a_group("www", title="Front")],
        "usa": [a_group("ny1", "ny2", title="East")],
        "usa/NY": [a_group("ny3", only=["conn"])],
    }
    change = Change(
        id=5, key=StatusKey("www", "http"), at=START - 3600, color=Color.RED, before=Color.GREEN,
        before_since=START - 90_000, text=b"red <b>it broke</b>",
    )  # fmt: skip
    return Site(
        an_inventory(groups),
        a_square("www", "http", Color.RED, b"red Sat Nov 21 05:00:00 2026 HTTP 503"),
        a_square("www", "conn"),
        a_square("ny1", "cpu", Color.YELLOW),
        a_square("ny2", "conn", Color.BLUE),
        a_square("ny3", "conn"),
        a_square("ny3", "disk", Color.RED),
        changes=[change],
    )


@asynccontextmanager
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(site.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hexmon.test") as client:
        yield client


async def get(site: Site, path: str, **headers: str) -> httpx.Response:
    async with browser(site) as client:
        return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("/", ["HTTP 503", 'href="/page/usa"', 'href="/status/www/http"', "Front"], id="the top page"),
        pytest.param("/page/usa", ["East", 'href="/page/usa/NY"', "ny1"], id="a page"),
        pytest.param("/page/usa/NY", ["ny3", 'href="/status/ny3/conn"'], id="a subpage"),
        pytest.param("/nongreen", ["www", "ny1", "disk"], id="all that is not green"),
        pytest.param("/nongreen?color=blue", ["ny2"], id="one colour"),
        pytest.param("/search?q=NY2", ['href="/host/ny2"'], id="search, in any case"),
        pytest.param("/host/www", ["HTTP 503", "critical"], id="a host"),
        pytest.param("/status/www/http", ["HTTP 503", "<rect", "/history/www/http/5"], id="a square"),
        pytest.param("/history/www/http?range=1w", ["<rect", "/history/www/http/5", "%"], id="its history"),
        pytest.param("/history/www/http/5", ["<b>it broke</b>"], id="one change"),
        pytest.param("/clientlog/www", ["no client data"], id="client data"),
    ],
)
async def test_a_page_shows(path: str, wanted: list[str]) -> None:
    answer = await get(a_site(), path)
    assert answer.status_code == 200
    assert [text for text in wanted if text not in answer.text] == []


async def test_a_column_outside_group_only_is_not_shown_on_the_page_nor_colours_it() -> None:
    site = a_site()
    answer = await get(site, "/page/usa/NY")
    assert '/status/ny3/disk" title' not in answer.text
    assert site.live.page_colors()["usa/NY"] is Color.GREEN
    assert site.live.page_colors()["usa"] is Color.YELLOW


@pytest.mark.parametrize(
    "path",
    [
        "/page/nosuch",
        "/host/nosuch",
        "/status/www/nosuch",
        "/history/www/nosuch",
        "/history/www/http/99",
        "/nosuch",
        "/static/x",
    ],
)
async def test_what_does_not_exist_is_said_with_404(path: str) -> None:
    assert (await get(a_site(), path)).status_code == 404


async def test_an_unchanged_page_is_304_and_a_change_ends_that() -> None:
    site = a_site()
    first = await get(site, "/")
    again = await get(site, "/", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    site.put(a_square("www", "conn", Color.RED, age=0))
    changed = await get(site, "/", if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert "conn critical" in changed.text


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("{}", 304, id="the tag itself"),
        pytest.param('"x", {}', 304, id="in a list"),
        pytest.param("*", 304, id="anything at all"),
        pytest.param('W/"x"', 200, id="another tag"),
        pytest.param("x{}y", 304, id="between rubbish"),
        pytest.param("", 200, id="nothing"),
    ],
)
async def test_what_the_client_has_is_not_sent_again(said: str, status: int) -> None:
    site = a_site()
    etag = (await get(site, "/")).headers["etag"]
    assert (await get(site, "/", if_none_match=said.format(etag))).status_code == status
    strong = said.format(etag.removeprefix("W/"))
    assert (await get(site, "/", if_none_match=strong)).status_code == status


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        pytest.param("gzip, br", True, id="gzip"),
        pytest.param("br;q=1.0, GZIP;q=0.5", True, id="gzip as second choice"),
        pytest.param("*", True, id="anything"),
        pytest.param("gzip;q=0, *", False, id="anything but gzip"),
        pytest.param("gzip;q=x", False, id="a weight that is none"),
        pytest.param("br", False, id="something else"),
    ],
)
async def test_only_who_takes_gzip_gets_it(accepted: str, packed: bool) -> None:
    answer = await get(a_site(), "/", accept_encoding=accepted)
    assert ("content-encoding" in answer.headers) is packed


async def test_the_top_page_is_prepared_before_anybody_asks() -> None:
    site = a_site()
    asked: list[str] = []
    squares = site.board.squares
    async with site.app.router.lifespan_context(site.app):
        for _ in range(20):
            await site.clock.advance(0.0)
        site.board.squares = lambda host: asked.append(host) or squares(host)  # type: ignore[method-assign, func-returns-value]
        assert (await get(site, "/")).status_code == 200
    assert "www" not in asked


async def test_what_does_not_exist_leads_on() -> None:
    site = a_site()
    assert 'href="/host/www"' in (await get(site, "/status/www/nosuch")).text
    assert "no host of that name" in (await get(site, "/status/nosuch/conn")).text
    assert (await get(site, "/status/www")).headers["location"] == "/host/www"
    assert (await get(site, "/page/usa/")).status_code == 200


async def test_a_mistake_of_ours_tells_nothing_of_the_program() -> None:
    site = a_site()
    site.context.board.squares = None  # type: ignore[method-assign, assignment]
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hexmon.test") as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_is_drawn_again_when_an_age_would_read_differently() -> None:
    site = a_site()
    first = await get(site, "/")
    await site.clock.advance(3_601)
    later = await get(site, "/", if_none_match=first.headers["etag"])
    assert later.status_code == 200
    assert ">3 h</time>" in later.text


async def test_a_mere_refresh_changes_no_page() -> None:
    site = a_site()
    first = await get(site, "/")
    refreshed = a_square("www", "http", Color.RED, b"red Sat Nov 21 05:05:00 2026 HTTP 503")
    await get(site, "/")
    site.put(msgspec.structs.replace(refreshed, updated=START + 1))
    assert (await get(site, "/", if_none_match=first.headers["etag"])).status_code == 304


async def test_a_packed_page_reads_the_same() -> None:
    site = a_site()
    plain, packed = await get(site, "/", accept_encoding="identity"), await get(site, "/", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text


async def test_every_answer_forbids_what_we_do_not_use() -> None:
    for path in ("/", "/nosuch", "/metrics", "/-/ready"):
        policy = (await get(a_site(), path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


async def test_no_page_has_inline_script_or_style_or_another_host() -> None:
    for path in ("/", "/page/usa", "/status/www/http", "/history/www/http", "/host/www", "/nongreen"):
        text = (await get(a_site(), path)).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick" not in text
        assert text.count("<script") == text.count('<script src="/static/') == 2
        assert 'src="http' not in text


async def test_hostile_names_and_texts_stay_text() -> None:
    host = Host(name="www", display_name=EVIL, comment=EVIL, description=EVIL, tags=(EVIL,), ip=EVIL)
    site = Site(
        an_inventory({"": [a_group("www", title=EVIL, heading=EVIL)]}, [host], {"": EVIL}),
        a_square("www", EVIL, Color.RED, f"red {EVIL} &red".encode()),
    )
    message = ClientMessage(
        host="www", collector=EVIL, os_type=EVIL, host_class="", sender=EVIL, received=START, message=EVIL.encode()
    )
    site.board.messages["www"] = [message]
    pages = ["/", "/nongreen", "/host/www", "/clientlog/www", "/search?q=" + EVIL, "/-/problems?page="]
    pages += [f"/status/www/{EVIL}", f"/history/www/{EVIL}", f"/host/{EVIL}", f"/page/{EVIL}"]
    async with browser(site) as client:
        for path in pages:
            text = (await client.get(httpx.URL("http://hexmon.test").join(path))).text
            assert "<script>alert" not in text, path


async def test_without_hosts_the_page_says_what_to_do() -> None:
    answer = await get(Site(an_inventory({})), "/")
    assert "No hosts yet." in answer.text
    assert "hosts.cfg" in answer.text


async def test_a_calm_page_is_one_line_with_the_last_change_and_check() -> None:
    answer = await get(Site(an_inventory({"": [a_group("www")]}), a_square("www", "conn")), "/")
    assert "All is well." in answer.text
    assert "/favicon-green.svg" in answer.text
    assert "<ol>" not in answer.text


async def test_mistakes_in_the_configuration_are_told() -> None:
    site = a_site()
    problem = Problem(Origin("hosts.cfg", 41), "<b>unknown tag", "did you mean ssh?")
    site.board.adopt(msgspec.structs.replace(site.board.inventory, problems=(problem,), version=2), START)
    assert "hosts.cfg:41: &lt;b&gt;unknown tag" in (await get(site, "/")).text


async def test_a_vertical_page_has_its_hosts_across() -> None:
    inventory = an_inventory({"": [a_group("www", "db")]})
    page = msgspec.structs.replace(inventory.pages[""], vertical=True)
    site = Site(msgspec.structs.replace(inventory, pages={"": page}), a_square("www", "http"), a_square("db", "conn"))
    text = (await get(site, "/")).text
    assert text.index('href="/host/db"') < text.index('<th scope="row">conn')
    assert isinstance(page, Page)


async def test_the_endpoints_for_programs() -> None:
    site = a_site()

    async def refused() -> None:
        raise ConfigError((Problem(Origin("hosts.cfg", 3), "bad"),))

    site.context = replaced(site, health=lambda: Health(ready=False, problems=("store away",)), reload=refused)
    site.app = create_app(site.context)
    async with browser(site) as client:
        ready = await client.get("/-/ready")
        reload = await client.post("/-/reload")
        foreign = await client.post("/-/reload", headers={"Origin": "http://elsewhere.test"})
        assert (ready.status_code, ready.text) == (503, "not ready\nstore away\n")
        assert (await client.get("/-/healthy")).status_code == 200
        assert (await client.head("/-/healthy")).status_code == 200
        assert (await client.get("/-/reload")).status_code == 405
        assert (reload.status_code, foreign.status_code) == (422, 403)
        assert "hosts.cfg:3: bad" in reload.text
        assert (await client.get("/metrics")).headers["content-type"].startswith("text/plain; version=0.0.4")
        assert (await client.get("/favicon.ico")).headers["location"] == "/favicon-red.svg"
        assert "<rect" in (await client.get("/favicon-red.svg")).text


def replaced(site: Site, **changes: object) -> WebContext:

    return dataclasses.replace(site.context, **changes)  # type: ignore[arg-type]


async def test_files_are_named_by_their_content_and_kept_for_ever() -> None:
    site = a_site()
    text = (await get(site, "/")).text
    path = text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await get(site, path)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")


async def test_raw_text_is_never_a_page() -> None:
    site = Site(an_inventory({"": [a_group("www")]}), a_square("www", "x", Color.RED, b"red <script>x</script>"))
    answer = await get(site, "/status/www/x?raw")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
