"""Asking name servers: what is a good answer, what is a bad one, and what is none."""

import socket
from collections.abc import Callable, Iterable

import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.dns import DnsOptions, Lookup
from hexmon.probes.dns_message import make_query, read_answer, record_type
from tests.support.checks import a_check, observed
from tests.support.datagrams import closed_datagram_port, serve_datagrams, silence
from tests.support.servers import serve, tls_context

Change = Callable[[dns.message.Message], None]
MX, TXT, PTR = 15, 16, 12


def answer_to(data: bytes, change: Change = lambda _message: None) -> bytes:
    """The address of the name, or what `change` makes of that."""
    question = dns.message.from_wire(data)
    message = dns.message.make_response(question)
    name = question.question[0].name
    message.answer.append(dns.rrset.from_text(name, 300, "IN", "A", "127.0.0.1"))
    change(message)
    return message.to_wire()


def with_code(code: dns.rcode.Rcode) -> Change:
    def change(message: dns.message.Message) -> None:
        message.set_rcode(code)
        message.answer.clear()

    return change


def another_number(message: dns.message.Message) -> None:
    message.id ^= 1


def another_question(message: dns.message.Message) -> None:
    message.question[0] = dns.rrset.from_text("other.test.", 0, "IN", "A")


async def ask(port: int, *lookups: Lookup, within: float = 2.0, **options: object) -> Observation:
    wanted = DnsOptions(lookups=lookups or (Lookup(),), port=port, **options)  # type: ignore[arg-type]
    return await observed(a_check("dns", wanted, timeout=within))


@pytest.mark.parametrize(
    ("change", "outcome", "summary"),
    [
        pytest.param(lambda _message: None, Outcome.OK, "OK", id="an address"),
        pytest.param(with_code(dns.rcode.NXDOMAIN), Outcome.ERROR, "Name not found", id="no such name"),
        pytest.param(with_code(dns.rcode.REFUSED), Outcome.ERROR, "Server refused query", id="a refusal"),
        pytest.param(
            lambda message: message.answer.clear(),
            Outcome.ERROR,
            "No data returned from server",
            id="a name without address",
        ),
    ],
)
async def test_what_a_server_says(change: Change, outcome: Outcome, summary: str) -> None:
    async with serve_datagrams(lambda data: [answer_to(data, change)]) as port:
        seen = await ask(port)
    assert (seen.reply.outcome, seen.reply.summary.lower()) == (outcome, summary.lower())


@pytest.mark.parametrize("change", [another_number, another_question], ids=lambda change: change.__name__)
async def test_another_message_is_no_answer_and_the_right_one_behind_it_is(change: Change) -> None:
    async with serve_datagrams(lambda data: [answer_to(data, change), b"", b"x", answer_to(data)]) as port:
        seen = await ask(port)
    assert seen.reply.outcome is Outcome.OK


async def test_an_answer_from_another_address_is_none() -> None:
    """The right bytes, sent from the same port of an address that was not asked."""
    heard: list[bytes] = []

    def answers(data: bytes) -> Iterable[bytes]:
        heard.append(data)
        return [answer_to(data)]

    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        async with serve_datagrams(answers, sender=stranger) as port:
            stranger.bind(("127.0.0.66", port))
            seen = await ask(port, within=0.4)
    assert heard
    assert (seen.reply.outcome, seen.reply.summary) == (Outcome.TIMEOUT, "Timeout")


async def test_a_silent_server_is_asked_until_the_time_is_over() -> None:
    heard: list[bytes] = []

    def listen(data: bytes) -> Iterable[bytes]:
        heard.append(data)
        return ()

    async with serve_datagrams(listen) as port:
        seen = await ask(port, within=0.4)
    assert (seen.reply.outcome, seen.reply.summary) == (Outcome.TIMEOUT, "Timeout")
    assert len(heard) > 1
    assert len(set(heard)) == 1


async def test_a_closed_port() -> None:
    seen = await ask(closed_datagram_port())
    assert (seen.reply.outcome, seen.reply.summary) == (Outcome.REFUSED, "Server unavailable")


async def test_all_of_several_lookups_must_have_an_answer() -> None:
    def answer(data: bytes) -> Iterable[bytes]:
        name = str(dns.message.from_wire(data).question[0].name)
        return [answer_to(data, with_code(dns.rcode.NXDOMAIN) if name == "b.test." else lambda _message: None)]

    lookups = [Lookup(name=f"{letter}.test", written=f"{letter}.test") for letter in "abc"]
    async with serve_datagrams(answer) as port:
        seen = await ask(port, *lookups)
    text = seen.reply.evidence.decode()
    assert seen.reply.outcome is Outcome.ERROR
    assert {name: seen.reply.facts[name] for name in ("lookups", "failed", "answers", "ttl")} == {
        "lookups": 3, "failed": 1, "answers": 2, "ttl": 300,
    }  # fmt: skip
    assert [text.index(f"*** DNS lookup of '{letter}.test' ***") for letter in "abc"] == sorted(
        text.index(f"*** DNS lookup of '{letter}.test' ***") for letter in "abc"
    )


async def test_the_host_s_own_name_is_the_usual_question() -> None:
    asked: list[str] = []

    def answer(data: bytes) -> Iterable[bytes]:
        asked.append(str(dns.message.from_wire(data).question[0].name))
        return [answer_to(data)]

    async with serve_datagrams(answer) as port:
        await ask(port)
        await ask(port, Lookup(type=PTR, name="127.0.0.9"))
    assert asked == ["www.test.", "9.0.0.127.in-addr.arpa."]


async def test_an_answer_that_was_cut_is_asked_for_over_tcp() -> None:
    def long_text(message: dns.message.Message) -> None:
        name = message.question[0].name
        message.answer[:] = [dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{n:0200}"' for n in range(20)))]

    async def over_tcp(reader: object, writer: object) -> None:
        data = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))  # type: ignore[attr-defined]
        whole = answer_to(data, long_text)
        writer.write(len(whole).to_bytes(2) + whole)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    def cut(message: dns.message.Message) -> None:
        message.answer.clear()
        message.flags |= 0x0200

    async with serve(over_tcp) as port, serve_datagrams(lambda data: [answer_to(data, cut)], port=port):
        seen = await ask(port, Lookup(type=TXT, name="big.test"))
    assert (seen.reply.outcome, seen.reply.facts["answers"]) == (Outcome.OK, 20)


async def test_over_tls_the_certificate_is_kept() -> None:
    async def over_tls(reader: object, writer: object) -> None:
        data = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))  # type: ignore[attr-defined]
        whole = answer_to(data)
        writer.write(len(whole).to_bytes(2) + whole)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    async with serve(over_tls, tls=tls_context("www.test")) as port:
        seen = await ask(port, transport="tls")
    assert seen.reply.outcome is Outcome.OK
    assert seen.reply.certificates[0].names == ("www.test",)


@pytest.mark.parametrize("said", [b"", b"\0", b"\0\xffgarbage", b"HTTP/1.1 400 no\r\n\r\n"], ids=repr)
async def test_what_is_no_dns_over_tcp_is_a_failure(said: bytes) -> None:
    async def talk(reader: object, writer: object) -> None:
        await reader.readexactly(2)  # type: ignore[attr-defined]
        writer.write(said)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    async with serve(talk) as port:
        seen = await ask(port, transport="tcp")
    assert seen.reply.outcome in {Outcome.ERROR, Outcome.TIMEOUT}


async def test_silence_over_udp_is_not_an_exception() -> None:
    async with serve_datagrams(silence) as port:
        assert (await ask(port, within=0.2)).reply.outcome is Outcome.TIMEOUT


QUERY = make_query("www.test", 1)
GOOD = answer_to(QUERY.wire)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    read_answer(data, QUERY)
    read_answer(QUERY.wire[:2] + data, QUERY)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_a_damaged_answer_is_never_an_exception(place: int, byte: int, end: int) -> None:
    damaged = bytearray(GOOD)
    damaged[place] = byte
    answer = read_answer(bytes(damaged[:end]), QUERY)
    assert answer is None or isinstance(answer.words, str)


def test_names_that_point_at_themselves_end() -> None:
    header = QUERY.wire[:2] + b"\x80\x00\x00\x01\x00\x05\x00\x00\x00\x00"
    answer = read_answer(header + b"\xc0\x0c\x00\x01\x00\x01" * 50, QUERY)
    assert answer is None or answer.words


@pytest.mark.parametrize(
    ("word", "number"),
    [("a", 1), ("MX", MX), ("AAAA", 28), ("tlsa", 52), ("caa", 257), ("TYPE65", 65), ("nonsense", None)],
)
def test_types_by_name(word: str, number: int | None) -> None:
    assert record_type(word) == number
