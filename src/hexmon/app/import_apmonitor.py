"""Taking over a site of APMonitor: configuration, state, RRD files. The originals stay untouched."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hexmon.app.rotated import NEW, OLD, write_rotated
from hexmon.app.settings import Configuration
from hexmon.app.site_files import SiteFiles
from hexmon.app.site_takeover import waiting_file
from hexmon.app.state_files import STATE_FOLDER
from hexmon.config.lines import decode_text
from hexmon.inventory.sites.read import SiteFile, read_site
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.site import SNMP_TYPES, Monitor
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state_json import decode_memories, encode_memories
from hexmon.schedule.zone import MachineZone

OLDER_FOLDER = STATE_FOLDER.parent
_DEFAULT_CONFIG = "apmonitor-config"  # its state file was called apmonitor-statefile.json once
_RRD_MAGIC = b"RRD\0"
_NAMED = 5  # that a sentence names

Tell = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is taken over and where to. `state`, `rrds` None: those that APMonitor has for the configuration.

    `rrd_place` gives the file of a monitor of a site. With `dry` nothing is written.
    """

    config: Path
    state: Path | None
    rrds: Path | None
    into: Configuration
    rrd_place: Callable[[str, Monitor], Path]
    dry: bool = False


class Importer:
    """Tells each thing that it does, or would do, in a line. `failed`: something could not be taken over."""

    def __init__(self, wanted: Wanted, tell: Tell) -> None:
        self.failed = False
        self._wanted = wanted
        self._tell = tell

    def run(self) -> None:
        """Take over all there is. Raises ConfigError for a configuration that cannot be used: then nothing is done."""
        place = self._wanted.into.folder / "sites" / self._wanted.config.name
        file, text = _read(self._wanted.config, place)
        for problem in file.problems:
            self._tell(f"note: {problem}")
        if not self._wanted.dry:
            self._wanted.into.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_config(place, text)
        states = self._wanted.state or _state_of(self._wanted.config)
        if states is None:
            self._tell("state: none was found; all monitors begin anew (--statefile names one)")
        else:
            self._take_state(file, states)
        rrds = self._wanted.rrds or (_rrds_of(states) if states is not None else None)
        if rrds is None:
            self._tell("RRD files: none were found (--rrd-dir names their folder)")
        else:
            self._take_rrds(file, rrds)

    def _fail(self, text: str) -> None:
        self.failed = True
        self._tell(f"NOT done: {text}")

    # -- the configuration ------------------------------------------------------------------------------------------

    def _take_config(self, place: Path, text: bytes) -> None:
        settings = self._wanted.into.settings.files
        if place.exists() and place.read_bytes() != text:
            self._fail(f"configuration: {place} is there already and is another one")
            return
        if place.exists():
            self._tell(f"configuration: {place} is there already")
        else:
            self._tell(f"configuration: {self._wanted.config} becomes {place}")
            if not self._wanted.dry:
                place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                write_rotated(place, text)
                place.chmod(self._wanted.config.stat().st_mode & 0o777)
        named = SiteFiles(settings.sites, self._wanted.into.folder)
        if not any(place.match(str(Path(pattern).name)) for pattern in settings.sites) and place not in named.paths():
            hint = f"sites = {[*settings.sites, f'sites/*{place.suffix}']}".replace("'", '"')
            self._tell(f"note: no pattern of [files] sites in hexmon.toml means {place.name}; write {hint}")

    # -- what it remembers ------------------------------------------------------------------------------------------

    def _take_state(self, file: SiteFile, path: Path) -> None:
        source = self._readable(path)
        if source is None:
            return
        memories = decode_memories(source.read_bytes(), MachineZone())
        names = [monitor.name for monitor in file.site.monitors]
        known = {name: memories[name] for name in names if name in memories}
        waiting = waiting_file(self._wanted.into.data_dir, file.site)
        self._tell(f"state: what {path} remembers of {_count(len(known), 'monitor')} becomes {waiting}")
        self._name("state: nothing is remembered of", [name for name in names if name not in memories])
        self._name("state: left behind, for they are not in the configuration:", [*(set(memories) - set(names))])
        self._name("state: down, and people know of it:", [name for name in known if _is_known_down(known[name])])
        if waiting.with_name(waiting.name + ".taken").exists():
            self._tell("note: a state of this site was taken over before; monitors that hexmon knows keep theirs")
        if not self._wanted.dry:
            waiting.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_rotated(waiting, encode_memories(known, source.stat().st_mtime, 0))
            self._tell("state: the server reads it when it starts the next time")

    def _readable(self, path: Path) -> Path | None:
        """The file, or what APMonitor leaves under other names when it is killed."""
        wrong = "it is not there"
        for candidate in (path, path.with_name(path.name + NEW), path.with_name(path.name + OLD)):
            try:
                decode_memories(candidate.read_bytes(), MachineZone())
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                wrong = f"{candidate.name}: {error.strerror if isinstance(error, OSError) else error}"
                continue
            if candidate != path:
                self._tell(f"note: {path}: {wrong}; {candidate.name} is used")
            return candidate
        self._fail(f"state: {path}: {wrong}")
        return None

    def _name(self, text: str, names: list[str]) -> None:
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            self._tell(f"{text} {', '.join(sorted(names)[:_NAMED])}{more}")

    # -- figures ----------------------------------------------------------------------------------------------------

    def _take_rrds(self, file: SiteFile, folder: Path) -> None:
        try:
            there = {path.name: path for path in sorted(folder.iterdir()) if path.suffix == ".rrd"}
        except OSError as error:
            self._fail(f"RRD files: {folder}: {error.strerror}")
            return
        taken = 0
        missing = []
        for monitor in file.site.monitors:
            place = self._wanted.rrd_place(file.site.folder, monitor)
            source = there.pop(_rrd_name(monitor), None)
            if source is None:
                missing.append(monitor.name)
            else:
                taken += self._take_rrd(source, place)
        self._tell(f"RRD files: {_count(taken, 'file')} of {folder}")
        self._name("RRD files: there is none of", missing)
        self._name("RRD files: left behind, for no monitor has them:", list(there))

    def _take_rrd(self, source: Path, place: Path) -> bool:
        try:
            with source.open("rb") as file:
                if file.read(len(_RRD_MAGIC)) != _RRD_MAGIC:
                    self._fail(f"RRD files: {source} is no RRD file")
                    return False
            if place.exists():
                self._tell(f"RRD files: {place} is there already and stays")
                return False
            if not self._wanted.dry:
                _copy(source, place)
        except OSError as error:
            self._fail(f"RRD files: {error.filename or source}: {error.strerror}")
            return False
        return True


def _copy(source: Path, place: Path) -> None:
    """Whole or not at all: the server may be looking."""
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}{NEW}")
    shutil.copy2(source, fresh)
    fresh.replace(place)


def _read(config: Path, place: Path) -> tuple[SiteFile, bytes]:
    """The configuration, as it will be read at its new place. Raises ConfigError."""
    try:
        data = config.read_bytes()
    except OSError as error:
        raise ConfigError((Problem(Origin(str(config)), f"cannot be read: {error.strerror}"),)) from None
    return read_site(decode_text(data), str(config), os.environ, place.parent), data


def _state_of(config: Path) -> Path | None:
    """Where APMonitor keeps the state of that configuration, or kept it in earlier versions; None for nowhere."""
    names = [f"{config.stem}.statefile.json"]
    older = [*names, "apmonitor-statefile.json"] if config.stem == _DEFAULT_CONFIG else names
    places = [STATE_FOLDER / name for name in names] + [OLDER_FOLDER / name for name in older]
    return next((place for place in places if _is_there(place)), None)


def _is_there(path: Path) -> bool:
    return any(path.with_name(path.name + suffix).is_file() for suffix in ("", NEW, OLD))


def _rrds_of(state: Path) -> Path | None:
    folder = state.with_name(f"{state.name.removesuffix('.json')}.rrd")
    return folder if folder.is_dir() else None


def _rrd_name(monitor: Monitor) -> str:
    """What APMonitor calls the file of a monitor: its letters are those of all languages."""
    name = "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in monitor.name)
    return f"{name}-{'snmp' if monitor.type in SNMP_TYPES else 'availability'}.rrd"


def _is_known_down(memory: MonitorMemory) -> bool:
    return not memory.state.is_up and memory.state.notified_count > 0


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
