"""Which settings of analysis.cfg hold for a host at a moment."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from hexmon.judge.clients.contract import R
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import AnalysisFile, Qualifiers, Rule
from hexmon.model.holidays import Calendar
from hexmon.model.inventory import Host, in_page_set
from hexmon.model.times import covers

_HOSTS_REMEMBERED = 50_000
_SELECTIONS_REMEMBERED = 1000
_LONGEST_WORD = 200  # of a class or system that is remembered: they come from the network
_NO_GROUP = "NONE"  # what DISPLAYGROUP calls it


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

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All of them."""
        return self._rules


NOTHING_SELECTED = Selected()

_Who = tuple[str, tuple[str, ...], str, str, str]
"""What the qualifiers of a setting look at: name, pages, group, class, system."""


class Analysis:
    """The settings of a file, and for whom they are. Not for several threads at once.

    Qualifiers are numbered; a set of them is a number with their bits. Which of them mean a host depends on nothing
    but the host, its class and its system, and is remembered for each; times are looked at once a minute.
    """

    def __init__(self, file: AnalysisFile) -> None:
        self.file = file
        self._qualifiers = tuple(dict.fromkeys(rule.qualifiers for rule in file.rules))
        bits = {qualifiers: 1 << place for place, qualifiers in enumerate(self._qualifiers)}
        self._rules = tuple((bits[rule.qualifiers], rule) for rule in file.rules)
        self._timed = tuple((bits[one], one) for one in self._qualifiers if one.times or one.ex_times)
        self._any_time = sum(bit for bit, _ in self._timed)
        self._meant: dict[_Who, int] = {}
        self._selected: dict[int, Selected] = {}
        self._minute: tuple[int, ...] = ()
        self._outside: dict[int, tuple[Calendar, int]] = {}

    def for_host(self, host: Host, host_class: str, os_type: str, local: datetime) -> Selected:
        """The settings that hold for an agent's message.

        `host_class` and `os_type` are the words of the message; the class of hosts.cfg comes before that of the
        agent, the system stands for a class that nobody named. `local` is the time on the wall.
        """
        meant = self._who_is(host, host_class, os_type)
        if meant & self._any_time:
            meant &= ~self._outside_now(local, host.policy.calendar)
        found = self._selected.get(meant)
        if found is None:
            if len(self._selected) >= _SELECTIONS_REMEMBERED:
                self._selected.clear()
            found = self._selected[meant] = Selected(*(rule for bit, rule in self._rules if bit & meant))
        return found

    def _who_is(self, host: Host, host_class: str, os_type: str) -> int:
        who = (host.name, host.all_pages, host.group, host.host_class or host_class or os_type, os_type)
        known = self._meant.get(who)
        if known is not None:
            return known
        facts = _facts(who)
        meant = sum(1 << place for place, one in enumerate(self._qualifiers) if _mean(one, facts))
        if len(who[3]) <= _LONGEST_WORD and len(os_type) <= _LONGEST_WORD:
            if len(self._meant) >= _HOSTS_REMEMBERED:
                self._meant.clear()
            self._meant[who] = meant
        return meant

    def _outside_now(self, local: datetime, calendar: Calendar) -> int:
        """Those that do not hold at that time, whomever they mean."""
        minute = (local.toordinal(), local.hour, local.minute)
        if minute != self._minute:
            self._minute, self._outside = minute, {}
        known = self._outside.get(id(calendar))
        if known is not None:
            return known[1]
        outside = sum(bit for bit, one in self._timed if not _in_time(one, local, calendar))
        self._outside[id(calendar)] = calendar, outside  # kept with it: its number is nobody else's meanwhile
        return outside


class _Facts:
    """Of one host; every kind of qualifier with the names that it looks at."""

    def __init__(self, host: tuple[str], pages: tuple[str, ...], group: tuple[str], words: tuple[str, str]) -> None:
        self.host = host
        self.pages = pages
        self.group = group
        self.host_class = words[:1]
        self.system = words[1:]


def _facts(who: _Who) -> _Facts:
    name, pages, group, host_class, os_type = who
    paths = tuple(path or "/" for path in pages if not in_page_set(path)) or ("/",)
    return _Facts((name,), paths, (group or _NO_GROUP,), (host_class, os_type.lower()))


def _mean(qualifiers: Qualifiers, facts: _Facts) -> bool:
    return all(
        (wanted is None or _any(wanted, names)) and not (unwanted is not None and _any(unwanted, names))
        for wanted, unwanted, names in _questions(qualifiers, facts)
    )


def _questions(one: Qualifiers, facts: _Facts) -> Iterator[tuple[Expression | None, Expression | None, Iterable[str]]]:
    yield one.hosts, one.ex_hosts, facts.host
    yield one.pages, one.ex_pages, facts.pages
    yield one.groups_shown, one.ex_groups_shown, facts.group
    yield one.classes, one.ex_classes, facts.host_class
    yield one.systems, one.ex_systems, facts.system


def _any(expression: Expression, names: Iterable[str]) -> bool:
    return any(map(expression.names, names))


def _in_time(one: Qualifiers, local: datetime, calendar: Calendar) -> bool:
    if one.times is not None and not covers(one.times, local, calendar):
        return False
    return one.ex_times is None or not covers(one.ex_times, local, calendar)
