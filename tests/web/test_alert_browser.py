"""Incidents, notifications and the link of a message in a real browser: Debian's Chromium."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect

from hexmon.bus import LocalBus
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from tests.support.clock import FakeClock
from tests.support.peers import peer
from tests.web.alert_demo import LINK_KEY, ack_path_of, alerts_of
from tests.web.demo import a_site, statuses_by_name
from tests.web.fake import START, FakeBoard, FakeHistory

pytestmark = [pytest.mark.peers, pytest.mark.slow]

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


class Seen:
    """A page, the link of a message, and what was acknowledged and sent again."""

    def __init__(self, page: Page, link: str) -> None:
        self.page = page
        self.link = link
        self.acknowledged: list[tuple[float, str, bool]] = []
        self.retried: list[int] = []


@asynccontextmanager
async def opened(width: int = 1280, height: int = 800, *, script: bool = True) -> AsyncIterator[Seen]:
    """A browser on a made-up site with incidents of every kind."""
    program = peer("chromium")
    inventory, statuses, changes = a_site(START)
    board = FakeBoard(inventory, LocalBus())
    for status in statuses:
        board.put(status, START)
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with asyncio.TaskGroup() as tasks, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        context = await browser.new_context(
            base_url=origin, viewport={"width": width, "height": height}, java_script_enabled=script
        )
        link = ack_path_of(statuses_by_name(statuses, "db2.berlin", "disk"))
        seen = Seen(await context.new_page(), link)

        async def acknowledge(_cookie: int, seconds: float, text: str, whole_host: bool) -> bool:
            seen.acknowledged.append((seconds, text, whole_host))
            return True

        async def retry(number: int) -> bool:
            seen.retried.append(number)
            return True

        context_of_app = WebContext(
            board,
            FakeHistory(changes),
            board.bus,
            FakeClock(START),
            alerts=alerts_of(statuses, START),
            acknowledge=acknowledge,
            retry_delivery=retry,
            link_key=LINK_KEY,
        )
        app = create_app(context_of_app)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        tasks.create_task(server._serve([listener]))
        yield seen
        await browser.close()
        app.state.hub.stop()
        server.should_exit = True


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800), (3840, 2160)])
async def test_nothing_is_wider_than_the_screen(width: int, height: int) -> None:
    async with opened(width, height) as seen:
        page = seen.page
        for path in ("/incidents", "/notifications?first=dead", seen.link):
            await page.goto(path)
            too_wide = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, path
        await page.goto("/incidents")
        await page.locator(".incidents .where").first.click()
        await expect(page.locator(".time-line > li").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_without_script_a_link_acknowledges_and_a_dead_letter_is_sent_again() -> None:
    async with opened(400, 800, script=False) as seen:
        page = seen.page
        await page.goto(seen.link)
        await expect(page.locator("h1")).to_contain_text("db2.berlin")
        assert seen.acknowledged == []
        await page.get_by_label("4 hours").check()
        await page.get_by_label("What are you doing about it?").fill("new disk")
        await page.get_by_label("Your name").fill("me")
        await page.get_by_label("everything that is wrong on this host").check()
        async with page.expect_navigation():
            await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.locator("h1")).to_contain_text("db2.berlin")
        assert seen.acknowledged == [(14_400.0, "new disk\nAcked by: me (link)", True)]
        await page.goto("/notifications?state=dead")
        async with page.expect_navigation(url=re.compile(r"/notifications\?state=dead$")):
            await page.get_by_role("button", name="Send again").first.click()
        assert len(seen.retried) == 1
