"""What the real xymond_alert writes to a SCRIPT and into a mail, and what hexmon does, of the same happenings."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.model.incident import Kind
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.text import nl_encode_bytes
from tests.peers.alert_words import HOSTS, LASTED, NOW, Got, Happening, Ours, Theirs, inventory, rules
from tests.support.xymond_alert import xymond_alert

pytestmark = pytest.mark.peers

INVENTORY = inventory()
OURS = Ours(INVENTORY)
LONG = "a-very-long-name-of-a-host-that-goes-on-and-on.some.where.in.a.deep.domain.example.com"
BAD_LINE = re.compile(rb"\n&(?:red|yellow)")


@pytest.fixture(scope="module")
def theirs() -> Iterator[Theirs]:
    with xymond_alert("", HOSTS, NOW) as peer:
        peer.rules(rules(str(peer.home)))
        yield Theirs(peer)


CASES = {
    "one line without a newline": Happening(b"red one line"),
    "one line with a newline": Happening(b"red one line\n"),
    "many lines and blank ones": Happening(b"red first\n\nsecond\n\n\nthird\n\n", test="conn"),
    "only the colour": Happening(b"red"),
    "only the colour and a newline": Happening(b"red\n"),
    "the colour and spaces": Happening(b"red   "),
    "no colour word at all": Happening(b"it is bad\n&red really\n"),
    "yellow": Happening(b"yellow so so\n", color="yellow", test="disk"),
    "purple": Happening(b"purple nobody says anything\n", color="purple", test="msgs"),
    "flags": Happening(b"red <!-- [flags:OrdastLe] --> down\nmore <!-- kept --> text\n"),
    "two comments in the first line": Happening(b"red <!-- a --> b <!-- c --> d\n<!-- e -->\n"),
    "a comment that does not end": Happening(b"red <!-- a b\nc --> d\n"),
    "an empty comment": Happening(b"red <!----> <!-- --> x\n"),
    "an end of a comment before its beginning": Happening(b"red --> a <!-- b\n"),
    "carriage returns": Happening(b"red a\r\nb\r\r\n\rc\n"),
    "a marked line": Happening(b"red a\n&red one\nmore\n", test="cpu"),
    "a marked line at the end": Happening(b"red a\nmore\n&yellow one", test="cpu"),
    "a marked first line": Happening(b"red &red a\nmore\n", test="cpu"),
    "marks that are none": Happening(b"red a\n &red b\n&green c\n&RED d\n&redder e\n", test="cpu"),
    "another coding": Happening(b"red \xff\xfe \xe9\xc3\xa9\n&red \x80\n"),
    "control characters": Happening(b"red \x01\x1b[31m\x7f\ttab\n"),
    "shell words": Happening(b"red $(id) `id` ${HOME} \"q\" 'q' \\ % %s\n"),
    "longer than a script is told": Happening(b"red " + b"x" * 4000 + b"\n" + b"y" * 5000 + b"\n"),
    "much longer": Happening(b"red begin\n" + b"line of text\n" * 2400),
    "a group": Happening(b"red grouped\n", head=b"status/group:a,b"),
    "a lifetime": Happening(b"red for a while\n", head=b"status+10m"),
    "a host without an address": Happening(b"red x\n", host="nought", test="ssh"),
    "a host in a group of a page": Happening(b"red x\n", host="db.example.com", test="mysql"),
    "a host with a long name": Happening(b"red x\n", host=LONG, test="a_long-test_name_with_many_words"),
    "a host of a subpage": Happening(b"red x\n", host="other.example.com", test="smtp"),
    "a test with a code in capitals": Happening(b"red x\n", test="DNS"),
    "a test whose code is in a list of names": Happening(b"red x\n", test="imap4"),
    "no cookie": Happening(b"red x\n", cookie=-1),
    "a long cookie": Happening(b"red x\n", cookie=999999),
    "acknowledged for a while": Happening(b"red x\n", acked=True),
    "disabled": Happening(b"red x\nwhy\n", disabled=True),
    "disabled with flags": Happening(b"red <!-- [flags:A] --> x\r\n&red y\n", disabled=True),
    "a recovery of many lines": Happening(b"red x\n", end=b"green <!-- [flags:A] --> fine\r\n&red was\n&green is\n\n"),
    "a recovery without a word": Happening(b"red x\n", end=b"green"),
    "one modifier": Happening(b"green fine\nmore\n", causes=(b"&red the cause\n",)),
    "modifiers": Happening(b"green fine\nmore", causes=(b"&red a | b\n", b"&yellow c\\d\n")),
    "a modifier that says nothing": Happening(b"yellow x\n\n", causes=(b"&red \n",)),
    "modifiers at the end": Happening(b"red x\n", end=b"red x\n", end_causes=(b"&green forget it\n", b"&red or not\n")),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES)
def test_both_say_the_same(theirs: Theirs, one: Happening) -> None:
    agree(theirs, one)


def agree(theirs: Theirs, one: Happening) -> None:
    told = theirs.tells(one, INVENTORY)
    mine = OURS.tells(one, theirs.peer.now - LASTED)
    assert told.keys() == mine.keys()
    for kind, messages in told.items():
        expected = [
            Got(got.address, {name: _as_ours(one, kind, value) for name, value in got.values.items()})
            for got in messages
        ]
        for left, right in zip(expected, mine[kind], strict=True):
            assert left == right, kind


def _as_ours(one: Happening, kind: Kind, value: bytes) -> bytes:
    """Causes of modifiers: there with escaped newlines and the whole first line of the report, flags and all."""
    causes = b"".join(one.causes if kind in (Kind.ALERT, Kind.REMINDER) else one.end_causes)
    if not causes:
        return value
    escaped = nl_encode_bytes(causes)
    head = b"%s %s.%s " % (one.head, host_to_wire(one.host).encode(), one.test.encode())
    value = value.replace(escaped + b"\n" + head, causes + b"\n")
    # An SMS ends with them.
    return value.removesuffix(escaped) + causes.removesuffix(b"\n") if value.endswith(escaped) else value


_words = st.one_of(
    st.sampled_from(
        [
            b"&red a",
            b"&yellow b",
            b"&green c",
            b"<!-- x -->",
            b"<!--",
            b"-->",
            b"\r",
            b"\r\n",
            b" ",
            b"  ",
            b"text",
            b"\n\n",
        ]
    ),
    st.binary(max_size=8).map(lambda data: data.replace(b"\0", b"")),
)
_texts = st.lists(_words, max_size=8).map(b"\n".join)
_spoken = st.tuples(st.sampled_from([b"red", b"red ", b"red  ", b"yellow ", b"x"]), _texts).map(b"".join)


@st.composite
def _happenings(draw: st.DrawFn) -> Happening:
    return Happening(
        text=draw(_spoken),
        host=draw(st.sampled_from(sorted(INVENTORY.hosts))),
        test=draw(st.sampled_from(["http", "conn", "MyTest", "pop-3", "x_y", "1"])),
        color=draw(st.sampled_from(["red", "yellow", "purple"])),
        head=draw(st.sampled_from([b"status", b"status+1h", b"status/group:a", b"status+5m/group:a,b"])),
        cookie=draw(st.sampled_from([-1, 1, 4711, 999_999])),
        end=b"green " + draw(_texts),
        disabled=draw(st.booleans()),
        acked=draw(st.booleans()),
    )


@given(_happenings())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_that_nobody_thought_of(theirs: Theirs, one: Happening) -> None:
    agree(theirs, replace(one, text=_sparse(one.text), end=_sparse(one.end)))


def _sparse(text: bytes) -> bytes:
    """No end of a message of the channel; behind a marked line a line that is none, for xymond_alert skips it."""
    return BAD_LINE.sub(lambda found: b"\n." + found[0] + b"\n,", text).replace(b"\n@@", b"\n@")


def test_a_short_message_lists_every_marked_line_where_xymond_alert_skips_the_next(theirs: Theirs) -> None:
    one = Happening(b"red a\n&red one\n&red two\n&yellow three\n")
    told = {got.address: got.values for got in theirs.tells(one, INVENTORY)[Kind.ALERT]}
    mine = {got.address: got.values for got in OURS.tells(one, NOW)[Kind.ALERT]}
    head = b"www.example.com:http red [4711]\n"
    assert told["sSMS"]["BBALPHAMSG"] == head + b"&red one\n&yellow three"
    assert mine["sSMS"]["BBALPHAMSG"] == head + b"&red one\n&red two\n&yellow three"


@pytest.mark.parametrize("text", [b"text of it", b"text\nof it\n", b"", b"\xff <!-- x -->\r\n&red a\n"])
def test_a_notice_is_the_same(theirs: Theirs, text: bytes) -> None:
    key = StatusKey("db.example.com", "conn")
    assert theirs.tells_notice(key, text) == OURS.tells_notice(key, text, theirs.peer.now)
