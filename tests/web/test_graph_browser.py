"""Graphs in a real browser: zooming by mouse, finger and keyboard, themes, and new pictures without a flicker."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from hexmon.web.app import create_app
from tests.support.peers import peer
from tests.web.graph_demo import a_context

pytestmark = [pytest.mark.peers, pytest.mark.slow]

GRAPH = "/graph/www.example.net/ifstat"


@dataclass
class Seen:
    """A page, its browser, what it complained about, and whom it asked."""

    page: Page
    context: BrowserContext
    origin: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def window(self) -> tuple[int, int]:
        query = parse_qs(urlsplit(self.page.url).query)
        return int(query["start"][0]), int(query["end"][0])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rrd")


@asynccontextmanager
async def opened(root: Path, path: str, *, width: int = 1280, height: int = 900, **options: Any) -> AsyncIterator[Seen]:
    """A browser on that page, which has a week of figures."""
    program = peer("chromium")
    web = a_context(root)
    app = create_app(web)
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as tasks, async_playwright() as playwright:
        tasks.create_task(server._serve([listener]))
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)
        seen = Seen(await context.new_page(), context, origin)
        page = seen.page
        page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", lambda request: seen.asked.append(request.url))
        await page.goto(origin + path)
        yield seen
        assert seen.complaints == []
        assert {urlsplit(url).netloc for url in seen.asked} == {urlsplit(origin).netloc}
        await browser.close()
        app.state.hub.stop()
        server.should_exit = True
    web.graphs.close()  # type: ignore[attr-defined]


async def area(page: Page) -> tuple[float, float, float, float]:
    """Where the curves are: left, right, and a height within, in pixels; and seconds per pixel."""
    zone = page.locator("#zoom")
    box = await zone.locator("img").bounding_box()
    assert box is not None
    left, top, width, height = map(float, (await zone.get_attribute("data-area") or "").split())
    begin = box["x"] + left * box["width"]
    seconds = int(await zone.get_attribute("data-end") or 0) - int(await zone.get_attribute("data-start") or 0)
    return begin, begin + width * box["width"], box["y"] + (top + height / 2) * box["height"], seconds


async def test_dragging_zooms_and_a_double_click_goes_back(root: Path) -> None:
    async with opened(root, f"{GRAPH}?start=1795000000&end=1795100000") as seen:
        page = seen.page
        left, right, height, seconds = await area(page)
        await page.mouse.move(left + (right - left) * 0.25, height)
        await page.mouse.down()
        await page.mouse.move(left + (right - left) * 0.5, height, steps=4)
        await expect(page.locator("#zoom .pick")).to_be_visible()
        await page.mouse.move(left + (right - left) * 0.75, height)
        await page.mouse.up()
        await page.wait_for_url(lambda url: "start=1795000000" not in url)
        start, end = seen.window()
        assert abs(start - (1795000000 + seconds * 0.25)) < seconds * 0.01
        assert abs(end - (1795000000 + seconds * 0.75)) < seconds * 0.01
        await expect(page.locator("#zoom img")).to_have_js_property("complete", value=True)
        await page.locator("#zoom").dblclick(position={"x": 300, "y": 100})
        await page.wait_for_url(lambda url: "start=1795000000&end=1795100000" in url)


async def test_a_click_does_not_zoom(root: Path) -> None:
    async with opened(root, f"{GRAPH}?start=1795000000&end=1795100000") as seen:
        await seen.page.locator("#zoom").click(position={"x": 300, "y": 100})
        await expect(seen.page.locator("#zoom .pick")).to_be_hidden()
        assert seen.window() == (1795000000, 1795100000)


async def test_a_finger_zooms(root: Path) -> None:
    async with opened(root, f"{GRAPH}?start=1795000000&end=1795100000", has_touch=True) as seen:
        left, right, height, seconds = await area(seen.page)
        devtools = await seen.context.new_cdp_session(seen.page)

        async def touch(kind: str, *places: float) -> None:
            points = [{"x": left + (right - left) * place, "y": height} for place in places]
            await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        await touch("touchStart", 0.2)
        for place in (0.3, 0.5, 0.6):
            await touch("touchMove", place)
        await touch("touchEnd")
        await seen.page.wait_for_url(lambda url: "start=1795000000" not in url)
        start, end = seen.window()
        assert abs(start - (1795000000 + seconds * 0.2)) < seconds * 0.02
        assert abs(end - (1795000000 + seconds * 0.6)) < seconds * 0.02


@pytest.mark.parametrize(
    ("key", "window"),
    [
        ("ArrowLeft", (1794950000, 1795050000)),
        ("ArrowRight", (1795050000, 1795150000)),
        ("+", (1795025000, 1795075000)),
        ("-", (1794950000, 1795150000)),
    ],
)
async def test_the_keyboard_moves(root: Path, key: str, window: tuple[int, int]) -> None:
    async with opened(root, f"{GRAPH}?start=1795000000&end=1795100000") as seen:
        await seen.page.keyboard.press(key)
        await seen.page.wait_for_url(lambda url: "start=1795000000&end=1795100000" not in url)
        assert seen.window() == window


async def test_the_figures_at_the_pointer_are_told(root: Path) -> None:
    async with opened(root, f"{GRAPH}?range=7d") as seen:
        left, right, height, _ = await area(seen.page)
        when = seen.page.locator("#zoom .when")
        for number in range(40):  # until the figures are there
            await seen.page.mouse.move(left + (right - left) * (0.5 + number / 1000), height)
            if "eth0 in" in (await when.text_content() or ""):
                break
            await seen.page.wait_for_load_state("networkidle")
        await expect(when).to_contain_text("eth0 in")
        assert [url for url in seen.asked if ".json" in url]


async def test_without_script_links_do_it(root: Path) -> None:
    async with opened(root, f"{GRAPH}?range=48h", java_script_enabled=False) as seen:
        await seen.page.get_by_role("link", name="Zoom in").click()
        start, end = seen.window()
        assert end - start == 86_400
        await expect(seen.page.locator("#zoom img")).to_be_visible()
        assert [url for url in seen.asked if ".svg" in url]


async def shows(seen: Seen, address: str) -> None:
    """The first picture of the page is that one, and is there."""
    image = seen.page.locator("picture img").first
    await expect(image).to_have_js_property("currentSrc", seen.origin + address)
    await expect(image).to_have_js_property("complete", value=True)


@pytest.mark.parametrize(("theme", "word"), [("dark", "&theme=dark"), ("light", ""), ("contrast", "&theme=contrast")])
async def test_pictures_follow_the_theme(root: Path, theme: str, word: str) -> None:
    async with opened(root, "/trends/www.example.net", color_scheme="light" if theme != "light" else "dark") as seen:
        await seen.page.locator("#theme").select_option(theme)
        await shows(seen, f"/graph/www.example.net/smoke.svg?range=48h&size=wide{word}")


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/trends/www.example.net", "/graph/www.example.net/smoke.svg?range=48h&size=narrow"),
        (f"{GRAPH}?range=7d", f"{GRAPH}.svg?range=7d&size=tall"),
    ],
)
async def test_a_narrow_screen_gets_a_narrow_picture_and_nothing_overflows(root: Path, path: str, address: str) -> None:
    async with opened(root, path, width=360) as seen:
        await shows(seen, address)
        assert await seen.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_page_drawn_again_keeps_its_pictures(root: Path) -> None:
    async with opened(root, "/trends/www.example.net") as seen:
        page = seen.page
        await shows(seen, "/graph/www.example.net/smoke.svg?range=48h&size=wide")
        await page.evaluate("window.before = document.querySelector('picture img')")
        await page.evaluate("fetchPage()")
        await expect(page.locator("figcaption").first).to_be_visible()
        assert await page.evaluate(
            "window.before.isConnected && window.before === document.querySelector('picture img')"
        )


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1920, 1080)])
async def test_a_wall_shows_every_picture_large_and_scrolls_nothing(root: Path, width: int, height: int) -> None:
    async with opened(root, "/wall/Office", width=width, height=height) as seen:
        images = seen.page.locator(".picture img")
        await expect(images).to_have_count(13)
        for image in await images.all():
            await expect(image).to_have_js_property("complete", True)
            box = await image.bounding_box()
            assert box is not None
            assert box["height"] > height / 24
        page = "document.documentElement"
        assert await seen.page.evaluate(f"[{page}.scrollWidth, {page}.scrollHeight]") == [width, height]
        cards = "[...document.querySelectorAll('.card')].filter((card) => card.scrollHeight > card.clientHeight).length"
        assert await seen.page.evaluate(cards) == 0


async def test_a_graph_without_figures_leaves_its_place_empty(root: Path) -> None:
    async with opened(root, "/wall/Office") as seen:
        await seen.page.locator(".picture img").first.scroll_into_view_if_needed()
        await seen.page.route("**/*.svg**", lambda route: route.fulfill(status=404))
        await seen.page.reload()
        await expect(seen.page.locator(".picture img").first).to_be_hidden()
        seen.complaints.clear()
