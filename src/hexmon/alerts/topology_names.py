"""Which hosts and squares a name of `parents:` means. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from hexmon.alerts.topology_circles import Child
from hexmon.config.suggest import Suggestions
from hexmon.model.inventory import Host, Inventory
from hexmon.model.name_filter import Names
from hexmon.model.names import TEST_NAME, StatusKey


class Mistake(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with a name, and what was probably meant. `lost`: it stands for nothing."""

    text: str
    hint: str = ""
    lost: bool = True


class NameBook:
    """The names of an inventory. What `find` yields is a host for all of its squares, or one square."""

    def __init__(self, inventory: Inventory, ping_column: str) -> None:
        self._inventory = inventory
        self._ping = ping_column
        self._nearest: Suggestions | None = None

    def probed(self, squares: Iterable[StatusKey]) -> Iterator[StatusKey]:
        """Those that hexmon itself probes."""
        for key in squares:
            host = self._inventory.hosts.get(key.host)
            if host is not None and any(check.key == key for check in host.checks):
                yield key

    def squares(self, names: Sequence[str], mistakes: list[Mistake]) -> tuple[StatusKey, ...]:
        """The parents of these names, in their order; a host means its ping."""
        found: dict[StatusKey, None] = {}
        for name in names:
            for one in self._list(name, frozenset(), mistakes):
                found[one if isinstance(one, StatusKey) else StatusKey(one, self._ping)] = None
        return tuple(found)

    def children(self, text: str, parents: Sequence[StatusKey], mistakes: list[Mistake]) -> tuple[Child, ...]:
        """Who stands behind these parents. A pattern never means the parents themselves."""
        return tuple(self._list(text, frozenset(parents), mistakes))

    def _list(self, text: str, parents: frozenset[StatusKey], mistakes: list[Mistake]) -> Iterable[Child]:
        items = [text] if text.startswith("%") else [item.strip() for item in text.split(",") if item.strip()]
        if not items:
            mistakes.append(Mistake("a name is empty", "write HOST or HOST.TEST"))
        found: dict[Child, None] = {}
        if items and all(item.startswith("!") for item in items):
            found.update(self._pattern("*", parents))
        for item in items:
            if not item.startswith("!"):
                found.update(self._item(item, parents, mistakes))
        for item in items:
            if item.startswith("!"):
                self._except(item, found, mistakes)
        return found

    def _except(self, item: str, found: dict[Child, None], mistakes: list[Mistake]) -> None:
        unwanted = self._item(item[1:], frozenset(), mistakes)
        gone = [one for one in found if one in unwanted or (isinstance(one, StatusKey) and one.host in unwanted)]
        if unwanted and not gone:
            mistakes.append(Mistake(f"'{item}' excepts nothing that was named before"))
        for one in gone:
            del found[one]

    def _item(self, item: str, parents: frozenset[StatusKey], mistakes: list[Mistake]) -> dict[Child, None]:
        if item.startswith("%") or "*" in item:
            found = self._pattern(item, parents)
            if not found:
                mistakes.append(Mistake(self._why_nothing(item)))
            return found
        host = self._inventory.find(item)
        if host is not None:
            return {host.name: None}
        return self._square(item, mistakes)

    def _why_nothing(self, item: str) -> str:
        if wrong := _names(item).mistake:
            return wrong
        others = " but the parents themselves" if self._pattern(item, frozenset()) else ""
        return f"no host and no square{others} is like '{item}'"

    def _square(self, item: str, mistakes: list[Mistake]) -> dict[Child, None]:
        name, _, test = item.rpartition(".")
        host = self._inventory.find(name) if name else None
        if host is None or not TEST_NAME.match(test):
            mistakes.append(Mistake(f"there is no host '{item}'", self._hint(item, name, test)))
            return {}
        tests = {check.key.test for check in host.checks}
        meant = Suggestions(tests).closest(test) if test not in tests else None
        if meant is not None:
            # Agents may send any test: it is kept, and until somebody sends it it explains nothing.
            text = f"hexmon does not test '{host.name}.{test}'"
            mistakes.append(Mistake(text, f"did you mean '{host.name}.{meant}'?", lost=False))
        return {StatusKey(host.name, test): None}

    def _hint(self, item: str, name: str, test: str) -> str:
        if self._nearest is None:
            self._nearest = Suggestions(self._inventory.hosts)
        meant = self._nearest.closest(item)
        if meant is None and name:
            host = self._nearest.closest(name)
            meant = f"{host}.{test}" if host is not None else None
        return f"did you mean '{meant}'?" if meant is not None else ""

    def _pattern(self, item: str, parents: frozenset[StatusKey]) -> dict[Child, None]:
        """The hosts that are like it; if there are none, the squares."""
        hosts = self._inventory.hosts
        within = {key.host for key in parents}
        names = _names(item)
        like = [host for host in hosts.values() if names.match(host.name)]
        if like:
            return {host.name: None for host in like if host.name not in within}
        squares = self._squares_like(item, hosts.values())
        return {key: None for key in squares if key not in parents}

    def _squares_like(self, item: str, hosts: Iterable[Host]) -> Iterator[StatusKey]:
        if item.startswith("%"):
            names = _names(item)
            keys = (check.key for host in hosts for check in host.checks)
            yield from (key for key in keys if names.match(f"{key.host}.{key.test}"))
            return
        name, _, test = item.rpartition(".")
        if name and TEST_NAME.match(test):
            names = _names(name)
            yield from (StatusKey(host.name, test) for host in hosts if names.match(host.name))


def _names(item: str) -> Names:
    """A glob is a regular expression for all of the name."""
    if item.startswith("%") or item == "*":
        return Names(item)
    return Names("%^" + ".*".join(re.escape(part) for part in item.split("*")) + "$")
