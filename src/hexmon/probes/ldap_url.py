"""LDAP URLs (RFC 4516): `ldap://HOST:PORT/BASE?ATTRIBUTES?SCOPE?FILTER?EXTENSIONS`. Pure."""

import ipaddress
import re
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

import msgspec

from hexmon.probes.ldap_filter import ALL_ENTRIES, FilterError, encode_filter
from hexmon.probes.ldap_messages import Scope

Security = Literal["", "starttls", "tls"]

PORT = 389
TLS_PORTS = frozenset({636, 3269})  # ldaps, and the global catalogue of Active Directory over TLS
_URL = re.compile(r"(ldaps?)://([^/?]*)(?:/([^?]*))?((?:\?[^?]*)*)\Z", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?\Z", re.DOTALL)
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NO_NAME = re.compile(r"[\x00-\x20\x7f/]")
_MAX_PORT = 65535
_MOST_FIELDS = 4
_SCOPES: dict[str, Scope] = {
    "": "base",
    "base": "base",
    "one": "one",
    "onelevel": "one",
    "sub": "sub",
    "subtree": "sub",
    "children": "children",
    "subordinate": "children",
}


class LdapUrlError(Exception):
    """What is wrong with an LDAP URL, and what may help. The text never has a password."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class LdapUrl(msgspec.Struct, frozen=True, kw_only=True):
    """An LDAP URL, understood. No `host`: the URL names none. `filter` is encoded already."""

    host: str
    port: int
    security: Security
    base: str
    attributes: tuple[str, ...]
    scope: Scope
    filter: bytes


@lru_cache(maxsize=4096)
def parse_ldap_url(text: str) -> LdapUrl:
    """The parts of the URL. Raises LdapUrlError.

    `ldaps` means StartTLS, as hosts.cfg(5) has it, but for the ports where TLS comes first (636, 3269).
    """
    match = _URL.match(text)
    if match is None or _CONTROLS.search(text):
        raise LdapUrlError(f"'{_safe(text)}' is not an LDAP URL", "write: ldap://HOST/BASE?ATTRIBUTES?SCOPE?FILTER")
    scheme, authority, base, query = match.groups()
    host, port = _place(authority)
    fields: list[str] = query.split("?")[1:]
    if len(fields) > _MOST_FIELDS:
        raise LdapUrlError("an LDAP URL has four question marks at most", "write %3F for one in a value")
    attributes, scope, condition, extensions = fields + [""] * (_MOST_FIELDS - len(fields))
    _check_extensions(extensions)
    return LdapUrl(
        host=host,
        port=port,
        security=_security(scheme.lower(), port),
        base=_decoded(base or ""),
        attributes=tuple(_decoded(name) for name in attributes.split(",") if name),
        scope=_scope(scope),
        filter=_filter(_decoded(condition)),
    )


def _safe(text: str) -> str:
    """Without what may be a password."""
    return re.sub(r"//[^/]*@", "//...@", text)


def _security(scheme: str, port: int) -> Security:
    if scheme == "ldap":
        return ""
    return "tls" if port in TLS_PORTS else "starttls"


def _place(authority: str) -> tuple[str, int]:
    if "@" in authority:
        raise LdapUrlError("an LDAP URL has no user and password", "write: ldaplogin=USER:PASSWORD")
    match = _AUTHORITY.match(authority)
    if match is None:
        raise LdapUrlError(f"'{authority}' is not a host with its port", "write: HOST:PORT or [IPv6]:PORT")
    host, port = match.groups()
    return _host(host), _port(port)


def _host(host: str) -> str:
    if not host.startswith("["):
        name = _decoded(host)
        if _NO_NAME.search(name):
            raise LdapUrlError(f"'{host}' is not a host name")
        return name
    try:
        return str(ipaddress.IPv6Address(host[1:-1]))
    except ValueError:
        raise LdapUrlError(f"{host} is not an IPv6 address") from None


def _port(port: str | None) -> int:
    if not port:
        return PORT
    if not (_NUMBER.match(port) and 0 < int(port) <= _MAX_PORT):
        raise LdapUrlError(f"port '{port}' is not a number from 1 to {_MAX_PORT}")
    return int(port)


def _scope(text: str) -> Scope:
    scope = _SCOPES.get(text.lower())
    if scope is None:
        raise LdapUrlError(f"'{text}' is not a scope", "write: base, one or sub")
    return scope


def _filter(text: str) -> bytes:
    try:
        return encode_filter(text or ALL_ENTRIES)
    except FilterError as error:
        raise LdapUrlError(f"the filter '{text}' cannot be used: {error}") from None


def _check_extensions(text: str) -> None:
    """Extensions have no effect; one that must have (`!`) makes the URL unusable (RFC 4516, 2)."""
    for extension in filter(None, text.split(",")):
        name = extension.partition("=")[0]
        if name.lower().endswith("bindpw"):
            raise LdapUrlError(f"'{name}' would show a password to everybody", "write: ldaplogin=USER:PASSWORD")
        if name.startswith("!"):
            raise LdapUrlError(f"the extension '{name}' is not known, and the ! says that it must be")


def _decoded(text: str) -> str:
    """Percent signs taken out; bytes that are no UTF-8 become surrogates."""
    return unquote(text, errors="surrogateescape")
