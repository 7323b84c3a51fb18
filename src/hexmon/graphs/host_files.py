"""Where the RRD files of a host are: in the folder of its name, and for the monitor of a site in that of the site."""

import re
from collections.abc import Callable, Sequence

from hexmon.graphs.choose import Listing, RrdFile
from hexmon.graphs.folders import Folders
from hexmon.graphs.site_rrd import Place, file_of
from hexmon.model.inventory import Host
from hexmon.model.site import Monitor

PlaceOf = Callable[[Monitor], Place | None]
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def usual_place(monitor: Monitor) -> Place:
    """In the folder of its site, which the name of its host begins with."""
    folder = monitor.key.host.removesuffix(f".{_UNSAFE.sub('_', monitor.name)}")
    return Place(folder, file_of(monitor, folder))


def listings(folders: Folders, host: Host, place_of: PlaceOf = usual_place) -> list[Listing]:
    """Blocking. The folders, the one of the host first; what cannot be read is empty."""
    found = [folders.listing(host.name)]
    place = place_of(host.monitor) if host.monitor is not None else None
    if place is not None:
        smoke = f"{place.file.rpartition('-')[0]}-smoke.rrd"
        found.append(folders.listing(place.folder, frozenset({place.file, smoke})))
    return found


def together(folders: Folders, hosts: Sequence[Host], file: str) -> Listing:
    """Blocking. The file of that name of several hosts, each labelled by its host."""
    only = frozenset({file})
    files = (
        RrdFile(f"{host.name}/{one.name}", one.modified, one.sources, host.display_name or host.name)
        for host in hosts
        for one in folders.listing(host.name, only).files
    )
    return Listing("", tuple(files))
