"""Looking for settings of analysis.cfg in the many lines that agents send, in a time that nobody can stretch."""

from collections.abc import Callable, Iterator

from hexmon.judge.clients.expression import Expression
from hexmon.model.patterns import SECONDS, Pattern, ends_in_time, is_linear, lines_in

_BLOCK = 4096  # bytes that are searched at once: a pattern may look at all of them for each line that it finds
_SEARCHES = 1_000_000  # that a message may cost: a second or two
_SECONDS = 1.0  # in which all searches by the backtracking engine end, of one message
_HASTY_SEARCHES = 10_000
_HASTY_SECONDS = 0.02
_LENGTH = 1024  # bytes that are searched as quickly as a search begins
_DISAPPOINTMENT = 10  # searches, for each that is not even begun


class TooSlowError(Exception):
    """A pattern took too long, or others did and it might."""


class HurryError(Exception):
    """The message needs more time than there is here; it is to be judged where nobody waits for it."""


class Effort:
    """What the searches for one message may cost, all squares together, however many settings and lines there are.

    `seconds` are for the backtracking engine, by a `meter` of computing time; without one a search that ends in time
    costs none. `hasty`: it may cost little, and HurryError ends the judging when it would cost more.
    """

    def __init__(
        self,
        searches: int = _SEARCHES,
        seconds: float = _SECONDS,
        *,
        meter: Callable[[], float] = lambda: 0.0,
        hasty: bool = False,
    ) -> None:
        self._meter = meter
        self._searches = searches
        self._seconds = seconds
        self._hasty = hasty

    @property
    def used_up(self) -> bool:
        """Whether nothing can be searched for any more."""
        return self._searches < 0

    def spend(self, searches: int, length: int = 0) -> None:
        """Account for so many searches in so many bytes. Raises TooSlowError."""
        self._searches -= searches + length // _LENGTH
        if self._searches < 0:
            raise self._too_slow()

    def allow(self, pattern: Pattern, text: bytes) -> None:
        """Try it on all lines of a text. Raises TooSlowError."""
        self.spend(1, len(text))
        if is_linear(pattern):
            return
        most, begun = self._patience(), self._meter()
        in_time = ends_in_time(pattern, text, most)
        self._took(begun, most, in_time=in_time)

    def look(self, pattern: Pattern, text: str | bytes) -> bool:
        """Whether it occurs. Raises TooSlowError."""
        self.spend(1, len(text))
        if is_linear(pattern):
            return pattern.search(text)
        self._patience()
        begun = self._meter()
        found = pattern.look(text)
        self._took(begun, SECONDS, in_time=found is not None)
        return bool(found)

    def names(self, expression: Expression, name: str) -> bool:
        """Whether it means that name. Raises TooSlowError."""
        if expression.pattern is not None:
            return name != "" and self.look(expression.pattern, name)
        self.spend(1)
        return expression.names(name)

    def occurs(self, expression: Expression, text: str) -> bool:
        """Whether it occurs in that text. Raises TooSlowError."""
        if expression.pattern is not None:
            return self.look(expression.pattern, text)
        self.spend(1, len(text))
        return expression.occurs(text)

    def within(self, expression: Expression, text: str) -> bool:
        """The same where a `*` is a `*`. Raises TooSlowError."""
        if expression.pattern is not None:
            return self.look(expression.pattern, text)
        self.spend(1, len(text))
        return expression.within(text)

    def _patience(self) -> float:
        """How long the next search by the backtracking engine may take."""
        if self._seconds <= 0:
            self.spend(_DISAPPOINTMENT)
            raise self._too_slow()
        return min(SECONDS, self._seconds)

    def _took(self, begun: float, most: float, *, in_time: bool) -> None:
        self._seconds -= max(self._meter() - begun, 0.0 if in_time else most)
        if not in_time:
            raise self._too_slow()

    def _too_slow(self) -> Exception:
        return HurryError() if self._hasty else TooSlowError()


def hasty(meter: Callable[[], float]) -> Effort:
    """That of a message which is judged between everything else: some tens of milliseconds."""
    return Effort(_HASTY_SEARCHES, _HASTY_SECONDS, meter=meter, hasty=True)


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
        """The lines that have these letters; all of them for none. Raises TooSlowError."""
        self._effort.spend(1, len(self.text))
        place = self.text.find(needle)
        while place >= 0:
            self._effort.spend(1)
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
            for line in found:
                self._effort.spend(1)
                yield line.decode(errors="surrogateescape")

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
