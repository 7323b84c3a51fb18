import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexmon.judge.clients import rules as r
from hexmon.judge.clients.analysis_dump import qualifier_words, setting_words
from hexmon.judge.clients.analysis_words import split_words
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import FileCheck, Level, Qualifiers, Rule
from hexmon.model.color import Color
from hexmon.model.origin import BUILT_IN
from hexmon.model.times import read_times
from tests.support.analysis_files import analysis

E = Expression


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(' LOAD\t 5  10 "', ["LOAD", "5", "10", ""], id="blanks and tabs"),
        pytest.param('PROC "a b" 1', ["PROC", "a b", "1"], id="quotes around a word"),
        pytest.param('"TEXT=a b" x', ["TEXT=a b", "x"], id="quotes around an option"),
        pytest.param('TEXT="a b" x', ["TEXT=a b", "x"], id="quotes around the value of an option"),
        pytest.param('a"b c"d "e"f"g"', ['a"b c"d', 'e"f"g'], id="quotes inside a word stay, and hold it together"),
        pytest.param('x "a b', ["x", "a b"], id="a quote that is never closed"),
        pytest.param('"" x', ["", "x"], id="an empty word"),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def bare(rule: Rule) -> Rule:
    return replace(rule, origin=BUILT_IN)


EVERY_SETTING: list[tuple[str, Rule]] = [
    ("LOAD", r.Load()),
    ("load 3", r.Load(warn=3.0)),
    ("LOAD 8.5 12.0", r.Load(warn=8.5, panic=12.0)),
    ("UP", r.Up()),
    ("UP 10m 4w red", r.Up(recent=600.0, ancient=2419200.0, color=Color.RED)),
    ("UP 90", r.Up(recent=5400.0)),
    ("UP -1 -1", r.Up(recent=None)),
    ("CLOCK", r.Clock()),
    ("CLOCK 15 red", r.Clock(most=15, color=Color.RED)),
    ("DISK * 90 95", r.Disk(names=E("*"), warn=Level(90), panic=Level(95))),
    ("DISK /a 80% 85%", r.Disk(names=E("/a"), warn=Level(80), panic=Level(85))),
    ("DISK /a 80U 70u", r.Disk(names=E("/a"), warn=Level(80, free=True), panic=Level(70, free=True))),
    ("DISK /a 500 300", r.Disk(names=E("/a"), warn=Level(500, free=True), panic=Level(300, free=True))),
    ("DISK /a 201% 300%", r.Disk(names=E("/a"), warn=Level(201), panic=Level(300))),
    (
        "DISK %^/u 1 2 3 4 yellow",
        r.Disk(names=E("%^/u"), warn=Level(1), panic=Level(2), least=3, most=4, color=Color.YELLOW),
    ),
    ("DISK /cdrom ignore", r.Disk(names=E("/cdrom"), ignored=True)),
    ('DISK "C:\\My Disk" 5', r.Disk(names=E("C:\\My Disk"), warn=Level(5))),
    ("INODE /a", r.Inode(names=E("/a"))),
    ("INODE /a 50 60", r.Inode(names=E("/a"), warn=Level(50), panic=Level(60))),
    ("MEMPHYS", r.Memory(kind="phys", warn=100, panic=101)),
    ("MEMREAL 1 2", r.Memory(kind="phys", warn=1, panic=2)),
    ("PHYS 1", r.Memory(kind="phys", warn=1, panic=101)),
    ("MEMSWAP", r.Memory(kind="swap", warn=50, panic=80)),
    ("SWAP 1 2", r.Memory(kind="swap", warn=1, panic=2)),
    ("MEMACT", r.Memory(kind="act", warn=90, panic=97)),
    ("ACT 1 2", r.Memory(kind="act", warn=1, panic=2)),
    ("ACTUAL 1 2", r.Memory(kind="act", warn=1, panic=2)),
    ("MEMCSA", r.Memory(kind="csa", warn=90, panic=95)),
    ("MEMECSA 1 2", r.Memory(kind="ecsa", warn=1, panic=2)),
    ("MEMSQA 1 2", r.Memory(kind="sqa", warn=1, panic=2)),
    ("MEMESQA 1 2", r.Memory(kind="esqa", warn=1, panic=2)),
    ("CICS a EDSA 3 4 DSA 1 2", r.Cics(application=E("a"), warn_dsa=1, panic_dsa=2, warn_edsa=3, panic_edsa=4)),
    ("CICS * DSA 1", r.Cics(application=E("*"), warn_dsa=1)),
    ("PAGING 1 2", r.Paging(warn=1, panic=2)),
    ("GETVIS BG 1 2 3 4", r.Getvis(partition=E("BG"), warn=1, panic=2, warn_any=3, panic_any=4)),
    ("VSIZE 1 2", r.VirtualSize(warn=1, panic=2)),
    ("MAXUSER 1 2", r.AddressSpaces(kind="maxuser", warn=1, panic=2)),
    ("NPARTS", r.AddressSpaces(kind="nparts")),
    ("PROC cron", r.Proc(pattern=E("cron"))),
    ("PROC httpd 5 20", r.Proc(pattern=E("httpd"), least=5, most=20)),
    ("PROC httpd 0 0 yellow", r.Proc(pattern=E("httpd"), least=0, most=0, color=Color.YELLOW)),
    ("PROC httpd 5 0", r.Proc(pattern=E("httpd"), least=5)),
    ("PROC httpd 1 -1 green TRACK", r.Proc(pattern=E("httpd"), color=Color.GREEN, track="")),
    (
        "PROC x MAX=3 MIN=2 COLOR=yellow track=web",
        r.Proc(pattern=E("x"), least=2, most=3, color=Color.YELLOW, track="web"),
    ),
    ("PROC x min=5 max=2", r.Proc(pattern=E("x"), least=2, most=2)),
    ('PROC "%java.*inst[0123] x"', r.Proc(pattern=E("%java.*inst[0123] x"))),
    ("PORT LOCAL=%[.:]22$ STATE=LISTEN", r.Port(local=E("%[.:]22$"), state=E("LISTEN"))),
    (
        "PORT exlocal=a remote=b exremote=c exstate=d local=e min=0 max=0 col=yellow TRACK=ssh",
        r.Port(
            local=E("e"),
            ex_local=E("a"),
            remote=E("b"),
            ex_remote=E("c"),
            ex_state=E("d"),
            least=0,
            most=0,
            color=Color.YELLOW,
            track="ssh",
        ),
    ),
    ("LOG /var/log/syslog ERROR", r.Log(file=E("/var/log/syslog"), match=E("ERROR"))),
    ("LOG /a %b yellow %c", r.Log(file=E("/a"), match=E("%b"), color=Color.YELLOW, ignore=E("%c"))),
    (
        "LOG MATCH=b FILE=%/a COLOR=yellow IGNORE=c OPTIONAL",
        r.Log(file=E("%/a"), match=E("b"), color=Color.YELLOW, ignore=E("c"), optional=True),
    ),
    ("FILE /a", r.File(name=E("/a"))),
    ("FILE /a yellow noexist TRACK", r.File(name=E("/a"), color=Color.YELLOW, absent=True, track="")),
    ("FILE /a IFEXIST", r.File(name=E("/a"), optional=True)),
    (
        "FILE /a SIZE<3K mode=644 size>5 mtime<600 links=1 TYPE=file md5=ab owner=root groupid=5 OPTIONAL",
        r.File(
            name=E("/a"),
            checks=(
                FileCheck("type", "=", "file"),
                FileCheck("mode", "=", 0o644),
                FileCheck("size", ">", 5),
                FileCheck("size", "<", 3072),
                FileCheck("links", "=", 1),
                FileCheck("owner", "=", "root"),
                FileCheck("groupid", "=", 5),
                FileCheck("mtime", "<", 600),
                FileCheck("md5", "=", "ab"),
            ),
            optional=True,
        ),
    ),
    ("FILE /a ownerid=wwwrun", r.File(name=E("/a"), checks=(FileCheck("owner", "=", "wwwrun"),))),
    (
        "FILE /a type=link size=1T",
        r.File(name=E("/a"), checks=(FileCheck("type", "=", "symlink"), FileCheck("size", "=", 1 << 40))),
    ),
    ("FILE /a size>1 size>2", r.File(name=E("/a"), checks=(FileCheck("size", ">", 2),))),
    (
        "DIR /a size<100 size>5 yellow TRACK=x",
        r.Directory(name=E("/a"), below=100, above=5, color=Color.YELLOW, track="x"),
    ),
    ("SVC Browser", r.Service(name=E("Browser"), state=E("started"))),
    ("SVC Browser startup=manual", r.Service(name=E("Browser"), startup=E("manual"))),
    (
        "SVC x status=stopped startup=%a col=yellow",
        r.Service(name=E("x"), state=E("stopped"), startup=E("%a"), color=Color.YELLOW),
    ),
    (
        "DS conn tcp.conn.rrd:sec >0.1 COLOR=yellow",
        r.DataSet(column="conn", file=E("tcp.conn.rrd"), data_set="sec", limits=((">", 0.1),), color=Color.YELLOW),
    ),
    ("DS c %a:b:ds <=9 >=5", r.DataSet(column="c", file=E("%a:b"), data_set="ds", limits=((">=", 5.0), ("<=", 9.0)))),
    ("DS c f:ds >9 <5", r.DataSet(column="c", file=E("f"), data_set="ds", limits=((">", 5.0), ("<", 9.0)))),
    (
        "MIB mib:val key=%eth min=1 max=2 match=up color=yellow",
        r.Mib(name=E("mib:val"), key=E("%eth"), least=1, most=2, match=E("up"), color=Color.YELLOW),
    ),
    ("MQ_QUEUE q", r.Queue(manager=E("*"), name=E("q"))),
    (
        "MQ_QUEUE m:q depth-warning=1 depth-critical=2 age-warning=3 age-critical=4 TRACK",
        r.Queue(manager=E("m"), name=E("q"), warn_depth=1, panic_depth=2, warn_age=3, panic_age=4, track=""),
    ),
    ("MQ_CHANNEL c", r.Channel(manager=E("*"), name=E("c"), panic=E("%BIND|RETRYING"))),
    ("MQ_CHANNEL m:c warning=a alert=%b", r.Channel(manager=E("m"), name=E("c"), warn=E("a"), panic=E("%b"))),
]


@pytest.mark.parametrize(("line", "rule"), EVERY_SETTING, ids=[line for line, _ in EVERY_SETTING])
def test_every_setting(line: str, rule: Rule) -> None:
    file = analysis(line)
    assert [bare(one) for one in file.rules] == [rule]
    assert file.problems == ()


@pytest.mark.parametrize("rule", [rule for _, rule in EVERY_SETTING], ids=[line for line, _ in EVERY_SETTING])
def test_what_is_printed_reads_as_the_same(rule: Rule) -> None:
    qualifiers = Qualifiers(
        hosts=E("a,b"), ex_hosts=E("%c"), pages=E("/"), ex_pages=E("x"), groups_shown=E("A b"),
        ex_groups_shown=E("c"), classes=E("linux"), ex_classes=E("d"), systems=E("linux"), ex_systems=E("bbwin"),
        times=read_times("W:0800:1800")[0], ex_times=read_times("*:1200:1300")[0],
    )  # fmt: skip
    for whole in (rule, replace(rule, qualifiers=qualifiers, text="What it is", groups=("web", "dba"))):
        line = " ".join([*setting_words(whole), *qualifier_words(whole)])
        assert [bare(one) for one in analysis(line).rules] == [whole]


def test_qualifiers_of_a_block_hold_until_the_next() -> None:
    file = analysis(
        "LOAD 1 2\nHOST=a TIME=*:0800:1000 TEXT=t GROUP=g,h\nLOAD 3 4\nPROC x\nCLASS=b\nLOAD 5 6\nDEFAULT\nUP"
    )
    first, second, third, fourth, last = file.rules
    assert first.qualifiers == last.qualifiers == Qualifiers()
    assert second.qualifiers == third.qualifiers == Qualifiers(hosts=E("a"), times=read_times("*:0800:1000")[0])
    assert (second.text, second.groups) == ("t", ("g", "h"))
    assert (fourth.qualifiers, fourth.text, fourth.groups) == (Qualifiers(classes=E("b")), "", ())
    assert [one.origin.line for one in file.rules] == [1, 3, 4, 6, 8]


def test_qualifiers_of_a_line_take_the_place_of_those_of_the_block() -> None:
    file = analysis("HOST=%a PAGE=p TEXT=t\nLOAD 1 2 HOST=b EXCLASS=c\nLOAD 3 4")
    assert file.rules[0].qualifiers == Qualifiers(hosts=E("b"), pages=E("p"), ex_classes=E("c"))
    assert file.rules[1].qualifiers == Qualifiers(hosts=E("%a"), pages=E("p"))


def test_several_settings_on_one_line_have_qualifiers_of_their_own() -> None:
    file = analysis("MEMPHYS 90 95 MEMSWAP 20 30 HOST=a DISK /x IGNORE LOAD 3 4 HOST=b\nUP")
    assert [(type(one).__name__, one.qualifiers.hosts) for one in file.rules] == [
        ("Memory", None), ("Memory", E("a")), ("Disk", None), ("Load", E("b")), ("Up", None),
    ]  # fmt: skip


def test_every_qualifier() -> None:
    line = (
        "LOAD HOST=a EXHOST=b PAGE=c EXPAGE=d DISPLAYGROUP=e EXDISPLAYGROUP=f class=g exclass=h OS=Linux EXOS=%I "
        'TIME=W:0800:1800 EXTIME=6:1200:1300 TEXT="two words" GROUP=x,,y'
    )
    (rule,) = analysis(line).rules
    assert rule.qualifiers == Qualifiers(
        hosts=E("a"), ex_hosts=E("b"), pages=E("c"), ex_pages=E("d"), groups_shown=E("e"), ex_groups_shown=E("f"),
        classes=E("g"), ex_classes=E("h"), systems=E("linux"), ex_systems=E("%I"),
        times=read_times("W:0800:1800")[0], ex_times=read_times("6:1200:1300")[0],
    )  # fmt: skip
    assert (rule.text, rule.groups) == ("two words", ("x", "y"))


def test_comments_and_includes_are_no_settings() -> None:
    assert analysis('# LOAD 1 2\n\ninclude other\noptional directory d\nLOAD 1 2 # as "agreed"').rules == (
        r.Load(warn=1.0, panic=2.0, origin=analysis("\n\n\n\nLOAD 1 2").rules[0].origin),
    )


MISTAKES = [
    ("LOAX 5 10", "nobody knows 'LOAX'; the line is left out; did you mean LOAD?"),
    ("HSOT=a", "nobody knows 'HSOT=a'; the line is left out; did you mean HOST=?"),
    ("LOAD 5 ten", "LOAD: 'ten' is read as 0; write a number"),
    ("UP 1h30 5x", "UP: '5x' is read as 5 minutes; write: 10, 90m, 1h30m, 4w"),
    ("UP 2H", "UP: '2H' is read as 2 minutes; write: 10, 90m, 1h30m, 4w"),
    (
        "CLOCK 10 rad",
        "CLOCK: 'rad' is no colour; it is yellow; one of red, yellow, purple, blue, clear, green",
    ),
    ("PROC x color=yelow", "PROC: 'yelow' is no colour; it is red; did you mean yellow?"),
    ("DISK", "DISK without a file system; it means nothing; write: DISK * 90 95"),
    ("DISK /x 9O 95", "DISK: '9O' is read as 9; write a number"),
    ("PROC", "PROC without a name; it is left out; write: PROC name"),
    ("PROC HOST=a", "PROC: 'HOST=a' is taken as the name; write: PROC name, and HOST=a behind it"),
    (
        "PROC x HOST=a 5",
        "'5' and what follows it mean nothing here; write what belongs to a setting before its qualifiers",
    ),
    (
        "HOST=a PROC x",
        (
            "the qualifiers before PROC mean nothing on its line; "
            "write them behind PROC, or on a line of their own above it"
        ),
    ),
    (
        "PROC %a(b",
        "PROC: 'a(b' is not a regular expression: missing ) at position 3; it means nothing",
    ),
    (
        "LOG /a %(I/O error)",
        (
            "LOG: '(I/O' is not a regular expression: missing ) at position 4; "
            "it means nothing; "
            "a blank ends a word: write the whole word in double quotes, or \\s for the blank"
        ),
    ),
    (
        "LOG /a ERROR|WARN",
        "LOG: 'ERROR|WARN' is searched for letter by letter; a pattern begins with %: %ERROR|WARN",
    ),
    (
        "PROC java.*foo",
        "PROC: 'java.*foo' is searched for letter by letter; a pattern begins with %: %java.*foo",
    ),
    ("LOG /a", "LOG without a file and what to look for; it means nothing; write: LOG %. ERROR COLOR=red"),
    ("PORT", "PORT without LOCAL=, REMOTE= or STATE= counts all connections; write: PORT LOCAL=%[.:]22$"),
    ("PORT loxal=x", "PORT: nobody knows 'loxal=x'; it is left out; did you mean local=?"),
    ("FILE /a tyype=file", "FILE: nobody knows 'tyype=file'; it is left out; did you mean type=?"),
    (
        "FILE /a type=folder",
        (
            "FILE: 'folder' is no type of a file; "
            "it is left out; "
            "one of file, dir, char, block, fifo, socket, symlink, link"
        ),
    ),
    ("FILE /a mode=rw", "FILE: 'rw' is read as 0; write a number"),
    ("FILE /a color=yellow", "FILE: 'color=yellow' is left out; write: yellow"),
    ("DIR /a size<5K", "DIR: '5K' is read as 5; write a number"),
    ("SVC x state=stopped", "SVC: nobody knows 'state=stopped'; it is left out"),
    (
        "DS conn",
        "DS without a column, a file and a data set; it is left out; write: DS conn tcp.conn.rrd:sec >0.1",
    ),
    ("DS a b:c", "DS without limits between which a figure can be; it is left out; write: >10, or >10 <20"),
    (
        "DS a b:c >5 >6",
        "DS without limits between which a figure can be; it is left out; write: >10, or >10 <20",
    ),
    (
        "MQ_QUEUE q depth-warnin=5",
        "MQ_QUEUE: nobody knows 'depth-warnin=5'; it is left out; did you mean depth-warning=?",
    ),
    (
        "LOAD TIME=8-18",
        "TIME: '8-18' is no time: nothing is meant by it; write: DAYS:HHMM:HHMM, such as W:0800:1800",
    ),
    ("LOAD HOST=", "HOST: an empty list means everything; write * for everything"),
    (
        "LOAD HOST=www*.x.com",
        "HOST: * in 'www*.x.com' is a letter like any other; write a pattern: HOST=%www.*\\.x\\.com",
    ),
    ("DEFAULTS", "'DEFAULTS' is taken as DEFAULT; write: DEFAULT"),
    ("CICS a DAS 1 2", "CICS: nobody knows 'DAS'; it is left out; did you mean DSA?"),
]


@pytest.mark.parametrize(("line", "told"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_mistakes_are_told_and_change_nothing_else(line: str, told: str) -> None:
    file = analysis(f"LOAD 1 2\n{line}\nUP")
    assert str(file.problems[0]) == f"analysis.cfg:2: {told}"
    assert not any(problem.fatal for problem in file.problems)
    assert (type(file.rules[0]), type(file.rules[-1])) == (r.Load, r.Up)


NOTES = [
    ("LOAD 5 10\nHOST=a\nLOAD 1 2", ["analysis.cfg:3: this setting never counts: analysis.cfg:1"]),
    ("DEFAULT\nDISK * 90 95\nHOST=a\nDISK /x 80 90", ["analysis.cfg:4: this setting never counts: analysis.cfg:2"]),
    ("HOST=a\nDISK /x 1 2\nDISK /x 3 4", ["analysis.cfg:3: this setting never counts: analysis.cfg:2"]),
    ("HOST=a\nLOAD 1 2\nDEFAULT\nLOAD 5 10", []),
    ("DISK /x 1 2\nDISK /y 3 4\nMEMACT 1 2\nMEMPHYS 1 2", []),
    ("LOAD 1 2 TIME=W:0800:1800\nLOAD 3 4", []),
    ("PROC x\nPROC x\nLOG a b\nLOG a b", []),
    ("LOAD 10 5", ["analysis.cfg:1: LOAD: it is red from 5 on, and so never yellow"]),
    ("DISK /x 10U 20U", ["analysis.cfg:1: DISK: with less than 20 free it is red, and so never yellow"]),
    ("FILE /x group=wheel", ["analysis.cfg:1: 'group=wheel' says who is told of alerts"]),
    ("FILE /x GROUP=wheel", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), NOTES, ids=[text.replace("\n", "; ") for text, _ in NOTES])
def test_what_is_worth_knowing(text: str, told: list[str]) -> None:
    file = analysis(text)
    assert file.problems == ()
    assert [str(note).split(" comes")[0].split(";")[0] for note in file.notes] == told


@given(st.text(), st.text())
def test_no_text_raises(one: str, other: str) -> None:
    analysis(f"{one}\n{other}")


_SOUP = st.sampled_from(
    [*(word for line, _ in EVERY_SETTING for word in line.split(" ")), "HOST=a", "TIME=W:0800:1800", "DEFAULT", "x"]
)
_HOSTILE = st.sampled_from(["9" * 5000, "%(" * 2000, '"', "=", "TEXT=", "١٢٣", "-", "%" + "a{1000}" * 50, "\udcff"])


@given(st.lists(st.lists(_SOUP | _SOUP | _HOSTILE, max_size=9).map(" ".join), max_size=6))
def test_words_without_sense_give_settings_that_can_be_printed_and_read_again(lines: list[str]) -> None:
    for rule in analysis("\n".join(lines)).rules:
        again = analysis(" ".join([*setting_words(rule), *qualifier_words(rule)]))
        assert len(again.rules) == 1
