"""Exchanges over TCP and UDP with little real servers."""

import asyncio
import socket
import struct
import time
from collections.abc import Coroutine, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.model.observation import Assertion, Observation, Outcome
from hexmon.probes.exchange import ExchangeOptions
from tests.support.checks import a_check, observed
from tests.support.clock import settle
from tests.support.datagrams import Answers, closed_datagram_port, serve_datagrams, silence
from tests.support.servers import Dialogue, black_hole, closed_port, drips, hangs_up, replies, resets, says, serve

LONG = 30.0  # seconds: a test that waits for that hangs


async def exchange(
    port: int, transport: Any = "tcp", *, address: str = "127.0.0.1", within: float = 0.5, **options: Any
) -> Observation:
    check = a_check(
        "exchange", ExchangeOptions(transport=transport, port=port, **options), address=address, timeout=within
    )
    return await observed(check, {"both.test": "127.0.0.1 ::1", "six.test": "::1 127.0.0.1"})


@pytest.mark.parametrize(
    ("dialogue", "options", "outcome", "evidence"),
    [
        pytest.param(says(b"220 mail\r\n"), {"expect": b"220"}, Outcome.OK, b"220 mail\r\n", id="a banner"),
        pytest.param(says(b"2", b"2", b"0 x"), {"expect": b"220 x"}, Outcome.OK, b"220 x", id="a banner in pieces"),
        pytest.param(says(b"\0\xff\x80"), {"expect": b"\xff\x80"}, Outcome.OK, b"\0\xff\x80", id="any bytes"),
        pytest.param(
            replies({b"PING": b"+PONG\r\n"}), {"send": b"PING\r\n", "expect": b"PONG"}, Outcome.OK, None, id="an answer"
        ),
        pytest.param(hangs_up(b"22"), {"expect": b"220"}, Outcome.UNEXPECTED, b"22", id="hanging up too early"),
        pytest.param(hangs_up(), {"expect": b"220"}, Outcome.UNEXPECTED, b"", id="hanging up at once"),
        pytest.param(says(b"Pong"), {"expect": b"PONG"}, Outcome.UNEXPECTED, b"Pong", id="other letters"),
        pytest.param(says(), {"expect": b"220"}, Outcome.UNEXPECTED, b"", id="silence"),
        pytest.param(
            says(b"x" * 4095 + b"no"), {"expect": b"no"}, Outcome.UNEXPECTED, b"x" * 4095 + b"n", id="behind 4096 bytes"
        ),
        pytest.param(
            says(b"x" * 4094 + b"ok"), {"expect": b"ok"}, Outcome.OK, b"x" * 4094 + b"ok", id="the last of 4096"
        ),
        pytest.param(
            resets(b"half", after=b"?"), {"send": b"?", "expect": b"halfway"}, Outcome.ERROR, None, id="a reset"
        ),
    ],
)
async def test_a_text_that_is_wanted(
    dialogue: Dialogue, options: dict[str, Any], outcome: Outcome, evidence: bytes | None
) -> None:
    async with serve(dialogue) as port:
        reply = (await exchange(port, **options)).reply
    assert reply.outcome is outcome
    assert evidence is None or reply.evidence == evidence
    assert reply.facts == {"port": port, "open": 1}
    if outcome is not Outcome.ERROR:
        (looked,) = reply.assertions
        assert (looked.what, looked.held) == ("text", outcome is Outcome.OK)


async def test_what_is_wanted_is_told_as_text() -> None:
    async with serve(says(b"nothing")) as port:
        reply = (await exchange(port, expect=b"f\xc3\xbcr \xff")).reply
    assert reply.assertions == (
        Assertion(what="text", wanted="f\u00fcr \ufffd", found="nothing in 7 bytes", held=False),
    )


async def test_a_connection_is_enough_and_what_is_sent_arrives() -> None:
    heard: list[bytes] = []
    async with serve(says(heard=heard)) as port:
        observation = await exchange(port, send=b"\x00hello", within=LONG)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.OK, "OK")
    assert observation.reply.assertions == ()
    assert heard == [b"\x00hello"]
    assert [phase.name for phase in observation.reply.phases] == ["connect", "answer"]


async def test_silence_that_nobody_minds_costs_next_to_nothing() -> None:
    async with serve(says()) as port:
        observation = await exchange(port, within=LONG)
    assert observation.reply.outcome is Outcome.OK
    assert observation.took < LONG / 10


async def test_a_banner_that_comes_at_once_is_kept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(exchange(listener.getsockname()[1], within=LONG))
            connection, _ = await asyncio.to_thread(listener.accept)
            with connection:
                connection.sendall(b"SSH-2.0-x\r\n")
                reply = (await task).reply
    assert reply.outcome is Outcome.OK
    assert reply.evidence in (b"SSH-2.0-x\r\n", b"")  # a busy machine may be slower than our patience


async def test_a_server_that_drips_is_judged_within_the_time() -> None:
    async with serve(drips(b"", b"x", after=b"?")) as port:
        observation = await exchange(port, send=b"?", expect=b"y")
    assert observation.reply.outcome is Outcome.UNEXPECTED
    assert set(observation.reply.evidence) <= set(b"x")
    assert observation.took < 5


async def test_a_server_that_resets_at_once() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with serve(dialogue) as port:
        reply = (await exchange(port, expect=b"x")).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Connection reset by peer")


@pytest.mark.parametrize("expect", [b"", b"x"], ids=["", "with a text"])
async def test_no_connection(expect: bytes) -> None:
    assert (await exchange(closed_port(), expect=expect)).reply.outcome is Outcome.REFUSED
    with black_hole() as port:
        observation = await exchange(port, expect=expect)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.TIMEOUT, "connect timeout")
    assert "open" not in observation.reply.facts


async def test_ipv6_alone_and_beside_ipv4() -> None:
    async with serve(says(b"six"), address="::1") as port:
        alone = await exchange(port, expect=b"six", address="::1")
        other = await exchange(port, expect=b"six", address="both.test")
    assert (alone.reply.outcome, alone.reply.evidence) == (Outcome.OK, b"six")
    assert (other.reply.outcome, other.address, other.reply.facts["family"]) == (Outcome.OK, "::1", 6)


# UDP


def answers(*parts: bytes) -> Answers:
    return lambda _data: parts


@pytest.mark.parametrize(
    ("server", "options", "outcome", "evidence"),
    [
        pytest.param(answers(b"pong"), {"expect": b"on"}, Outcome.OK, b"pong", id="a reply"),
        pytest.param(
            answers(b"a", b"b", b"pong", b"c"), {"expect": b"pong"}, Outcome.OK, b"pong", id="the third of several"
        ),
        pytest.param(answers(b"po", b"ng"), {"expect": b"pong"}, Outcome.UNEXPECTED, b"ng", id="two halves are none"),
        pytest.param(silence, {"expect": b"x"}, Outcome.TIMEOUT, b"", id="silence"),
        pytest.param(silence, {}, Outcome.OK, b"", id="silence that nobody minds"),
        pytest.param(answers(b"any"), {}, Outcome.OK, b"any", id="any reply"),
        pytest.param(
            answers(b"x" * 4096 + b"no"), {"expect": b"no"}, Outcome.UNEXPECTED, b"x" * 4096, id="behind 4096 bytes"
        ),
        pytest.param(
            answers(*(b"x",) * 500), {"expect": b"y"}, Outcome.UNEXPECTED, b"x", id="very many beside the point"
        ),
    ],
)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_datagrams(
    server: Answers, options: dict[str, Any], outcome: Outcome, evidence: bytes, address: str
) -> None:
    async with serve_datagrams(server, address=address) as port:
        reply = (await exchange(port, "udp", send=b"ping", address=address, **options)).reply
    assert (reply.outcome, reply.evidence) == (outcome, evidence)
    assert bool(reply.facts.get("open")) is bool(evidence)


async def test_what_is_sent_as_datagram_arrives_once() -> None:
    heard: list[bytes] = []

    def keep(data: bytes) -> Iterable[bytes]:
        heard.append(data)
        return ()

    async with serve_datagrams(keep) as port:
        await exchange(port, "udp", send=b"\0\xff", expect=b"x")
    assert heard == [b"\0\xff"]


@pytest.mark.parametrize("expect", [b"", b"x"], ids=["fire and forget", "with a text"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_closed_udp_port_is_refused_at_once(expect: bytes, address: str) -> None:
    observation = await exchange(closed_datagram_port(), "udp", send=b"x", expect=expect, address=address, within=LONG)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.REFUSED, "Connection refused")
    assert observation.took < LONG / 10


async def in_a_busy_process(doing: Coroutine[Any, Any, Observation]) -> Observation:
    """Between any two turns of the event loop more time passes than anybody has patience."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(doing)
        while not task.done():
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass
            await settle(1)
    return task.result()


async def test_what_came_in_time_counts_although_this_process_was_busy() -> None:
    refused = await in_a_busy_process(exchange(closed_datagram_port(), "udp", send=b"x"))
    assert refused.reply.outcome is Outcome.REFUSED
    async with serve_datagrams(answers(b"pong")) as port:
        answered = await in_a_busy_process(exchange(port, "udp", send=b"x"))
        assert answered.reply.evidence == b"pong"


async def test_fire_and_forget_costs_a_small_share_of_the_time() -> None:
    async with serve_datagrams(silence) as port:
        observation = await exchange(port, "udp", send=b"x", within=LONG)
    assert observation.reply.outcome is Outcome.OK
    assert observation.took < LONG / 10


async def test_strangers_do_not_answer_for_the_one_that_was_asked() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        async with serve_datagrams(answers(b"pong"), sender=stranger) as port:
            reply = (await exchange(port, "udp", send=b"x", expect=b"pong")).reply
    assert reply.outcome is Outcome.TIMEOUT


async def test_a_datagram_that_is_too_large() -> None:
    reply = (await exchange(closed_datagram_port(), "udp", send=b"x" * 70_000)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Message too long")


@settings(max_examples=30, deadline=None)
@given(parts=st.lists(st.binary(min_size=1, max_size=2000), max_size=4), expect=st.binary(min_size=1, max_size=3))
def test_whatever_is_said_the_text_is_found_if_it_is_there(parts: list[bytes], expect: bytes) -> None:
    async def talk() -> Observation:
        async with serve(hangs_up(*parts)) as port:
            return await exchange(port, expect=expect, within=10.0)

    reply = asyncio.run(talk()).reply
    said = b"".join(parts)[:4096]
    assert (reply.outcome is Outcome.OK) is (expect in said)
    assert said.startswith(reply.evidence)
