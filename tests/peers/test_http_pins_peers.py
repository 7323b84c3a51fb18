"""Pins and dates over every version of HTTP at caddy; its log tells which requests came."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.http import Expectation
from tests.peers.test_http_servers import fetch, running
from tests.support.certificates import LAST_YEAR, SelfSigned
from tests.support.clock import until
from tests.support.peers import peer
from tests.support.servers import closed_port

pytestmark = pytest.mark.peers

GOOD, EXPIRED = SelfSigned(), SelfSigned(ends=LAST_YEAR)
EXPIRED_WORDS = "SSL certificate expired on 2025-11-03 04:05:06 UTC"
VERSIONS = ("1.1", "2", "3")
_SITE = """
https://www.test:{port} {{
  bind 127.0.0.1
  tls {certificate} {key}
  log {{
    output file {folder}/log
  }}
  respond /nothing 204
  respond /known 304
  respond /empty 200
  redir /there / 302
  redir /elsewhere https://other.test:{port}/ 302
  respond "{{http.request.proto}} says hello"
}}
"""
_GLOBAL = """
{{
  admin off
  auto_https off
  storage file_system {folder}/store
  servers {{
    protocols h1 h2 h3
  }}
}}
"""


class Caddy:
    """Where its sites are, and what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.good, self.expired = (f"https://www.test:{closed_port()}" for _ in range(2))

    def configuration(self) -> Path:
        parts = [_GLOBAL.format(folder=self.folder)]
        for url, shown in ((self.good, GOOD), (self.expired, EXPIRED)):
            certificate, key = shown.write(self.folder, shown.pin)
            parts.append(
                _SITE.format(folder=self.folder, port=url.rpartition(":")[2], certificate=certificate, key=key)
            )
        file = self.folder / "Caddyfile"
        file.write_text("".join(parts))
        return file

    def asked_for(self) -> list[str]:
        """The paths of all requests."""
        lines = (self.folder / "log").read_text().splitlines()
        return [json.loads(line)["request"]["uri"] for line in lines if line.endswith("}")]


@pytest.fixture(scope="module")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caddy]:
    program = peer("caddy")
    one = Caddy(tmp_path_factory.mktemp("caddy"))
    environment = {name: str(one.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    command = (program, "run", "--config", one.configuration(), "--adapter", "caddyfile")
    with running(*command, environment=os.environ | environment):
        yield one


async def ask(caddy: Caddy, url: str, version: str, **options: Any) -> Reply:
    await fetch(f"{caddy.good}/ready")  # when TCP answers, so does UDP
    return await fetch(url, version=version, **options)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("site", "options", "words"),
    [
        pytest.param("good", {"fingerprint": GOOD.pin, "check_expiry": True}, "", id="the right pin"),
        pytest.param("good", {"fingerprint": EXPIRED.pin}, "SSL fingerprint mismatch", id="a wrong pin"),
        pytest.param("expired", {"check_expiry": True}, EXPIRED_WORDS, id="expired"),
        pytest.param(
            "expired", {"fingerprint": EXPIRED.pin, "check_expiry": True}, EXPIRED_WORDS, id="expired, pinned"
        ),
        pytest.param("expired", {"fingerprint": EXPIRED.pin}, "", id="expired and nobody minds"),
        pytest.param("expired", {"fingerprint": GOOD.pin}, "SSL fingerprint mismatch", id="expired and a wrong pin"),
    ],
)
async def test_the_request_goes_only_to_a_good_certificate(
    caddy: Caddy, site: str, options: dict[str, Any], words: str, version: str, request: pytest.FixtureRequest
) -> None:
    path = f"/{request.node.name.encode().hex()}"
    for _ in range(2):  # a second session must not be a resumed one that shows no certificate
        reply = await ask(caddy, getattr(caddy, site) + path, version, **options)
        assert (reply.outcome, reply.summary) == ((Outcome.TLS, words) if words else (Outcome.OK, "OK"))
        assert [one.sha256 for one in reply.certificates] == [(GOOD if site == "good" else EXPIRED).pin]
    await ask(caddy, f"{caddy.good}{path}-end", "1.1")
    wanted = 0 if words else 2
    await until(lambda: f"{path}-end" in caddy.asked_for() and caddy.asked_for().count(path) >= wanted)
    assert caddy.asked_for().count(path) == wanted


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("path", "status"), [("/nothing", 204), ("/known", 304), ("/empty", 200)])
async def test_answers_without_a_body_end_at_once(caddy: Caddy, path: str, status: int, version: str) -> None:
    reply = await ask(caddy, caddy.good + path, version, fingerprint=GOOD.pin, check_expiry=True)
    assert (reply.facts["http_status"], reply.facts["bytes"]) == (status, 0)
    assert reply.outcome is not Outcome.TIMEOUT


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("path", "summary"),
    [("/there", "OK"), ("/elsewhere", "redirected to https://other.test:{port}, which is not pinned")],
)
async def test_redirects(caddy: Caddy, path: str, summary: str, version: str) -> None:
    reply = await ask(caddy, caddy.good + path, version, fingerprint=GOOD.pin, follow=5)
    assert reply.summary == summary.format(port=caddy.good.rpartition(":")[2])


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_text_of_the_body(caddy: Caddy, version: str) -> None:
    expect = (Expectation(what="text", wanted="says hello"), Expectation(what="text", wanted="Says"))
    reply = await ask(caddy, caddy.good, version, fingerprint=GOOD.pin, expect=expect)
    assert [one.held for one in reply.assertions] == [True, False]
