"""svcs: how the services of a Windows machine are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Service
from hexmon.model.color import Color
from tests.support.client_rules import squares

GREEN, CLEAR, YELLOW, RED = Color.GREEN, Color.CLEAR, Color.YELLOW, Color.RED

SERVICES = """Name                           StartupType   Status        DisplayName
BBWin                          automatic     started       Big Brother Xymon Client
Spooler                        manual        stopped       Print Spooler
Spooler2                       manual        started       Print Spooler
Broken                         manual
"""


def service(name: str, state: str | None = None, startup: str | None = None, color: Color = RED) -> Service:
    return Service(
        name=Expression(name),
        state=None if state is None else Expression(state),
        startup=None if startup is None else Expression(startup),
        color=color,
        groups=("win",),
    )


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (service("BBWin", "started"), "&green BBWin is started/automatic - want started/Any"),
        (service("BBWin", "stopped", "%a"), "&red BBWin is started/automatic - want stopped/%a"),
        (service("bbwin"), "&red bbwin: No matching service - want Any/Any"),
        (service("%bbwin"), "&green BBWin is started/automatic - want Any/Any"),
        (service("%^spool", "started"), "&green Spooler2 is started/manual - want started/Any"),
        (service("%^spool", "stopped"), "&green Spooler2 is started/manual - want stopped/Any"),
        (service("Spooler,BBWin", "stopped", "auto"), "&red Spooler is stopped/manual - want stopped/auto"),
        (service("Broken", color=YELLOW), "&yellow Broken: No matching service - want Any/Any"),
        (service("%(", "x"), "&red %(: No matching service - want x/Any"),
    ],
)
def test_a_line_for_each_setting(rule: Service, line: str) -> None:
    report = squares(f"[svcs]\n{SERVICES}", rule, os_type="bbwin")["svcs"]
    assert report.text.decode().split("\n")[1] == line
    good = line.startswith("&green")
    assert report.text.split(b"\n")[0].endswith(b" - Services OK" if good else b" - Services NOT ok")
    assert report.groups == (() if good else ("win",))


def test_nothing_to_judge_by() -> None:
    report = squares(f"[svcs]\n{SERVICES}", os_type="powershell")["svcs"]
    assert report.text.decode().split("\n")[:2] == [
        "clear Fri Nov 20 08:00:00 UTC 2026 - Services NOT ok",
        "No Services checks defined",
    ]
    settings = ClientJudging(clear_services=False)
    assert "svcs" not in squares(f"[svcs]\n{SERVICES}", os_type="bbwin", settings=settings)
    assert "svcs" not in squares("[x]\n", service("BBWin"), os_type="bbwin")


@pytest.mark.parametrize(
    ("rules", "restarted", "color"),
    [
        pytest.param((), "Spooler was restarted\n", YELLOW, id="instead of clear"),
        pytest.param((service("BBWin"),), "Spooler was restarted\n", YELLOW, id="instead of green"),
        pytest.param((service("none"),), "Spooler was restarted\n", RED, id="red stays"),
        pytest.param((service("BBWin"),), "\n", GREEN, id="nothing was"),
    ],
)
def test_services_that_were_restarted(rules: tuple[Service, ...], restarted: str, color: Color) -> None:
    report = squares(f"[svcs]\n{SERVICES}[svcautorestart]\n{restarted}", *rules, os_type="bbwin")["svcs"]
    assert report.color is color
    assert (b"\nSpooler was restarted\n" in report.text) is (restarted != "\n")


def test_the_listing_can_be_left_out() -> None:
    settings = ClientJudging(list_services=False)
    assert b"Print" in squares(f"[svcs]\n{SERVICES}", os_type="bbwin")["svcs"].text
    assert b"Print" not in squares(f"[svcs]\n{SERVICES}", os_type="bbwin", settings=settings)["svcs"].text


def test_names_are_no_markup() -> None:
    text = squares("[svcs]\n<b>&red auto started\n", service("%."), os_type="bbwin")["svcs"].text
    assert text.split(b"\n")[1] == b"&green &lt;b&gt;&amp;red is started/auto - want Any/Any"


def test_a_pattern_that_takes_too_long_says_so() -> None:
    report = squares(f"[svcs]\n{'a' * 60}! x y\n", service("%(?!x)(a|aa)+$"), os_type="bbwin")["svcs"]
    assert report.color is YELLOW
    assert b"&yellow %(?!x)(a|aa)+$: the pattern took too long" in report.text


@given(st.text(alphabet="ab \t\r\n%é", max_size=60))
def test_any_listing(text: str) -> None:
    squares(f"[svcs]\n{text}", service("%a", "b"), service("a,b", None, "%b"), os_type="bbwin")
