"""Which names a filter means: `*`, a comma list with exceptions, or `%` and a regular expression (alerts.cfg(5))."""

from collections.abc import Iterable

from hexmon.model.patterns import Pattern, PatternError, compile_pattern


class Names:
    """A filter's value. Everything is compared without regard to case."""

    __slots__ = ("_all_negated", "_everything", "_items", "_pattern", "mistake", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.mistake = ""
        self._everything = text == "*"
        self._pattern: Pattern | None = None
        self._items: dict[str, bool] = {}
        if text.startswith("%"):
            try:
                self._pattern = compile_pattern(text[1:])
            except PatternError as error:
                self.mistake = str(error)
        else:
            for item in text.lower().split(","):
                self._items.setdefault(item.removeprefix("!"), not item.startswith("!"))
        self._all_negated = bool(self._items) and not any(self._items.values())

    def match(self, name: str) -> bool:
        """Whether that name is meant. Of equal items the first decides; a list of exceptions means all others."""
        if self._everything:
            return True
        if self.text.startswith("%"):
            return self._pattern is not None and self._pattern.search(name)
        found = self._items.get(name.lower())
        return self._all_negated if found is None else found

    def match_any(self, names: Iterable[str]) -> bool:
        """Whether one of them is meant."""
        return any(self.match(name) for name in names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Names({self.text!r})"
