"""Each step of a transition by itself: what it does to a draft."""

import math
from typing import Any

import pytest

from hexmon.board.draft import Cause, Draft, Policy
from hexmon.board.steps_color import acknowledged, delayed, disabled, flapping, modified, planned_downtime, timed
from hexmon.board.steps_record import (
    ack_infos_aged,
    alerted,
    cookie_given,
    gap_bridged,
    period_begun,
    text_taken,
)
from hexmon.model.color import Color
from hexmon.model.status import (
    UNTIL_OK,
    AckInfo,
    Acknowledged,
    Cookie,
    Disabled,
    Flap,
    Gap,
    Modifier,
    Report,
    Status,
)
from hexmon.model.timespec import Downtime, parse_window
from tests.support.builders import a_report, a_status

NOW = 1_795_219_200.0
GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color
SILENT = Cause.SILENCE


def a_draft(
    report: Report | None = None,
    before: Status | None = None,
    policy: Policy | None = None,
    cause: Cause = Cause.REPORT,
    now: float = NOW,
) -> Draft:
    return Draft.begin(before, report or a_report(RED), policy or Policy(), now, cause)


def always(*tests: str) -> Policy:
    window = parse_window("*", "0000", "2359")
    assert window is not None
    return Policy(downtime=(Downtime(window, frozenset(tests) or None, "night work"),))


@pytest.mark.parametrize(
    ("color", "policy", "shown", "planned"),
    [
        pytest.param(RED, always(), BLUE, b"night work", id="red is blue while a downtime covers it"),
        pytest.param(YELLOW, always(), BLUE, b"night work", id="so is yellow"),
        pytest.param(PURPLE, always(), BLUE, b"night work", id="and purple"),
        pytest.param(GREEN, always(), GREEN, None, id="green passes through"),
        pytest.param(CLEAR, always(), CLEAR, None, id="clear passes through"),
        pytest.param(RED, always("http"), BLUE, b"night work", id="a downtime may be for this test"),
        pytest.param(RED, always("cpu"), RED, None, id="a downtime of another test does not cover it"),
        pytest.param(RED, Policy(), RED, None, id="without a downtime nothing happens"),
    ],
)
def test_planned_downtime(color: Color, policy: Policy, shown: Color, planned: bytes | None) -> None:
    draft = a_draft(a_report(color), policy=policy)
    planned_downtime(draft)
    assert (draft.color, draft.planned) == (shown, planned)


@pytest.mark.parametrize(
    ("modifiers", "cause", "shown", "lives"),
    [
        pytest.param([(RED, 2)], Cause.REPORT, RED, [1], id="a modifier replaces the reported colour once"),
        pytest.param([(RED, 1)], Cause.REPORT, GREEN, [], id="with the second report it is gone"),
        pytest.param([(CLEAR, 2), (YELLOW, 2)], Cause.REPORT, YELLOW, [1, 1], id="the worst of several counts"),
        pytest.param([(CLEAR, 2), (RED, 1)], Cause.REPORT, CLEAR, [1], id="a dead one no longer counts"),
        pytest.param([(RED, 2)], Cause.MODIFY, GREEN, [2], id="a modify is not a report"),
        pytest.param([(RED, 2)], Cause.DISABLE, GREEN, [1], id="a disable uses one up, as in xymond"),
    ],
)
def test_modified(modifiers: list[tuple[Color, int]], cause: Cause, shown: Color, lives: list[int]) -> None:
    known = tuple(Modifier(str(number), color, b"", life) for number, (color, life) in enumerate(modifiers))
    draft = a_draft(a_report(GREEN), a_status(modifiers=known), cause=cause)
    modified(draft)
    assert (draft.color, [one.life for one in draft.modifiers]) == (shown, lives)


def test_a_green_modifier_overrides_a_red_report() -> None:
    draft = a_draft(a_report(RED), a_status(modifiers=(Modifier("s", GREEN, b""),)))
    modified(draft)
    assert draft.color is GREEN


BUSY = Flap(changes=(NOW - 1000, NOW - 800, NOW - 600, NOW - 400))
PINNED = Flap(changes=(NOW - 900, NOW - 800, NOW - 600, NOW - 400, NOW - 200), flapping=True, old=GREEN, current=RED)


@pytest.mark.parametrize(
    ("before", "color", "policy", "shown", "is_flapping"),
    [
        pytest.param({"color": RED, "flap": BUSY}, GREEN, {}, RED, True, id="a fifth change within the window is held"),
        pytest.param({"color": GREEN, "flap": BUSY}, RED, {}, RED, True, id="worse is always shown"),
        pytest.param(
            {"color": RED, "flap": BUSY}, GREEN, {"flap_count": 7}, GREEN, False, id="four and two are not seven"
        ),
        pytest.param({"color": RED, "flap": BUSY}, GREEN, {"flap_count": 0}, GREEN, False, id="noflap looks away"),
        pytest.param({"color": RED, "flap": BUSY}, GREEN, {"flap_seconds": 900}, GREEN, False, id="too old to count"),
        pytest.param({"color": RED, "flap": PINNED}, YELLOW, {}, RED, True, id="while flapping the worst stays"),
        pytest.param({"color": PURPLE, "flap": BUSY}, GREEN, {}, GREEN, True, id="purple is never kept"),
        pytest.param({"color": BLUE, "flap": BUSY}, GREEN, {}, GREEN, True, id="blue is never kept"),
        pytest.param({"color": RED, "flap": PINNED}, GREEN, {"flap_seconds": 100}, GREEN, False, id="it ends"),
        pytest.param({"color": RED, "flap": BUSY}, GREEN, {"summary": True}, GREEN, False, id="summaries never flap"),
    ],
)
def test_flapping(
    before: dict[str, Any], color: Color, policy: dict[str, Any], shown: Color, is_flapping: bool
) -> None:
    draft = a_draft(a_report(color), a_status(at=NOW - 1100, **before), Policy(**policy))
    flapping(draft)
    assert (draft.color, draft.flap.flapping) == (shown, is_flapping)


@pytest.mark.parametrize(("changes", "is_flapping"), [(3, True), (2, False)])
def test_a_new_square_begins_with_two_changes(changes: int, is_flapping: bool) -> None:
    flap = Flap(changes=(NOW - 400, NOW - 300, NOW - 200)[:changes])
    draft = a_draft(a_report(GREEN), a_status(RED, at=NOW - 500, flap=flap))
    flapping(draft)
    assert draft.flap.flapping is is_flapping


@pytest.mark.parametrize("cause", [Cause.SILENCE, Cause.DISABLE, Cause.MODIFY])
def test_only_reporters_flap(cause: Cause) -> None:
    draft = a_draft(a_report(GREEN), a_status(RED, flap=PINNED), cause=cause)
    flapping(draft)
    assert draft.flap == PINNED


def test_changes_of_the_reporter_are_counted_while_flapping_and_the_ring_stays_small() -> None:
    before = a_status(RED, at=NOW - 2000, flap=PINNED)
    draft = a_draft(a_report(GREEN), before)
    flapping(draft)
    assert draft.flap.changes == (*PINNED.changes[1:], NOW)
    assert (draft.flap.old, draft.flap.current) == (RED, GREEN)


@pytest.mark.parametrize(
    ("until", "color", "shown", "over"),
    [
        pytest.param(UNTIL_OK, RED, BLUE, False, id="until OK stays blue while it is red"),
        pytest.param(UNTIL_OK, BLUE, BLUE, False, id="blue is not what OK means"),
        pytest.param(UNTIL_OK, GREEN, GREEN, True, id="until OK ends with green"),
        pytest.param(UNTIL_OK, CLEAR, CLEAR, True, id="until OK ends with clear"),
        pytest.param(NOW + 1, GREEN, BLUE, False, id="a time that has not come keeps it blue"),
        pytest.param(NOW, RED, RED, True, id="when the time has come the report is shown"),
    ],
)
def test_disabled(until: float, color: Color, shown: Color, over: bool) -> None:
    draft = a_draft(a_report(color), a_status(BLUE, disabled=Disabled(until, b"work")))
    disabled(draft)
    assert (draft.color, draft.disabled is None, draft.enabled) == (shown, over, over)


@pytest.mark.parametrize(
    ("until", "color", "policy", "kept"),
    [
        pytest.param(NOW + 60, RED, {}, True, id="it lasts while nothing gets better"),
        pytest.param(NOW + 60, GREEN, {}, False, id="an OK colour ends it"),
        pytest.param(NOW + 60, BLUE, {}, False, id="blue is an OK colour"),
        pytest.param(NOW - 1, RED, {}, False, id="its time ends it"),
        pytest.param(NOW + 60, RED, {"ack_each_color": True}, False, id="a worse colour ends it if so configured"),
        pytest.param(NOW + 60, YELLOW, {"ack_each_color": True}, True, id="the same colour does not"),
    ],
)
def test_acknowledged(until: float, color: Color, policy: dict[str, Any], kept: bool) -> None:
    draft = a_draft(a_report(color), a_status(acknowledged=Acknowledged(until, b"me", YELLOW)), Policy(**policy))
    acknowledged(draft)
    assert (draft.acknowledged is not None) is kept


@pytest.mark.parametrize(
    ("attached", "report", "policy", "valid"),
    [
        pytest.param({}, a_report(RED), Policy(), NOW + 1800, id="validity counts from now"),
        pytest.param({}, a_report(RED, validity=7200.0), Policy(), NOW + 7200, id="the report says how long"),
        pytest.param({}, a_report(RED, validity=0.0), Policy(), NOW, id="zero is overdue at once"),
        pytest.param(
            {"acknowledged": Acknowledged(NOW + 9000, b"", RED)}, a_report(RED), Policy(), NOW + 9000, id="ack"
        ),
        pytest.param(
            {"acknowledged": Acknowledged(NOW + 90, b"", RED)}, a_report(RED), Policy(), NOW + 1800, id="short ack"
        ),
        pytest.param({"disabled": Disabled(NOW + 9000, b"")}, a_report(BLUE), Policy(), NOW + 9000, id="disabled"),
        pytest.param({"disabled": Disabled(UNTIL_OK, b"")}, a_report(BLUE), Policy(), math.inf, id="until OK"),
        pytest.param({}, a_report(PURPLE), always(), NOW + 60, id="purple with downtimes is looked at every minute"),
        pytest.param({}, a_report(PURPLE), Policy(), NOW + 1800, id="other purple after another validity"),
    ],
)
def test_timed(attached: dict[str, Any], report: Report, policy: Policy, valid: float) -> None:
    draft = a_draft(report, a_status(at=NOW - 60, **attached), policy)
    timed(draft)
    assert (draft.valid_until, draft.updated) == (valid, NOW)


def test_a_modify_does_not_prolong_anything() -> None:
    before = a_status(at=NOW - 60)
    draft = a_draft(before=before, cause=Cause.MODIFY)
    timed(draft)
    assert (draft.valid_until, draft.updated) == (before.valid_until, NOW - 60)


SLOW: dict[str, Any] = {"delay_red": 600.0}
BOTH: dict[str, Any] = {"delay_red": 600.0, "delay_yellow": 300.0}


@pytest.mark.parametrize(
    ("before", "color", "policy", "shown"),
    [
        pytest.param({}, RED, SLOW, YELLOW, id="a young red is yellow where only red is delayed"),
        pytest.param({}, RED, BOTH, GREEN, id="and as before where yellow is delayed too"),
        pytest.param(
            {"red_since": NOW - 300, "yellow_since": NOW - 300}, RED, BOTH, YELLOW, id="yellow after its own delay"
        ),
        pytest.param({"red_since": NOW - 600}, RED, BOTH, RED, id="red after its delay"),
        pytest.param({}, YELLOW, BOTH, GREEN, id="a young yellow is not shown"),
        pytest.param({"yellow_since": NOW - 300}, YELLOW, BOTH, YELLOW, id="an old yellow is"),
        pytest.param({"color": PURPLE}, RED, BOTH, RED, id="after purple nothing is delayed"),
        pytest.param({"color": RED, "red_since": NOW - 60}, RED, BOTH, RED, id="a red that is shown stays red"),
        pytest.param({"red_since": NOW - 900}, GREEN, BOTH, GREEN, id="green is never delayed"),
        pytest.param({}, RED, {}, RED, id="without a delay red is red"),
    ],
)
def test_delayed(before: dict[str, Any], color: Color, policy: dict[str, Any], shown: Color) -> None:
    draft = a_draft(a_report(color), a_status(at=NOW - 3600, **before), Policy(**policy))
    delayed(draft)
    assert draft.color is shown


def test_a_new_square_that_is_delayed_is_clear() -> None:
    draft = a_draft(a_report(RED), None, Policy(**BOTH))
    delayed(draft)
    assert draft.color is CLEAR


@pytest.mark.parametrize(
    ("color", "red", "yellow"),
    [
        pytest.param(RED, NOW - 9, NOW - 9, id="red keeps both beginnings"),
        pytest.param(YELLOW, 0.0, NOW - 9, id="yellow ends the red"),
        pytest.param(GREEN, 0.0, 0.0, id="anything else ends both"),
    ],
)
def test_delays_count_from_the_beginning_of_the_colour(color: Color, red: float, yellow: float) -> None:
    draft = a_draft(a_report(color), a_status(RED, red_since=NOW - 9, yellow_since=NOW - 9))
    delayed(draft)
    assert (draft.red_since, draft.yellow_since) == (red, yellow)


INFO = AckInfo(1, "joe", NOW - 60, NOW + 3600, NOW + 3600, b"mine")


@pytest.mark.parametrize(
    ("before", "color", "info", "planned", "clears"),
    [
        pytest.param(RED, GREEN, INFO, None, [NOW + 720], id="a recovery lets it end in 12 minutes"),
        pytest.param(RED, BLUE, INFO, b"planned", [NOW + 3600], id="a planned downtime is no recovery"),
        pytest.param(GREEN, RED, INFO, None, [NOW + 3600], id="a relapse revives it"),
        pytest.param(RED, RED, INFO, None, [NOW + 3600], id="the same colour leaves it alone"),
        pytest.param(RED, RED, AckInfo(1, "", 0.0, NOW - 1, NOW - 1, b""), None, [], id="its time ends it"),
    ],
)
def test_ack_infos_aged(before: Color, color: Color, info: AckInfo, planned: bytes | None, clears: list[float]) -> None:
    draft = a_draft(a_report(color), a_status(before, ack_infos=(info,)))
    draft.planned = planned
    ack_infos_aged(draft)
    assert [one.clear_time for one in draft.ack_infos] == clears


def test_a_report_brings_its_text_and_keeps_old_flags() -> None:
    draft = a_draft(a_report(RED, text=b"red new", head=b"status h.t ", groups=("dba",)), a_status(flags="Oa"))
    text_taken(draft)
    assert (draft.text, draft.head, draft.groups, draft.flags) == (b"red new", b"status h.t ", ("dba",), "Oa")


def test_flags_of_a_report_replace_the_old_ones() -> None:
    draft = a_draft(a_report(RED, flags=""), a_status(flags="Oa"))
    text_taken(draft)
    assert draft.flags == ""


@pytest.mark.parametrize("cause", [Cause.SILENCE, Cause.DISABLE, Cause.MODIFY])
def test_what_the_board_says_itself_keeps_text_and_sender(cause: Cause) -> None:
    draft = a_draft(a_report(RED, sender="hexmon", text=b"other"), a_status(text=b"green old"), cause=cause)
    text_taken(draft)
    assert (draft.text, draft.sender) == (b"green old", "127.0.0.1")


@pytest.mark.parametrize(
    ("color", "cookie", "number"),
    [
        pytest.param(RED, None, 424242, id="an alert colour gets a cookie"),
        pytest.param(RED, Cookie(111111, NOW), 111111, id="and keeps it while it is valid"),
        pytest.param(RED, Cookie(111111, NOW - 1), 424242, id="an expired one is replaced"),
        pytest.param(GREEN, Cookie(111111, NOW + 60), None, id="other colours have none"),
    ],
)
def test_cookie_given(color: Color, cookie: Cookie | None, number: int | None) -> None:
    draft = a_draft(a_report(color), a_status(cookie=cookie), Policy(new_cookie=lambda: 424242))
    cookie_given(draft)
    assert (draft.cookie.number if draft.cookie else None) == number


def test_a_cookie_is_valid_for_a_day() -> None:
    draft = a_draft(a_report(RED))
    cookie_given(draft)
    assert draft.cookie == Cookie(0, NOW + 86400)


@pytest.mark.parametrize(
    ("before", "color", "planned", "changed", "since", "changes"),
    [
        pytest.param(GREEN, RED, None, True, NOW, 2, id="another colour begins a period"),
        pytest.param(RED, RED, None, False, NOW - 60, 1, id="the same colour does not"),
        pytest.param(RED, BLUE, b"work", True, NOW - 60, 1, id="a downtime goes to history but begins no period"),
        pytest.param(None, RED, None, True, NOW, 1, id="the first colour begins the first period"),
    ],
)
def test_period_begun(
    before: Color | None, color: Color, planned: bytes | None, changed: bool, since: float, changes: int
) -> None:
    draft = a_draft(a_report(color), a_status(before, at=NOW - 60) if before is not None else None)
    draft.planned = planned
    period_begun(draft)
    assert (draft.changed, draft.since, draft.changes) == (changed, since, changes)


def test_a_summary_has_no_history() -> None:
    draft = a_draft(a_report(RED), a_status(GREEN, at=NOW - 60), Policy(summary=True))
    period_begun(draft)
    assert (draft.changed, draft.since, draft.before_change) == (False, NOW - 60, GREEN)


GAP = Gap(RED, NOW - 9000, NOW - 7200, 1800.0)


@pytest.mark.parametrize(
    ("gap", "color", "since"),
    [
        pytest.param(GAP, RED, NOW - 9000, id="the same colour after four validities goes on"),
        pytest.param(GAP, YELLOW, NOW, id="another colour begins anew"),
        pytest.param(Gap(RED, NOW - 9000, NOW - 7201, 1800.0), RED, NOW, id="a longer gap is not bridged"),
        pytest.param(Gap(RED, NOW - 9000, NOW - 901, 225.0), RED, NOW, id="the validity when it began counts"),
    ],
)
def test_gap_bridged(gap: Gap, color: Color, since: float) -> None:
    draft = a_draft(a_report(color), a_status(PURPLE, gap=gap))
    draft.since = NOW
    gap_bridged(draft)
    assert (draft.since, draft.gap) == (since, None)


@pytest.mark.parametrize(
    ("cause", "shown", "planned"),
    [
        pytest.param(Cause.SILENCE, PURPLE, None, id="silence"),
        pytest.param(Cause.DISABLE, BLUE, None, id="a disable"),
        pytest.param(Cause.MODIFY, YELLOW, None, id="a modify"),
        pytest.param(Cause.REPORT, YELLOW, None, id="a delay or flapping"),
        pytest.param(Cause.REPORT, BLUE, b"work", id="a planned downtime"),
    ],
)
def test_a_gap_begins_with(cause: Cause, shown: Color, planned: bytes | None) -> None:
    draft = a_draft(a_report(RED), a_status(RED, at=NOW - 60, validity=300.0), cause=cause)
    draft.color, draft.planned = shown, planned
    gap_bridged(draft)
    assert draft.gap == Gap(RED, NOW - 60, NOW, 300.0)


def test_a_gap_goes_on_through_other_substitutions() -> None:
    draft = a_draft(a_report(BLUE), a_status(PURPLE, gap=GAP), cause=Cause.DISABLE)
    gap_bridged(draft)
    assert draft.gap == GAP


def test_a_report_of_the_invented_colour_ends_the_gap() -> None:
    draft = a_draft(a_report(CLEAR), a_status(CLEAR, at=NOW - 60, gap=GAP))
    gap_bridged(draft)
    assert (draft.gap, draft.since) == (None, NOW - 60)


@pytest.mark.parametrize(
    ("before", "alerting", "color", "after", "ended"),
    [
        pytest.param(GREEN, False, RED, True, False, id="an alert colour begins a stretch"),
        pytest.param(RED, True, GREEN, False, True, id="an OK colour ends it"),
        pytest.param(RED, True, BLUE, False, True, id="blue ends it too"),
        pytest.param(GREEN, False, BLUE, False, False, id="nothing ends that was not begun"),
        pytest.param(PURPLE, True, YELLOW, True, False, id="from one alert colour to another it goes on"),
    ],
)
def test_alerted(before: Color, alerting: bool, color: Color, after: bool, ended: bool) -> None:
    draft = a_draft(a_report(color), a_status(before, alerting=alerting))
    alerted(draft)
    assert (draft.alerting, draft.ended) == (after, ended)


def test_a_colour_in_between_ends_nothing() -> None:
    only_red = Policy(alert_colors=frozenset({RED}))
    draft = a_draft(a_report(YELLOW), a_status(RED, alerting=True), only_red)
    alerted(draft)
    assert (draft.alerting, draft.ended) == (True, False)
    draft = a_draft(a_report(GREEN), a_status(YELLOW, alerting=True), only_red)
    alerted(draft)
    assert (draft.alerting, draft.ended) == (False, True)
