"""The alert engine: follows the board, keeps the open incidents, decides, and hands what is due to the outbox.

The decisions are those of `plan`, `topology` and the rules; here is only who is asked when. What was decided is in the
journal before anything is sent. At the start every square that alerts without an incident begins one, and every
incident whose square recovered meanwhile ends: a crash loses nothing that the board had answered for.
"""

import heapq
import logging
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from hexmon.alerts.kin import Kin
from hexmon.alerts.messages import Case, delivery_of
from hexmon.alerts.outbox import LEASE
from hexmon.alerts.plan import (
    Planned,
    acknowledged,
    needs_plan,
    plan_alert,
    plan_end,
    plan_notice,
    raised,
    settled,
)
from hexmon.alerts.rules import NO_RULES, RuleBook
from hexmon.alerts.subject import Subject, subject_of
from hexmon.alerts.topology import Topology
from hexmon.alerts.world import World
from hexmon.board.store import Journal, Record
from hexmon.bus import Subscription
from hexmon.clock import Clock
from hexmon.model.color import Color
from hexmon.model.events import (
    AlertEnded,
    AlertRaised,
    Event,
    NoticeSent,
    SquareDropped,
    SquareRenamed,
    StatusAcknowledged,
)
from hexmon.model.incident import Ack, Delivery, DeliverySaved, Incident, IncidentSaved, Kind, Outage, outage_of
from hexmon.model.names import StatusKey, split_square
from hexmon.model.status import Status
from hexmon.model.text import readable

log = logging.getLogger(__name__)

FOLLOWED = (AlertRaised, AlertEnded, StatusAcknowledged, NoticeSent, SquareDropped, SquareRenamed)

_SLICE = 100  # events that are decided in one turn of the loop: some milliseconds


class AlertEngine:
    """One writer of incidents; synchronous but for waiting for events."""

    def __init__(self, clock: Clock, journal: Journal, world: World) -> None:
        self.counters: Counter[str] = Counter()
        self.book: RuleBook = NO_RULES
        self._clock = clock
        self._journal = journal
        self._world = world
        self._open: dict[StatusKey, Incident] = {}
        self._over: dict[str, Outage] = {}  # by host: of monitors, which have one square each
        self._kin = Kin(world, self._open)
        self._due: list[tuple[float, StatusKey]] = []
        self._number = 0
        self._records: dict[object, Record] = {}
        self._deliveries: list[Delivery] = []
        self._handlers: dict[type, Callable[[Any, float], None]] = {
            AlertRaised: self._raised,
            AlertEnded: self._ended,
            StatusAcknowledged: self._acknowledged,
            NoticeSent: self._noticed,
            SquareDropped: self._dropped,
            SquareRenamed: self._renamed,
        }

    # -- the outside ----------------------------------------------------------------------------------------------

    def restore(self, incidents: Iterable[Incident], highest: int = 0) -> None:
        """Begin with what was open, and bring it in line with the board. `highest` is the last number of a delivery."""
        now = self._clock.now()
        self._number = highest
        self._open.update((incident.key, incident) for incident in incidents if incident.open)
        self._reconcile(now)
        self.look_at_all(now)
        self._commit()

    async def run(self, subscription: Subscription) -> None:
        """Follow the board until cancelled."""
        lost = subscription.lost
        while True:
            events = await subscription.next_batch()
            for first in range(0, len(events), _SLICE):
                self.take(events[first : first + _SLICE])
                # In a storm the first messages go out while the next are decided, and no check is late.
                await self._clock.sleep_until(self._clock.monotonic())
            if subscription.lost != lost:
                lost = subscription.lost
                log.error("more events than the alert engine could take; it compares its incidents with the board")
                self._reconcile(self._clock.now())
                self._commit()

    def take(self, events: Iterable[Event]) -> None:
        """Decide about these events; what is due goes out when it is durable."""
        now = self._clock.now()
        for event in events:
            try:
                self._handlers[type(event)](event, now)
            except Exception:
                # One square's odd data must not silence all others.
                log.exception("an event could not be handled: %.300r", event)
        self._commit()

    def tick(self) -> None:
        """Look at the incidents whose time has come. To be called about once a second."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            _, key = heapq.heappop(self._due)
            incident = self._open.get(key)
            if incident is not None and incident.look_at <= now:
                try:
                    self._look(incident, now)
                except Exception:
                    log.exception("the alerts of %s could not be decided", key)
                    self._keep(replace(incident, look_at=now + 60.0))
        self._commit()

    def use(self, book: RuleBook, topology: Topology) -> None:
        """Other rules, relations or hosts are in force: everybody may be meant anew."""
        self.book, self._kin.topology = book, topology
        self.look_at_all(self._clock.now())
        self._commit()

    def look_at_all(self, now: float) -> None:
        """Walk the rules for every open incident."""
        for incident in list(self._open.values()):
            self._look(incident, now)

    def incident(self, key: StatusKey) -> Incident | None:
        """The open incident of a square."""
        return self._open.get(key)

    def outage(self, key: StatusKey) -> Outage | None:
        """The open incident of a monitor's square, or the latest one since hexmon started, in short."""
        incident = self._open.get(key)
        return self._over.get(key.host) if incident is None else outage_of(incident)

    def incidents(self) -> list[Incident]:
        """Every open incident."""
        return list(self._open.values())

    # -- events ---------------------------------------------------------------------------------------------------

    def _raised(self, event: AlertRaised, now: float) -> None:
        status = event.status
        before = self._open.get(status.key)
        after = raised(before, status, now)
        if before is not None and before.ended and before.id != after.id:
            self._records[before.id] = IncidentSaved(settled(before))
        self._open[status.key] = after
        if needs_plan(before, after):
            if before is None:
                self.counters["incidents"] += 1
            self._look(after, now, status)

    def _ended(self, event: AlertEnded, now: float) -> None:
        incident = self._open.get(event.status.key)
        if incident is None or incident.ended:
            return
        kind = Kind.DISABLED if event.status.color is Color.BLUE else Kind.RECOVERY
        self._end(replace(incident, goods=1, seen=event.status.updated), event.status, kind, now)

    def _acknowledged(self, event: StatusAcknowledged, now: float) -> None:
        status = event.status
        incident = self._open.get(status.key)
        if incident is None or incident.ended or status.acknowledged is None:
            return
        text, _, by = readable(status.acknowledged.text).partition("\nAcked by:")
        ack = Ack(status.acknowledged.until, text.strip(), by.strip(), at=now)
        self._keep(acknowledged(incident, ack, now))
        self.counters["acknowledged"] += 1

    def _noticed(self, event: NoticeSent, now: float) -> None:
        key = split_square(event.subject) if event.kind == "notify" else None
        if key is None:
            return
        host = self._world.inventory().find(key.host)
        key = StatusKey(host.name if host else key.host, key.test)
        status = self._world.status(key)
        incident = _incident_of_notice(key, status, now)
        subject = self._subject(incident, status, now, Kind.NOTICE)
        for telling in plan_notice(self.book, subject, now):
            delivery = delivery_of(self._next_number(now), self._case(incident, status), telling, now)
            message = replace(delivery.message, text=event.text, incident="", note=event.sender)
            next_at = telling.told.due if telling.told.due > now else 0.0  # the end of quiet times
            self._deliveries.append(replace(delivery, message=message, next_at=next_at))

    def _dropped(self, event: SquareDropped, now: float) -> None:
        for incident in self._of(event.host, event.test):
            self._close(replace(incident, ended=incident.ended or now, end="dropped", pending=False))
        self._over.pop(event.host, None)
        self._world.drop(event.host, event.test)

    def _renamed(self, event: SquareRenamed, now: float) -> None:
        for incident in self._of(event.host, event.test):
            del self._open[incident.key]
            key = StatusKey(event.new_host, event.new_test or incident.key.test)
            replaced = self._open.get(key)
            if replaced is not None:
                self._close(replace(replaced, ended=now, end="dropped", pending=False))
            self._keep(replace(incident, key=key))

    def _of(self, host: str, test: str | None) -> list[Incident]:
        if test is not None:
            found = self._open.get(StatusKey(host, test))
            return [found] if found else []
        return [incident for key, incident in self._open.items() if key.host == host]

    def _reconcile(self, now: float) -> None:
        """Make the incidents those of the board, whatever was missed."""
        alerting = {status.key: status for status in self._world.statuses() if status.alerting}
        for key, status in alerting.items():
            incident = self._open.get(key)
            if status.color in self._world.alert_colors and (incident is None or incident.color is not status.color):
                self._raised(AlertRaised(now, status), now)
        for key, incident in list(self._open.items()):
            if key not in alerting and not incident.ended:
                found = self._world.status(key)
                if found is None:
                    self._close(replace(incident, ended=now, end="dropped"))
                else:
                    self._ended(AlertEnded(now, incident.color, found), now)

    # -- decisions ------------------------------------------------------------------------------------------------

    def _look(self, incident: Incident, now: float, status: Status | None = None) -> None:
        """Decide about one incident as it is now."""
        status = status or self._world.status(incident.key)
        if incident.ended:
            kind = Kind.DISABLED if incident.end == "disabled" else Kind.RECOVERY
            self._end(_seen_well(incident, status), status, kind, now)
            return
        held = self._kin.held(incident, status, now)
        if held is not None:
            self._keep(held)
            return
        free = replace(incident, held_since=0.0, root=None) if incident.held_since or incident.root else incident
        subject = self._subject(free, status, now, Kind.ALERT)
        self._carry_out(plan_alert(free, self.book, subject, now), status, now)

    def _end(self, incident: Incident, status: Status | None, kind: Kind, now: float) -> None:
        """Tell the end to whom it is owed, now or when their times let it pass; then look at what it explained."""
        subject = self._subject(incident, status, now, kind)
        self._carry_out(plan_end(incident, self.book, subject, now), status, now)
        for child in self._kin.explained(incident.key):
            self._look(child, now)

    def _carry_out(self, planned: Planned, status: Status | None, now: float) -> None:
        incident = planned.incident
        case = self._case(incident, status) if planned.tell else None
        for telling in planned.tell:
            assert case is not None  # noqa: S101 - there is a case for every telling
            self._deliveries.append(delivery_of(self._next_number(now), case, telling, now))
            self.counters[telling.kind.value] += 1
        if incident.open:
            self._keep(incident)
        else:
            self._close(incident)

    def _case(self, incident: Incident, status: Status | None) -> Case:
        host = self._world.inventory().find(incident.key.host)
        return Case(incident=incident, status=status, host=host, explains=self._kin.items(incident.key))

    def _subject(self, incident: Incident, status: Status | None, now: float, kind: Kind) -> Subject:
        inventory = self._world.inventory()
        host = inventory.find(incident.key.host)
        acknowledged_now = incident.ack is not None and incident.ack.until > now
        return subject_of(
            incident.key,
            host,
            color=incident.color,
            started=incident.started,
            color_since=incident.color_since,
            groups=status.groups if status else (),
            kind=kind,
            now=now,
            local=self._world.local,
            alert_colors=self._world.alert_colors,
            reports=incident.reports,
            acknowledged=acknowledged_now,
            calendar=inventory.calendar,
        )

    # -- what is written ------------------------------------------------------------------------------------------

    def _keep(self, incident: Incident) -> None:
        self._open[incident.key] = incident
        self._records[incident.id] = IncidentSaved(incident)
        if math.isfinite(incident.look_at):
            heapq.heappush(self._due, (incident.look_at, incident.key))

    def _close(self, incident: Incident) -> None:
        self._open.pop(incident.key, None)
        host = self._world.inventory().find(incident.key.host)
        if host is not None and host.monitor is not None:
            self._over[host.name] = outage_of(incident)
        self._kin.forget(incident.key)
        self._records[incident.id] = IncidentSaved(incident)

    def _next_number(self, now: float) -> int:
        """Grows with time, so that it needs no counter in the database; exact in JavaScript, too."""
        self._number = max(self._number + 1, int(now * 1_000_000))
        return self._number

    def _commit(self) -> None:
        """Everything that was decided together is written together; then it goes out."""
        records, self._records = list(self._records.values()), {}
        deliveries, self._deliveries = self._deliveries, []
        if not records and not deliveries:
            return
        self._world.hook("decided")
        lease = self._clock.now() + LEASE
        rows = [DeliverySaved(one, self._world.owner, lease) for one in deliveries]
        ticket = self._journal.append([*records, *rows])
        if deliveries:
            self._journal.when_durable(ticket, lambda: self._hand_over(deliveries))

    def _hand_over(self, deliveries: Sequence[Delivery]) -> None:
        self._world.hook("durable")
        self._world.offer(deliveries)


def _seen_well(incident: Incident, status: Status | None) -> Incident:
    """Another good report came since the last look: some recipients want several before they hear of the end."""
    if status is None or status.updated <= incident.seen:
        return incident
    return replace(incident, goods=incident.goods + 1, seen=status.updated)


def _incident_of_notice(key: StatusKey, status: Status | None, now: float) -> Incident:
    """A notice has no incident; filters and words look at one all the same."""
    color = status.color if status else Color.GREEN
    since = status.since if status else now
    return Incident(id="", key=key, started=since, color=color, worst=color, color_since=since, seen=now)
