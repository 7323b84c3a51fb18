"""XMH items: what `hostinfo`, `fields=XMH_...` and alert scripts can ask of a host (xymon-xmh(5)). Pure."""

from collections.abc import Callable

from hexmon.model.inventory import Host, Inventory
from hexmon.model.text import nl_encode

TOP_PAGE_TITLE = "Top Page"
NO_GROUP = "NONE"

# In the order of the answer to `hostinfo clone=HOST`.
XMH_NAMES: tuple[str, ...] = (
    "XMH_NET",
    "XMH_DISPLAYNAME",
    "XMH_CLIENTALIAS",
    "XMH_COMMENT",
    "XMH_DESCRIPTION",
    "XMH_NK",
    "XMH_NKTIME",
    "XMH_TRENDS",
    "XMH_WML",
    "XMH_NOPROPRED",
    "XMH_NOPROPYELLOW",
    "XMH_NOPROPPURPLE",
    "XMH_NOPROPACK",
    "XMH_REPORTTIME",
    "XMH_WARNPCT",
    "XMH_WARNSTOPS",
    "XMH_DOWNTIME",
    "XMH_SSLDAYS",
    "XMH_SSLMINBITS",
    "XMH_DEPENDS",
    "XMH_BROWSER",
    "XMH_HTTPHEADERS",
    "XMH_HOLIDAYS",
    "XMH_DELAYRED",
    "XMH_DELAYYELLOW",
    "XMH_FLAG_NOINFO",
    "XMH_FLAG_NOTRENDS",
    "XMH_FLAG_NOCLIENT",
    "XMH_FLAG_NODISP",
    "XMH_FLAG_NONONGREEN",
    "XMH_FLAG_NOBB2",
    "XMH_FLAG_PREFER",
    "XMH_FLAG_NOSSLCERT",
    "XMH_FLAG_TRACE",
    "XMH_FLAG_NOTRACE",
    "XMH_FLAG_NOCONN",
    "XMH_FLAG_NOPING",
    "XMH_FLAG_DIALUP",
    "XMH_FLAG_TESTIP",
    "XMH_FLAG_LDAPFAILYELLOW",
    "XMH_FLAG_NOCLEAR",
    "XMH_FLAG_HIDEHTTP",
    "XMH_PULLDATA",
    "XMH_NOFLAP",
    "XMH_FLAG_MULTIHOMED",
    "XMH_FLAG_SNI",
    "XMH_FLAG_NOSNI",
    "XMH_FLAG_HTTP_HEADER_MATCH",
    "XMH_LDAPLOGIN",
    "XMH_IP",
    "XMH_HOSTNAME",
    "XMH_DOCURL",
    "XMH_NOPROP",
    "XMH_PAGEINDEX",
    "XMH_GROUPID",
    "XMH_DGNAME",
    "XMH_PAGENAME",
    "XMH_PAGEPATH",
    "XMH_PAGETITLE",
    "XMH_PAGEPATHTITLE",
    "XMH_ALLPAGEPATHS",
    "XMH_ACCEPT_ONLY",
    "XMH_RAW",
    "XMH_CLASS",
    "XMH_OS",
    "XMH_NOCOLUMNS",
    "XMH_NOTBEFORE",
    "XMH_NOTAFTER",
    "XMH_COMPACT",
    "XMH_INTERFACES",
)
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


def _page_title(host: Host, inventory: Inventory) -> str:
    page = inventory.pages.get(host.page)
    return page.title if host.page and page else TOP_PAGE_TITLE


def _path_titles(host: Host, inventory: Inventory) -> str:
    """The titles of the page and of those above it."""
    parts = host.page.split("/") if host.page else []
    paths = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    titles = [inventory.pages[path].title for path in paths if path in inventory.pages]
    return "/".join(titles) or TOP_PAGE_TITLE


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
