"""What stands behind what: one graph of squares without a circle. Pure.

It is made of `depends=` and `route:` of hosts.cfg, `parent_name` of YAML sites, and `parents:` of alerts.yaml.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from hexmon.alerts.topology_circles import Child, Circles
from hexmon.alerts.topology_names import Mistake, NameBook
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import BUILT_IN, Origin, Problem
from hexmon.model.site import Monitor

Need = Literal["any", "all"]
_LONGEST = 100  # names of a circle that are told; nobody reads more


class Parent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A relation as somebody wrote it.

    `child` is `HOST` (all of its squares) or `HOST.TEST`, a comma list of them with `!` for exceptions, a glob
    (`web*`, `web*.http`) or `%` and a regular expression. `parents` are names of the same kinds; a host there means its
    ping. `need` is what the child needs: "all" of them (one that is down explains it) or "any" (all must be down).
    """

    child: str
    parents: tuple[str, ...]
    need: Need = "all"
    origin: Origin = BUILT_IN


class Relation(msgspec.Struct, frozen=True, gc=False):
    """The same for one child, with squares. `tagged`: by hosts.cfg, whose `~` and `noclear` may lift it."""

    parents: tuple[StatusKey, ...]
    need: Need = "all"
    origin: Origin = BUILT_IN
    tagged: bool = False


_NONE: tuple[Relation, ...] = ()


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """The relations of every square. Following them upwards always ends.

    `hosts` are those of all squares of a host, also of squares that only agents send. `silent` are those of parents
    that say nothing, `stubborn` the squares that the tags of their host leave alone, `probed` the parents that hexmon
    probes itself, `parents` all squares that something stands behind: no other explains anything.
    """

    hosts: Mapping[str, tuple[Relation, ...]] = msgspec.field(default_factory=dict)
    squares: Mapping[StatusKey, tuple[Relation, ...]] = msgspec.field(default_factory=dict)
    silent: Mapping[StatusKey, tuple[Relation, ...]] = msgspec.field(default_factory=dict)
    stubborn: frozenset[StatusKey] = frozenset()
    probed: frozenset[StatusKey] = frozenset()
    parents: frozenset[StatusKey] = frozenset()

    def relations(self, key: StatusKey) -> tuple[Relation, ...]:
        """What may explain that square: its own relations, then those of its host. Any of them suffices."""
        whole = self.hosts.get(key.host, _NONE)
        if whole and key in self.stubborn:
            whole = tuple(one for one in whole if not one.tagged)
        return self.squares.get(key, _NONE) + whole

    def beyond(self, key: StatusKey) -> tuple[Relation, ...]:
        """The same for a parent that shows no verdict of its own (clear): its host's ping has a say in it, too."""
        return self.relations(key) + self.silent.get(key, _NONE)


NO_TOPOLOGY = Topology()


def build(
    inventory: Inventory, parents: Sequence[Parent] = (), ping_column: str = "conn"
) -> tuple[Topology, tuple[Problem, ...]]:
    """The graph, and what is wrong with what was written; the relations that are wrong are left out.

    Of a circle that relation is left out that was written last: hosts.cfg goes first, in the order of its hosts. Names
    in hosts.cfg that nobody knows are problems of the inventory and not told again.
    """
    builder = _Builder(inventory, ping_column)
    for host in inventory.hosts.values():
        if host.policy.depends or host.policy.route:
            builder.add_tags(host)
        if host.monitor is not None and host.monitor.parents:
            builder.add_monitor(host.monitor)
    for parent in parents:
        builder.add_parent(parent)
    return builder.topology(), tuple(builder.problems)


class _Builder:
    def __init__(self, inventory: Inventory, ping_column: str) -> None:
        self.problems: list[Problem] = []
        self._inventory = inventory
        self._ping = ping_column
        self._names = NameBook(inventory, ping_column)
        self._circles = Circles()
        self._hosts: dict[str, list[Relation]] = {}
        self._squares: dict[StatusKey, list[Relation]] = {}
        self._stubborn: set[StatusKey] = set()

    def topology(self) -> Topology:
        """What was added, as it is asked for."""
        named = tuple(self._circles.parents())
        silent = {key: (relation,) for key in named if (relation := self._own_ping(key)) is not None}
        return Topology(
            hosts={host: tuple(found) for host, found in self._hosts.items()},
            squares={key: tuple(found) for key, found in self._squares.items()},
            silent=silent,
            stubborn=frozenset(self._stubborn),
            probed=frozenset(self._names.probed(named)),
            parents=frozenset(self._circles.parents()),
        )

    def _own_ping(self, key: StatusKey) -> Relation | None:
        """A parent that is no ping may be clear because its host is down; unless the ping stands behind it."""
        if key.test == self._ping:
            return None
        relation = Relation((StatusKey(key.host, self._ping),))
        return relation if self._circles.add(key, relation.parents) is None else None

    def add_tags(self, host: Host) -> None:
        """`depends=` and `route:` of a host. `noclear` and `~` keep a test's failure its own, but not that of conn."""
        stubborn = _stubborn(host, self._ping)
        for test, squares in host.policy.depends:
            child = StatusKey(host.name, test)
            if not host.policy.noclear and child not in stubborn:
                self._add([child], self._known(squares), host.origin, tagged=True)
        routers = self._known(StatusKey(name, self._ping) for name in host.policy.route)
        if routers:
            only_ping = host.policy.noclear
            self._stubborn |= stubborn
            whole: Child = StatusKey(host.name, self._ping) if only_ping else host.name
            self._add([whole], tuple(key for key in routers if key.host != host.name), host.origin, tagged=True)

    def add_monitor(self, monitor: Monitor) -> None:
        """`parent_name` of a monitor of a YAML site; a parent that does not exist now (NOTBEFORE) explains nothing."""
        parents = self._known(monitor.parents)
        if monitor.need == "all" or len(parents) == len(monitor.parents):
            self._add([monitor.key], parents, monitor.origin, need=monitor.need)

    def _known(self, squares: Iterable[StatusKey]) -> tuple[StatusKey, ...]:
        found = ((self._inventory.find(key.host), key.test) for key in squares)
        return tuple(dict.fromkeys(StatusKey(host.name, test) for host, test in found if host is not None))

    def add_parent(self, parent: Parent) -> None:
        """What `parents:` says. Where any of them suffices, one that is left out would let the others explain more."""
        mistakes: list[Mistake] = []
        squares = self._names.squares(parent.parents, mistakes)
        unsafe = any(mistake.lost for mistake in mistakes) and parent.need == "any"
        children = self._names.children(parent.child, squares, mistakes)
        for mistake in mistakes:
            self._tell(parent.origin, mistake.text, mistake.hint)
        if not unsafe:
            self._add(children, squares, parent.origin, need=parent.need)

    def _add(
        self,
        children: Iterable[Child],
        parents: tuple[StatusKey, ...],
        origin: Origin,
        *,
        need: Need = "all",
        tagged: bool = False,
    ) -> None:
        if not parents:
            return
        relation = Relation(parents, need, origin, tagged)
        refused = []
        for child in children:
            circle = self._circles.add(child, parents)
            if circle is not None:
                refused.append((child, circle))
            elif isinstance(child, StatusKey):
                self._squares.setdefault(child, []).append(relation)
            else:
                self._hosts.setdefault(child, []).append(relation)
        if refused:
            self._tell_circle(refused, origin)

    def _tell_circle(self, refused: Sequence[tuple[Child, Sequence[StatusKey]]], origin: Origin) -> None:
        child, circle = refused[0]
        names = [str(key) for key in circle]
        if len(names) > _LONGEST:
            names[_LONGEST // 2 : -_LONGEST // 2] = [f"... {len(names) - _LONGEST} more ..."]
        more = f", and {len(refused) - 1} more like it" if len(refused) > 1 else ""
        text = f"'{child}' cannot stand behind '{circle[1]}': {' -> '.join(names)} is a circle; left out{more}"
        own = isinstance(child, str) and circle[1].host == child
        hint = f"name the tests that are meant: {child}.TEST" if own else "take one of these relations away"
        self._tell(origin, text, hint)

    def _tell(self, origin: Origin, text: str, hint: str) -> None:
        self.problems.append(Problem(origin, text, hint, fatal=False))


def _stubborn(host: Host, ping_column: str) -> set[StatusKey]:
    """The tests of which every check has the prefix `~`."""
    firm: dict[StatusKey, bool] = {}
    for check in host.checks:
        if check.key.test != ping_column:
            firm[check.key] = firm.get(check.key, True) and check.judging.always_true
    return {key for key, always in firm.items() if always}
