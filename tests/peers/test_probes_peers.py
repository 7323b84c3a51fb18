"""Probes against servers that others wrote: nginx, and the addresses that fping finds alive."""

import asyncio
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.http import HttpOptions
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.icmp_socket import NOT_ALLOWED
from tests.support.checks import a_check, observed
from tests.support.peers import peer
from tests.support.servers import authority, closed_port

pytestmark = pytest.mark.peers

_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{plain}; listen 127.0.0.1:{secure} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ return 200 "$server_protocol $http_host"; }}
    location = /gone {{ return 410; }}
    location = /moved {{ return 301 /; }}
    location = /found {{ return 302 /; }}
    location = /large {{ root {folder}; }}
  }}
}}
"""


_MOST_TRIES = 2000


class Nginx:
    """Its two ports."""

    def __init__(self, plain: int, secure: int) -> None:
        self.plain = f"http://www.test:{plain}"
        self.secure = f"https://www.test:{secure}"


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program = peer("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    certificate = authority().issue_cert("www.test")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    (folder / "large").write_bytes(b"x" * 3_000_000)
    plain, secure = closed_port(), closed_port()
    (folder / "conf").write_text(_CONFIGURATION.format(folder=folder, plain=plain, secure=secure))
    with subprocess.Popen([program, "-e", folder / "errors", "-p", folder, "-c", folder / "conf"]) as process:
        yield Nginx(plain, secure)
        process.terminate()


async def fetch(url: str, **options: Any) -> Reply:
    """Asked until the server is up."""
    check = a_check("http", HttpOptions(url=url, connect_to="127.0.0.1", **options), address="")
    reply = (await observed(check)).reply
    tries = 1
    while reply.outcome is Outcome.REFUSED and tries < _MOST_TRIES:
        reply = (await observed(check)).reply
        tries += 1
    return reply


@pytest.mark.parametrize(
    ("version", "protocol"),
    [("1.0", "HTTP/1.0"), ("", "HTTP/1.1"), ("2", "HTTP/2.0")],
)
async def test_versions_of_http(nginx: Nginx, version: str, protocol: str) -> None:
    reply = await fetch(f"{nginx.secure}/", version=version)
    assert reply.outcome is Outcome.OK
    assert reply.evidence.endswith(f"{protocol} {nginx.secure.partition('//')[2]}".encode())
    assert reply.certificates[0].names == ("www.test",)


@pytest.mark.parametrize(
    ("path", "outcome", "summary", "status"),
    [
        ("/", Outcome.OK, "OK", 200),
        ("/found", Outcome.OK, "OK", 302),
        ("/moved", Outcome.UNEXPECTED, "Moved Permanently", 301),
        ("/gone", Outcome.UNEXPECTED, "Gone", 410),
    ],
)
@pytest.mark.parametrize("version", ["1.1", "2"])
async def test_statuses(nginx: Nginx, version: str, path: str, outcome: Outcome, summary: str, status: int) -> None:
    reply = await fetch(f"{nginx.secure}{path}", version=version)
    assert (reply.outcome, reply.summary, reply.facts["http_status"]) == (outcome, summary, status)


async def test_large_bodies_and_head(nginx: Nginx) -> None:
    large = await fetch(f"{nginx.plain}/large")
    assert (large.outcome, large.facts["bytes"]) == (Outcome.OK, 1024 * 1024)
    head = await fetch(f"{nginx.plain}/large", method="HEAD")
    assert (head.outcome, head.facts["bytes"]) == (Outcome.OK, 0)
    assert b"\r\nContent-Length: 3000000\r\n" in head.evidence


async def test_plain_http_on_a_tls_port(nginx: Nginx) -> None:
    reply = await fetch(nginx.secure.replace("https", "http"))
    assert (reply.outcome, reply.facts["http_status"]) == (Outcome.UNEXPECTED, 400)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "240.0.0.1"])
def test_the_same_addresses_answer_as_for_fping(address: str) -> None:
    theirs = subprocess.run([peer("fping"), "-q", "-t", "200", "-r", "0", address], capture_output=True, check=False)
    reply = asyncio.run(observed(a_check("icmp", IcmpOptions(retries=0), address=address, timeout=0.3))).reply
    if reply.summary == NOT_ALLOWED:
        pytest.skip("not run: this user may not ping")
    assert (reply.outcome is Outcome.OK) is (theirs.returncode == 0)
