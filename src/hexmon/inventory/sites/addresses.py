"""The addresses of monitors: what each type takes, and where it leads. Pure."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from hexmon.inventory.sites.values import Wrong, filled, shown, web_url
from hexmon.model.site import MonitorType
from hexmon.probes.http_options import read_place, without_userinfo

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_DIGITS = re.compile(r"[0-9]+\Z")
_ZONE = re.compile(r"[A-Za-z0-9._-]{1,32}\Z")
_LONGEST_NAME = 253
_MOST_PORT = 65535
_SNMP_PORT = 161


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """`shown` is as written, without user and password; `host` a name or an IP literal; `user` what stands before @."""

    shown: str
    host: str
    port: int = 0
    url: str = ""
    user: str = msgspec.field(default="")

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def read_address(kind: MonitorType, value: object) -> Address:
    """The address of a monitor of that type. Raises Wrong."""
    written = filled(value).strip()
    return _READERS[kind](written)


def host_of(text: str) -> str:
    """A host's name or address, without brackets. Raises Wrong."""
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if ":" in inner or text.startswith("["):
        return _ipv6(inner)
    labels = inner.removesuffix(".").split(".")
    if _DIGITS.match(labels[-1]):
        return _ipv4(inner)
    if len(inner) > _LONGEST_NAME or not all(map(_LABEL.match, labels)):
        raise Wrong(f"{shown(text)} is neither a host's name nor an IP address")
    return inner


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise Wrong(f"{shown(text)} is not an IPv4 address", "each of its four numbers is from 0 to 255") from None


def _ipv6(text: str) -> str:
    plain, percent, zone = text.partition("%")
    try:
        found = str(ipaddress.IPv6Address(plain))
    except ValueError:
        raise Wrong(f"{shown(text)} is not an IPv6 address") from None
    if percent and not _ZONE.match(zone):
        raise Wrong(f"{shown(text)} is not an IPv6 address: {shown(zone)} is no interface")
    return f"{found}{percent}{zone}"


def _ping(written: str) -> Address:
    if "://" in written:
        place = read_place(written)
        inner = place.host if place is not None else _split(written)[1]
        raise Wrong(f"{shown(without_userinfo(written))}: a ping goes to a host, not to a URL", f"write {inner}")
    return Address(shown=written, host=host_of(written))


def _web(written: str) -> Address:
    return Address(shown=without_userinfo(written), host="", url=web_url(written))


def _quic(written: str) -> Address:
    """HTTP/3 has no URLs of its own: `quic://` is https."""
    scheme, _, rest = written.partition("://")
    url = f"https://{rest}" if scheme.lower() == "quic" else written
    if scheme.lower() == "http":
        raise Wrong(f"{shown(without_userinfo(written))}: QUIC is always encrypted", "write https://")
    return Address(shown=without_userinfo(written), host="", url=web_url(url))


def _socket(scheme: str) -> Callable[[str], Address]:
    def read(written: str) -> Address:
        user, host, port = _place(written, scheme)
        if user:
            raise Wrong(f"{scheme}:// has no user before an @")
        if port is None:
            raise Wrong(f"{shown(written)} names no port", f"write {scheme}://{host}:PORT")
        return Address(shown=written, host=host_of(host), port=port)

    return read


def _snmp(written: str) -> Address:
    user, host, port = _place(written, "snmp")
    return Address(
        shown=without_userinfo(written),
        host=host_of(host),
        port=_SNMP_PORT if port is None else port,
        user=unquote(user),
    )


def _place(written: str, scheme: str) -> tuple[str, str, int | None]:
    """User, host (in its brackets) and port of `scheme://[USER@]HOST[:PORT]`. Raises Wrong."""
    found, rest = _split(written)
    told = shown(without_userinfo(written))
    if found != scheme:
        wrong = f"{told} begins with {found}://" if found else f"{told} has no scheme"
        raise Wrong(f"{wrong}; {scheme}:// is needed", f"write {scheme}://{rest.rpartition('@')[2]}")
    where = rest.removesuffix("/")
    user, _, place = where.rpartition("@")
    host, port = _host_and_port(place)
    if not host:
        raise Wrong(f"{told} names no host")
    if re.search(r"[/?#]", place):
        raise Wrong(f"{told}: nothing may stand behind the host and its port")
    if port is None or (_DIGITS.match(port) and len(port) <= 5 and 0 < int(port) <= _MOST_PORT):
        return user, host, None if port is None else int(port)
    raise Wrong(f"{told}: {shown(port)} is not a port from 1 to {_MOST_PORT}")


def _host_and_port(place: str) -> tuple[str, str | None]:
    if place.startswith("["):
        host, bracket, rest = place.partition("]")
        return f"{host}{bracket}", rest[1:] if rest.startswith(":") else rest or None
    if place.count(":") > 1:
        raise Wrong(f"{shown(place)}: an IPv6 address stands in brackets", "write [ADDRESS]:PORT")
    host, colon, port = place.partition(":")
    return host, port if colon else None


def _split(written: str) -> tuple[str, str]:
    scheme, mark, rest = written.partition("://")
    if not mark:
        return "", written
    try:
        known = urlsplit(written).scheme
    except ValueError:
        known = scheme.lower()
    return known or scheme.lower(), rest


_READERS: Mapping[MonitorType, Callable[[str], Address]] = {
    "ping": _ping,
    "http": _web,
    "quic": _quic,
    "tcp": _socket("tcp"),
    "udp": _socket("udp"),
    "ports": _snmp,
    "port": _snmp,
    "host": _snmp,
}
