"""Fetching messages from a machine that may only be asked: every answer it may give."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, strategies

from hexmon.ingest.pull import Pulled, PullError, as_received, fetch, parse_pulled, pull_request
from tests.support.servers import black_hole, closed_port, serve


def test_the_request_brings_what_the_agent_is_to_be_told() -> None:
    assert pull_request(1, b"") == b"pullclient 1\n"
    assert pull_request(31, b"log:/a:1\nfile:/b\n") == b"pullclient 31\nlog:/a:1\nfile:/b\n"


@pytest.mark.parametrize(
    ("reply", "messages", "mistake"),
    [
        pytest.param(b"", [], "", id="nothing waits"),
        pytest.param(b"\n", [], "", id="nothing waits, with a line"),
        pytest.param(b"6:3 \nstatus", [(3, b"status")], "", id="one"),
        pytest.param(b"6:3 4:0 \nstatusdata", [(3, b"status"), (0, b"data")], "", id="two"),
        pytest.param(b"6:3\t4:0\r\nstatusdata", [(3, b"status"), (0, b"data")], "", id="other blanks"),
        pytest.param(b"7:0 \nsta\ntus", [(0, b"sta\ntus")], "", id="lines in a message"),
        pytest.param(b"6:-5 \nstatus", [(0, b"status")], "", id="a clock that was set back"),
        pytest.param(b"6:3 \nstatus and more", [(3, b"status")], "", id="more than was said"),
        pytest.param(b"6:3", [], "does not begin with lengths", id="no line"),
        pytest.param(b"<html>\n", [], "'<html>' where LENGTH:AGE should be", id="not our protocol"),
        pytest.param(b"6:3 7:1 \nstatus", [(3, b"status")], "ends within a message of 7 bytes", id="cut"),
        pytest.param(b"0:3 6:3 \nstatus", [], "message of 0 bytes", id="an empty message"),
        pytest.param(b"-6:3 \nstatus", [], "'-6:3'", id="a negative length"),
        pytest.param(b"9" * 5000 + b":1 \nstatus", [], "LENGTH:AGE", id="a length of 5000 digits"),
        pytest.param(b"6:" + b"9" * 5000 + b" \nstatus", [], "LENGTH:AGE", id="an age of 5000 digits"),
        pytest.param(b"6:3 6 \nstatusstatus", [(3, b"status")], "'6'", id="no age"),
        pytest.param(b"x" * 2_000_000, [], "does not begin", id="two million bytes without a line"),
    ],
)
def test_an_answer_is_taken_up_to_its_mistake(reply: bytes, messages: list[tuple[int, bytes]], mistake: str) -> None:
    found, said = parse_pulled(reply)
    assert [(one.age, one.message) for one in found] == messages
    assert mistake in said
    assert bool(said) == bool(mistake)


@given(strategies.binary() | strategies.from_regex(rb"\A([0-9]{1,3}:[0-9]{1,3} ){0,5}\n.*\Z", fullmatch=True))
def test_any_answer_is_understood_or_not_but_raises_nothing(reply: bytes) -> None:
    found, _ = parse_pulled(reply)
    assert sum(len(one.message) for one in found) <= len(reply)
    for one in found:
        assert as_received(one, "::1").startswith(one.message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"status a.b green", b"status a.b green\nStatus message received from 127.0.0.9\n"),
        (b"data a.b\n1", b"data a.b\n1\nStatus message received from 127.0.0.9\n"),
        (b"client a.linux\nx\n", b"client a.linux\nx\n[msgcache]\nCachedelay: 7\n[proxy]\nClientIP:127.0.0.9\n"),
        (b"client a.linux\nx", b"client a.linux\nx\n[msgcache]\nCachedelay: 7\n[proxy]\nClientIP:127.0.0.9\n"),
        (b"disable a.b 5 x", b"disable a.b 5 x"),
    ],
)
def test_a_message_says_where_it_came_from(message: bytes, expected: bytes) -> None:
    assert as_received(Pulled(7, message), "127.0.0.9") == expected


Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answers(reply: bytes, heard: list[bytes] | None = None) -> Dialogue:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read()
        if heard is not None:
            heard.append(request)
        writer.write(reply)
        await writer.drain()

    return dialogue


async def test_it_asks_and_reads_to_the_end() -> None:
    heard: list[bytes] = []
    async with serve(answers(b"6:3 \nstatus", heard)) as port:
        fetched = await fetch("127.0.0.1", port, b"pullclient 1\nconfig", seconds=20, most=1000)
    assert (fetched.reply, fetched.sender, fetched.whole) == (b"6:3 \nstatus", "127.0.0.1", True)
    assert heard == [b"pullclient 1\nconfig"]


async def test_an_answer_without_end_is_cut() -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(65536))
            await writer.drain()

    async with serve(endless) as port:
        fetched = await fetch("127.0.0.1", port, b"pullclient 1\n", seconds=20, most=1_000_000)
    assert (len(fetched.reply), fetched.whole) == (1_000_000, False)


async def test_a_machine_that_drips_has_so_much_time_and_no_more() -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"1")
        await writer.drain()
        await reader.read()
        await reader.read()
        await asyncio.Event().wait()

    async with serve(drips) as port:
        with pytest.raises(PullError, match="no answer in time"):
            await fetch("127.0.0.1", port, b"pullclient 1\n", seconds=0.2, most=1000)


async def test_who_does_not_read_our_request_does_not_hold_us() -> None:
    async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"6:0 \nstatus")
        writer.write_eof()
        await asyncio.Event().wait()

    async with serve(deaf) as port:
        request = b"pullclient 1\n" + bytes(20_000_000)
        fetched = await fetch("127.0.0.1", port, request, seconds=20, most=1000)
    assert fetched.reply == b"6:0 \nstatus"


async def test_why_there_is_no_answer() -> None:
    with pytest.raises(PullError, match="Connection refused"):
        await fetch("127.0.0.1", closed_port(), b"pullclient 1\n", seconds=20, most=1000)
    with black_hole() as port, pytest.raises(PullError, match="no answer in time"):
        await fetch("127.0.0.1", port, b"pullclient 1\n", seconds=0.1, most=1000)
    for name in ("x" * 80 + ".test", "a..b"):
        with pytest.raises(PullError):
            await fetch(name, 1984, b"pullclient 1\n", seconds=20, most=1000)
