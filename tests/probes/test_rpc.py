"""Asking portmappers: their lists in every version, and what is no portmapper."""

import asyncio
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.rpc import RpcOptions
from hexmon.probes.rpc_message import Malformed, dump_call, is_reply_to, read_dump
from tests.support.checks import a_check, observed
from tests.support.datagrams import serve_datagrams
from tests.support.servers import Dialogue, black_hole, closed_port, serve

PORTMAPPER, NFS, MOUNT = 100000, 100003, 100005
ACCEPTED = bytes(16)  # accepted, no verifier (two words), success


def answer(call: bytes, *rows: tuple[int, int, int, int]) -> bytes:
    """The list, in version 2, as the reply to that call."""
    head = call[:4] + struct.pack("!I", 1) + ACCEPTED
    body = b"".join(struct.pack("!5I", 1, *row) for row in rows)
    return head + body + struct.pack("!I", 0)


def framed(reply: bytes, *, pieces: int = 1) -> bytes:
    """In so many fragments."""
    size = -(-len(reply) // pieces)
    parts = [reply[place : place + size] for place in range(0, len(reply), size)]
    return b"".join((len(part) | (0x80000000 if part is parts[-1] else 0)).to_bytes(4) + part for part in parts)


def a_portmapper(*rows: tuple[int, int, int, int], pieces: int = 1) -> Dialogue:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = int.from_bytes(await reader.readexactly(4))
        call = await reader.readexactly(head & 0x7FFFFFFF)
        version = int.from_bytes(call[16:20])
        if version == 2:
            writer.write(framed(answer(call, *rows), pieces=pieces))
        else:  # program mismatch: it speaks version 2 only
            writer.write(framed(call[:4] + struct.pack("!7I", 1, 0, 0, 0, 2, 2, 2)))
        await writer.drain()

    return talk


ROWS = ((PORTMAPPER, 2, 6, 111), (NFS, 3, 6, 2049), (NFS, 4, 6, 2049))


async def ask(port: int, *programs: str, within: float = 2.0) -> Observation:
    return await observed(a_check("rpc", RpcOptions(programs=programs, port=port), timeout=within))


@pytest.mark.parametrize("pieces", [1, 7])
async def test_what_is_listed_is_found(pieces: int) -> None:
    async with serve(a_portmapper(*ROWS, pieces=pieces)) as port:
        seen = await ask(port, "nfs", "100000")
    assert (seen.reply.outcome, seen.reply.facts["programs"], seen.reply.facts["missing"]) == (Outcome.OK, 2, 0)
    assert seen.reply.evidence.startswith(b"&green Service nfs (ID: 100003) found on port 2049\n")


async def test_a_portmapper_is_enough_when_nothing_is_named() -> None:
    async with serve(a_portmapper()) as port:
        assert (await ask(port)).reply.outcome is Outcome.OK


async def test_what_is_missing_or_unknown_is_told() -> None:
    async with serve(a_portmapper(*ROWS)) as port:
        seen = await ask(port, "mount", "nonsense", "nfs")
    assert (seen.reply.outcome, seen.reply.facts["open"]) == (Outcome.ERROR, 1)
    assert seen.reply.evidence.decode().splitlines()[:3] == [
        f"&red Service mount (ID: {MOUNT}) NOT found",
        "&red Unknown RPC service nonsense",
        "&green Service nfs (ID: 100003) found on port 2049",
    ]


async def test_without_tcp_it_is_asked_over_udp() -> None:
    def answers(call: bytes) -> Iterable[bytes]:
        return [b"", answer(b"\0\0\0\0"), answer(call, *ROWS)]

    port = closed_port()
    async with serve_datagrams(answers, port=port):
        seen = await ask(port, "nfs")
    assert seen.reply.outcome is Outcome.OK


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"220 a mail server\r\n", id="a greeting"),
        pytest.param(b"\x80\0\0\x04abcd", id="a reply to nothing"),
        pytest.param(b"\0\0\0\0" * 5000, id="empty fragments without end"),
        pytest.param(b"\xff\xff\xff\xffabc", id="a length without bound"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_what_is_no_portmapper(said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        await writer.drain()

    async with serve(talk) as port:
        seen = await ask(port, within=0.5)
    assert seen.reply.outcome not in {Outcome.OK, Outcome.PREVENTED}


async def test_a_closed_port_and_a_black_hole() -> None:
    assert (await ask(closed_port())).reply.outcome is Outcome.REFUSED
    with black_hole() as port:
        assert (await ask(port, within=0.4)).reply.outcome in {Outcome.TIMEOUT, Outcome.REFUSED}


@pytest.mark.parametrize("version", [2, 3, 4])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_list_or_malformed(version: int, data: bytes) -> None:
    good = struct.pack("!2I", 7, 1) + ACCEPTED
    for reply in (data, good + data):
        is_reply_to(reply, 7)
        try:
            read_dump(reply, version)
        except Malformed:
            continue


def test_a_call_names_the_portmapper() -> None:
    assert struct.unpack("!6I", dump_call(7, 2)[:24]) == (7, 0, 2, PORTMAPPER, 2, 4)
