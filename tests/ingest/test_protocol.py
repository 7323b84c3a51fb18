from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from hexmon.ingest import messages as say
from hexmon.ingest.protocol import PARSERS, parse
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Report
from tests.fuzz.fuzz_messages import SEEDS, mutated

KEY = StatusKey("www.foo.com", "http")


def _report(message: bytes, sender: str = "192.0.2.1") -> Report:
    command = parse(message, sender)
    assert isinstance(command, Report), command
    return command


STATUSES = {
    "a plain status": (b"status www,foo,com.http green all is well", {"color": Color.GREEN, "validity": 1800.0}),
    "dots in the host are accepted": (b"status www.foo.com.http green", {"key": KEY}),
    "commas and dots may be mixed": (b"status www,foo.com.http green", {"key": KEY}),
    "the text begins with the colour word": (b"status www,foo,com.http red bad\nline\n", {"text": b"red bad\nline\n"}),
    "the head is what was before the text": (b"status+5 www,foo,com.http red", {"head": b"status+5 www,foo,com.http "}),
    "several blanks and tabs separate words": (b"status \t www,foo,com.http \t\tred x", {"key": KEY, "text": b"red x"}),
    "a colour in capitals": (b"status www,foo,com.http RED", {"color": Color.RED}),
    "a colour with punctuation behind it": (b"status www,foo,com.http yellow,", {"color": Color.YELLOW}),
    "blue is accepted": (b"status www,foo,com.http blue", {"color": Color.BLUE}),
    "a lifetime in minutes": (b"status+90 www,foo,com.http green", {"validity": 5400.0}),
    "a lifetime in hours": (b"status+2h www,foo,com.http green", {"validity": 7200.0}),
    "a lifetime of several parts": (b"status+1d2h30m www,foo,com.http green", {"validity": 95400.0}),
    "a lifetime in weeks": (b"status+1w www,foo,com.http green", {"validity": 604800.0}),
    "a lifetime that is none": (b"status+abc www,foo,com.http green", {"validity": 0.0}),
    "a lifetime ends at a strange letter": (b"status+10x5 www,foo,com.http green", {"validity": 600.0}),
    "groups": (b"status/group:dba,web www,foo,com.http red", {"groups": ("dba", "web"), "validity": 1800.0}),
    "lifetime and groups": (b"status+30/group:a www,foo,com.http red", {"groups": ("a",), "validity": 1800.0}),
    "flags": (b"status www,foo,com.http red <!-- [flags:OrdAstLe] --> x", {"flags": "OrdAstLe"}),
    "no flags leave the old ones standing": (b"status www,foo,com.http red x", {"flags": None}),
    "flags only right after the colour": (b"status www,foo,com.http red x <!-- [flags:A] -->", {"flags": None}),
    "a NUL ends the message": (b"status www,foo,com.http green one\0two", {"text": b"green one"}),
    "a relay names the real sender": (
        b"status www,foo,com.http green x\nStatus message received from 192.0.2.77\nmore",
        {"sender": "192.0.2.77", "text": b"green x"},
    ),
    "a relay names an IPv6 sender": (
        b"status www,foo,com.http green x\nStatus message received from 2001:db8::77\n",
        {"sender": "2001:db8::77"},
    ),
    "a relay without an address": (
        b"status www,foo,com.http green x\nStatus message received from ",
        {"sender": "192.0.2.1", "text": b"green x"},
    ),
    "the test follows the last dot": (b"status www,foo,com.a.b green", {"key": StatusKey("www.foo.com.a", "b")}),
    "letters beyond ASCII": ("status bücher,de.http green".encode(), {"key": StatusKey("bücher.de", "http")}),
    "letters that are no UTF-8": (b"status b\xfccher,de.http green", {"key": StatusKey("bücher.de", "http")}),
    "a summary": (
        b"summary summary.Vegas.All red http://vegas/ Text",
        {"key": StatusKey("summary", "Vegas.All"), "text": b"red http://vegas/ Text"},
    ),
}


@pytest.mark.parametrize(("message", "expected"), STATUSES.values(), ids=STATUSES.keys())
def test_statuses(message: bytes, expected: dict[str, Any]) -> None:
    found = asdict(_report(message))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("message", "host"),
    [
        (b"status", ""),
        (b"status www,foo,com.http", "www.foo.com"),
        (b"status www,foo,com.http\ngreen", "www.foo.com"),
        (b"status www,foo,com.http mauve", "www.foo.com"),
        (b"status www,foo,com.http purple", "www.foo.com"),
        (b"status foo green", "foo"),
        (b"status foo. green", "foo"),
        (b"status .http green", ""),
        (b"summary summary green", ""),
        (b"summary router.cpu red", ""),
    ],
)
def test_statuses_nothing_can_be_done_with(message: bytes, host: str) -> None:
    command = parse(message)
    assert isinstance(command, say.Useless)
    assert command.host == host


S = "192.0.2.1"
OTHERS: dict[str, tuple[bytes, say.AnyCommand]] = {
    "the colour `client` makes it client data": (
        b"status www,foo,com.coll client x",
        say.ClientData(
            sender=S,
            host="www.foo.com",
            os_type="",
            host_class="",
            collector="coll",
            message=b"status www,foo,com.coll client x",
            answered=False,
        ),
    ),
    "client data with a class": (
        b"client www,foo,com.linux web\n[date]\n",
        say.ClientData(
            sender=S,
            host="www.foo.com",
            os_type="linux",
            host_class="web",
            collector="",
            message=b"client www,foo,com.linux web\n[date]\n",
        ),
    ),
    "only the ordinary collector may set the class": (
        b"client/x www,foo,com.linux web\n",
        say.ClientData(
            sender=S,
            host="www.foo.com",
            os_type="linux",
            host_class="",
            collector="x",
            message=b"client/x www,foo,com.linux web\n",
        ),
    ),
    "a proxy names the real client": (
        b"client a.linux\n[proxy]\nx:1\nClientIP:192.0.2.9\n",
        say.ClientData(
            sender="192.0.2.9",
            host="a",
            os_type="linux",
            host_class="",
            collector="",
            message=b"client a.linux\n[proxy]\nx:1\nClientIP:192.0.2.9\n",
        ),
    ),
    "data": (
        b"data a,b.trends\n[x.rrd]\n",
        say.Data(sender=S, key=StatusKey("a.b", "trends"), text=b"data a,b.trends\n[x.rrd]\n"),
    ),
    "disable for minutes": (
        b"disable a,b.http 5 Planned work\nby me\n",
        say.Disable(sender=S, host="a.b", test="http", minutes=5, text=b"Planned work\nby me\n"),
    ),
    "disable with a unit": (
        b"disable a.http 2h x",
        say.Disable(sender=S, host="a", test="http", minutes=120, text=b"x"),
    ),
    "disable until it is OK": (
        b"disable a.http -1 x",
        say.Disable(sender=S, host="a", test="http", minutes=None, text=b"x"),
    ),
    "disable all tests": (
        b"disable a,b.* 5",
        say.Disable(sender=S, host="a.b", test=None, minutes=5, text=b"(No reason given)"),
    ),
    "disable all tests without the dot": (
        b"disable a,b* 5 x",
        say.Disable(sender=S, host="a.b", test=None, minutes=5, text=b"x"),
    ),
    "the reason may begin on the next line": (
        b"disable a.t 5 \n why\n",
        say.Disable(sender=S, host="a", test="t", minutes=5, text=b"why\n"),
    ),
    "enable": (b"enable a,b.http", say.Enable(sender=S, host="a.b", test="http")),
    "enable all": (b"enable a,b.*\n", say.Enable(sender=S, host="a.b", test=None)),
    "acknowledge": (
        b"xymondack 3677 60 looking\nAcked by: me",
        say.Acknowledge(sender=S, cookie=3677, whole_host=False, minutes=60, text=b"looking\nAcked by: me"),
    ),
    "acknowledge a whole host": (
        b"hobbitdack -3677 1h x",
        say.Acknowledge(sender=S, cookie=3677, whole_host=True, minutes=60, text=b"x"),
    ),
    "acknowledge in the words of Big Brother": (
        b"ack ack_event 3677 60 x",
        say.Acknowledge(sender=S, cookie=3677, whole_host=False, minutes=60, text=b"x"),
    ),
    "acknowledge with a level": (
        b"ackinfo a,b.disk\n1\n600\njoe\nmulti level\n",
        say.AckNote(sender=S, host="a.b", test="disk", level=1, seconds=600, user="joe", text=b"multi level"),
    ),
    "acknowledge with a level for a year": (
        b"ackinfo a.*\n2\n-1\njoe\nx",
        say.AckNote(sender=S, host="a", test=None, level=2, seconds=31536000, user="joe", text=b"x"),
    ),
    "drop a host": (b"drop www.foo.com\n", say.Drop(sender=S, host="www.foo.com", test=None)),
    "drop a test": (b"drop www.foo.com http", say.Drop(sender=S, host="www.foo.com", test="http")),
    "rename a host": (b"rename a.b c.d\n", say.RenameHost(sender=S, host="a.b", new_host="c.d")),
    "rename a test": (b"rename a.b c d", say.RenameTest(sender=S, host="a.b", test="c", new_test="d")),
    "schedule": (b"schedule 2000000000 drop a", say.ScheduleAt(sender=S, at=2e9, command=b"drop a")),
    "schedule beyond 2038": (b"schedule 4000000000 drop a", say.ScheduleAt(sender=S, at=4e9, command=b"drop a")),
    "cancel": (b"schedule cancel 3", say.ScheduleCancel(sender=S, id=3)),
    "list the schedule": (b"schedule", say.ScheduleList(sender=S)),
    "notify": (
        b"notify a,b.http text",
        say.Notice(sender=S, kind="notify", subject="a.b.http", text=b"text"),
    ),
    "notes": (b"notes abc\ntext", say.Notice(sender=S, kind="notes", subject="abc", text=b"notes abc\ntext")),
    "usermsg": (b"usermsg x y", say.Notice(sender=S, kind="usermsg", subject="x", text=b"usermsg x y")),
    "config": (b"config x.cfg\n", say.GetConfig(sender=S, name="x.cfg")),
    "download": (b"download a/b.tar", say.GetDownload(sender=S, name="a/b.tar")),
    "query": (b"query a.b", say.Query(sender=S, verb="query", words=b"a.b")),
    "the old name of a query": (b"hobbitdboard color=red", say.Query(sender=S, verb="xymondboard", words=b"color=red")),
    "a query without criteria": (b"xymondboard", say.Query(sender=S, verb="xymondboard", words=b"")),
    "combo": (
        b"combo\nstatus a.b green x\n\nstatus a.c red y\n",
        say.Combo(sender=S, parts=[b"status a.b green x\n", b"status a.c red y\n"]),
    ),
    "extcombo": (
        b"extcombo 19 35 45 \nstatus a.b greendata a.c x",
        say.ExtCombo(sender=S, parts=[b"status a.b green", b"data a.c x"]),
    ),
    "hostdatasave": (b"hostdatasave a", say.HostDataSave(sender=S, host="a", minutes=30)),
    "hostdatasave with minutes": (b"hostdatasave a 5", say.HostDataSave(sender=S, host="a", minutes=5)),
    "hostdatasave for too long": (b"hostdatasave a 1441", say.HostDataSave(sender=S, host="a", minutes=0)),
    "ping": (b"ping\n", say.Ping(sender=S)),
    "dummy": (b"dummy", say.Nothing(sender=S)),
    "page": (b"page x", say.Nothing(sender=S)),
    "meta": (b"meta a.b c\nd", say.Nothing(sender=S)),
    "reload": (b"reload", say.ToWorkers(sender=S, word="reload")),
    "flush filecache": (b"flush filecache", say.ToWorkers(sender=S, word="flush filecache")),
    "senderstats": (b"senderstats", say.SenderStatistics(sender=S)),
    "several modifications": (
        b"modify a.b red S1 one cause\n\nmodify a.c green S2 two\n",
        say.Modifications(
            sender=S,
            items=[
                say.Modify(sender=S, key=StatusKey("a", "b"), color=Color.RED, source="S1", cause=b"one cause"),
                say.Modify(sender=S, key=StatusKey("a", "c"), color=Color.GREEN, source="S2", cause=b"two"),
            ],
        ),
    ),
}


@pytest.mark.parametrize(("message", "expected"), OTHERS.values(), ids=OTHERS.keys())
def test_other_commands(message: bytes, expected: say.AnyCommand) -> None:
    assert parse(message, S) == expected


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0",
        b"STATUS a.b green",
        b"nonsense",
        b"config",
        b"download \n",
        b"extcombo ",
        b"extcombo \n",
        b"extcombo 5",
        b"disable a.b",
        b"disable a 5",
        b"enable",
        b"enable a",
        b"drop ",
        b"rename a",
        b"rename a b c d e"[:7],
        b"xymondack 12",
        b"xymondack abc 60",
        b"xymondack 012 60 x",
        b"ackinfo a.b\n1\n600\njoe",
        b"ackinfo a.b\n-1\n600\njoe\nx",
        b"schedule x drop a",
        b"schedule 5",
        b"client a\n",
        b"client",
        b"data a",
        b"notify a",
        b"notes \n",
        b"reloaded",
        b"clientsubmit x",
    ],
)
def test_useless_messages(message: bytes) -> None:
    assert isinstance(parse(message), say.Useless)


def test_a_nul_ends_only_its_own_part_of_an_extcombo() -> None:
    first, second = b"status a.b green\0x", b"data a.c y"
    header = b"extcombo 20 38 48".ljust(19) + b"\n"
    command = parse(header + first + second)
    assert isinstance(command, say.ExtCombo)
    assert command.parts == [first, second]
    assert _report(command.parts[0]).text == b"green"


@pytest.mark.parametrize("offsets", [b"0 5", b"-3 5", b"20 10", b"20 9999", b"20", b"99999999999999999999999 5"])
def test_bad_offsets_of_an_extcombo_drop_the_rest(offsets: bytes) -> None:
    command = parse(b"extcombo " + offsets + b"\nstatus a.b green")
    assert isinstance(command, say.ExtCombo)
    assert command.parts == []


def test_a_number_of_many_digits_is_no_trap() -> None:
    digits = b"9" * 100_000
    assert isinstance(parse(b"schedule " + digits + b" drop a"), say.ScheduleAt)
    assert isinstance(parse(b"xymondack " + digits + b" " + digits + b" x"), say.Acknowledge)
    assert _report(b"status+" + digits + b" a.b green").validity == 0.0


def test_every_command_of_the_list_is_reached_by_its_own_prefix() -> None:
    for prefix, _ in PARSERS:
        command = parse(prefix)
        assert not isinstance(command, say.Useless) or command.reason != "unknown command", prefix


_NAME = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)


@given(
    st.lists(_NAME, min_size=1, max_size=4),
    _NAME,
    st.sampled_from([color for color in Color if color is not Color.PURPLE]),
    st.binary(max_size=200).filter(lambda text: b"\0" not in text and b"\nStatus message" not in text),
    st.integers(0, 100_000),
)
def test_what_is_written_is_read(labels: list[str], test: str, color: Color, text: bytes, minutes: int) -> None:
    body = color.word.encode() + b" " + text
    report = _report(f"status+{minutes} {','.join(labels)}.{test} ".encode() + body, S)
    assert report.key == StatusKey(".".join(labels), test)
    assert (report.color, report.text, report.validity, report.sender) == (color, body, minutes * 60.0, S)
    assert report.head + report.text == f"status+{minutes} {','.join(labels)}.{test} ".encode() + body


@given(st.binary(max_size=300))
def test_any_bytes_are_a_command(message: bytes) -> None:
    assert isinstance(parse(message, S), say.AnyCommand)


@given(st.sampled_from(SEEDS), st.binary(max_size=60))
def test_any_bytes_behind_a_command_are_a_command(seed: bytes, rest: bytes) -> None:
    assert isinstance(parse(seed.split()[0] + b" " + rest, S), say.AnyCommand)


def test_mutated_messages_are_commands() -> None:
    for message in mutated(20_000, seed=1):
        assert isinstance(parse(message, S), say.AnyCommand)
