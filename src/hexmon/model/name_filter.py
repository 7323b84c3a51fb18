"""Which names a filter means: `*`, a comma list with exceptions, or `%` and a regular expression (alerts.cfg(5))."""

import re
from collections.abc import Iterable

from hexmon.model.patterns import Pattern, PatternError, compile_pattern

# PCRE refuses what RE2 takes to mean nothing; who writes it means the `*` of file names.
_REPEATS_NOTHING = re.compile(r"(?:(?<![\[\\])\^|(?<!\\)\\[bB])(?:[*+?]|\{\d)")


def compile_written(text: str) -> Pattern:
    """A pattern of a Xymon file. Raises PatternError, also for what only PCRE refuses."""
    if _REPEATS_NOTHING.search(text):
        raise PatternError(f"'{text}' is not a regular expression: there is nothing to repeat")
    return compile_pattern(text)


class Names:
    """A filter's value. An empty name is never meant.

    Patterns are searched for without regard to case; so are the items of a list compared, but not with `exact`:
    the Xymon that most sites have compares their letters as they are.
    """

    __slots__ = ("_everything", "_items", "_otherwise", "_pattern", "exact", "mistake", "text")

    def __init__(self, text: str, *, exact: bool = False) -> None:
        self.text = text
        self.exact = exact
        self.mistake = ""
        self._everything = text == "*"
        self._pattern: Pattern | None = None
        self._items: dict[str, bool] = {}
        self._otherwise = False
        if text.startswith("%"):
            try:
                self._pattern = compile_written(text[1:])
            except PatternError as error:
                self.mistake = str(error)
        else:
            items = list(filter(None, (text if exact else text.lower()).split(",")))
            for item in items:
                self._items.setdefault(item.removeprefix("!"), not item.startswith("!"))
            self._otherwise = all(item.startswith("!") for item in items)

    def match(self, name: str) -> bool:
        """Whether that name is meant. Of equal items the first decides; a list of exceptions means all others."""
        if not name:
            return False
        if self._everything:
            return True
        if self._pattern is not None:
            return self._pattern.search(name)
        return self._items.get(name if self.exact else name.lower(), self._otherwise)

    def match_any(self, names: Iterable[str]) -> bool:
        """Whether one of them is meant."""
        return any(map(self.match, names))

    @property
    def is_pattern(self) -> bool:
        """Whether it is a pattern that can be used."""
        return self._pattern is not None

    @property
    def pattern(self) -> str:
        """The pattern, where it is one that can be used; empty for a list, and for one that means everything."""
        return self._pattern.text if self._pattern is not None else ""

    @property
    def named(self) -> frozenset[str] | None:
        """All names that can be meant, when they can be listed: as they are with `exact`, else in lower case."""
        listed = not self._everything and not self._otherwise and not self.text.startswith("%")
        return frozenset(item for item, wanted in self._items.items() if wanted) if listed else None

    @property
    def items(self) -> tuple[str, ...]:
        """What a list has, exceptions too; nothing of a pattern."""
        return () if self._everything else tuple(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and (other.text, other.exact) == (self.text, self.exact)

    def __hash__(self) -> int:
        return hash((self.text, self.exact))

    def __repr__(self) -> str:
        return f"Names({self.text!r})"
