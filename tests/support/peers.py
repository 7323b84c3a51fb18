"""The real programs of other projects, which tests use as oracle or as client.

The list is `peers.list` beside this file; `scripts/setup test` installs from it what is missing.
"""

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

_LIST = Path(__file__).with_name("peers.list")
_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


@dataclass(frozen=True)
class Peer:
    """One line of the list: a program, the Debian package it comes in, and where that puts it."""

    name: str
    package: str
    place: Path | None = None

    def find(self) -> Path | None:
        """Its path on this machine; None when it is not installed."""
        if self.place is not None and self.place.exists():
            return self.place
        found = shutil.which(self.name) or shutil.which(self.name, path=":".join(_SYSTEM_FOLDERS))
        return Path(found) if found else None


@cache
def peers() -> dict[str, Peer]:
    """Every program of the list, by name."""
    rows = (line.split() for line in _LIST.read_text().splitlines() if line[:1] not in ("", "#"))
    return {name: Peer(name, package, Path(place[0]) if place else None) for name, package, *place in rows}


def peer(name: str) -> Path:
    """The path of a program of the list; the test that asks for a missing one is not run."""
    found = peers()[name].find()
    if found is None:
        package = peers()[name].package
        pytest.skip(f"not run: {name} missing (make setup, or: apt-get install {package})")
    return found
