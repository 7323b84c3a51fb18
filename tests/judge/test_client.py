"""Agents' messages become squares with Xymon's built-in limits."""

import pytest

from hexmon.agent.collect import SECTIONS, client_message
from hexmon.judge.client import SQUARES, judge_client
from hexmon.judge.client_parse import Memory, parse_df, parse_free, parse_uptime
from hexmon.model.client import sections
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage

NEW_FREE = """\
               total        used        free      shared  buff/cache   available
Mem:            1000         400         100           8         500         150
Swap:            200         150          50
"""
OLD_FREE = """\
             total       used       free     shared    buffers     cached
Mem:          1000        900        100          0        100        300
-/+ buffers/cache:        500        500
Swap:          200        150         50
"""
DF = """\
Filesystem         1024-blocks      Used Available Capacity Mounted on
/dev/sda1              1000000    500000    500000      50% /
/dev/sdb1              1000000    {used}    50000      {percent}% /var with blank
"""


def a_message(body: str) -> ClientMessage:
    return ClientMessage(
        host="www.example.com",
        collector="",
        os_type="linux",
        host_class="linux",
        sender="127.0.0.1",
        received=0.0,
        message=f"client www,example,com.linux linux\n[date]\nFri Nov 20 08:00:00 UTC 2026\n{body}".encode(),
    )


def judged(body: str, test: str, nocolumns: frozenset[str] = frozenset()) -> tuple[Color, str] | None:
    host = Host(name="www.example.com", nocolumns=nocolumns)
    for report in judge_client(a_message(body), host):
        if report.key.test == test:
            assert report.text.split(b" ", 1)[0].decode() == report.color.word
            assert (report.head + report.text).startswith(f"status www,example,com.{test} ".encode())
            return report.color, report.text.decode()
    return None


@pytest.mark.parametrize(
    ("text", "seconds", "load", "words"),
    [
        pytest.param(
            " 08:00 up 3 days,  2:03,  1 user,  load average: 0.10, 2.00, 0.30", 266580, 2.0, "3 days", id="days"
        ),
        pytest.param("up 1 day, 12 min, load average: 1,5, 2,5, 3,5", 86400, 2.5, "1 day", id="decimal commas"),
        pytest.param(" 10:00:00 up  2:03, 0 users, load averages: 0.1 0.2 0.3", 7380, 0.2, "02:03", id="BSD"),
        pytest.param("up 5 min,  load average: 9.00, 11.00, 1.00", 300, 11.0, "5 min", id="minutes"),
        pytest.param("gibberish", None, None, "unknown", id="nothing known"),
    ],
)
def test_uptime(text: str, seconds: float | None, load: float | None, words: str) -> None:
    assert parse_uptime(text) == type(parse_uptime(text))(seconds, load, words)


@pytest.mark.parametrize(
    ("load", "up", "color", "note"),
    [
        pytest.param("0.10, 5.00, 0", "3 days", Color.GREEN, "load=5.00", id="a load at the limit is green"),
        pytest.param("0.10, 5.01, 0", "3 days", Color.YELLOW, "&yellow Load is HIGH", id="above it yellow"),
        pytest.param("0.10, 10.1, 0", "3 days", Color.RED, "&red Load is CRITICAL", id="above the second red"),
        pytest.param("0.10, 0.10, 0", "5 min", Color.YELLOW, "recently rebooted", id="a fresh boot is yellow"),
    ],
)
def test_cpu(load: str, up: str, color: Color, note: str) -> None:
    found = judged(f"[uptime]\n 08:00:00 up {up}, 1 user, load average: {load}\n[who]\nroot pts/0\n", "cpu")
    assert found is not None
    assert found[0] is color
    assert note in found[1]
    assert "1 users" in found[1]


@pytest.mark.parametrize(
    ("percent", "color", "note"),
    [
        (89, Color.GREEN, "Filesystems ok"),
        (90, Color.YELLOW, "&yellow /var with blank (90% used) has reached the WARNING level (90%)"),
        (95, Color.RED, "&red /var with blank (95% used) has reached the PANIC level (95%)"),
    ],
)
def test_disk(percent: int, color: Color, note: str) -> None:
    found = judged("[df]\n" + DF.format(used=1, percent=percent), "disk")
    assert found is not None
    assert found[0] is color
    assert note in found[1]


def test_a_df_that_failed_is_yellow_and_says_so() -> None:
    found = judged("[df]\ndf: command not found\n", "disk")
    assert found is not None
    assert found[0] is Color.YELLOW
    assert "not found in df output" in found[1]


def test_a_mount_that_could_not_be_measured_is_red() -> None:
    row = "nas:/x - - - 100% /mnt/nas\n"
    rows = parse_df(DF.format(used=1, percent=1) + row)
    assert rows is not None
    assert rows[-1].free is None
    found = judged("[df]\n" + DF.format(used=1, percent=1) + row, "disk")
    assert found is not None
    assert found[0] is Color.RED
    assert "/mnt/nas is unreachable (not measured)" in found[1]


def test_free_old_and_new() -> None:
    assert parse_free(NEW_FREE) == {
        "real": Memory(1000, 900),
        "actual": Memory(1000, 850),
        "swap": Memory(200, 150),
    }
    assert parse_free(OLD_FREE)["actual"] == Memory(1000, 500)
    found = judged("[free]\n" + NEW_FREE, "memory")
    assert found is not None
    assert found[0] is Color.YELLOW
    assert "Memory low" in found[1]


def test_a_machine_without_swap_is_not_short_of_it() -> None:
    found = judged("[free]\n" + NEW_FREE.replace("200         150          50", "0 0 0"), "memory")
    assert found is not None
    assert found[0] is Color.GREEN


def test_procs_without_rules_is_clear_and_shows_the_list() -> None:
    found = judged("[ps]\nPID COMMAND\n1 init\n", "procs")
    assert found is not None
    assert found[0] is Color.CLEAR
    assert "1 init" in found[1]


def test_nocolumns_leaves_a_square_out() -> None:
    assert judged("[df]\n" + DF.format(used=1, percent=99), "disk", frozenset({"disk"})) is None


def test_a_section_that_did_not_come_makes_no_square() -> None:
    assert judge_client(a_message("[uname]\nLinux\n"), Host(name="www.example.com")) == []


def test_this_machine_reports_every_square() -> None:
    raw = client_message("me.example", 1_795_219_200.0)
    assert raw.startswith(b"client me,example.")
    parts = sections(raw)
    assert list(parts) == list(SECTIONS)
    assert not [name for name, text in parts.items() if "could not be read" in text]
    message = a_message("")
    message = type(message)(**{name: getattr(message, name) for name in message.__struct_fields__} | {"message": raw})
    squares = {report.key.test: report.color for report in judge_client(message, Host(name="me.example"))}
    assert set(squares) == set(SQUARES)
