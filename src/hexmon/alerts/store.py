"""What alerting needs of a store. Writing goes through the journal (IncidentSaved, DeliverySaved); this is reading."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hexmon.model.incident import Delivery, DeliveryState, Incident


class AlertSnapshot(msgspec.Struct, kw_only=True):
    """What was open when hexmon stopped: incidents that last, and deliveries that wait, the oldest first."""

    incidents: Sequence[Incident] = ()
    deliveries: Sequence[Delivery] = ()


class LogQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are asked for, the newest first; empty and None mean all.

    `since` and `until`, both included, bound when a delivery was decided or an incident began. For paging on, `before`
    is the number of the last delivery that was seen, `before_incident` the id of the last incident.
    """

    host: str = ""
    test: str = ""
    since: float = 0.0
    until: float = float("inf")
    state: DeliveryState | None = None
    incident: str = ""
    before: int | None = None
    limit: int = 100
    before_incident: str = ""


class AlertStore(Protocol):
    """Incidents and notifications, as the journal wrote them."""

    async def claim(self, owner: str, now: float, lease: float) -> AlertSnapshot:
        """Take over what is open: waiting deliveries that nobody holds, by one conditional UPDATE.

        `owner` holds them for `lease` seconds; what another owner holds is left out, what this one held already is
        there again.
        """
        ...

    async def notifications(self, query: LogQuery) -> Sequence[Delivery]:
        """The notification log."""
        ...

    async def incidents(self, query: LogQuery, *, open_only: bool = False) -> Sequence[Incident]:
        """Incidents by their start, the newest first."""
        ...

    async def incident(self, number: str) -> Incident | None:
        """One incident by its id."""
        ...


class NoAlerts:
    """A store in which nothing ever was."""

    async def claim(self, owner: str, now: float, lease: float) -> AlertSnapshot:  # noqa: ARG002
        return AlertSnapshot()

    async def notifications(self, query: LogQuery) -> Sequence[Delivery]:  # noqa: ARG002
        return ()

    async def incidents(self, query: LogQuery, *, open_only: bool = False) -> Sequence[Incident]:  # noqa: ARG002
        return ()

    async def incident(self, number: str) -> Incident | None:  # noqa: ARG002
        return None
