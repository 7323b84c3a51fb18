"""What mails and webhooks of YAML sites say: APMonitor's sentences, and the time zone that they lack. Pure."""

from datetime import UTC, tzinfo

from hexmon.alerts.wording import body as plain_body
from hexmon.alerts.wording import explained
from hexmon.alerts.wording import subject as plain_subject
from hexmon.model.ages import age, clock
from hexmon.model.incident import Kind, Message
from hexmon.model.text import first_reason, readable

_SUBJECTS = {
    Kind.ALERT: ("OUTAGE", "Service Down"),
    Kind.REMINDER: ("REMINDER", "Ongoing Outage"),
    Kind.RECOVERY: ("RECOVERY", "Service Restored"),
    Kind.DISABLED: ("RECOVERY", "Service Disabled"),
    Kind.TEST: ("TEST", "Service Down"),
    Kind.NOTICE: ("OUTAGE", "Change"),  # APMonitor counts what changed on a device among the outages
}


def subject(message: Message) -> str:
    """`[OUTAGE] SITE - Service Down: NAME`."""
    if message.items or message.kind not in _SUBJECTS:
        return plain_subject(message, "TEXT")
    word, what = _SUBJECTS[message.kind]
    return f"[{word}] {message.site} - {what}: {message.display or message.key.host}"


def body(message: Message, zone: tzinfo = UTC) -> bytes:
    """The sentence, what stands behind that square, and which site says it."""
    if message.items:
        return plain_body(message, "PLAIN")
    head, end = f"{sentence(message, zone)}\n", f"\n---\nhexmon Notification\nSite: {message.site}\n"
    return head.encode(errors="surrogateescape") + explained(message.explains) + end.encode(errors="surrogateescape")


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
