"""A conversation recorded from xymond 4.3.30, message by message; moments and cookies aside."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

TRANSCRIPT = Path(__file__).with_name("data") / "transcript.txt"
BEGAN = 1795217897.0
COOKIES = ("206114", "966436", "3677")

HOSTS = """\
0.0.0.0 .default. # noflap=zz
127.0.0.1 mon.example.com # testip
page web Web servers
group Front
10.0.0.1 www.foo.com # http://www.foo.com/ NAME:"Front one" CLIENT:wwwalias DESCR:"Linux:main web"
10.0.0.2 db.foo.com # DOWNTIME=*:*:0000:2359:"night work" CLASS:dbclass nonongreen
subpage sub1 Sub one
10.0.0.3 app.foo.com # dialup noclear TRENDS:*
"""
FILES = {
    "x.cfg": "A=1\n",
    "client-local.cfg": "[linux]\nlog:/var/log/syslog:1\n[www.foo.com]\nlog:/var/log/messages:10240\n",
}


def exchanges() -> Iterator[tuple[str, str]]:
    lines = [line for line in TRANSCRIPT.read_text().splitlines() if line[:2] in ("C:", "S:")]
    for said, answered in zip(lines[::2], lines[1::2], strict=True):
        yield said[3:], "" if answered[3:] == "(empty)" else answered[3:]


def unescaped(text: str) -> bytes:
    return str(ast.literal_eval('"' + text.replace('"', '\\"') + '"')).encode()


def test_the_recorded_conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monitor = Monitor(tmp_path, HOSTS, FakeClock(BEGAN), files=FILES)
    (tmp_path / "download" / "f.txt").write_text("hello download\n")
    for _ in range(2):  # the recorder had waited for the daemon in this way; senderstats counts it
        monitor.say("ping")
    for said, answered in exchanges():
        message = unescaped(said)
        if message.startswith(b"xymondack 3677"):
            status = monitor.board.status(StatusKey("www.foo.com", "disk"))
            assert status is not None
            assert status.cookie is not None
            assert status.color is Color.RED
            message = message.replace(b"3677", b"%d" % status.cookie.number)
        expected = _aside(unescaped(answered).decode(), COOKIES)
        found = _aside(monitor.say(message).decode(), _cookies(monitor))
        assert found == expected, said


def _cookies(monitor: Monitor) -> tuple[str, ...]:
    return tuple(str(status.cookie.number) for status in monitor.board.statuses() if status.cookie)


def _aside(text: str, cookies: tuple[str, ...]) -> str:
    text = re.sub(r"\b17952\d{5}\b", lambda found: f"<{round((int(found.group()) - BEGAN) / 60)} min>", text)
    text = re.sub(r":\d\d 2026<", ":SS 2026<", text)
    for cookie in cookies:
        text = re.sub(rf"(?<=[|>]){cookie}(?=[|<\n])", "<cookie>", text)
    return text
