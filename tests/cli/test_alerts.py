"""hexmon alerts, and what check-config says of rules."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hexmon.cli import main

HOSTS = """\
127.0.0.1 top # noconn
page web Web
group Front
127.0.0.2 www.example.com # noconn CLASS:linux CLIENT:web1
"""
ALERTS = """\
# comment
HOST=db
	MAIL dba@example.com
PAGE=web
	MAIL late@example.com DURATION>30
	SCRIPT /bin/sms 123-&host& REPEAT=1h COLOR=red
	MAIL &SERVICE&@example.com FORMAT=SMS
	MAIL x@example.com UNMATCHED
GROUP=dba
	CHANNEL=chat:dba FORMAT=PLAIN
HOST=nobody COLOR=purple
	IGNORE
"""


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Moves the machine to another time zone."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: Callable[[str], None]) -> Path:
    (tmp_path / "hosts.cfg").write_text(HOSTS)
    (tmp_path / "alerts.cfg").write_text(ALERTS)
    monkeypatch.chdir(tmp_path)
    zone("Europe/Berlin")
    monkeypatch.delenv("ALERTCOLORS", raising=False)
    monkeypatch.delenv("ALERTREPEAT", raising=False)
    return tmp_path


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "www.example.com", "http", "--json", "--cfid", "--time", "1700000000") == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    reasons = rows[0].pop("reasons")
    assert rows[0] == {
        "line": 6,
        "method": "SCRIPT",
        "recipient": "123-www.example.com",
        "format": "SCRIPT",
        "repeat_seconds": 3600,
        "program": "/bin/sms",
        "channel": "script",
        "subject": "",
        "text": "SCRIPT /bin/sms 123-&host& REPEAT=1h COLOR=red",
        "rule": {"line": 4, "text": "PAGE=web", "origin": "alerts.cfg:4"},
    }
    assert [(row["method"], row["recipient"], row["format"]) for row in rows[1:]] == [
        ("MAIL", "http@example.com", "SMS")
    ]
    assert [(one["line"], one["recipient"], one["reason"]) for one in reasons] == [
        (2, "", "hostname not in include list"),
        (5, "late@example.com", "min. duration 0<1801"),
        (4, "x@example.com", "dropped, not unmatched"),
        (9, "", "group not in include list"),
        (11, "", "hostname not in include list"),
    ]
    assert reasons[1]["text"] == "MAIL late@example.com DURATION>30"
    assert reasons == rows[1]["reasons"]


def test_subjects(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "top", "cpu", "--group", "linux,dba", "--color", "YELLOW", "--json", "--cfid") == 0
    (row,) = msgspec.json.decode(capsys.readouterr().out)
    assert (row["method"], row["channel"], row["recipient"]) == ("CHANNEL", "chat", "dba")
    assert row["subject"] == "Xymon [12345] top:cpu warning (YELLOW) [cfid:10]"
    assert run("test", "top", "cpu", "--group", "dba", "--json") == 0
    assert msgspec.json.decode(capsys.readouterr().out)[0]["subject"] == "Xymon [12345] top:cpu CRITICAL (RED)"


def test_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "top", "cpu", "--json") == 1
    printed = capsys.readouterr()
    assert printed.out == "[]\n"
    assert printed.err.splitlines() == [
        "line 2: hostname not in include list (HOST=db)",
        "line 4: pagename not in include list (PAGE=web)",
        "line 9: group not in include list (GROUP=dba)",
        "line 11: hostname not in include list (HOST=nobody COLOR=purple)",
        "nobody is told",
    ]


def test_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "www.example.com", "http", "--duration", "31", "--time", "1700000000", "--color", "yellow") == 0
    assert (
        capsys.readouterr().out
        == """\
www.example.com http: yellow for 31 minutes, Tue 2023-11-14 23:13
pages web; display group Front; class linux; groups none

    2  HOST=db                       hostname not in include list
    4  PAGE=web                      matches
    5    MAIL late@example.com       told
    6    SCRIPT /bin/sms 123-&host&  color
    7    MAIL &SERVICE&@example.com  told
    8    MAIL x@example.com          dropped, not unmatched
    9  GROUP=dba                     group not in include list
   11  HOST=nobody COLOR=purple      hostname not in include list

Told:
  MAIL late@example.com  TEXT  every 30 minutes  line 5
  MAIL http@example.com  SMS   every 30 minutes  line 7
"""
    )
    assert run("test", "nobody", "x", "--color", "purple") == 1
    printed = capsys.readouterr()
    assert "   12    IGNORE                  IGNORE rule found\n\nNobody is told.\n" in printed.out
    assert printed.err == "hexmon alerts: hosts.cfg has no host 'nobody'; it is taken as one of the top page\n"


def test_other_names_of_hosts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "web1", "http") == 1
    printed = capsys.readouterr()
    assert "reports of that name are those of www.example.com, whose rules these are not" in printed.err
    assert "pages /; display group unknown" in printed.out
    assert run("test", "WWW.example.com", "http") == 0


def test_the_words_of_xymond_alert(folder: Path) -> None:
    assert run("test", "www.example.com", "http", "--trace", "trace") == 0
    lines = (folder / "trace").read_text().splitlines()
    against = "Matching host:service:dgroup:page 'www.example.com:http:Front:web' against rule line"
    assert lines[0] == "send_alert www.example.com:http state Paging"
    assert lines[1:5] == [
        f"{against} 2",
        "Failed 'HOST=db' (hostname not in include list)",
        f"{against} 4",
        "*** Match with 'PAGE=web' ***",
    ]
    assert "Script alert with command '/bin/sms' and recipient 123-www.example.com" in lines
    assert "Mail alert with command 'mail http@example.com'" in lines
    assert "Recipient 'x@example.com' dropped, not unmatched" in lines


def test_dump(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dump") == 0
    assert (
        capsys.readouterr().out
        == """\
# alerts.cfg
    2	HOST=db
	MAIL dba@example.com FORMAT=TEXT REPEAT=30

    4	PAGE=web
	MAIL late@example.com FORMAT=TEXT REPEAT=30 DURATION>30
	SCRIPT /bin/sms 123-&host& FORMAT=SCRIPT REPEAT=60 COLOR=red
	MAIL &SERVICE&@example.com FORMAT=SMS REPEAT=30
	MAIL x@example.com FORMAT=TEXT REPEAT=30 UNMATCHED

    9	GROUP=dba
	CHANNEL=chat:dba FORMAT=PLAIN REPEAT=30

   11	HOST=nobody COLOR=purple
	IGNORE STOP

"""
    )
    assert run("dump", "--json") == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert rows[1]["filters"] == {"pages": "web"}
    assert rows[1]["recipients"][0]["filters"] == {"longer": 1801.0}
    assert rows[2]["recipients"][0] == {
        "line": 10, "text": "CHANNEL=chat:dba FORMAT=PLAIN", "method": "CHANNEL", "recipient": "dba", "program": "",
        "channel": "chat", "format": "PLAIN", "repeat_seconds": 1800, "filters": {},
    }  # fmt: skip


def test_rules_in_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those beside alerts.cfg come behind its rules; a file of the command line stands alone."""
    example = Path(__file__).parents[2] / "examples" / "alerts.yaml"
    (folder / "alerts.yaml").write_text(example.read_text())
    assert run("dump") == 0
    text = capsys.readouterr().out
    assert text.index("# alerts.cfg") < text.index("# alerts.yaml")
    assert "[after 15]" in text
    assert run("dump", "--alerts", "alerts.yaml") == 0
    assert "# alerts.cfg" not in capsys.readouterr().out
    assert run("test", "anything", "ssh", "--alerts", "alerts.yaml", "--json") == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert all(row["rule"]["origin"].startswith("alerts.yaml:") for row in rows)


def test_what_alerts_and_how_often(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "alerts.cfg").write_text("HOST=* MAIL a\nMAIL b COLOR=!red")

    def told(*options: str) -> list[tuple[str, float]]:
        run("test", "top", "x", "--json", *options)
        return [(row["recipient"], row["repeat_seconds"]) for row in msgspec.json.decode(capsys.readouterr().out)]

    assert told("--color", "yellow") == [("a", 1800), ("b", 1800)]
    monkeypatch.setenv("ALERTCOLORS", "red,clear")
    monkeypatch.setenv("ALERTREPEAT", "10")
    assert told("--color", "yellow") == []
    assert told("--color", "clear") == [("a", 600), ("b", 600)]
    (folder / "hexmon.toml").write_text('[board]\nalert_colors = ["yellow"]\n[alerts]\nrepeat = "1h"\n')
    assert told("--color", "clear") == []
    assert told("--color", "yellow") == [("a", 3600), ("b", 3600)]


def test_holidays_and_zones(folder: Path, zone: Callable[[str], None]) -> None:
    (folder / "alerts.cfg").write_text("HOST=* TIME=0:0000:0030 MAIL a\n")
    (folder / "holidays.cfg").write_text("HOLIDAYLIKEWEEKDAY=0\nX:type=static month=11 day=15\n")
    midnight = "1700002800"  # 2023-11-15 00:00 in Berlin, a Wednesday
    for host in ("top", "nobody"):
        assert run("test", host, "x", "--time", midnight) == 0
        assert run("test", host, "x", "--time", midnight, "--hosts", "hosts.cfg") == 0
        assert run("test", host, "x", "--time", midnight, "--holidays", "none.cfg") == 1
    zone("UTC")
    assert run("test", "top", "x", "--time", midnight) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["test", "www"],
        ["test", "www", "http", "--color", "mauve"],
        ["test", "www", "http", "--duration", "-1"],
        ["test", "www", "http", "--time", "noon"],
        ["tset", "www", "http"],
    ],
)
def test_wrong_calls(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["alerts", *arguments])
    assert ended.value.code == 2
    assert "hexmon alerts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["test", "www", "http", "--alerts", "none.cfg"],
        ["test", "www", "http", "--alerts", "none.yaml"],
        ["test", "www", "http", "--hosts", "none.cfg"],
        ["test", "www", "http", "--config", "none.toml"],
        ["test", "www", "http", "--trace", "no/such/folder"],
    ],
)
def test_files_that_cannot_be_read(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    assert arguments[-1].partition("/")[0] in capsys.readouterr().err


def test_mistakes_are_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "alerts.cfg").write_text("HOST=* MAIL a\nBOGUS\n")
    assert run("test", "top", "x") == 0
    assert capsys.readouterr().err == "hexmon alerts: 1 mistake; hexmon check-config names them\n"


def test_check_config_reads_the_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hexmon.toml").write_text('[channels.chat]\ntype = "webhook"\nurl = "http://127.0.0.1:1/"\n')
    assert main(["check-config"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: alerts.cfg:2: the rule names the host 'db', which hosts.cfg has not",
        "note: alerts.cfg:11: the rule names the host 'nobody', which hosts.cfg has not",
        "hexmon.toml, 2 hosts, 0 checks, 4 rules, no mistakes",
    ]
    note = "note: other.cfg:1: the rule names the host"
    (folder / "other.cfg").write_text("HOST=TOP,web1,topp COLOR=rad MAIL a EXHOST=%x,TOP\n")
    assert main(["check-config", "--hosts", "hosts.cfg", "--alerts", "other.cfg"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{note} 'TOP', which hosts.cfg has not; letters count in a list; write: top",
        f"{note} 'web1', which hosts.cfg has not; rules go by the first name; write: www.example.com",
        f"{note} 'topp', which hosts.cfg has not",
        "other.cfg:1: COLOR=rad: 'rad' is no colour",
        "other.cfg:1: COLOR=rad: no colour that alerts is left: nobody is ever told; write: COLOR=red,yellow",
    ]
    assert main(["check-config", "--hosts", "hosts.cfg"]) == 0
    assert "alert" not in capsys.readouterr().out
    assert main(["check-config", "--alerts", "none.cfg"]) == 1
    assert "none.cfg: cannot be read" in capsys.readouterr().out


def run(*arguments: str) -> int:
    return main(["alerts", *arguments])


def test_the_people_of_sites_are_told_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sites").mkdir()
    (folder / "sites" / "lab.yaml").write_text(
        "site:\n  name: Lab\n  email_server: {smtp_host: a, smtp_port: 25, from_address: a@x.test}\n"
        "  outage_emails: [{email: ops@x.test}]\nmonitors: [{type: ping, name: gw, address: 127.0.0.1}]\n"
    )
    (folder / "alerts.cfg").write_text("HOST=*\n  MAIL all@x.test\n")
    assert main(["alerts", "test", "Lab.gw", "conn", "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert [one["recipient"] for one in told] == ["ops@x.test", "all@x.test"]
    assert main(["alerts", "test", "Lab.gw", "conn", "--alerts", "alerts.cfg", "--json"]) == 0
    assert [one["recipient"] for one in msgspec.json.decode(capsys.readouterr().out)] == ["all@x.test"]


def test_whoever_hears_of_reminders_only_is_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sites").mkdir()
    (folder / "sites" / "lab.yaml").write_text(
        "site:\n  name: Lab\n  email_server: {smtp_host: a, smtp_port: 25, from_address: a@x.test}\n"
        "  notify_every_n_secs: 90\n"
        "  outage_emails: [{email: ops@x.test}, {email: later@x.test, email_outages: no}]\n"
        "monitors:\n  - {type: ping, name: gw, address: 127.0.0.1}\n"
        "  - {type: ping, name: far, address: 127.0.0.1, notify_every_n_secs: 3600, after_every_n_notifications: 8}\n"
    )
    (folder / "alerts.cfg").write_text("")
    assert main(["alerts", "test", "Lab.gw", "conn"]) == 0
    words = [line.split("  ") for line in capsys.readouterr().out.split("Told:\n")[1].splitlines()]
    assert [[one.strip() for one in line if one.strip()][2] for line in words] == [
        "every 90 seconds", "reminders and the end only, every 90 seconds",
    ]  # fmt: skip
    assert main(["alerts", "test", "Lab.far", "conn"]) == 0
    assert "more and more seldom, every 60 minutes from the 8. time on" in capsys.readouterr().out
    assert main(["alerts", "dump"]) == 0
    assert capsys.readouterr().out.count("[only reminders and the end]") == 2
