"""The squares that single fetches make besides http: `http=COLUMN;URL`, `cont=COLUMN;URL;EXPRESSION` and their like."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Literal

import msgspec

from hexmon.judge import assertions
from hexmon.judge.fetch import raw_fetch, raw_page, softened, status_of
from hexmon.judge.http import HIDE, heads, item, page_part, status_note
from hexmon.judge.page_text import answer_of, shown_body, url_of
from hexmon.judge.soften import bad_test, depends, no_page
from hexmon.judge.texts import date, dependencies, make_report
from hexmon.judge.view import (
    HTTP,
    Finding,
    HostView,
    Reason,
    Verdict,
    always_true,
    counted,
    own_column,
    taken_squares,
    worst,
)
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Assertion, Check, Observation

MATCHES, FAILS, UNKNOWN, UNFETCHED = (
    "Content OK",
    "Content match failed",
    "Content not checked",
    "Failed to get webpage",
)

# Xymon's own tags for the content of a page: there a page that cannot be had says nothing about its content.
_XYMON = re.compile(r"[?!~]*(?:no)?(?:cont(?:ent)?|post|soap|type)[=;]", re.IGNORECASE)
_NO_EXPRESSION = ";"  # such a tag ends so when any content will do

Kind = Literal["fetch", "content", "page"]


class _Told(msgspec.Struct, frozen=True):
    """One check in its column: the finding, its item on line 1, and what is told below."""

    finding: Finding
    item: str
    text: str
    kind: Kind


def judge_columns(key: StatusKey, host_down: bool, view: HostView, now: float) -> list[Verdict]:
    """The squares that the fetches of `key` make besides it, the last tag first."""
    taken = taken_squares(view)
    columns: dict[str, list[Observation]] = {}
    for observation in reversed(view.observations(key.test)):
        column = own_column(observation.check, taken)
        if column:
            columns.setdefault(column, []).append(observation)
    return [_verdict(column, seen, host_down, view, now) for column, seen in columns.items()]


def _verdict(column: str, observations: Sequence[Observation], host_down: bool, view: HostView, now: float) -> Verdict:
    key = StatusKey(view.host.name, column)
    told = [_TELL[kind_of(one)](one, host_down, view, now) for one in observations]
    findings = [one.finding for one in told]
    deciding = worst(findings)
    place = findings.index(deciding)
    check = _as_column(observations[place].check)
    # Who wrote badhttp or put http on NONETPAGE meant every fetch; the content of a page is another matter.
    also = "" if told[place].kind == "content" else HTTP
    deciding = no_page(bad_test(deciding, check, view, now, also), check, view, now, also)
    between = " : " if told[0].kind == "fetch" else ": "
    items = " ; ".join(one.item for one in told)
    text = f"{date(now, view.settings.zone)}{between}{items}\n\n" + "\n".join(one.text for one in told) + "\n"
    report = make_report(key, deciding.color, text, view.settings)
    return Verdict(report=report, failed=counted(findings), reason=deciding.reason)


def kind_of(observation: Observation) -> Kind:
    """Whether a column tells of the fetch alone, of the content alone (Xymon's way), or of all that was expected."""
    expected = (*_expected(observation.check), *observation.reply.assertions)
    spec = observation.check.spec
    old = _XYMON.match(spec) is not None
    if all(one.what == assertions.STATUS for one in expected):
        return "content" if old and spec.endswith(_NO_EXPRESSION) else "fetch"
    return "content" if old else "page"


def _expected(check: Check) -> tuple[Any, ...]:
    """The expectations of the options: each has `what`, `headers` and `problem`."""
    return tuple(getattr(check.options, "expect", ()))


def _as_column(check: Check) -> Check:
    return msgspec.structs.replace(check, key=StatusKey(check.key.host, check.column))


def _fetch(observation: Observation, host_down: bool, view: HostView, now: float) -> _Told:
    check = observation.check
    finding = softened(raw_fetch(observation), check, host_down, view, now)
    finding = depends(finding, _as_column(check), view, now)
    said = item(finding, observation)
    note = status_note(observation)
    said = said if note in said else f"{said}{note}"
    return _Told(finding, said, page_part(finding, observation, (), view), "fetch")


def _page(observation: Observation, host_down: bool, view: HostView, now: float) -> _Told:
    check = observation.check
    finding = softened(raw_page(observation), check, host_down, view, now)
    finding = depends(finding, _as_column(check), view, now)
    expected = assertions.looked_at(observation.reply.assertions, observation.reply)
    text = page_part(finding, observation, expected, view)
    return _Told(finding, item(finding, observation), text, "page")


def _content(observation: Observation, host_down: bool, view: HostView, now: float) -> _Told:
    check = observation.check
    fetched = _fetched(observation, host_down, view, now)
    failed = fetched.color is not Color.GREEN
    if any(one.problem for one in _expected(check)):
        # A mistake in the file is shown whatever the page is like.
        finding = Finding(color=Color.YELLOW, cause=UNKNOWN, reason=Reason.FAILED, counted=True, open=fetched.open)
    elif failed:
        finding = _unfetched(fetched, check, view)
    else:
        finding = depends(content_finding(observation), _as_column(check), view, now)
    hidden = HIDE in view.host.items
    tell = _unfetched_text if failed else _content_text
    said = finding.cause.partition("\n")[0] or MATCHES
    return _Told(finding, said, tell(finding, observation, hidden=hidden), "content")


def _fetched(observation: Observation, host_down: bool, view: HostView, now: float) -> Finding:
    """What became of the fetch.

    One that nothing may explain keeps its colour here, though `?` clears it in http; but a dialup host that does not
    answer is no news.
    """
    raw = raw_fetch(observation)
    no_news = view.host.policy.dialup and not status_of(observation)
    if raw.color >= Color.YELLOW and always_true(observation.check, view.host) and not no_news:
        return raw
    return softened(raw, observation.check, host_down, view, now)


def content_finding(observation: Observation) -> Finding:
    """What the content of a page that was fetched means."""
    expected = assertions.of_content(observation.reply)
    if not expected and not _expected(observation.check):
        return Finding(color=Color.GREEN, open=True)
    color = max((assertions.color_of(one) for one in expected), default=Color.YELLOW)
    if color is Color.GREEN:
        return Finding(color=color, open=True)
    known = any(one.held is False for one in expected)
    return Finding(color=color, cause=FAILS if known else UNKNOWN, reason=Reason.FAILED, counted=True, open=True)


def _unfetched(fetched: Finding, check: Check, view: HostView) -> Finding:
    excused = view.settings.fail_goes_clear and not always_true(check, view.host)
    color = Color.CLEAR if excused else fetched.color
    failed = color >= Color.YELLOW
    reason = fetched.reason if failed or fetched.color is Color.CLEAR else Reason.NOT_TESTED
    return Finding(
        color=color,
        cause=f"{UNFETCHED}\n{fetched.cause}",
        reason=reason,
        counted=True if failed else None,
        failed_on=fetched.failed_on,
    )


def _unfetched_text(finding: Finding, observation: Observation, *, hidden: bool) -> str:
    if hidden:
        return "Content check failed\n"
    url = escape(url_of(observation))
    why = escape(finding.cause.partition("\n")[2], quote=False)
    lines = [f'An error occurred while testing <a href="{url}">URL {url}</a>', "", *([why, ""] if why else [])]
    return "\n".join([*lines, *_dependencies(finding), shown_body(answer_of(observation.reply).body), ""])


def _content_text(finding: Finding, observation: Observation, *, hidden: bool) -> str:
    if hidden:
        return f"&{finding.color.word} Content check {'OK' if finding.color is Color.GREEN else 'Failed'}\n"
    url = escape(url_of(observation))
    expected = assertions.of_content(observation.reply)
    lines = [f'&{finding.color.word} {url} - Testing <a href="{url}">URL</a> yields:', ""]
    wrong = [one for one in assertions.failing(expected) if one.held is None or one.what not in _TABLES]
    lines += [*assertions.lines(wrong), ""] if wrong else []
    return "\n".join([*lines, *_dependencies(finding), *_evidence(observation, expected), ""])


def _dependencies(finding: Finding) -> list[str]:
    return [*dependencies(finding), ""] if finding.failed_on else []


# What is wanted and what came, one below the other, for those that are not seen in the page itself.
_TABLES = {
    "type": "Expected content-type: {}\nGot content-type     : {}",
    "digest": "Expected:{}\nGot     :{}",
}


def _evidence(observation: Observation, expected: Sequence[Assertion]) -> list[str]:
    one = expected[0] if expected else None
    if one is not None and one.what in _TABLES:
        return [_TABLES[one.what].format(escape(one.wanted, quote=False), escape(one.found, quote=False))]
    answer = answer_of(observation.reply)
    searched = any(one.headers for one in _expected(observation.check))
    return [*(heads(answer) if searched else ()), shown_body(answer.body)]


_TELL = {"fetch": _fetch, "content": _content, "page": _page}


def column_failed(observation: Observation) -> bool:
    """Whether tests that depend on a column of its own are excused by this fetch: no page, or not the right one."""
    return raw_page(observation).color is Color.RED
