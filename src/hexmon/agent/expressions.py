"""The patterns of client-local.cfg: POSIX extended regular expressions, of which those for logs ignore the case."""

import re
from time import monotonic

from hexmon.model.patterns import Pattern, is_linear
from hexmon.model.posix import compile_posix

# What must not be written in capitals: an escaped character, and the name of a class.
_PARTS = re.compile(r"(\\.|\[:[a-z]{1,32}:\])|([^\\\[]+|.)", re.DOTALL)
_EITHER_CASE = {"[:upper:]": "[:alpha:]", "[:lower:]": "[:alpha:]"}


class Budget:
    """The time that all searches of a report by patterns which may be slow (back references) may take together."""

    def __init__(self, seconds: float = 5.0) -> None:
        self.left = seconds

    def limit(self, pattern: Pattern) -> "Pattern | _Timed":
        """The pattern; one that may be slow finds nothing once the time is used up."""
        return pattern if is_linear(pattern) else _Timed(pattern, self)


class _Timed:
    __slots__ = ("_budget", "_pattern")

    def __init__(self, pattern: Pattern, budget: Budget) -> None:
        self._pattern = pattern
        self._budget = budget

    def search(self, subject: bytes) -> bool:
        if self._budget.left <= 0:
            return False
        begun = monotonic()
        found = self._pattern.search(subject)
        self._budget.left -= monotonic() - begun
        return found


class Caseless:
    """A pattern with REG_ICASE, as glibc does it: the pattern and the text are compared in capitals."""

    __slots__ = ("_pattern", "text")

    def __init__(self, text: str, budget: Budget) -> None:
        """Raises PatternError."""
        self.text = text
        self._pattern = budget.limit(compile_posix(_PARTS.sub(_capital, text)))

    def search(self, subject: bytes) -> bool:
        """Whether it occurs."""
        return self._pattern.search(subject.upper())


def _capital(match: re.Match[str]) -> str:
    kept = match[1]
    if kept is not None:
        return _EITHER_CASE.get(kept, kept)
    return "".join(letter.upper() if letter.isascii() else letter for letter in match[2])


def with_case(text: str, budget: Budget) -> Pattern | _Timed:
    """A pattern with regard to case. Raises PatternError."""
    return budget.limit(compile_posix(text))
