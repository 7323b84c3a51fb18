"""How a URL is fetched and what the answer must be like; where a URL goes."""

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import msgspec

BODY_LIMIT = 1024 * 1024
"""Bytes of a body that are kept."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer to a request must be like; its text is kept as written, for people.

    `what` and what `wanted` is:

    * "body": a POSIX extended regular expression; "digest": `md5:HEX`; "type": a content type
    * "status": a Perl regular expression of good statuses, `bad` one of bad ones ("" for none)
    * "header": a regular expression for the header `name`; "json": a value for the JSONPath `name`
    * "time": seconds for the whole exchange
    * "text": a text that must be in the body as it is

    `negate`: it must not be so. `headers`: the pattern is looked for in the headers, too. Not `severe`: only a warning.
    `problem` says why it cannot be looked at (a pattern or a file that is not to be had).
    """

    what: Literal["body", "digest", "type", "status", "header", "json", "time", "text"]
    wanted: str = ""
    bad: str = ""
    name: str = ""
    negate: bool = False
    headers: bool = False
    severe: bool = True
    problem: str = ""


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a URL is fetched.

    `url` is a plain URL (credentials allowed, no Xymon extras); `connect_to` the IP to use instead of resolving its
    host; `version` the highest HTTP version, "" for 1.1; `tls` the only TLS version, "" for any; `headers` whole
    lines to add; `source` the local address to come from. `verify` turns a certificate that browsers refuse into an
    error; without it only its dates are reported.

    `ciphers` offers only those of that strength: "m" 128 bits, "h" more. `proxy` is a URL with credentials.
    `certificate` is the PEM file of a client certificate with its key, its passphrase in the file of that name ending
    in `.pass`. `netrc` and `cookies` are files. `follow` is how many redirects are followed; `expect` what the answer
    must be like. `fingerprint` is the SHA-256 of the only certificate that may be shown (lower-case hex, of its DER):
    the request is not sent before that is so; with `check_expiry` nor before it is known to be in force.
    """

    url: str
    connect_to: str = ""
    version: str = ""  # "1.0", "1.1", "2", "3"
    tls: str = ""  # "1.0", "1.1", "1.2", "1.3"
    method: str = "GET"
    body: bytes = b""
    user_agent: str = ""
    headers: tuple[str, ...] = ()
    sni: bool = True
    verify: bool = False
    source: str = ""
    ciphers: Literal["", "m", "h"] = ""
    proxy: str = ""
    certificate: str = ""
    netrc: str = ""
    cookies: str = ""
    follow: int = 0
    expect: tuple[Expectation, ...] = ()
    fingerprint: str = ""
    check_expiry: bool = False


class Place(msgspec.Struct, frozen=True):
    """What a URL says about where to go; `host` without brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" if usual else f"{self.scheme}://{host}:{self.port}"


def read_place(url: str) -> Place | None:
    """None when it is no http or https URL with a host, or holds control characters."""
    if _CONTROLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Place(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


def without_userinfo(url: str) -> str:
    """The URL as it may be shown: without user and password."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else url
    except ValueError:
        return ""


# For URLs of the configuration only: what a server sends must not fill it.
place_of = lru_cache(maxsize=65536)(read_place)
