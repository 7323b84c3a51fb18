"""Addresses as people write them: `host:port`, `[2001:db8::1]:1984`, `tcp://...`, `tls://...`, and lists of them."""

import msgspec

PORT = 1984
TLS_PORT = 1985
_SCHEMES = ("tcp", "tls", "http", "https")
_HIGHEST_PORT = 65535


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where a server is, or where to listen; an empty host means all addresses. `url` is set for HTTP(S)."""

    host: str
    port: int = PORT
    scheme: str = "tcp"
    url: str = ""

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme == "tls"

    def __str__(self) -> str:
        if self.url:
            return self.url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls://' if self.tls else ''}{host}:{self.port}"


def parse_address(text: str, default_port: int = PORT) -> Address:
    """One address; ValueError says what is wrong with it."""
    scheme, found, rest = text.strip().partition("://")
    scheme, rest = (scheme.lower(), rest) if found else ("tcp", text.strip())
    if scheme not in _SCHEMES:
        raise ValueError(f"'{text}': {scheme}:// is not known; there are {', '.join(_SCHEMES)}")
    if scheme in ("http", "https"):
        return Address(rest.partition("/")[0], 443 if scheme == "https" else 80, scheme, text.strip())
    host, port = _split(rest.removesuffix("/"))
    if not host and not port:
        raise ValueError(f"'{text}' names no server")
    usual = TLS_PORT if scheme == "tls" else default_port
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


def parse_addresses(text: str, servers: str = "") -> list[Address]:
    """A comma or blank separated list; `0.0.0.0` stands for the list `servers` (XYMSERVERS), as in xymon(1)."""
    words = text.replace(",", " ").split()
    if words == ["0.0.0.0"] and servers.strip():  # noqa: S104 - the Xymon client's word for "all of my servers"
        words = servers.replace(",", " ").split()
    return [parse_address(word) for word in words]
