"""XMH items: what `hostinfo`, `fields=XMH_...` and alert scripts can ask of a host (xymon-xmh(5)). Pure."""

from collections.abc import Callable

from hexmon.model import xmh
from hexmon.model.inventory import Host, Inventory
from hexmon.model.text import nl_encode

TOP_PAGE_TITLE = "Top Page"
NO_GROUP = "NONE"

# What XMH_DATA would be, the whole of the others, nobody asks for.
XMH_NAMES: tuple[str, ...] = tuple(f"XMH_{name}" for name in xmh.XMH_NAMES if name != "DATA")
_PREFIXES = ("XMH_", "BBH_")


def xmh_value(host: Host, inventory: Inventory, name: str) -> str | None:
    """The value of `XMH_NAME` (`BBH_NAME`, `NAME`); None when the host has none or there is no such item.

    Plain text, but XMH_RAW: that is the tags, each escaped as in the protocol, joined by pipes.
    """
    item = name[4:] if name.startswith(_PREFIXES) else name
    if item == "MULTIHOMED":  # what xymond 4.3.30 calls it; without a value
        return "" if "FLAG_MULTIHOMED" in host.items else None
    computed = _COMPUTED.get(item)
    return host.items.get(item) if computed is None else computed(host, inventory)


def _page_title(host: Host, _inventory: Inventory) -> str:
    return host.page_titles[-1] if host.page_titles else TOP_PAGE_TITLE


def _path_titles(host: Host, _inventory: Inventory) -> str:
    """The titles of the page and of those above it."""
    return "/".join(host.page_titles) or TOP_PAGE_TITLE


def _doc_url(host: Host, _inventory: Inventory) -> str | None:
    url = host.items.get("DOCURL")
    return url.replace("%s", host.name) if url else url


_COMPUTED: dict[str, Callable[[Host, Inventory], str | None]] = {
    "IP": lambda host, _: host.ip,
    "HOSTNAME": lambda host, _: host.name,
    "CLIENTALIAS": lambda host, _: host.items.get("CLIENTALIAS", host.name),
    "DOCURL": _doc_url,
    "DGNAME": lambda host, _: host.group or NO_GROUP,
    "PAGENAME": lambda host, _: host.page.rpartition("/")[2],
    "PAGEPATH": lambda host, _: host.page,
    "PAGETITLE": _page_title,
    "PAGEPATHTITLE": _path_titles,
    "ALLPAGEPATHS": lambda host, _: ",".join(filter(None, host.all_pages)),
    "RAW": lambda host, _: "|".join(map(nl_encode, host.tags)),
}
