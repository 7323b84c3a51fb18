"""The figures of an Apache web server: `apache`, `apache=URL` (hosts.cfg(5): APACHE)."""

import re
from typing import ClassVar

import msgspec

from hexmon.inventory.hosts_cfg import UNKNOWN_ADDRESSES
from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.inventory.urls import UrlError, WebAddress, parse_url
from hexmon.model.observation import Judging
from hexmon.probes.http import HttpOptions

_PATH = "/server-status?auto"


class ApacheTag(msgspec.Struct, frozen=True, kw_only=True):
    """The URL of the status page; None for the usual one at the host's address."""

    test: ClassVar[str] = "apache"
    probe: ClassVar[str] = "http"
    address: WebAddress | None = None
    judging: Judging = PLAIN

    def options(self, site: Site) -> HttpOptions:
        """How the page is fetched for that host."""
        where = self.address or WebAddress(f"http://{_place(site)}{_PATH}")
        headers = site.items.get("HTTPHEADERS")
        return HttpOptions(
            url=where.url,
            connect_to=where.connect_to,
            version=where.version,
            tls=where.tls,
            user_agent=site.items.get("BROWSER", ""),
            headers=(headers,) if headers else (),
            sni="FLAG_NOSNI" not in site.items,
        )


def _place(site: Site) -> str:
    """The address of the file, as xymonnet has it; the name when there is none."""
    if site.ip in UNKNOWN_ADDRESSES:
        return site.name
    return f"[{site.ip}]" if ":" in site.ip else site.ip


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    _, equals, url = word.partition("=")
    if not equals:
        return Meaning("data", parsed=ApacheTag(judging=judging))
    try:
        address = parse_url(url)
    except UrlError as error:
        return wrong(f"apache: {error}", error.hint)
    return Meaning("data", parsed=ApacheTag(address=address, judging=judging))


FAMILY = Family(re.compile(r"apache(?:=|\Z)", re.IGNORECASE), read, ("apache",))
