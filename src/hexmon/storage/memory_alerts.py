"""Incidents and the notification log of `memory:`: the newest only, and gone with the process."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from hexmon.alerts.store import AlertSnapshot, LogQuery
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.incident import DeliveriesClaimed, Delivery, DeliverySaved, DeliveryState, Incident, IncidentSaved
from hexmon.model.names import StatusKey

_KEEP = 20_000  # of each kind that are over
_replace = msgspec.structs.replace
Which = Callable[[StatusKey], bool]
Name = TypeVar("Name")
Value = TypeVar("Value")


class MemoryAlerts:
    """The alerts' store of `memory:`. `take` is given every record."""

    def __init__(self, keep: int = _KEEP) -> None:
        self._keep = keep
        self._incidents: dict[str, Incident] = {}
        self._saved: dict[int, DeliverySaved] = {}
        self._look_at = 2 * keep  # so many of either kind are looked through for what may be forgotten

    def take(self, record: object) -> None:
        """Apply a record; those of others are nothing to it."""
        match record:
            case IncidentSaved(incident=incident):
                self._incidents[incident.id] = incident
                self._forget_oldest()
            case DeliverySaved(delivery=delivery):
                self._saved[delivery.number] = record
                self._forget_oldest()
            case DeliveriesClaimed():
                self._claim(record)
            case SquareDropped(host=host, test=test, forget=False):
                self._end(lambda key: key.host == host and test in (None, key.test), record.at)
            case SquareRenamed():
                self._rename(record)
            case _:
                pass

    async def claim(self, owner: str, now: float, lease: float) -> AlertSnapshot:
        self._claim(DeliveriesClaimed(owner, now, now + lease))
        mine = [one.delivery for one in self._waiting() if one.owner == owner]
        return AlertSnapshot(
            incidents=sorted(self._lasting(), key=lambda one: (one.started, one.id)),
            deliveries=sorted(mine, key=lambda one: one.number),
        )

    async def notifications(self, query: LogQuery) -> Sequence[Delivery]:
        ranked = sorted(((one.delivery.created, number) for number, one in self._saved.items()), reverse=True)
        if query.before is not None:
            known = self._saved.get(query.before)
            mark = (known.delivery.created, query.before) if known else (float("-inf"), 0)
            ranked = [rank for rank in ranked if rank < mark]
        found = (self._saved[number].delivery for _, number in ranked)
        return [one for one in found if _wanted(one, query)][: query.limit]

    async def incidents(self, query: LogQuery, *, open_only: bool = False) -> Sequence[Incident]:
        ranked = sorted(((one.started, one.id) for one in self._incidents.values()), reverse=True)
        if query.before_incident:
            known = self._incidents.get(query.before_incident)
            mark = (known.started, known.id) if known else (float("-inf"), "")
            ranked = [rank for rank in ranked if rank < mark]
        found = (self._incidents[number] for _, number in ranked)
        mine = (one for one in found if one.open or not open_only)
        return [one for one in mine if _inside(one.key, one.started, query)][: query.limit]

    async def incident(self, number: str) -> Incident | None:
        return self._incidents.get(number)

    def prune_incidents(self, before: float) -> None:
        """Forget those that ended before that moment."""
        for one in list(self._incidents.values()):
            if not one.open and one.ended < before:
                del self._incidents[one.id]

    def prune_deliveries(self, before: float) -> None:
        """Forget those that were decided before that moment and do not wait any more."""
        for number, one in list(self._saved.items()):
            if one.delivery.state is not DeliveryState.WAITING and one.delivery.created < before:
                del self._saved[number]

    def _waiting(self) -> list[DeliverySaved]:
        return [one for one in self._saved.values() if one.delivery.state is DeliveryState.WAITING]

    def _lasting(self) -> list[Incident]:
        return [one for one in self._incidents.values() if one.open]

    def _claim(self, claimed: DeliveriesClaimed) -> None:
        for one in self._waiting():
            if one.owner in ("", claimed.owner) or one.lease < claimed.now:
                self._saved[one.delivery.number] = DeliverySaved(one.delivery, claimed.owner, claimed.until)

    def _end(self, which: Which, at: float) -> None:
        for incident in self._lasting():
            if which(incident.key):
                end = {} if incident.ended else {"ended": at, "end": "dropped"}
                self._incidents[incident.id] = _replace(incident, pending=False, **end)
        for one in self._waiting():
            if which(one.delivery.message.key):
                gone = _replace(one.delivery, state=DeliveryState.DROPPED, ended=at)
                self._saved[gone.number] = _replace(one, delivery=gone)

    def _rename(self, renamed: SquareRenamed) -> None:
        if (renamed.host, renamed.test) == (renamed.new_host, renamed.new_test):
            return

        def new(key: StatusKey) -> StatusKey | None:
            if key.host != renamed.host or renamed.test not in (None, key.test):
                return None
            return StatusKey(renamed.new_host, renamed.new_test or key.test)

        keys = [*(one.key for one in self._incidents.values()), StatusKey(renamed.host, renamed.test or "")]
        taken = {there for key in keys if (there := new(key)) is not None}
        self._end(lambda key: key in taken, renamed.at)
        for incident in list(self._incidents.values()):
            if (key := new(incident.key)) is not None:
                self._incidents[incident.id] = _replace(incident, key=key)
        for number, one in list(self._saved.items()):
            if (key := new(one.delivery.message.key)) is not None:
                moved = _replace(one.delivery, message=_replace(one.delivery.message, key=key))
                self._saved[number] = _replace(one, delivery=moved)

    def _forget_oldest(self) -> None:
        """Now and then, so that it costs little; what still lasts or waits is kept."""
        if max(len(self._incidents), len(self._saved)) <= self._look_at:
            return
        over = {one.id: one.started for one in self._incidents.values() if not one.open}
        self._incidents = _newest(self._incidents, over, self._keep)
        sent = (one.delivery for one in self._saved.values() if one.delivery.state is not DeliveryState.WAITING)
        self._saved = _newest(self._saved, {one.number: one.created for one in sent}, self._keep)
        self._look_at = max(len(self._incidents), len(self._saved)) + self._keep


def _newest(values: dict[Name, Value], over: dict[Name, float], keep: int) -> dict[Name, Value]:
    """Without the oldest of those that are over, by their moments."""
    oldest = sorted(over, key=lambda name: over[name])
    gone = set(oldest[: max(len(oldest) - keep, 0)])
    return {name: value for name, value in values.items() if name not in gone}


def _inside(key: StatusKey, moment: float, query: LogQuery) -> bool:
    named = query.host in ("", key.host) and query.test in ("", key.test)
    return named and query.since <= moment <= query.until


def _wanted(delivery: Delivery, query: LogQuery) -> bool:
    mine = query.state in (None, delivery.state) and query.incident in ("", delivery.message.incident)
    return mine and _inside(delivery.message.key, delivery.created, query)
