"""hexmon clients, and what check-config says of analysis.cfg and client-local.cfg."""

import io
import sys
from pathlib import Path

import msgspec
import pytest

from hexmon.cli import main
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.rules import Rule
from tests.support.analysis_files import lines_of

HOSTS = """\
127.0.0.1 top.example.com # noconn
page web Web
127.0.0.2 www.example.com # noconn CLASS:web CLIENT:web1
"""
ANALYSIS = """\
PAGE=web TIME=W:0800:1800 GROUP=ops
\tLOAD 20 30
CLASS=web
\tPROC "two words" 1 2 yellow "TEXT=a b"
DEFAULT
\tLOAD 5 10
"""
MESSAGE = """\
client web1.linux linux
[date]
Mon Nov 23 12:00:00 UTC 2026
[uptime]
 12:00:00 up 9 days, 1 user, load average: 7.00, 7.00, 7.00
"""
MONDAY, SUNDAY = "1795435200", "1795348800"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"hosts.cfg": HOSTS, "analysis.cfg": ANALYSIS, "message": MESSAGE}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    return tmp_path


def test_rules_as_they_were_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "rules"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "analysis.cfg:2  LOAD 20 30  PAGE=web TIME=W:0800:1800 GROUP=ops",
        'analysis.cfg:4  PROC "two words" 1 2 yellow  CLASS=web "TEXT=a b"',
        "analysis.cfg:6  LOAD 5 10",
    ]


@pytest.mark.parametrize(
    ("host", "now", "lines"),
    [("www.example.com", MONDAY, [2, 4, 6]), ("web1", SUNDAY, [4, 6]), ("top.example.com", MONDAY, [6])],
)
def test_rules_that_hold_for_a_host(host: str, now: str, lines: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "rules", "--host", host, "--os", "linux", "--now", now, "--json"]) == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert [row["line"] for row in rows] == lines
    assert rows[-1] == {"file": "analysis.cfg", "line": 6, "setting": "LOAD 5 10", "qualifiers": ""}


def test_a_host_that_nobody_knows_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "rules", "--host", "nobody", "--class", "web"]) == 0
    out, err = capsys.readouterr()
    assert "PROC" in out
    assert "hosts.cfg has no host 'nobody'" in err


@pytest.mark.parametrize(
    ("options", "color", "host"),
    [
        (["--now", MONDAY], "green", "www.example.com"),
        (["--now", SUNDAY], "yellow", "www.example.com"),
        (["--now", MONDAY, "--host", "top.example.com"], "yellow", "top.example.com"),
    ],
)
def test_judge(options: list[str], color: str, host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "judge", "--json", *options, "message"]) == 0
    squares = {row["test"]: row for row in msgspec.json.decode(capsys.readouterr().out)}
    cpu = squares["cpu"]
    assert (cpu["host"], cpu["color"]) == (host, color)
    assert cpu["line1"] == cpu["text"].split("\n")[0]
    assert cpu["line1"].startswith(f"{color} Mon Nov 23 12:00:00 UTC 2026")


def test_judge_in_words_and_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MESSAGE.encode())))
    assert main(["clients", "judge", "-", "--now", SUNDAY]) == 0
    out = capsys.readouterr().out
    assert "www.example.com cpu: yellow" in out
    assert "    yellow Mon Nov 23 12:00:00 UTC 2026" in out


def test_what_clientlog_answers_and_what_was_kept_is_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "client/snmpcollect web1.snmpcollect snmpcollect\n[ifmib]\n<eth0>\nifOperStatus = 1\n"
    (folder / "kept").write_text(f"\n[collector:]\n{MESSAGE}\n[collector:snmpcollect]\n{other}")
    assert main(["clients", "judge", "--json", "--now", SUNDAY, "kept"]) == 0
    squares = {row["test"]: row["host"] for row in msgspec.json.decode(capsys.readouterr().out)}
    assert squares["cpu"] == squares["ifmib"] == "www.example.com"
    (folder / "bad").write_text(f"\n[collector:]\n{MESSAGE}\n[collector:x]\nclient \n")
    assert main(["clients", "judge", "bad"]) == 2
    assert "bad:10: this is no client message" in capsys.readouterr().err


def test_what_cannot_be_judged_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other").write_text("client a.plan9 plan9\n[x]\n")
    (folder / "bad").write_text("status a.b green\n")
    assert main(["clients", "judge", "other"]) == 1
    assert "other:1: nobody knows the system 'plan9'" in capsys.readouterr().err
    assert main(["clients", "judge", "bad"]) == 2
    assert "bad:1: this is no client message; its first line is: client" in capsys.readouterr().err
    assert main(["clients", "judge", "missing"]) == 2
    assert "missing: cannot be read: No such file" in capsys.readouterr().err
    assert main(["clients", "judge", "--analysis", "missing", "message"]) == 2
    assert "missing: cannot be read: No such file" in capsys.readouterr().err


def test_the_settings_of_hexmon_toml_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "limits.cfg").write_text("LOAD 1 2\nLOAX\n")
    (folder / "hexmon.toml").write_text('[files]\nanalysis = "limits.cfg"\n[clients]\nuptime_column = true\n')
    assert main(["clients", "judge", "--json", "message"]) == 0
    out, err = capsys.readouterr()
    squares = {row["test"]: row["color"] for row in msgspec.json.decode(out)}
    assert squares["cpu"] == "red"
    assert "uptime" in squares
    assert "1 mistake; hexmon check-config names them" in err


def test_check_config_reads_both_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "client-local.cfg").write_text("[linux]\nlog:/a:10\n")
    assert main(["check-config"]) == 0
    assert "3 settings, 1 section, no mistakes" in capsys.readouterr().out
    (folder / "analysis.cfg").write_text("LOAD 5 10\nHOST=a\nLOAD 6 12\nLOG /a %(x y\n")
    (folder / "client-local.cfg").write_text("[host=(]\n")
    assert main(["check-config"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("note: analysis.cfg:3: this setting never counts: analysis.cfg:1 comes first")
    assert out[1].startswith("analysis.cfg:4: LOG: '(x' is not a regular expression")
    assert out[-1].startswith("client-local.cfg:1: [host=(]: '(' is not a regular expression")


def test_check_config_takes_the_files_of_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a").write_text("LOAX 1\n")
    (folder / "b").write_text("[x\n")
    options = ["--hosts", "hosts.cfg", "--analysis", "a", "--client-local", "b"]
    assert main(["check-config", *options]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["a", "b"]
    assert main(["check-config", "--hosts", "hosts.cfg", "--analysis", "missing"]) == 1
    assert "missing: cannot be read" in capsys.readouterr().out


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_examples_have_no_mistakes_and_show_every_kind_of_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES)
    options = ["--hosts", "hosts.cfg", "--analysis", "analysis.cfg", "--client-local", "client-local.cfg"]
    assert main(["check-config", *options]) == 0
    assert "note: analysis" not in capsys.readouterr().out
    shown = {type(rule) for rule in read_analysis(lines_of((EXAMPLES / "analysis.cfg").read_text())).rules}
    ibm = {"Cics", "Getvis", "Paging", "VirtualSize", "AddressSpaces", "Mib"}
    assert {kind.__name__ for kind in _kinds(Rule)} - {kind.__name__ for kind in shown} == ibm


def _kinds(kind: type[Rule]) -> set[type[Rule]]:
    below = kind.__subclasses__()
    return {kind} if not below else {leaf for one in below for leaf in _kinds(one)}
