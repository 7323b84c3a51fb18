"""What the comparison with xymond brought to light, without xymond."""

from pathlib import Path

import pytest

from hexmon.board.settings import BoardSettings
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

HOSTS = """\
127.0.0.1 one # OS:solaris pulldata
127.0.0.2 two # DOWNTIME=mem:*:0000:2359:"work" delayred=cpu:10
127.0.0.3 three.example.com
"""


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path, HOSTS, FakeClock())


@pytest.mark.parametrize("gap", [" ", "\t", "  \t "])
def test_questions_may_be_spaced_with_tabs(monitor: Monitor, gap: str) -> None:
    monitor.say("status one.cpu green fine")
    assert monitor.say(f"xymondboard{gap}test=cpu{gap}fields=line1\r\n") == b"green fine\n"
    assert monitor.say(f"hostinfo{gap}host=one{gap}fields=XMH_IP") == b"127.0.0.1\n"


@pytest.mark.parametrize(
    ("criterion", "rows"),
    [
        ("lastchange=>5", 0),  # xymond reads what follows the = as 0
        ("lastchange>=", 1),
        ("lastchange>abc", 1),
        ("XMH_NOSUCH=x", 1),
        ("test=cpu", 1),
    ],
)
def test_half_a_criterion(monitor: Monitor, criterion: str, rows: int) -> None:
    monitor.say("status one.cpu green fine")
    assert monitor.say(f"xymondboard test=cpu {criterion} fields=testname") == b"cpu\n" * rows


def test_an_agent_says_what_system_its_host_has(monitor: Monitor) -> None:
    assert monitor.say("hostinfo host=one fields=XMH_OS,XMH_CLASS") == b"solaris|\n"
    monitor.say("client one.linux web\n[date]\n")
    assert monitor.say("hostinfo host=one fields=XMH_OS,XMH_CLASS") == b"linux|web\n"
    monitor.say("client one.\n[date]\n")
    assert monitor.say("hostinfo XMH_OS=solaris fields=XMH_HOSTNAME") == b"one\n"


def test_the_tests_in_tags_are_found_in_any_case(monitor: Monitor) -> None:
    monitor.say("status two.MEM red full")
    monitor.say("status two.Cpu red hot")
    assert monitor.say("xymondboard host=two test=mem|cpu fields=testname,color") == b"Cpu|yellow\nMEM|blue\n"


def test_a_silent_square_in_a_planned_downtime_is_blue_though_conn_is_red(tmp_path: Path) -> None:
    clock = FakeClock()
    monitor = Monitor(tmp_path, HOSTS, clock, settings=BoardSettings(purple_grace=0.0))
    monitor.say("combo\nstatus+1d two.conn red gone\n\nstatus+5 two.mem green fine\n\nstatus+5 two.disk green fine")
    clock.wall += 600
    clock.mono += 600
    monitor.board.tick()
    assert monitor.say("xymondboard test=mem|disk fields=testname,color") == b"disk|clear\nmem|blue\n"


def test_what_is_fetched_from_a_host_and_sent_by_it_has_two_sources(monitor: Monitor) -> None:
    for host in ("one", "two"):
        monitor.say(f"status {host}.cpu green", sender="127.0.0.8")
        monitor.say(f"status {host}.cpu green", sender="127.0.0.9")
    assert monitor.say("multisrclist").startswith(b"two:cpu|127.0.0.8|127.0.0.9|")


def test_the_words_of_a_modify_are_kept_as_they_are(monitor: Monitor) -> None:
    monitor.say("status one.cpu green")
    monitor.say("modify one.cpu red src  two  blanks ")
    assert monitor.say("xymondboard test=cpu fields=modifiers") == b"&red  two  blanks \\n\n"


def test_a_host_known_by_its_label_keeps_that_name(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, HOSTS, FakeClock(), settings=BoardSettings(ghosts="match"))
    assert monitor.say("query three.elsewhere.cpu") == b""
    monitor.say("status three.elsewhere.cpu red")
    monitor.say("status three*elsewhere.mem red")
    assert monitor.say("query three.elsewhere.cpu") == b"red \n"
    assert monitor.say("xymondboard fields=hostname,testname test=cpu|mem") == b"three.example.com|cpu\n"


def test_a_modify_does_not_look_whether_an_acknowledgement_is_over(tmp_path: Path) -> None:
    clock = FakeClock()
    monitor = Monitor(tmp_path, HOSTS, clock)
    monitor.say("status one.cpu red")
    cookie = monitor.say("xymondboard test=cpu fields=cookie").decode().strip()
    monitor.say(f"xymondack {cookie} 1 mine")
    clock.wall += 61
    acked = []
    for message in ("modify one.cpu red src x", "status one.cpu red"):
        monitor.say(message)
        acked.append(monitor.say("xymondboard test=cpu fields=ackmsg"))
    assert acked == [b"mine\n", b"\n"]


def test_an_ackinfo_may_have_an_empty_text(monitor: Monitor) -> None:
    monitor.say("status one.cpu red")
    monitor.say("ackinfo one.cpu\n1\n60\njoe\n\n")
    assert monitor.say("xymondboard test=cpu fields=acklist").endswith(b":1:joe:\\n\n")


def test_a_ghost_keeps_the_spelling_that_was_heard_first(monitor: Monitor) -> None:
    monitor.say("status Stranger.cpu red")
    monitor.say("status STRANGER.cpu red")
    assert monitor.say("ghostlist").startswith(b"Stranger|")
