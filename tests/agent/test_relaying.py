"""Where messages go, what is added to them, and which travel together."""

import re

import pytest
from hypothesis import example, given, strategies

from hexmon.agent.relaying import (
    MOST_BYTES,
    MOST_TOGETHER,
    Packing,
    Parcel,
    Remembered,
    Way,
    delayed,
    guard_of,
    marked,
    speaker_of,
    way_of,
    whole,
)
from hexmon.agent.spool import Waiting
from hexmon.app.relay_server import packed, unpacked


@pytest.mark.parametrize(
    ("message", "way", "guard"),
    [
        (b"status www.cpu green", Way.ALL, "status"),
        (b"status+10m/group:a www.cpu green", Way.ALL, "status"),
        (b"data www.x\n1", Way.ALL, "status"),
        (b"meta www.cpu x\n1", Way.ALL, "status"),
        (b"modify www.cpu red a b", Way.ALL, "status"),
        (b"summary summary.a.b green", Way.ALL, None),
        (b"notes abc", Way.ALL, "maint"),
        (b"usermsg abc", Way.ALL, "status"),
        (b"notify www.cpu text", Way.ALL, "maint"),
        (b"enable www.cpu", Way.ALL, "maint"),
        (b"disable www.cpu 10 x", Way.ALL, "maint"),
        (b"ackinfo www.cpu\n1", Way.ALL, "maint"),
        (b"drop www", Way.ALL, "admin"),
        (b"rename www web", Way.ALL, "admin"),
        (b"schedule 2000000000 drop www", Way.ALL, "admin"),
        (b"schedule 2000000000drop www", Way.ALL, "admin"),
        (b"schedule 1 schedule 2 disable a.b 1", Way.ALL, "maint"),
        (b"schedule cancel 3", Way.ALL, None),
        (b"reload", Way.ALL, None),
        (b"a word of the future", Way.ALL, None),
        (b"combo\nstatus www.cpu green", Way.SPLIT, None),
        (b"extcombo 20 40\n", Way.SPLIT, None),
        (b"client www.linux linux\n[date]", Way.CLIENT, "status"),
        (b"client/mq www.linux", Way.CLIENT, "status"),
        (b"clientlog www", Way.ASK, "www"),
        (b"query www.cpu", Way.ASK, "status"),
        (b"xymondboard", Way.ASK, "www"),
        (b"hobbitdlog www.cpu", Way.ASK, "www"),
        (b"hostinfo", Way.ASK, "www"),
        (b"config hosts.cfg", Way.ASK, "status"),
        (b"download x", Way.ASK, "status"),
        (b"ghostlist", Way.ASK, "www"),
        (b"ping", Way.ASK, None),
        (b"senderstats", Way.ASK, None),
        (b"schedule", Way.ASK, None),
        (b"hostdatasave www", Way.ASK, "admin"),
        pytest.param(b"xymondack 1234 10 text", Way.ASK, "maint", id="a cookie is one server's own"),
        (b"page www.cpu", Way.NOWHERE, None),
        (b"dummy", Way.NOWHERE, None),
        (b"", Way.NOWHERE, None),
        (b" \n", Way.NOWHERE, None),
    ],
)
def test_where_a_message_goes_and_who_may_say_it(message: bytes, way: Way, guard: str | None) -> None:
    assert (way_of(message), guard_of(message)) == (way, guard)


def test_a_command_within_a_thousand_plans_is_found_quickly() -> None:
    assert guard_of(b"schedule 1 " * 90_000 + b"drop www") == "admin"


def test_a_sender_is_added_where_servers_look_for_it() -> None:
    assert marked(b"status a.b green", "::1") == b"status a.b green\nStatus message received from ::1\n"
    assert (
        marked(b"client a.linux\n[date]\n", "127.0.0.1") == b"client a.linux\n[date]\n\n[proxy]\nClientIP:127.0.0.1\n"
    )
    assert marked(b"data a.b\n1", "127.0.0.1") == b"data a.b\n1"
    assert marked(b"clientlog a", "127.0.0.1") == b"clientlog a"


def test_only_client_messages_say_how_long_they_waited() -> None:
    assert delayed(b"client a.linux\n[date]", 61.9) == b"client a.linux\n[date]\n[msgcache]\nCachedelay: 61\n"
    assert delayed(b"client a.linux\n", -5) == b"client a.linux\n[msgcache]\nCachedelay: 0\n", "the clock was set back"
    assert delayed(b"status a.b green", 61.9) == b"status a.b green"


def test_a_zero_ends_a_message_but_not_an_extcombo() -> None:
    assert whole(b"status a.b green\0\0") == b"status a.b green"
    assert whole(b"extcombo 1 2\nx\0y") == b"extcombo 1 2\nx\0y"


def parcels(*messages: bytes, stored: bool = False) -> list[Parcel]:
    return Packing(packed).parcels([Waiting(100.0, message) for message in messages], 160.0, stored=stored)


def test_statuses_become_a_combo() -> None:
    [parcel] = parcels(b"status a.b green\nfrom x\n", b"status a.c red\nfrom y\n")
    assert parcel.message == b"combo\nstatus a.b green\nfrom x\n\n\nstatus a.c red\nfrom y\n"
    assert len(parcel.of) == 2


def test_one_alone_stays_as_it_is() -> None:
    assert [parcel.message for parcel in parcels(b"status a.b green", b"data a.c 1")] == [
        b"status a.b green",
        b"data a.c 1",
    ]


def test_data_becomes_an_extcombo() -> None:
    [parcel] = parcels(b"data a.b\n\n\nstatus x.y red", b"data a.c\n")
    assert unpacked(parcel.message) == [b"data a.b\n\n\nstatus x.y red", b"data a.c\n"]


def test_any_other_message_keeps_its_place() -> None:
    found = parcels(b"status a.b red", b"status a.c red", b"disable a.b 10", b"status a.b green", b"drop a")
    assert [parcel.message[:7] for parcel in found] == [b"combo\ns", b"disable", b"status ", b"drop a"]


def test_a_text_that_would_fall_apart_in_a_combo_travels_alone() -> None:
    trick = b"status a.b green\n\nstatus victim.cpu red\n"
    found = parcels(b"status a.a green", trick, b"status a.c green", b"status a.d green")
    assert [len(parcel.of) for parcel in found] == [1, 1, 2]
    assert found[1].message == trick


def test_combos_have_bounds() -> None:
    found = parcels(*[b"status a.b green"] * 250)
    assert [len(parcel.of) for parcel in found] == [MOST_TOGETHER, MOST_TOGETHER, 50]
    big = b"status a.b green" + b"x" * (MOST_BYTES // 2)
    assert [len(parcel.of) for parcel in parcels(big, big, b"status a.c red", big * 3)] == [1, 2, 1]


def test_stored_client_messages_say_it() -> None:
    [parcel] = parcels(b"client a.linux\n", stored=True)
    assert parcel.message.endswith(b"[msgcache]\nCachedelay: 60\n")
    [parcel] = parcels(b"client a.linux\n")
    assert parcel.message == b"client a.linux\n"


kinds = strategies.sampled_from(
    [b"status a.b green ", b"status c.d red\n\nstatus ", b"data a.b\n", b"drop x ", b"client a.linux\n"]
)


@given(strategies.lists(strategies.tuples(kinds, strategies.binary(max_size=40))))
@example([(b"status a.b green ", b"\n\nstatus"), (b"status a.b green ", b"")])
def test_whatever_is_packed_arrives_as_it_was(written: list[tuple[bytes, bytes]]) -> None:
    messages = [start + rest.replace(b"\0", b"") for start, rest in written]
    found = parcels(*(b"%b\nfrom x\n" % message for message in messages))
    assert sorted(one.message for parcel in found for one in parcel.of) == sorted(b"%b\nfrom x\n" % m for m in messages)
    arrived = [
        one for parcel in found for one in (unpacked(parcel.message) if len(parcel.of) > 1 else [parcel.message])
    ]
    for kind in (b"status", b"data"):
        assert [_bare(one) for one in arrived if one.startswith(kind)] == [
            _bare(b"%b\nfrom x\n" % one) for one in messages if one.startswith(kind)
        ]


def _bare(message: bytes) -> bytes:
    return re.sub(rb"\n+\Z", b"", message)


@given(strategies.binary())
def test_any_bytes_have_a_way(message: bytes) -> None:
    message = whole(message)
    assert way_of(message) in Way
    guard_of(message)
    speaker_of(message)
    marked(message, "::1")


def test_an_agent_is_told_what_it_was_told_last() -> None:
    remembered = Remembered()
    remembered.heard(b"client a.linux linux\n[date]", b"one")
    remembered.heard(b"client  a.linux web\n", b"two")
    remembered.heard(b"client/mq a.linux\n", b"three")
    remembered.heard(b"status a.linux green", b"not for agents")
    assert remembered.reply_to(b"client a.linux linux\n") == b"two"
    assert remembered.reply_to(b"client/mq a.linux\n") == b"three"
    assert remembered.reply_to(b"client b.linux\n") == b""
    assert len(remembered) == 2


def test_what_is_remembered_is_bounded() -> None:
    remembered = Remembered(most_bytes=10_000, longest=1000)
    for number in range(100):
        remembered.heard(b"client h%d.linux\n" % number, b"x" * 700)
    remembered.heard(b"client big.linux\n", b"x" * 2000)
    assert len(remembered) == 10
    assert remembered.reply_to(b"client h99.linux\n")
    assert not remembered.reply_to(b"client h1.linux\n")
    assert not remembered.reply_to(b"client big.linux\n")
