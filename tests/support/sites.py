"""YAML sites for tests: a test names only what matters to it."""

import json
from typing import Any

from hexmon.inventory.sites.read import SiteFile, read_site
from hexmon.model.observation import Check
from hexmon.model.origin import ConfigError
from hexmon.model.site import Monitor

ADDRESSES = {
    "ping": "127.0.0.1",
    "http": "http://127.0.0.1/",
    "quic": "https://127.0.0.1/",
    "tcp": "tcp://127.0.0.1:22",
    "udp": "udp://127.0.0.1:53",
    "ports": "snmp://127.0.0.1",
    "port": "snmp://127.0.0.1",
    "host": "snmp://127.0.0.1",
}
NEEDED: dict[str, dict[str, Any]] = {"udp": {"send": "x"}, "port": {"port": 3, "mac": "00:00:5E:00:53:01"}}
MAIL = {"smtp_host": "smtp.example.com", "smtp_port": 587, "from_address": "a@example.com"}
HOOK = {"endpoint_url": "http://127.0.0.1/", "request_method": "POST", "request_encoding": "URL"}


def a_monitor(kind: str = "ping", **options: Any) -> dict[str, Any]:
    """What stands in `monitors`; an option that is None is left out, a name with a `_` behind it is without it."""
    table = {"type": kind, "name": "web", "address": ADDRESSES.get(kind, ""), **NEEDED.get(kind, {}), **options}
    return {key.rstrip("_"): value for key, value in table.items() if value is not None}


def a_file(*monitors: Any, top: dict[str, Any] | None = None, **site: Any) -> dict[str, Any]:
    """A whole file; words are options of the site."""
    return {"site": {"name": "HomeLab", **site}, "monitors": list(monitors) or [a_monitor()], **(top or {})}


def read(value: Any, source: str = "home.yaml", **environ: str) -> SiteFile:
    """The site of these tables. JSON is YAML, too."""
    return read_site(json.dumps(value), source, environ)


def mistakes(value: Any, **environ: str) -> list[str]:
    """All that is wrong, without the place; the warnings of a file that can be used, too."""
    try:
        problems = read(value, **environ).problems
    except ConfigError as error:
        problems = error.problems
    return [f"{problem.message}; {problem.hint}" if problem.hint else problem.message for problem in problems]


def the_check(kind: str = "ping", **options: Any) -> Check:
    """The check of one monitor."""
    return read(a_file(a_monitor(kind, **options))).checks[0]


def the_monitor(kind: str = "ping", *, site: dict[str, Any] | None = None, **options: Any) -> Monitor:
    """One monitor of a site with these options."""
    return read(a_file(a_monitor(kind, **options), **(site or {}))).site.monitors[0]
