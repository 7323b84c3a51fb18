"""Which settings of analysis.cfg hold for a host at a moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

from hexmon.judge.clients.contract import R
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import AnalysisFile, Qualifiers, Rule
from hexmon.model.holidays import Calendar
from hexmon.model.inventory import Host, in_page_set
from hexmon.model.patterns import is_linear
from hexmon.model.times import covers

_HOSTS_REMEMBERED = 50_000
_SELECTIONS_REMEMBERED = 1000
_LONGEST_WORD = 200  # of a class or system that is remembered: they come from the network
_NO_GROUP = "NONE"  # what DISPLAYGROUP calls it


class Selected:
    """The settings that hold, in the order of the file."""

    __slots__ = ("_by_kind", "_may_be_slow", "_rules")

    def __init__(self, *rules: Rule) -> None:
        self._rules = rules
        self._by_kind: dict[type[Rule], tuple[Rule, ...]] = {}
        self._may_be_slow: bool | None = None

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
    def may_be_slow(self) -> bool:
        """Whether one of their patterns needs the engine that backtracks."""
        if self._may_be_slow is None:
            values = (getattr(rule, field) for rule in self._rules for field in rule.__struct_fields__)
            self._may_be_slow = any(isinstance(one, Expression) and not is_linear(one.pattern) for one in values)
        return self._may_be_slow

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
        distinct = tuple(dict.fromkeys(rule.qualifiers for rule in file.rules))
        bits = {qualifiers: 1 << place for place, qualifiers in enumerate(distinct)}
        self._questions = tuple((bits[one], tuple(_questions(one))) for one in distinct)
        self._rules = tuple((bits[rule.qualifiers], rule) for rule in file.rules)
        self._timed = tuple((bits[one], one) for one in distinct if one.times or one.ex_times)
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
        meant = sum(bit for bit, questions in self._questions if _mean(questions, facts))
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


_Facts = tuple[tuple[str, ...], ...]
"""The names that each kind of qualifier looks at, in the order of _KINDS."""

_KINDS = (
    ("hosts", "ex_hosts"),
    ("pages", "ex_pages"),
    ("groups_shown", "ex_groups_shown"),
    ("classes", "ex_classes"),
    ("systems", "ex_systems"),
)


def _facts(who: _Who) -> _Facts:
    name, pages, group, host_class, os_type = who
    paths = tuple(path or "/" for path in pages if not in_page_set(path)) or ("/",)
    return (name,), paths, (group or _NO_GROUP,), (host_class,), (os_type.lower(),)


_Question = tuple[int, Expression, bool]
"""A kind, what is asked of its names, and the answer that is wanted."""


def _questions(qualifiers: Qualifiers) -> Iterator[_Question]:
    for kind, fields in enumerate(_KINDS):
        for field, wanted in zip(fields, (True, False), strict=True):
            expression = getattr(qualifiers, field)
            if expression is not None:
                yield kind, expression, wanted


def _mean(questions: tuple[_Question, ...], facts: _Facts) -> bool:
    return all(any(map(expression.names, facts[kind])) is wanted for kind, expression, wanted in questions)


def _in_time(one: Qualifiers, local: datetime, calendar: Calendar) -> bool:
    if one.times is not None and not covers(one.times, local, calendar):
        return False
    return one.ex_times is None or not covers(one.ex_times, local, calendar)
