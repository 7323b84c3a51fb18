"""URLs at servers that others wrote: nginx with client certificates and passwords, squid as proxy, caddy for HTTP/3."""

import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.http import HttpOptions
from tests.support.checks import a_check, observed
from tests.support.peers import peer
from tests.support.servers import authority, closed_port, says, serve, tls_context

pytestmark = pytest.mark.peers

_MOST_TRIES = 2000
_DIFFICULT = "s#cr%t @\u00fc"
_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off; client_max_body_size 5m;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
  server {{
    listen 127.0.0.1:{plain};
    location / {{ return 200 "$request_method $http_host $http_x_forwarded_for"; }}
    location = /private {{ auth_basic "x"; auth_basic_user_file {folder}/passwords; alias {folder}/page; }}
    location = /echo {{ proxy_pass http://127.0.0.1:{plain}/; }}
  }}
  server {{
    listen 127.0.0.1:{secure} ssl http2;
    ssl_client_certificate {folder}/clients.pem; ssl_verify_client optional; ssl_protocols TLSv1.2 TLSv1.3;
    location / {{ return 200 "$server_protocol $ssl_server_name $ssl_client_verify $ssl_client_s_dn"; }}
  }}
}}
"""
# The password "pro:xy%pass" as `openssl passwd -1` has it.
_SQUID_PASSWORDS = "monitor:$1$hexmon$F/LoIU4tT.Z0RYh2SrwbA/\n"
_SQUID = """
http_port 127.0.0.1:{port}
pid_filename none
cache_log {folder}/cache.log
access_log none
cache deny all
hosts_file {folder}/hosts
dns_nameservers 127.0.0.1
shutdown_lifetime 0 seconds
coredump_dir {folder}
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
auth_param basic children 1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""
_CADDY = """
{{
  admin off
  auto_https off
  storage file_system {folder}/store
  servers {{
    protocols h1 h2 h3
  }}
}}
https://www.test:{port} {{
  bind 127.0.0.1
  tls {folder}/server.pem {folder}/server.key
  respond "{{http.request.proto}} {{http.request.host}} {{http.request.uri}}"
}}
"""


@contextmanager
def running(*command: object, environment: dict[str, str] | None = None) -> Iterator[None]:
    with subprocess.Popen(
        [str(word) for word in command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.kill()  # squid takes its time to end


def write_certificates(folder: Path, passphrase: bytes = b"") -> None:
    server = authority().issue_cert("www.test")
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    clients = trustme.CA()
    clients.cert_pem.write_to_path(str(folder / "clients.pem"))
    client = clients.issue_cert("monitor.test", common_name="monitor")
    pem = client.private_key_pem.bytes()
    chain = client.cert_chain_pems[0].bytes()
    (folder / "client.pem").write_bytes(pem + chain)
    key = serialization.load_pem_private_key(pem, None)
    locked = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(passphrase)
    )
    for name in ("locked", "wrong", "none"):
        (folder / f"{name}.pem").write_bytes(locked + chain)
    (folder / "locked.pass").write_bytes(passphrase + b"\n")
    (folder / "wrong.pass").write_text("another\n")


class Nginx:
    """Its ports and its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain = f"www.test:{closed_port()}"
        self.secure = f"www.test:{closed_port()}"


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program = peer("nginx")
    one = Nginx(tmp_path_factory.mktemp("nginx"))
    write_certificates(one.folder, b"open sesame")
    (one.folder / "passwords").write_text(f"monitor:{{PLAIN}}{_DIFFICULT}\n")
    (one.folder / "page").write_text("private page")
    ports = {"plain": one.plain.partition(":")[2], "secure": one.secure.partition(":")[2]}
    (one.folder / "conf").write_text(_NGINX.format(folder=one.folder, **ports))
    with running(program, "-e", one.folder / "errors", "-p", one.folder, "-c", one.folder / "conf"):
        yield one


@pytest.fixture(scope="module")
def squid() -> Iterator[str]:
    """HOST:PORT of a proxy that wants a password. It runs as another user, who must be able to read its folder."""
    program = peer("squid")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = closed_port()
        (folder / "hosts").write_text("127.0.0.1 www.test\n")
        (folder / "passwords").write_text(_SQUID_PASSWORDS)
        (folder / "conf").write_text(_SQUID.format(folder=folder, port=port))
        folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(folder, pwd.getpwnam("proxy").pw_name)
        with running(program, "-N", "-f", folder / "conf"):
            yield f"proxy.test:{port}"


@pytest.fixture(scope="module")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = peer("caddy")
    folder = tmp_path_factory.mktemp("caddy")
    write_certificates(folder, b"x")
    port = closed_port()
    (folder / "Caddyfile").write_text(_CADDY.format(folder=folder, port=port))
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with running(
        program, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile", environment=os.environ | environment
    ):
        yield f"www.test:{port}"


async def fetch(url: str, *, connect_to: str = "127.0.0.1", **options: Any) -> Reply:
    """Asked until the server is up."""
    check = a_check("http", HttpOptions(url=url, connect_to=connect_to, **options), address="")
    for _ in range(_MOST_TRIES):
        reply = (await observed(check, {"proxy.test": "127.0.0.1", "www.test": "127.0.0.1"})).reply
        if reply.outcome is not Outcome.REFUSED:
            return reply
    raise AssertionError("the server does not start")


def body_of(reply: Reply) -> bytes:
    return reply.evidence.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("userinfo", "status", "summary"),
    [
        pytest.param(f"monitor:{quote(_DIFFICULT, safe='')}@", 200, "OK", id="the right password"),
        pytest.param("monitor:no@", 401, "Unauthorized", id="a wrong one"),
        pytest.param("", 401, "Unauthorized", id="none"),
    ],
)
async def test_a_password_in_the_url(nginx: Nginx, userinfo: str, status: int, summary: str) -> None:
    reply = await fetch(f"http://{userinfo}{nginx.plain}/private")
    assert (reply.facts["http_status"], reply.summary) == (status, summary)


async def test_a_password_in_a_file(nginx: Nginx, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f'machine www.test login monitor password "{_DIFFICULT}"\n')
    reply = await fetch(f"http://{nginx.plain}/private", netrc=str(file))
    assert body_of(reply) == b"private page"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_methods(nginx: Nginx, method: str) -> None:
    reply = await fetch(f"http://{nginx.plain}/", method=method, body=b"x" * 9 if method == "PUT" else b"")
    assert body_of(reply) == (b"" if method == "HEAD" else f"{method} {nginx.plain} ".encode())


async def test_a_large_form_is_sent_without_waiting_to_be_asked_for_it(nginx: Nginx) -> None:
    reply = await fetch(f"http://{nginx.plain}/echo", method="POST", body=b"x" * 2_000_000)
    assert body_of(reply).startswith(b"POST ")


@pytest.mark.parametrize(
    ("name", "outcome", "said"),
    [
        pytest.param("", Outcome.OK, b"NONE", id="no certificate"),
        pytest.param("client.pem", Outcome.OK, b"SUCCESS", id="a certificate"),
        pytest.param("locked.pem", Outcome.OK, b"SUCCESS", id="with a passphrase"),
        pytest.param("wrong.pem", Outcome.TLS, b"", id="with a wrong one"),
        pytest.param("none.pem", Outcome.TLS, b"", id="without the one it needs"),
        pytest.param("missing.pem", Outcome.TLS, b"", id="no such file"),
    ],
)
@pytest.mark.parametrize("version", ["1.1", "2"])
async def test_client_certificates(nginx: Nginx, name: str, outcome: Outcome, said: bytes, version: str) -> None:
    certificate = str(nginx.folder / name) if name else ""
    reply = await fetch(f"https://{nginx.secure}/", certificate=certificate, version=version)
    assert (reply.outcome, said in body_of(reply)) == (outcome, True)
    if outcome is Outcome.OK:
        assert reply.facts.get("http_version") == (2 if version == "2" else None)
        assert (b"CN=monitor" in reply.evidence) is bool(name)
    else:
        assert (reply.summary, bool(reply.detail)) == ("SSL error", True)


@pytest.mark.parametrize(
    ("ciphers", "tls", "bits"), [("m", "1.2", 128), ("h", "1.2", 256), ("m", "1.3", 128), ("h", "1.3", 256)]
)
async def test_only_ciphers_of_one_strength(nginx: Nginx, ciphers: str, tls: str, bits: int) -> None:
    reply = await fetch(f"https://{nginx.secure}/", ciphers=ciphers, tls=tls)
    assert [(one.cipher_bits, one.protocol) for one in reply.certificates] == [(bits, f"TLSv{tls}")]


async def test_ciphers_that_the_server_does_not_have() -> None:
    context = tls_context("strong.test")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES256")
    async with serve(says(), tls=context) as port:
        reply = await fetch(f"https://127.0.0.1:{port}/", ciphers="m")
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")


async def test_no_name_in_the_handshake_with_http2(nginx: Nginx) -> None:
    reply = await fetch(f"https://{nginx.secure}/", sni=False, version="2")
    assert body_of(reply) == b"HTTP/2.0  NONE "


async def test_verifying_believes_the_authorities_of_this_machine(
    nginx: Nginx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://{nginx.secure}/"
    assert (await fetch(url, verify=True)).outcome is Outcome.TLS
    authority().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert (await fetch(url, verify=True)).outcome is Outcome.OK
    assert (await fetch(url.replace("www.test", "other.test"), verify=True)).outcome is Outcome.TLS


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_through_a_proxy(nginx: Nginx, squid: str, scheme: str) -> None:
    place = nginx.plain if scheme == "http" else nginx.secure
    proxy = f"http://monitor:{quote('pro:xy%pass', safe='')}@{squid}"
    reply = await fetch(f"{scheme}://{place}/", connect_to="", proxy=proxy)
    expected = f"GET {place} 127.0.0.1" if scheme == "http" else "HTTP/1.1 www.test NONE "
    assert (reply.outcome, body_of(reply)) == (Outcome.OK, expected.encode())
    assert reply.evidence.count(b"HTTP/1.1 200") == 1  # that of the tunnel is not the page's
    assert bool(reply.certificates) is (scheme == "https")


async def test_through_a_proxy_to_an_address_of_ones_own(nginx: Nginx, squid: str) -> None:
    proxy = f"http://monitor:pro%3Axy%25pass@{squid}"
    place = nginx.secure.replace("www.test", "elsewhere.test")
    reply = await fetch(f"https://{place}/", proxy=proxy)
    assert body_of(reply) == b"HTTP/1.1 elsewhere.test NONE "


@pytest.mark.parametrize("userinfo", ["", "monitor:wrong@"], ids=["no password", "a wrong one"])
async def test_a_proxy_that_refuses(nginx: Nginx, squid: str, userinfo: str) -> None:
    plain = await fetch(f"http://{nginx.plain}/", connect_to="", proxy=f"http://{userinfo}{squid}")
    tunnel = await fetch(f"https://{nginx.secure}/", connect_to="", proxy=f"http://{userinfo}{squid}")
    assert (plain.outcome, plain.facts["http_status"]) == (Outcome.UNEXPECTED, 407)
    assert (tunnel.outcome, tunnel.summary) == (Outcome.ERROR, "Proxy says HTTP status 407")
    assert not tunnel.certificates


@pytest.mark.parametrize(
    ("proxy", "outcome", "summary"),
    [
        pytest.param("http://nowhere.test:1", Outcome.UNRESOLVED, "DNS error", id="an unknown name"),
        pytest.param("https://proxy.test:1", Outcome.ERROR, "Invalid URL", id="a proxy over TLS"),
        pytest.param("proxy.test:1", Outcome.ERROR, "Invalid URL", id="no URL"),
    ],
)
async def test_proxies_that_are_none(proxy: str, outcome: Outcome, summary: str) -> None:
    reply = await fetch("http://www.test/", connect_to="", proxy=proxy)
    assert (reply.outcome, reply.summary) == (outcome, summary)


async def test_a_proxy_that_is_down() -> None:
    options = HttpOptions(url="http://www.test/", proxy=f"http://127.0.0.1:{closed_port()}")
    reply = (await observed(a_check("http", options, address=""))).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")


@pytest.mark.parametrize(
    ("version", "protocol", "number"), [("1.1", "HTTP/1.1", None), ("2", "HTTP/2.0", 2), ("3", "HTTP/3.0", 3)]
)
async def test_versions_of_http(caddy: str, version: str, protocol: str, number: int | None) -> None:
    await fetch(f"https://{caddy}/")  # when TCP answers, so does UDP
    reply = await fetch(f"https://{caddy}/a?b", version=version)
    assert (reply.outcome, body_of(reply)) == (Outcome.OK, f"{protocol} www.test /a?b".encode())
    assert reply.facts.get("http_version") == number
    assert [phase.name for phase in reply.phases] == ["connect", "tls", "request", "transfer"]
    assert [(one.names, one.protocol, one.cipher_bits >= 128) for one in reply.certificates] == [
        (("www.test",), "TLSv1.3", True)
    ]


async def test_http3_where_there_is_none_does_not_fall_back(nginx: Nginx) -> None:
    options = HttpOptions(url=f"https://{nginx.secure}/", connect_to="127.0.0.1", version="3")
    reply = (await observed(a_check("http", options, address="", timeout=2.0))).reply
    assert reply.outcome in {Outcome.REFUSED, Outcome.ERROR, Outcome.TIMEOUT}
    assert "http_status" not in reply.facts
