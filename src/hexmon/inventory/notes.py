"""The tags of hosts.cfg that nobody knows: no mistakes, for other programs have theirs there, but told. Pure."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.hosts_cfg import HostLine, HostsFile
from hexmon.inventory.xymon_tags import KNOWN_WORDS, TagReader
from hexmon.model.origin import Origin, Problem
from hexmon.probes.protocols import Service

_WORD = re.compile(r"[?!~]*([A-Za-z0-9_-]*)")
_ALIKE = 0.8
_SHORT = 3  # of shorter words everyone resembles another


class UnknownTag(msgspec.Struct, frozen=True):
    """A tag without effect, and the known word that it resembles most."""

    origin: Origin
    tag: str
    nearest: str = ""

    @property
    def word(self) -> str:
        """What it begins with, for all tags of the same program."""
        match = _WORD.match(self.tag)
        return match[1].lower() if match else ""


def unknown_tags(file: HostsFile, services: Mapping[str, Service]) -> list[UnknownTag]:
    """Every one in the order of the file; what is a slip away from a known word is a mistake and not among them."""
    reader = TagReader(services, FAMILIES)
    words = {word.lower(): word for word in (*KNOWN_WORDS, *services, *(w for one in FAMILIES for w in one.words))}
    sets = {name.upper() for name in file.page_sets}
    found = []
    for line in sorted((*file.defaults, *file.hosts), key=_place):
        for tag in line.tags:
            meaning = reader.read(tag)
            if meaning.kind == "unknown" and not meaning.mistakes and tag.partition(":")[0] not in sets:
                found.append(UnknownTag(line.origin, tag, _nearest(tag, words)))
    return found


def told(tags: Iterable[UnknownTag], *, each: bool = False) -> list[Problem]:
    """As notes: every tag (`each`), or of several that begin with the same word the first and how many follow."""
    groups: dict[str, list[UnknownTag]] = {}
    for number, tag in enumerate(tags):
        groups.setdefault(str(number) if each or not tag.word else tag.word, []).append(tag)
    return [_note(group) for group in groups.values()]


def _note(group: Collection[UnknownTag]) -> Problem:
    first, *others = group
    more = f" and {len(others)} more like it" if others else ""
    hint = f"did you mean '{first.nearest}'?" if first.nearest else ""
    return Problem(
        first.origin, f"nobody knows the tag '{first.tag}'{more}; kept for other programs", hint, fatal=False
    )


def _nearest(tag: str, words: Mapping[str, str]) -> str:
    match = _WORD.match(tag)
    word = match[1].lower() if match else ""
    close = difflib.get_close_matches(word, words, 1, _ALIKE) if len(word) > _SHORT else []
    return words[close[0]] if close else ""


def _place(line: HostLine) -> tuple[str, int]:
    return line.origin.source, line.origin.line or 0
