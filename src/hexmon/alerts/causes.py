"""Whether a failure is news, waits for the verdict on its parents, or is explained by one of them. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import msgspec

from hexmon.alerts.topology import Relation, Topology
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Status

_NOTHING = -1  # better than every colour: explains nobody


class ParentFact(msgspec.Struct, frozen=True, gc=False):
    """What the board knows of a square.

    `bad`: `color` is an alert colour. `since` is when it got that colour, `updated` its last report; `was` the colour
    before, None when it had none. `heard` False: no rule tells anybody of it, so it cannot stand for others.
    """

    color: Color
    since: float
    updated: float
    bad: bool
    exists: bool = True
    was: Color | None = None
    heard: bool = True


Facts = Callable[[StatusKey], ParentFact | None]


def fact_of(status: Status, alert_colors: Collection[Color] = ALERT_COLORS, *, heard: bool = True) -> ParentFact:
    """The fact of a square. A disabled one counts as what its reporter says: planned work explains what is behind."""
    color = status.reported if status.color is Color.BLUE and status.reported in alert_colors else status.color
    return ParentFact(
        color=color,
        since=status.since,
        updated=status.updated,
        bad=color in alert_colors,
        was=status.before_change,
        heard=heard,
    )


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: how long a child waits for its parents' verdict, and after their recovery for a report of its own."""

    hold_seconds: float = 30.0
    settle_seconds: float = 300.0


LIMITS = Limits()


class Free(msgspec.Struct, frozen=True, gc=False):
    """Nothing explains it: it may be told."""


class Hold(msgspec.Struct, frozen=True, gc=False):
    """To be asked again when one of these squares was reported, and at `until`; `ask` are to be probed now."""

    until: float
    ask: tuple[StatusKey, ...] = ()


class Explained(msgspec.Struct, frozen=True, gc=False):
    """It would not be without `root`. To be asked again when it or the root was reported or the root has ended."""

    root: StatusKey


Judgement = Free | Hold | Explained
FREE = Free()


def judge_hold(
    topology: Topology, key: StatusKey, began: float, facts: Facts, now: float, limits: Limits = LIMITS
) -> Judgement:
    """Whether the alert of a bad square is told.

    `began` is when its bad stretch began: parents that were looked at before that have yet to give their verdict.
    What began or ended later than `now` is the work of a clock that was set: nobody waits for it.
    """
    relations = topology.relations(key)
    if not relations:
        return FREE
    look = Look(topology, facts, Moments(began, now, began))
    color, updated = look.bad_color(key), look.updated(key)
    reach = look.of_relations(relations)
    if reach.sure >= color:
        return Explained(look.root(key))
    if reach.could >= color and 0.0 <= now - began < limits.hold_seconds:
        return Hold(began + limits.hold_seconds, look.asks(key, color))
    if reach.ended and now - reach.ended < limits.settle_seconds:
        return (
            _settle(key, look, reach.ended, now, limits)
            if updated > reach.ended
            else Hold(reach.ended + limits.settle_seconds, (key,))
        )
    return FREE


def _settle(key: StatusKey, look: "Look", ended: float, now: float, limits: Limits) -> Judgement:
    """It was explained, and is bad still without what explained it: meanwhile another parent may have failed."""
    updated = look.updated(key)
    until = min(updated + limits.hold_seconds, ended + limits.settle_seconds)
    again = look.again(updated)
    could = again.of_relations(again.topology.relations(key)).could
    color = again.bad_color(key)
    return Hold(until, again.asks(key, color)) if could >= color and updated <= now < until else FREE


def root_of(topology: Topology, key: StatusKey, facts: Facts) -> StatusKey | None:
    """The square that explains that one; None when nothing does."""
    root = Look(topology, facts).root(key)
    return root if root != key else None


def explained_by(
    root: StatusKey, topology: Topology, bad: Iterable[StatusKey], facts: Facts | None = None
) -> tuple[StatusKey, ...]:
    """Those of the bad squares whose root that one is, in the order of their names. Each has one root.

    Without facts all of them count as red, and nothing else as bad.
    """
    keys = frozenset(bad)
    look = Look(topology, facts or _only(keys | {root}))
    return tuple(sorted(key for key in keys if key != root and look.root(key) == root))


def _only(bad: frozenset[StatusKey]) -> Facts:
    red, green = (ParentFact(color, 0.0, 0.0, color is Color.RED) for color in (Color.RED, Color.GREEN))
    return lambda key: red if key in bad else green


class Reach(msgspec.Struct, frozen=True, gc=False):
    """How far a parent, or a relation, explains: what is up to `sure` is explained for certain.

    `could` is the same if all verdicts that are to come were the worst. `ended` is when it last stopped to explain
    (0.0: it never did in this stretch).
    """

    sure: int = _NOTHING
    could: int = _NOTHING
    ended: float = 0.0


_NO_REACH = Reach()
_DOWN = Reach(Color.RED, Color.RED)
_TO_COME = Reach(_NOTHING, Color.RED)


class Moments(msgspec.Struct, frozen=True, gc=False):
    """When the bad stretch began, the present, and since when a parent must have been looked at."""

    began: float
    now: float
    fresh_from: float


_ANY_TIME = Moments(float("-inf"), float("inf"), float("-inf"))


class Look:
    """One look at the board, for any number of questions: every square is asked for once."""

    def __init__(self, topology: Topology, facts: Facts, moments: Moments = _ANY_TIME) -> None:
        self.topology = topology
        self._ask = facts
        self._moments = moments
        self._facts: dict[StatusKey, ParentFact | None] = {}
        self._reach: dict[StatusKey, Reach] = {}
        self._roots: dict[tuple[StatusKey, int], StatusKey] = {}

    def again(self, fresh_from: float) -> "Look":
        """The same look, with parents that must have been looked at since then."""
        moments = msgspec.structs.replace(self._moments, fresh_from=fresh_from)
        return Look(self.topology, self.fact, moments)

    def fact(self, key: StatusKey) -> ParentFact | None:
        """What the board knows; None when it has no such square."""
        if key not in self._facts:
            fact = self._ask(key)
            self._facts[key] = fact if fact is not None and fact.exists else None
        return self._facts[key]

    def bad_color(self, key: StatusKey) -> Color:
        """The colour that has to be explained; red for a square that the board does not show as bad."""
        fact = self.fact(key)
        return fact.color if fact is not None and fact.bad else Color.RED

    def updated(self, key: StatusKey) -> float:
        """Its last report."""
        fact = self.fact(key)
        return fact.updated if fact is not None else float("inf")

    def of_relations(self, relations: Sequence[Relation]) -> Reach:
        """Any of them suffices."""
        self._visit(parent for relation in relations for parent in relation.parents)
        return self._joined(relations)

    def root(self, key: StatusKey) -> StatusKey:
        """The topmost square that explains it, by the first relation and the first parent that do; or itself."""
        color: int = self.bad_color(key)
        passed = []
        while (key, color) not in self._roots:
            passed.append((key, color))
            above = self._next(key, color)
            if above is None:
                self._roots[key, color] = key
                break
            key = above
            color = max(color, self._own(self.fact(key)))
        root = self._roots[key, color]
        self._roots.update(dict.fromkeys(passed, root))
        return root

    def asks(self, key: StatusKey, color: int) -> tuple[StatusKey, ...]:
        """The squares whose verdict decides whether a child of that colour is explained."""
        found: dict[StatusKey, None] = {}
        seen = {key}
        waiting = [key]
        while waiting:
            for relation in self._relations(waiting.pop()):
                self._visit(relation.parents)
                if not self._relation(relation).sure < color <= self._relation(relation).could:
                    continue
                for parent in relation.parents:
                    if parent not in seen and self._reach[parent].sure < color <= self._reach[parent].could:
                        seen.add(parent)
                        found.update({parent: None} if self._is_to_come(parent) else {})
                        waiting += [parent] if any(self._needed(parent)) else []
        return tuple(found)

    def _next(self, key: StatusKey, color: int) -> StatusKey | None:
        relations = self._relations(key)
        self._visit(parent for relation in relations for parent in relation.parents)
        for relation in relations:
            if self._relation(relation).sure >= color:
                return next(parent for parent in relation.parents if self._reach[parent].sure >= color)
        return None

    def _relations(self, key: StatusKey) -> tuple[Relation, ...]:
        fact = self.fact(key)
        silent = fact is not None and fact.color is Color.CLEAR
        return self.topology.beyond(key) if silent else self.topology.relations(key)

    def _visit(self, keys: Iterable[StatusKey]) -> None:
        """Find the reach of these squares, those above them first. A stack of our own: chains may be long."""
        stack = [key for key in keys if key not in self._reach]
        while stack:
            key = stack[-1]
            missing = [parent for parent in self._needed(key) if parent not in self._reach]
            if missing and key not in self._reach:
                stack += missing
                continue
            stack.pop()
            if key not in self._reach:
                self._reach[key] = self._of(key)

    def _needed(self, key: StatusKey) -> Iterator[StatusKey]:
        """The parents without which the reach of a square is not known: none of one that is up, or red."""
        fact = self.fact(key)
        if fact is None or _is_up(fact) or self._own(fact) >= Color.RED:
            return
        for relation in self._relations(key):
            yield from relation.parents

    def _of(self, key: StatusKey) -> Reach:
        fact = self.fact(key)
        if fact is None:
            return _TO_COME if key in self.topology.probed else _NO_REACH
        own = self._own(fact)
        if own >= Color.RED:
            return _DOWN
        stale = self._is_stale(fact)
        ended = fact.since if self._has_ended(fact) else 0.0
        if _is_up(fact):
            return Reach(_NOTHING, Color.RED if stale else _NOTHING, ended)
        above = self._joined(self._relations(key))
        sure = max(own, above.sure)
        return Reach(sure, Color.RED if stale else max(sure, above.could), max(ended, above.ended))

    def _joined(self, relations: Sequence[Relation]) -> Reach:
        found = [self._relation(relation) for relation in relations]
        if not found:
            return _NO_REACH
        return Reach(max(one.sure for one in found), max(one.could for one in found), max(one.ended for one in found))

    def _relation(self, relation: Relation) -> Reach:
        """All are needed: the worst parent explains most. One is enough: all must be down, so the best one counts."""
        found = [self._reach[parent] for parent in relation.parents]
        most = max if relation.need == "all" else min
        explained = relation.need == "all" or all(one.sure > _NOTHING or one.ended for one in found)
        return Reach(
            most(one.sure for one in found),
            most(one.could for one in found),
            max(one.ended for one in found) if explained else 0.0,
        )

    def _own(self, fact: ParentFact | None) -> int:
        """The worst colour that this square can be the root of."""
        return fact.color if fact is not None and fact.bad and fact.heard else _NOTHING

    def _is_to_come(self, key: StatusKey) -> bool:
        fact = self.fact(key)
        return fact is None or self._is_stale(fact)

    def _is_stale(self, fact: ParentFact) -> bool:
        """Whether another look at it may change what it explains."""
        return fact.heard and fact.updated < self._moments.fresh_from

    def _has_ended(self, fact: ParentFact) -> bool:
        """Whether it became better while the child was bad: what it explained then it may explain no longer."""
        better = fact.was is not None and fact.color < fact.was
        return better and self._moments.began < fact.since <= self._moments.now


def _is_up(fact: ParentFact) -> bool:
    """It does its work, so whatever is above it does no harm. Clear says nothing of the kind."""
    return not fact.bad and fact.color is not Color.CLEAR
