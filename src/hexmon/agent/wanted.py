"""What a server wants to know: its section of client-local.cfg, which comes as the reply to a client message."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

Kind = Literal["log", "file", "dir", "linecount"]
How = Literal["name", "glob", "command"]

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "rmd160")
_MOST = 2000  # lines that begin something
_LONGEST = 4096  # characters of a line
_KINDS: dict[str, Kind] = {"log": "log", "file": "file", "dir": "dir", "linecount": "linecount"}
_BEGIN = re.compile(r"(log|file|dir|linecount):")
# `C:\...` is one word; else a name ends at the first colon.
_NAME = re.compile(r"((?:[A-Za-z]:(?=[\\/]))?[^:]+)(?::(.*))?\Z", re.DOTALL)
_COUNTED = re.compile(r"[ :]*([^ :]+)[ :](.+)\Z", re.DOTALL)
_NUMBER = re.compile(r"\s*\+?(\d{1,12})")
_FENCES: dict[str, tuple[str, How]] = {"`": ("`", "command"), "<": (">", "glob")}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to report. `how` says what `name` is: a name, a pattern of glob(3), or a command that prints names.

    Of a log `most` bytes are sent; lines that `ignore` are left out, those that `trigger` are sent even when there is
    no room. `counts` are pairs of a name and a pattern.
    """

    kind: Kind
    name: str
    how: How = "name"
    most: int = 0
    hash: str = ""
    ignore: tuple[str, ...] = ()
    trigger: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()


def read_wanted(text: str) -> tuple[Wanted, ...]:
    """All that is wanted, in the order of the text. Lines for somebody else (`clientversion:`) mean nothing here."""
    found = []
    for block in _blocks(text):
        begun = _begin(block[0])
        if begun is not None:
            found.append(_complete(begun, block[1:]))
        if len(found) >= _MOST:
            break
    return tuple(found)


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines that begin something, each with those that follow it."""
    block: list[str] = []
    for line in text.split("\n"):
        bare = line.strip(" \t\r")
        if not bare or bare.startswith(("#", "clientversion:")) or len(bare) > _LONGEST:
            continue
        if _BEGIN.match(bare):
            if block:
                yield block
            block = [bare]
        elif block:
            block.append(bare)
    if block:
        yield block


def _begin(line: str) -> Wanted | None:
    word, _, rest = line.partition(":")
    kind = _KINDS[word]
    name, how, option = _named(rest)
    if not name:
        return None
    if kind == "log":
        if option is None:
            return None
        number = _NUMBER.match(option)
        return Wanted(kind=kind, name=name, how=how, most=int(number[1]) if number else 0)
    word = (option or "").partition(":")[0].strip().lower()
    return Wanted(kind=kind, name=name, how=how, hash=word if kind == "file" and word in HASHES else "")


def _named(rest: str) -> tuple[str, How, str | None]:
    """The name, what it is, and what follows it behind a colon, if anything."""
    closing, how = _FENCES.get(rest[:1], ("", "name"))
    if closing and (end := rest.find(closing, 1)) > 0:
        after = rest[end + 1 :]
        return rest[1:end], how, after[1:] if after.startswith(":") else None
    match = _NAME.match(rest)
    return (match[1], "name", match[2]) if match else ("", "name", None)


def _complete(begun: Wanted, lines: list[str]) -> Wanted:
    if begun.kind == "linecount":
        return msgspec.structs.replace(begun, counts=_counts(lines))
    if begun.kind != "log":
        return begun
    return msgspec.structs.replace(
        begun,
        ignore=_below("ignore", lines),
        trigger=_below("trigger", lines),
        counts=_counts(_below("deltacount", lines)),
    )


def _below(word: str, lines: list[str]) -> tuple[str, ...]:
    start = f"{word} "
    return tuple(text for line in lines if line.startswith(start) and (text := line[len(start) :].lstrip(" \t")))


def _counts(lines: list[str] | tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((match[1], match[2]) for line in lines if (match := _COUNTED.match(line)))
