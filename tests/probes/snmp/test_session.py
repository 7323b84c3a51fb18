"""Devices that lose packets, answer nonsense, never end, or never answer: a poll ends in time, and says what was."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from hexmon.clock import SystemClock
from hexmon.model.device import Device
from hexmon.model.observation import Observation, Outcome
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import integer, octets, parse_oid, tlv
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.snmp.pdu import GET, GET_BULK
from tests.support.checks import a_check, observed
from tests.support.datagrams import Answers, closed_datagram_port, serve_datagrams, silence
from tests.support.snmp_agent import Agent, Asked
from tests.support.snmp_devices import DOT1D, IF, IFX, LOAD, cisco_stack, interfaces, mikrotik, net_snmp, wide
from tests.support.snmprec import COUNTER, COUNTER64, INTEGER, OCTETS, Recording, Told

Spoil = Callable[[Asked], Iterable[bytes] | None]


async def polled(agent: Answers, *, seconds: float = 5.0, **options: Any) -> Observation:
    """One poll of a device that is in this process."""
    async with serve_datagrams(agent) as port:
        return await observed(
            a_check("snmp", SnmpOptions(**{"kind": "ports", "port": port, **options}), timeout=seconds)
        )


async def device_of(agent: Answers, **more: Any) -> Device:
    observation = await polled(agent, **more)
    assert observation.reply.outcome is Outcome.OK, observation.reply.summary
    assert observation.reply.device is not None
    return observation.reply.device


def about(column: str) -> Callable[[Asked], bool]:
    """Whether a question is about that column."""
    prefix = parse_oid(column)
    return lambda asked: any(oid[: len(prefix)] == prefix for oid in asked.oids)


# ---------------------------------------------------------------------------------------------------- no answer


async def test_a_silent_device_is_asked_until_the_time_of_the_check_is_over() -> None:
    asked: list[bytes] = []

    def keep(data: bytes) -> Iterable[bytes]:
        asked.append(data)
        return ()

    clock = SystemClock()
    before = clock.monotonic()
    reply = (await polled(keep, seconds=1.5)).reply
    assert reply.outcome is Outcome.TIMEOUT
    assert 1.0 < clock.monotonic() - before < 10
    assert len(asked) == reply.facts["requests"] >= 3
    assert len(set(asked)) == 1  # a late answer to an earlier copy counts


async def test_nobody_listens() -> None:
    options = SnmpOptions(kind="host", port=closed_datagram_port())
    reply = (await observed(a_check("snmp", options))).reply
    assert reply.outcome is Outcome.REFUSED


async def test_every_second_packet_is_lost() -> None:
    count = 0

    def lose(_asked: Asked) -> Iterable[bytes] | None:
        nonlocal count
        count += 1
        return () if count % 2 else None

    device = await device_of(Agent(mikrotik(), lose), seconds=6.0)
    assert [one.name for one in device.interfaces] == ["ether1", "bridge"]


async def test_answers_that_come_twice_and_late() -> None:
    agent = Agent(mikrotik())
    late: list[bytes] = []

    def repeat(data: bytes) -> Iterable[bytes]:
        answer = next(iter(agent(data)))
        answers = [*late, answer, answer]
        late[:] = [answer]
        return answers

    assert len((await device_of(repeat)).interfaces) == 2


async def test_an_answer_from_another_address_is_none() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.2", 0))
        async with serve_datagrams(Agent(mikrotik()), sender=other) as port:
            options = SnmpOptions(kind="ports", port=port)
            reply = (await observed(a_check("snmp", options, timeout=0.5))).reply
    assert reply.outcome is Outcome.TIMEOUT


async def test_an_answer_to_another_question_is_none() -> None:
    reply = (await polled(Agent(mikrotik(), lambda asked: [asked.answer([], number=1)]), seconds=0.5)).reply
    assert reply.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"\x30\x84\xff", id="a length that is none"),
        pytest.param(b"\x30\x80", id="an indefinite length"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
        pytest.param(b"\x30\x03\x02\x01\x03", id="version 3"),
        pytest.param(bytes(9000), id="nine thousand zeros"),
    ],
)
async def test_garbage_is_told_as_such(answer: bytes) -> None:
    """Three pieces of it end the poll after the first pause: the time is for machines that are busy meanwhile."""
    reply = (await polled(lambda _data: [answer] * 3, seconds=8.0)).reply
    assert reply.outcome is Outcome.ERROR
    assert reply.summary
    assert reply.facts["requests"] < 5


async def test_garbage_in_answer_to_each_question_is_told_as_such() -> None:
    asked: list[bytes] = []

    def garble(data: bytes) -> Iterable[bytes]:
        asked.append(data)
        return [bytes(9)]

    reply = (await polled(garble, seconds=8.0)).reply
    assert reply.outcome is Outcome.ERROR
    assert len(set(asked)) == 1


async def test_garbage_before_the_answer_does_no_harm() -> None:
    agent = Agent(mikrotik())
    assert len((await device_of(lambda data: [b"\x30\x84\xff", *agent(data)])).interfaces) == 2


async def test_a_flood_of_nonsense_ends_the_poll() -> None:
    reply = (await polled(lambda _data: [b"\x30\x00"] * 250)).reply
    assert reply.outcome is Outcome.ERROR


# ------------------------------------------------------------------------------------------------ errors of a device


async def test_too_big_is_asked_again_for_less() -> None:
    agent = Agent(cisco_stack(), lambda asked: [asked.answer([], 1)] if _asks_for_much(asked) else None)
    assert await device_of(agent) == await device_of(Agent(cisco_stack()))


def _asks_for_much(asked: Asked) -> bool:
    return len(asked.oids) * (asked.second if asked.kind == GET_BULK else 1) > 4


async def test_one_object_that_the_device_cannot_tell_is_left_out() -> None:
    fails = about("1.3.6.1.2.1.1.6")
    agent = Agent(mikrotik(), lambda asked: [asked.answer([], 5, 6)] if fails(asked) else None)
    device = await device_of(agent)
    assert (device.location, device.contact) == ("", "noc@example.test")


async def test_a_column_that_the_device_cannot_tell_is_unknown() -> None:
    fails = about(f"{IFX}.18")
    agent = Agent(cisco_stack(), lambda asked: [asked.answer([], 5)] if fails(asked) else None)
    device = await device_of(agent)
    assert [one.alias for one in device.interfaces] == ["", "", ""]
    assert device.values["total_errors_in"] == 3 * (1 + 10101 + 10201)
    assert device.notes == ("interfaces: genErr",)


async def test_names_that_the_device_cannot_tell_end_the_poll() -> None:
    fails = about(f"{IF}.2")
    reply = (await polled(Agent(cisco_stack(), lambda asked: [asked.answer([], 5)] if fails(asked) else None))).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "walk failed: genErr")


async def test_macs_that_the_device_cannot_tell_are_unknown() -> None:
    fails = about("1.3.6.1.2.1.17.4.3.1.2")
    device = await device_of(Agent(cisco_stack(), lambda asked: [asked.answer([], 5)] if fails(asked) else None))
    assert not device.macs_known
    assert device.values["mac_count"] is None
    assert device.notes == ("MACs: genErr",)


async def test_a_device_that_falls_silent_within_its_macs_is_polled_all_the_same() -> None:
    silent = about("1.3.6.1.2.1.17")
    device = await device_of(Agent(cisco_stack(), lambda asked: () if silent(asked) else None), seconds=1.5)
    assert len(device.interfaces) == 3
    assert not device.macs_known
    assert device.notes[0] in ("bridge ports: no answer", "bridge ports: no time left")
    assert device.values["arp_count"] is None


# ----------------------------------------------------------------------------------------------- tables without end


async def test_a_table_that_begins_again_and_again_ends() -> None:
    first = parse_oid(f"{DOT1D}.2.0.0.0.0.0.1")
    loops = about(f"{DOT1D}.2")
    agent = Agent(cisco_stack(), lambda asked: [asked.answer([(first, integer(1))] * 10)] if loops(asked) else None)
    device = await device_of(agent)
    assert not device.macs_known
    assert device.notes == ("MACs: goes in circles",)


async def test_an_answer_that_repeats_the_question_ends() -> None:
    agent = Agent(
        cisco_stack(),
        lambda asked: [asked.answer([(oid, integer(1)) for oid in asked.oids])] if asked.kind == GET_BULK else None,
    )
    reply = (await polled(agent)).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "no interfaces found")


async def test_a_table_whose_rows_are_in_no_order_is_read() -> None:
    """Some devices tell MACs as they have them in memory."""
    column = parse_oid(f"{DOT1D}.2")
    tails = [(0, 0, 0, 0, 0, 9), (0, 0, 0, 0, 0, 3), (0, 0, 0, 0, 0, 7)]
    rows = [*((*column, *tail) for tail in tails), parse_oid("1.3.6.1.2.1.17.4.4")]

    def shuffled(asked: Asked) -> Iterable[bytes] | None:
        if asked.kind != GET_BULK or asked.oids[0][: len(column)] != column:
            return None
        begin = rows.index(asked.oids[0]) + 1 if asked.oids[0] in rows else 0
        return [asked.answer([(rows[begin], integer(1))])]

    device = await device_of(Agent(cisco_stack(), shuffled))
    assert [mac[-2:] for mac in device.interfaces[1].macs] == ["03", "07", "09"]


async def test_a_table_that_grows_for_ever_does_not_outlast_the_check() -> None:
    column = parse_oid(f"{DOT1D}.2")
    count = 0

    def endless(asked: Asked) -> Iterable[bytes] | None:
        nonlocal count
        if asked.oids[0][: len(column)] != column:
            return None
        count += 1
        return [asked.answer([((*column, count, number), integer(1)) for number in range(40)])]

    observation = await polled(Agent(cisco_stack(), endless), seconds=2.0)
    assert observation.reply.outcome is Outcome.OK
    assert observation.took < 4
    device = observation.reply.device
    assert device is not None
    assert not device.macs_known


async def test_an_empty_answer_ends_a_table() -> None:
    agent = Agent(mikrotik(), lambda asked: [asked.answer([])] if asked.kind == GET_BULK else None)
    reply = (await polled(agent)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "walk failed: answers with nothing")


# -------------------------------------------------------------------------------------------------- hostile contents


async def test_texts_are_printable_and_short() -> None:
    nasty: dict[int | str, Told] = {
        1: b"<script>alert(1)</script>\x00\x1b[31m\r\n&red",
        2: b"x" * 10_000,
        3: "\u202eevil\u2066".encode(),
        4: b"\xff\xfe\x00",
    }
    names = dict.fromkeys(range(1, 5), "eth")
    device = interfaces(Recording().system("1.3.6.1.4.1.8072", name="h\x00\x07ost"), names)
    device.column(f"{IF}.2", OCTETS, nasty)
    found = await device_of(Agent(device))
    assert found.name == "h  ost"
    assert [one.name for one in found.interfaces] == [
        "<script>alert(1)</script>  [31m  &red",
        "x" * 255,
        "evil",
        "ÿþ",
    ]
    assert all(one.name.isprintable() for one in found.interfaces)


async def test_values_of_a_wrong_type_are_unknown() -> None:
    names = {1: "a", 2: "b", 3: "c"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.8072"), names), names)
    device.put(f"{IF}.8.1", OCTETS, b"up").put(f"{IF}.7.1", INTEGER, 9).put(f"{IF}.8.2", INTEGER, -1)
    device.put(f"{IF}.14.1", INTEGER, -5).put(f"{IF}.14.2", COUNTER64, 1 << 40).put(f"{IF}.14.3", OCTETS, b"7")
    device.put(f"{IFX}.6.1", OCTETS, b"many").put(f"{IF}.10.1", COUNTER, 500)
    agent = Agent(device)
    agent.values[parse_oid(f"{IF}.2.3")] = tlv(0x7F, b"??")  # a type that nobody knows
    found = await device_of(agent)
    assert [(one.oper, one.admin, one.name) for one in found.interfaces] == [
        ("unknown", "down", "a"),
        ("unknown", "up", "b"),
        ("up", "up", "if3"),
    ]
    assert found.values["total_errors_in"] is None
    assert found.values["if1_in"] == 500
    assert (found.bits["if1_in"], found.bits["total_bits_in"]) == (32, 32)


async def test_counters_are_told_as_they_are_before_and_after_a_wrap_and_a_restart() -> None:
    names = {1: "a"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.8072", ticks=100), names), names)
    device.put(f"{IFX}.6.1", COUNTER64, (1 << 64) - 1)
    agent = Agent(device)
    before = await device_of(agent)
    agent.values[parse_oid(f"{IFX}.6.1")] = integer(3, 0x46)
    agent.values[oids.SYS_UPTIME] = integer(5, 0x43)
    after = await device_of(agent)
    assert (before.values["if1_in"], after.values["if1_in"]) == ((1 << 64) - 1, 3)
    assert (before.uptime, after.uptime) == (1.0, 0.05)


async def test_unsigned_numbers_without_the_leading_zero() -> None:
    device = net_snmp()
    agent = Agent(device)
    agent.values[oids.RAW_INTERRUPTS] = tlv(0x41, b"\xff\xff\xff\xfe")
    assert (await device_of(agent, kind="host")).values["interrupts"] == 0xFFFF_FFFE


async def test_a_load_beyond_a_hundred_is_nonsense() -> None:
    device = cisco_stack().column("1.3.6.1.4.1.9.9.109.1.1.1.1.6", INTEGER, {1: 250, 2: -1})
    assert (await device_of(Agent(device))).values["cpu_load"] == 90
    device = mikrotik().column(LOAD, INTEGER, {1: 101, 2: 102, 3: 103, 4: -1})
    assert (await device_of(Agent(device))).values["cpu_load"] is None


async def test_an_agent_that_shows_only_itself_is_no_host() -> None:
    reply = (await polled(Agent(Recording().system("1.3.6.1.4.1.8072.3.2.10")), kind="host")).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "no figures of a host found")


async def test_a_large_switch_takes_few_questions() -> None:
    names = {index: f"Gi1/0/{index}" for index in range(1, 53)}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.9.1.1"), names), names)
    agent = Agent(device)
    reply = (await polled(agent)).reply
    assert reply.facts["interfaces"] == 52
    assert reply.facts["requests"] <= 40
    assert all(asked.kind in (GET, GET_BULK) for asked in agent.asked)


async def test_a_wrong_community_is_silence() -> None:
    reply = (await polled(silence, seconds=0.3, community="wrong")).reply
    assert reply.outcome is Outcome.TIMEOUT


async def test_a_report_is_nothing_that_versions_before_3_have() -> None:
    def report(asked: Asked) -> Iterable[bytes]:
        answer = asked.answer([(oids.SYS_UPTIME, octets(b""))])
        return [answer.replace(b"\xa2", b"\xa8", 1)]

    reply = (await polled(Agent(mikrotik(), report), seconds=2.0)).reply
    assert reply.outcome is Outcome.ERROR
