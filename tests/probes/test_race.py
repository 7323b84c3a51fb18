"""A name with addresses of both families: which one is used, and what a failure says."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.protocols import Service
from hexmon.probes.tcp import TcpOptions
from tests.support.checks import a_check, observed
from tests.support.own_network import in_own_network
from tests.support.servers import black_hole, closed_port, says, serve

ROOT = Path(__file__).resolve().parents[2]
FOUR, SIX = "127.0.0.1", "::1"
SERVICE = Service(name="x", expect=b"220", banner=True)
Behaviour = Literal["answers", "refuses", "silent"]


@asynccontextmanager
async def two_families(four: Behaviour, six: Behaviour) -> AsyncIterator[int]:
    """One port, each family with its own behaviour."""
    async with AsyncExitStack() as stack:
        port = closed_port()
        for address, behaviour in ((FOUR, four), (SIX, six)):
            if behaviour == "answers":
                await stack.enter_async_context(serve(says(f"220 {address}".encode()), address=address, port=port))
            elif behaviour == "silent":
                stack.enter_context(black_hole(address, port))
        yield port


async def probe(port: int, addresses: str, timeout: float = 5.0, source: str = "") -> Observation:  # noqa: ASYNC109 - of a check
    options = TcpOptions(service=SERVICE, port=port, source=source)
    return await observed(a_check("tcp", options, address="www.test", timeout=timeout), {"www.test": addresses})


@pytest.mark.parametrize(
    ("four", "six", "addresses", "used", "detail"),
    [
        pytest.param("answers", "answers", f"{FOUR} {SIX}", FOUR, "", id="both answer: the preferred one"),
        pytest.param("answers", "answers", f"{SIX} {FOUR}", SIX, "", id="which may be IPv6"),
        pytest.param("silent", "answers", f"{FOUR} {SIX}", SIX, f"{FOUR}: silent for 0.25 s", id="IPv4 a black hole"),
        pytest.param("answers", "silent", f"{SIX} {FOUR}", FOUR, f"{SIX}: silent for 0.25 s", id="IPv6 a black hole"),
        pytest.param("refuses", "answers", f"{FOUR} {SIX}", SIX, f"{FOUR}: Connection refused", id="IPv4 refuses"),
        pytest.param("answers", "refuses", f"{SIX} {FOUR}", FOUR, f"{SIX}: Connection refused", id="IPv6 refuses"),
        pytest.param("answers", "silent", f"{FOUR} {SIX}", FOUR, "", id="the other one is not even asked"),
    ],
)
async def test_one_address_is_enough(four: Behaviour, six: Behaviour, addresses: str, used: str, detail: str) -> None:
    async with two_families(four, six) as port:
        observation = await probe(port, addresses)
    reply = observation.reply
    assert (reply.outcome, observation.address, reply.detail) == (Outcome.OK, used, detail)
    assert reply.evidence == f"220 {used}".encode()
    assert reply.facts == {"port": port, "open": 1, "family": 6 if used == SIX else 4}


@pytest.mark.parametrize(
    ("four", "six", "outcome", "summary"),
    [
        pytest.param("refuses", "refuses", Outcome.REFUSED, "Connection refused", id="both refuse"),
        pytest.param("silent", "silent", Outcome.TIMEOUT, "connect timeout", id="both are silent"),
        pytest.param("silent", "refuses", Outcome.TIMEOUT, "connect timeout", id="the preferred one is silent"),
        pytest.param("refuses", "silent", Outcome.REFUSED, "Connection refused", id="the other one is silent"),
    ],
)
async def test_when_both_fail_the_preferred_one_decides(
    four: Behaviour, six: Behaviour, outcome: Outcome, summary: str
) -> None:
    async with two_families(four, six) as port:
        observation = await probe(port, f"{FOUR} {SIX}", timeout=0.8)
    assert (observation.reply.outcome, observation.reply.summary) == (outcome, summary)
    assert observation.address == FOUR
    assert observation.took < 0.7 if outcome is Outcome.REFUSED else observation.took >= 0.8


@pytest.mark.parametrize("source", [FOUR, SIX])
async def test_a_source_address_chooses_the_family(source: str) -> None:
    async with two_families("answers", "answers") as port:
        observation = await probe(port, f"{FOUR} {SIX}", source=source)
    assert (observation.reply.outcome, observation.address) == (Outcome.OK, source)


async def test_a_source_of_the_wrong_family_says_nothing_about_the_target() -> None:
    async with serve(says(b"220")) as port:
        observation = await probe(port, FOUR, source=SIX)
    assert observation.reply.outcome is Outcome.PREVENTED


async def test_no_descriptor_is_left_open() -> None:
    async with two_families("silent", "answers") as port:
        await probe(port, f"{FOUR} {SIX}")
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(probe(port, f"{FOUR} {SIX}"))
                group.create_task(probe(port, f"{FOUR} {SIX}", timeout=0.1))
        after = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    assert after <= before + 10  # the server's side may still be closing


def test_a_family_that_this_machine_has_no_way_to_decides_nothing() -> None:
    code = (
        "import asyncio; from tests.probes.test_race import probe;"
        "say = lambda addresses: print(asyncio.run(probe(9, addresses)).reply.summary);"
        f"say('2001:db8::1 {FOUR}'); say('192.0.2.1 {SIX}'); say('192.0.2.1')"
    )
    done = in_own_network(f'PYTHONPATH="$PYTHONPATH:{ROOT}" {sys.executable} -c "{code}"')
    assert done.stdout.splitlines() == [*["Connection refused"] * 2, "Network is unreachable"], done.stderr
