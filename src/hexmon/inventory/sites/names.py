"""What the monitors of a site are called elsewhere: hosts of the inventory, folders and files. Pure."""

import hashlib
import re
from collections.abc import Iterable

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_FOLDER = 64  # bytes; with the name of a monitor it must be a host's name
_LONGEST = 180
_HASH = 8
RESERVED = frozenset({"execution_time", "execution_ms"})
"""Names that the state file has for itself."""


def safe(text: str, longest: int = _LONGEST) -> str:
    """That text as files and hosts may be called; what is too long ends with a hash of all of it."""
    found = _UNSAFE.sub("_", text)
    if not found.strip("."):
        found = "_" * max(len(found), 1)
    return found if len(found) <= longest else f"{found[: longest - _HASH - 1]}-{_digest(text)}"


def folder_of(site: str) -> str:
    """The folder of a site."""
    return safe(site, _LONGEST_FOLDER)


def unique(names: Iterable[str]) -> list[str]:
    """A safe name for each, no two alike even in another case: of those that would be, the later have a hash."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        one = safe(name)
        while one.lower() in taken:
            one = f"{one}-{_digest(name)}"
        taken.add(one.lower())
        found.append(one)
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
