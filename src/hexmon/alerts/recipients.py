"""Who a recipient of a rule is at one moment: where its messages go, and by what it is known again. Pure."""

import re
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from hexmon.alerts.rotation import member_at
from hexmon.alerts.rules import Method, Recipient, Rule
from hexmon.model.color import Color
from hexmon.model.incident import Incident, Told, Way
from hexmon.model.names import StatusKey

_PLACE = re.compile(r"&(host|service|color)&", re.IGNORECASE)
_CHANNELS = {Method.MAIL: "mail", Method.SCRIPT: "script"}


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A recipient that the rules name now. `wants_end` is true when any line that names it wants recoveries."""

    rule: Rule
    recipient: Recipient
    way: Way
    wants_end: bool


def way_to(recipient: Recipient, key: StatusKey, color: Color, now: float) -> Way:
    """Where a message about that square goes, and in which form; the address is complete (alerts.cfg(5): &host&)."""
    address = recipient.address if recipient.on_call is None else member_at(recipient.on_call, now)
    return Way(
        method=recipient.method.value,
        channel=recipient.channel or _CHANNELS.get(recipient.method, ""),
        address=_filled(address, key, color),
        program=recipient.program,
        format=recipient.format.value,
    )


def _filled(address: str, key: StatusKey, color: Color) -> str:
    if "&" not in address:
        return address
    values = {"host": key.host, "service": key.test, "color": color.word}
    return _PLACE.sub(lambda found: values[found[1].lower()], address)


def who(way: Way) -> str:
    """What makes a recipient the same: method, channel, program, address and format."""
    return "|".join((way.method, way.channel, way.program, way.address, way.format))


def wants(rule: Rule, recipient: Recipient) -> bool:
    """Whether it hears of recoveries: RECOVERED, the recipient's own word before that of its rule."""
    own = recipient.criteria.recovered
    return bool(rule.criteria.recovered if own is None else own)


def wants_notices(rule: Rule, recipient: Recipient) -> bool:
    """Whether it hears of `notify` messages: NOTICE, the recipient's own word before that of its rule."""
    own = recipient.criteria.notice
    return bool(rule.criteria.notice if own is None else own)


def place(rule: Rule, recipient: Recipient) -> str:
    """The file and the line that name it, without the folder: `alerts.cfg:12`."""
    name = rule.origin.source.rpartition("/")[2]
    return f"{name}:{recipient.line}" if recipient.line else name


def told_now(entry: Entry, before: Told | None, incident: Incident, now: float) -> Told:
    """What is kept of a recipient that is told of the incident now; when it is due again is not yet in it.

    Who once wanted the end of this incident will hear it, whatever line names it later.
    """
    first, count, worst = (before.first, before.count + 1, before.worst) if before else (now, 1, incident.color)
    return Told(
        who=who(entry.way),
        way=entry.way,
        first=first,
        last=now,
        due=0.0,
        count=count,
        wants_end=entry.wants_end or (before is not None and before.wants_end),
        line=entry.recipient.line,
        rule=place(entry.rule, entry.recipient),
        worst=max(worst, incident.color),
    )


def noted(told: Told, entry: Entry, due: float) -> Told:
    """The same, as the rules in force say it: they may have been read again since it was told."""
    line, rule, wants_end = entry.recipient.line, place(entry.rule, entry.recipient), told.wants_end or entry.wants_end
    if (told.wants_end, told.line, told.rule, told.due) == (wants_end, line, rule, due):
        return told
    return replace(told, wants_end=wants_end, line=line, rule=rule, due=due)


def entries(matched: Iterable[tuple[Rule, Recipient]], incident: Incident, now: float) -> dict[str, Entry]:
    """Those that can be told, by `who`, in the order of the rules.

    Somebody whom several lines name is one entry: the first line says how often, any may want recoveries.
    """
    found: dict[str, Entry] = {}
    for rule, recipient in matched:
        if recipient.noalert or recipient.method is Method.IGNORE:
            continue
        way = way_to(recipient, incident.key, incident.color, now)
        name = who(way)
        entry = found.get(name)
        if entry is None:
            found[name] = Entry(rule, recipient, way, wants(rule, recipient))
        elif wants(rule, recipient) and not entry.wants_end:
            found[name] = replace(entry, wants_end=True)
    return found
