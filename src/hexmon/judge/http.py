"""The verdict on the column http: the worst of a host's URLs, the last tag first (xymonnet(1))."""

from collections.abc import Iterable, Sequence
from html import escape

from hexmon.judge import assertions
from hexmon.judge.fetch import NOT_RETRIEVED, raw_fetch, raw_page, softened, status_of
from hexmon.judge.page_text import Answer, answer_of, as_line, safe, shown_body, url_of
from hexmon.judge.soften import bad_test, no_page
from hexmon.judge.texts import date, dependencies, make_report, seconds_line
from hexmon.judge.tls_words import why_no_session
from hexmon.judge.view import Finding, HostView, Reason, Verdict, counted, own_column, taken_squares, worst
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Assertion, Observation, Outcome

HIDE = "FLAG_HIDEHTTP"
_BODY_KINDS = frozenset({"body", "digest", "json"})


def judge_http(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square http. What the content of a page must be colours it only when no other square tells of that."""
    observations = view.observations(key.test)[::-1]
    taken = taken_squares(view)
    findings = [_finding(one, bool(own_column(one.check, taken)), host_down, view, now) for one in observations]
    deciding = worst(findings)
    check = observations[findings.index(deciding)].check
    deciding = no_page(bad_test(deciding, check, view, now), check, view, now)
    pairs = list(zip(findings, observations, strict=True))
    items = " ; ".join(item(*pair) for pair in pairs)
    parts = [_part(*pair, bool(own_column(pair[1].check, taken)), view) for pair in pairs]
    text = f"{date(now, view.settings.zone)}: {items}\n\n" + "\n".join(parts) + "\n"
    report = make_report(key, deciding.color, text, view.settings)
    return Verdict(report=report, failed=counted(findings), reason=deciding.reason)


def _finding(observation: Observation, told_elsewhere: bool, host_down: bool, view: HostView, now: float) -> Finding:
    raw = raw_fetch(observation) if told_elsewhere else raw_page(observation)
    return softened(raw, observation.check, host_down, view, now)


def item(finding: Finding, observation: Observation) -> str:
    """One item of line 1. A server that answered is "OK" there when its colour was cleared, as xymonnet has it."""
    answered = finding.open and observation.reply.outcome is not Outcome.TIMEOUT
    if not finding.cause or (finding.color is Color.CLEAR and answered):
        return f"OK{status_note(observation)}"
    return as_line(finding.cause.partition("\n")[0])


def status_note(observation: Observation) -> str:
    """What is added where the status itself was asked for."""
    if not assertions.of_status(observation.reply):
        return ""
    return f" (HTTP status {status_of(observation) or NOT_RETRIEVED})"


def _part(finding: Finding, observation: Observation, told_elsewhere: bool, view: HostView) -> str:
    """What is told about one URL in the square http."""
    expected = (
        [] if told_elsewhere else assertions.looked_at(assertions.of_content(observation.reply), observation.reply)
    )
    return page_part(finding, observation, expected, view, note=status_note(observation))


def page_part(
    finding: Finding, observation: Observation, expected: Sequence[Assertion], view: HostView, *, note: str = ""
) -> str:
    """What is told about one URL: how it went, what was expected, what the server said, how long it took."""
    reason, _, more = (finding.cause or "OK").partition("\n")
    answer = answer_of(observation.reply)
    url = escape(url_of(observation), quote=False)
    lines = [f"&{finding.color.word} {url} - {as_line(reason)}{note}", ""]
    lines += [*assertions.lines(expected), ""] if expected else []
    lines += heads(answer) if finding.open else []
    lines += body_lines(answer, expected, view)
    lines += [line for one in (more, _detail(finding, observation)) if one for line in (one, "")]
    lines += [*dependencies(finding), ""] if finding.failed_on else []
    return "\n".join([*lines, seconds_line(_total(observation)), ""])


def heads(answer: Answer) -> list[str]:
    """The headers of every response, an empty line behind each."""
    return [line for head in answer.heads for line in (safe(head), "")]


def body_lines(answer: Answer, expected: Iterable[Assertion], view: HostView) -> list[str]:
    """The page itself, when it is not what it should be."""
    wrong = any(one.what in _BODY_KINDS for one in assertions.failing(expected))
    return [shown_body(answer.body), ""] if wrong and HIDE not in view.host.items else []


def _detail(finding: Finding, observation: Observation) -> str:
    """Why there was no answer, in the words of the library that tried."""
    reply = observation.reply
    untold = finding.reason is not Reason.OK and reply.outcome is not Outcome.UNEXPECTED
    detail = why_no_session(reply) or reply.detail
    return as_line(detail) if untold and detail != reply.summary else ""


def _total(observation: Observation) -> float:
    phases = [phase.seconds for phase in observation.reply.phases if phase.name != "resolve"]
    return sum(phases) if phases else observation.took
