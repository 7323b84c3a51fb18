"""The options that channels over HTTP share, and what their values must be like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hexmon.alerts.notify.http import Request, basic, bearer
from hexmon.config.settings import checked

STRICT = {"extra": "forbid"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110, 5.6.2
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def read_url(text: str) -> None:
    """An http or https URL. Raises ValueError that does not repeat it: it may hold a token."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not _CONTROL.search(text)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise ValueError("is not a URL that begins with http:// or https:// and names a host")


def _read_proxy(text: str) -> None:
    if text:
        read_url(text)


def _read_ca(text: str) -> None:
    if text and not Path(text).is_absolute():
        raise ValueError("must be an absolute path of a PEM file")


def _read_zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (ValueError, OSError):  # an unknown one is a kind of KeyError, a folder an OSError
        raise ValueError(f"'{text}' is not the name of a time zone such as Europe/Paris") from None
    except KeyError:
        raise ValueError(f"'{text}' is not the name of a time zone such as Europe/Paris") from None


def _read_own_zone(text: str) -> None:
    if text:
        _read_zone(text)


def read_headers(headers: Mapping[str, str]) -> None:
    """Names and values of header lines. Raises ValueError that does not repeat a value."""
    for name, value in headers.items():
        if not _HEADER_NAME.match(name):
            raise ValueError(f"headers: '{name}' is not the name of a header")
        if _CONTROL.search(value):
            raise ValueError(f"headers: the value of {name} holds a control character")


def _needed(text: str) -> None:
    if not text.strip():
        raise ValueError("must not be empty")


Url = Annotated[str, checked(read_url)]
Proxy = Annotated[str, checked(_read_proxy)]
PemFile = Annotated[str, checked(_read_ca)]
Zone = Annotated[str, checked(_read_zone)]
OwnZone = Annotated[str, checked(_read_own_zone)]  # "": that of this machine
Needed = Annotated[str, checked(_needed)]


@dataclass(frozen=True, kw_only=True)
class HttpOptions:
    """How the server is reached. `ca`: believe only the authorities of this PEM file; `proxy`: go through this URL."""

    __pydantic_config__ = STRICT
    ca: PemFile = ""
    proxy: Proxy = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class LoginOptions(HttpOptions):
    """Who hexmon is to the server: a user and a password, or a token."""

    __pydantic_config__ = STRICT
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.token and (self.username or self.password):
            raise ValueError("give token, or username and password, not both")

    @property
    def login_headers(self) -> tuple[str, ...]:
        """The header lines that say so."""
        if self.token:
            return (bearer(self.token),)
        return (basic(self.username, self.password),) if self.username or self.password else ()

    @property
    def login_secrets(self) -> tuple[str, ...]:
        """What no answer may repeat."""
        if self.token:
            return (self.token,)
        if not self.password:
            return ()
        return self.password, basic(self.username, self.password).rpartition(" ")[2]


def to(options: HttpOptions, url: str, **words: object) -> Request:
    """A request on the way that the options tell."""
    return Request(url=url, ca=options.ca, proxy=options.proxy, **words)  # type: ignore[arg-type]


def under(base: str, path: str) -> str:
    """A path below a base URL, which may have one of its own."""
    return f"{base.rstrip('/')}/{path}"
