"""msgs: what is news in the logs of an agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Log
from hexmon.model.color import Color
from tests.support.client_rules import squares

GREEN, CLEAR, BLUE, YELLOW, RED = Color.GREEN, Color.CLEAR, Color.BLUE, Color.YELLOW, Color.RED

LOG = """<...CURRENT...>
Nov 20 07:55:01 www CRON[7711]: (root) CMD (test)
Nov 20 07:56:22 www kernel: ext4 WARNING: odd
Nov 20 07:56:23 www kernel: I/O error, sector 1
Nov 20 07:57:01 www app: FATAL <main> & "full"
"""
BODY = f"[msgs:/var/log/messages]\n{LOG}[x]\n"
LINK = '<a href="/clientlog/www.example.com?section=msgs:{0}">{0}</a>'


def log(file: str | None, match: str | None, color: Color = RED, ignore: str | None = None, **fields: object) -> Log:
    found = {
        name: None if text is None else Expression(text)
        for name, text in {"file": file, "match": match, "ignore": ignore}.items()
    }
    return Log(**found, color=color, **fields)  # type: ignore[arg-type]


def told(*rules: Log, body: str = BODY, **fields: object) -> list[str]:
    """The lines between the first one and the full logs that are not empty."""
    text = squares(body, *rules, **fields)["msgs"].text.decode()  # type: ignore[arg-type]
    return [line for line in text.partition("\nFull log ")[0].split("\n")[1:] if line]


FILE = "/var/log/messages"
CRITICAL, WARNINGS, NONE = (
    f"{words} {LINK.format(FILE)}" for words in ("&red Critical entries in", "&yellow Warnings in", "No entries in")
)
IO_LINE = "Nov 20 07:56:23 www kernel: I/O error, sector 1"
ODD_LINE = "Nov 20 07:56:22 www kernel: ext4 WARNING: odd"
FATAL_LINE = 'Nov 20 07:57:01 www app: FATAL &lt;main&gt; &amp; "full"'


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        pytest.param((log(FILE, "error"),), [CRITICAL, f"&red {IO_LINE}"], id="letters"),
        pytest.param((log(FILE, "Error"),), [NONE], id="letters as they are"),
        pytest.param((log(FILE, "error|odd"),), [NONE], id="no pattern without a per cent sign"),
        pytest.param((log(FILE, "%ERROR|odd"),), [CRITICAL, f"&red {ODD_LINE}", f"&red {IO_LINE}"], id="a pattern"),
        pytest.param((log(FILE, "%odd$", YELLOW),), [WARNINGS, f"&yellow {ODD_LINE}"], id="to the end of a line"),
        pytest.param((log(FILE, "%^Nov.*odd\\s"),), [NONE], id="what goes on in the next line does not fit"),
        pytest.param((log(FILE, "%kernel", RED, "%ext4"),), [CRITICAL, f"&red {IO_LINE}"], id="IGNORE"),
        pytest.param((log(FILE, "error", RED, "I/O"),), [NONE], id="IGNORE letters"),
        pytest.param((log(FILE, "error", RED, "*"),), [NONE], id="IGNORE everything"),
        pytest.param((log(FILE, "error", RED, "%(?!x)I/O"),), [NONE], id="IGNORE with a look-ahead"),
        pytest.param((log(FILE, "%app(?=:)"),), [CRITICAL, f"&red {FATAL_LINE}"], id="a look-ahead"),
        pytest.param((log("/other", "error"),), [NONE], id="of another file"),
        pytest.param((log(f"/x,{FILE}", "I/O"),), [CRITICAL, f"&red {IO_LINE}"], id="a list of files"),
        pytest.param((log("%messages$", "I/O"),), [CRITICAL, f"&red {IO_LINE}"], id="a pattern of files"),
        pytest.param((log("*", "I/O"),), [CRITICAL, f"&red {IO_LINE}"], id="all files"),
        pytest.param((log(FILE, "error", GREEN),), [NONE], id="green is no news"),
        pytest.param((log(FILE, "%(error"),), [NONE], id="a pattern that cannot be used"),
        pytest.param((log(FILE, None), log(None, "error")), [NONE], id="settings that lack something"),
        pytest.param(
            (log(FILE, "error", YELLOW), log(FILE, "FATAL"), log(FILE, "error")),
            [CRITICAL, f"&yellow {IO_LINE}", f"&red {FATAL_LINE}", f"&red {IO_LINE}"],
            id="all settings, one after the other",
        ),
        pytest.param(
            (log(FILE, "error", BLUE),),
            [f"&blue Entries in {LINK.format(FILE)}", f"&blue {IO_LINE}"],
            id="other colours are told too",
        ),
    ],
)
def test_what_is_told(rules: tuple[Log, ...], lines: list[str]) -> None:
    assert told(*rules) == lines
    report = squares(BODY, *rules)["msgs"]
    color = lines[0].split(" ")[0].removeprefix("&")
    assert report.color.word == (color if color != "No" else "green")
    wanted = b"NOT ok" if report.color in (RED, YELLOW) else b"ok"
    assert report.text.split(b"\n")[0].endswith(b" - System logs " + wanted)


def test_every_line() -> None:
    lines = told(log(FILE, "*"))
    assert len(lines) == 6
    assert lines[1] == "&red &lt;...CURRENT...&gt;"


def test_the_full_log_has_no_markup() -> None:
    text = squares(BODY)["msgs"].text.decode()
    assert f"\nFull log {LINK.format(FILE)}\n&lt;...CURRENT...&gt;\n" in text
    assert f"\n{FATAL_LINE}\n" in text


def test_several_logs() -> None:
    body = "[msgs:/a]\nerror 1\n[msgs:/b]\nfine\n[x]\n[msgs:/a]\nerror 2\n[msgs:c:\\d e:f]\nwarn\n[y]\n"
    rules = (log("*", "error", groups=("a",)), log("%:", "warn", YELLOW, groups=("w",)), log("/b", "x", groups=("x",)))
    text = squares(body, *rules)["msgs"].text.decode()
    windows = '<a href="/clientlog/www.example.com?section=msgs:c:%5Cd%20e:f">c:\\d e:f</a>'
    a, b = LINK.format("/a"), LINK.format("/b")
    assert text.split("\n")[1:] == [
        "",
        f"&red Critical entries in {a}",
        "&red error 2",
        "",
        f"&red Critical entries in {a}",
        "&red error 1",
        "",
        "",
        f"&yellow Warnings in {windows}",
        "&yellow warn",
        "",
        "",
        f"No entries in {b}",
        "",
        "",
        f"Full log {windows}",
        "warn",
        f"Full log {a}",
        "error 2",
        f"Full log {b}",
        "fine",
        f"Full log {a}",
        "error 1",
        "",
        "Status message received from 127.0.0.1",
        "",
    ]
    assert squares(body, *rules)["msgs"].groups == ("w", "a")


def test_a_thousand_logs_lose_nothing() -> None:
    body = "".join(f"[msgs:/log/{number}:x]\nline {number}\n" for number in range(1000)) + "[x]\n"
    text = squares(body, log("%.", "%^line 7$"))["msgs"].text.decode()
    assert text.count("No entries in") == 999
    assert "&red line 7\n" in text
    assert all(f"/log/{number}:x</a>\nline {number}\n" in text for number in range(1000))


@pytest.mark.parametrize(
    ("rules", "color"),
    [
        pytest.param((), GREEN, id="that nobody asked for"),
        pytest.param((log("*", "x", groups=("g",)),), YELLOW, id="that should be there"),
        pytest.param((log("*", "x", optional=True),), GREEN, id="that is optional"),
        pytest.param((log("/other", "x"),), GREEN, id="that no setting means"),
    ],
)
def test_a_log_that_cannot_be_read(rules: tuple[Log, ...], color: Color) -> None:
    body = "[msgs:/a]\nCannot open logfile /a : No such file or directory\n"
    report = squares(body, *rules)["msgs"]
    assert report.color is color
    assert (b"\n&yellow Logfile not accessible\n" in report.text) is (color is YELLOW)
    assert report.groups == (("g",) if color is YELLOW else ())


def test_an_empty_log() -> None:
    assert squares("[msgs:/a]\n[x]\n", log("*", "%."))["msgs"].color is GREEN
    assert squares("[msgs:/a]\n[x]\n", log("*", "%^$"))["msgs"].color is RED


@pytest.mark.parametrize(
    ("text", "color", "summary"),
    [
        ("all is well\n", GREEN, "All logs OK"),
        ("&clear none\n", CLEAR, "No log data available"),
        ("&clear a\n&yellow b\n", YELLOW, "WARNING"),
        ("&red a\n&yellow b\n", RED, "CRITICAL"),
        ("&redder\n", GREEN, "All logs OK"),
    ],
)
@pytest.mark.parametrize(("os_type", "section"), [("linux", "msgs"), ("bbwin", "msg")])
def test_an_agent_that_judges_its_logs_itself(
    text: str, color: Color, summary: str, os_type: str, section: str
) -> None:
    report = squares(f"[{section}]\n{text}", os_type=os_type)["msgs"]
    assert report.color is color
    assert report.text.decode().startswith(
        f"{color.word} System logs at Fri Nov 20 08:00:00 UTC 2026 : {summary}\n{text}"
    )


def test_no_logs() -> None:
    report = squares("[uptime]\nup\n", log("*", "x"))["msgs"]
    assert report.text.decode().split("\n")[:2] == [
        "clear System logs at Fri Nov 20 08:00:00 UTC 2026 : No log data available",
        "The client did not report any logfile data",
    ]
    assert "msgs" not in squares("[uptime]\nup\n", settings=ClientJudging(clear_msgs=False))


def test_names_are_no_markup() -> None:
    text = squares('[msgs:/a"><b>&red \x1b&]\nx\n', log("*", "x"))["msgs"].text.decode()
    link = '<a href="/clientlog/www.example.com?section=msgs:/a%22%3E%3Cb%3E%26red%20%1B%26">'
    assert f'&red Critical entries in {link}/a"&gt;&lt;b&gt;&amp;red \x1b&amp;</a>\n' in text


def test_long_logs_are_cut() -> None:
    body = "[msgs:/a]\n" + "error\n" * 100 + "warning\n[msgs:/b]\nwarning\n[msgs:/c]\nwarning\n"
    settings = ClientJudging(longest=52)
    text = squares(body, log("*", "error"), log("/a", "warning"), settings=settings)["msgs"].text.decode()
    assert text.count("&red error\n") == 10
    assert "\n&red er\n[3 characters more]\n" in text
    assert text.count("&red [more lines like these]\n") == 2
    assert text.endswith(
        '</a>\nwarning\nFull log <a href="/clientlog/www.example.com?section=msgs:/b">/b</a>\nwarning\n'
        'Full log <a href="/clientlog/www.example.com?section=msgs:/a">/a</a>\n'
        + "error\n" * 6
        + "er\n[569 characters more]\n\nStatus message received from 127.0.0.1\n"
    )


def test_the_colour_does_not_depend_on_what_is_shown() -> None:
    body = "[msgs:/a]\n" + "error\n" * 100 + "x\n"
    settings = ClientJudging(longest=10)
    report = squares(body, log("*", "error", YELLOW), log("*", "x"), settings=settings)["msgs"]
    assert report.color is RED


def test_a_pattern_that_takes_too_long_says_so() -> None:
    body = f"[msgs:/a]\n{'a' * 60}!\n[msgs:/b]\nerror\n"
    slow = "%(?!x)(a|aa)+$"
    rules = (log("*", slow, groups=("g",)), log("*", "error", YELLOW, slow), log("%(?!x)(/|//)+$", "x"))
    report = squares(body, *rules)["msgs"]
    assert (report.color, report.groups) == (YELLOW, ("g",))
    assert f"&yellow {slow}: the pattern took too long, nothing is known of it\n" in report.text.decode()


def test_a_million_lines() -> None:
    body = "[msgs:/a]\n" + "Nov 20 07:55:01 www CRON[7711]: error (root) CMD (test)\n" * 1_000_000 + "last\n"
    rules = (log("*", "%error", YELLOW), log("*", "%nothing.*like"), log("*", "%^last$", groups=("last",)))
    report = squares(body, *rules)["msgs"]
    assert (report.color, report.groups) == (RED, ("last",))
    assert len(report.text) < 1_000_000


def test_one_long_line() -> None:
    report = squares("[msgs:/a]\n" + "an error " * 500_000, log("*", "%error"), log("*", "%(?!x)error"))["msgs"]
    assert report.color is RED
    assert len(report.text) < 1_000_000


@given(
    st.text(alphabet="ab \n\r<&é\x00", max_size=80),
    st.sampled_from(["a", "%a", "%^a", "%a$", "%b.*a", "%(?!b)a", "%[^b]a", r"%\bab\b"]),
)
def test_any_log(text: str, pattern: str) -> None:
    """A line is told if and only if it fits by itself, whatever stands around it."""
    rule = log("*", pattern)
    whole = squares(f"[msgs:/a]\n{text}\n[x]\n", rule)["msgs"]
    assert rule.match is not None
    alone = any(rule.match.occurs(line) for line in text.split("\n"))
    assert whole.color is (RED if alone else GREEN)
