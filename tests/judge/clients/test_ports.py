"""ports: how many connections fit each PORT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Port
from hexmon.model.color import Color
from tests.support.client_rules import figures, squares

CLEAR, YELLOW, RED = Color.CLEAR, Color.YELLOW, Color.RED

PORTS = """Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN
tcp        0      0 192.0.2.2:22            192.0.2.10:50122        ESTABLISHED
tcp        0      0 192.0.2.2:80            192.0.2.77:40211        TIME_WAIT
tcp        0      0 192.0.2.2:80            192.0.2.77:40211        TIME_WAIT
udp        0      0 0.0.0.0:68              0.0.0.0:*\x20
udp        0      0 0.0.0.0:69              0.0.0.0:*
"""


def port(least: int = 1, most: int | None = None, color: Color = RED, **fields: object) -> Port:
    found = {name: Expression(value) if isinstance(value, str) else value for name, value in fields.items()}
    text, track = fields.get("text", ""), fields.get("track")
    found |= {"text": text, "track": track}
    return Port(least=least, most=most, color=color, **found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        pytest.param(
            port(local="%[.:]22$", state="LISTEN"),
            "&green local=%[.:]22$ state=LISTEN : (found 1, req. 1 or more)",
            id="all that is asked for must fit",
        ),
        pytest.param(port(local="%[.:]22$"), "&green local=%[.:]22$ : (found 2, req. 1 or more)", id="in any state"),
        pytest.param(port(local="22"), "&red local=22 : (found 0, req. 1 or more)", id="letters are the whole address"),
        pytest.param(
            port(local="0.0.0.0:22,0.0.0.0:80"),
            "&green local=0.0.0.0:22,0.0.0.0:80 : (found 2, req. 1 or more)",
            id="or a list",
        ),
        pytest.param(port(state="listen"), "&red state=listen : (found 0, req. 1 or more)", id="letters as they are"),
        pytest.param(port(state="%listen"), "&green state=%listen : (found 2, req. 1 or more)", id="patterns are not"),
        pytest.param(
            port(1, 1, remote="%^192", ex_state="TIME_WAIT"),
            "&green remote=%^192 exstate=TIME_WAIT : (found 1, req. between 1 and 1)",
            id="exceptions",
        ),
        pytest.param(
            port(0, 1, ex_local="%:22$", ex_remote="%:.$", state="TIME_WAIT"),
            "&red exlocal=%:22$ exremote=%:.$ state=TIME_WAIT : (found 2, req. at most 1)",
            id="equal connections are several",
        ),
        pytest.param(
            port(local="%:6[89]$"),
            "&green local=%:6[89]$ : (found 1, req. 1 or more)",
            id="a line without a state counts when it ends in a blank",
        ),
        pytest.param(port(state="*"), "&green state=* : (found 7, req. 1 or more)", id="no star means an empty state"),
        pytest.param(port(state="%("), "&red state=%( : (found 0, req. 1 or more)", id="a pattern that cannot be used"),
        pytest.param(port(text="SSH", local="%:22$"), "&green SSH (found 2, req. 1 or more)", id="a name of its own"),
        pytest.param(port(), "&green : (found 8, req. 1 or more)", id="nothing is asked for"),
        pytest.param(
            port(local="Local"), "&green local=Local : (found 1, req. 1 or more)", id="headings are lines too"
        ),
    ],
)
def test_a_line_for_each_setting(rule: Port, line: str) -> None:
    report = squares(f"[ports]\n{PORTS}", rule)["ports"]
    assert report.text.decode().split("\n")[1] == line
    wanted = "NOT ok" if report.color is RED else "ok"
    assert report.text.split(b"\n")[0].endswith(f" - Ports {wanted}".encode())


def test_columns_of_other_systems() -> None:
    body = "*.22  *.*  0  0  65536  0  LISTEN\n"
    text = squares(f"[ports]\n{body}", port(local="*.22", state="LISTEN"), os_type="sunos")["ports"].text
    assert b"(found 1, " in text
    body = "TCP  0.0.0.0:135  0.0.0.0:0  LISTENING\n"
    text = squares(f"[ports]\n{body}", port(local="%:135$", state="LISTENING"), os_type="bbwin")["ports"].text
    assert b"(found 1, " in text


def test_nothing_to_judge_by() -> None:
    report = squares(f"[ports]\n{PORTS}")["ports"]
    assert (report.color, report.text.split(b"\n")[1]) == (CLEAR, b"No port checks defined")
    assert "ports" not in squares(f"[ports]\n{PORTS}", settings=ClientJudging(clear_ports=False))
    assert "ports" not in squares("[uptime]\nup\n", port())


def test_the_listing_can_be_left_out() -> None:
    assert b"LISTEN\n" in squares(f"[ports]\n{PORTS}", port())["ports"].text
    assert (
        b"LISTEN\n" not in squares(f"[ports]\n{PORTS}", port(), settings=ClientJudging(list_ports=False))["ports"].text
    )


def test_figures_of_what_is_tracked() -> None:
    rules = (port(local="%:22$", track=""), port(state="TIME_WAIT", track="a:b"), port(state="LISTEN"))
    assert figures(f"[ports]\n{PORTS}", *rules)["portcounts"] == "default:2\na;b:2\n"


def test_a_pattern_that_takes_too_long_says_so() -> None:
    report = squares(f"[ports]\na b c {'a' * 60}! x y\n", port(local="%(?!x)(a|aa)+$"))["ports"]
    assert report.color is YELLOW
    assert b"&yellow local=%(?!x)(a|aa)+$ :: the pattern took too long" in report.text


def test_very_many_connections() -> None:
    body = "".join(f"tcp 0 0 192.0.2.2:{number} x:1 LISTEN\n" for number in range(50_000))
    rules = [port(local=f"%[.:]{number}$", state="LISTEN") for number in range(10)]
    report = squares(f"[ports]\n{body}", *rules)["ports"]
    assert report.color is Color.GREEN
    assert len(report.text) < 300_000


@given(st.text(alphabet="ab \t\r\n%é", max_size=60))
def test_any_listing(text: str) -> None:
    squares(f"[ports]\n{text}", port(local="%a", state="b"), port(remote="a,b"))
