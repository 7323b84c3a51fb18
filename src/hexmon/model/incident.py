"""The vocabulary of alerting: an incident, who was told of it, and a message on its way to one recipient.

All are frozen: they are queued, compared, stored and sent over the bus as they are. Moments are epoch seconds UTC
(0.0: never), durations seconds, texts of statuses bytes as they came.
"""

import hashlib
from enum import StrEnum

import msgspec

from hexmon.model.color import Color
from hexmon.model.names import StatusKey


class Kind(StrEnum):
    """What a message says."""

    ALERT = "alert"  # the first one to this recipient, or the first of a worse colour
    REMINDER = "reminder"  # the square is still bad
    RECOVERY = "recovery"
    DISABLED = "disabled"  # the end of an incident because somebody disabled the square
    NOTICE = "notice"  # a `notify` message; no incident
    TEST = "test"  # `hexmon notify test`


ENDS = frozenset({Kind.RECOVERY, Kind.DISABLED})


class Way(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a message goes, and in which form: all that a recipient of a rule says about the sending.

    `method` is MAIL, SCRIPT or CHANNEL; `channel` the configured channel ("mail", "script", or its name in
    hexmon.toml); `program` the program of a SCRIPT; `address` what that channel calls its recipient, already with the
    host's and the test's name in it. `format` is TEXT, PLAIN, SMS, PAGER or SCRIPT (alerts.cfg(5)), SITE for the
    sentences of YAML sites.
    """

    method: str
    channel: str
    address: str = ""
    program: str = ""
    format: str = "TEXT"

    @property
    def lane(self) -> tuple[str, str, str]:
        """Messages of one lane reach their recipient in the order in which they were decided."""
        return self.channel, self.program, self.address


class Told(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One recipient of one incident. `way` says how; equal `who` is the same recipient, whatever rule names it.

    `count` is how many alerts and reminders were decided since the first; `due` when the next one may be (0.0: at
    once); `wants_end`: hears of the recovery. `line` is the number of the recipient's line (cfid). `worst` is the worst
    colour that it was told, `end_told` when it was told of the end (0.0: not yet, or never to be).
    """

    who: str
    way: Way
    first: float
    last: float
    due: float
    count: int = 1
    wants_end: bool = False
    line: int = 0
    rule: str = ""  # the front end and place: "alerts.cfg:12", "alerts.yaml:30"
    worst: Color = Color.GREEN
    end_told: float = 0.0


class Ack(msgspec.Struct, frozen=True, gc=False):
    """Somebody works on it until then; `at` is when they said so (0.0: not known)."""

    until: float
    text: str
    by: str = ""
    at: float = 0.0


class Incident(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One bad stretch of one square, from its first alert colour to its end.

    `started` is the square's `since` when the incident began: it survives yellow -> red. `color_since` is when the
    present colour began, `worst` never falls. `reports` counts bad reports, for thresholds of N in a row. `look_at` is
    when the rules are to be walked again (0.0: at once; inf: never by itself). `held_since` is when waiting for the
    parents' verdict began; `root` the square that explains this one while it does. An incident that ended stays open
    while `pending`: somebody who was told of it hears of its end only later (TIME, quiet hours). `look_at_report` is
    the number of the report that may reach somebody's threshold (0: nobody waits for one). `rose`: it became worse than
    ever since the rules were walked last.
    """

    id: str
    key: StatusKey
    started: float
    color: Color
    worst: Color
    color_since: float
    seen: float  # the latest report
    reports: int = 1
    look_at: float = 0.0
    ack: Ack | None = None
    told: tuple[Told, ...] = ()
    held_since: float = 0.0
    root: StatusKey | None = None
    ended: float = 0.0
    end: str = ""  # "recovered", "disabled", "dropped"; empty while it lasts
    pending: bool = False
    goods: int = 0  # good reports in a row since it ended, while somebody waits for more of them
    look_at_report: int = 0
    rose: bool = False

    @property
    def open(self) -> bool:
        """Whether something may still have to be told."""
        return not self.ended or self.pending


def incident_id(key: StatusKey, started: float) -> str:
    """The ALERTID of Xymon's scripts: the MD5, in hexadecimal, of `host|test|start`."""
    text = f"{key.host}|{key.test}|{int(started)}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Outage(msgspec.Struct, frozen=True, gc=False):
    """The present or latest incident of a square in short: its start, the last message about it, how many there were.

    `count` is that of the recipient who was told most often, without the end.
    """

    started: float = 0.0
    notified: float = 0.0
    count: int = 0


def outage_of(incident: Incident) -> Outage:
    """An incident in short."""
    told = incident.told
    latest = max((max(one.last, one.end_told) for one in told), default=0.0)
    # The end counts as a message to its recipient, and is none of the outage.
    return Outage(incident.started, latest, max((one.count - (one.end_told > 0.0) for one in told), default=0))


class News(msgspec.Struct, frozen=True, gc=False):
    """What a YAML site says of one square in a message for many, besides what an Item has."""

    kind: Kind
    at: float
    started: float
    ip: str = ""
    display: str = ""


class Item(msgspec.Struct, frozen=True, gc=False):
    """One square in a list: of what a root explains, or of a message for many. `news`: it is a monitor of a site."""

    key: StatusKey
    color: Color
    summary: str = ""  # the first line of its text, without the colour word
    cookie: int = -1
    since: float = 0.0
    news: News | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is to be said, before any channel has put it into words.

    `color` is that of the alert also at its end. `text` is the status text from the colour word on, `causes` what its
    modifiers said. `cookie` -1: none. `at` is when it was decided. `explains` are the squares whose
    root this one is; `items` the squares of a message for many, empty for one square. `pages` are the page paths.
    """

    kind: Kind
    key: StatusKey
    color: Color
    worst: Color
    at: float
    started: float
    text: bytes = b""
    causes: tuple[bytes, ...] = ()
    cookie: int = -1
    count: int = 1  # which message of this incident to this recipient
    line: int = 0
    incident: str = ""
    ip: str = ""
    display: str = ""
    pages: tuple[str, ...] = ()
    ack_until: float = 0.0
    explains: tuple[Item, ...] = ()
    items: tuple[Item, ...] = ()
    site: str = ""
    note: str = ""  # who sent a notice, why an escalation happened
    rtt_ns: int = -1  # how long the check took, in nanoseconds; -1: not known


class DeliveryState(StrEnum):
    """Where a delivery is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up after the last attempt: shown, never retried by itself
    MERGED = "merged"  # its news went out in one message with others
    DROPPED = "dropped"  # its host or test was dropped before it was sent


class Delivery(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of the outbox. `number` grows; of one lane the smaller goes first.

    `attempts` are those that were made; `next_at` when the next may be; `ended` when it was sent or given up; `error`
    is what the last attempt met. `merged_into` is the number of the delivery that carried its news.
    """

    number: int
    way: Way
    message: Message
    created: float
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    next_at: float = 0.0
    ended: float = 0.0
    error: str = ""
    merged_into: int = 0


class IncidentSaved(msgspec.Struct, frozen=True, gc=False):
    """A record of the journal: the incident as it is now."""

    incident: Incident


class DeliverySaved(msgspec.Struct, frozen=True, gc=False):
    """A record of the journal: the delivery as it is now. Saved with the incident whose `told` speaks of it.

    `owner` is the outbox that holds it until the moment `lease`; without one it waits for the next that claims.
    """

    delivery: Delivery
    owner: str = ""
    lease: float = 0.0


class DeliveriesClaimed(msgspec.Struct, frozen=True, gc=False):
    """A record of the journal: from `now` until `until` `owner` holds all waiting deliveries that nobody else does."""

    owner: str
    now: float
    until: float
