"""Rules while alerts.cfg is being read: later lines may still change them."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from hexmon.alerts.rules import EVERYTHING, Constant, Criteria, Format, Method, Recipient, Rule
from hexmon.model.color import Color
from hexmon.model.origin import Origin


@dataclass
class CriteriaDraft:
    """Filters: `values` by the names of the fields of Criteria. `text` is the line that wrote the first of them."""

    text: str
    line: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    def finished(self) -> Criteria:
        return Criteria(**self.values, line=self.line, text=self.text)


@dataclass
class RecipientDraft:
    """Somebody who is told. `said` are the words of its line that others of the line share when it is the last."""

    method: Method
    line: int
    text: str
    address: str = ""
    program: str = ""
    channel: str = ""
    format: Format = Format.TEXT
    seconds: float = 0.0
    criteria: CriteriaDraft | None = None
    stop: bool = False
    unmatched: bool = False
    noalert: bool = False
    said: list[str] = field(default_factory=list)

    def take_over(self, last: "RecipientDraft") -> None:
        """The last recipient of a line says for all of it what is written behind recipients."""
        self.criteria, self.format, self.seconds = last.criteria, last.format, last.seconds
        self.noalert = last.noalert

    def finished(self) -> Recipient:
        return Recipient(
            method=self.method,
            address=self.address,
            program=self.program,
            channel=self.channel,
            format=self.format,
            pacing=Constant(self.seconds),
            stop=self.stop or self.method is Method.IGNORE,
            unmatched=self.unmatched,
            noalert=self.noalert,
            line=self.line,
            text=self.text,
            criteria=EVERYTHING if self.criteria is None else self.criteria.finished(),
        )


@dataclass
class RuleDraft:
    """Filters, and who is told. `criteria` are there from its first word on."""

    line: int
    text: str
    origin: Origin
    criteria: CriteriaDraft
    recipients: list[RecipientDraft] = field(default_factory=list)

    def finished(self) -> Rule:
        recipients = tuple(one.finished() for one in self.recipients)
        criteria = self.criteria.finished()
        if criteria.holding is not None or any(one.criteria.holding is not None for one in recipients):
            criteria, recipients = _held(criteria, recipients)
        return Rule(line=self.line, text=self.text, origin=self.origin, criteria=criteria, recipients=recipients)

    def ageless(self) -> bool:
        """Whether a FOR is left out, because no single colour is meant whose age it could be."""
        rule = self.criteria.values
        return any(
            ("holding" in rule or "holding" in own) and not _single(rule.get("colors"), own.get("colors"))
            for own in (one.criteria.values if one.criteria else {} for one in self.recipients)
        )


def _single(rule: frozenset[Color] | None, own: frozenset[Color] | None) -> bool:
    """Whether the colours of a rule and of its recipient leave one."""
    sets = [colors for colors in (rule, own) if colors is not None]
    return bool(sets) and len(frozenset.intersection(*sets)) == 1


def _held(rule: Criteria, recipients: tuple[Recipient, ...]) -> tuple[Criteria, tuple[Recipient, ...]]:
    """FOR where it counts: with each recipient for whom a single colour is left. The larger one holds."""
    found = []
    for recipient in recipients:
        own = recipient.criteria
        longest = max(rule.holding or 0.0, own.holding or 0.0)
        holding = longest if _single(rule.colors, own.colors) else None
        found.append(replace(recipient, criteria=replace(own, holding=holding)))
    return replace(rule, holding=None), tuple(found)
