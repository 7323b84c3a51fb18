"""URLs as hosts.cfg writes them: a scheme with letters, credentials, `host[:port][=IP]`, a proxy in front. Pure."""

import ipaddress
import re
from typing import Literal
from urllib.parse import quote, unquote_to_bytes

import msgspec

from hexmon.inventory.tag_values import Mistake

_URL = re.compile(r"(https?)([a-z0-9]*)://([^/?#]*)(.*)\Z", re.IGNORECASE | re.DOTALL)
_PROXIED = re.compile(r"/(https?[a-z0-9]*://.*)\Z", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(
    r"(?P<user>.*@)?(?P<host>\[[^\]]*\]|[^:=@\[\]]*)(?::(?P<port>[^=]*))?(?:=(?P<ip>\[[^\]]*\]|.*))?\Z", re.DOTALL
)
_LETTER = re.compile(r"10|11|20|30|[23tabcdhm]")
_VERSIONS = {"10": "1.0", "11": "1.1", "20": "2", "30": "3"}
_TLS = {"t": "1.0", "a": "1.0", "b": "1.1", "c": "1.2", "d": "1.3"}
_OLD = {"2": "SSLv2", "3": "SSLv3"}
_IN_CREDENTIALS = "!$&'()*+,;="  # what RFC 3986 lets stand there unescaped, beside letters, digits and -._~
_CERTIFICATE = "CERT:"
_MAX_PORT = 65535
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)


class WebAddress(msgspec.Struct, frozen=True):
    """A URL any client understands, and what the tag said besides.

    `certificate` is the file of a client certificate (`CERT:file@`); `proxy` the URL of the proxy to ask, with its
    credentials and its port. `mistakes` are things that are written and have no effect.
    """

    url: str
    connect_to: str = ""
    version: str = ""
    tls: str = ""
    certificate: str = ""
    ciphers: Literal["", "m", "h"] = ""
    proxy: str = ""
    mistakes: tuple[Mistake, ...] = ()

    @property
    def plain(self) -> str:
        """The URL without its credentials."""
        scheme, _, rest = self.url.partition("://")
        authority, slash, path = rest.partition("/")
        return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


class UrlError(Exception):
    """What is wrong with a URL, and what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class _Dialect(msgspec.Struct):
    """What the letters behind the scheme ask for."""

    version: str = ""
    tls: str = ""
    ciphers: Literal["", "m", "h"] = ""
    mistakes: tuple[Mistake, ...] = ()


class _Authority(msgspec.Struct):
    """What stands between `://` and the path; `user` ends in `@`, `port` begins with a colon, or is empty."""

    user: str
    certificate: str
    host: str
    port: str
    ip: str


def parse_url(text: str) -> WebAddress:
    """The URL of a tag (hosts.cfg(5): "HTTP tests"). Raises UrlError.

    `http://proxy:3128/http://target/` asks a proxy. The letters 2 and 3 asked for SSL versions that no TLS library
    speaks any more: the best that both sides speak is used instead.
    """
    scheme, letters, authority, path = _split(text)
    through = _PROXIED.match(path) if scheme == "http" else None
    if through is not None:
        return _behind_proxy(_dialect(scheme, letters), _authority(text, authority), through[1])
    return _direct(text)


def _split(text: str) -> tuple[str, str, str, str]:
    match = _URL.match(text)
    if match is None:
        raise UrlError(f"'{text}' is not a URL", "write: http://HOST/ or https://HOST/")
    return match[1].lower(), match[2], match[3], match[4]


def _direct(text: str) -> WebAddress:
    scheme, letters, authority, path = _split(text)
    dialect, place = _dialect(scheme, letters), _authority(text, authority)
    slash = "" if path.startswith("/") else "/"
    return WebAddress(
        url=f"{scheme}://{place.user}{place.host}{place.port}{slash}{path}",
        connect_to=place.ip,
        version=dialect.version,
        tls=dialect.tls,
        certificate=place.certificate,
        ciphers=dialect.ciphers,
        mistakes=dialect.mistakes,
    )


def _behind_proxy(dialect: _Dialect, proxy: _Authority, text: str) -> WebAddress:
    """The letters may stand in either scheme; the proxy is the one whose address is looked up."""
    target = _direct(text)
    host = proxy.host
    if proxy.ip:
        host = f"[{proxy.ip}]" if ":" in proxy.ip else proxy.ip
    mistakes = (*dialect.mistakes, *target.mistakes)
    if target.connect_to:
        mistakes += (Mistake(f"'={target.connect_to}' has no effect: the proxy looks up the name behind it"),)
    return msgspec.structs.replace(
        target,
        connect_to="",
        version=target.version or dialect.version,
        tls=target.tls or dialect.tls,
        ciphers=target.ciphers or dialect.ciphers,
        proxy=f"http://{proxy.user}{host}{proxy.port or ':80'}",
        mistakes=mistakes,
    )


def _dialect(scheme: str, letters: str) -> _Dialect:
    found = _Dialect()
    position = 0
    old: list[str] = []
    others = ""
    lower = letters.lower()
    while position < len(lower):
        match = _LETTER.match(lower, position)
        if match is None:
            raise UrlError(f"'{scheme}{letters}' is not a scheme", f"write: {scheme}://")
        letter = match[0]
        found.version = _VERSIONS.get(letter, found.version)
        found.tls = _TLS.get(letter, found.tls)
        found.ciphers = letter if letter in {"m", "h"} else found.ciphers  # type: ignore[assignment]
        if letter in _OLD:
            old.append(_OLD[letter])
        else:
            others += letter
        position = match.end()
    if old:
        asked = f"'{scheme}{letters}' asks for {' and '.join(old)}, which no TLS library speaks any more"
        hint = f"write: {scheme}{others}://"
        found.mistakes = (Mistake(f"{asked}: the best that both sides speak is used", hint),)
    return found


def _authority(text: str, authority: str) -> _Authority:
    parts = _AUTHORITY.match(authority)
    if parts is None or not parts["host"].strip("[]"):
        raise UrlError(f"'{text}' has no host name")
    user, certificate = (parts["user"] or "")[:-1], ""
    if user.startswith(_CERTIFICATE):
        user, certificate = "", user[len(_CERTIFICATE) :]
    return _Authority(_credentials(user), certificate, _host(parts["host"]), _port(parts["port"]), _ip(parts["ip"]))


def _credentials(user: str) -> str:
    """`name:password` with all that could be taken for something else escaped, and an `@` behind it."""
    if not user:
        return ""
    name, colon, password = user.partition(":")
    return f"{_escaped(name)}{colon}{_escaped(password)}@"


def _escaped(text: str) -> str:
    return quote(unquote_to_bytes(text.encode(errors="surrogateescape")), safe=_IN_CREDENTIALS)


def _host(host: str) -> str:
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise UrlError(f"{host} is not an IPv6 address") from None
    return host


def _port(port: str | None) -> str:
    if not port:
        return ""
    if not (_NUMBER.match(port) and 0 < int(port) <= _MAX_PORT):
        raise UrlError(f"port '{port}' is not a number from 1 to {_MAX_PORT}", "the =IP stands behind the port")
    return f":{int(port)}"


def _ip(ip: str | None) -> str:
    if not ip:
        return ""
    try:
        return str(ipaddress.ip_address(ip.strip("[]")))
    except ValueError:
        raise UrlError(f"'={ip}' is not an IP address", "write: HOST:PORT=IP") from None
