"""What an agent says of a file: the lines of a section [file:NAME] or [logfile:NAME]."""

import re
from collections.abc import Mapping

import msgspec

from hexmon.judge.clients.lines import lines_of
from hexmon.judge.clients.rules import HASHES

_MOST = 2**63 - 1
_DIGITS = 18  # that surely are no more
_LONGEST_LINE = 1000
_WHOLE = re.compile(r"\s*([+-]?)([0-9]+)\s*([KkMmGgTt]?)")
_OCTAL = re.compile(r"\s*([0-7]{1,9})")
_SHIFTS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
# What an agent calls a type, and the word for it in analysis.cfg.
_KINDS = {
    "file": "file",
    "directory": "dir",
    "char-device": "char",
    "block-device": "block",
    "FIFO": "fifo",
    "socket": "socket",
}
_LINK = ", symlink -> "
_TIMES = ("ctime", "mtime", "atime")


class FileFacts(msgspec.Struct, kw_only=True, frozen=True):
    """What is not said is None, "" or 0. `clock` and `times` are epoch seconds, `size` is bytes."""

    exists: bool = True
    kind: str = ""
    is_link: bool = False
    mode: int = 0
    links: int = 0
    owner_id: int | None = None
    owner: str | None = None
    group_id: int | None = None
    group: str | None = None
    size: int = 0
    clock: int = 0
    times: Mapping[str, int]
    hashes: Mapping[str, str]


def read_facts(text: str) -> FileFacts:
    """The lines of a section; of two lines that say the same thing the last counts."""
    words: dict[str, str] = {}
    for line in lines_of(text):
        word, colon, value = line[:_LONGEST_LINE].partition(":")
        if colon:
            words[word] = value
    kind = words.get("type", "").partition("(")[2]
    owner, group = words.get("owner"), words.get("group")
    return FileFacts(
        exists="ERROR" not in words,
        kind=next((word for begin, word in _KINDS.items() if kind.startswith(begin)), ""),
        is_link=_LINK in kind,
        mode=_octal(words.get("mode", "")),
        links=whole(words.get("linkcount", "")),
        owner_id=None if owner is None else whole(owner),
        owner=_in_brackets(owner),
        group_id=None if group is None else whole(group),
        group=_in_brackets(group),
        size=_size(words.get("size", "")),
        clock=whole(words.get("clock", "")),
        times={name: whole(words.get(name, "")) for name in _TIMES},
        hashes={name: words[name] for name in HASHES if name in words},
    )


def whole(text: str) -> int:
    """The number that a text begins with, at most 63 bits of it; 0 when it begins with none."""
    match = _WHOLE.match(text)
    return 0 if match is None else _bounded(match)


def _bounded(match: re.Match[str]) -> int:
    digits = match[2].lstrip("0")
    value = int(digits or "0") if len(digits) <= _DIGITS else _MOST
    return -value if match[1] == "-" else value


def _size(text: str) -> int:
    match = _WHOLE.match(text)
    return 0 if match is None else _bounded(match) << _SHIFTS[match[3].lower()]


def _octal(text: str) -> int:
    match = _OCTAL.match(text)
    return int(match[1], 8) if match else 0


def _in_brackets(text: str | None) -> str | None:
    """`root` of `0 (root)`; None without a bracket."""
    _, bracket, rest = (text or "").partition("(")
    return rest.partition(")")[0] if bracket else None
