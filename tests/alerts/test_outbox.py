"""The outbox: in order for each square, as often as it takes, and no channel waits for another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hexmon.alerts.notify.contract import Outcome, Sent, Unsendable
from hexmon.alerts.outbox import Outbox
from hexmon.model.incident import DeliveryState, Kind
from tests.support.clock import FakeClock, settle
from tests.support.posting import LATER, Wire, delivery, fates, outbox_of, saved

SENT, DEAD, MERGED, WAITING = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.MERGED, DeliveryState.WAITING


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(outbox.run())
        await settle()
        yield
        task.cancel()


async def pass_time(outbox: Outbox, clock: FakeClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.advance(1.0)
        outbox.tick()
        await settle()


async def test_what_is_offered_goes_out_at_once_and_is_marked() -> None:
    clock, wire = FakeClock(), Wire()
    outbox, journal = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1), delivery(2, "db.conn")])
        await settle()
    assert sorted(wire.numbers()) == [1, 2]
    assert fates(journal) == {1: SENT, 2: SENT}
    assert outbox.waiting() == 0


async def test_what_was_offered_before_it_ran_goes_out_when_it_runs() -> None:
    clock, wire = FakeClock(), Wire()
    outbox, _ = outbox_of(clock, {"wire": wire})
    outbox.offer([delivery(1)])
    async with running(outbox):
        assert wire.numbers() == [1]


async def test_a_recovery_never_overtakes_its_alert() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [LATER, LATER]
    outbox, journal = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1), delivery(2, kind=Kind.RECOVERY)])
        await settle()
        await pass_time(outbox, clock, 10)
    assert wire.numbers() == [1, 1, 1, 2]
    assert fates(journal) == {1: SENT, 2: SENT}


async def test_one_square_that_fails_does_not_keep_the_news_of_another_back() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [LATER]
    outbox, _ = outbox_of(clock, {"wire": wire}, concurrency=1)
    async with running(outbox):
        outbox.offer([delivery(1, "a.conn"), delivery(2, "b.conn")])
        await settle()
        assert wire.numbers()[:2] == [1, 2]


async def test_pauses_grow_to_five_minutes() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [LATER] * 12
    outbox, _ = outbox_of(clock, {"wire": wire})
    moments = []
    async with running(outbox):
        outbox.offer([delivery(1)])
        await settle()
        for second in range(1800):
            before = len(wire.sent)
            await pass_time(outbox, clock, 1)
            moments += [second + 1] * (len(wire.sent) - before)
    assert moments == [1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1411]


async def test_the_other_side_says_when_to_come_back() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [Sent(Outcome.LATER, "too many", retry_after=120.0)]
    outbox, _ = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1)])
        await settle()
        await pass_time(outbox, clock, 119)
        assert len(wire.sent) == 1
        await pass_time(outbox, clock, 2)
        assert len(wire.sent) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(Sent(Outcome.REFUSED, "no such user"), "no such user", id="the other side refuses for good"),
        pytest.param(Unsendable("no address"), "no address", id="the message makes no sense there"),
    ],
)
async def test_what_cannot_be_sent_is_a_dead_letter_and_what_waits_behind_it_goes_on(
    answer: Sent | BaseException, why: str
) -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [answer]
    outbox, journal = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1), delivery(2, kind=Kind.RECOVERY)])
        await settle()
    assert fates(journal) == {1: DEAD, 2: SENT}
    assert outbox.dead == 1
    assert any(why in repr(record) for record in journal.records)


async def test_the_last_attempt_makes_a_dead_letter_which_can_be_sent_again() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [OSError(111, "Connection refused"), RuntimeError("a fault of ours"), LATER]
    outbox, journal = outbox_of(clock, {"wire": wire}, attempts=3)
    async with running(outbox):
        outbox.offer([delivery(1)])
        await settle()
        await pass_time(outbox, clock, 10)
        assert fates(journal) == {1: DEAD}
        outbox.retry(delivery(1))
        await settle()
    assert fates(journal) == {1: SENT}
    assert len(wire.sent) == 4


async def test_a_channel_that_hangs_keeps_no_other_channel_waiting() -> None:
    clock, slow, quick = FakeClock(), Wire(), Wire()
    slow.open.clear()
    outbox, journal = outbox_of(clock, {"slow": slow, "quick": quick})
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn", channel="slow") for n in range(1, 40)])
        outbox.offer([delivery(n, f"h{n}.conn", channel="quick") for n in range(40, 60)])
        await settle(200)
        assert sorted(quick.numbers()) == list(range(40, 60))
        assert slow.most == 4
        slow.open.set()
        await settle(400)
    assert sorted(slow.numbers()) == list(range(1, 40))
    assert set(fates(journal).values()) == {SENT}


async def test_a_program_that_hangs_keeps_no_other_program_waiting() -> None:
    clock, wire = FakeClock(), Wire()
    wire.open.clear()
    outbox, _ = outbox_of(clock, {"wire": wire}, concurrency=2)
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn", program="/bin/a") for n in range(1, 9)])
        outbox.offer([delivery(9, "h9.conn", program="/bin/b")])
        await settle()
        assert wire.under_way == 3


async def test_while_a_channel_fails_one_attempt_at_a_time_asks_whether_it_works_again_and_then_all_go() -> None:
    clock, wire = FakeClock(), Wire()
    for address in ("a", "b", "c", "d", "e"):
        wire.answers[address] = [LATER, LATER, LATER]
    outbox, journal = outbox_of(clock, {"wire": wire}, concurrency=5)
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn", address) for n, address in enumerate("abcde", 1)])
        await settle()
        wire.most = 0
        await pass_time(outbox, clock, 3)
        assert wire.most == 1
        for answers in wire.answers.values():
            answers.clear()
        await pass_time(outbox, clock, 4)
    assert set(fates(journal).values()) == {SENT}


async def test_no_more_messages_in_a_minute_than_the_channel_may_send() -> None:
    clock, wire = FakeClock(), Wire()
    outbox, _ = outbox_of(clock, {"wire": wire}, rate=3, per=60.0)
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn") for n in range(1, 8)])
        await settle()
        counts = [len(wire.sent)]
        for _ in range(2):
            await pass_time(outbox, clock, 61)
            counts.append(len(wire.sent))
    assert counts == [3, 6, 7]


async def test_a_burst_for_one_recipient_becomes_one_list_where_the_channel_groups() -> None:
    clock, wire = FakeClock(), Wire()
    now = clock.now()
    outbox, journal = outbox_of(clock, {"wire": wire}, group_from=5)
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn", created=now) for n in range(1, 201)])
        await settle()
    assert len(wire.sent) == 1
    assert len(wire.sent[0].message.items) == 200
    [carrier] = [one for one in saved(journal) if one.state is SENT]
    assert (carrier.number, carrier.message) == (1, wire.sent[0].message), "the log says what was sent"
    assert fates(journal)[1] is SENT
    assert all(fates(journal)[number] is MERGED for number in range(2, 201))


async def test_a_list_that_could_not_be_sent_goes_again_whole() -> None:
    clock, wire = FakeClock(), Wire()
    now = clock.now()
    wire.answers["ops@example.com"] = [LATER]
    outbox, journal = outbox_of(clock, {"wire": wire}, group_from=2)
    async with running(outbox):
        outbox.offer([delivery(n, f"h{n}.conn", created=now) for n in range(1, 9)])
        await settle()
        assert set(fates(journal).values()) == {WAITING}
        await pass_time(outbox, clock, 3)
    assert [len(one.message.items) for one in wire.sent] == [8, 8]
    assert set(fates(journal).values()) == {SENT, MERGED}


async def test_a_host_that_was_dropped_is_not_spoken_of_any_more() -> None:
    clock, wire = FakeClock(), Wire()
    wire.answers["ops@example.com"] = [LATER, LATER]
    outbox, journal = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1, "gone.conn"), delivery(2, "stays.conn")])
        await settle()
        outbox.drop("gone", None)
        await pass_time(outbox, clock, 5)
    assert fates(journal) == {1: DeliveryState.DROPPED, 2: SENT}
    assert wire.numbers() == [1, 2, 2]


async def test_a_channel_that_is_configured_no_longer_makes_dead_letters_that_say_so() -> None:
    clock, wire = FakeClock(), Wire()
    outbox, journal = outbox_of(clock, {"wire": wire})
    async with running(outbox):
        outbox.offer([delivery(1, channel="pager")])
        await settle()
    assert fates(journal) == {1: DEAD}
    assert "there is no channel 'pager'" in repr(journal.records)


async def test_the_time_limit_is_the_outboxs() -> None:
    clock, wire = FakeClock(), Wire()
    wire.open.clear()
    outbox, journal = outbox_of(clock, {"wire": wire}, timeout=0.01, attempts=1)
    async with running(outbox):
        outbox.offer([delivery(1)])
        await settle()
        await outbox.drained()
    assert fates(journal) == {1: DEAD}
    assert "no end within 0.01 s" in repr(journal.records)
