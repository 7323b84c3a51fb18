"""observe(): addresses, the deadline, whose fault an exception is."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from hexmon.clock import SystemClock
from hexmon.model.observation import Outcome, Reply
from hexmon.probes import PROBES
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.none import NoneOptions
from hexmon.probes.resolver import Unresolved
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from tests.support.checks import FakeResolver, a_check, observed
from tests.support.clock import settle

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - hosts.cfg's word for "look up the name"


class Options(msgspec.Struct, frozen=True):
    """What the probe of these tests does: a function of the target."""

    act: Callable[[Target], Awaitable[Reply]]


class LibraryError(Exception):
    """What the library of a probe may raise."""


@pytest.fixture(autouse=True)
def fake_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(target: Target, options: Any, _tools: object) -> Reply:
        return await options.act(target)  # type: ignore[no-any-return]

    monkeypatch.setitem(PROBES, "fake", ProbeType(Options, run, errors={LibraryError: Outcome.ERROR}))


async def tells_address(target: Target) -> Reply:
    return target.trace.reply(Outcome.OK, target.address)


def fails(error: Exception, phase: str = "connect") -> Options:
    async def act(target: Target) -> Reply:
        target.trace.begin(phase)
        raise error

    return Options(act)


@pytest.mark.parametrize(
    ("address", "fallback", "expected"),
    [
        pytest.param("127.0.0.4", "", "127.0.0.4", id="an address is not looked up"),
        pytest.param("::1", "", "::1", id="nor one of IPv6"),
        pytest.param("a.test", "127.0.0.1", "127.0.0.5", id="a name is"),
        pytest.param("b.test", "127.0.0.1", "127.0.0.1", id="without an answer the file's address is used"),
        pytest.param(ANY_ADDRESS, "", "127.0.0.6", id="0.0.0.0 stands for the host's name"),
    ],
)
async def test_which_address_is_probed(address: str, fallback: str, expected: str) -> None:
    check = a_check("fake", Options(tells_address), address=address, dns=True, fallback=fallback)
    observation = await observed(check, {"a.test": "127.0.0.5", "www.test": "127.0.0.6"})
    assert observation.address == observation.reply.summary == expected


async def test_a_name_without_address_and_without_fallback() -> None:
    reply = (await observed(a_check("fake", Options(tells_address), address="b.test", fallback=ANY_ADDRESS))).reply
    assert (reply.outcome, reply.summary, reply.detail) == (
        Outcome.UNRESOLVED,
        "DNS error",
        "Name or service not known",
    )
    assert [phase.name for phase in reply.phases] == ["resolve"]


class SilentResolver(FakeResolver):
    """A name server that does not answer."""

    async def resolve(self, name: str) -> str:
        await asyncio.Event().wait()
        return name


@pytest.mark.parametrize(
    ("fallback", "outcome", "summary"),
    [
        pytest.param("127.0.0.8", Outcome.OK, "127.0.0.8", id="leaves time for the file's address"),
        pytest.param("", Outcome.UNRESOLVED, "DNS error", id="or is the failure"),
    ],
)
async def test_a_silent_name_server(fallback: str, outcome: Outcome, summary: str) -> None:
    clock = SystemClock()
    check = a_check("fake", Options(tells_address), address="a.test", fallback=fallback, timeout=0.1)
    async with open_tools(clock, resolver=SilentResolver()) as tools:
        reply = (await observe(check, tools, clock)).reply
    assert (reply.outcome, reply.summary) == (outcome, summary)


@pytest.mark.parametrize(
    ("error", "outcome", "summary"),
    [
        pytest.param(
            ConnectionRefusedError(errno.ECONNREFUSED, "x"), Outcome.REFUSED, "Connection refused", id="refused"
        ),
        pytest.param(OSError(errno.EHOSTUNREACH, "x"), Outcome.UNREACHABLE, "No route to host", id="no route"),
        pytest.param(OSError(errno.ENETUNREACH, "x"), Outcome.UNREACHABLE, "Network is unreachable", id="no network"),
        pytest.param(OSError(errno.ETIMEDOUT, "x"), Outcome.TIMEOUT, "Connection timed out", id="the kernel's timeout"),
        pytest.param(OSError(errno.ECONNRESET, "x"), Outcome.ERROR, "Connection reset by peer", id="reset"),
        pytest.param(OSError(errno.EMFILE, "x"), Outcome.PREVENTED, "Too many open files", id="our limits"),
        pytest.param(OSError("strange"), Outcome.ERROR, "I/O error", id="an error without a number"),
        pytest.param(Unresolved("x"), Outcome.UNRESOLVED, "DNS error", id="a name inside the probe"),
        pytest.param(ssl.SSLError(1, "x"), Outcome.TLS, "SSL error", id="TLS"),
        pytest.param(LibraryError("broken"), Outcome.ERROR, "broken", id="the library's own error"),
        pytest.param(
            ExceptionGroup("", [OSError(errno.ECONNREFUSED, "x")]), Outcome.REFUSED, "Connection refused", id="grouped"
        ),
        pytest.param(socket.gaierror(socket.EAI_NONAME, "x"), Outcome.UNRESOLVED, "DNS error", id="a lookup's error"),
    ],
)
async def test_the_faults_of_targets_are_data(error: Exception, outcome: Outcome, summary: str) -> None:
    observation = await observed(a_check("fake", fails(error)))
    assert (observation.reply.outcome, observation.reply.summary) == (outcome, summary)
    assert observation.took >= 0


@pytest.mark.parametrize("error", [ValueError("bug"), KeyError("bug"), AssertionError()], ids=repr)
async def test_our_own_mistakes_are_exceptions(error: Exception) -> None:
    with pytest.raises(type(error)):
        await observed(a_check("fake", fails(error)))


@pytest.mark.parametrize(
    ("phase", "summary"),
    [("connect", "connect timeout"), ("tls", "SSL timeout"), ("banner", "Server timeout"), ("", "Server timeout")],
)
async def test_the_deadline_tells_what_it_interrupted_and_keeps_what_was_learned(phase: str, summary: str) -> None:
    async def act(target: Target) -> Reply:
        target.trace.evidence = b"half"
        target.trace.begin(phase)
        await asyncio.Event().wait()
        raise AssertionError

    reply = (await observed(a_check("fake", Options(act), timeout=0.05))).reply
    assert (reply.outcome, reply.summary, reply.evidence) == (Outcome.TIMEOUT, summary, b"half")


async def test_cancelling_is_not_a_result() -> None:
    async def act(_target: Target) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    async with asyncio.TaskGroup() as group:
        task = group.create_task(observed(a_check("fake", Options(act))))
        for _ in range(5):
            await settle(1)
        task.cancel()
    assert task.cancelled()


async def test_noping_says_so_and_asks_nobody() -> None:
    observation = await observed(a_check("none", NoneOptions(), address="b.test"))
    assert (observation.reply.outcome, observation.reply.summary) == (
        Outcome.PREVENTED,
        "Ping check disabled (noping)",
    )
