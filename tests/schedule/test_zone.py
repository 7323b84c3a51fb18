"""Local time as the machine has it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hexmon.judge.texts import date
from hexmon.model.ages import clock
from hexmon.schedule.zone import MachineZone


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("utc", "local"),
    [
        pytest.param("2026-01-05 23:30:00", "Tue Jan  6 00:30:00 2026", id="winter"),
        pytest.param("2026-07-15 23:30:00", "Thu Jul 16 01:30:00 2026", id="summer"),
        pytest.param("2026-03-29 00:59:59", "Sun Mar 29 01:59:59 2026", id="the last second of winter"),
        pytest.param("2026-03-29 01:00:00", "Sun Mar 29 03:00:00 2026", id="the first second of summer"),
    ],
)
def test_the_season_is_asked_for_each_moment(utc: str, local: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()
    assert date(moment, MachineZone()) == local


@pytest.mark.usefixtures("berlin")
def test_the_offset_of_a_local_time() -> None:
    moment = datetime.fromisoformat("2026-07-15 12:00:00").replace(tzinfo=UTC)
    assert moment.astimezone(MachineZone()).utcoffset() == moment.replace(tzinfo=MachineZone()).utcoffset()
    assert MachineZone().utcoffset(None) is None


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("utc", "local"),
    [
        pytest.param("2026-01-05 13:15:00", "2:15 PM CET", id="winter"),
        pytest.param("2026-07-15 12:15:00", "2:15 PM CEST", id="summer"),
        pytest.param("2026-10-25 00:30:00", "2:30 AM CEST", id="an hour that comes twice"),
        pytest.param("2026-10-25 01:30:00", "2:30 AM CET", id="... for the second time"),
    ],
)
def test_sentences_name_the_zone(utc: str, local: str) -> None:
    assert clock(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp(), MachineZone()) == local
    assert MachineZone().tzname(None) is None
