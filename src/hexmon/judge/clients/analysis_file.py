"""FILE and DIR of analysis.cfg. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from hexmon.judge.clients.analysis_words import Words, track_word
from hexmon.judge.clients.rules import HASHES, Directory, File, FileCheck, Rule
from hexmon.model.color import Color, parse_color

_MOST = 2**63 - 1
_SIZE = re.compile(r"[0-9]{1,18}[KkMmGgTt]?")
_SHIFTS = {"k": 10, "m": 20, "g": 30, "t": 40}
_TYPES = {
    "file": "file",
    "dir": "dir",
    "char": "char",
    "block": "block",
    "fifo": "fifo",
    "socket": "socket",
    "symlink": "symlink",
    "link": "symlink",
}
_CHECK = re.compile(r"([a-z]+[0-9]*)([<>=])(.*)\Z", re.IGNORECASE | re.DOTALL)
_TIMES = ("ctime", "mtime", "atime")
_SIGNS: Mapping[str, str] = {
    "type": "=",
    "mode": "=",
    "owner": "=",
    "ownerid": "=",
    "groupid": "=",
    "size": "<>=",
    "links": "<>=",
    **dict.fromkeys(_TIMES, "<>="),
    **dict.fromkeys(HASHES, "="),
}
_WORDS = (
    *(f"{name}{sign}" for name, signs in _SIGNS.items() for sign in signs),
    "NOEXIST",
    "OPTIONAL",
    "IFEXIST",
    "TRACK",
)
# The order in which what is wrong is told.
_ORDER = ("type", "mode", "size", "links", "owner", "ownerid", "group", "groupid", *_TIMES, *HASHES)
_SIGN_ORDER = (">", "<", "=")


class _Draft:
    """A FILE or DIR in the making; `names_` are the words that it knows."""

    def __init__(self, words: Words, known: tuple[str, ...]) -> None:
        self._words = words
        self._known = known
        self.color = Color.RED
        self.track: str | None = None
        self.flags: set[str] = set()
        self.checks: dict[tuple[Any, Any], int | str] = {}

    def word(self, word: str) -> None:
        """What every one of them may say beside its checks."""
        small = word.lower()
        track = track_word(word, self.track)
        if track is not None:
            self.track = track
        elif small.upper() in self._known:
            self.flags.add(small)
        elif parse_color(word.encode(errors="replace")) is not None:
            self.color = self._words.to_color(word, Color.RED)
        elif small.startswith("color="):
            self._words.mistake(f"{self._words.setting}: '{word}' is left out", f"write: {word.partition('=')[2]}")
        else:
            self._words.unknown(word, (*self._known, "green", "yellow", "red"))


def read_file_check(words: Words) -> Rule | None:
    """FILE: a name, a colour and what the file must be, in any order."""
    name = words.name()
    if name is None:
        return None
    draft = _Draft(words, _WORDS)
    for word in words.rest():
        match = _CHECK.match(word)
        if match is None or match[2] not in _SIGNS.get(match[1].lower(), ""):
            draft.word(word)
            continue
        property_, value = _value(words, match[1].lower(), match[3])
        if value is not None:
            draft.checks[property_, match[2]] = value
    found = sorted(draft.checks, key=lambda one: (_ORDER.index(one[0]), _SIGN_ORDER.index(one[1])))
    return File(
        name=words.to_expression(name),
        checks=tuple(FileCheck(property_, sign, draft.checks[property_, sign]) for property_, sign in found),
        color=draft.color,
        absent="noexist" in draft.flags,
        optional=bool(draft.flags & {"optional", "ifexist"}),
        track=draft.track,
    )


def _value(words: Words, name: str, text: str) -> tuple[str, int | str | None]:
    """The property that is meant, and what it must be; None for what nobody understands."""
    if name == "type":
        found = _TYPES.get(text.lower())
        if found is None:
            words.mistake(f"FILE: '{text}' is no type of a file; it is left out", f"one of {', '.join(_TYPES)}")
        return name, found
    if name == "size":
        return name, _bytes(words, text)
    if name == "mode":
        return name, words.to_octal(text)
    if name in ("owner", "ownerid", "groupid"):
        return _owner(words, name[:5], text)
    return name, text if name in HASHES else words.to_whole(text, _MOST)


def _owner(words: Words, name: str, text: str) -> tuple[str, int | str]:
    """A number is an id, whichever word it stands behind; anything else is a name."""
    number = text.removeprefix("-")
    if not number or (number.isascii() and number.isdigit()):
        return f"{name}id", words.to_whole(text)
    return name, text


def _bytes(words: Words, text: str) -> int:
    """A size; a number without a letter counts bytes."""
    shift = _SHIFTS.get(text[-1:].lower(), 0) if _SIZE.fullmatch(text) else 0
    if not _SIZE.fullmatch(text):
        digits = re.match(r"[0-9]*", text)
        shift = _SHIFTS.get(text[digits.end() :][:1].lower(), 0) if digits else 0
        return words.to_whole(text, _MOST) << shift
    return int(text.rstrip("KkMmGgTt")) << shift


def read_directory(words: Words) -> Rule | None:
    """DIR: a name, a colour and two limits."""
    name = words.name()
    if name is None:
        return None
    draft = _Draft(words, ("SIZE<", "SIZE>", "TRACK"))
    for word in words.rest():
        if word.lower().startswith(("size<", "size>")):
            draft.checks["size", word[4]] = words.to_whole(word[5:], _MOST)
        else:
            draft.word(word)
    limits = {sign: int(value) for (_, sign), value in draft.checks.items()}
    return Directory(
        name=words.to_expression(name),
        above=limits.get(">"),
        below=limits.get("<"),
        color=draft.color,
        track=draft.track,
    )
