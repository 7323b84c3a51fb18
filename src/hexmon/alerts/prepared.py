"""A rule book, made ready for many walks: which rules can concern a host at all is found once. Pure."""

from collections.abc import Iterable

import msgspec

from hexmon.alerts.checking import Checks, Facts, checks_of, failing, wishes_of
from hexmon.alerts.rules import Recipient, Rule, RuleBook
from hexmon.model.patterns import PatternSet

_MOST_HOSTS = 20_000  # whose rules are remembered


class ReadyRecipient(msgspec.Struct, frozen=True):
    """A recipient and its checks; `notice` are those that are asked for a `notify` message."""

    recipient: Recipient
    checks: Checks
    notice: Checks


class ReadyRule(msgspec.Struct, frozen=True):
    """A rule and its checks; `host` are those that only its host decides."""

    rule: Rule
    recipients: tuple[ReadyRecipient, ...]
    checks: Checks
    notice: Checks
    host: Checks


class Prepared:
    """All rules in their order, and for each host those whose filters let it pass."""

    def __init__(self, book: RuleBook) -> None:
        self.rules = tuple(map(_ready, book.rules))
        self._exact: dict[str, list[int]] = {}
        self._any_case: dict[str, list[int]] = {}
        self._patterns: dict[str, list[int]] = {}
        self._others: list[int] = []
        self._of_hosts: dict[object, tuple[ReadyRule, ...]] = {}
        for index, rule in enumerate(book.rules):
            hosts = rule.criteria.hosts
            if hosts is None or (hosts.named is None and not hosts.pattern):
                self._others.append(index)
            elif hosts.pattern:
                self._patterns.setdefault(hosts.pattern, []).append(index)
            else:
                places = self._exact if hosts.exact else self._any_case
                for name in hosts.named or ():
                    places.setdefault(name, []).append(index)
        self._set = PatternSet(self._patterns)

    def concerning(self, facts: Facts) -> tuple[ReadyRule, ...]:
        """The rules that could match a square of that host; what else they ask is left to be asked."""
        subject = facts.subject
        host = subject.key.host, facts.pages, facts.display_group, subject.host_class
        found = self._of_hosts.get(host)
        if found is None:
            if len(self._of_hosts) >= _MOST_HOSTS:
                self._of_hosts.clear()
            found = tuple(rule for rule in self._naming(subject.key.host) if failing(rule.host, facts) is None)
            self._of_hosts[host] = found
        return found

    def _naming(self, host: str) -> Iterable[ReadyRule]:
        found = [*self._others, *self._exact.get(host, ()), *self._any_case.get(host.lower(), ())]
        for text in self._set.occurring(host):
            found.extend(self._patterns.get(text, ()))
        return (self.rules[index] for index in sorted(found))


def _ready(rule: Rule) -> ReadyRule:
    checks = checks_of(rule.criteria)
    return ReadyRule(
        rule=rule,
        recipients=tuple(_ready_recipient(rule, recipient) for recipient in rule.recipients),
        checks=checks,
        notice=_of_notices(checks),
        host=tuple(check for check in checks if check.of_host),
    )


def _ready_recipient(rule: Rule, recipient: Recipient) -> ReadyRecipient:
    checks = (*checks_of(recipient.criteria), *wishes_of(rule.criteria, recipient))
    return ReadyRecipient(recipient, checks, _of_notices(checks))


def _of_notices(checks: Checks) -> Checks:
    return tuple(check for check in checks if check.always)


def prepared(book: RuleBook) -> Prepared:
    """Made of the book at the first question, and kept with it."""
    found = book.__dict__.get("prepared")
    if not isinstance(found, Prepared):
        found = book.__dict__["prepared"] = Prepared(book)
    return found
