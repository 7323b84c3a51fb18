"""Several inventories as one: who wins where two sources know the same name. Pure."""

from collections.abc import Sequence

import msgspec

from hexmon.model.holidays import NO_HOLIDAYS
from hexmon.model.inventory import Group, Host, Inventory, Page
from hexmon.model.origin import Problem


def merge(inventories: Sequence[Inventory], problems: Sequence[Problem] = ()) -> Inventory:
    """The first source of a host wins; pages of one path are joined; `problems` come before those of the sources."""
    found = [*problems, *(problem for one in inventories for problem in one.problems)]
    hosts: dict[str, Host] = {}
    by_alias: dict[str, str] = {}
    pages: dict[str, Page] = {"": Page(path="")}
    for one in inventories:
        dropped = _add_hosts(one, hosts, by_alias, found)
        for path, page in one.pages.items():
            fresh = _without(page, dropped)
            pages[path] = _joined(pages[path], fresh) if path in pages else fresh
    for one in inventories:
        for alias, name in one.by_alias.items():
            if name in hosts:
                by_alias.setdefault(alias, name)
    return Inventory(
        hosts=hosts,
        by_alias=by_alias,
        pages=pages,
        summaries=tuple(summary for one in inventories for summary in one.summaries),
        sites=tuple(site for one in inventories for site in one.sites),
        problems=tuple(found),
        version=max((one.version for one in inventories), default=0),
        calendar=next((one.calendar for one in inventories if one.calendar != NO_HOLIDAYS), NO_HOLIDAYS),
    )


def _add_hosts(one: Inventory, hosts: dict[str, Host], by_alias: dict[str, str], found: list[Problem]) -> set[str]:
    """Add what is new; the names that another source had first are returned."""
    dropped: set[str] = set()
    for name, host in one.hosts.items():
        winner = by_alias.get(name.lower())
        if winner is None:
            hosts[name] = msgspec.structs.replace(host, index=len(hosts)) if host.index != len(hosts) else host
            by_alias[name.lower()] = name
        else:
            dropped.add(name)
            message = f"the host '{name}' is also defined at {hosts[winner].origin}, which counts"
            found.append(Problem(host.origin, message, fatal=False))
    return dropped


def _without(page: Page, dropped: set[str]) -> Page:
    if not dropped:
        return page
    groups = tuple(
        msgspec.structs.replace(group, hosts=tuple(place for place in group.hosts if place.host not in dropped))
        for group in page.groups
    )
    return msgspec.structs.replace(page, groups=groups)


def _joined(first: Page, second: Page) -> Page:
    """The first page's words; the ungrouped hosts of both in one group, then the groups of both."""
    if not first.groups:
        return msgspec.structs.replace(second, children=_union(first.children, second.children))
    ungrouped = first.groups[0]
    if second.groups:
        ungrouped = msgspec.structs.replace(ungrouped, hosts=ungrouped.hosts + second.groups[0].hosts)
    groups: tuple[Group, ...] = (ungrouped, *first.groups[1:], *second.groups[1:])
    return msgspec.structs.replace(
        first,
        title=first.title or second.title,
        heading=first.heading or second.heading,
        children=_union(first.children, second.children),
        groups=groups,
    )


def _union(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
