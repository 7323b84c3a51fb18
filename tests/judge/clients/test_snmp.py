"""What snmpcollect asked devices becomes a square for each MIB."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Mib, Rule
from hexmon.model.color import Color
from tests.support.client_rules import squares

GREEN, YELLOW, RED = Color.GREEN, Color.YELLOW, Color.RED

DEVICE = """[proxy]
ClientIP:198.51.100.3

[system]
Interval=300
ActiveIP=198.51.100.7

\tsysDescr = A switch
\ttemperature = 45

[interfaces]
Interval=300
ActiveIP=198.51.100.7


<lo>
\tifOperStatus = 1
\tifErrors = NODATA

<eth0>
\tifOperStatus = 2
\tifErrors = 12
"""


def mib(name: str, **fields: object) -> Mib:
    return Mib(name=Expression(name), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "square", "color", "told"),
    [
        pytest.param(mib("system:temperature", most=45), "system", GREEN, "", id="at the limit"),
        pytest.param(
            mib("system:temperature", most=44), "system", RED, "&red temperature 45 (maximum: 44)", id="too much"
        ),
        pytest.param(
            mib("system:temperature", least=46, color=YELLOW),
            "system",
            YELLOW,
            "&yellow temperature 45 (minimum: 46)",
            id="too little",
        ),
        pytest.param(
            mib("system:sysDescr", match=Expression("%switch")), "system", GREEN, "&green sysDescr A switch", id="fits"
        ),
        pytest.param(
            mib("system:sysDescr", match=Expression("A router")),
            "system",
            RED,
            "&red sysDescr A switch (expected: A router)",
            id="does not fit",
        ),
        pytest.param(
            mib("interfaces:ifErrors", most=5), "interfaces", RED, "&red eth0:ifErrors 12 (maximum: 5)", id="in a row"
        ),
        pytest.param(
            mib("interfaces:ifErrors", key=Expression("lo"), most=5), "interfaces", GREEN, "", id="in another row"
        ),
        pytest.param(
            mib("%^interfaces:ifOper", key=Expression("%^eth"), match=Expression("1")),
            "interfaces",
            RED,
            "&red eth0:ifOperStatus 2 (expected: 1)",
            id="patterns",
        ),
        pytest.param(
            mib("interfaces:ifErrors", least=1), "interfaces", RED, "&red lo:ifErrors 0 (minimum: 1)", id="no data is 0"
        ),
    ],
)
def test_limits(rule: Rule, square: str, color: Color, told: str) -> None:
    found = squares(DEVICE, rule, os_type="snmpcollect")
    assert found[square].color is color
    assert told in found[square].text.decode()
    assert (b"&" in found[square].text) is bool(told)


def test_a_square_for_each_mib() -> None:
    found = squares(DEVICE, os_type="snmpcollect")
    assert list(found) == ["system", "interfaces"]
    text = found["interfaces"].text.decode()
    assert text.startswith("green Fri Nov 20 08:00:00 2026\n\nInterval=300\n")
    assert "\n[eth0]\n\tifOperStatus = 2\n" in text


def test_the_first_setting_counts_and_names_its_groups() -> None:
    rules = (mib("system:temperature", most=40, groups=("net",)), mib("system:temperature", most=1, groups=("all",)))
    report = squares(DEVICE, *rules, os_type="snmpcollect")["system"]
    assert report.groups == ("net",)
    assert report.text.count(b"&red") == 1


@pytest.mark.parametrize("name", ["../../etc", "a.b", "a b", "", "x" * 300, "\u00e9"])
def test_a_section_that_is_no_name_of_a_column_is_left_out(name: str) -> None:
    assert squares(f"[{name}]\nx = 1\n", os_type="snmpcollect") == {}


def test_not_every_section_of_a_flood_becomes_a_square() -> None:
    assert len(squares("".join(f"[m{number}]\nx=1\n" for number in range(1000)), os_type="snmpcollect")) == 100


_WORDS = st.sampled_from(["[a]\n", "\n<", ">", "\nx = ", "9" * 5000, "-", "=", " ", "\n", "\t"])


@given(words=st.lists(_WORDS | st.text(max_size=6), max_size=60))
def test_whatever_a_device_says_it_is_judged(words: list[str]) -> None:
    body = "[if]\n" + "".join(words).encode(errors="replace").decode()
    squares(body, mib("%.", least=3, most=5, match=Expression("%x")), os_type="snmpcollect")
