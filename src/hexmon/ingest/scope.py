"""Which hosts somebody may report for: patterns for names of hosts."""

import fnmatch
import glob
import re
from collections.abc import Iterable, Mapping, Sequence

from hexmon.model.patterns import Pattern, PatternError, compile_pattern

USER = "{user}"  # stands for the name of who reports
OTHERS = "*"  # the entry of a table for users without one


class HostScope:
    """The hosts that patterns mean: whole names and globs (`*`, `?`, `[..]`), or `%` and what is searched for.

    In any case. PatternError for a regular expression that cannot be used.
    """

    __slots__ = ("_globs", "_patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        words = tuple(patterns)
        globs = [fnmatch.translate(word) for word in words if not word.startswith("%")]
        self._globs = re.compile("|".join(globs) or r"(?!)", re.IGNORECASE)
        self._patterns: tuple[Pattern, ...] = tuple(_searched(word) for word in words if word.startswith("%"))

    def holds(self, host: str) -> bool:
        """Whether that host is one of them."""
        return self._globs.match(host) is not None or any(pattern.search(host) for pattern in self._patterns)


def _searched(word: str) -> Pattern:
    try:
        return compile_pattern(word[1:])
    except PatternError as error:
        raise PatternError(f"'{word}': {error}") from error


def split_patterns(text: str, user: str = USER) -> list[str]:
    r"""`web*,db1,%^app\d{1,2}$`: names and globs at commas; a `%` begins a regular expression that goes to the end.

    `{user}` in them becomes the name of that user.
    """
    words: list[str] = []
    rest = text.strip()
    while rest:
        if rest.startswith("%"):
            return [*words, rest.replace(USER, re.escape(user))]
        word, _, rest = rest.partition(",")
        rest = rest.lstrip()
        words += [word.strip().replace(USER, _literal(user))] if word.strip() else []
    return words


def _literal(name: str) -> str:
    """A glob that means that name only, and is no `%` pattern whatever it begins with."""
    return glob.escape(name).replace("%", "[%]")


def check_patterns(text: str) -> None:
    """ValueError says what is wrong with patterns as people write them."""
    words = split_patterns(text, "user")
    if not words:
        raise ValueError("no host: write a name, a glob such as web*, or % and a regular expression")
    HostScope(words)


def scope_of(names: Sequence[str], table: Mapping[str, Sequence[str]]) -> HostScope | None:
    """The hosts of who has these names, by a table of user -> patterns; None: all of them.

    The entries of all names together; without one, that of `*`; without that, every host.
    """
    found = [(name, table[name]) for name in names if name in table]
    if not found and OTHERS in table:
        found = [(name, table[OTHERS]) for name in names]
    if not found:
        return None
    return HostScope(word for name, texts in found for text in texts for word in split_patterns(text, name))
