"""What is asked of the log: every filter, and a sentence for what makes no sense."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.store import LogQuery
from hexmon.model.incident import DeliveryState
from hexmon.web.log_query import link, read_incidents, read_notifications

NOW = 1_795_219_200.0  # 2026-11-21 00:00 UTC


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param({}, LogQuery(), id="nothing"),
        pytest.param({"host": "www", "test": "http"}, LogQuery(host="www", test="http"), id="a square"),
        pytest.param({"state": "dead"}, LogQuery(state=DeliveryState.DEAD), id="a state"),
        pytest.param({"state": "", "since": ""}, LogQuery(), id="empty fields of a form"),
        pytest.param({"since": "1d"}, LogQuery(since=NOW - 86_400), id="since a day"),
        pytest.param({"since": "1795219200"}, LogQuery(since=NOW), id="since epoch seconds"),
        pytest.param({"since": "1795219200.5"}, LogQuery(since=NOW + 0.5), id="since fractions of a second"),
        pytest.param({"since": "2026-11-21T00:00:00Z"}, LogQuery(since=NOW), id="since a time of ISO 8601"),
        pytest.param({"since": "2026-11-21"}, LogQuery(since=NOW), id="since a day, in UTC"),
        pytest.param({"until": "2026-11-21T01:00:00+01:00"}, LogQuery(until=NOW), id="until a time elsewhere"),
        pytest.param({"before": "17", "limit": "5"}, LogQuery(before=17, limit=5), id="a page"),
        pytest.param({"incident": "abc"}, LogQuery(incident="abc"), id="an incident"),
    ],
)
def test_filters_are_understood(given: dict[str, str], wanted: LogQuery) -> None:
    asked = read_notifications(given, NOW)
    assert (asked.query, asked.mistakes) == (wanted, [])


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        pytest.param({"hots": "x"}, "hots: unknown parameter; did you mean host?", id="nearly a filter"),
        pytest.param({"zzz": "x"}, "zzz: unknown parameter; there are host, test, since", id="no filter"),
        pytest.param({"state": "lost"}, "state: 'lost' is none; there are waiting, sent, dead", id="no state"),
        pytest.param({"since": "yesterday"}, "since: 'yesterday' is neither epoch seconds nor", id="no time"),
        pytest.param({"limit": "0"}, "limit: 0 is not from 1 to 1000", id="nothing at all"),
        pytest.param({"limit": "1001"}, "limit: 1001 is not from 1 to 1000", id="too many"),
        pytest.param({"limit": "-5"}, "limit: '-5' is not a number", id="fewer than none"),
        pytest.param({"before": "abc"}, "before: 'abc' is not a number", id="no number"),
        pytest.param({"before": "9" * 19}, "is not a number", id="more than a database's number holds"),
        pytest.param({"since": "9" * 400}, "is neither epoch seconds", id="a time that no float holds"),
    ],
)
def test_what_makes_no_sense_is_said(given: dict[str, str], mistake: str) -> None:
    (said,) = read_notifications(given, NOW).mistakes
    assert mistake in said


def test_incidents_are_paged_by_their_ids() -> None:
    asked = read_incidents({"before": "abc", "open": "true"}, NOW)
    assert (asked.query, asked.open_only, asked.mistakes) == (LogQuery(before_incident="abc"), True, [])
    assert read_incidents({"open": "yes"}, NOW).mistakes == ["open: 'yes' is neither true nor false"]
    assert read_incidents({"state": "dead"}, NOW).mistakes != []


@given(st.dictionaries(st.sampled_from(["since", "until", "limit", "before", "state", "x"]), st.text()))
def test_no_words_break_it(given: dict[str, str]) -> None:
    for read in (read_notifications, read_incidents):
        query = read(given, NOW).query
        assert 1 <= query.limit <= 1000
        assert not math.isnan(query.since)


def test_a_link_keeps_the_filters_and_begins_anew() -> None:
    given = {"host": "a b", "before": "7", "state": ""}
    assert link("/notifications", given) == "/notifications?host=a+b"
    assert link("/notifications", given, before="3") == "/notifications?host=a+b&before=3"
    assert link("/notifications", given, host="") == "/notifications"
