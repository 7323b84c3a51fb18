"""What stands where: the tree of pages and the rows and columns of its groups; pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import Group, Host, Inventory, Page, Placement, in_page_set
from hexmon.model.names import PSEUDO_TESTS
from hexmon.web.propagation import worst

HIDDEN_HOST = ".default."
LONG_GROUP = 40  # rows; more than these need headings that stay in place


class Table(msgspec.Struct, frozen=True):
    """A group made ready to draw: its rows in order and its columns."""

    title: str
    heading: str
    rows: tuple[Placement, ...]
    columns: tuple[str, ...]


class Node(msgspec.Struct, frozen=True):
    """A page in the tree of links."""

    page: Page
    color: Color
    children: tuple["Node", ...] = ()


def shown(host: Host, path: str = "") -> bool:
    """Whether a host appears on pages. `nodisp` is about the usual ones: other page sets have whom they name."""
    return (not host.nodisp or in_page_set(path)) and host.name != HIDDEN_HOST


def visible(test: str) -> bool:
    """Whether a test is a square of the matrix."""
    return test not in PSEUDO_TESTS


def allowed(group: Group, test: str) -> bool:
    """Whether the group shows that test: group-only and group-except restrict columns and colour."""
    return (not group.only or test in group.only) and test not in group.exclude


def columns_of(group: Group, tests: Iterable[str]) -> tuple[str, ...]:
    """The columns: all tests alphabetically; for group-only those that exist, in the order listed."""
    present = {test for test in tests if allowed(group, test)}
    if group.only:
        return tuple(test for test in dict.fromkeys(group.only) if test in present)
    return tuple(sorted(present))


def tables_of(inventory: Inventory, page: Page, tests_of: Callable[[str], Iterable[str]]) -> list[Table]:
    """The groups of a page; those without a title and without hosts are left out."""
    return [table for group in page.groups if (table := _table(inventory, page, group, tests_of)) is not None]


def _table(inventory: Inventory, page: Page, group: Group, tests_of: Callable[[str], Iterable[str]]) -> Table | None:
    hosts = inventory.hosts
    rows = [place for place in group.hosts if place.host in hosts and shown(hosts[place.host], page.path)]
    if group.sort:
        rows.sort(key=lambda place: (hosts[place.host].display_name or place.host).lower())
    if not rows and not (group.title or group.heading):
        return None
    tests = {test for place in rows for test in tests_of(place.host)}
    return Table(group.title, group.heading, tuple(rows), columns_of(group, tests))


def hosts_below(inventory: Inventory, path: str) -> tuple[str, ...]:
    """The shown hosts of a page and of all pages below it, each once, in order."""
    found: dict[str, None] = {}
    for page in _walk(inventory.pages, path):
        for group in page.groups:
            for place in group.hosts:
                host = inventory.hosts.get(place.host)
                if host is not None and shown(host, path):
                    found[place.host] = None
    return tuple(found)


def _walk(pages: Mapping[str, Page], path: str) -> Iterator[Page]:
    waiting, seen = [path], {path}
    while waiting:
        page = pages.get(waiting.pop())
        if page is None:
            continue
        yield page
        fresh = [child for child in page.children if child not in seen]
        seen.update(fresh)
        waiting.extend(reversed(fresh))


def page_colors(inventory: Inventory, color_in: Callable[[str, Group], Color]) -> dict[str, Color]:
    """The colour of every page: the worst of its hosts in its groups, and of the pages below it."""
    own = {
        path: worst(
            color_in(place.host, group)
            for group in page.groups
            for place in group.hosts
            if (host := inventory.hosts.get(place.host)) is not None and shown(host, path)
        )
        for path, page in inventory.pages.items()
    }
    return {path: worst(own[page.path] for page in _walk(inventory.pages, path)) for path in inventory.pages}


def tree(inventory: Inventory, colors: Mapping[str, Color], path: str = "", depth: int = 8) -> Node:
    """The links from a page down."""
    page = inventory.pages[path]
    below = tuple(
        tree(inventory, colors, child, depth - 1) for child in page.children if child in inventory.pages and depth > 0
    )
    return Node(page, colors.get(path, Color.GREEN), below)


def page_sets(inventory: Inventory, colors: Mapping[str, Color]) -> list[Node]:
    """The top pages of the other page sets."""
    return [tree(inventory, colors, path) for path in inventory.pages if in_page_set(path) and "/" not in path]


def trail(inventory: Inventory, path: str) -> list[Page]:
    """The pages above and including this one, without the top page."""
    parts = path.split("/") if path else []
    paths = ["/".join(parts[: length + 1]) for length in range(len(parts))]
    return [inventory.pages[part] for part in paths if part in inventory.pages]


def title_of(page: Page) -> str:
    """What people call a page."""
    return page.title or page.name or page.path
