"""Looking for settings of analysis.cfg in the many lines that agents send, in a time that nobody can stretch."""

from collections.abc import Iterator

from hexmon.judge.clients.expression import Expression
from hexmon.model.patterns import SECONDS, Pattern, ends_in_time, is_linear, lines_in

_BLOCK = 4096  # bytes that are searched at once: a pattern may look at all of them for each line that it finds
_AT_ONCE = 0.002  # seconds in which all but a few searches by the backtracking engine end
_SLOW_SEARCHES = 25  # that a square may have; none takes longer than SECONDS


class TooSlowError(Exception):
    """A pattern took too long, or others did and it might."""


class Effort:
    """What the patterns of one square that are not linear may cost."""

    def __init__(self) -> None:
        self._left = _SLOW_SEARCHES

    def allow(self, pattern: Pattern, text: bytes) -> None:
        """Try it on all lines of a text. Raises TooSlowError."""
        if is_linear(pattern):
            return
        for seconds in (_AT_ONCE, SECONDS):
            if self._left > 0 and ends_in_time(pattern, text, seconds):
                return
            self._left -= 1
        raise TooSlowError

    def look(self, pattern: Pattern, text: str | bytes) -> bool:
        """Whether it occurs. Raises TooSlowError."""
        found = pattern.look(text)
        if found is None:
            self._left -= 1
            raise TooSlowError
        return found

    def names(self, expression: Expression, name: str) -> bool:
        """Whether it means that name. Raises TooSlowError."""
        if expression.pattern is not None:
            self.allow(expression.pattern, _encoded(name))
        return expression.names(name)

    def occurs(self, expression: Expression, text: str) -> bool:
        """Whether it occurs in that text. Raises TooSlowError."""
        if expression.pattern is not None:
            return self.look(expression.pattern, text)
        return expression.occurs(text)


class Lines:
    """A text whose lines are looked for."""

    __slots__ = ("_effort", "_encoded", "text")

    def __init__(self, text: str, effort: Effort) -> None:
        self.text = text
        self._effort = effort
        self._encoded: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """The text as patterns want it."""
        if self._encoded is None:
            self._encoded = _encoded(self.text)
        return self._encoded

    def with_text(self, needle: str) -> Iterator[str]:
        """The lines that have these letters; all of them for none."""
        place = self.text.find(needle)
        while place >= 0:
            begin, end = self.text.rfind("\n", 0, place) + 1, self.text.find("\n", place)
            if end < 0:
                yield self.text[begin:]
                return
            yield self.text[begin:end]
            place = self.text.find(needle, end + 1)

    def with_pattern(self, pattern: Pattern) -> Iterator[str]:
        """The lines in which it occurs. Raises TooSlowError."""
        self._effort.allow(pattern, self.encoded)
        linear = is_linear(pattern)
        for block in self._blocks():
            found = lines_in(pattern, block) if linear else self._looked_at(pattern, block)
            yield from (line.decode(errors="surrogateescape") for line in found)

    def _looked_at(self, pattern: Pattern, block: bytes) -> Iterator[bytes]:
        return (line for line in block.split(b"\n") if self._effort.look(pattern, line))

    def _blocks(self) -> Iterator[bytes]:
        begin = 0
        while (end := self.encoded.find(b"\n", begin + _BLOCK)) >= 0:
            yield self.encoded[begin:end]
            begin = end + 1
        yield self.encoded[begin:]


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
