"""The tests that fetch a URL (hosts.cfg(5): HTTP TESTS)."""

import re
from typing import ClassVar

import msgspec

from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.inventory.urls import UrlError, WebAddress, parse_url
from hexmon.model.observation import Judging
from hexmon.probes.http import HttpOptions

HTTP = "http"
_FETCHED = re.compile(r"(?:(?:cont|nocont|type)(?:=[^;]*)?;([^;]*);|(?:http=[^;]*;|content=)([^;]*)\Z)", re.IGNORECASE)


class WebTag(msgspec.Struct, frozen=True, kw_only=True):
    """A URL to fetch. `column` is the square of its own that it makes besides http, "" for none."""

    test: ClassVar[str] = HTTP
    probe: ClassVar[str] = "http"
    address: WebAddress
    judging: Judging = PLAIN
    column: str = ""

    def options(self, site: Site) -> HttpOptions:
        """How the URL is fetched for that host."""
        headers = site.items.get("HTTPHEADERS")
        return HttpOptions(
            url=self.address.url,
            connect_to=self.address.connect_to,
            version=self.address.version,
            tls=self.address.tls,
            user_agent=site.items.get("BROWSER", ""),
            headers=(headers,) if headers else (),
            sni="FLAG_NOSNI" not in site.items,
        )


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    fetched = _FETCHED.match(word)
    if fetched is not None:
        return _url((fetched[1] or fetched[2] or "").replace("%3B", ";").replace("%3b", ";"), judging)
    if "://" in word:
        return _url(word, judging)
    match = re.match(r"https?[a-z0-9]*(:?/*)", word, re.IGNORECASE)
    if match is None or (not match[1] and len(word) > len(match[0])):
        return Meaning("unknown")
    rest = word[match.end() :]
    return wrong(f"'{word}' is not a URL", f"write: http://{rest or 'HOST/'}")


def _url(text: str, judging: Judging) -> Meaning:
    try:
        address = parse_url(text)
    except UrlError as error:
        return wrong(str(error), error.hint)
    return Meaning("probe", parsed=WebTag(address=address, judging=judging))


FAMILY = Family(
    re.compile(r"http|(?:cont|nocont|type)[=;]|content=", re.IGNORECASE),
    read,
    ("http", "https", "cont", "nocont", "type", "content"),
)
