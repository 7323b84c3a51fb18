"""uptime, timediff, cpu and who of Windows."""

import pytest

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import Judged, judge_client
from hexmon.judge.clients.rules import Clock, Load, Rule, Up
from hexmon.judge.clients.selection import NOTHING_SELECTED
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage, Report
from tests.support.client_rules import DATE, HOST, NOW, squares

CPU = "[cpu]\nup: 12 days, 1 users, 57 procs, load={load}%\n\nCPU states:\n\ttotal\t{load}%\n"


def judged(body: str, *rules: Rule, settings: ClientJudging | None = None) -> dict[str, Report]:
    return squares(body, *rules, os_type="bbwin", settings=settings or ClientJudging())


@pytest.mark.parametrize(
    ("load", "rules", "color", "note"),
    [
        pytest.param("5", (), Color.GREEN, "", id="the usual limits are those of load averages"),
        pytest.param("6", (), Color.YELLOW, "&yellow Load is HIGH\n\n", id="above the first"),
        pytest.param("11", (), Color.RED, "&red Load is CRITICAL\n\n", id="above the second"),
        pytest.param("80", (Load(warn=80, panic=90),), Color.GREEN, "", id="limits in per cent"),
        pytest.param("nan", (), Color.GREEN, "", id="no number"),
        pytest.param("9" * 5000, (), Color.RED, "&red Load is CRITICAL\n\n", id="5,000 digits"),
    ],
)
def test_cpu(load: str, rules: tuple[Rule, ...], color: Color, note: str) -> None:
    report = judged(CPU.format(load=load), *rules)["cpu"]
    assert report.color is color
    assert report.text.decode() == (
        f"{color.word} {DATE} up: 12 days, 1 users, 57 procs, load={load}%\n"
        f"\n{note}CPU states:\n\ttotal\t{load}%\n\nStatus message received from 127.0.0.1\n"
    )


def test_the_listing_of_cpu_may_be_left_out() -> None:
    report = judged(CPU.format(load=1), settings=ClientJudging(list_cpu=False))["cpu"]
    assert b"load=1%\n" in report.text
    assert b"CPU states" not in report.text


@pytest.mark.parametrize(
    ("uptime", "rules", "color", "note"),
    [
        pytest.param("sec: 3600\n1 hour\n", (), Color.GREEN, "", id="after an hour"),
        pytest.param("sec: 3599\n59 minutes\n", (), Color.YELLOW, "&yellow Machine recently rebooted", id="before"),
        pytest.param(
            "sec: 90000\n1 day\n",
            (Up(ancient=86400.0, color=Color.RED),),
            Color.RED,
            "&red Machine has been up more than 1 days",
            id="for too long",
        ),
        pytest.param("nothing\n", (), Color.YELLOW, "&yellow Machine recently rebooted", id="no figure is none"),
    ],
)
def test_uptime(uptime: str, rules: tuple[Rule, ...], color: Color, note: str) -> None:
    report = judged(f"[uptime]\n{uptime}", *rules)["uptime"]
    assert report.color is color
    text = report.text.decode()
    assert text.startswith(f"{color.word} {DATE} {'OK' if color is Color.GREEN else 'NOT ok'}\n{note}")
    assert uptime.partition("\n")[2] in text
    assert "sec:" not in text


@pytest.mark.parametrize(
    ("clock", "rules", "color", "note"),
    [
        pytest.param(
            "epoch: 1795161500\nlocal: x\n", (), Color.GREEN, "System clock is 100 seconds off", id="no limit"
        ),
        pytest.param("epoch: 1795161540.9\n", (Clock(),), Color.GREEN, "System clock is 60 seconds off", id="just"),
        pytest.param(
            "epoch: 1795161539\n", (Clock(),), Color.YELLOW, "&yellow System clock is 61 seconds off (max 60)", id="off"
        ),
        pytest.param("local: x\n", (Clock(),), Color.GREEN, "local: x", id="no figure"),
    ],
)
def test_timediff(clock: str, rules: tuple[Rule, ...], color: Color, note: str) -> None:
    report = judged(f"[clock]\n{clock}", *rules)["timediff"]
    assert report.color is color
    text = report.text.decode()
    assert text.startswith(f"{color.word} {DATE} {'OK' if color is Color.GREEN else 'NOT ok'}\n{note}\n")
    assert "epoch" not in text


def test_who() -> None:
    report = judged("[who]\nadministrator console\n")["who"]
    assert report.color is Color.GREEN
    assert report.text.decode().startswith(f"green {DATE} OK\nadministrator console\n")


def test_nocolumns_cpu_means_uptime_and_timediff_too() -> None:
    host = Host(name=HOST.name, nocolumns=frozenset({"cpu"}))
    body = CPU.format(load=1) + "[uptime]\nsec: 1\n[clock]\nepoch: 1\n[who]\nx\n"
    found = squares(body, os_type="powershell", host=host)
    assert {"cpu", "uptime", "timediff"}.isdisjoint(found)
    assert "who" in found


@pytest.mark.parametrize("os_type", ["bbwin", "powershell"])
def test_a_message_without_a_date_says_nothing(os_type: str) -> None:
    message = ClientMessage(
        host=HOST.name,
        collector="",
        os_type=os_type,
        host_class="win32",
        sender="127.0.0.1",
        received=NOW,
        message=b"client www,example,com.bbwin win32\n[who]\nanna\n",
    )
    assert judge_client(message, HOST, NOTHING_SELECTED, NOW) == Judged()
