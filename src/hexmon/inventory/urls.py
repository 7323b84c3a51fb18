"""URLs as hosts.cfg writes them: a scheme with options, credentials, `host[:port][=IP]`. Pure."""

import ipaddress
import re

import msgspec

_URL = re.compile(r"(https?)([a-z0-9]*)://([^/?#]*)(.*)\Z", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(
    r"(?P<user>.*@)?(?P<host>\[[^\]]*\]|[^:=@\[\]]*)(?::(?P<port>[^=]*))?(?:=(?P<ip>\[[^\]]*\]|.*))?\Z", re.DOTALL
)
_OPTION = re.compile(r"10|11|[23tabcdhm]")
_VERSIONS = {"10": "1.0", "11": "1.1"}
_TLS = {"t": "1.0", "a": "1.0", "b": "1.1", "c": "1.2", "d": "1.3"}
_MAX_PORT = 65535
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)


class WebAddress(msgspec.Struct, frozen=True):
    """A URL any client understands, and what the tag said besides.

    `certificate` is the file of a client certificate (`CERT:file@`).
    """

    url: str
    connect_to: str = ""
    version: str = ""
    tls: str = ""
    certificate: str = ""


class UrlError(Exception):
    """What is wrong with a URL, and what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse_url(text: str) -> WebAddress:
    """The URL of a tag (hosts.cfg(5): "HTTP tests"). Raises UrlError.

    The scheme letters 2, 3, h and m asked for protocols and ciphers that TLS libraries no longer offer: the best that
    both sides speak is used instead.
    """
    match = _URL.match(text)
    if match is None:
        raise UrlError(f"'{text}' is not a URL", "write: http://HOST/ or https://HOST/")
    scheme, options, authority, path = match.groups()
    version, tls = _options(scheme, options)
    parts = _AUTHORITY.match(authority)
    if parts is None or not parts["host"].strip("[]"):
        raise UrlError(f"'{text}' has no host name")
    user, certificate = parts["user"] or "", ""
    if user.startswith("CERT:"):
        user, certificate = "", user[len("CERT:") : -1]
    port = _port(parts["port"])
    url = f"{scheme.lower()}://{user}{_host(parts['host'])}{port}{path or '/'}"
    return WebAddress(url, _address(parts["ip"]), version, tls, certificate)


def _options(scheme: str, letters: str) -> tuple[str, str]:
    version = tls = ""
    position = 0
    lower = letters.lower()
    while position < len(lower):
        match = _OPTION.match(lower, position)
        if match is None:
            raise UrlError(f"'{scheme}{letters}' is not a scheme", f"write: {scheme.lower()}://")
        version = _VERSIONS.get(match[0], version)
        tls = _TLS.get(match[0], tls)
        position = match.end()
    return version, tls


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


def _address(ip: str | None) -> str:
    if not ip:
        return ""
    try:
        return str(ipaddress.ip_address(ip.strip("[]")))
    except ValueError:
        raise UrlError(f"'={ip}' is not an IP address", "write: HOST:PORT=IP") from None
