"""Files for those who keep MRTG's CGI program: its configuration of a site, the pages, the entry in the program."""

import contextlib
import fcntl
import html
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from hexmon.app.rotated import write_rotated
from hexmon.graphs.mrtg import mrtg_config
from hexmon.graphs.mrtg_cgi import knows_sites, registered
from hexmon.graphs.mrtg_pages import Place, detail_name, detail_page, index_page, landing_page
from hexmon.model.site import Monitor, Site
from hexmon.model.site_state import MonitorState

PROGRAM = "mrtg-rrd.cgi.pl"  # one level above the pages
CHARTS = "/mrtg-rrd/"
_HEAD = 4096  # characters of a page that are looked at
_TITLE = re.compile(r"<title>([^<]*)</title>")
_DOWN = re.compile(r'<meta name="hexmon-down" content="([0-9]{1,6})">')


class MrtgFiles:
    """What a pass writes for MRTG. `work` is the folder of all pages, `config` the file of this site."""

    def __init__(self, work: Path, config: Path, file_of: Callable[[Monitor], Path]) -> None:
        self._work = work
        self._config = config
        self._file_of = file_of

    def write(self, site: Site, states: Mapping[str, MonitorState], now: float, zone: tzinfo) -> Iterator[str]:
        """Write all of it, as the checks have left the site; sentences about what could not be. Raises OSError."""
        made = datetime.fromtimestamp(now, zone)
        folder = self._work / site.folder
        folder.mkdir(mode=0o775, parents=True, exist_ok=True)
        text = mrtg_config(site, states, lambda monitor: str(self._file_of(monitor)), str(folder), made)
        write_rotated(self._config, text.encode("utf-8", "replace"))
        by_site, trouble = self._register(site)
        place = Place(now=now, made=made, charts=f"{CHARTS}{site.folder}/" if by_site else CHARTS)
        write_rotated(folder / "index.html", index_page(site, states, place).encode("utf-8", "replace"))
        for monitor in site.monitors:
            page = detail_page(site, monitor, states.get(monitor.name, MonitorState()), place)
            if page is not None:
                write_rotated(folder / detail_name(site, monitor), page.encode("utf-8", "replace"))
        write_rotated(self._work / "index.html", landing_page(self._sites(), place).encode(), keep=False)
        yield from [trouble] if trouble else []

    def _register(self, site: Site) -> tuple[bool, str]:
        """Enter the configuration into the CGI program, where there is one; whether it knows sites."""
        program = self._work.parent / PROGRAM
        try:
            with _locked(program):
                text = program.read_text(encoding="latin-1")
                wanted = registered(text, site.folder, str(self._config.absolute()))
                if wanted is None:
                    return False, f"{program}: has no @config_files and no %site_config; name {self._config} there"
                if wanted != text:
                    write_rotated(program, wanted.encode("latin-1"))
                return knows_sites(text), ""
        except FileNotFoundError:
            return False, ""
        except OSError as error:
            return False, f"{program}: {error.strerror}; the charts of this site may be missing"
        except ValueError as error:
            return False, f"{program}: {error}"

    def _sites(self) -> Iterator[tuple[str, str, int]]:
        """The sites that have a page, in the order of their folders."""
        for page in sorted(self._work.glob("*/index.html")):
            with contextlib.suppress(OSError):
                with page.open(encoding="utf-8", errors="replace") as file:
                    head = file.read(_HEAD)
                title, down = _TITLE.search(head), _DOWN.search(head)
                if title is not None and down is not None:  # ours
                    yield page.parent.name, html.unescape(title[1]), int(down[1])


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time rewrites the program: the lock is on its folder, for the file itself is replaced."""
    if not path.exists():
        raise FileNotFoundError(path)
    file = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
