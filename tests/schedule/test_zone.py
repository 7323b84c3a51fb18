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
    ("utc", "told"), [("2026-01-05 12:05:00", "1:05 PM CET"), ("2026-07-15 22:05:00", "12:05 AM CEST")]
)
def test_the_name_of_the_zone_is_that_of_the_season(utc: str, told: str) -> None:
    """The sentences of sites end with it."""
    assert clock(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp(), MachineZone()) == told
    assert MachineZone().tzname(None) is None
