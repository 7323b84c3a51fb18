"""Where the RRD files of a host are: in the folder of its name, and for the monitor of a site in that of the site."""

import re
from collections.abc import Sequence

from hexmon.graphs.choose import Listing, RrdFile
from hexmon.graphs.folders import Folders
from hexmon.graphs.site_rrd import file_of
from hexmon.model.inventory import Host

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def listings(folders: Folders, host: Host) -> list[Listing]:
    """Blocking. The folders, the one of the host first; what cannot be read is empty."""
    found = [folders.listing(host.name)]
    if host.monitor is not None:
        folder = host.name.removesuffix(f".{_UNSAFE.sub('_', host.monitor.name)}")
        file = file_of(host.monitor, folder)
        smoke = f"{file.rpartition('-')[0]}-smoke.rrd"
        found.append(folders.listing(folder, frozenset({file, smoke})))
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
