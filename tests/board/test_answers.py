"""Questions and their answers, byte for byte."""

import pytest

from hexmon.board.answers import Answers
from hexmon.board.board import Board
from hexmon.board.fields import FIELDS, field_names
from hexmon.board.query import parse_query
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK, AckInfo, ClientMessage
from tests.support.builders import a_board, a_host, a_report
from tests.support.clock import FakeClock

GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color
NOW = 1_795_219_200
WWW = a_host(
    "www.foo.com",
    ip="127.0.0.2",
    page="web",
    all_pages=("web", "other/one"),
    aliases=("wwwalias",),
    tags=("http://www.foo.com/", "NAME:Front one", "DESCR:Linux|web"),
    display_name="Front one",
    items={"NET": "inside"},
)
DB = a_host(
    "Db.foo.com",
    ip="127.0.0.3",
    tags=("noinfo", "notrends"),
    items={"FLAG_NOINFO": "noinfo", "FLAG_NOTRENDS": "notrends"},
)


def a_busy_board() -> Board:
    board = a_board(WWW, DB, a_host("idle.foo.com", index=9), clock=FakeClock(NOW))
    board.report(
        a_report(GREEN, host="www.foo.com", text=b"green Fri OK\n&green all\n", head=b"status www,foo,com.http ")
    )
    board.report(a_report(RED, host="www.foo.com", test="disk", text=b"red bad|pipe\n/var 99%\tfull\n", flags="OrdA"))
    board.report(a_report(YELLOW, host="db.foo.com", test="conn", text=b"yellow slow\n", validity=60.0))
    board.report(a_report(RED, host="summary", test="Vegas.All", text=b"red http://vegas/ Text\n"))
    return board


@pytest.fixture
def board() -> Board:
    return a_busy_board()


@pytest.fixture
def answers(board: Board) -> Answers:
    return Answers(board)


def lines(*rows: str) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def test_the_whole_board(board: Board, answers: Answers) -> None:
    cookies = {status.key.test: status.cookie.number for status in board.statuses() if status.cookie}
    assert answers.board(b"") == lines(
        f"Db.foo.com|conn|yellow||{NOW}|{NOW}|{NOW + 60}|0|0|127.0.0.1|{cookies['conn']}|yellow slow",
        f"summary|Vegas.All|red||{NOW}|{NOW}|{NOW + 1800}|0|0|127.0.0.1||red http://vegas/ Text",
        "www.foo.com|trends|green||0|0|0|0|0|||",
        "www.foo.com|info|green||0|0|0|0|0|||",
        f"www.foo.com|disk|red|OrdA|{NOW}|{NOW}|{NOW + 1800}|0|0|127.0.0.1|{cookies['disk']}|red bad|pipe",
        f"www.foo.com|http|green||{NOW}|{NOW}|{NOW + 1800}|0|0|127.0.0.1||green Fri OK",
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("host=www", "trends info disk http", id="host is a pattern"),
        pytest.param("host=WWW.FOO", "trends info disk http", id="without regard to case"),
        pytest.param("host=^foo", "", id="anchored only if it says so"),
        pytest.param("test=^c", "conn", id="test is a pattern"),
        pytest.param("test=^c test=n$", "conn", id="repeated criteria must all hold"),
        pytest.param("test=http|disk", "disk http", id="alternatives"),
        pytest.param("color=red,yellow", "conn Vegas.All disk", id="colours"),
        pytest.param("color=green", "trends info http", id="generated columns are green"),
        pytest.param("color=mauve", "", id="an unknown colour is found nowhere"),
        pytest.param("page=^other", "Vegas.All trends info disk http", id="any of the pages; summaries have none"),
        pytest.param("net=inside", "Vegas.All trends info disk http", id="net"),
        pytest.param("net=outside host=.", "", id="net that is not"),
        pytest.param("ip=0.3$", "conn Vegas.All", id="ip"),
        pytest.param("XMH_DISPLAYNAME=front host=.", "trends info disk http", id="any item"),
        pytest.param("XMH_NET=x host=.", "", id="an item that no host has"),
        pytest.param("XMH_NOSUCH=x host=^www", "trends info disk http", id="an item that does not exist is ignored"),
        pytest.param("tag=nosuch color=yellow", "conn", id="tag is ignored on the board"),
        pytest.param("msg=pipe", "disk", id="the text"),
        pytest.param("msg=status.www,foo", "disk http", id="the text with its head"),
        pytest.param("msg=bad\\|pipe", "disk", id="an escaped bar"),
        pytest.param("dismsg=. host=.", "", id="no disable text"),
        pytest.param(f"lastchange>={NOW} color=red", "Vegas.All disk", id="not before"),
        pytest.param(f"lastchange>{NOW}", "", id="after"),
        pytest.param(f"lastchange<{NOW}", "trends info", id="generated columns are as old as time"),
        pytest.param(f"validtime={NOW + 60}", "conn", id="equal"),
        pytest.param(f"logtime!={NOW} host=.", "trends info", id="not equal"),
        pytest.param("acktime>0", "", id="not acknowledged"),
        pytest.param("down=conn host=.", "", id="down: only where all of them are red"),
        pytest.param("down=disk", "Vegas.All disk", id="down: and then red rows"),
        pytest.param("notdown=disk host=.", "conn", id="notdown: no host where one of them is red"),
        pytest.param("www,foo,com.disk", "disk", id="a bare square"),
        pytest.param("wwwalias.disk", "disk", id="a bare square by alias"),
        pytest.param("nosuch.disk color=yellow", "conn", id="a bare square of an unknown host is ignored"),
        pytest.param("nonsense color=yellow", "conn", id="an unknown word is ignored"),
        pytest.param("host=[ ", "", id="a pattern that is none finds nothing"),
        pytest.param("test=(a+)+$", "", id="a hostile pattern is harmless"),
        pytest.param("host=www(?=.foo) test=^d", "disk", id="look-ahead works"),
    ],
)
def test_criteria(answers: Answers, words: str, found: str) -> None:
    rows = answers.board(f"{words} fields=testname".encode())
    assert rows.decode().split() == found.split()


def test_fields_come_in_the_order_asked_and_unknown_ones_are_left_out(answers: Answers) -> None:
    words = b"test=disk fields=color,nosuch,hostname,XMH_IP,BBH_DISPLAYNAME,XMH_NOSUCH,testname"
    assert answers.board(words) == b"red|www.foo.com|127.0.0.2|Front one|disk\n"


def test_every_field_has_a_value_for_every_row(answers: Answers) -> None:
    names = ",".join(FIELDS)
    rows = answers.board(f"fields={names}".encode()).replace(b"bad|pipe", b"bad").splitlines()
    assert len(rows) == 6
    assert {row.count(b"|") for row in rows} == {len(FIELDS) - 1}


def test_special_fields(board: Board, answers: Answers) -> None:
    board.report(a_report(GREEN, host="www.foo.com", test="disk", text=b"green again\n"))
    board.report(
        a_report(RED, host="www.foo.com", test="disk", text=b"red again\\\n", head=b"status+2h www,foo,com.disk ")
    )
    board.modify(StatusKey("www.foo.com", "disk"), YELLOW, "src", b"because")
    board.ack_info("www.foo.com", "disk", AckInfo(1, "joe", 0.0, NOW + 600.0, 0.0, b"multi level"))
    board.ack_info("www.foo.com", "disk", AckInfo(2, "ann", 0.0, NOW + 600.0, 0.0, b"other"))
    wanted = {
        "prevreportcolor": "red",
        "oldcolor": "red",
        "prevchangecolor": "red",
        "previouscolor": "red",
        "prevgapcolor": "red",
        "msg": r"status+2h www,foo,com.disk red again\\\n",
        "stats": "statuschanges=4",
        "flapinfo": f"0/{NOW}/{NOW}/green/green",
        "modifiers": r"&yellow because\n",
        "acklist": rf"{NOW}:{NOW + 600}:2:ann:other\n{NOW}:{NOW + 600}:1:joe:multi level\n",
        "client": "N",
        "clntstamp": "0",
        "ip": "127.0.0.2",
    }
    answer = answers.board(f"test=disk fields={','.join(wanted)}".encode()).decode()
    assert answer == "|".join(wanted.values()) + "\n"
    level = answers.board(b"test=disk acklevel=2 fields=acklist").decode()
    assert level == rf"{NOW}:{NOW + 600}:2:ann:other\n" + "\n"


def test_colours_before_the_first_are_none(answers: Answers) -> None:
    fields = b"fields=prevreportcolor,prevchangecolor,prevgapcolor"
    assert set(answers.board(fields).splitlines()) == {b"none|none|none"}


def test_a_log(board: Board, answers: Answers) -> None:
    board.disable("www.foo.com", "http", UNTIL_OK, b"until ok\n")
    assert (
        answers.log(b"WWW.foo.com.HTTP")
        == (
            f"www.foo.com|http|blue||{NOW}|{NOW}|2147483647|0|-1|127.0.0.1|||until ok\\n|N|\ngreen Fri OK\n&green all\n"
        ).encode()
    )


@pytest.mark.parametrize("words", [b"", b"host=www test=disk", b"www.foo.com.nosuch", b"nosuch.disk", b"disk"])
def test_no_log(answers: Answers, words: bytes) -> None:
    assert answers.log(words) == b""
    assert answers.query(words) == b""
    assert answers.xml_log(words) == b""


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        pytest.param(b"www,foo,com.http\n", b"green Fri OK\n", id="commas"),
        pytest.param(b"wwwalias.HTTP", b"green Fri OK\n", id="alias and case"),
        pytest.param(b"summary.Vegas.All", b"", id="the test follows the last dot, also for a summary"),
    ],
)
def test_query(answers: Answers, words: bytes, answer: bytes) -> None:
    assert answers.query(words) == answer


def test_query_shows_the_colour_shown_and_the_text_as_it_was_and_no_more_than_499_bytes(
    board: Board, answers: Answers
) -> None:
    board.disable("www.foo.com", "disk", UNTIL_OK, b"")
    assert answers.query(b"www.foo.com.disk") == b"blue bad|pipe\n"
    board.report(a_report(GREEN, host="www.foo.com", test="long", text=b"green " + b"x" * 2000))
    assert len(answers.query(b"www.foo.com.long")) == 499


def test_a_long_answer_comes_in_slices() -> None:
    board = a_board(*(f"h{number}" for number in range(300)))
    for number in range(300):
        board.report(a_report(host=f"h{number}"))
    slices = list(Answers(board).iter_board(b"fields=hostname"))
    assert [piece.count(b"\n") for piece in slices] == [500, 400]


def test_a_board_that_changes_between_slices_does_no_harm() -> None:
    board = a_board(*(f"h{number}" for number in range(300)))
    for number in range(300):
        board.report(a_report(host=f"h{number}"))
    slices = Answers(board).iter_board(b"fields=hostname")
    next(slices)
    board.drop("h299", None)
    board.report(a_report(host="h1", test="another"))
    assert b"h299" not in b"".join(slices)


# -- hosts


def test_hostinfo_is_in_the_order_of_the_file_and_escaped(answers: Answers) -> None:
    assert answers.hostinfo(b"") == lines(
        r"www.foo.com|127.0.0.2|http://www.foo.com/|NAME:Front one|DESCR:Linux\pweb",
        "Db.foo.com|127.0.0.3|noinfo|notrends",
        "idle.foo.com|0.0.0.0|",
    )


def test_hostinfo_by_tag_names_the_tags_that_matched(answers: Answers) -> None:
    assert answers.hostinfo(b"tag=^no fields=XMH_HOSTNAME,matchedtags,hostname") == b"Db.foo.com|noinfo|notrends|\n"


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        pytest.param("host=foo down=disk", "www.foo.com", id="down"),
        pytest.param("notdown=disk", "Db.foo.com idle.foo.com", id="notdown takes hosts that never reported"),
        pytest.param("page=^web", "www.foo.com", id="page"),
        pytest.param("acklevel= host=idle", "idle.foo.com", id="an empty level is ignored"),
    ],
)
def test_hostinfo_criteria(answers: Answers, words: str, hosts: str) -> None:
    assert answers.hostinfo(f"{words} fields=XMH_HOSTNAME".encode()).decode().split() == hosts.split()


def test_clone_lists_items_then_tags(answers: Answers) -> None:
    found = answers.hostinfo(b"clone=WWW.foo.com\n").decode().splitlines()
    assert found[:3] == ["XMH_NET:inside", "XMH_DISPLAYNAME:Front one", "XMH_CLIENTALIAS:wwwalias"]
    assert found[-3:] == list(WWW.tags)
    assert answers.hostinfo(b"clone=nosuch") == b""


# -- agents, ghosts, XML


def a_message(collector: str, message: bytes) -> ClientMessage:
    return ClientMessage(
        host="www.foo.com",
        collector=collector,
        os_type="linux",
        host_class="",
        sender="",
        received=NOW + 5.0,
        message=message,
    )


def test_of_a_client_log_so_many_sections_are_looked_for_and_no_more(board: Board, answers: Answers) -> None:
    names = [b"s%d" % number for number in range(300)]
    board.client(a_message("", b"client www,foo,com.linux\n" + b"".join(b"[%b]\n" % name for name in names)))
    assert answers.client_log(b"www.foo.com section=" + b",".join(names)).count(b"[") == 200


def test_client_log(board: Board, answers: Answers) -> None:
    board.client(a_message("", b"client www,foo,com.linux\n[date]\nFri\n[df]\nFS\n"))
    board.client(a_message("extra", b"client/extra www,foo,com.linux\n[coll]\nabc\n"))
    assert answers.client_log(b"WWW.foo.com") == (
        b"\n[collector:extra]\nclient/extra www,foo,com.linux\n[coll]\nabc\n"
        b"\n[collector:]\nclient www,foo,com.linux\n[date]\nFri\n[df]\nFS\n"
    )
    assert answers.client_log(b"www.foo.com section=df,nosuch,coll") == b"[df]\nFS\n[coll]\nabc\n\n"
    assert answers.client_log(b"www.foo.com section=df,df") == b"[df]\nFS\n"
    assert answers.client_log(b"nosuch") == answers.client_log(b"") == b""
    board.client(a_message("", b"client www,foo,com.linux\n[msgs:/var/log/x]\nbad\n[file:/etc/passwd]\nsize:1\n"))
    assert answers.client_log(b"www.foo.com section=msgs:/var/log/x") == b"[msgs:/var/log/x]\nbad\n"
    for name in (b"/etc/passwd", b"../x", b"file:/etc/passwd\0", b"msgs:/var/log/../log/x"):
        assert answers.client_log(b"www.foo.com section=" + name) == b""
    for name in (b"../www.foo.com", b"/etc/passwd", b".", b".."):
        assert answers.client_log(name) == b""
    assert (
        answers.board(b"host=www fields=testname,client,clntstamp").split(b"\n")[2] == f"clientlog|Y|{NOW + 5}".encode()
    )


def test_ghosts_and_multi_sources(board: Board, answers: Answers) -> None:
    board.report(a_report(host="ghost.host"))
    board.report(a_report(RED, host="www.foo.com", test="disk", sender="127.0.0.9"))
    assert answers.ghost_list() == f"ghost.host|127.0.0.1|{NOW}\n".encode()
    assert answers.multi_source_list() == f"www.foo.com:disk|127.0.0.1|127.0.0.9|{NOW}\n".encode()


def test_xml_cannot_be_broken_out_of(board: Board, answers: Answers) -> None:
    text = b"green ]]> <evil/>"
    board.report(a_report(GREEN, host="www.foo.com", test="x", text=text, flags="<&>", head=b"status www,foo,com.x "))
    log = answers.xml_log(b"www.foo.com.x")
    assert b"<Message><![CDATA[green ]]]]><![CDATA[> <evil/>]]></Message>" in log
    assert b"<TestFlags>&lt;&amp;&gt;</TestFlags>" in log
    assert b"<AckTime>N/A</AckTime>" in log
    whole = answers.xml_board(b"test=^x$")
    assert whole.startswith(b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<StatusBoard>\n  <ServerStatus>\n")
    assert b"<![CDATA[status www,foo,com.x green ]]]]><![CDATA[> <evil/>]]>" in whole
    assert whole.endswith(b"  </ServerStatus>\n</StatusBoard>\n")
    assert whole.count(b"<ServerStatus>") == 1


def test_xml_of_a_disabled_square_says_until_ok(board: Board, answers: Answers) -> None:
    board.disable("www.foo.com", "disk", UNTIL_OK, b"work")
    log = answers.xml_log(b"www.foo.com.disk")
    assert b"<DisableTime>Until OK</DisableTime>" in log
    assert b"<DisMsg><![CDATA[work]]></DisMsg>" in log


def test_flags_cannot_begin_another_field_or_line(board: Board, answers: Answers) -> None:
    board.report(a_report(GREEN, host="www.foo.com", test="x", flags="O|\nfake|row"))
    assert answers.board(b"test=^x$ fields=flags,color") == b"Ofakerow|green\n"


def test_field_names() -> None:
    assert field_names("color,BBH_IP,XMH_RAW,XMH_,x,,line1") == ("color", "XMH_IP", "XMH_RAW", "line1")


@pytest.mark.parametrize(
    "words", [b"\xff\xfe=\xff", b"host=\xff", b"=", b".", b"lastchange>", b"fields=", b"down=[", b"a" * 9000]
)
def test_any_words_are_a_question(answers: Answers, words: bytes) -> None:
    parse_query(words)
    answers.board(words)
    answers.hostinfo(words)
    answers.client_log(words)
