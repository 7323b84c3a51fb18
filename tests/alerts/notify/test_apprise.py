"""Services by their Apprise URLs, sent by the library itself to a little server."""

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hexmon.alerts.channels import read_channels
from hexmon.alerts.notify import apprise_urls
from hexmon.alerts.notify.contract import Outcome
from hexmon.model.color import Color
from hexmon.model.incident import Kind
from hexmon.model.origin import ConfigError
from tests.support.deliveries import a_message, send
from tests.support.recorder import Recorder, recording
from tests.support.servers import black_hole, http_reply


@pytest.fixture
def our_log() -> Iterator[io.StringIO]:
    """What would be on standard error, were hexmon started with --verbose."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def url_of(server: Recorder, more: str = "") -> str:
    return f"json://127.0.0.1:{server.port}/{more}"


@pytest.mark.parametrize(
    ("kind", "color", "title", "what"),
    [
        (Kind.ALERT, Color.RED, "www.example.com.http is RED", "failure"),
        (Kind.REMINDER, Color.YELLOW, "www.example.com.http is still YELLOW after 5 m", "warning"),
        (Kind.ALERT, Color.PURPLE, "www.example.com.http is PURPLE", "warning"),
        (Kind.RECOVERY, Color.RED, "www.example.com.http recovered after 5 m", "success"),
        (Kind.DISABLED, Color.RED, "www.example.com.http was disabled", "info"),
        (Kind.NOTICE, Color.RED, "Notice about www.example.com.http", "info"),
    ],
)
async def test_what_arrives(kind: Kind, color: Color, title: str, what: str) -> None:
    async with recording() as server:
        sent = await send("apprise", a_message(kind, color=color), urls=(url_of(server),))
        found = server.one.value
    assert sent.outcome is Outcome.SENT
    assert (found["title"], found["type"]) == (title, what)
    assert found["message"].startswith("nothing answers\n\n🔴 http://www.example.com/ - refused")
    assert found["message"].endswith("Open: https://monitor.test/status/www.example.com/http")


async def test_text_is_data() -> None:
    text = 'red it\'s "100%" <b>&amp; *bold* {{x}} \\n ü 🔥\r\nmore\n'
    async with recording() as server:
        await send("apprise", a_message(text=text.encode()), urls=(url_of(server),), tools={"url": ""})
        assert server.one.value["message"] == 'it\'s "100%" <b>&amp; *bold* {{x}} \\n ü 🔥\n\nmore'


async def test_a_refusal_is_tried_again_and_hides_the_url(our_log: io.StringIO) -> None:
    async with recording(http_reply("403 Forbidden", b"no s3cret-t0ken")) as server:
        sent = await send("apprise", urls=(url_of(server, "s3cret-t0ken/?+X-Key=an0ther"),))
    assert sent.outcome is Outcome.LATER
    assert sent.detail.startswith("1 of 1 failed: ")
    assert "403" in sent.detail
    for secret in ("s3cret-t0ken", "an0ther"):
        assert secret not in sent.detail
        assert secret not in our_log.getvalue()


async def test_those_that_took_it_are_left_out_of_the_next_attempt() -> None:
    async with recording() as good, recording(http_reply("500 Oh"), http_reply()) as bad:
        urls = (url_of(good), url_of(bad))
        message = a_message(text=b"red twice")
        sent = [await send("apprise", message, urls=urls) for _ in range(2)]
        assert [one.outcome for one in sent] == [Outcome.LATER, Outcome.SENT]
        assert (len(good.asked), len(bad.asked)) == (1, 2)


async def test_a_server_that_never_answers_ends_with_the_time() -> None:
    with black_hole() as port:
        sent = await send("apprise", urls=(f"json://127.0.0.1:{port}/",), timeout=0.2)
    assert sent.outcome is Outcome.LATER
    assert sent.detail == "1 of 1 failed: no answer in time"


async def test_no_more_threads_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_urls, "_MOST_THREADS", 0)
    monkeypatch.setattr(apprise_urls, "_threads", threading.BoundedSemaphore(1))
    assert apprise_urls._threads.acquire(blocking=False)
    async with recording() as server:
        sent = await send("apprise", urls=(url_of(server),))
        assert server.asked == []
    assert sent.outcome is Outcome.LATER
    assert "still wait" in sent.detail


def decoded(urls: list[str]) -> Any:

    return read_channels({"odd": {"type": "apprise", "urls": urls}}, "hexmon.toml")["odd"].options


def test_urls_are_checked_when_they_are_read() -> None:
    assert decoded(["json://127.0.0.1/"]).urls == ("json://127.0.0.1/",)
    with pytest.raises(ConfigError, match=r"channels.odd.urls: Apprise does not know such a URL") as caught:
        decoded(["nosuch://s3cret"])
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigError, match="at least one"):
        decoded([])


def test_the_library_is_imported_only_for_such_a_channel() -> None:
    code = "import json, sys; import hexmon.app.serve, hexmon.cli.notify; print(json.dumps('apprise' in sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert json.loads(output) is False
