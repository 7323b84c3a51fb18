"""z/OS, z/VM and z/VSE: what their agents say becomes squares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import (
    AddressSpaces,
    Cics,
    Getvis,
    Load,
    Memory,
    Paging,
    Proc,
    Rule,
    Up,
    VirtualSize,
)
from hexmon.judge.clients.zshared import percentage
from hexmon.model.color import Color
from tests.support.client_rules import DATE, figures, squares

LONG_UP = "[uptime]\nUptime: 12 Days, 13 Hours, 38 Minutes\n"
GREEN, YELLOW, RED, CLEAR = Color.GREEN, Color.YELLOW, Color.RED, Color.CLEAR
SYSTEMS = ("zos", "zvm", "zvse")


def a_cpu(os_type: str, used: str) -> str:
    words = {"zos": "CPU Utilization {}%", "zvm": "AVGPROC-{}% 02\nPAGING-0000/SEC", "zvse": "Avg CPU={}% TCPU=1"}
    return f"{LONG_UP}[cpu]\n{words[os_type].format(used)}\n"


@pytest.mark.parametrize("os_type", SYSTEMS)
@pytest.mark.parametrize(
    ("used", "rules", "color", "words"),
    [
        pytest.param("004", (), GREEN, "", id="below both limits"),
        pytest.param("5.0", (), GREEN, "", id="at a limit is below it"),
        pytest.param("006", (), YELLOW, "&yellow Load is HIGH\n", id="above the first"),
        pytest.param("011", (), RED, "&red Load is CRITICAL\n", id="above the second"),
        pytest.param("089", (Load(warn=90, panic=95),), GREEN, "", id="a setting counts"),
        pytest.param("096", (Load(warn=90, panic=95),), RED, "&red Load is CRITICAL\n", id="a setting is exceeded"),
        pytest.param("001", (Up(recent=13 * 86400.0),), YELLOW, "recently rebooted", id="just started"),
        pytest.param("001", (Up(recent=None, ancient=7 * 86400.0, color=RED),), RED, "more than 7 days", id="long up"),
    ],
)
def test_cpu(os_type: str, used: str, rules: tuple[Rule, ...], color: Color, words: str) -> None:
    report = squares(a_cpu(os_type, used), *rules, os_type=os_type)["cpu"]
    text = report.text.decode()
    name = {"zos": "z/OS", "zvm": "z/VM", "zvse": "z/VSE"}[os_type]
    assert report.color is color
    assert text.startswith(f"{color.word} {DATE} {name} CPU Utilization {float(used):3.0f}%\n Uptime: 12 Days")
    assert words in text


@pytest.mark.parametrize("os_type", SYSTEMS)
def test_a_figure_that_is_missing_is_told(os_type: str) -> None:
    report = squares(f"{LONG_UP}[cpu]\nnothing\n", os_type=os_type)["cpu"]
    assert report.color is YELLOW
    assert b"Expected string" in report.text


@pytest.mark.parametrize("os_type", SYSTEMS)
def test_no_uptime_no_cpu(os_type: str) -> None:
    assert "cpu" not in squares("[cpu]\nCPU Utilization 1%\n", os_type=os_type)


@pytest.mark.parametrize(
    ("os_type", "section"),
    [
        ("zos", "[paging]\nPaging Rate {}\n"),
        ("zvm", "[cpu]\nAVGPROC-001%\nPAGING-{}/SEC\n"),
        ("zvse", "[paging]\nPage Rate={} /sec\n"),
    ],
)
@pytest.mark.parametrize(("rate", "color"), [("5", GREEN), ("6", YELLOW), ("10", YELLOW), ("11", RED)])
def test_paging(os_type: str, section: str, rate: str, color: Color) -> None:
    report = squares(section.format(rate), os_type=os_type)["paging"]
    assert report.color is color
    assert f"Paging Rate {rate} per second" in report.text.decode()
    assert squares(section.format(rate), Paging(warn=20, panic=30), os_type=os_type)["paging"].color is GREEN


CICS = "[cics]\nCICSPRD1 2026-11-20 08:00:00 120 91.2 50.0\nCICSTST1 2026-11-20 08:00:00 {} 10.0 {}\n"


@pytest.mark.parametrize("os_type", ["zos", "zvse"])
def test_cics(os_type: str) -> None:
    report = squares(CICS.format("-1", "96.5"), os_type=os_type)["cics"]
    assert report.color is RED
    assert report.text.decode().splitlines()[:6] == [
        f"red {DATE} One or more CICS Systems not OK",
        "&yellow CICSPRD1 DSA Utilization is HIGH",
        "&yellow CICS system CICSTST1 not responding, removed",
        "&red CICSTST1 EDSA Utilization is CRITICAL",
        "Appl ID   Trans    DSA Pct    EDSA Pct",
        "CICSPRD1    120       91.2        50.0",
    ]


def test_the_first_setting_for_an_application_counts() -> None:
    rules = (
        Cics(application=Expression("%^CICSPRD"), warn_dsa=92, panic_dsa=93),
        Cics(application=Expression("*"), warn_dsa=5, panic_dsa=99),
    )
    report = squares(CICS.format("5", "50"), *rules, os_type="zos")["cics"]
    assert report.color is YELLOW
    assert b"CICSTST1 DSA Utilization is HIGH" in report.text
    assert b"CICSPRD1 DSA" not in report.text


def test_lines_that_are_no_application_are_only_shown() -> None:
    report = squares("[cics]\nAPPLID DATE TIME\nshort 1\n", os_type="zos")["cics"]
    assert report.color is GREEN
    assert b"All CICS Systems OK\n" in report.text
    assert b"\nshort 1\n" in report.text


JOBS = "[jobs]\nJES2\nTCPIP\nTCPIP2\n"


@pytest.mark.parametrize(
    ("rules", "color", "told"),
    [
        pytest.param((), CLEAR, "&clear No process checks defined", id="nothing to judge by"),
        pytest.param((Proc(pattern=Expression("JES2")),), GREEN, "&green JES2 (found 1, req. 1 or more)", id="there"),
        pytest.param(
            (Proc(pattern=Expression("TCPIP"), most=1, text="the stack"),),
            RED,
            "&red the stack (found 2, req. between 1 and 1)",
            id="too many",
        ),
        pytest.param(
            (Proc(pattern=Expression("%^jes2$"), least=0, most=0, color=YELLOW),),
            YELLOW,
            "&yellow %^jes2$ (found 1, req. at most 0)",
            id="must not be there",
        ),
        pytest.param((Proc(pattern=Expression("jes2")),), RED, "&red jes2 (found 0", id="letters as they are"),
    ],
)
def test_jobs(rules: tuple[Rule, ...], color: Color, told: str) -> None:
    report = squares(JOBS, *rules, os_type="zos")["procs"]
    assert report.color is color
    assert told in report.text.decode()
    assert b"JES2\nTCPIP\n" in report.text


def test_virtual_machines_are_four_in_a_row() -> None:
    rule = Proc(pattern=Expression("LINUX"), least=3, groups=("zvm",), track="linuxes")
    body = "[UserID]\nOPERATOR\nTCPIP\nLINUX01\nLINUX02\nMAINT\n"
    report = squares(body, rule, os_type="zvm")["procs"]
    assert (report.color, report.groups) == (RED, ("zvm",))
    assert "\nOPERATOR TCPIP    LINUX01  LINUX02 \nMAINT   \n" in report.text.decode()
    assert figures(body, rule, os_type="zvm")["proccounts"] == "linuxes:2\n"
    assert b"OPERATOR" not in squares(body, os_type="zvm", settings=ClientJudging(list_processes=False))["procs"].text


AREAS = "[memory]\nCSA 1000 {} 990\nECSA 90000 40000 41000\nSQA 1500 700 1500\nESQA 20000 9500 19600\n"


@pytest.mark.parametrize(("used", "color"), [(900, GREEN), (901, YELLOW), (950, YELLOW), (951, RED)])
def test_memory_of_zos(used: int, color: Color) -> None:
    report = squares(AREAS.format(used), os_type="zos")["memory"]
    assert report.color is color
    assert f" CSA      1000 {used:8d}      990   {used / 10:.1f}\n" in report.text.decode()
    assert (b"CSA Utilization" in report.text) is (color is not GREEN)
    rule = Memory(kind="csa", warn=99, panic=100)
    assert squares(AREAS.format(used), rule, os_type="zos")["memory"].color is GREEN


MAXUSER = "[maxuser]\nMaxusers: 500 Free: {}\nRSVTSTRT: 5 Free: 5\nRSVNONR: 100 Free: 50\n"


@pytest.mark.parametrize(("free", "color"), [(150, GREEN), (145, YELLOW), (100, YELLOW), (95, RED), (0, RED)])
def test_maxuser(free: int, color: Color) -> None:
    rule = AddressSpaces(kind="maxuser", warn=70, panic=80)
    other = AddressSpaces(kind="nparts", warn=1, panic=1)
    assert squares(MAXUSER.format(free), rule, other, os_type="zos")["maxuser"].color is color
    assert squares(MAXUSER.format(free), os_type="zos")["maxuser"].color is GREEN


@pytest.mark.parametrize(
    ("available", "color", "line"),
    [(10000, GREEN, "Memory OK"), (9000, YELLOW, "Memory Not OK"), (1000, RED, "Memory Not OK")],
)
def test_memory_of_zvse(available: int, color: Color, line: str) -> None:
    report = squares(f"[memory]\n100000 {available}\n", os_type="zvse")["memory"]
    assert report.text.decode().startswith(f"{color.word} {DATE} {line}\nz/VSE VSIZE Utilization ")
    rule = VirtualSize(warn=100, panic=100)
    assert squares(f"[memory]\n100000 {available}\n", rule, os_type="zvse")["memory"].color is GREEN


GETVIS = """[getvis]
Partition    Used/24  Free/24  Used/Any  Free/Any
SVA              748     1500      2056      5604
F1               824       26       824       26
Z1-CICSICCF     7160      596     27516      2392
"""


def test_getvis_has_the_worst_of_its_partitions() -> None:
    report = squares(GETVIS, os_type="zvse")["getvis"]
    lines = report.text.decode().splitlines()
    assert report.color is RED
    assert lines[:5] == [
        f"red {DATE} Getvis Not OK",
        "&red 24-bit Getvis utilization for F1 is CRITICAL",
        "&red Any Getvis utilization for F1 is CRITICAL",
        "&yellow 24-bit Getvis utilization for Z1 is HIGH",
        "&yellow Any Getvis utilization for Z1 is HIGH",
    ]
    assert "Z1  CICSICCF     7756      7160       596      29908      27516       2392     92       92" in lines


def test_getvis_by_partition() -> None:
    rules = (
        Getvis(partition=Expression("F1"), warn=98, panic=99, warn_any=98, panic_any=99),
        Getvis(partition=Expression("Z1"), warn=98, panic=99, warn_any=20, panic_any=99),
    )
    report = squares(GETVIS, *rules, os_type="zvse")["getvis"]
    assert report.color is YELLOW
    assert b"&yellow Any Getvis utilization for Z1 is HIGH" in report.text
    assert squares("[getvis]\nPartition\n", os_type="zvse")["getvis"].color is GREEN


@pytest.mark.parametrize(("running", "color"), [(39, GREEN), (41, YELLOW), (43, RED)])
def test_nparts(running: int, color: Color) -> None:
    rule = AddressSpaces(kind="nparts", warn=90, panic=95)
    assert squares(f"[nparts]\n44 {running}\n", rule, os_type="zvse")["nparts"].color is color


def test_minidisk_cache() -> None:
    body = "[cpu]\nAVGPROC-001%\nMDC READS-000003/SEC WRITES-000002/SEC HIT RATIO-098%\nPAGING-0/SEC\n"
    assert figures(body, os_type="zvm")["mdc"] == "zvm\n3:2:98\n"
    assert "mdc" not in figures("[cpu]\nAVGPROC-001%\n", os_type="zvm")


@pytest.mark.parametrize("part", range(0, 101, 5))
def test_per_cent_that_are_whole_come_out_whole_or_as_xymon_sees_them(part: int) -> None:
    assert percentage(part, 100) == pytest.approx(part, abs=1e-5)


def test_nothing_of_nothing() -> None:
    assert percentage(5, 0) == 0.0


_SECTIONS = ("cpu", "uptime", "memory", "getvis", "nparts", "maxuser", "cics", "jobs", "UserID", "paging")
_MARKS = ("Uptime: ", "CPU Utilization ", "1 Days, 2 Hours, ", "AVGPROC-", "PAGING-", "CSA ", "SQA ", "Maxusers: ")
_MORE = (" Free: ", "Page Rate=", "READS-", "WRITES-", "RATIO-", "-1", "0", "%", "\0", "Z1-X", "\n", " ", "9" * 5000)
_WORDS = st.sampled_from([*(f"[{name}]" for name in _SECTIONS), *_MARKS, *_MORE])


@given(os_type=st.sampled_from(SYSTEMS), words=st.lists(_WORDS | st.text(max_size=8), max_size=60))
def test_whatever_an_agent_says_it_is_judged(os_type: str, words: list[str]) -> None:
    rules = (
        Proc(pattern=Expression("%(a|b)+$"), track=""),
        AddressSpaces(kind="maxuser", warn=1, panic=2),
        AddressSpaces(kind="nparts", warn=1, panic=2),
    )
    body = "".join(words).encode(errors="replace").decode()
    squares(body, *rules, os_type=os_type)
