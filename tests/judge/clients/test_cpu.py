"""cpu and uptime: load averages, time since boot, the clock."""

import pytest

from hexmon.judge.clients.boot import seconds_up, up_in_words
from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.rules import Clock, Load, Rule, Up
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from tests.support.client_rules import HOST, NOW, squares

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        pytest.param(" 08:00 up 3 days,  2:03,  1 user,", 3 * DAY + 2 * HOUR + 3 * MINUTE, "up: 3 days", id="Linux"),
        pytest.param(" 8:00AM  up 1 day, 12 mins, 1 user,", DAY + 12 * MINUTE, "up: 1 days", id="a day and minutes"),
        pytest.param(
            " 8:00am up 21 days 20:58, 1 user,", 21 * DAY + 20 * HOUR + 58 * MINUTE, "up: 21 days", id="comma"
        ),
        pytest.param(" 8:00am up 9 day(s), 1:02, 1 user", 9 * DAY + HOUR + 2 * MINUTE, "up: 9 days", id="Solaris"),
        pytest.param(" 10:00 up  2:03, 0 users", 2 * HOUR + 3 * MINUTE, "up: 02:03", id="hours"),
        pytest.param(" 10:00 up 5 min,  load", 5 * MINUTE, "up: 00:05", id="minutes"),
        pytest.param(" 10:00 up 40 secs, load", 40, "up: 00:00", id="seconds"),
        pytest.param(" up 2 days 3 hours 4 mins, x", 2 * DAY + 3 * HOUR + 4 * MINUTE, "up: 2 days", id="in words"),
        pytest.param(" up 1 hr, 2 users", HOUR, "up: 01:00", id="one hour to the minute"),
        pytest.param(" up 10 days,  1 hr, 2 users", HOUR, "up: 01:00", id="one hour, and days that Xymon forgets"),
        pytest.param(" up 3 hrs, 2 users", None, "", id="hours that Xymon does not know"),
        pytest.param(" up 3 days, 1 user", None, "", id="nothing that is known behind the days"),
        pytest.param("up 3 days, 1:02", None, "", id="no blank before it"),
        pytest.param(" up " + "9" * 5000 + " days, 1:02", None, "", id="5,000 digits"),
        pytest.param(" up -3 days, 1:02", HOUR + 2 * MINUTE, "up: 01:02", id="negative"),
        pytest.param(" up nan", None, "", id="no number"),
        pytest.param("gibberish", None, "", id="gibberish"),
    ],
)
def test_time_since_boot(text: str, seconds: int | None, words: str) -> None:
    assert seconds_up(text) == seconds
    assert up_in_words(seconds) == words


def uptime(load: str = "0.10, 0.20, 0.30", up: str = "3 days,  1:02", label: str = "load average:") -> str:
    return f"[uptime]\n 08:00:00 up {up},  1 user,  {label} {load}\n"


@pytest.mark.parametrize(
    ("load", "shown"),
    [
        pytest.param("0.10, 2.00, 0.30", "2.00", id="commas"),
        pytest.param("0.10 2.00 0.30", "2.00", id="blanks"),
        pytest.param("1., .5, 3", "0.50", id="no digits on one side"),
        pytest.param("1, 2, 3", "2.00", id="whole numbers"),
        pytest.param("1.00, 2.00", "", id="only two"),
        pytest.param("nan, nan, nan", "", id="no numbers"),
        pytest.param("0.1, 1e0, 0.2", "1.00", id="an exponent"),
        pytest.param("0.1, -7.00, 0.2", "-7.00", id="negative"),
        pytest.param("0.1, " + "9" * 5000 + ", 0.2", "", id="5,000 digits"),
    ],
)
@pytest.mark.parametrize("label", ["load average:", "load averages:"])
def test_the_load_of_five_minutes(load: str, shown: str, label: str) -> None:
    report = squares(uptime(load, label=label))["cpu"]
    assert report.color is Color.GREEN
    assert f"up: 3 days, 0 users, 0 procs, load={shown}\n" in report.text.decode()


@pytest.mark.parametrize(
    ("load", "rules", "color", "note"),
    [
        pytest.param("5.00", (), Color.GREEN, None, id="the usual limit is green"),
        pytest.param("5.01", (), Color.YELLOW, "&yellow Load is HIGH", id="above it yellow"),
        pytest.param("10.1", (), Color.RED, "&red Load is CRITICAL", id="above the second red"),
        pytest.param("5.01", (Load(warn=8, panic=9), Load(warn=1, panic=2)), Color.GREEN, None, id="first in the file"),
    ],
)
def test_load(load: str, rules: tuple[Rule, ...], color: Color, note: str | None) -> None:
    report = squares(uptime(f"0.10, {load}, 0.30"), *rules)["cpu"]
    assert report.color is color
    assert (note is not None) == ("Load is" in report.text.decode())
    assert note is None or f"\n{note}\n" in report.text.decode()


def test_a_share_of_the_processor_is_shown_and_not_judged() -> None:
    report = squares("[uptime]\n 08:00 up 3 days, 1:02, load=97%\n")["cpu"]
    assert report.color is Color.GREEN
    assert b"load=97%\n" in report.text


@pytest.mark.parametrize(
    ("up", "rule", "color", "note"),
    [
        pytest.param("59 min", None, Color.YELLOW, "&yellow Machine recently rebooted", id="within the usual hour"),
        pytest.param(" 1:00", None, Color.GREEN, "", id="after it"),
        pytest.param("59 min", Up(recent=None), Color.GREEN, "", id="a reboot is no news"),
        pytest.param("59 min", Up(recent=600.0), Color.GREEN, "", id="after a shorter time"),
        pytest.param("5 min", Up(color=Color.RED), Color.RED, "&red Machine recently rebooted", id="in another colour"),
        pytest.param(
            "31 days,  0:00",
            Up(ancient=30.0 * DAY),
            Color.YELLOW,
            "&yellow Machine has been up more than 30 days",
            id="for too long",
        ),
        pytest.param("30 days,  0:00", Up(ancient=30.0 * DAY), Color.GREEN, "", id="not yet for too long"),
    ],
)
def test_up(up: str, rule: Up | None, color: Color, note: str) -> None:
    body = uptime(up=up)
    rules = [] if rule is None else [rule]
    report = squares(body, *rules)["cpu"]
    assert report.color is color
    assert note in report.text.decode()
    apart = squares(body, *rules, settings=ClientJudging(uptime_column=True))
    assert apart["cpu"].color is Color.GREEN
    assert b"Machine" not in apart["cpu"].text
    assert apart["uptime"].color is color
    assert f"Uptime {'OK' if color is Color.GREEN else 'Not OK'}\n" in apart["uptime"].text.decode()
    assert note in apart["uptime"].text.decode()
    assert b"System has been up" in apart["uptime"].text


def test_up_and_clock_decide_the_colour_unless_the_load_is_red() -> None:
    assert squares(uptime("1, 7, 1", up="5 min"), Up(color=Color.GREEN))["cpu"].color is Color.GREEN
    assert squares(uptime("1, 17, 1", up="5 min"), Up(color=Color.GREEN))["cpu"].color is Color.RED


@pytest.mark.parametrize(
    ("clock", "rules", "color", "note"),
    [
        pytest.param(
            "epoch: 1795161500.250000", (), Color.GREEN, "\nSystem clock is 99 seconds off\n", id="without CLOCK"
        ),
        pytest.param(
            "epoch: 1795161540.000000", (Clock(),), Color.GREEN, "\nSystem clock is 60 seconds off\n", id="just"
        ),
        pytest.param(
            "epoch: 1795161539.000000",
            (Clock(),),
            Color.YELLOW,
            "\n&yellow System clock is 61 seconds off (max 60)\n",
            id="behind",
        ),
        pytest.param(
            "epoch: 1795161900.000000",
            (Clock(color=Color.RED),),
            Color.RED,
            "\n&red System clock is -300 seconds off (max 60)\n",
            id="ahead",
        ),
        pytest.param(
            "epoch: 1795161500.000000\n[msgcache]\nCachedelay: 90",
            (Clock(),),
            Color.GREEN,
            "\nSystem clock is 10 seconds off\n",
            id="a message that waited on its way",
        ),
        pytest.param("epoch: 1795161500", (Clock(),), Color.GREEN, "", id="no fraction"),
        pytest.param("epoch: nan.0", (Clock(),), Color.GREEN, "", id="no number"),
        pytest.param("epoch: " + "9" * 5000 + ".0", (Clock(),), Color.GREEN, "", id="5,000 digits"),
    ],
)
def test_clock(clock: str, rules: tuple[Rule, ...], color: Color, note: str) -> None:
    assert NOW == 1795161600.0
    report = squares(f"{uptime()}[clock]\n{clock}\n", *rules)["cpu"]
    assert report.color is color
    assert note in report.text.decode()
    assert bool(note) == (b"System clock" in report.text)


@pytest.mark.parametrize(
    ("sections", "counted"),
    [
        pytest.param("", "0 users, 0 procs", id="nothing came"),
        pytest.param(
            "[who]\na\n\n\tb\nc\n[ps]\nPID CMD\n1 init\n2 sh\n", "2 users, 2 procs", id="empty lines do not count"
        ),
        pytest.param("[who]\n[ps]\nPID CMD\n", "0 users, 0 procs", id="nobody, nothing"),
    ],
)
def test_users_and_processes(sections: str, counted: str) -> None:
    assert counted in squares(uptime() + sections)["cpu"].text.decode()


def test_the_listing_of_top_is_below_and_may_be_left_out_or_cut() -> None:
    body = uptime() + "[top]\ntop - 08:00\n" + "".join(f"{number} process\n" for number in range(1000))
    assert squares(body)["cpu"].text.decode().count(" process\n") == 1000
    assert b"process" not in squares(body, settings=ClientJudging(list_cpu=False))["cpu"].text
    cut = squares(body, settings=ClientJudging(longest=1000))["cpu"].text.decode()
    assert len(cut) < 1200
    assert " characters more]\n" in cut


def test_groups_of_what_triggered() -> None:
    rules = (Load(groups=("admins",)), Up(groups=("night",)), Clock(groups=("time",)))
    report = squares(uptime("1, 7, 1") + "[clock]\nepoch: 1.0\n", *rules)["cpu"]
    assert report.groups == ("admins", "time")
    assert report.head.startswith(b"status/group:admins,time www,example,com.cpu ")


def test_nocolumns_cpu_means_uptime_too() -> None:
    host = Host(name=HOST.name, nocolumns=frozenset({"cpu"}))
    seen = squares(uptime(), host=host, settings=ClientJudging(uptime_column=True))
    assert not {"cpu", "uptime"} & seen.keys()
    assert {"cpu", "uptime"} <= squares(uptime(), settings=ClientJudging(uptime_column=True)).keys()


def test_without_uptime_there_is_no_cpu() -> None:
    assert "cpu" not in squares("[who]\nroot\n")
