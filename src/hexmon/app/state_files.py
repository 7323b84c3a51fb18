"""The state file of a YAML site: where it is, that one run at a time works with it, how it is read and written."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from hexmon.app.rotated import NEW, OLD, write_rotated
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state_json import decode_memories, encode_memories

STATE_FOLDER = Path("/var/tmp/APMonitor")  # noqa: S108 - where APMonitor has them; `open_folder` says whether it is safe
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_HINT = "name a state file of your own with -s PATH, or a folder with --state-dir DIR"

Memories = dict[str, MonitorMemory]


class StateFiles:
    """The paths that belong to a site: all beside its state file and named after it."""

    def __init__(self, state: Path) -> None:
        stem = state.name.removesuffix(".json")
        self.state = state
        self.lock = state.with_name(f"{stem}.lock")
        self.rrds = state.with_name(f"{stem}.rrd")
        self.counters = state.with_name(f"{stem}.counters")
        self.mrtg = state.with_name(f"{stem}.mrtg.cfg")


def files_of(config: Path, folder: Path = STATE_FOLDER) -> StateFiles:
    """Those of a configuration file: `lab.yaml` has `lab.statefile.json`."""
    return StateFiles(folder / f"{config.stem}.statefile.json")


def open_folder(folder: Path, trusted: frozenset[int]) -> None:
    """Make the common folder of state files, or see that it is safe to use. Raises ConfigError.

    It lies where everybody may write: it must belong to one of the `trusted` user ids and nobody else may write there.
    """
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o755)
            folder.chmod(0o755)  # whatever the umask is: the web server reads what is in it
        found = folder.lstat()
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(folder, "this is no folder")
    if found.st_uid not in trusted:
        raise _unusable(folder, f"it belongs to the user {found.st_uid}, not to the one that runs hexmon")
    if found.st_mode & _OTHERS_WRITE:
        raise _unusable(folder, "others than its owner may write into it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable(folder, "we may not write into it")


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError((Problem(Origin(str(path)), f"state cannot be kept here: {why}", _HINT),))


class Busy(Exception):  # noqa: N818 - it names what is so, not an error of ours
    """Another run works with this site."""


@contextlib.contextmanager
def only_one(files: StateFiles) -> Iterator[None]:
    """Work with the site while no other run does. Raises Busy, ConfigError.

    The kernel lets go of the lock when the process ends, however it ends.
    """
    try:
        file = os.open(files.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _unusable(files.lock, error.strerror or str(error)) from None
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        except OSError as error:
            raise _unusable(files.lock, error.strerror or str(error)) from None
        yield
    finally:
        os.close(file)


def read_memories(path: Path, zone: tzinfo) -> tuple[Memories, str]:
    """What is remembered, and what was wrong with the file ("" for nothing). Raises ConfigError when it is unreadable.

    A file that is no JSON is put aside as PATH.damaged, and what was kept beside it is read. Without any file nothing
    is remembered.
    """
    note = ""
    for candidate in (path, path.with_name(path.name + NEW), path.with_name(path.name + OLD)):
        try:
            return decode_memories(candidate.read_bytes(), zone), note and f"{note}; {candidate.name} is used instead"
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _unusable(candidate, error.strerror or str(error)) from None
        except ValueError as error:
            if candidate == path:
                aside = path.with_name(f"{path.name}.damaged")
                path.replace(aside)
                note = f"{path} is damaged ({error}) and was put aside as {aside.name}"
    return {}, note and f"{note}; all monitors begin anew"


def write_memories(path: Path, memories: Mapping[str, MonitorMemory], ended: float, took: float, *, keep: bool) -> None:
    """Write the state file; with `keep` the one before stays as PATH.old. `took` is seconds. Raises OSError."""
    write_rotated(path, encode_memories(memories, ended, round(took * 1000)), keep=keep)
