"""What becomes of a state file that waits for the server."""

from typing import Any

import pytest

from hexmon.alerts.rules_site import rules_of
from hexmon.alerts.site_takeover import taken_incident, taken_status
from hexmon.app.site_takeover import taken_over
from hexmon.board.store import MonitorSaved, StatusSaved
from hexmon.inventory.sites.read import read_site
from hexmon.model.color import Color
from hexmon.model.incident import IncidentSaved
from hexmon.model.names import StatusKey
from hexmon.model.site import Site
from hexmon.model.site_memory import MonitorMemory, decode_memory
from hexmon.model.site_state import MonitorState

_NOW = 1_795_622_400.0
_TEXT = """
site:
  name: Lab
  notify_every_n_secs: 3600
  after_every_n_notifications: 8
  email_server: {smtp_host: 127.0.0.1, smtp_port: 25, from_address: a@lab.test, use_tls: no}
  outage_emails:
    - email: all@lab.test
    - {email: calm@lab.test, email_reminders: no, email_recoveries: no}
  outage_webhooks:
    - {endpoint_url: "http://127.0.0.1/", request_method: POST, request_encoding: JSON}
monitors:
  - {type: ping, name: gw, address: 192.0.2.1}
  - {type: ping, name: mute, address: 192.0.2.2, alarms: no}
"""
_DOWN = MonitorState(
    is_up=False,
    last_checked=_NOW - 60,
    down_count=9,
    last_alarm_started=_NOW - 7200,
    last_notified=_NOW - 600,
    notified_count=4,
    error_reason="host unreachable",
)


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(_TEXT, "lab.yaml").site


def _records(site: Site, state: MonitorState, known: set[StatusKey] | None = None) -> list[Any]:
    memories = {"gw": MonitorMemory(state=state), "stranger": MonitorMemory(state=state)}
    return list(taken_over(site, memories, known or set(), _NOW, 1800.0))


def test_what_is_up_is_remembered_and_no_more(site: Site) -> None:
    (record,) = _records(site, MonitorState(last_checked=_NOW))
    assert isinstance(record, MonitorSaved)
    assert record.name == "Lab.gw.conn"
    assert decode_memory(record.value).what == ("ping", "192.0.2.1", "", "")


def test_what_is_down_has_a_red_square_and_an_incident(site: Site) -> None:
    records = _records(site, _DOWN)
    (status,) = (one.status for one in records if isinstance(one, StatusSaved))
    (incident,) = (one.incident for one in records if isinstance(one, IncidentSaved))
    assert (status.color, status.since, status.alerting) == (Color.RED, _NOW - 7200, True)
    assert status.text == b"red host unreachable\n"
    assert (incident.key, incident.started, incident.reports, incident.ended) == (status.key, status.since, 9, 0.0)


def test_who_was_told_hears_what_they_still_want_to(site: Site) -> None:
    status = taken_status(site.monitors[0], _DOWN, _NOW, 1800.0)
    incident = taken_incident(status, _DOWN, rules_of([site]).rules)
    assert incident is not None
    told = {one.way.address or one.way.channel: one for one in incident.told}
    assert set(told) == {"all@lab.test", "calm@lab.test", "site.Lab.webhook1"}
    assert told["all@lab.test"].due == _NOW - 600 + 2700.0, "the fifth of 3600/8"
    assert told["calm@lab.test"].due > _NOW + 86400 * 365, "no reminders"
    assert (told["all@lab.test"].wants_end, told["calm@lab.test"].wants_end) == (True, False)
    assert {one.count for one in incident.told} == {4}
    assert {one.last for one in incident.told} == {_NOW - 600}


def test_an_outage_of_which_nobody_knows_is_news(site: Site) -> None:
    records = _records(site, MonitorState(is_up=False, last_alarm_started=_NOW - 60))
    assert not any(isinstance(one, IncidentSaved) for one in records)
    assert any(isinstance(one, StatusSaved) for one in records)


def test_a_muted_monitor_has_nobody_to_be_told(site: Site) -> None:
    status = taken_status(site.monitors[1], _DOWN, _NOW, 1800.0)
    incident = taken_incident(status, _DOWN, rules_of([site]).rules)
    assert incident is not None
    assert incident.told == ()


def test_what_the_store_knows_stays(site: Site) -> None:
    assert _records(site, _DOWN, {StatusKey("Lab.gw", "conn")}) == []
