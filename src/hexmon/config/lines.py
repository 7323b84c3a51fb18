"""How Xymon's line-oriented files are read: continuation, includes and directories, every line with its origin.

The rules are those of hosts.cfg(5), section "Tags recognized by all tools"; they hold for every file of that family.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from hexmon.config.line import Line
from hexmon.model.origin import Origin, Problem

__all__ = ["FileText", "Line", "Tool", "decode_text", "expand_bytes", "read_file", "read_lines"]

Tool = Literal["all", "display", "net", "daemon"]
Audience = Literal["", "display", "net"]

MAX_DEPTH = 32
_CLOSE = 0.8
_BLANKS = b" \t\r\n\v\f"
_INCLUDE = re.compile(rb"(optional[ \t]+)?(include|source|\.|directory|dispinclude|netinclude)[ \t]+(.+)\Z")
_AUDIENCES: dict[str, Audience] = {"dispinclude": "display", "netinclude": "net"}
_FOLLOWED: dict[Tool, frozenset[Audience]] = {
    "all": frozenset({"", "display", "net"}),
    "display": frozenset({"", "display"}),
    "net": frozenset({"", "net"}),
    "daemon": frozenset({""}),
}
_SKIPPED_STARTS = (".", "README")
_SKIPPED_ENDS = ("~", ",v", ".rpmsave", ".rpmnew", ".rpmorig", ".dpkg-new", ".dpkg-orig")


class FileText(msgspec.Struct, frozen=True):
    """A file with all that it includes; `paths` are the files and directories that were looked at."""

    lines: tuple[Line, ...]
    paths: tuple[Path, ...]


class _RawLine(msgspec.Struct, frozen=True, gc=False):
    text: bytes
    source: str
    number: int
    audience: Audience


def read_lines(path: Path, problems: list[Problem], *, tool: Tool = "all") -> list[Line]:
    """All lines of a file and of what it includes, empty ones and comments too. Mistakes go to `problems`."""
    return list(read_file(path, problems, tool=tool).lines)


def read_file(
    path: Path,
    problems: list[Problem],
    *,
    tool: Tool = "all",
    on_path: Callable[[Path], None] | None = None,
    keep_unread: bool = False,
    as_written: bool = False,
) -> FileText:
    """The same, with the list of what was read. A file that cannot be read is a fatal problem.

    `tool` decides which includes are followed: "display" dispinclude, "net" netinclude, "all" both, "daemon" neither.
    `on_path` is called with every path just before it is looked at. `keep_unread`: an include that is not followed
    remains among the lines. `as_written`: blanks around a line stay, and bytes that are no UTF-8 become surrogates.
    """
    reader = _Reader(path, problems, tool, keep_unread=keep_unread)
    reader.on_path = on_path
    decode = _as_written if as_written else _stripped
    lines = [Line(decode(raw.text), Origin(raw.source, raw.number), raw.audience) for raw in reader.file(path, "", ())]
    return FileText(tuple(lines), tuple(reader.paths))


def expand_bytes(path: Path) -> bytes:
    """The answer to the `config` command: includes expanded, continuation lines joined, bytes as they are.

    An include that cannot be read, and those meant for other tools, stay in the text.
    """
    reader = _Reader(path, [], "daemon", keep_unread=True)
    text = b"".join(raw.text + b"\n" for raw in reader.file(path, "", ()))
    return text if reader.ends_with_newline else text.removesuffix(b"\n")


def decode_text(raw: bytes) -> str:
    """UTF-8 where it is, else Latin-1: an old file is never refused for one letter."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _stripped(raw: bytes) -> str:
    return decode_text(raw).strip()


def _as_written(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


class _Reader:
    """Follows the includes of one top file, relative to whose directory all of them are named."""

    def __init__(self, top: Path, problems: list[Problem], tool: Tool, *, keep_unread: bool = False) -> None:
        self.paths: list[Path] = []
        self.on_path: Callable[[Path], None] | None = None
        self.ends_with_newline = True
        self._folder = top.parent
        self._problems = problems
        self._followed = _FOLLOWED[tool]
        self._keep_unread = keep_unread

    def _look_at(self, path: Path) -> None:
        self.paths.append(path)
        if self.on_path is not None:
            self.on_path(path)

    def file(self, path: Path, audience: Audience, stack: tuple[Path, ...]) -> Iterator[_RawLine]:
        """The lines of one file; `stack` are the files that are being read."""
        self._look_at(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            self._report(Origin(str(path)), f"cannot be read: {error.strerror}", fatal=True)
            return
        if not stack:
            self.ends_with_newline = content.endswith(b"\n")
        source = self._name(path)
        for number, text in _logical_lines(content.removeprefix(b"\xef\xbb\xbf")):
            line = _RawLine(text, source, number, audience)
            match = _INCLUDE.match(text.strip(_BLANKS))
            if match is None:
                yield line
            else:
                yield from self._directive(line, match, (*stack, path))

    def _directive(self, line: _RawLine, match: re.Match[bytes], stack: tuple[Path, ...]) -> Iterator[_RawLine]:
        word, wanted = match[2].decode(), self._folder / os.fsdecode(match[3].strip(_BLANKS))
        audience = _AUDIENCES.get(word, line.audience)
        if audience not in self._followed:
            readable = False
        elif word == "directory":
            readable = self._may_read(line, stack, wanted, optional=bool(match[1]), folder=True)
        else:
            readable = self._may_read(line, stack, wanted, optional=bool(match[1]), folder=False)
        if not readable:
            if self._keep_unread:
                yield line
        elif word == "directory":
            yield from self._directory(wanted, audience, stack)
        else:
            yield from self.file(wanted, audience, stack)

    def _may_read(self, line: _RawLine, stack: tuple[Path, ...], wanted: Path, *, optional: bool, folder: bool) -> bool:
        origin = Origin(line.source, line.number)
        if not folder and any(_same(wanted, open_file) for open_file in stack):
            self._report(origin, f"{self._name(wanted)} includes itself", "take this line away")
        elif len(stack) > MAX_DEPTH:
            self._report(origin, f"more than {MAX_DEPTH} files include one another")
        elif (wanted.is_dir() if folder else wanted.is_file()) and os.access(wanted, os.R_OK):
            return True
        else:
            self._look_at(wanted)
            if not optional:
                # Whatever it names would vanish: a configuration in force is better than that.
                self._report(origin, *_why_not(wanted, folder=folder, named=self._name(wanted)), fatal=True)
        return False

    def _directory(self, folder: Path, audience: Audience, stack: tuple[Path, ...]) -> Iterator[_RawLine]:
        """Its files by name, then its folders by name."""
        self._look_at(folder)
        try:
            entries = sorted(folder.iterdir(), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self._report(Origin(str(folder)), f"cannot be read: {error.strerror}", fatal=True)
            return
        wanted = [entry for entry in entries if not _skipped(entry.name)]
        for entry in wanted:
            if entry.is_file() and not any(_same(entry, open_file) for open_file in stack):
                yield from self.file(entry, audience, stack)
        for entry in wanted:
            if entry.is_dir() and entry.name != "RCS" and not any(_same(entry, outer) for outer in (*stack, folder)):
                yield from self._directory(entry, audience, (*stack, folder))

    def _name(self, path: Path) -> str:
        """As people know it: relative to the folder of the top file where it lies below."""
        return str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else str(path)

    def _report(self, origin: Origin, message: str, hint: str = "", *, fatal: bool = False) -> None:
        self._problems.append(Problem(origin, message, hint, fatal=fatal))


def _logical_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines with the number of their first; a backslash at the end (blanks may follow it) joins the next."""
    parts: list[bytes] = []
    first = 1
    physical = content.split(b"\n")
    if physical[-1] == b"":
        physical.pop()
    for number, line in enumerate(physical, 1):
        text = line.rstrip(_BLANKS)
        if not parts:
            first = number
        if text.endswith(b"\\"):
            parts.append(text[:-1])
            continue
        yield first, b"".join((*parts, text)) if parts else line
        parts.clear()
    if parts:
        yield first, b"".join(parts)


def _skipped(name: str) -> bool:
    return name.startswith(_SKIPPED_STARTS) or name.endswith(_SKIPPED_ENDS)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _why_not(wanted: Path, *, folder: bool, named: str) -> tuple[str, str]:
    """What is wrong with a file or directory that cannot be read, and what may help."""
    kind = "directory" if folder else "file"
    if wanted.is_dir() and not folder:
        return f"{named} is a directory", f"write: directory {named}"
    if wanted.is_file() and folder:
        return f"{named} is a file", f"write: include {named}"
    if wanted.exists():
        return f"the {kind} {named} may not be read", ""
    return f"the {kind} {named} does not exist", _nearby(wanted)


def _nearby(wanted: Path) -> str:
    try:
        names = [entry.name for entry in wanted.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(wanted.name, names, 1, _CLOSE)
    return f"did you mean {close[0]}?" if close else "write 'optional' before it if that is all right"
