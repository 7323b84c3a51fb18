"""Rules as text that alerts.cfg would read again, and as plain values for JSON. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from hexmon.alerts.paced import NO_REMINDERS
from hexmon.alerts.rules import Bezier, Constant, Criteria, Method, Recipient, Rule, RuleBook
from hexmon.model.name_filter import Names
from hexmon.model.times import Times

_LISTS = (
    ("PAGE", "pages"),
    ("DISPLAYGROUP", "groups_shown"),
    ("HOST", "hosts"),
    ("SERVICE", "tests"),
    ("CLASS", "classes"),
    ("GROUP", "groups"),
)
_MINUTE = 60


def dumped(book: RuleBook) -> Iterator[str]:
    """Each rule as `xymond_alert --dump-config` writes it: its line's number and filters, a line for each recipient.

    The words behind a recipient that only alerts.yaml has are in brackets. A comment says where the rules below it are.
    """
    source = ""
    for rule in book.rules:
        if rule.origin.source != source:
            source = rule.origin.source
            yield f"# {source}"
        yield f"{rule.line:5}\t{' '.join(filter_words(rule.criteria))}"
        yield from (f"\t{' '.join(recipient_words(recipient))}" for recipient in rule.recipients)
        yield ""


def recipient_words(recipient: Recipient) -> Iterator[str]:
    """A recipient and all that holds for it."""
    yield whom(recipient)
    if recipient.method is not Method.IGNORE:
        yield f"FORMAT={recipient.format.value}"
        yield f"REPEAT={_pacing(recipient)}"
    yield from filter_words(recipient.criteria)
    yield from ["UNMATCHED"] * recipient.unmatched
    yield from ["STOP"] * (recipient.stop or recipient.method is Method.IGNORE)
    yield from ["NOALERT"] * recipient.noalert
    yield from (f"[{name} {value}]" for name, value in _own(recipient).items())


def whom(recipient: Recipient) -> str:
    """`MAIL address`, `SCRIPT program recipient`, `CHANNEL=name:address`, `IGNORE`."""
    address = recipient.on_call.name if recipient.on_call is not None else recipient.address
    match recipient.method:
        case Method.MAIL:
            return f"MAIL {address}"
        case Method.SCRIPT:
            return f"SCRIPT {recipient.program} {address}"
        case Method.CHANNEL:
            return f"CHANNEL={recipient.channel}" + (f":{address}" if address else "")
        case Method.IGNORE:
            return "IGNORE"


def filter_words(criteria: Criteria) -> Iterator[str]:
    """The filters, in the order in which xymond_alert shows them."""
    for word, field in _LISTS:
        for prefix, start in (("", ""), ("EX", "ex_")):
            names: Names | None = getattr(criteria, f"{start}{field}")
            if names is not None:
                yield f"{prefix}{word}={names.text}"
    if criteria.colors is not None:
        yield f"COLOR={','.join(color.word for color in sorted(criteria.colors))}"
    for word, times in (("TIME", criteria.times), ("EXTIME", criteria.ex_times)):
        if times is not None:
            yield f"{word}={times.text}"
    yield from _ages(criteria)
    yield from _wishes(criteria)


def _ages(criteria: Criteria) -> Iterator[str]:
    if criteria.longer is not None:
        exactly = criteria.longer % _MINUTE == 0
        yield f"DURATION>{'=' * exactly}{duration_text(criteria.longer - (not exactly))}"
    if criteria.shorter is not None:
        exactly = criteria.shorter % _MINUTE == 0
        yield f"DURATION<{'=' * exactly}{duration_text(criteria.shorter + (not exactly))}"
    if criteria.holding is not None:
        yield f"FOR={duration_text(criteria.holding)}"


def _wishes(criteria: Criteria) -> Iterator[str]:
    for word, wanted in (("RECOVERED", criteria.recovered), ("NOTICE", criteria.notice)):
        if wanted is not None:
            yield word if wanted else f"NO{word}"


def duration_text(seconds: float) -> str:
    """Minutes, such as `90`; `45s` for what is no whole number of them."""
    return f"{seconds:g}s" if seconds % _MINUTE else f"{seconds / _MINUTE:.0f}"


def _pacing(recipient: Recipient) -> str:
    match recipient.pacing:
        case Constant(seconds):
            return "never" if recipient.pacing == NO_REMINDERS else duration_text(seconds)
        case Bezier(plateau, ramp):
            return f"{duration_text(plateau)}[from the {ramp}. on]"


def _own(recipient: Recipient) -> dict[str, str | int]:
    """What only alerts.yaml and YAML sites can say of a recipient."""
    found: dict[str, str | int] = {}
    if recipient.threshold > 1:
        found["threshold"] = recipient.threshold
    if recipient.recover_after > 1:
        found["recover_after"] = recipient.recover_after
    if recipient.after:
        found["after"] = duration_text(recipient.after)
    if recipient.on_call is not None:
        found["on call"] = ", ".join(recipient.on_call.members)
    if recipient.quiet is not None:
        found["quiet"] = recipient.quiet.text
    if recipient.later_only:
        found["only"] = "reminders and the end"
    return found


def as_values(book: RuleBook) -> list[dict[str, Any]]:
    """The rules for JSON; filters that were not written are left out. Durations are seconds."""
    return [_rule(rule) for rule in book.rules]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "line": rule.line,
        "origin": str(rule.origin),
        "text": rule.text,
        "filters": _filters(rule.criteria),
        "recipients": [_recipient(recipient) for recipient in rule.recipients],
    }


def _recipient(recipient: Recipient) -> dict[str, Any]:
    flags = ("stop", "unmatched", "noalert")
    return {
        "line": recipient.line,
        "text": recipient.text,
        "method": recipient.method.value,
        "recipient": recipient.address,
        "program": recipient.program,
        "channel": recipient.channel,
        "format": recipient.format.value,
        **pacing_values(recipient),
        "filters": _filters(recipient.criteria),
        **{flag: True for flag in flags if getattr(recipient, flag)},
        **{name.replace(" ", "_"): value for name, value in _own(recipient).items()},
    }


def pacing_values(recipient: Recipient) -> dict[str, Any]:
    """`repeat_seconds`; with `ramp` it is reached with the so many-th reminder."""
    match recipient.pacing:
        case Constant(seconds):
            return {"repeat_seconds": int(seconds) if seconds.is_integer() else seconds}
        case Bezier(plateau, ramp):
            return {"repeat_seconds": plateau, "ramp": ramp}


def _filters(criteria: Criteria) -> Mapping[str, Any]:
    values = {name: getattr(criteria, name) for name in criteria.__struct_fields__ if name not in ("line", "text")}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, Names | Times):
        return value.text
    if isinstance(value, frozenset):
        return [color.word for color in sorted(value)]
    return value
