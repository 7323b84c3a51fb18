"""A little alert engine: incidents and rules on a time that the test moves; what is told is put down.

It does with `alerts.plan` what the real engine does, without events, journal and outbox.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from hexmon.alerts import plan
from hexmon.alerts.matching import Subject
from hexmon.alerts.rules import RuleBook
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.incident import Ack, Incident, Kind, Told, Way
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged
from tests.support.builders import a_status

NEVER = float("inf")


@dataclass(frozen=True)
class Said:
    """One message: when, what, to whom, about which square; `incident` is the ALERTID."""

    at: float
    kind: Kind
    told: Told
    key: StatusKey
    color: Color = Color.GREEN
    incident: str = ""
    note: str = ""

    @property
    def way(self) -> Way:
        return self.told.way

    @property
    def line(self) -> int:
        return self.told.line

    @property
    def address(self) -> str:
        return self.way.address


class LittleEngine:
    """`said` is everything that was told, in order."""

    def __init__(self, book: RuleBook, now: float) -> None:
        self.book = book
        self.now = now
        self.incidents: dict[StatusKey, Incident] = {}
        self.closed: list[Incident] = []
        self.since: dict[StatusKey, tuple[Color, float]] = {}
        self.said: list[Said] = []
        self.plans = 0

    # What happens

    def report(self, key: StatusKey, color: Color) -> None:
        """A report in an alert colour, or the end of the bad stretch (green, blue)."""
        if self.since.get(key, (None, 0.0))[0] is not color:
            self.since[key] = color, self.now
        before = self.incidents.get(key)
        if color in ALERT_COLORS:
            self._raised(key, before, color)
        elif before is not None and not before.ended:
            self._ended(before, Kind.DISABLED if color is Color.BLUE else Kind.RECOVERY)

    def ack(self, key: StatusKey, until: float) -> None:
        if key in self.incidents:
            self.incidents[key] = plan.acknowledged(self.incidents[key], Ack(until, "on it"), self.now)
            self.look()

    def notice(self, key: StatusKey) -> None:
        subject = self._subject(Kind.NOTICE, key, Color.GREEN, self.now, self.now)
        for telling in plan.plan_notice(self.book, subject, self.now):
            self.said.append(Said(telling.told.due, telling.kind, telling.told, key))

    def drop(self, key: StatusKey) -> None:
        self.incidents.pop(key, None)

    def reload(self, book: RuleBook) -> None:
        self.book = book
        self.incidents = {key: msgspec.structs.replace(one, look_at=0.0) for key, one in self.incidents.items()}
        self.look()

    def restart(self) -> None:
        """What a store gives back is what was put in."""
        for key, incident in self.incidents.items():
            again = msgspec.msgpack.decode(msgspec.msgpack.encode(incident), type=Incident)
            assert again == incident
            self.incidents[key] = again

    # The time

    def local(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def move_to(self, moment: float) -> None:
        """Look at every incident when it asks for it, until then."""
        while (next_look := min((one.look_at for one in self.incidents.values()), default=NEVER)) <= moment:
            self.now = max(self.now, next_look)
            self.look()
        self.now = moment

    def look(self) -> None:
        """Plan what asks for it now."""
        for incident in list(self.incidents.values()):
            if incident.look_at <= self.now:
                self._plan(incident)

    # How it is done

    def _raised(self, key: StatusKey, before: Incident | None, color: Color) -> None:
        acked = None
        if before is not None and before.ack is not None:
            acked = Acknowledged(before.ack.until, b"", before.worst)
        status = a_status(color, self.since[key][1], key=key, updated=self.now, acknowledged=acked)
        after = plan.raised(before, status, self.now)
        if before is not None and before.ended and before.id != after.id:
            self.closed.append(plan.settled(before))
        self.incidents[key] = after
        if plan.needs_plan(before, after):
            self._plan(after)

    def _ended(self, incident: Incident, kind: Kind) -> None:
        self._keep(plan.plan_end(incident, self.book, self._of(incident, kind), self.now))

    def _plan(self, incident: Incident) -> None:
        self.plans += 1
        if incident.ended:
            self._ended(incident, Kind.DISABLED if incident.end == "disabled" else Kind.RECOVERY)
        else:
            self._keep(plan.plan_alert(incident, self.book, self._of(incident, Kind.ALERT), self.now))

    def _keep(self, planned: plan.Planned) -> None:
        incident = planned.incident
        assert incident.look_at > self.now
        self.incidents[incident.key] = incident
        if not incident.open:
            del self.incidents[incident.key]
            self.closed.append(incident)
        for one in planned.tell:
            self.said.append(Said(self.now, one.kind, one.told, incident.key, incident.color, incident.id, one.note))

    def _of(self, incident: Incident, kind: Kind) -> Subject:
        subject = self._subject(kind, incident.key, incident.color, incident.started, incident.color_since)
        acked = incident.ack is not None and self.now < incident.ack.until
        return msgspec.structs.replace(subject, reports=incident.reports, acknowledged=acked)

    def _subject(self, kind: Kind, key: StatusKey, color: Color, started: float, since: float) -> Subject:
        return Subject(
            key=key,
            color=color,
            age=max(self.now - started, 0.0),  # a clock may have been set back
            color_age=max(self.now - since, 0.0),
            local=self.local(),
            kind=kind,
            alert_colors=ALERT_COLORS,
        )
