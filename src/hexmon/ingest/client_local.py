"""client-local.cfg: which section is for which agent (client-local.cfg(5))."""

from collections.abc import Iterable

import msgspec

from hexmon.config.line import Line
from hexmon.model.origin import Origin, Problem
from hexmon.model.patterns import Pattern, PatternError, compile_pattern

_REMEMBERED = 50_000
_KINDS = ("host", "class", "os")
_SHOWN = 60  # letters of a line in a message
_BEGIN = "write above it: [name], [host=...], [class=...] or [os=...]"

Patterns = tuple[Pattern | None, Pattern | None, Pattern | None]


class Section(msgspec.Struct, frozen=True):
    """A block of lines and whom it is for; a pattern that is None matches nobody."""

    host: Pattern | None
    host_class: Pattern | None
    os_type: Pattern | None
    text: bytes


class ClientLocal:
    """The sections in the order of the file. `problems` are patterns nobody can understand."""

    def __init__(self, sections: list[Section], problems: list[Problem], *, merge: bool = False) -> None:
        self.problems = problems
        self._sections = sections
        self._merge = merge
        self._known: dict[tuple[str, str, str], bytes] = {}

    @property
    def sections(self) -> int:
        """How many there are that somebody may get."""
        return len(self._sections)

    def select(self, host: str, host_class: str, os_type: str) -> bytes:
        """The best section: the first for the host, else for its class, else for its system; or all that match."""
        key = (host, host_class, os_type)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._merged(*key) if self._merge else self._best(*key)
        return known

    def _merged(self, host: str, host_class: str, os_type: str) -> bytes:
        return b"".join(
            section.text
            for section in self._sections
            if _fits(section.host, host) or _fits(section.host_class, host_class) or _fits(section.os_type, os_type)
        )

    def _best(self, host: str, host_class: str, os_type: str) -> bytes:
        for section in self._sections:
            if _fits(section.host, host):
                return section.text
        for section in self._sections:
            if _fits(section.host_class, host_class):
                return section.text
        for section in self._sections:
            if _fits(section.os_type, os_type):
                return section.text
        return b""


def _fits(pattern: Pattern | None, value: str) -> bool:
    return pattern is not None and value != "" and pattern.search(value)


def read_client_local(lines: Iterable[Line], *, merge: bool = False) -> ClientLocal:
    """Read the file's lines as they are written. Comments and empty lines are dropped, all others are passed on."""
    sections: list[Section] = []
    problems: list[Problem] = []
    patterns: Patterns | None = None
    begun = False
    content: list[str] = []

    def finish() -> None:
        if patterns is not None:
            sections.append(Section(*patterns, "".join(content).encode("utf-8", "surrogateescape")))
        content.clear()

    for line in lines:
        bare = line.text.strip()
        if not bare or bare.startswith("#"):
            continue
        if bare.startswith("["):
            finish()
            patterns, begun = _heading(bare, line.origin, problems), True
        elif begun:
            content.append(line.text.rstrip("\r") + "\n")
        else:
            problems.append(Problem(line.origin, f"'{_short(bare)}' is in no section", _BEGIN, fatal=False))
            begun = True  # said once
    finish()
    return ClientLocal(sections, problems, merge=merge)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _heading(line: str, origin: Origin, problems: list[Problem]) -> Patterns | None:
    name = line[1:-1]
    if not line.endswith("]") or not name:
        problems.append(
            Problem(
                origin,
                f"'{_short(line)}' is not a section; its lines reach nobody",
                "write [name], [host=...], [class=...] or [os=...]",
                fatal=False,
            )
        )
        return None
    try:
        return _patterns(name)
    except PatternError as error:
        problems.append(Problem(origin, f"{_short(line)}: {error}; its lines reach nobody", fatal=False))
        return None


def _patterns(name: str) -> Patterns:
    kind, found, wanted = name.partition("=")
    if found and kind.lower() in _KINDS:
        wanted = wanted.removeprefix("%")
        pattern = compile_pattern("." if wanted == "*" else wanted)
        host, host_class, os_type = (pattern if kind.lower() == other else None for other in _KINDS)
        return (host, host_class, os_type)
    if name.endswith("*"):
        return (compile_pattern(f"^{name[:-1]}"), None, None)
    pattern = compile_pattern(f"^{name}$")
    return (pattern, pattern, pattern)
