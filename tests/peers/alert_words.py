"""One happening, told to the real xymond_alert and put together by hexmon: what each recipient gets of both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from hexmon.alerts import wording
from hexmon.alerts.messages import Case, message_of
from hexmon.alerts.notify.contract import Channel
from hexmon.alerts.notify.script import ScriptOptions, environment
from hexmon.alerts.plan import Telling
from hexmon.inventory.xmh import XMH_NAMES, xmh_value
from hexmon.model.color import BY_WORD, Color
from hexmon.model.incident import Delivery, Incident, Kind, Message, Told, Way, incident_id
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.status import Cookie, Modifier
from hexmon.model.text import nl_encode_bytes
from tests.support.builders import a_status
from tests.support.inventory import an_inventory_of
from tests.support.xymond_alert import Heard, XymondAlert

FORMATS = ("TEXT", "PLAIN", "SMS", "PAGER", "SCRIPT")
NOW = 1_795_219_200 + 3600 * 9
REMINDED = 61
LASTED = 1100
CHANNEL = Channel(name="script", type="script", options=ScriptOptions())
HOSTS = """\
127.0.0.1 www.example.com # NAME:"The web" CLIENT:alias "COMMENT:a b" CLASS:cls NOTAFTER:x http://www.example.com/
0.0.0.0 nought # noconn ssh !telnet DOWNTIME=*:2000:2200 DEPENDS=(ssh:www.example.com/conn) badconn:1:2:3
page unix Unix machines
group-only conn|http The <i>group</i>
10.1.2.3 db.example.com # DESCR:"web:thing" DOC:http://docs/%s.html SSLBITS=1024 NK:conn NKTIME=W:0800:1600
subpage linux Linux & co
group second
192.0.2.255 a-very-long-name-of-a-host-that-goes-on-and-on.some.where.in.a.deep.domain.example.com # noping dialup
127.1.2.3 other.example.com # prefer TRENDS:*,cpu:la|la1 delayred=cpu:10 sslbits=1
subparent unix bsd BSD
10.9.8.7 www.example.com # also
"""


@dataclass(frozen=True)
class Happening:
    """A square's bad stretch. `text` is what was reported, from the colour word on; `end` that of the recovery."""

    text: bytes
    host: str = "www.example.com"
    test: str = "http"
    color: str = "red"
    head: bytes = b"status"
    causes: tuple[bytes, ...] = ()  # newest first, as modify made them
    cookie: int = 4711
    end: bytes = b"green all is well\n"
    end_causes: tuple[bytes, ...] = ()
    disabled: bool = False  # so it ends, with the text of the bad stretch
    acked: bool = False  # between the alert and the reminder, for less than the time between


@dataclass(frozen=True)
class Got:
    """What one recipient got: `values` of a script that hexmon or xymond_alert set, or subject and body of a mail."""

    address: str
    values: Mapping[str, bytes]


_OURS_TOO = ("BB", "XMH_", "DOWNSECS")
_NAMES = frozenset({"ACKCODE", "RCPT", "MACHIP", "RECOVERED", "EVENTSTART", "CFID", "ALERTID"})


def rules(home: str) -> str:
    """One line for each recipient: its number is the recipient's CFID."""
    lines = ["HOST=*"]
    for form in FORMATS:
        lines.append(f"\tSCRIPT {home}/bin/one s{form} FORMAT={form} REPEAT=1 RECOVERED NOTICE")
        lines.append(f"\tMAIL m{form}@x FORMAT={form} REPEAT=1 RECOVERED NOTICE")
    return "\n".join([*lines, ""])


class Theirs:
    """The real one. Each happening begins at another moment, with nothing left of the one before."""

    def __init__(self, peer: XymondAlert) -> None:
        self.peer = peer

    def tells(self, one: Happening, inventory: Inventory) -> dict[Kind, list[Got]]:
        """The alert, a reminder, and the recovery; then the same square is dropped."""
        peer, host = self.peer, inventory.hosts[one.host]
        common: dict[str, str | int] = {"ip": host.ip, "since": peer.now + 60, "pages": ",".join(host.all_pages)}
        peer.move_to(peer.now + 60)
        wire = b"%s %s.%s " % (one.head, host_to_wire(one.host).encode(), one.test.encode())
        bad = {
            "text": (wire + one.text).decode("latin-1"),
            "cookie": one.cookie if one.cookie > 0 else "",
            "modifiers": nl_encode_bytes(b"".join(one.causes)).decode("latin-1"),
            **common,
        }
        peer.heard()
        peer.page(one.host, one.test, one.color, "green", **bad)
        told = {Kind.ALERT: self._heard()}
        if one.acked:
            peer.ack(one.host, one.test, peer.now + REMINDED // 2)
        peer.move_to(peer.now + REMINDED)
        peer.wake()
        told[Kind.REMINDER] = self._heard()
        peer.move_to(peer.now + LASTED - REMINDED)
        end = one.text if one.disabled else one.end
        good = {
            "text": (wire + end).decode("latin-1"),
            "cookie": "",
            "modifiers": nl_encode_bytes(b"".join(one.end_causes)).decode("latin-1"),
            **common,
        }
        peer.page(one.host, one.test, "blue" if one.disabled else "green", one.color, **good)
        told[_end_of(one)] = self._heard()
        peer.drop(one.host, one.test)
        return told

    def tells_notice(self, key: StatusKey, text: bytes) -> list[Got]:
        """A `notify` message."""
        self.peer.move_to(self.peer.now + 60)
        self.peer.heard()
        self.peer.notify(key.host, key.test, text.decode("latin-1"))
        return self._heard()

    def _heard(self) -> list[Got]:
        return sorted(map(_got, self.peer.heard()), key=lambda got: got.address)


def _got(heard: Heard) -> Got:
    if heard.program == "mail":
        return Got(heard.address, {name: value.encode("latin-1") for name, value in heard.values.items()})
    mine = {
        name: value.encode("latin-1")
        for name, value in heard.values.items()
        if name.startswith(_OURS_TOO) or name in _NAMES
    }
    return Got(heard.address, mine)


def _end_of(one: Happening) -> Kind:
    return Kind.DISABLED if one.disabled else Kind.RECOVERY


def link_of(key: StatusKey) -> str:
    """Where xymond_alert says that more is to be seen."""
    return f"http://localhost/xymon-cgi/svcstatus.sh?HOST={key.host}&SERVICE={key.test}"


class Ours:
    """The same from hexmon's own parts, put together as the alert engine does it."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    def tells(self, one: Happening, started: int) -> dict[Kind, list[Got]]:
        key, color = StatusKey(one.host, one.test), BY_WORD[one.color]
        incident = Incident(
            id=incident_id(key, started),
            key=key,
            started=started,
            color=color,
            worst=color,
            color_since=started,
            seen=started,
        )
        modifiers, ends = (
            tuple(Modifier(str(number), color, cause) for number, cause in enumerate(causes))
            for causes in (one.causes, one.end_causes)
        )
        cookie = Cookie(one.cookie, 0.0) if one.cookie > 0 else None
        bad = a_status(color, started, key=key, text=one.text, modifiers=modifiers, cookie=cookie)
        end = Color.BLUE if one.disabled else Color.GREEN
        good = a_status(end, started + LASTED, key=key, text=one.text if one.disabled else one.end, modifiers=ends)
        case = Case(incident=incident, status=bad, host=self.inventory.find(one.host))
        return {
            Kind.ALERT: self._told(Kind.ALERT, case, started),
            Kind.REMINDER: self._told(Kind.REMINDER, case, started + REMINDED),
            _end_of(one): self._told(_end_of(one), msgspec.structs.replace(case, status=good), started + LASTED),
        }

    def tells_notice(self, key: StatusKey, text: bytes, now: int) -> list[Got]:
        """As the alert engine makes a message of a notice."""
        host = self.inventory.find(key.host)
        message = Message(
            kind=Kind.NOTICE,
            key=key,
            color=Color.GREEN,
            worst=Color.GREEN,
            at=now,
            started=now,
            text=text,
            ip=host.ip if host else "",
        )
        return self._deliver(lambda told: msgspec.structs.replace(message, line=told.line), now)

    def _told(self, kind: Kind, case: Case, now: int) -> list[Got]:
        def message(told: Told) -> Message:
            return message_of(case, Telling(kind, told), now)

        return self._deliver(message, now)

    def _deliver(self, message: Callable[[Told], Message], now: int) -> list[Got]:
        got = []
        for number, form in enumerate(FORMATS):
            for method, address in (("SCRIPT", f"s{form}"), ("MAIL", f"m{form}@x")):
                way = Way(method=method, channel=method.lower(), address=address, program="/x", format=form)
                line = 2 + 2 * number + (method == "MAIL")
                told = Told(who=address, way=way, first=now, last=now, due=now, line=line)
                delivery = Delivery(number=1, way=way, message=message(told), created=now)
                got.append(Got(address, self.script(delivery) if method == "SCRIPT" else self.mail(delivery)))
        return sorted(got, key=lambda one: one.address)

    def script(self, delivery: Delivery) -> dict[str, bytes]:
        key = delivery.message.key
        host = self.inventory.find(key.host)
        assert host is not None
        values = {name: xmh_value(host, self.inventory, name) for name in XMH_NAMES}
        values |= environment(delivery, ScriptOptions(), link_of(key))
        return {name: value.encode(errors="surrogateescape") for name, value in values.items() if value is not None}

    def mail(self, delivery: Delivery) -> dict[str, bytes]:
        message, form = delivery.message, delivery.way.format
        subject = wording.subject(message, form, cfid=False)
        return {"SUBJECT": subject.encode(), "BODY": wording.body(message, form, link_of(message.key))}


def inventory() -> Inventory:
    return an_inventory_of(HOSTS)
