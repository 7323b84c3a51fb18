"""Which file systems are drawn: the patterns of RRDDISKS and NORRDDISKS (xymonserver.cfg(5))."""

from collections.abc import Callable
from functools import lru_cache

from hexmon.graphs.datasets.contract import Source
from hexmon.model.patterns import Pattern, PatternError, compile_pattern

ONLY = "RRDDISKS"
NONE_OF = "NORRDDISKS"


def wanted_disks(source: Source) -> Callable[[str], bool]:
    """Whether a mount point is drawn: not one of NORRDDISKS, and when there are RRDDISKS one of them."""
    return _choice(source.settings.get(ONLY, ""), source.settings.get(NONE_OF, ""))


@lru_cache(maxsize=16)
def _choice(only: str, none_of: str) -> Callable[[str], bool]:
    included, excluded = pattern_or_none(only), pattern_or_none(none_of)

    def wanted(name: str) -> bool:
        if excluded is not None and excluded.search(name):
            return False
        return included is None or included.search(name)

    return wanted


def pattern_or_none(text: str) -> Pattern | None:
    """A pattern that can be used; None without one."""
    try:
        return compile_pattern(text) if text else None
    except PatternError:
        return None
