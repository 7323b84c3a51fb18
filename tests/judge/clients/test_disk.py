"""disk and inode: every file system that df lists."""

import pytest

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Disk, Inode, Level, Rule
from hexmon.model.color import Color
from hexmon.model.status import Report
from tests.support.client_rules import squares

HEADINGS = "Filesystem         1024-blocks      Used Available Capacity Mounted on\n"


def a_disk(**fields: object) -> Disk:
    names = Expression(str(fields.pop("names", "*")))
    return Disk(names=names, **fields)  # type: ignore[arg-type]


def disk(rows: str, *rules: Rule, longest: int = 10**6) -> Report:
    return squares(f"[df]\n{HEADINGS}{rows}", *rules, settings=ClientJudging(longest=longest))["disk"]


def notes(report: Report) -> list[str]:
    """The lines between the first and the listing."""
    return [line for line in report.text.decode().split("\n") if line.startswith("&")]


def a_row(percent: str = "50%", mount: str = "/var", free: str = "5000", device: str = "/dev/sda1") -> str:
    return f"{device}   1000000 500000 {free}  {percent} {mount}\n"


@pytest.mark.parametrize(
    ("row", "rules", "color", "note"),
    [
        pytest.param(a_row("89%"), (), Color.GREEN, None, id="below the usual limits"),
        pytest.param(
            a_row("90%"), (), Color.YELLOW, "&yellow /var (90% used) has reached the WARNING level (90%)", id="yellow"
        ),
        pytest.param(a_row("95%"), (), Color.RED, "&red /var (95% used) has reached the PANIC level (95%)", id="red"),
        pytest.param(
            a_row("85%"),
            (a_disk(names="/home", warn=Level(1)), a_disk(names="%^/v", warn=Level(80)), a_disk(warn=Level(99))),
            Color.YELLOW,
            "&yellow /var (85% used) has reached the WARNING level (80%)",
            id="the first rule that names it",
        ),
        pytest.param(a_row("99%"), (a_disk(names="/va"),), Color.RED, "(95%)", id="a rule for another"),
        pytest.param(a_row("99%"), (a_disk(names="/usr,/var", panic=Level(100)),), Color.YELLOW, "(90%)", id="a list"),
        pytest.param(
            a_row("10%", free="512"),
            (a_disk(warn=Level(1024, free=True), panic=Level(256, free=True)),),
            Color.YELLOW,
            "&yellow /var (512 units free) has reached the WARNING level (1024 units)",
            id="units that must be free",
        ),
        pytest.param(
            a_row("99%", free="256"),
            (a_disk(warn=Level(90), panic=Level(256, free=True)),),
            Color.RED,
            "&red /var (256 units free) has reached the PANIC level (256 units)",
            id="per cent and units",
        ),
        pytest.param(
            a_row("104%", free="-5"),
            (a_disk(warn=Level(10, free=True), panic=Level(5, free=True)),),
            Color.RED,
            "(-5 units free)",
            id="less than nothing is free",
        ),
        pytest.param(a_row("99%"), (a_disk(ignored=True),), Color.GREEN, None, id="ignored"),
        pytest.param(a_row("99%"), (Disk(ignored=True), a_disk()), Color.RED, "(95%)", id="a rule without a name"),
        pytest.param(a_row("96%", mount="/mnt/my share"), (), Color.RED, "&red /mnt/my share (96%", id="a blank"),
        pytest.param(
            a_row("96%", device="//nas/my share"), (), Color.RED, "&red /var (96%", id="a blank in the device"
        ),
        pytest.param(
            "/dev/mapper/a-name-that-is-long\n      1000000 500000 5000 96% /var\n",
            (),
            Color.RED,
            "(96%",
            id="two lines",
        ),
        pytest.param(
            "nas:/x - - - 100% /mnt\n", (), Color.RED, "&red /mnt is unreachable (not measured)", id="nobody knows"
        ),
        pytest.param(
            "nas:/x - - - 100% /mnt\n",
            (a_disk(warn=Level(101), panic=Level(101)),),
            Color.RED,
            "&red /mnt is unreachable",
            id="nobody knows, whatever the limits",
        ),
        pytest.param("/proc - - - - /proc\n", (), Color.GREEN, None, id="no figures at all"),
        pytest.param(
            "/dev/a 1 1 1 96% /mnt/my share\n", (a_disk(names="/mnt/my"),), Color.RED, "/mnt/my share", id="first word"
        ),
        pytest.param(a_row("xyz", free="abc"), (), Color.GREEN, None, id="words for figures"),
        pytest.param(a_row("nan%", free="nan"), (), Color.GREEN, None, id="not numbers"),
        pytest.param(a_row("-5%"), (), Color.GREEN, None, id="negative"),
        pytest.param(a_row("9" * 5000 + "%"), (), Color.RED, "has reached the PANIC level", id="5,000 digits in use"),
        pytest.param(
            a_row("50%", free="9" * 5000), (a_disk(panic=Level(10, free=True)),), Color.GREEN, None, id="and free"
        ),
        pytest.param("cut off\n", (), Color.GREEN, None, id="a row that was cut off"),
    ],
)
def test_a_file_system(row: str, rules: tuple[Rule, ...], color: Color, note: str | None) -> None:
    report = disk(row, *rules)
    assert report.color is color
    assert f"- Filesystems {'ok' if color is Color.GREEN else 'NOT ok'}\n" in report.text.decode()
    found = notes(report)
    assert len(found) == (note is not None)
    assert note is None or note in found[0]


def test_ignored_file_systems_are_not_listed() -> None:
    rows = a_row("99%", "/a") + "/dev/a-long-device\n  1 1 1 99% /b\n" + a_row("50%", "/c")
    text = disk(rows, a_disk(names="/a,/b", ignored=True)).text.decode()
    assert text.endswith(f"{HEADINGS}{a_row('50%', '/c')}\nStatus message received from 127.0.0.1\n")


def test_the_listing_is_as_it_came() -> None:
    rows = a_row() + "odd line\n" + "/dev/a-long-device\n  1 1 1 9% /b\n"
    assert disk(rows).text.decode().partition("\n")[2] == (
        f"{HEADINGS}{rows}\nStatus message received from 127.0.0.1\n"
    )


@pytest.mark.parametrize("body", ["df: command not found\n", "", "Filesystem Size Used\n/dev/a 1 1\n"])
def test_a_df_that_failed_is_yellow_and_says_so(body: str) -> None:
    report = squares(f"[df]\n{body}")["disk"]
    assert report.color is Color.YELLOW
    assert notes(report) == ["&yellow Expected strings (Capacity and Mounted) not found in df output"]


def test_what_df_says_before_its_headings_is_no_file_system() -> None:
    report = squares(f"[df]\ndf: /x: Stale file handle\n{HEADINGS}{a_row('97%')}")["disk"]
    assert report.color is Color.RED


@pytest.mark.parametrize(
    ("rule", "color", "note"),
    [
        pytest.param(a_disk(names="/data", least=2), Color.GREEN, None, id="two are there"),
        pytest.param(
            a_disk(names="/data", least=3), Color.RED, "&red Filesystem /data (found 2, req. 3 or more)", id="too few"
        ),
        pytest.param(
            a_disk(names="%^/data", least=3, most=4, color=Color.YELLOW),
            Color.YELLOW,
            "&yellow Filesystem %^/data (found 2, req. between 3 and 4)",
            id="too few for a pattern",
        ),
        pytest.param(
            a_disk(names="/data", most=1), Color.RED, "&red Filesystem /data (found 2, req. at most 1)", id="too many"
        ),
        pytest.param(a_disk(names="/usb", most=0), Color.GREEN, None, id="none is wanted and none there"),
        pytest.param(a_disk(names="/usb", least=1, color=Color.GREEN), Color.GREEN, None, id="of no consequence"),
        pytest.param(
            a_disk(names="/usb", least=1, color=Color.CLEAR), Color.CLEAR, "&clear Filesystem /usb (found 0", id="clear"
        ),
    ],
)
def test_how_many_there_must_be(rule: Disk, color: Color, note: str | None) -> None:
    report = disk(a_row("50%", "/data1") + a_row("50%", "/data2"), rule)
    assert report.color is color
    assert [note] == notes(report) if note is not None and note.endswith(")") else bool(note) == bool(notes(report))
    assert ("NOT ok" in report.text.decode()) == (color in {Color.RED, Color.YELLOW})


def test_groups_of_what_triggered_once_each() -> None:
    rules = (
        a_disk(names="/a", groups=("web", "dba")),
        a_disk(names="/b", groups=("quiet",)),
        a_disk(names="/c", least=1, groups=("dba", "san")),
    )
    report = disk(a_row("99%", "/a") + a_row("9%", "/b"), *rules)
    assert report.groups == ("web", "dba", "san")
    assert report.head == b"status/group:web,dba,san www,example,com.disk "


INODES = "Filesystem Inodes IUsed IFree IUse% Mounted on\n"


@pytest.mark.parametrize(
    ("body", "rules", "color", "found"),
    [
        pytest.param("", (), Color.GREEN, ["&green No filesystems reporting inode data"], id="a system without inodes"),
        pytest.param(
            "nonsense\n",
            (),
            Color.YELLOW,
            ["&yellow Expected strings (IUse% and Mounted) not found in df output"],
            id="no headings",
        ),
        pytest.param(
            INODES + "/dev/a 100 70 30 70% /\n",
            (a_disk(warn=Level(1)),),
            Color.YELLOW,
            ["&yellow <!-- ID=/ --> / (70% used) has reached the WARNING level (70%)"],
            id="limits of its own",
        ),
        pytest.param(
            INODES + "/dev/a 100 70 30 70% /\n",
            (Inode(names=Expression("/x"), least=1),),
            Color.RED,
            [
                "&yellow <!-- ID=/ --> / (70% used) has reached the WARNING level (70%)",
                "&red <!-- ID=/x -->Filesystem /x (found 0, req. 1 or more)",
            ],
            id="one that must be there",
        ),
        pytest.param(
            INODES + "nas:/x - - - 100% /mnt\n",
            (),
            Color.RED,
            ["&red <!-- ID=/mnt --> /mnt is unreachable (not measured)"],
            id="nobody knows",
        ),
    ],
)
def test_inode(body: str, rules: tuple[Rule, ...], color: Color, found: list[str]) -> None:
    report = squares(f"[inode]\n{body}[end]\n", *rules)["inode"]
    assert report.color is color
    assert notes(report) == found


def test_a_hundred_thousand_file_systems_are_cut_and_that_is_told() -> None:
    rows = "".join(a_row("99%", f"/m{number}") for number in range(100_000))
    report = disk(rows, longest=10_000)
    assert report.color is Color.RED
    assert len(report.text) < 21_000
    assert report.text.count(b" characters more]\n") == 2


def test_a_line_of_a_megabyte_is_judged() -> None:
    assert disk("x " * 500_000 + "\n" + a_row("99%")).color is Color.RED
