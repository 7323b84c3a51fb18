"""Through which HTTP proxy a server is reached: `http_proxy`, `https_proxy` and `no_proxy`, as curl(1) reads them."""

import os
import socket
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from hexmon.ingest.access import Network, address_of, read_networks
from hexmon.ingest.addresses import Address
from hexmon.ingest.authorization import basic

_LONGEST_HEAD = 64 * 1024
_USUAL_PORT = 1080


class ProxyError(OSError):
    """The proxy does not lead to the server."""


class Proxy(msgspec.Struct, frozen=True):
    """A proxy that speaks HTTP; `authorization` is what it wants to see of us, empty for nothing."""

    host: str
    port: int
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"

    @property
    def headers(self) -> list[str]:
        """What a request to it has beside that for the server."""
        return [f"Proxy-Authorization: {self.authorization}"] if self.authorization else []


def proxy_for(address: Address, environ: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy between us and that server; None for this machine, and what `no_proxy` names. ValueError for nonsense.

    The capital forms count too, except HTTP_PROXY: a web server sets that to what a client's header says.
    """
    environ = os.environ if environ is None else environ
    scheme = "https" if address.encrypted else "http"
    names = [f"{scheme}_proxy", "HTTPS_PROXY"] if scheme == "https" else ["http_proxy"]
    url = next((environ[name] for name in (*names, "all_proxy", "ALL_PROXY") if environ.get(name)), "")
    if not url or _is_here(address.host):
        return None
    excluded = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return None if _leaves_out(excluded, address.host.lower()) else _read(url)


def _leaves_out(excluded: str, host: str) -> bool:
    """`no_proxy`: a comma list of names with all that is below them, of addresses and networks; `*` is every server."""
    words = [word.strip().lower().lstrip(".") for word in excluded.split(",") if word.strip()]
    if "*" in words or any(host == word or host.endswith(f".{word}") for word in words):
        return True
    found = address_of(host)
    return found is not None and any(found in network for word in words for network in _networks(word))


def _networks(word: str) -> list[Network]:
    try:
        return read_networks(word)
    except ValueError:  # a name
        return []


def _is_here(host: str) -> bool:
    found = address_of(host)
    return host.lower() == "localhost" or (found is not None and found.is_loopback)


def _read(url: str) -> Proxy:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("a proxy is written http://HOST:PORT")
    user = basic(unquote(parts.username), unquote(parts.password or "")) if parts.username else ""
    return Proxy(parts.hostname, parts.port or _USUAL_PORT, user)


def tunnel(sock: socket.socket, proxy: Proxy, address: Address, left: Callable[[], float]) -> None:
    """Have the proxy connect this socket to the server (RFC 9110 section 9.3.6). Raises ProxyError, TimeoutError."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    lines = [f"CONNECT {host}:{address.port} HTTP/1.1", f"Host: {host}:{address.port}", *proxy.headers]
    sock.settimeout(left())
    sock.sendall("\r\n".join([*lines, "\r\n"]).encode("latin-1"))
    head = b""
    while b"\r\n\r\n" not in head:
        sock.settimeout(left())
        # Byte by byte at its end: what follows belongs to the server.
        part = sock.recv(1)
        if not part or len(head) > _LONGEST_HEAD:
            raise ProxyError(f"the proxy {proxy.host}:{proxy.port} does not answer in HTTP")
        head += part
    words = head.split(b"\r\n", 1)[0].split(None, 2)
    if len(words) < 2 or not words[1].startswith(b"2"):
        said = b" ".join(words[1:])[:100].decode("latin-1")
        raise ProxyError(f"the proxy {proxy.host}:{proxy.port} refuses: {said}")
