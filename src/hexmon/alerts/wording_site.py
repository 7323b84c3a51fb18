"""What mails and webhooks of YAML sites say: APMonitor's sentences, and the time zone that they lack. Pure."""

from datetime import UTC, tzinfo

import msgspec

from hexmon.alerts.wording import body as plain_body
from hexmon.alerts.wording import explained
from hexmon.alerts.wording import subject as plain_subject
from hexmon.model.ages import age, clock
from hexmon.model.incident import Item, Kind, Message, News
from hexmon.model.text import first_reason, readable

_NAMED = 3
_LISTED = 500

_SUBJECTS = {
    Kind.ALERT: ("OUTAGE", "Service Down"),
    Kind.REMINDER: ("REMINDER", "Ongoing Outage"),
    Kind.RECOVERY: ("RECOVERY", "Service Restored"),
    Kind.DISABLED: ("RECOVERY", "Service Disabled"),
    Kind.TEST: ("TEST", "Service Down"),
    Kind.NOTICE: ("OUTAGE", "Change"),  # APMonitor counts what changed on a device among the outages
}


def subject(message: Message) -> str:
    """`[OUTAGE] SITE - Service Down: NAME`; of many, `...: 12 monitors (NAME, NAME, NAME, ...)`."""
    if message.kind not in _SUBJECTS or not _is_ours(message):
        return plain_subject(message, "TEXT")
    word, what = _SUBJECTS[message.kind]
    return f"[{word}] {message.site} - {what}: {_named(message)}"


def _named(message: Message) -> str:
    if not message.items:
        return message.display or message.key.host
    names = [(one.news.display if one.news else "") or one.key.host for one in message.items]
    listed = ", ".join([*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])])
    return f"{len(names)} monitors ({listed})"


def _is_ours(message: Message) -> bool:
    """A list that was made before items knew what sites say of them is told as any other list."""
    return all(one.news is not None for one in message.items)


def body(message: Message, zone: tzinfo = UTC) -> bytes:
    """The sentence, or one for each monitor, what stands behind it, and which site says it."""
    if not _is_ours(message):
        return plain_body(message, "PLAIN")
    head = "".join(f"{one}\n" for one in sentences(message, zone))
    end = f"\n---\nhexmon Notification\nSite: {message.site}\n"
    return head.encode(errors="surrogateescape") + explained(message.explains) + end.encode(errors="surrogateescape")


def sentences(message: Message, zone: tzinfo = UTC) -> list[str]:
    """One, or that of each monitor of a message for many."""
    if not message.items:
        return [sentence(message, zone)]
    listed = [sentence(_alone(message, one), zone) for one in message.items[:_LISTED]]
    return listed + ([f"and {len(message.items) - _LISTED} more"] if len(message.items) > _LISTED else [])


def _alone(message: Message, item: Item) -> Message:
    """The message about that monitor, before it became one of many."""
    news = item.news or News(message.kind, message.at, item.since)
    return msgspec.structs.replace(
        message,
        kind=news.kind,
        key=item.key,
        color=item.color,
        at=news.at,
        started=news.started,
        text=f"{item.color.word} {item.summary}".encode(errors="surrogateescape"),
        ip=news.ip,
        display=news.display,
        items=(),
    )


def sentence(message: Message, zone: tzinfo = UTC) -> str:
    """`NAME in SITE new outage: REASON (ADDRESS) at 2:15 PM UTC, down for 3 mins 2 secs`."""
    if message.kind is Kind.NOTICE:
        return readable(message.text).strip()  # it is one already
    name = message.display or message.key.host
    place = f"{name} in {message.site}" if message.site else name
    address = message.ip or message.key.host
    at, length = clock(message.at, zone), age(message.at - message.started)
    if message.kind in (Kind.RECOVERY, Kind.DISABLED):
        return f"{place} is UP ({address}) at {at}, outage lasted {length}"
    reason = first_reason(message.text) or message.color.word
    if message.kind is Kind.TEST:
        return f"TEST: {reason}"
    what = "new outage" if message.kind is Kind.ALERT else "is down"
    return f"{place} {what}: {reason} ({address}) at {at}, down for {length}"
