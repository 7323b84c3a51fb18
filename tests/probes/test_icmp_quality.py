"""Several packets on lines that lose some of them, which the test decides."""

import dataclasses
from collections import Counter
from typing import Any

import pytest

from hexmon.clock import SystemClock
from hexmon.model.observation import Outcome, Reply
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.icmp_engine import IcmpEngine
from hexmon.probes.icmp_socket import Heard
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from tests.probes.test_icmp_engine import ScriptedSocket, reply
from tests.support.checks import FakeResolver, a_check

GOOD, BAD, GONE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
LOST = {GOOD: set[int](), BAD: {2, 5}, GONE: {1, 2, 3, 4, 5}}  # of five packets


async def pinged(address: str, **options: Any) -> Reply:
    """Five packets over lines that lose what LOST says."""
    sent: Counter[str] = Counter()

    def line(address: str, number: int) -> list[Heard]:
        sent[address] += 1
        return [] if sent[address] in LOST[address] else [reply(address, number)]

    clock, sock = SystemClock(), ScriptedSocket(line)
    engine = IcmpEngine(clock, opener=lambda _flavor: sock)
    wanted = IcmpOptions(count=5, pause=0.01, limit=0.4, **options)
    try:
        async with open_tools(clock, resolver=FakeResolver()) as tools:
            check = a_check("icmp", wanted, address=address)
            return (await observe(check, dataclasses.replace(tools, icmp=engine), clock)).reply
    finally:
        engine.close()
        sock.close()


@pytest.mark.parametrize(
    ("address", "loss", "outcome"), [(GOOD, 0.0, Outcome.OK), (BAD, 0.4, Outcome.OK), (GONE, 1.0, Outcome.TIMEOUT)]
)
async def test_loss_is_a_share_and_only_silence_is_a_failure(address: str, loss: float, outcome: Outcome) -> None:
    found = await pinged(address)
    assert (found.facts["sent"], found.facts["loss"], found.outcome) == (5, loss, outcome)
    measured = {"rtt_seconds", "rtt_average_seconds", "jitter_seconds"}
    assert (found.facts.keys() >= measured) is (address != GONE)
    if address != GONE:
        assert 0 < found.facts["rtt_seconds"] <= found.facts["rtt_average_seconds"] < 0.4
        assert 0 <= found.facts["jitter_seconds"] < 0.4


@pytest.mark.parametrize(("address", "answers"), [(GOOD, 5), (BAD, 3), (GONE, 0)])
async def test_every_round_trip_is_told(address: str, answers: int) -> None:
    found = await pinged(address)
    assert len(found.round_trips) == answers
    assert list(found.round_trips) == sorted(found.round_trips)
    if answers:
        assert found.round_trips[0] == found.facts["rtt_seconds"]


@pytest.mark.parametrize(
    ("mode", "others", "loss", "outcome"),
    [
        pytest.param("best", (BAD,), 0.0, Outcome.OK, id="the best way counts"),
        pytest.param("best", (GONE,), 0.0, Outcome.OK, id="whatever the other is like"),
        pytest.param("worst", (BAD,), 0.4, Outcome.OK, id="the worst way counts"),
        pytest.param("worst", (BAD, GONE), 1.0, Outcome.TIMEOUT, id="and one that is gone"),
    ],
)
async def test_of_several_addresses(mode: str, others: tuple[str, ...], loss: float, outcome: Outcome) -> None:
    found = await pinged(GOOD, mode=mode, addresses=others)
    assert (found.facts["loss"], found.outcome) == (loss, outcome)
    assert len(found.round_trips) == round(5 * (1 - loss))
