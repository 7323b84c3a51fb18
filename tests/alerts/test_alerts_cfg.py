"""Reading alerts.cfg: what every word means, whom it belongs to, and what is said about mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.alerts_cfg import AlertDefaults, read_alerts
from hexmon.alerts.dump import as_values, dumped
from hexmon.alerts.macros import Macros
from hexmon.alerts.rules import Constant, Method
from hexmon.config.line import Line, without_comment
from hexmon.config.lines import read_file
from hexmon.model.color import Color
from hexmon.model.origin import Origin
from tests.support.alert_rules import book_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "alerts.cfg"


def words(text: str) -> list[str]:
    """The dump without comments and empty lines; a tab is shown as >."""
    return [line.strip(" ").replace("\t", ">") for line in dumped(book_of(text)) if line and not line.startswith("#")]


def complaints(text: str) -> list[str]:
    return [str(problem) for problem in book_of(text).problems]


@pytest.mark.parametrize(
    ("text", "dump"),
    [
        pytest.param("HOST=a\nMAIL b", ["1>HOST=a", ">MAIL b FORMAT=TEXT REPEAT=30"], id="a rule and its recipient"),
        pytest.param("host=a Mail b", ["1>HOST=a", ">MAIL b FORMAT=TEXT REPEAT=30"], id="any case, one line"),
        pytest.param(
            "pages=a exPages=b DISPLAYGROUPS=c EXDISPLAYGROUPS=d HOSTS=e EXHOSTS=f SERVICES=g EXSERVICES=h "
            "CLASS=i EXCLASS=j GROUP=k EXGROUP=l COLORS=red TIMES=W:0800:1800 EXTIMES=*:1200:1300 "
            "DURATION>5 DURATION<2h RECOVERED NONOTICE IGNORE",
            [
                (
                    "1>PAGE=a EXPAGE=b DISPLAYGROUP=c EXDISPLAYGROUP=d HOST=e EXHOST=f SERVICE=g EXSERVICE=h CLASS=i "
                    "EXCLASS=j GROUP=k EXGROUP=l COLOR=red TIME=W:0800:1800 EXTIME=*:1200:1300 DURATION>5 DURATION<120 "
                    "RECOVERED NONOTICE"
                ),
                ">IGNORE STOP",
            ],
            id="every filter",
        ),
        pytest.param(
            "HOST=*\nMAIL a b COLOR=red\nMAIL c",
            [
                "1>HOST=*",
                ">MAIL a FORMAT=TEXT REPEAT=30 COLOR=red",
                ">MAIL b FORMAT=TEXT REPEAT=30 COLOR=red",
                ">MAIL c FORMAT=TEXT REPEAT=30",
            ],
            id="filters behind recipients are theirs",
        ),
        pytest.param(
            "HOST=*\nMAIL a STOP b UNMATCHED NOALERT",
            [
                "1>HOST=*",
                ">MAIL a FORMAT=TEXT REPEAT=30 STOP NOALERT",
                ">MAIL b FORMAT=TEXT REPEAT=30 UNMATCHED NOALERT",
            ],
            id="STOP and UNMATCHED belong to one, NOALERT to the line",
        ),
        pytest.param(
            "HOST=*\nMAIL a COLOR=red REPEAT=5 b",
            ["1>HOST=*", ">MAIL a FORMAT=TEXT REPEAT=30", ">MAIL b FORMAT=TEXT REPEAT=30"],
            id="what stands before the last recipient of a line is lost",
        ),
        pytest.param(
            "HOST=*\nMAIL a\nFORMAT=SMS HOST=x REPEAT=1h MAIL b",
            ["1>HOST=*", ">MAIL a FORMAT=SMS REPEAT=60 HOST=x", ">MAIL b FORMAT=TEXT REPEAT=30"],
            id="a line that begins with a modifier changes the last recipient",
        ),
        pytest.param(
            "HOST=*\nMAIL a b SERVICE=x\nREPEAT=5 COLOR=red",
            [
                "1>HOST=*",
                ">MAIL a FORMAT=TEXT REPEAT=30 SERVICE=x COLOR=red",
                ">MAIL b FORMAT=TEXT REPEAT=5 SERVICE=x COLOR=red",
            ],
            id="the filters of a line's recipients stay shared",
        ),
        pytest.param(
            "HOST=*\nSCRIPT /x a b\nSCRIPT=/y c\nMAIL=d",
            [
                "1>HOST=*",
                ">SCRIPT /x a FORMAT=SCRIPT REPEAT=30",
                ">SCRIPT /x b FORMAT=SCRIPT REPEAT=30",
                ">SCRIPT /y c FORMAT=SCRIPT REPEAT=30",
                ">MAIL d FORMAT=TEXT REPEAT=30",
            ],
            id="scripts, and the forms with =",
        ),
        pytest.param(
            "HOST=*\nCHANNEL=chat:ops FORMAT=SMS\nCHANNEL=pager",
            ["1>HOST=*", ">CHANNEL=chat:ops FORMAT=SMS REPEAT=30", ">CHANNEL=pager FORMAT=TEXT REPEAT=30"],
            id="channels",
        ),
        pytest.param("BOGUS HOST=*\nMAIL a", ["1>HOST=*", ">MAIL a FORMAT=TEXT REPEAT=30"], id="an unknown first word"),
        pytest.param("MAIL a\nHOST=*\nMAIL b", ["2>HOST=*", ">MAIL b FORMAT=TEXT REPEAT=30"], id="before any rule"),
        pytest.param("NOTICE MAIL a", ["1>NOTICE", ">MAIL a FORMAT=TEXT REPEAT=30"], id="a wish begins a rule"),
        pytest.param("HOST=a HOST=b MAIL c", ["1>HOST=b", ">MAIL c FORMAT=TEXT REPEAT=30"], id="the last of two"),
        pytest.param(
            "HOST=%a HOST=b MAIL c", ["1>HOST=%a", ">MAIL c FORMAT=TEXT REPEAT=30"], id="a pattern before a list holds"
        ),
        pytest.param(
            "$A=x,y\n$B=$A,z\n$A=1\nHOST=$B SERVICE=%^$A$ MAIL $C@$A",
            ["4>HOST=x,y,z SERVICE=%^1$", ">MAIL $C@1 FORMAT=TEXT REPEAT=30"],
            id="macros, and a $ that is none",
        ),
        pytest.param(
            "$R=HOST=* MAIL\n$R a b", ["2>HOST=*", ">MAIL a FORMAT=TEXT REPEAT=30", ">MAIL b FORMAT=TEXT REPEAT=30"],
            id="a macro may hold words",
        ),
        pytest.param(
            "HOST=* FOR=10m COLOR=red,yellow\nMAIL a COLOR=red FOR=1h\nMAIL b",
            [
                "1>HOST=* COLOR=yellow,red",
                ">MAIL a FORMAT=TEXT REPEAT=30 COLOR=red FOR=60",
                ">MAIL b FORMAT=TEXT REPEAT=30",
            ],
            id="FOR counts where one colour is left, the longer one",
        ),
        pytest.param(
            "HOST=* DURATION>=5 DURATION<=10 MAIL a\nMAIL b DURATION>=0 DURATION<=0 REPEAT=1d2h",
            ["1>HOST=* DURATION>=5 DURATION<=10", ">MAIL a FORMAT=TEXT REPEAT=30", ">MAIL b FORMAT=TEXT REPEAT=1560"],
            id="limits with themselves, and limits that are none",
        ),
    ],
)  # fmt: skip
def test_what_is_understood(text: str, dump: list[str]) -> None:
    assert words(text) == dump


@pytest.mark.parametrize(
    ("value", "colors"),
    [
        ("red,yellow", {"red", "yellow"}),
        ("!red", {"yellow", "purple"}),
        ("!red,yellow", {"purple"}),
        ("red,!yellow", {"red"}),
        ("red,!red", set()),
        ("yellow,!red,red", {"yellow"}),
        ("bogus,!red", set()),
        (",!red", set()),
        ("RED,,Blue", {"red", "blue"}),
        ("redd", set()),
        ("", set()),
        ("*", set()),
    ],
)
def test_colors(value: str, colors: set[str]) -> None:
    found = book_of(f"COLOR={value} MAIL a").rules[0].criteria.colors
    assert found is not None
    assert {color.word for color in found} == colors


def test_what_alerts_is_what_is_taken_from() -> None:
    defaults = AlertDefaults(frozenset({Color.RED, Color.CLEAR}), 600.0)
    (rule,) = book_of("COLOR=!red MAIL a", defaults).rules
    assert rule.criteria.colors == frozenset({Color.CLEAR})
    assert rule.recipients[0].pacing == Constant(600.0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("HOST=*", "1: a rule without recipients ends the search: of what it matches rules below are not asked"),
        ("MAIL a", "1: 'MAIL' before any rule: nobody is told; write above it: HOST=*"),
        ("HOST=* HSOT=a MAIL b", "1: nobody knows 'HSOT=a'; it is left out; did you mean HOST=?"),
        ("HOST=* UNMATCHD MAIL b", "1: nobody knows 'UNMATCHD'; it is left out; did you mean UNMATCHED?"),
        ("HOST=* FORMAT=SMS MAIL b", "1: 'FORMAT=SMS' before any recipient; it is left out"),
        ("HOST=*\nMAIL a SCRIPT /b c", "2: 'SCRIPT' behind MAIL is taken as an address; begin a new line"),
        ("HOST=*\nMAIL a bogus=1", "2: 'bogus=1' behind MAIL is taken as an address"),
        ("HOST=*\nMAIL a COLOR=red b", "2: 'COLOR=red' is lost: what holds for the recipients of a line stands behind"),
        ("HOST=*\nMAIL", "2: MAIL without an address; it is left out; write: MAIL address"),
        ("HOST=*\nMAIL= a", "2: MAIL= without an address: the mail cannot be sent"),
        ("HOST=*\nSCRIPT /x", "2: SCRIPT without a recipient; it is left out"),
        ("HOST=*\nSCRIPT= a", "2: SCRIPT= without a program: it cannot be run"),
        ("HOST=*\nCHANNEL=:x", "2: CHANNEL= without the name of a channel"),
        ("HOST=*\nIGNORED", "2: 'IGNORED' is taken as IGNORE"),
        ("HOST=* RECOVERD MAIL a", "1: nobody knows 'RECOVERD'; it is left out; did you mean RECOVERED?"),
        ("HOST=* RECOVEREDS MAIL a", "1: 'RECOVEREDS' is taken as RECOVERED; write: RECOVERED"),
        ("HOST=*\nMAIL a FORMAT=MSM", "2: 'MSM' is no format; it is left out; one of TEXT, PLAIN, SMS, PAGER, SCRIPT"),
        ("HOST=*\nMAIL a REPEAT=x", "2: REPEAT=x: 'x' is read as 0 minutes; write: 10, 90m, 1h30m, 2d"),
        ("HOST=*\nMAIL a REPEAT=0", "2: REPEAT=0 repeats once a minute; write: REPEAT=30"),
        ("HOST=*\nMAIL a REPEAT=2H", "2: REPEAT=2H: '2H' is read as 2 minutes"),
        ("HOST=* DURATION=5 MAIL a", "1: 'DURATION=5' is no limit; it is left out; write: DURATION>10 or DURATION<1h"),
        ("HOST=* DURATION>x MAIL a", "1: DURATION>x: 'x' is read as 0 minutes"),
        ("HOST=* FOR=5x COLOR=red MAIL a", "1: FOR=5x: '5x' is no duration; the FOR is left out"),
        ("HOST=* FOR=5 MAIL a", "1: FOR counts with one single colour; it is left out; write beside it: COLOR=red"),
        ("HOST=* COLOR=rde MAIL a", "1: COLOR=rde: 'rde' is no colour; did you mean red?"),
        ("HOST=* COLOR=blue MAIL a", "1: COLOR=blue: no colour that alerts is left: nobody is ever told"),
        ("HOST=* COLOR=!red,yellow MAIL a", "1: COLOR=!red,yellow: 'yellow' behind a ! is taken away too"),
        ("HOST=* TIME=W:800:1800 MAIL a", "1: TIME=W:800:1800: 'W:800:1800' is read as W:0000:1800"),
        ("HOST=* TIME=MON:0800:1800 MAIL a", "1: TIME=MON:0800:1800: 'MON:0800:1800' is no time: nothing is meant by"),
        ("HOST=%( MAIL a", "1: HOST=%(: '(' is not a regular expression: "),
        (
            "HOST=%^* MAIL a",
            "1: HOST=%^*: '^*' is not a regular expression: there is nothing to repeat; it means nothing",
        ),
        ("HOST= MAIL a", "1: HOST=: an empty list means everything; write * for everything"),
        ("HOST=*,x MAIL a", "1: HOST=*,x: * in a list is a name like any other"),
        ('DISPLAYGROUP="Two words" MAIL a', '1: DISPLAYGROUP="Two: quotes are taken as they are; a blank ends a value'),
        ("HOST=a HOST=b MAIL c", "1: 'HOST=b' takes the place of what is before it; write one filter of a kind"),
        ("HOST=%a HOST=b MAIL c", "1: 'HOST=b' does not take the place of the pattern before it"),
        ("$WBE=x\nHOST=$WEB MAIL a", "2: nobody defined the macro '$WEB'; did you mean $WBE?"),
        ("$A COLOR=red MAIL x", "1: this defines the macro '$A COLOR', which no line can name; write: $A=text"),
        ("HOST=* MAIL a\ninlcude x", "2: nobody knows 'inlcude'; it is left out"),
    ],
)
def test_mistakes_name_their_line_and_what_was_meant(text: str, complaint: str) -> None:
    found = complaints(text)
    assert any(one.startswith(f"alerts.cfg:{complaint}") for one in found), found


def test_a_good_file_has_no_mistakes() -> None:
    problems = list[object]()
    lines = read_file(EXAMPLE, []).lines
    book = read_alerts(lines)
    problems += book.problems
    assert problems == []
    assert len(book.rules) > 5
    recipients = [recipient for rule in book.rules for recipient in rule.recipients]
    assert {recipient.method for recipient in recipients} == set(Method) - {Method.CHANNEL}  # needs [channels.NAME]
    mails = [recipient.address for recipient in recipients if recipient.method is Method.MAIL]
    assert all(address.endswith("@example.com") for address in mails)


def test_lines_are_counted_over_comments_and_continuations(tmp_path: Path) -> None:
    (tmp_path / "alerts.cfg").write_text("# one\nHOST=* \\\n SERVICE=x\ninclude more.cfg\nMAIL b\n\nMAIL c\n")
    (tmp_path / "more.cfg").write_text("\nMAIL a\n# end\n")
    (rule,) = read_alerts(read_file(tmp_path / "alerts.cfg", []).lines).rules
    assert rule.line == 2
    assert rule.text == "HOST=*  SERVICE=x"
    assert [(one.address, one.line) for one in rule.recipients] == [("a", 4), ("b", 6), ("c", 8)]


def test_the_line_of_filters_is_that_of_the_last_of_them() -> None:
    (rule,) = book_of("HOST=*\nMAIL a COLOR=red\nFORMAT=SMS SERVICE=x").rules
    (recipient,) = rule.recipients
    assert (recipient.line, recipient.text) == (2, "MAIL a COLOR=red")
    assert (recipient.criteria.line, recipient.criteria.text) == (3, "MAIL a COLOR=red")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("HOST=a # why", "HOST=a"),
        ("HOST=a#why", "HOST=a"),
        ('MAIL "a#b" c # d', 'MAIL "a#b" c'),
        ("MAIL 'a#b", "MAIL 'a#b"),
        ("MAIL a'b\"#c", "MAIL a'b\""),
        ('MAIL a"b\'c"#d', 'MAIL a"b\'c"#d'),
        ("#", ""),
    ],
)
def test_comments(text: str, left: str) -> None:
    assert without_comment(text) == left


def test_only_dollars_that_name_a_macro_are_replaced() -> None:
    macros = Macros()
    assert macros.defines("$A=1")
    assert macros.defines("$=empty")
    assert not macros.defines("$A")
    assert macros.expand("$A $AB $A.b %^x$A$ a$") == "1 $AB 1.b %^x1empty aempty"
    assert [message for message, _ in macros.mistakes] == ["nobody defined the macro '$AB'"]


_WORDS = st.sampled_from(
    [
        "HOST=*", "HOST=%(", "MAIL", "SCRIPT", "IGNORE", "STOP", "a@b", "FORMAT=SMS", "REPEAT=x", "COLOR=!red", "FOR=5",
        "TIME=W", "DURATION>5", "DURATION", "CHANNEL=", "CHANNEL=a:b", "$A", "$A=1", "$", "#", '"', "\\", "RECOVERED",
        "include", "directory x", "UNMATCHED", "NOALERT", "COLOR=red", "=", "MAIL=", "SCRIPT=",
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(), st.lists(st.lists(_WORDS, max_size=8).map(" ".join), max_size=8).map("\n".join))


@given(_TEXTS)
def test_any_text_gives_rules(text: str) -> None:
    lines = [Line(line, Origin("x", number)) for number, line in enumerate(text.split("\n"), 1)]
    book = read_alerts(lines)
    assert list(dumped(book)) is not None
    assert len(as_values(book)) == len(book.rules)
    assert all(not problem.fatal and problem.message for problem in book.problems)


@given(_TEXTS)
def test_what_is_dumped_is_read_again(text: str) -> None:
    """Where nothing is quoted, commented out or odd, and FOR stands where it counts."""
    book = book_of(text)
    plain = "\n".join(line.lstrip() for line in dumped(book) if not line.startswith("#"))
    plain = "\n".join(line.split("\t")[-1] for line in plain.split("\n"))
    if book.problems or any(mark in plain for mark in "#$\"'"):
        return
    again = [line for line in dumped(book_of(plain)) if not line.startswith("#")]
    strip = [line.split("\t")[-1] for line in dumped(book) if not line.startswith("#")]
    assert [line.split("\t")[-1] for line in again] == strip
