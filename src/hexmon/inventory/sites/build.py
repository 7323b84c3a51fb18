"""Sites as an inventory: a page for each, a host for each monitor; what links several files. Pure."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from hexmon.inventory.sites.parents import circle, circle_in_words, split_foreign, suggestion
from hexmon.inventory.sites.read import Foreign, SiteFile
from hexmon.model.inventory import Group, Host, HostPolicy, Inventory, Page, Placement
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin, Problem
from hexmon.model.site import Monitor, Site
from hexmon.probes.http_options import read_place
from hexmon.probes.wire import is_address

_POLICY = HostPolicy(noflap_all=True)  # one success is a recovery: red that is held would be told as "is down: up"


def site_inventory(file: SiteFile) -> Inventory:
    """The monitors of a site in their order, each a host of its own on the page of the site."""
    site = file.site
    hosts = {monitor.key.host: _host(site, monitor, number, file) for number, monitor in enumerate(site.monitors)}
    placements = tuple(map(Placement, hosts))
    pages = {
        "": Page(path="", children=(site.page,), groups=(Group(),)),
        site.page: Page(path=site.page, name=site.page, title=site.name, groups=(Group(hosts=placements),)),
    }
    by_alias = {name.lower(): name for name in hosts}
    return Inventory(hosts=hosts, by_alias=by_alias, pages=pages, sites=(site,), problems=file.problems)


def _host(site: Site, monitor: Monitor, number: int, file: SiteFile) -> Host:
    check = file.checks[number]
    place = read_place(getattr(check.options, "url", ""))
    address = place.host if place is not None else check.address
    return Host(
        name=monitor.key.host,
        ip=address if is_address(address) else "0.0.0.0",  # noqa: S104 - "look up the name"
        display_name=monitor.name,
        page=site.page,
        page_titles=(site.name,),
        all_pages=(site.page,),
        items={"DISPLAYNAME": monitor.name},
        checks=(check,),
        policy=_POLICY,
        nodisp=not monitor.display,
        index=number,
        monitor=monitor,
        origin=monitor.origin,
    )


def link(files: Sequence[SiteFile]) -> tuple[tuple[SiteFile, ...], tuple[Problem, ...]]:
    """The same files with the parents that are in other files, and what is wrong between them.

    A parent that nobody knows, or that closes a circle, is left out. Of files whose sites are called alike, or have
    the same folder, the first one stays.
    """
    kept, problems = _unlike(files)
    known = {file.site.name: {monitor.name: monitor.key for monitor in file.site.monitors} for file in kept}
    added: dict[StatusKey, list[StatusKey]] = {}
    broken: set[StatusKey] = set()
    named: list[tuple[Foreign, StatusKey]] = []
    for file in kept:
        for foreign in file.foreign:
            key = _meant(foreign, known)
            if isinstance(key, Problem):
                problems.append(key)
                broken.add(foreign.child)
            else:
                added.setdefault(foreign.child, []).append(key)
                named.append((foreign, key))
    problems += _without_circles(kept, added, named, broken)
    return tuple(_linked(file, added, broken) for file in kept), tuple(problems)


def _unlike(files: Sequence[SiteFile]) -> tuple[list[SiteFile], list[Problem]]:
    kept: list[SiteFile] = []
    problems: list[Problem] = []
    folders: dict[str, Site] = {}
    stems: dict[str, Site] = {}
    for file in files:
        own = file.site
        text = ""
        if other := folders.get(own.folder.lower()):
            text = f"site.name: {other.source} is called '{other.name}', too"
            if other.name != own.name:
                text = f"site.name: '{own.name}' has the same folder as '{other.name}' of {other.source}: {own.folder}"
        elif other := stems.get(own.stem.lower()):
            text = f"the files of its graphs would be those of {other.source}, which is called alike"
        if text:
            problems.append(Problem(Origin(own.source), text, "give one of them another name"))
            continue
        folders[own.folder.lower()] = stems[own.stem.lower()] = own
        kept.append(file)
    return kept, problems


def _meant(foreign: Foreign, known: Mapping[str, Mapping[str, StatusKey]]) -> StatusKey | Problem:
    # Of several sites whose names begin alike the longest is meant.
    found = split_foreign(foreign.name, sorted(known, key=len, reverse=True))
    if found is None:
        site = foreign.name.partition("/")[0]
        return Problem(foreign.origin, f"parent_name: there is no site '{site}'", suggestion(site, list(known)))
    site, name = found
    key = known[site].get(name)
    if key is None:
        hint = suggestion(name, list(known[site]))
        return Problem(foreign.origin, f"parent_name: there is no monitor '{name}' in {site}", hint)
    return key


def _without_circles(
    files: Sequence[SiteFile],
    added: Mapping[StatusKey, list[StatusKey]],
    named: Sequence[tuple[Foreign, StatusKey]],
    broken: set[StatusKey],
) -> list[Problem]:
    """Takes the relations between files that close a circle out of `added`."""
    if not named:
        return []
    monitors = {monitor.key: monitor for file in files for monitor in file.site.monitors}
    graph = {
        str(key): [str(one) for one in (*monitor.parents, *added.get(key, ()))] for key, monitor in monitors.items()
    }
    problems = []
    while names := circle(graph):
        # Within a file there is none: some relation of the circle leads to another.
        steps = {(names[place], names[place + 1]) for place in range(len(names) - 1)}
        foreign, key = next(one for one in reversed(named) if (str(one[0].child), str(one[1])) in steps)
        text = f"parent_name: '{foreign.name}' cannot be a parent: {circle_in_words(names)} is a circle"
        problems.append(Problem(foreign.origin, text, "take one of these relations away"))
        added[foreign.child].remove(key)
        graph[str(foreign.child)].remove(str(key))
        broken.add(foreign.child)
    return problems


def _linked(file: SiteFile, added: Mapping[StatusKey, Sequence[StatusKey]], broken: set[StatusKey]) -> SiteFile:
    if not file.foreign:
        return file
    monitors = tuple(_with_parents(one, added.get(one.key, ()), one.key in broken) for one in file.site.monitors)
    return replace(file, site=replace(file.site, monitors=monitors))


def _with_parents(monitor: Monitor, added: Sequence[StatusKey], broken: bool) -> Monitor:
    """Where any of them suffices, one that is left out would let the others explain more: then none is left."""
    if broken and monitor.need == "any":
        return replace(monitor, parents=())
    return replace(monitor, parents=(*monitor.parents, *added)) if added else monitor
