"""Reading JSON that others wrote, field by field: what is missing or of a wrong type is left at its default. Pure."""

import math
import re
from collections.abc import Iterator, Mapping

_INDEX = re.compile(r"[0-9]{1,10}\Z")
_LARGEST = 2**63


class Fields:
    """One object of a JSON document."""

    def __init__(self, record: Mapping[str, object]) -> None:
        self._record = record

    def text(self, name: str, default: str = "") -> str:
        """A text; the default where it is none or empty."""
        found = self._record.get(name)
        return found if isinstance(found, str) and found else default

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(one for one in self._list(name) if isinstance(one, str))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        found = self._record.get(name)
        return found if isinstance(found, bool) else default

    def number(self, name: str) -> float | None:
        """A finite number."""
        return finite(self._record.get(name))

    def count(self, name: str) -> int | None:
        """A whole number that is not below zero."""
        found = finite(self._record.get(name))
        return int(found) if found is not None and 0 <= found < _LARGEST else None

    def numbers(self, name: str) -> dict[str, float | None]:
        """An object of numbers; what is none is None."""
        found = self.of(name)
        return {} if found is None else {key: finite(value) for key, value in found}

    def of(self, name: str) -> "Fields | None":
        """An object in this one."""
        found = self._record.get(name)
        return Fields(found) if isinstance(found, dict) else None

    def objects(self, name: str) -> Iterator["Fields"]:
        """A list of objects."""
        return (Fields(one) for one in self._list(name) if isinstance(one, dict))

    def __iter__(self) -> Iterator[tuple[str, object]]:
        return iter(self._record.items())

    def _list(self, name: str) -> list[object]:
        found = self._record.get(name)
        return found if isinstance(found, list) else []


def finite(value: object) -> float | None:
    """A number that is one, and not too large for a float; JSON's true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def indexes(fields: Fields | None) -> Iterator[tuple[int, Fields]]:
    """The objects in one whose names are ifIndexes."""
    for name, value in fields or ():
        if _INDEX.match(name) and isinstance(value, dict):
            yield int(name), Fields(value)
