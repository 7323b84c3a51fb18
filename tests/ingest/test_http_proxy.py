"""Servers that are reached through an HTTP proxy: which, and how the tunnel is asked for."""

import socket
import ssl
from collections.abc import Callable

import pytest

from hexmon.ingest.addresses import parse_address
from hexmon.ingest.authorization import basic
from hexmon.ingest.http_client import HttpSender
from hexmon.ingest.http_proxy import Proxy, ProxyError, proxy_for
from tests.support.servers import authority, tls_context
from tests.support.threaded import thread_callers

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nreply"
HTTPS, HTTP = "https://monitor.example.com/xymon-msg", "http://monitor.example.com/xymon-msg"
PROXY_URL = "http://proxy.example.com:3128"
PROXY = Proxy("proxy.example.com", 3128)


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        pytest.param(HTTPS, {}, None, id="nothing is said"),
        pytest.param(HTTPS, {"https_proxy": "http://proxy.example.com:3128/"}, PROXY, id="for https"),
        pytest.param(HTTPS, {"HTTPS_PROXY": "proxy.example.com:3128"}, PROXY, id="in capitals, without a scheme"),
        pytest.param(HTTPS, {"http_proxy": "http://proxy.example.com:3128"}, None, id="that for http is not for https"),
        pytest.param(HTTP, {"http_proxy": "http://proxy.example.com:3128"}, PROXY, id="for http"),
        pytest.param(HTTP, {"HTTP_PROXY": "http://proxy.example.com:3128"}, None, id="a header may have said that"),
        pytest.param(HTTP, {"all_proxy": "http://proxy.example.com:3128"}, PROXY, id="for all"),
        pytest.param(HTTPS, {"https_proxy": "http://proxy.example.com"}, Proxy("proxy.example.com", 1080), id="port"),
        pytest.param(
            HTTPS,
            {"https_proxy": "http://us%40er:p%3Aw@proxy.example.com:3128"},
            Proxy("proxy.example.com", 3128, basic("us@er", "p:w")),
            id="with a password",
        ),
        pytest.param(
            HTTPS, {"https_proxy": "http://proxy.example.com", "no_proxy": "example.com"}, None, id="left out"
        ),
        pytest.param(HTTPS, {"https_proxy": "http://proxy.example.com", "NO_PROXY": "*"}, None, id="all left out"),
        pytest.param(
            HTTPS,
            {"https_proxy": "http://proxy.example.com", "no_proxy": "a.test, .Monitor.example.com"},
            None,
            id="by name",
        ),
        pytest.param(
            HTTPS,
            {"https_proxy": PROXY_URL, "no_proxy": "tor.example.com,198.51.100.0/24"},
            PROXY,
            id="others left out",
        ),
        pytest.param(
            "https://198.51.100.7/m", {"https_proxy": PROXY_URL, "no_proxy": "198.51.100.0/24"}, None, id="a network"
        ),
        pytest.param("https://127.0.0.9/m", {"https_proxy": "http://proxy.example.com"}, None, id="this machine"),
        pytest.param("https://[::1]/m", {"https_proxy": "http://proxy.example.com"}, None, id="this machine, IPv6"),
        pytest.param("https://localhost/m", {"https_proxy": "http://proxy.example.com"}, None, id="by its name"),
    ],
)
def test_which_proxy_there_is(url: str, environ: dict[str, str], expected: Proxy | None) -> None:
    assert proxy_for(parse_address(url), environ) == expected


@pytest.mark.parametrize("url", ["socks5://proxy.example.com:1080", "http://", "https://proxy.example.com"])
def test_a_proxy_of_another_kind_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="a proxy is written http://HOST:PORT"):
        proxy_for(parse_address(HTTPS), {"https_proxy": url})


def test_a_password_is_not_shown() -> None:
    assert repr(Proxy("proxy.example.com", 3128, basic("user", "secret"))) == "Proxy(proxy.example.com:3128)"


def head_of(caller: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += caller.recv(65536)
    return data


def leads_to_a_server(heard: list[bytes], tls: ssl.SSLContext | None = None) -> Callable[[socket.socket], None]:
    """A proxy that is the server behind it, too."""

    def talk(caller: socket.socket) -> None:
        heard.append(head_of(caller))
        caller.sendall(b"HTTP/1.1 200 Connection established\r\nVia: lab\r\n\r\n")
        with tls.wrap_socket(caller, server_side=True) if tls else caller as server:
            for _ in range(2):
                heard.append(head_of(server))
                server.sendall(OK)

    return talk


@pytest.mark.parametrize("encrypted", [True, False])
def test_messages_go_through_one_tunnel(encrypted: bool) -> None:
    heard: list[bytes] = []
    trusting = ssl.create_default_context(cadata=authority().cert_pem.bytes().decode())
    server = tls_context("monitor.example.com") if encrypted else None
    address = parse_address(HTTPS if encrypted else HTTP)
    with thread_callers(leads_to_a_server(heard, server)) as port:
        proxy = Proxy("127.0.0.1", port, basic("user", "secret"))
        with HttpSender(address, 5.0, trusting, proxy) as sender:
            assert [sender.exchange(b""), sender.exchange(b"")] == [b"reply"] * 2
    place = "monitor.example.com:443" if encrypted else "monitor.example.com:80"
    lines = heard[0].decode().split("\r\n")
    assert lines[0] == f"CONNECT {place} HTTP/1.1"
    assert f"Proxy-Authorization: {basic('user', 'secret')}" in lines
    assert [head.split(b"\r\n")[0] for head in heard[1:]] == [b"POST /xymon-msg HTTP/1.1"] * 2
    assert not any(b"Proxy-Authorization" in head for head in heard[1:])


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "refuses: 407 Proxy Authentication Required"),
        (b"HTTP/1.1 502 Bad\r\nX: y\r\n\r\n", "refuses: 502 Bad"),
        (b"\r\n\r\n", "refuses"),
        (b"SSH-2.0-x\r\n", "does not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 80_000, "does not answer in HTTP"),
    ],
)
def test_a_proxy_that_does_not_lead_there_is_told(said: bytes, reason: str) -> None:
    def talk(caller: socket.socket) -> None:
        head_of(caller)
        caller.sendall(said)

    with thread_callers(talk) as port, HttpSender(parse_address(HTTP), 5.0, None, Proxy("127.0.0.1", port)) as sender:
        with pytest.raises(ProxyError, match=reason) as found:
            sender.exchange(b"ping")
        assert f"127.0.0.1:{port}" in str(found.value)
