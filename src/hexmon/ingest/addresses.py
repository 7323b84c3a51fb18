"""Addresses as people write them: `host:port`, `[2001:db8::1]:1984`, `tls://...`, `https://...`, and lists of them."""

from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from hexmon.ingest.authorization import basic

PORT = 1984
TLS_PORT = 1985
_SCHEMES = ("tcp", "tls", "http", "https")
_WEB_PORTS = {"http": 80, "https": 443}
MESSAGE_PATH = "/xymon-msg"
_HIGHEST_PORT = 65535


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where a server is, or where to listen; an empty host means all addresses.

    For HTTP(S) `url` is set, and `authorization` to the header's value where there is one; neither text of an address
    shows that.
    """

    host: str
    port: int = PORT
    scheme: str = "tcp"
    url: str = ""
    authorization: str = ""

    @property
    def tls(self) -> bool:
        """Whether messages are sent by TLS, one for each connection."""
        return self.scheme == "tls"

    @property
    def encrypted(self) -> bool:
        """Whether the connection is."""
        return self.scheme in ("tls", "https")

    def __str__(self) -> str:
        if self.url:
            return self.url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'' if self.scheme == 'tcp' else f'{self.scheme}://'}{host}:{self.port}"

    def __repr__(self) -> str:
        return f"Address({self})"


def parse_address(text: str, default_port: int = PORT) -> Address:
    """One address; ValueError says what is wrong with it."""
    scheme, found, rest = text.strip().partition("://")
    scheme, rest = (scheme.lower(), rest) if found else ("tcp", text.strip())
    if scheme not in _SCHEMES:
        raise ValueError(f"'{text}': {scheme}:// is not known; there are {', '.join(_SCHEMES)}")
    if scheme in ("http", "https"):
        return _web_address(text.strip())
    host, port = _split(rest.removesuffix("/"))
    if not host and not port:
        raise ValueError(f"'{text}' names no server")
    usual = TLS_PORT if scheme == "tls" else default_port
    return Address("" if host == "*" else host, _port(port, text) if port else usual, scheme)


def _web_address(text: str) -> Address:
    """`https://[USER[:PASSWORD]@]HOST[:PORT][/PATH]`."""
    where = _url(text)
    scheme, host = where.scheme.lower(), where.hostname or ""
    if not host:
        raise ValueError(f"'{_shown(text)}' names no server")
    port = where.port if where.port is not None else _WEB_PORTS[scheme]
    shown = f"[{host}]" if ":" in host else host
    if port != _WEB_PORTS[scheme]:
        shown += f":{port}"
    query = f"?{where.query}" if where.query else ""
    path = where.path if where.path.strip("/") or query else MESSAGE_PATH
    authorization = basic(unquote(where.username), unquote(where.password or "")) if where.username else ""
    return Address(host, port, scheme, f"{scheme}://{shown}{path}{query}", authorization)


def _url(text: str) -> SplitResult:
    try:
        where = urlsplit(text)
        _ = where.port, where.hostname
    except ValueError as error:
        raise ValueError(f"'{_shown(text)}' is not a URL: {error}") from error
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"'{_shown(text)}' has characters that no URL may have")
    return where


def _shown(text: str) -> str:
    """Without what stands before an @: it may be a password."""
    scheme, _, rest = text.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def parse_listener(text: str, default_port: int) -> Address:
    """Where pages are served: `host:port`, `http://host:port`, `https://host:port`; ValueError says what is wrong."""
    scheme, found, rest = text.strip().partition("://")
    scheme, rest = (scheme.lower(), rest) if found else ("http", text.strip())
    if scheme not in _WEB_PORTS:
        raise ValueError(f"'{text}': {scheme}:// is not for pages; write host:port or https://host:port")
    place = rest.removesuffix("/")
    if "/" in place:
        raise ValueError(f"'{text}': there is no path in where to listen")
    host, port = _split(place)
    if not host and not port:
        raise ValueError(f"'{text}' names no address")
    usual = _WEB_PORTS[scheme] if scheme == "https" else default_port
    return Address("" if host == "*" else host, _port(port, text) if port else usual, scheme)


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, port.removeprefix(":")
    if text.count(":") > 1:
        return text, ""  # a bare IPv6 address
    host, _, port = text.partition(":")
    return host, port


def _port(word: str, text: str) -> int:
    if not word.isascii() or not word.isdigit() or int(word[:6]) > _HIGHEST_PORT:
        raise ValueError(f"'{text}': '{word}' is not a port (0 to {_HIGHEST_PORT})")
    return int(word)


class WebWay(msgspec.Struct, frozen=True):
    """How servers that are named without a port are reached through the web, as Xymon's curl and wget wrappers do."""

    scheme: str
    port: str
    path: str

    def url(self, host: str) -> str:
        """The address of the messages at that server."""
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}{self.path}"


def web_way(environ: Mapping[str, str]) -> WebWay | None:
    """XYMONMSGURL (a path), XYMONMSGURLPROTO, XYMONMSGURLPORT; None where the first is not set."""
    path = environ.get("XYMONMSGURL", "").strip()
    if not path:
        return None
    scheme = environ.get("XYMONMSGURLPROTO", "").strip().lower() or "https"
    return WebWay(scheme, environ.get("XYMONMSGURLPORT", "").strip(), f"/{path.lstrip('/')}")


def parse_addresses(text: str, servers: str = "", way: WebWay | None = None) -> list[Address]:
    """A comma or blank separated list; `0.0.0.0` stands for the list `servers` (XYMSERVERS), as in xymon(1).

    Names without a scheme and a port are reached by that `way`, where there is one.
    """
    words = text.replace(",", " ").split()
    if words == ["0.0.0.0"] and servers.strip():  # noqa: S104 - the Xymon client's word for "all of my servers"
        words = servers.replace(",", " ").split()
    return [
        parse_address(way.url(word) if way and "://" not in word and not _split(word)[1] else word) for word in words
    ]
