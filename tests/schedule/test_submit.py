"""Packets of messages, as a monitor takes them apart."""

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import DataMessage
from hexmon.schedule.submit import messages, packets, submit
from tests.support.builders import a_report

PARTS = st.lists(st.binary(min_size=1, max_size=200), max_size=250)


def taken_apart(packet: bytes) -> list[bytes]:
    """What xymond does: offsets from the start of the packet, the last one its end."""
    line, _, _ = packet.partition(b"\n")
    word, *offsets = line.split()
    assert word == b"extcombo"
    numbers = [int(offset) for offset in offsets]
    assert numbers[0] == len(line) + 1
    assert numbers[-1] == len(packet)
    return [packet[start:end] for start, end in pairwise(numbers)]


@given(PARTS)
def test_every_message_comes_out_as_it_went_in(parts: list[bytes]) -> None:
    sent = list(packets(parts))
    assert [part for packet in sent for part in taken_apart(packet)] == parts
    assert len(sent) == -(-len(parts) // 100)


def test_figures_follow_the_reports() -> None:
    report = a_report(Color.RED, head=b"status+30 www,example,com.http ", text=b"red bad\n")
    figures = DataMessage(key=StatusKey("a", "apache"), text=b"data a.apache\nx: 1\n", sender="")
    assert messages([report], [figures]) == [b"status+30 www,example,com.http red bad\n", figures.text]


async def test_a_monitor_gets_every_packet_on_its_own_connection() -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        parts = [b"status a.b green %d\n" % number for number in range(150)]
        await submit(parts, "127.0.0.1", server.sockets[0].getsockname()[1])
    assert [part for packet in received for part in taken_apart(packet)] == parts
    assert len(received) == 2
