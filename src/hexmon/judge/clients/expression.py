"""A value of analysis.cfg that names things: plain text, a list, or `%` and a Perl-compatible pattern."""

from hexmon.model.name_filter import Names, compile_written
from hexmon.model.patterns import Pattern, PatternError


class Expression:
    """What a rule means. Equal when written alike.

    `mistake` says why a pattern cannot be used; then it means nothing.
    """

    __slots__ = ("_names", "_pattern", "mistake", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.mistake = ""
        self._pattern: Pattern | None = None
        self._names: Names | None = None
        if text.startswith("%"):
            try:
                self._pattern = compile_written(text[1:])
            except PatternError as error:
                self.mistake = str(error)

    @property
    def pattern(self) -> Pattern | None:
        """The pattern; None for plain text, and for one that cannot be used."""
        return self._pattern

    def names(self, name: str) -> bool:
        """Whether it means that name: `*`, a comma list with `!` for exceptions, or the pattern anywhere in it."""
        if self._names is None:
            self._names = Names(self.text, exact=True)
        return self._names.match(name)

    def occurs(self, text: str) -> bool:
        """Whether it occurs in that text: `*`, the letters as they are, or the pattern."""
        if self.text.startswith("%"):
            return self._pattern is not None and self._pattern.search(text)
        return self.text == "*" or self.text in text

    def within(self, text: str) -> bool:
        """The same where a `*` is a `*`: of processes, and of file systems when they are counted."""
        return self._pattern.search(text) if self._pattern is not None else self.text in text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"
