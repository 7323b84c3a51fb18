"""When a time of a week holds, holidays and midnight included, compared with the real xymond_alert."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hexmon.config.lines import read_lines
from hexmon.inventory.holidays import read_holidays
from hexmon.model.timespec import parse_timespec
from tests.support.peers import peer

pytestmark = pytest.mark.peers

HOLIDAYS = """\
HOLIDAYLIKEWEEKDAY={like}
New Year:type=static month=1 day=1
Good Friday:type=easter offset=-2
[at]
Corpus Christi:type=easter offset=60
[us]
Labor Day:type=mon month=9 offset=1
Memorial Day:type=mon month=5 offset=5
[ca]
Victoria Day:type=+mon month=5 day=17
First Wednesday:type=+wed month=7 day=1
[de]
Day of Prayer:type=4advent offset=-32
Fourth Advent:type=4advent offset=0
"""
SETS = ("", "at", "us", "ca", "de", "nosuch", "US")
DAYS = [
    datetime(year, month, day, 12, tzinfo=UTC)
    for year, month, day in (
        (2026, 1, 1), (2026, 4, 3), (2026, 6, 4), (2026, 9, 7), (2026, 5, 25), (2026, 5, 18), (2026, 7, 1),
        (2026, 11, 18), (2026, 12, 20), (2026, 3, 3), (2027, 1, 1), (2025, 4, 18),
    )
]  # fmt: skip
NIGHTS = [datetime(2026, 1, day, hour, 30, tzinfo=UTC) for day in (1, 2, 3) for hour in (0, 2, 23)]


def theirs(home: Path, name: str, moment: datetime) -> str:
    """The days of the week whose rule matches then."""
    environment = {
        "XYMONHOME": str(home),
        "HOSTSCFG": f"!{home / 'etc' / 'hosts.cfg'}",  # the mark: not from a monitor that happens to run here
        "XYMONTMP": str(home),
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": "1",
    }
    command = [str(peer("xymond_alert")), "--test", name, "cpu", f"--time={moment.timestamp():.0f}"]
    done = subprocess.run(
        command, env=os.environ | environment | {"TZ": "UTC"}, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return "".join(str(day) for day in range(7) if f"Match with 'MAIL day{day}@" in said)


def a_home(folder: Path, window: str, like: int) -> Path:
    home = folder / "etc"
    home.mkdir()
    (home / "holidays.cfg").write_text(HOLIDAYS.format(like=like))
    (home / "hosts.cfg").write_text("".join(f"127.0.0.1 h{name} # holidays={name}\n" for name in SETS))
    rules = "".join(f" MAIL day{day}@example.com TIME={day}:{window}\n" for day in range(7))
    (home / "alerts.cfg").write_text(f"HOST=*\n{rules}")
    return folder


def ours(home: Path, window: str, name: str, moment: datetime) -> str:
    calendar = read_holidays(read_lines(home / "etc" / "holidays.cfg", []))[0].calendar(name)
    found = ""
    for day in range(7):
        spec = parse_timespec(f"{day}:{window}")
        assert spec is not None
        found += str(day) if spec.covers(moment, calendar.weekday) else ""
    return found


@pytest.mark.parametrize("like", [0, 6, -1])
def test_holidays_are_those_of_xymond_alert(tmp_path: Path, like: int) -> None:
    home = a_home(tmp_path, "0000:2359", like)
    for moment in DAYS if like == 0 else DAYS[:2]:
        for name in SETS:
            assert ours(home, "0000:2359", name, moment) == theirs(home, f"h{name}", moment), (moment, name)


@pytest.mark.parametrize("window", ["2300:0100", "0000:2400", "2330:2400"])
def test_times_around_midnight_are_those_of_xymond_alert(tmp_path: Path, window: str) -> None:
    home = a_home(tmp_path, window, 0)
    for moment in NIGHTS:
        assert ours(home, window, "", moment) == theirs(home, "h", moment), moment
