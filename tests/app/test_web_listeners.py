"""Pages and messages by TLS: certificates that are renewed, certificates of senders, and who does not shake hands."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from hexmon.app import pages
from hexmon.app.settings import read_configuration
from hexmon.ingest.settings import AgentSettings, MessageSettings
from hexmon.ingest.tcp import MessageServer
from hexmon.ingest.tls import Certificates
from hexmon.model.origin import ConfigError
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor
from tests.support.endpoint import served
from tests.support.monitor import free_port, monitor

PEM = ("certificate.pem", "key.pem")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def write(folder: Path, authority: trustme.CA, **more: object) -> bytes:
    """A new certificate and its key; returns the certificate as a server shows it."""
    made = authority.issue_cert("127.0.0.1", "localhost", **more)  # type: ignore[arg-type]
    (folder / PEM[0]).write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
    (folder / PEM[1]).write_bytes(made.private_key_pem.bytes())
    return ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())


def files(folder: Path, client_ca: Path | None = None) -> tuple[Path, Path, Path | None]:
    return (folder / PEM[0], folder / PEM[1], client_ca)


def shown(port: int, context: ssl.SSLContext, name: str | None = "127.0.0.1") -> bytes | None:
    """The certificate that the server on that port shows."""
    context.check_hostname = name is not None
    sock = socket.create_connection(("127.0.0.1", port), 10)
    with sock, context.wrap_socket(sock, server_hostname=name) as wire:
        return wire.getpeercert(binary_form=True)


async def test_a_renewed_certificate_is_taken_without_a_restart(tmp_path: Path, authority: trustme.CA) -> None:
    first = write(tmp_path, authority)
    certificates = Certificates(files(tmp_path), required=False)
    trust = trusting(authority)
    async with served(tmp_path / "site", server_tls=certificates.context, client_tls=trust) as site:
        assert await asyncio.to_thread(shown, site.port, trust) == first
        # Another kind of key, too.
        second = write(tmp_path, authority, key_type=trustme.KeyType.RSA)
        certificates.renew()
        assert await asyncio.to_thread(shown, site.port, trust) == second
        assert await asyncio.to_thread(shown, site.port, trusting(authority), None) == second


async def test_half_a_renewal_leaves_the_old_certificate(
    tmp_path: Path, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    first = write(tmp_path, authority)
    certificates = Certificates(files(tmp_path))
    key = (tmp_path / PEM[1]).read_bytes()
    second = write(tmp_path, authority)
    new_key = (tmp_path / PEM[1]).read_bytes()
    trust = trusting(authority)
    async with served(tmp_path / "site", server_tls=certificates.context, client_tls=trust) as site:
        for content in (key, b"", None):
            (tmp_path / PEM[1]).unlink()
            if content is not None:
                (tmp_path / PEM[1]).write_bytes(content)
            certificates.renew()
            assert await asyncio.to_thread(shown, site.port, trust) == first
        assert caplog.text.count("the old certificate stays in force") == 3
        (tmp_path / PEM[1]).write_bytes(new_key)
        certificates.renew()
        assert await asyncio.to_thread(shown, site.port, trust) == second


async def test_messages_by_tls_take_it_too(tmp_path: Path, authority: trustme.CA) -> None:
    first = write(tmp_path, authority)
    made = Monitor(tmp_path / "site", "", FakeClock())
    settings = MessageSettings(certificate=tmp_path / PEM[0], key=tmp_path / PEM[1])
    server = MessageServer(made.dispatcher, made.journal, made.clock, settings)
    [address] = server.bind(["tls://127.0.0.1:0"])
    trust = trusting(authority)
    assert await asyncio.to_thread(shown, address.port, trust) == first
    second = write(tmp_path, authority)
    server.renew()
    assert await asyncio.to_thread(shown, address.port, trust) == second
    server.close()


@pytest.fixture
def client_ca(tmp_path: Path) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path / "clients.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


HOSTS = {"app.example.com": ["www*"], "*": ["{user}"]}


@pytest.mark.parametrize(
    "case",
    [
        (["www.example.com"], None, "www", True),
        (["www.example.com"], None, "db", False),
        (["app.example.com"], "x.example.com", "www", True),
        (["x.example.com"], "db.example.com", "db", True),
        (["x.example.com"], "db.example.com", "www", False),
    ],
)
async def test_a_certificate_names_its_sender(
    tmp_path: Path,
    authority: trustme.CA,
    client_ca: tuple[trustme.CA, Path],
    case: tuple[list[str], str | None, str, bool],
) -> None:
    names, common, host, taken = case
    write(tmp_path, authority)
    clients, path = client_ca
    certificates = Certificates(files(tmp_path, path), required=False)
    trust = trusting(authority)
    clients.issue_cert(*names, common_name=common).configure_cert(trust)
    agents = AgentSettings(hosts=HOSTS)
    async with served(tmp_path / "site", agents=agents, server_tls=certificates.context, client_tls=trust) as site:
        answer = await site.ask(f"status {host},example,com.cpu red x".encode())
        assert (answer.status_code, answer.content) == (200, b"")
        squares = [str(status.key) for status in site.monitor.board.statuses()]
        assert squares == ([f"{host}.example.com.cpu"] if taken else [])


async def test_without_a_certificate_nothing_is_taken_and_a_strange_one_ends_the_handshake(
    tmp_path: Path, authority: trustme.CA, client_ca: tuple[trustme.CA, Path]
) -> None:
    write(tmp_path, authority)
    certificates = Certificates(files(tmp_path, client_ca[1]), required=False)
    trust = trusting(authority)
    async with served(tmp_path / "site", server_tls=certificates.context, client_tls=trust) as site:
        answer = await site.ask(b"ping")
        assert (answer.status_code, answer.content) == (401, b"")
        trustme.CA().issue_cert("www.example.com").configure_cert(trust)
        with pytest.raises(httpx.TransportError):
            await site.ask(b"ping")


async def test_who_does_not_shake_hands_is_given_up(
    tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_HANDSHAKE_SECONDS", 0.2)
    write(tmp_path, authority)
    certificates = Certificates(files(tmp_path), required=False)
    async with served(tmp_path / "site", server_tls=certificates.context, client_tls=trusting(authority)) as site:
        for said in (b"", b"\x16\x03\x01", b"POST /xymon-msg HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(said)
            async with asyncio.timeout(5):
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            writer.close()
        assert (await site.ask(b"ping")).status_code == 401


@pytest.mark.parametrize(
    ("listen", "reason"),
    [
        ('web = ["https://127.0.0.1:1"]', r"listen\.web: https://127\.0\.0\.1:1 needs a certificate"),
        ('messages = ["https://127.0.0.1:1"]', "this is for pages; messages over HTTP"),
        ('web = ["tls://127.0.0.1:1"]', "not for pages"),
    ],
)
def test_what_cannot_be_listened_to(tmp_path: Path, listen: str, reason: str) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(f"[listen]\n{listen}\n")
    with pytest.raises(ConfigError, match=reason):
        read_configuration(str(path), {})


@pytest.mark.parametrize(
    ("agents", "reason"),
    [
        ('hosts = { web = "%(" }', "agents.hosts.web.*missing"),
        ('hosts = { web = [] , db = [""] }', "agents.hosts.db.*no host"),
        ('trusted_proxies = ["proxy.test"]', "is not a network"),
        ('paths = ["xymon-msg"]', "is not a path"),
        ('required = "maybe"', "agents.required"),
        ('user = "x"', "agents.user: unknown setting"),
    ],
)
def test_mistakes_about_agents_are_named(tmp_path: Path, agents: str, reason: str) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(f"[agents]\n{agents}\n")
    with pytest.raises(ConfigError, match=reason):
        read_configuration(str(path), {})


def test_a_whole_monitor_serves_pages_and_messages_by_tls(
    tmp_path: Path, authority: trustme.CA, client_ca: tuple[trustme.CA, Path]
) -> None:
    first = write(tmp_path, authority)
    port = free_port()
    (tmp_path / "hexmon.toml").write_text(f"""
[listen]
certificate = "{PEM[0]}"
key = "{PEM[1]}"
client_ca = "{client_ca[1]}"
[agents]
tokens = "t"
hosts = {{ "*" = "{{user}}" }}
""")
    (tmp_path / "t").write_text("nonsense\n")
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n", more_web=[f"https://127.0.0.1:{port}"]) as running:
        assert shown(port, trusting(authority)) == first
        second = write(tmp_path, authority)
        (tmp_path / "t").write_text("more nonsense\n")
        running.until(b"xymondlog me.example.hexmon", b"users and tokens of agents")
        while shown(port, trusting(authority)) != second:
            assert running.process.poll() is None
        assert b"hexmon_http_requests_total" in running.get("/metrics")[1]
        assert running.post("/nowhere") == 404
        assert running.post("/") == 405
        trust = trusting(authority)
        client_ca[0].issue_cert("www.example.com").configure_cert(trust)
        with httpx.Client(verify=trust, trust_env=False) as client:
            url = f"https://127.0.0.1:{port}/xymon-msg"
            assert client.post(url, content=b"status www.example.com.a red x").status_code == 200
            assert client.post(url, content=b"status me.example.a red x").status_code == 200
            assert client.post(url, content=b"query www.example.com.a").content == b"red x\n"
        assert running.ask(b"query me.example.a") == b""
