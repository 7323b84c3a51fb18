"""Which incidents wait for their parents' verdict or are explained by a root, and what a root's message lists."""

from collections.abc import Mapping

from msgspec.structs import replace

from hexmon.alerts.causes import Explained, Hold, ParentFact, explained_by, fact_of, judge_hold
from hexmon.alerts.messages import item_of
from hexmon.alerts.planned import NEVER
from hexmon.alerts.topology import NO_TOPOLOGY, Topology
from hexmon.alerts.world import World
from hexmon.model.incident import Incident, Item
from hexmon.model.names import StatusKey
from hexmon.model.status import Status

_MOST_EXPLAINED = 500  # squares in the list of one message
_LOOK_AGAIN = 1.0  # seconds: how often a held square is looked at
_LOOK_AT_ROOT = 30.0  # and an explained one, beside the events of its root


class Kin:
    """The relations in force, over the open incidents of the engine."""

    def __init__(self, world: World, incidents: Mapping[StatusKey, Incident]) -> None:
        self.topology: Topology = NO_TOPOLOGY
        self._world = world
        self._open = incidents
        self._waiting: set[StatusKey] = set()

    def held(self, incident: Incident, status: Status | None, now: float) -> Incident | None:
        """The incident as it waits for its parents or for its root; None when it is free to be told."""
        key = incident.key
        if not self.topology.relations(key):
            return None
        decision = judge_hold(self.topology, key, _began(incident, status), self._fact, now, self._world.limits)
        if isinstance(decision, Hold):
            for parent in decision.ask:
                self._world.probe_now(parent)
            self._waiting.add(key)
            since = incident.held_since or now
            return replace(incident, held_since=since, root=None, look_at=min(decision.until, now + _LOOK_AGAIN))
        if isinstance(decision, Explained):
            self._waiting.add(key)
            return replace(incident, root=decision.root, look_at=now + _LOOK_AT_ROOT)
        self._waiting.discard(key)
        return None

    def forget(self, key: StatusKey) -> None:
        """Its incident has ended."""
        self._waiting.discard(key)

    def explained(self, root: StatusKey) -> list[Incident]:
        """The incidents that this square explained when they were looked at last."""
        if root not in self.topology.parents:
            return []
        found = [self._open[key] for key in self._waiting if key in self._open]
        return [one for one in found if one.root == root and not one.ended]

    def items(self, root: StatusKey) -> tuple[Item, ...]:
        """The squares that this one's message lists: those that it explains, and those that wait for its verdict."""
        if root not in self.topology.parents:
            return ()
        bad = [key for key in self._waiting if (one := self._open.get(key)) is not None and not one.ended]
        found = explained_by(root, self.topology, bad, self._fact) if bad else ()
        children = [self._open[key] for key in found[:_MOST_EXPLAINED]]
        items = [item_of(one.key, self._world.status(one.key), one.color, one.started) for one in children]
        return tuple(sorted(items, key=lambda item: (-item.color, item.key)))

    def _fact(self, key: StatusKey) -> ParentFact | None:
        status = self._world.status(key)
        if status is None:
            return None
        # A root that nobody is ever told of must not hide what stands behind it.
        incident = self._open.get(key)
        heard = incident is None or bool(incident.told) or incident.look_at < NEVER
        return fact_of(status, self._world.alert_colors, heard=heard)


def _began(incident: Incident, status: Status | None) -> float:
    """When what the square shows now began: a parent that was looked at since then has said what there is to say."""
    return max(incident.color_since, status.since if status is not None else 0.0)
