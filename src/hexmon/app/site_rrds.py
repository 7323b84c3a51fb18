"""The figures of a pass, for the RRD files beside the state file."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hexmon.app.rotated import write_rotated
from hexmon.app.state_files import StateFiles
from hexmon.graphs import librrd
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.places import NameRefusedError
from hexmon.graphs.site_figures import SiteFigures
from hexmon.graphs.site_rrd import Place, file_of
from hexmon.model.events import MonitorChecked
from hexmon.model.site import Monitor, Site

_NAMED = 3  # files that a sentence names


class SiteRrds:
    """Collects figures while the checks run, and writes them afterwards; what is known of counters is kept beside."""

    def __init__(self, site: Site, files: StateFiles, *, wanted: bool) -> None:
        self._site = site
        self._files = files
        self._wanted = wanted
        self._seen: list[tuple[Monitor, MonitorChecked]] = []

    def path(self, monitor: Monitor) -> Path:
        """The file of a monitor."""
        return self._files.rrds / file_of(monitor, self._site.folder)

    def record(self, monitor: Monitor, seen: MonitorChecked) -> None:
        """Take what one check saw."""
        if self._wanted:
            self._seen.append((monitor, seen))

    def write(self) -> Iterator[str]:
        """Write all of it; sentences about what could not be written."""
        if not self._seen:
            return
        if not librrd.available():
            yield librrd.missing()
            return
        try:
            self._files.rrds.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            yield f"{self._files.rrds}: {error.strerror}"
            return
        yield from self._write_figures()

    def _write_figures(self) -> Iterator[str]:
        files = RrdFiles(self._files.rrds.parent)
        figures = SiteFigures(files.last)
        with suppress(OSError):
            figures.load(self._files.counters.read_bytes())
        failures = []
        for monitor, seen in self._seen:
            place = Place(self._files.rrds.name, file_of(monitor, self._site.folder))
            try:
                for update in figures.updates(monitor, place, seen):
                    files.write(files.place(place.folder, place.file), [update])
            except (RrdError, NameRefusedError, OSError) as error:
                failures.append(str(error))
        try:
            write_rotated(self._files.counters, figures.dump(), keep=False)
        except OSError as error:
            failures.append(f"{self._files.counters}: {error.strerror}")
        yield from failures[:_NAMED]
        if len(failures) > _NAMED:
            yield f"{len(failures) - _NAMED} more RRD files could not be written"
