"""The ping engine with a socket whose answers a test decides."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator

import pytest

from hexmon.clock import SystemClock
from hexmon.probes.icmp_engine import IcmpEngine, Ping, Plan
from hexmon.probes.icmp_packet import EchoError, EchoReply, Flavor
from hexmon.probes.icmp_socket import Heard

COOKIE = b"biscuit!"
ONCE = Plan(sends=1, wanted=1, pause=0.01)
THRICE = Plan(sends=3, wanted=1, pause=0.01)

Answer = Callable[[str, int], list[Heard]]


class ScriptedSocket:
    """Hears what the script says about each packet; a real descriptor tells the loop."""

    kind = "scripted"
    identifier = 7
    cookie = COOKIE

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._ours, self._theirs = socket.socketpair()
        self._heard: list[Heard] = []
        self.sent: list[tuple[str, int]] = []

    def fileno(self) -> int:
        return self._ours.fileno()

    def send(self, address: str, number: int, hops: int = 0) -> None:  # noqa: ARG002
        self.sent.append((address, number))
        self._heard += self._answer(address, number)
        self._theirs.send(b".")

    def drain(self) -> Iterator[Heard]:
        while self._heard:
            yield self._heard.pop(0)
        self._ours.setblocking(False)
        try:
            self._ours.recv(65536)
        except BlockingIOError:
            return

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()


def reply(address: str, number: int, *, cookie: bytes = COOKIE, identifier: int = 7, at: float = 0.0) -> Heard:
    return Heard(address, at, EchoReply(identifier, cookie, number))


def refusal(address: str, number: int, *, target: str | None = None) -> Heard:
    return Heard("127.0.0.254", 0.0, EchoError(7, number & 0xFFFF, target or address, "Host unreachable"))


async def ping(answer: Answer, plan: Plan = ONCE, address: str = "127.0.0.9") -> tuple[Ping, ScriptedSocket]:
    sock = ScriptedSocket(answer)
    engine = IcmpEngine(SystemClock(), opener=lambda _flavor: sock)
    try:
        # Time enough for three sends on a busy machine, which may stop us for a while.
        return await engine.ping(address, plan, 0.1 if plan is ONCE else 0.6), sock
    finally:
        engine.close()
        sock.close()


def silent(_address: str, _number: int) -> list[Heard]:
    return []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda a, n: [reply(a, n, cookie=b"crumbs!!")], id="another's cookie"),
        pytest.param(lambda a, n: [reply(a, n, identifier=8)], id="another's identifier"),
        pytest.param(lambda a, n: [reply(a, n + 1)], id="a number that was not sent"),
        pytest.param(lambda _, n: [reply("127.0.0.10", n)], id="another address"),
        pytest.param(lambda a, n: [refusal(a, n, target="127.0.0.10")], id="an error about another address"),
        pytest.param(lambda a, n: [refusal(a, n + 1)], id="an error about a later packet"),
        pytest.param(silent, id="silence"),
    ],
)
async def test_what_is_no_answer_to_us(answer: Answer) -> None:
    result, _ = await ping(answer)
    assert (result.sent, result.received, result.error) == (1, 0, "")


async def test_an_answer_ends_it_and_a_copy_changes_nothing() -> None:
    result, sock = await ping(lambda a, n: [reply(a, n), reply(a, n)], THRICE)
    assert (result.sent, result.received, len(sock.sent)) == (1, 1, 1)


async def test_silence_is_asked_again() -> None:
    result, sock = await ping(silent, THRICE)
    assert result.sent == 3
    first, second, third = (number for _, number in sock.sent)
    assert (second - first, third - second) == (1, 1)


async def test_a_late_answer_to_an_earlier_packet_counts() -> None:
    numbers: list[int] = []

    def answer(address: str, number: int) -> list[Heard]:
        numbers.append(number)
        return [reply(address, numbers[0])] if len(numbers) == 2 else []

    result, _ = await ping(answer, THRICE)
    assert (result.sent, result.received) == (2, 1)
    assert result.round_trips[0] >= 0.009


async def test_a_refusal_is_asked_again_and_the_last_one_is_the_end() -> None:
    result, _ = await ping(lambda a, n: [refusal(a, n)], THRICE)
    assert (result.sent, result.refusals) == (3, 3)
    assert (result.error, result.offender) == ("Host unreachable", "127.0.0.254")


async def test_an_answer_after_a_refusal() -> None:
    def answer(address: str, number: int) -> list[Heard]:
        refused.append(number)
        return [refusal(address, number)] if len(refused) == 1 else [reply(address, number)]

    refused: list[int] = []
    result, _ = await ping(answer, THRICE)
    assert (result.sent, result.received) == (2, 1)


async def test_several_packets_are_all_awaited() -> None:
    result, _ = await ping(lambda a, n: [reply(a, n)], Plan(sends=4, wanted=4, pause=0.005))
    assert (result.sent, result.received, len(result.round_trips)) == (4, 4, 4)


@pytest.mark.parametrize("offset", [-3600.0, 3600.0], ids=["back", "forward"])
async def test_setting_the_clock_does_not_spoil_round_trips(offset: float) -> None:
    clock = SystemClock()
    result, _ = await ping(lambda a, n: [reply(a, n, at=clock.now() + offset)])
    assert 0 <= result.round_trips[0] < 1


async def test_the_kernels_time_is_believed() -> None:
    clock = SystemClock()
    result, _ = await ping(lambda a, n: [reply(a, n, at=clock.now())])
    assert 0 <= result.round_trips[0] < 0.05


def failing(number: int, times: int) -> Answer:
    """Sending fails that many times, then an answer comes."""
    left = times

    def answer(address: str, sequence: int) -> list[Heard]:
        nonlocal left
        if left:
            left -= 1
            raise OSError(number, "x")
        return [reply(address, sequence)]

    return answer


async def test_a_full_queue_is_waited_for() -> None:
    result, sock = await ping(failing(errno.ENOBUFS, 3))
    assert (result.sent, result.received, len(sock.sent)) == (1, 1, 4)


async def test_a_queue_that_stays_full_ends_with_the_time() -> None:
    result, _ = await ping(failing(errno.EAGAIN, 10_000))
    assert (result.sent, result.received) == (0, 0)


async def test_no_route_is_tried_again() -> None:
    result, _ = await ping(failing(errno.ENETUNREACH, 1), THRICE)
    assert (result.sent, result.received) == (2, 1)


async def test_a_forbidden_packet_is_our_problem() -> None:
    with pytest.raises(PermissionError):
        await ping(failing(errno.EPERM, 1))


async def test_giving_up_leaves_nothing_behind() -> None:
    sock = ScriptedSocket(silent)
    engine = IcmpEngine(SystemClock(), opener=lambda _flavor: sock)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await engine.ping("127.0.0.9", ONCE, 60.0)
    assert engine._in_flight == {}
    engine.close()


async def test_the_pace_is_kept() -> None:
    sock = ScriptedSocket(lambda a, n: [reply(a, n)])
    clock = SystemClock()
    engine = IcmpEngine(clock, rate=2000.0, opener=lambda _flavor: sock)
    began = clock.monotonic()
    await asyncio.gather(*(engine.ping(f"127.0.1.{n % 250}", ONCE, 5.0) for n in range(712)))
    took = clock.monotonic() - began
    engine.close()
    assert len(sock.sent) == 712
    assert took >= 200 / 2000


@pytest.mark.parametrize("start", [0xFFFFFFFE, 0x1FFFE, 0xFFFE], ids=hex)
async def test_numbers_wrap_around(start: int) -> None:
    sock = ScriptedSocket(lambda a, n: [refusal(a, n)])
    engine = IcmpEngine(SystemClock(), opener=lambda _flavor: sock)
    engine._numbers = iter(range(start, start + 10))  # type: ignore[assignment]
    results = [await engine.ping("127.0.0.9", ONCE, 0.1) for _ in range(5)]
    engine.close()
    assert [result.refusals for result in results] == [1] * 5
    assert [number for _, number in sock.sent] == [n % 2**32 for n in range(start, start + 5)]


async def test_a_network_that_is_missing_is_an_error_of_the_opener() -> None:
    def opener(_flavor: Flavor) -> ScriptedSocket:
        raise OSError(errno.EAFNOSUPPORT, "x")

    engine = IcmpEngine(SystemClock(), opener=opener)
    with pytest.raises(OSError, match="x"):
        await engine.ping("::1", ONCE, 0.1)
    engine.close()


async def test_names_are_refused_rather_than_looked_up() -> None:
    with pytest.raises(OSError, match="illegal IP address"):
        await ping(silent, address="localhost")
