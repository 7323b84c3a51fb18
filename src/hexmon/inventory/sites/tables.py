"""Reads the tables of a site file by the options they may have; what is wrong is told with its line, all at once."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from hexmon.config.decode import Place
from hexmon.config.expand import Expander
from hexmon.config.suggest import Suggestions
from hexmon.config.yaml_file import YamlFile
from hexmon.inventory.sites.options import SECRETS, Option, Options
from hexmon.inventory.sites.values import Wrong, shown
from hexmon.model.origin import Origin, Problem

_FILE = "_file"
_CLOSE = 0.75


class Lost:
    """Stands for a value that could not be had: it was told already."""


LOST = Lost()


class Found:
    """What one table says: `values` are those that can be used, `written` every option that somebody meant to write."""

    __slots__ = ("values", "written")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.written: set[str] = set()

    def get(self, option: str, usual: Any = None) -> Any:
        """The value, or what is usual."""
        return self.values.get(option, usual)

    def __contains__(self, option: object) -> bool:
        return option in self.written


class Teller:
    """Collects mistakes, each with the line of what it is about."""

    def __init__(self, file: YamlFile) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def tell(self, place: Place, message: str, hint: str = "", *, fatal: bool = True) -> None:
        """Something is wrong there."""
        self.problems.append(Problem(self.locate(place), message, hint, fatal=fatal))

    def locate(self, place: Place) -> Origin:
        """Where that is written, also when a file has the value."""
        last = place[-1] if place else None
        if last in SECRETS and last not in (self._table(place[:-1]) or ()):
            return self._file.locate((*place[:-1], f"{last}{_FILE}"))
        return self._file.locate(place)

    def _table(self, place: Place) -> Mapping[str, Any] | None:
        value = self._file.value
        for part in place:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value if isinstance(value, dict) else None


class Filler:
    """Puts in what stands elsewhere: `${NAME}` and `KEY_file`; what cannot be had becomes LOST."""

    def __init__(self, teller: Teller, expander: Expander, problems: list[Problem]) -> None:
        self._teller = teller
        self._expander = expander
        self._problems = problems  # those of the expander

    def filled(self, value: Any, place: Place) -> Any:
        """The same tables and lists, complete."""
        if isinstance(value, list):
            return [self.filled(item, (*place, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return self._one({"": value}, place).get("", LOST)
        found: dict[str, Any] = {}
        for key, item in value.items():
            if isinstance(item, dict | list):
                found[key] = self.filled(item, (*place, key))
            elif isinstance(item, str):
                found.update(self._one({key: item}, (*place, key)))
            else:
                found[key] = item
            bare = key.removesuffix(_FILE)
            if bare != key and bare in SECRETS and bare in value:
                self._teller.tell((*place, key), f"'{key}' and '{bare}' both say it", "take one of them away")
        return found

    def _one(self, table: dict[str, Any], place: Place) -> dict[str, Any]:
        before = len(self._problems)
        found: dict[str, Any] = self._expander.expand(table, self._teller.locate(place))
        if len(self._problems) == before:
            return found
        return {key.removesuffix(_FILE) if key.removesuffix(_FILE) in SECRETS else key: LOST for key in table}


def read_table(teller: Teller, value: Any, options: Options, place: Place, label: str) -> Found:
    """The options of a table; `label` names it in messages. What is unknown, wrong or missing is told."""
    found = Found()
    if not isinstance(value, dict):
        teller.tell(place, f"{label}: lines KEY: VALUE are needed, not {shown(value)}")
        return found
    for key, item in value.items():
        option = options.get(key)
        if option is None:
            found.written.add(_unknown(teller, key, options, (*place, key), label))
            continue
        found.written.add(key)
        if item is not LOST:
            _read(teller, found, (key, option), item, ((*place, key), label))
    for key, option in options.items():
        if option.needed and key not in found:
            teller.tell(place, f"{label}: '{key}' is needed and missing")
    return found


def _read(teller: Teller, found: Found, option: tuple[str, Option], value: Any, where: tuple[Place, str]) -> None:
    (key, kind), (place, label) = option, where
    try:
        found.values[key] = kind.read(value)
    except Wrong as error:
        teller.tell(place, f"{label}: {key}: {error}", error.hint)


def _unknown(teller: Teller, key: str, options: Iterable[str], place: Place, label: str) -> str:
    """Tells of it; the option that was probably meant counts as written, or others would be told to lack it."""
    meant = closest(key, options)
    teller.tell(place, f"{label}: there is no option '{key}'", f"did you mean {meant}?" if meant else "")
    return meant or key


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, "" for none."""
    names = list(known)
    bare = word.removesuffix(_FILE)
    if bare in names:
        return bare
    near = difflib.get_close_matches(word.lower(), names, 1, _CLOSE)
    return Suggestions(names).closest(word) or (near[0] if near else "")
