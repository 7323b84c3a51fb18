"""Walking the rules: which recipients a square's alert goes to, and why the others not. Pure."""

from collections.abc import Callable

import msgspec

from hexmon.alerts.checking import Check, Checks, Facts, failing, lasting, retry_in
from hexmon.alerts.prepared import ReadyRecipient, ReadyRule, prepared
from hexmon.alerts.rules import Method, Recipient, Rule, RuleBook
from hexmon.alerts.subject import Subject, subject_of

__all__ = ["Failure", "Subject", "Trace", "Verdict", "Walk", "subject_of", "walk"]


class Failure(msgspec.Struct, frozen=True, gc=False):
    """A filter that was not met. `retry_in` is the seconds until it will be, None when time alone does not help."""

    reason: str
    retry_in: float | None = None


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One step of a walk, for those who want to know why: a rule (`recipient` None) or one of its recipients.

    `note` of one whose filters were met: "IGNORE", "NOALERT", "not unmatched", "no recipients" (the end of the walk),
    "stop" (told, and the end), or nothing.
    """

    rule: Rule
    recipient: Recipient | None
    failure: Failure | None
    note: str = ""

    @property
    def line(self) -> int:
        """The number of the line whose filters decided."""
        own = self.recipient.criteria.line if self.recipient is not None else 0
        return own or self.rule.criteria.line or self.rule.line

    @property
    def text(self) -> str:
        """What that line says."""
        own = self.recipient.criteria.text if self.recipient is not None else ""
        return own or self.rule.criteria.text or self.rule.text


class Walk(msgspec.Struct, frozen=True):
    """Who is meant, in the order of the file; `soonest` is in how many seconds another might be, None for never.

    `anybody` False: no recipient could ever match, whatever time or age it becomes.
    """

    matched: tuple[tuple[Rule, Recipient], ...]
    soonest: float | None
    anybody: bool


Trace = Callable[[Verdict], None]


def walk(book: RuleBook, subject: Subject, trace: Trace | None = None) -> Walk:
    """Every recipient that the rules name for this subject.

    A recipient with STOP ends the walk, IGNORE always, and so does a rule without recipients, as in xymond_alert.
    With `trace` every rule is asked and told; without, only those that can concern the host.
    """
    facts = Facts(subject)
    ready = prepared(book)
    walker = _Walker(facts, trace)
    for rule in ready.rules if trace else ready.concerning(facts):
        if not walker.rule(rule):
            break
    return walker.result()


class _Walker:
    def __init__(self, facts: Facts, trace: Trace | None) -> None:
        self._facts = facts
        self._trace = trace
        self._matched: list[tuple[Rule, Recipient]] = []
        self._moments: list[float] = []
        self._met: list[Checks] = []  # the checks of those who were told, or ended the walk
        self._others_wait = False

    def result(self) -> Walk:
        moments = self._moments
        if self._others_wait:
            # What came first keeps others from being told; they may be when it does not match any more.
            moments = [*moments, *(seconds for checks in self._met for seconds in lasting(checks, self._facts))]
        soonest = min(moments, default=None)
        return Walk(tuple(self._matched), soonest, bool(self._matched) or soonest is not None)

    def rule(self, ready: ReadyRule) -> bool:
        """One rule with its recipients; False at the end of the walk."""
        checks = ready.notice if self._facts.notice else ready.checks
        failed = failing(checks, self._facts)
        note = "" if failed or ready.recipients else "no recipients"
        wait = self._wait(checks, failed)
        if self._trace:
            self._trace(Verdict(ready.rule, None, self._failure(failed, wait), note))
        if failed:
            if wait is not None and any(self._possible(recipient) for recipient in ready.recipients):
                self._moments.append(wait)
            return True
        if note:
            self._end(checks)
            return False
        return all(self._recipient(ready, recipient, checks) for recipient in ready.recipients)

    def _recipient(self, ready: ReadyRule, of_rule: ReadyRecipient, met: Checks) -> bool:
        recipient = of_rule.recipient
        checks = of_rule.notice if self._facts.notice else of_rule.checks
        failed = failing(checks, self._facts)
        wait = self._wait(checks, failed)
        note = "" if failed else self._note(recipient)
        if self._trace:
            self._trace(Verdict(ready.rule, recipient, self._failure(failed, wait), note))
        if failed:
            if wait is not None:
                self._moments.append(wait)
            return True
        if note in ("", "stop"):
            self._matched.append((ready.rule, recipient))
            self._met.append((*met, *checks))
        elif note == "not unmatched":
            self._others_wait = True
        if recipient.stop or recipient.method is Method.IGNORE:
            self._end((*met, *checks))
            return False
        return True

    def _note(self, recipient: Recipient) -> str:
        """What becomes of a recipient whose filters are met."""
        if recipient.unmatched and self._matched and not self._facts.notice:
            return "not unmatched"
        if recipient.noalert and not self._facts.notice:
            return "NOALERT"
        if recipient.method is Method.IGNORE:
            return "IGNORE"
        return "stop" if recipient.stop else ""

    def _end(self, checks: Checks) -> None:
        self._met.append(checks)
        self._others_wait = True

    def _possible(self, ready: ReadyRecipient) -> bool:
        """Whether time alone could let that recipient be told."""
        return retry_in(ready.checks, self._facts) is not None

    def _wait(self, checks: Checks, failed: Check | None) -> float | None:
        return retry_in(checks, self._facts) if failed is not None and failed.wait is not None else None

    def _failure(self, failed: Check | None, wait: float | None) -> Failure | None:
        return None if failed is None else Failure(failed.why(self._facts), wait)
