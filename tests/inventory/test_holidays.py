"""holidays.cfg, and the hosts that name its sets."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.config.lines import read_lines
from hexmon.inventory.build import build_inventory
from hexmon.inventory.holidays import read_holidays
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.holidays import NO_HOLIDAYS, Holiday, Holidays
from hexmon.model.inventory import Inventory
from hexmon.model.origin import Origin, Problem
from tests.support.inventory import SERVICES, a_file

EXAMPLE = Path(__file__).parents[2] / "examples" / "holidays.cfg"


def read(text: str) -> tuple[Holidays, list[str]]:
    lines = [Line(line, Origin("holidays.cfg", number)) for number, line in enumerate(text.splitlines(), 1)]
    holidays, problems = read_holidays(lines)
    return holidays, [str(problem) for problem in problems]


def test_every_type_of_holiday_is_understood() -> None:
    holidays, problems = read("""\
HOLIDAYLIKEWEEKDAY=0 # like a Sunday
Fixed:type=static month=12 day=25
Moving:TYPE=Easter offset=-2
[DE]
Prayer Day: type=4advent offset=-32
Counted:type=mon month=9 offset=1 # the first
[ca]
On or after:type=+mon month=5 day=17
[de]
One more:type=static month=10 day=3
""")
    assert problems == []
    assert holidays == Holidays(
        (Holiday("Fixed", "static", 12, 25), Holiday("Moving", "easter", offset=-2)),
        {
            "de": (
                Holiday("Prayer Day", "4advent", offset=-32),
                Holiday("Counted", "mon", 9, offset=1),
                Holiday("One more", "static", 10, 3),
            ),
            "ca": (Holiday("On or after", "+mon", 5, 17),),
        },
        like=0,
    )


def test_of_several_weekdays_for_holidays_the_last_counts_for_all() -> None:
    assert read("HOLIDAYLIKEWEEKDAY=0\n[us]\nHOLIDAYLIKEWEEKDAY=6\n")[0].like == 6
    assert read("HOLIDAYLIKEWEEKDAY=6\nHOLIDAYLIKEWEEKDAY=-1\n")[0].like is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "'nonsense' is neither a holiday nor a [set]"),
        ("X:type=lunar month=1", "'lunar' is no type of holiday"),
        ("X:type=static month=1", "a holiday of the type static needs day"),
        ("X:type=static month=13 day=1", "'month=13' is impossible"),
        ("X:type=mon month=1 offset=6", "'offset=6' is impossible"),
        ("X:type=easter offset=soon", "'offset=soon' is impossible"),
        ("HOLIDAYLIKEWEEKDAY=7", "'HOLIDAYLIKEWEEKDAY=7' is neither a holiday nor a [set]"),
    ],
)
def test_a_line_that_is_not_understood_is_named(line: str, message: str) -> None:
    holidays, problems = read(f"Fine:type=static month=1 day=1\n{line}")
    assert len(holidays.common) == 1
    [problem] = problems
    assert problem.startswith(f"holidays.cfg:2: {message}")


@given(
    st.lists(
        st.text(st.sampled_from("[]:=type static easter 4advent+mon month day offset 0123456789-#\x00ü")), max_size=5
    )
)
def test_no_line_breaks_the_reader(lines: list[str]) -> None:
    holidays, _ = read_holidays([Line(line, Origin("h", 1)) for line in lines])
    for name in ("", *holidays.sets):
        holidays.calendar(name).weekday(date(2026, 2, 28))


def test_the_example_that_ships_has_no_mistakes() -> None:
    problems: list[Problem] = []
    holidays, mistakes = read_holidays(read_lines(EXAMPLE, problems))
    assert (problems, mistakes) == ([], [])
    assert set(holidays.sets) == {"de", "us", "ca"}


HOLIDAYS = Holidays(
    (Holiday("a", "static", 1, 1),), {"dk": (Holiday("b", "static", 6, 5),), "de": (Holiday("c", "static", 10, 3),)}, 0
)


def inventory(tags: str, default: str = "", holidays: Holidays | None = HOLIDAYS) -> Inventory:
    file = a_file(f"127.0.0.1 www # {tags}\n127.0.0.2 db")
    return build_inventory(file, SERVICES, defaults=Defaults(holidays=default), holidays=holidays)


def test_a_host_has_the_holidays_of_its_set_others_those_of_the_default_set() -> None:
    found = inventory("holidays=DK", default="de")
    assert found.hosts["www"].policy.calendar == HOLIDAYS.calendar("dk")
    assert found.hosts["db"].policy.calendar == HOLIDAYS.calendar("de")
    assert found.problems == ()


def test_without_any_set_the_holidays_of_everybody_hold() -> None:
    assert inventory("").hosts["db"].policy.calendar == HOLIDAYS.calendar("")
    assert inventory("", holidays=None).hosts["db"].policy.calendar is NO_HOLIDAYS


def test_a_set_that_nobody_knows_is_reported() -> None:
    [problem] = inventory("holidays=dkk").problems
    assert str(problem) == "hosts.cfg:1: holidays: holidays.cfg has no set 'dkk'"
    [near] = inventory("holidays=kd").problems
    assert near.hint == "did you mean 'dk'?"


def test_a_holidays_cfg_that_comes_later_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # holidays=de\n")
    source = HostsSource(tmp_path / "hosts.cfg", holidays=tmp_path / "holidays.cfg")
    assert [problem.message for problem in source.load().problems] == ["holidays: holidays.cfg has no set 'de'"]
    assert not source.changed()
    (tmp_path / "holidays.cfg").write_text(EXAMPLE.read_text())
    assert source.changed()
    loaded = source.load()
    assert loaded.problems == ()
    assert loaded.hosts["www"].policy.calendar.weekday(date(2026, 10, 3)) == 0
