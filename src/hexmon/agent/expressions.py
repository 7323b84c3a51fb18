"""The patterns of client-local.cfg: POSIX extended regular expressions, of which those for logs ignore the case."""

import re

from hexmon.model.patterns import Pattern
from hexmon.model.posix import compile_posix

# What must not be written in capitals: an escaped character, and the name of a class.
_PARTS = re.compile(r"(\\.|\[:[a-z]{1,32}:\])|([^\\\[]+|.)", re.DOTALL)
_EITHER_CASE = {"[:upper:]": "[:alpha:]", "[:lower:]": "[:alpha:]"}


class Caseless:
    """A pattern with REG_ICASE, as glibc does it: the pattern and the text are compared in capitals."""

    __slots__ = ("_pattern", "text")

    def __init__(self, text: str) -> None:
        """Raises PatternError."""
        self.text = text
        self._pattern = compile_posix(_PARTS.sub(_capital, text))

    def search(self, subject: bytes) -> bool:
        """Whether it occurs."""
        return self._pattern.search(subject.upper())


def _capital(match: re.Match[str]) -> str:
    kept = match[1]
    if kept is not None:
        return _EITHER_CASE.get(kept, kept)
    return "".join(letter.upper() if letter.isascii() else letter for letter in match[2])


def with_case(text: str) -> Pattern:
    """A pattern with regard to case. Raises PatternError."""
    return compile_posix(text)
