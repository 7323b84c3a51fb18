"""Patterns that people send and write: searched without regard to case, and never for long.

The syntax is Perl's, as Xymon's files and criteria have it. RE2 runs in linear time and does nearly all of them; what
it refuses (look-around, back references) goes to a backtracking engine with a time limit.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol, cast

import re2
import regex

SECONDS = 0.05  # for one search by the backtracking engine
LONGEST = 4096  # characters of a pattern; beyond that it is an attack or a mistake
_MEMORY = 8 << 20  # for one RE2 automaton: a{1000}{1000} is refused


class PatternError(ValueError):
    """A pattern that cannot be used; its text says why."""


class Pattern(Protocol):
    """A pattern, ready to be searched for anywhere in a text."""

    text: str

    def search(self, subject: str | bytes) -> bool:
        """Whether it occurs. A search that takes too long finds nothing."""
        ...

    def look(self, subject: str | bytes) -> bool | None:
        """The same; None when it took too long."""
        ...


def _options(ignore_case: bool) -> Any:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    # Texts come in any encoding: both sides are taken byte for byte.
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = True
    return options


class _Linear:
    __slots__ = ("_search", "text")

    def __init__(self, text: str, expression: bytes, ignore_case: bool) -> None:
        self.text = text
        self._search = re2.compile(expression, _options(ignore_case)).search

    def search(self, subject: str | bytes) -> bool:
        return self._search(_bytes(subject)) is not None

    look = search

    def span(self, subject: bytes, begin: int) -> tuple[int, int] | None:
        """Where it first occurs behind `begin`, and where that ends."""
        found = self._search(subject, begin)
        return None if found is None else found.span()


class _Backtracking:
    __slots__ = ("_pattern", "text")

    def __init__(self, text: str, expression: bytes, ignore_case: bool) -> None:
        flags = regex.IGNORECASE if ignore_case else 0
        self.text = text
        self._pattern = regex.compile(expression, flags | regex.VERSION0)

    def search(self, subject: str | bytes) -> bool:
        return bool(self.look(subject))

    def look(self, subject: str | bytes) -> bool | None:
        """The same; None when it took too long."""
        try:
            return self._pattern.search(_bytes(subject), timeout=SECONDS) is not None
        except (TimeoutError, MemoryError):
            return None

    def ends_in_time(self, subject: bytes, seconds: float) -> bool:
        """Whether everything that a text has can be found within so many seconds."""
        try:
            for _ in self._pattern.finditer(subject, timeout=seconds):
                pass
        except (TimeoutError, MemoryError):
            return False
        return True


class Patience:
    """How often the patterns of one question may take too long; after that those that can find nothing at all."""

    def __init__(self, times: int = 3) -> None:
        self._left = times

    def limit(self, pattern: Pattern) -> Pattern:
        """The pattern under this limit."""
        return _Limited(pattern, self) if isinstance(pattern, _Backtracking) else pattern

    def search(self, pattern: _Backtracking, subject: str | bytes) -> bool:
        """Search while there is patience."""
        if self._left <= 0:
            return False
        found = pattern.look(subject)
        if found is None:
            self._left -= 1
        return bool(found)


class _Limited:
    __slots__ = ("_patience", "_pattern", "text")

    def __init__(self, pattern: _Backtracking, patience: Patience) -> None:
        self.text = pattern.text
        self._pattern = pattern
        self._patience = patience

    def search(self, subject: str | bytes) -> bool:
        return self._patience.search(self._pattern, subject)

    look = search


class _Literal:
    """A pattern without any special character: most of them; ten times as fast."""

    __slots__ = ("_needle", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._needle = text.encode().lower()

    def search(self, subject: str | bytes) -> bool:
        return self._needle in _bytes(subject).lower()

    look = search

    def span(self, subject: bytes, begin: int) -> tuple[int, int] | None:
        """Where it first occurs behind `begin`, and where that ends."""
        place = subject.lower().find(self._needle, begin)
        return None if place < 0 else (place, place + len(self._needle))


def _bytes(subject: str | bytes) -> bytes:
    return subject.encode(errors="surrogateescape") if isinstance(subject, str) else subject


@lru_cache(maxsize=1024)
def compile_pattern(text: str, ignore_case: bool = True) -> Pattern:
    """A Perl-compatible pattern.

    Raises PatternError when it is nonsense, or longer or larger than anybody needs.
    """
    if len(text) > LONGEST:
        raise PatternError(f"longer than {LONGEST} characters")
    if ignore_case and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return _Literal(text)
    return compile_expression(text, text.encode(errors="surrogateescape"), ignore_case)


def compile_expression(text: str, expression: bytes, ignore_case: bool) -> Pattern:
    """The same without a limit of length, for a pattern that was written in another syntax as `text`."""
    try:
        return cast("Pattern", _Linear(text, expression, ignore_case))
    except re2.error:
        pass  # not in RE2's subset: the other engine decides, and words what is wrong better
    try:
        return cast("Pattern", _Backtracking(text, expression, ignore_case))
    except (regex.error, OverflowError, MemoryError, RecursionError) as error:
        raise PatternError(f"{text!r} is not a regular expression: {error}") from None


class PatternSet:
    """Many patterns, searched for at once without regard to case: five hundred take hardly longer than one.

    Raises PatternError for one that cannot be used.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._set = re2.Set.SearchSet(_options(ignore_case=True))
        self._set.Add(b"")  # it occurs everywhere: a search that does not even find this one has failed
        self._together: list[str] = [""]
        self._single: dict[str, Pattern] = {}
        for text in dict.fromkeys(texts):
            pattern = compile_pattern(text)
            try:
                self._set.Add(text.encode(errors="surrogateescape"))
            except re2.error:
                self._single[text] = pattern  # the other engine has to try it
            else:
                self._together.append(text)
        self._set.Compile()

    def occurring(self, subject: str) -> set[str]:
        """Those that occur."""
        found = {self._together[place] for place in self._set.Match(_bytes(subject))}
        if not found:
            return {text for text in self._texts if compile_pattern(text).search(subject)}
        found.update(text for text, pattern in self._single.items() if pattern.search(subject))
        return found

    @property
    def _texts(self) -> Iterable[str]:
        return (*self._together, *self._single)


_FLAGS_AND_ENDS = re.compile(r"\\[AzZQ]|\(\?[a-z]*-?[a-z]*[m-]")


def over_lines(pattern: Pattern) -> Pattern:
    """The same where `^` and `$` are the ends of every line."""
    return pattern if isinstance(pattern, _Literal) else _over_lines(pattern.text)


@lru_cache(maxsize=1024)
def _over_lines(text: str) -> Pattern:
    text = f"(?m){text}"
    return compile_expression(text, text.encode(errors="surrogateescape"), ignore_case=True)


def lines_in(pattern: Pattern, text: bytes) -> Iterator[bytes]:
    """The lines of a text in which it occurs; few of the others are looked at one by one."""
    lines = over_lines(pattern)
    if isinstance(lines, _Backtracking) or _FLAGS_AND_ENDS.search(pattern.text.replace("(?-i)", "")):
        yield from filter(pattern.search, text.split(b"\n"))
        return
    span, begin = cast("_Linear | _Literal", lines).span, 0
    while (found := span(text, begin)) is not None:
        begin, end = text.rfind(b"\n", 0, found[0]) + 1, text.find(b"\n", found[0])
        line = text[begin:] if end < 0 else text[begin:end]
        # What goes on in the next line may yet be in this one alone.
        if found[1] <= begin + len(line) or pattern.search(line):
            yield line
        begin = begin + len(line) + 1
        if begin > len(text):
            return


def ends_in_time(pattern: Pattern, subject: bytes, seconds: float = SECONDS) -> bool:
    """Whether all the lines of a text can be searched within so many seconds of computing. It takes as long."""
    lines = over_lines(pattern)
    if not isinstance(lines, _Backtracking):
        return True
    return lines.ends_in_time(subject, seconds)


def is_linear(pattern: Pattern | None) -> bool:
    """Whether searching takes time in proportion to the text, not up to SECONDS."""
    return not isinstance(pattern, _Backtracking | _Limited)
