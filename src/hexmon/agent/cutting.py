"""What of a log's new lines is sent: as logfetch of the Xymon client cuts it. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol

import msgspec

SKIPPED = b"<...SKIPPED...>\n"
CURRENT = b"<...CURRENT...>\n"
_AROUND = 5  # lines before a trigger that go with it; behind it it is one less
_BRACKET = re.compile(rb"(?m)^\[")


class Search(Protocol):
    """A pattern."""

    def search(self, subject: bytes) -> bool:
        """Whether it occurs in that line."""
        ...


class Patterns(msgspec.Struct, frozen=True):
    """Those of one log, ready to be searched for."""

    ignore: tuple[Search, ...] = ()
    trigger: tuple[Search, ...] = ()
    counts: tuple[tuple[str, Search], ...] = ()


class Cut(msgspec.Struct, frozen=True):
    """The text to send, and how many of the new lines fit each pattern that counts."""

    text: bytes
    counts: tuple[tuple[str, int], ...] = ()


class _Kept:
    """The lines that are not ignored, and which stretches of them are sent in any case."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.stretches: list[list[int]] = []  # [first, behind the last]
        self._to_come = 0

    def add(self, line: bytes, *, wanted: bool) -> None:
        if wanted:
            self._begin(len(self.lines))
        self.lines.append(line)
        if self._to_come:
            self._to_come -= 1
            self.stretches[-1][1] = len(self.lines)

    def _begin(self, place: int) -> None:
        if not self._to_come:
            earliest = self.stretches[-1][1] if self.stretches else 0
            first = max(place - _AROUND, earliest)
            self.stretches.append([first, first])
        self._to_come = _AROUND


def cut(data: bytes, new: int, patterns: Patterns, most: int) -> Cut:
    """`data` are lines of a log, from the place `new` on not yet seen by the report before.

    The new ones begin behind a line CURRENT; when they begin even before `data` (negative) there is none. More than
    `most` bytes are cut: what triggers stays, with the lines around it and SKIPPED before it, and the rest of the room
    is for the last lines.
    """
    kept = _Kept()
    counts = [0] * len(patterns.counts)
    marked = new < 0
    for line, end in _lines(data):
        bare = line.removesuffix(b"\n")
        begins_new = not marked and end > new
        marked |= begins_new
        if marked:
            for place, (_, pattern) in enumerate(patterns.counts):
                counts[place] += pattern.search(bare)
        ignored = any(pattern.search(bare) for pattern in patterns.ignore)
        if begins_new:
            kept.add(CURRENT + (b"" if ignored else line), wanted=True)
        elif not ignored:
            kept.add(line, wanted=any(pattern.search(bare) for pattern in patterns.trigger))
    text = _shortened(kept.lines, kept.stretches, most)
    names = (name for name, _ in patterns.counts)
    return Cut(_BRACKET.sub(b".", text), tuple(zip(names, counts, strict=True)))


def _lines(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Each line with its newline and without zeros, and where it ends in `data`."""
    place = 0
    while place < len(data):
        end = data.find(b"\n", place) + 1 or len(data)
        line = data[place:end].replace(b"\0", b"")
        if line:
            yield line, end
        place = end


def _shortened(lines: Sequence[bytes], stretches: Sequence[Sequence[int]], most: int) -> bytes:
    text = b"".join(lines)
    if len(text) <= most:
        return text
    if not stretches:
        return SKIPPED + text[len(text) - most + len(SKIPPED) :] if most > len(SKIPPED) else SKIPPED
    ends = [0, *accumulate(len(line) for line in lines)]
    parts = [text[ends[first] : ends[behind]] for first, behind in stretches]
    room = max(most - sum(map(len, parts)), 0)
    last = ends[stretches[-1][1]]
    rest = b""
    if room:
        rest = _last_lines(text, max(len(text) - room, last))
        if len(rest) < len(text) - last:
            rest = SKIPPED + rest
    result = b"".join(SKIPPED + part for part in parts) + rest
    # Half a line is worse than none where lines are missing anyway.
    return result[: result.rfind(b"\n") + 1]


def _last_lines(text: bytes, start: int) -> bytes:
    """From the first line that begins at `start` or behind it."""
    if start and text[start - 1 : start] != b"\n":
        start = text.find(b"\n", start) + 1 or len(text)
    return text[start:]
