"""The figures of a pass, for the RRD files beside the state file."""

from collections.abc import Iterator
from pathlib import Path

from hexmon.app.state_files import StateFiles
from hexmon.model.events import MonitorChecked
from hexmon.model.site import SNMP_TYPES, Monitor, Site


class SiteRrds:
    """Collects them while the checks run, and writes them afterwards."""

    def __init__(self, site: Site, files: StateFiles, *, wanted: bool) -> None:
        self._site = site
        self._files = files
        self._wanted = wanted
        self._seen: list[tuple[Monitor, MonitorChecked]] = []

    def path(self, monitor: Monitor) -> Path:
        """The file of a monitor."""
        name = monitor.key.host.removeprefix(f"{self._site.folder}.")
        return self._files.rrds / f"{name}-{'snmp' if monitor.type in SNMP_TYPES else 'availability'}.rrd"

    def record(self, monitor: Monitor, seen: MonitorChecked) -> None:
        """Take what one check saw."""
        if self._wanted:
            self._seen.append((monitor, seen))

    def write(self) -> Iterator[str]:
        """Write all of it; sentences about what could not be written."""
        yield from ()
