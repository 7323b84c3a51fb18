"""The pages in a real browser: Debian's Chromium."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect

from hexmon.clock import SystemClock
from hexmon.model.color import Color
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from tests.support.peers import peer
from tests.web.fake import FakeBoard, Site, a_group, a_square, an_inventory

pytestmark = [pytest.mark.peers, pytest.mark.slow]

TESTS = ("conn", "http", "cpu", "disk", "memory", "procs", "ssh")


@dataclass
class Seen:
    """A page, what it complained about, and whom it asked."""

    page: Page
    board: FakeBoard
    clock: SystemClock
    origin: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def opened(width: int = 1280, height: int = 800, *, script: bool = True) -> AsyncIterator[Seen]:
    """A browser on the top page of a site of 30 hosts."""
    program = peer("chromium")
    names = [f"host{number:02}.example.net" for number in range(30)]
    inventory = an_inventory({"": [a_group(*names, title="Rack")], "usa": [a_group("ny")]})
    clock = SystemClock()
    site = Site(inventory, *(a_square(name, test) for name in names for test in TESTS))
    site.put(a_square("host03.example.net", "disk", Color.YELLOW, b"yellow 91 % full"))
    app = create_app(WebContext(site.board, site.context.history, site.bus, clock))
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as tasks, async_playwright() as playwright:
        tasks.create_task(server._serve([listener]))
        browser: Browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script)
        page = await context.new_page()
        seen = Seen(page, site.board, clock, origin)
        page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", lambda request: seen.asked.append(request.url))
        await page.goto(origin)
        yield seen
        await browser.close()
        app.state.hub.stop()
        server.should_exit = True


async def test_a_change_appears_without_a_reload_and_nothing_is_complained_about() -> None:
    async with opened() as seen:
        page = seen.page
        await expect(page.locator("#alive")).to_have_text("live")
        now = seen.clock.now()
        status = a_square("host07.example.net", "http", Color.RED, b"red HTTP 503")
        seen.board.put(status, now)
        square = page.locator('td:has(> a[href="/status/host07.example.net/http"])')
        await expect(square).to_have_class("s red")
        await expect(page.locator("#problems .problem").first).to_contain_text("HTTP 503")
        await expect(page).to_have_title("(2) hexmon")
        await expect(page.locator('.counts a[data-color="red"] span')).to_have_text("1")
        assert await page.locator("#icon").get_attribute("href") == "/favicon-red.svg"
        assert seen.complaints == []
        assert {url.split("/")[2] for url in seen.asked} == {seen.origin.split("/")[2]}


@pytest.mark.parametrize("path", ["/status/host03.example.net/disk", "/host/host03.example.net"])
async def test_a_page_about_one_square_follows_it(path: str) -> None:
    async with opened() as seen:
        page = seen.page
        await page.goto(seen.origin + path)
        await expect(page.locator("#alive")).to_have_text("live")
        for details in await page.locator("main details > summary").all():
            await details.click()
        opened_before = await page.locator("main details[open]").count()
        status = a_square("host03.example.net", "disk", Color.RED, b"red 99 % full", age=0)
        seen.board.put(status, seen.clock.now())
        await expect(page.locator("main")).to_contain_text("99 % full")
        await expect(page.locator("main")).not_to_contain_text("91 % full")
        assert await page.locator("main details[open]").count() == opened_before
        assert await page.locator("#icon").get_attribute("href") == "/favicon-red.svg"
        assert seen.complaints == []


async def test_marked_text_is_not_taken_away() -> None:
    async with opened() as seen:
        page = seen.page
        await page.goto(seen.origin + "/status/host03.example.net/disk")
        await expect(page.locator("#alive")).to_have_text("live")
        await page.evaluate("getSelection().selectAllChildren(document.querySelector('.said'))")
        seen.board.put(a_square("host03.example.net", "disk", Color.RED, b"red 99 % full"), seen.clock.now())
        await expect(page).to_have_title("(1) host03.example.net disk · hexmon")
        await expect(page.locator("#icon")).to_have_attribute("href", "/favicon-red.svg")
        assert not await page.evaluate("replaceMain(document.createElement('main'))")
        await expect(page.locator(".said")).to_contain_text("91 % full")
        await page.evaluate("getSelection().removeAllRanges()")
        assert await page.evaluate("replaceMain(document.querySelector('main').cloneNode(true))")


async def test_the_keyboard_is_enough() -> None:
    async with opened() as seen:
        page = seen.page
        await page.keyboard.press("/")
        await page.keyboard.type("host03")
        await expect(page.locator(".matrix tbody tr:visible")).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator(".matrix tbody tr:visible")).to_have_count(30)
        await page.keyboard.press("n")
        await expect(page.locator("#problems .where").first).to_be_focused()
        await page.locator('a[href="/status/host03.example.net/conn"]').focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator('.matrix a[href="/status/host03.example.net/disk"]')).to_be_focused()
        await expect(page.locator(".peek")).to_contain_text("91 % full")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(seen.origin + "/status/host03.example.net/disk")
        assert seen.complaints == []


async def test_a_colour_filters_a_heading_sorts_a_theme_stays() -> None:
    async with opened() as seen:
        page = seen.page
        await page.locator('.counts a[data-color="yellow"]').click()
        await expect(page.locator(".matrix tbody tr:visible")).to_have_count(1)
        await page.locator('.counts a[data-color="yellow"]').click()
        await page.get_by_role("button", name="disk").click()
        await expect(page.locator(".matrix tbody tr").first).to_contain_text("host03")
        await page.locator("#theme").select_option("dark")
        await page.reload()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert seen.complaints == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800), (3840, 2160)])
async def test_nothing_is_wider_than_the_screen(width: int, height: int) -> None:
    async with opened(width, height) as seen:
        too_wide = await seen.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0


async def test_headings_stay_in_place() -> None:
    async with opened(1280, 400) as seen:
        page = seen.page
        await page.mouse.wheel(0, 600)
        await page.wait_for_function("scrollY > 300")
        heading = await page.locator(".matrix thead th").nth(1).bounding_box()
        assert heading is not None
        assert 40 <= heading["y"] <= 60


async def test_without_script_everything_can_be_read() -> None:
    async with opened(script=False) as seen:
        page = seen.page
        await expect(page.locator("#problems")).to_contain_text("91 % full")
        await page.locator('.counts a[data-color="yellow"]').click()
        await expect(page.locator(".matrix tbody tr")).to_have_count(1)
        await page.locator('.matrix a[href="/status/host03.example.net/disk"]').click()
        await expect(page.locator(".said")).to_contain_text("91 % full")
