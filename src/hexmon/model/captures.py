"""Patterns whose first group is wanted, the part of a name that they single out. In any case, never for long."""

from functools import lru_cache
from typing import Any

import re2
import regex

from hexmon.model.patterns import LONGEST, SECONDS, PatternError

_PATIENCE = 3  # searches of one pattern that may take too long; after that it finds nothing


class Capturing:
    """A Perl-compatible pattern, searched for anywhere in a name. Made by `compile_capturing`."""

    __slots__ = ("_left", "_linear", "_pattern", "text")

    def __init__(self, text: str, pattern: Any, *, linear: bool) -> None:
        self.text = text
        self._pattern = pattern
        self._linear = linear
        self._left = _PATIENCE

    def find(self, name: str) -> tuple[str, ...] | None:
        """What the first group holds, in a tuple that is empty without such a group; None when nothing is found."""
        if self._linear:
            found = self._pattern.search(name)
        elif self._left <= 0:
            return None
        else:
            try:
                found = self._pattern.search(name, timeout=SECONDS)
            except (TimeoutError, MemoryError):
                self._left -= 1
                return None
        if found is None:
            return None
        return (found[1],) if self._pattern.groups and found[1] is not None else ()


@lru_cache(maxsize=512)
def compile_capturing(text: str) -> Capturing:
    """Raises PatternError when it is nonsense, or longer than anybody needs."""
    if len(text) > LONGEST:
        raise PatternError(f"longer than {LONGEST} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return Capturing(text, re2.compile(text, options), linear=True)
    except (re2.error, UnicodeError):
        pass  # not in RE2's subset: the other engine decides, and words what is wrong better
    try:
        return Capturing(text, regex.compile(text, regex.IGNORECASE | regex.VERSION0), linear=False)
    except (regex.error, OverflowError, MemoryError, RecursionError) as error:
        raise PatternError(f"{text!r} is not a regular expression: {error}") from None
