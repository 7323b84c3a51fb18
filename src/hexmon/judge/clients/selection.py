"""Which settings of analysis.cfg hold for a host at a moment."""

from collections.abc import Callable

from hexmon.judge.clients.contract import R
from hexmon.judge.clients.rules import Rule


class Selected:
    """The settings that hold, in the order of the file."""

    __slots__ = ("_by_kind", "_rules")

    def __init__(self, *rules: Rule) -> None:
        self._rules = rules
        self._by_kind: dict[type[Rule], tuple[Rule, ...]] = {}

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Every setting of that kind."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(rule for rule in self._rules if isinstance(rule, kind))
        return found  # type: ignore[return-value]

    def first(self, kind: type[R], fits: Callable[[R], bool] = lambda _: True) -> R | None:
        """The first of that kind that `fits`."""
        return next((rule for rule in self.all(kind) if fits(rule)), None)


NOTHING_SELECTED = Selected()
