"""The filters of rules and recipients, made ready to be asked: each with why it is not met, and until when. Pure."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from hexmon.alerts.rules import Criteria, Recipient
from hexmon.alerts.subject import NO_GROUP, Subject
from hexmon.alerts.times import changes_in, in_time
from hexmon.model.color import ALERT_COLORS
from hexmon.model.incident import ENDS, Kind
from hexmon.model.name_filter import Names

_NOBODY_KNOWS = "(NULL)"  # what xymond_alert calls the display group of a host that hosts.cfg does not have
_TOP_PAGE = "/"


class Facts:
    """A subject as the filters ask for it."""

    __slots__ = ("alert_colors", "alerting", "display_group", "ending", "notice", "pages", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.notice = subject.kind is Kind.NOTICE
        self.ending = subject.kind in ENDS
        self.alerting = not self.notice and not self.ending
        # The top page has no name of its own, and is nothing where there are others.
        self.pages = tuple(filter(None, subject.pages)) or (_TOP_PAGE,)
        known_group = NO_GROUP if subject.known else _NOBODY_KNOWS
        self.display_group = subject.display_group or known_group
        self.alert_colors = subject.alert_colors or ALERT_COLORS


class Check(msgspec.Struct, frozen=True, gc=False):
    """One filter. `why` says in words that it is not met.

    `wait`: in how many seconds it will be met, when it is not; `lasts`: in how many it may not be met any more, when
    it is; None, or no such function: time changes nothing. `of_host`: only the host decides; `always`: of notices too.
    """

    met: Callable[[Facts], bool]
    why: Callable[[Facts], str]
    wait: Callable[[Facts], float | None] | None = None
    lasts: Callable[[Facts], float | None] | None = None
    of_host: bool = False
    always: bool = False


Checks = tuple[Check, ...]


def checks_of(criteria: Criteria) -> Checks:
    """The filters of a rule, or a recipient's own, in the order in which xymond_alert asks."""
    found = [*_shorter(criteria), *_names(criteria), *_longer(criteria), *_times(criteria), _color(criteria)]
    return tuple(found)


def wishes_of(rule: Criteria, recipient: Recipient) -> Checks:
    """What is asked of a recipient besides: the wishes of rule and recipient, FOR, and the fields of YAML rules."""
    own = recipient.criteria
    return (
        _wish("recovered", rule.recovered if own.recovered is None else own.recovered),
        _wish("notice", rule.notice if own.notice is None else own.notice),
        *_holding(max(rule.holding or 0.0, own.holding or 0.0)),
        *_threshold(recipient.threshold),
        *_after(recipient.after),
    )


def failing(checks: Checks, facts: Facts) -> Check | None:
    """The first one that is not met."""
    for check in checks:
        if not check.met(facts):
            return check
    return None


def retry_in(checks: Checks, facts: Facts) -> float | None:
    """In how many seconds all may be met; None when time alone does not help. 0.0 when they are."""
    longest = 0.0
    for check in checks:
        if not check.met(facts):
            seconds = check.wait(facts) if check.wait else None
            if seconds is None:
                return None
            longest = max(longest, seconds)
    return longest


def lasting(checks: Iterable[Check], facts: Facts) -> Iterator[float]:
    """In how many seconds each of those that time can end may not be met any more."""
    for check in checks:
        seconds = check.lasts(facts) if check.lasts else None
        if seconds is not None:
            yield seconds


def _shorter(criteria: Criteria) -> Iterator[Check]:
    limit = criteria.shorter
    if limit is not None:
        yield Check(
            lambda facts: not facts.alerting or facts.subject.age <= limit,
            lambda facts: f"max. duration {int(facts.subject.age)}>{int(limit)}",
            lasts=lambda facts: limit - facts.subject.age + 1 if facts.alerting else None,
        )


def _names(criteria: Criteria) -> Iterator[Check]:
    of_host: tuple[tuple[str, Names | None, Names | None, Callable[[Facts], tuple[str, ...]]], ...] = (
        ("class", criteria.classes, criteria.ex_classes, lambda facts: (facts.subject.host_class,)),
        ("pagename", criteria.pages, criteria.ex_pages, lambda facts: facts.pages),
        ("displaygroup", criteria.groups_shown, criteria.ex_groups_shown, lambda facts: (facts.display_group,)),
        ("hostname", criteria.hosts, criteria.ex_hosts, lambda facts: (facts.subject.key.host,)),
    )
    for what, wanted, unwanted, names in of_host:
        yield from _lists(what, wanted, unwanted, names)
        if what == "class":
            yield from _groups(criteria)
    yield from _lists("service", criteria.tests, criteria.ex_tests, lambda facts: (facts.subject.key.test,))


def _lists(
    what: str, wanted: Names | None, unwanted: Names | None, names: Callable[[Facts], tuple[str, ...]]
) -> Iterator[Check]:
    of_host = what != "service"
    found = []
    if wanted is not None:
        found.append(
            Check(
                lambda facts: wanted.match_any(names(facts)),
                lambda _: f"{what} not in include list",
                of_host=of_host,
                always=True,
            )
        )
    if unwanted is not None:
        found.append(
            Check(
                lambda facts: not unwanted.match_any(names(facts)),
                lambda _: f"{what} excluded",
                of_host=of_host,
                always=True,
            )
        )
    # Of pages the exclusion is asked first.
    yield from reversed(found) if what == "pagename" else found


def _groups(criteria: Criteria) -> Iterator[Check]:
    """When a square has recovered its groups are gone: they are not asked for."""
    wanted, unwanted = criteria.groups, criteria.ex_groups
    if wanted is not None:
        yield Check(
            lambda facts: facts.subject.kind is Kind.RECOVERY or wanted.match_any(facts.subject.groups),
            lambda _: "group not in include list",
            always=True,
        )
    if unwanted is not None:
        yield Check(
            lambda facts: facts.subject.kind is Kind.RECOVERY or not unwanted.match_any(facts.subject.groups),
            lambda _: "group excluded",
            always=True,
        )


def _longer(criteria: Criteria) -> Iterator[Check]:
    limit, end = criteria.longer, criteria.shorter
    if limit is not None:
        never = end is not None and end < limit
        yield Check(
            lambda facts: not facts.alerting or facts.subject.age >= limit,
            lambda facts: f"min. duration {int(facts.subject.age)}<{int(limit)}",
            wait=None if never else lambda facts: limit - facts.subject.age,
        )


def _times(criteria: Criteria) -> Iterator[Check]:
    if criteria.times is not None or criteria.ex_times is not None:

        def changes(facts: Facts) -> float | None:
            return changes_in(criteria, facts.subject.local, facts.subject.calendar)

        yield Check(
            lambda facts: in_time(criteria, facts.subject.local, facts.subject.calendar),
            lambda _: "time/extime criteria",
            wait=changes,
            lasts=changes,
        )


def _color(criteria: Criteria) -> Check:
    colors = criteria.colors
    return Check(
        lambda facts: facts.subject.color in (facts.alert_colors if colors is None else colors),
        lambda _: "color",
    )


def _wish(word: str, wanted: bool | None) -> Check:
    def met(facts: Facts) -> bool:
        return bool(wanted) or not (facts.notice if word == "notice" else facts.ending)

    return Check(met, lambda _: f"{word} not wanted", always=True)


def _holding(limit: float) -> Iterator[Check]:
    if limit:
        yield Check(
            lambda facts: not facts.alerting or facts.subject.color_age >= limit,
            lambda facts: f"min. hold time {int(facts.subject.color_age)}<{int(limit)}",
            wait=lambda facts: limit - facts.subject.color_age,
        )


def _threshold(limit: int) -> Iterator[Check]:
    if limit > 1:
        yield Check(
            lambda facts: not facts.alerting or facts.subject.reports >= limit,
            lambda facts: f"reports {facts.subject.reports}<{limit}",
        )


def _after(limit: float) -> Iterator[Check]:
    if limit > 0:
        yield Check(lambda facts: not (facts.alerting and facts.subject.acknowledged), lambda _: "acknowledged")
        yield Check(
            lambda facts: not facts.alerting or facts.subject.age >= limit,
            lambda facts: f"not acknowledged for {int(facts.subject.age)}<{int(limit)}",
            wait=lambda facts: limit - facts.subject.age,
        )
