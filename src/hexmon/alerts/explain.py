"""Why somebody is told of a square, and why nobody else is: a walk over the rules in values to be shown. Pure."""

import msgspec

from hexmon.alerts import wording, wording_site
from hexmon.alerts.matching import Subject, Verdict, walk
from hexmon.alerts.recipients import way_to
from hexmon.alerts.rules import Format, Recipient, Rule, RuleBook
from hexmon.model.incident import Message, Way

_COOKIE = 12345  # as `xymond_alert --test` has it
_DROPPED = {
    "not unmatched": "dropped, not unmatched",
    "NOALERT": "dropped (NOALERT)",
    "IGNORE": "IGNORE rule found",
    "no recipients": "no recipients: the search ends",
}
TOLD = ("", "stop")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is told. `subject` is that of the mail, empty for formats without one."""

    rule: Rule
    recipient: Recipient
    way: Way
    subject: str = ""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was not met (`recipient` empty), or somebody who is not told; in the words of xymond_alert."""

    line: int
    recipient: str
    text: str
    reason: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every step of the walk, those who are told in the order of the rules, and everything that failed."""

    verdicts: tuple[Verdict, ...]
    told: tuple[Finding, ...]
    reasons: tuple[Reason, ...]


def explain(book: RuleBook, subject: Subject, now: float, *, cfid: bool = False) -> Explanation:
    """Walk the rules and remember why."""
    verdicts: list[Verdict] = []
    walk(book, subject, verdicts.append)
    return Explanation(
        verdicts=tuple(verdicts),
        told=tuple(
            _finding(one.rule, one.recipient, subject, now, cfid=cfid)
            for one in verdicts
            if one.recipient is not None and one.failure is None and one.note in TOLD
        ),
        reasons=tuple(
            Reason(line=one.line, recipient=_name(one.recipient, subject, now), text=one.text, reason=reason)
            for one in verdicts
            if (reason := why(one))
        ),
    )


def why(verdict: Verdict) -> str:
    """Why nobody is told here; empty for a rule that matches and somebody who is told."""
    return verdict.failure.reason if verdict.failure is not None else _DROPPED.get(verdict.note, "")


def _name(recipient: Recipient | None, subject: Subject, now: float) -> str:
    if recipient is None:
        return ""
    way = way_to(recipient, subject.key, subject.color, now)
    return way.address or way.channel or way.method


def _finding(rule: Rule, recipient: Recipient, subject: Subject, now: float, *, cfid: bool) -> Finding:
    message = Message(
        kind=subject.kind,
        key=subject.key,
        color=subject.color,
        worst=subject.color,
        at=now,
        started=now - subject.age,
        cookie=_COOKIE,
        line=recipient.line,
    )
    form = recipient.format
    text = wording_site.subject(message) if form is Format.SITE else wording.subject(message, form.value, cfid=cfid)
    way = way_to(recipient, subject.key, subject.color, now)
    return Finding(rule=rule, recipient=recipient, way=way, subject=text)


def trace_lines(explanation: Explanation, subject: Subject) -> list[str]:
    """The walk in the words of xymond_alert's trace."""
    where = ":".join((*subject.key, subject.display_group or "(NULL)", ",".join(filter(None, subject.pages))))
    lines = [f"send_alert {subject.key.host}:{subject.key.test} state Paging"]
    told = iter(explanation.told)
    for one in explanation.verdicts:
        lines.append(f"Matching host:service:dgroup:page '{where}' against rule line {one.line}")
        failed = one.failure is not None
        lines.append(f"Failed '{one.text}' ({why(one)})" if failed else f"*** Match with '{one.text}' ***")
        if one.recipient is None or failed:
            continue
        lines.append(_sending(next(told)) if one.note in TOLD else _dropping(one, why(one)))
    return lines


def _sending(finding: Finding) -> str:
    way = finding.way
    if way.method == "SCRIPT":
        return f"Script alert with command '{way.program}' and recipient {way.address}"
    if way.method == "MAIL":
        subject = f'-s "{finding.subject}" ' if finding.subject else ""
        return f"Mail alert with command 'mail {subject}{way.address}'"
    return f"Alert through the channel '{way.channel}' and recipient {way.address}"


def _dropping(verdict: Verdict, reason: str) -> str:
    recipient = verdict.recipient
    name = recipient.address if recipient is not None else ""
    return reason if verdict.note == "IGNORE" else f"Recipient '{name}' {reason}"
