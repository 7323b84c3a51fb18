"""What changed on a device between two good polls, in which words, and what is no change."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexmon.judge.device_changes import compare, tidy
from hexmon.judge.device_pacing import Gaps
from hexmon.judge.device_poll import MOST_REMEMBERED, polled
from hexmon.judge.device_words import MOST_NOTICES
from hexmon.model.device import Device, Interface
from hexmon.model.site_memory import Identity, MonitorMemory, decode_memory, encode_memory
from hexmon.model.site_state import InterfaceState, MonitorState
from tests.support.devices import A, B, C, D, a_device, an_interface

NOON = 1_795_262_400.0  # 12:00 PM UTC
GAPS = Gaps(600.0, 1)
FIRST = a_device(an_interface(1, None, "up", A, B), an_interface(2), an_interface(3, None, "down"))


def after(memory: MonitorMemory, device: Device, minute: float = 0.0, gaps: Gaps | None = GAPS) -> MonitorMemory:
    return polled(memory, device, NOON + minute * 60, gaps, UTC).memory


def told(memory: MonitorMemory, device: Device, minute: float = 0.0, gaps: Gaps | None = GAPS) -> list[str]:
    return polled(memory, device, NOON + minute * 60, gaps, UTC).notices


KNOWN = after(MonitorMemory(), FIRST)


def with_one(*changed: Interface, **others: object) -> Device:
    """The first device with other interfaces in the place of those of their ifIndex."""
    new = {one.index: one for one in (*FIRST.interfaces, *changed)}
    return replace(FIRST, interfaces=tuple(new.values()), **others)


CASES = {
    "nothing": (FIRST, []),
    "an interface went down": (
        with_one(an_interface(2, None, "down")),
        ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC"],
    ),
    "somebody switched it off": (
        with_one(an_interface(3, None, "down", admin="down")),
        ["Gi0/3 oper=down admin=down (was oper=down admin=up) at 12:01 PM UTC"],
    ),
    "an interface appeared": (with_one(an_interface(4)), ["Gi0/4 appeared oper=up admin=up at 12:01 PM UTC"]),
    "an interface that brings MACs appeared": (
        with_one(an_interface(4, None, "up", D)),
        ["Gi0/4 appeared oper=up admin=up at 12:01 PM UTC"],
    ),
    "an interface disappeared": (
        replace(FIRST, interfaces=FIRST.interfaces[:2]),
        ["Gi0/3 disappeared (was oper=down admin=up) at 12:01 PM UTC"],
    ),
    "MACs came and went": (
        with_one(an_interface(1, None, "up", D, C)),
        [f"Gi0/1 MAC change appeared=[{C}, {D}] disappeared=[{A}, {B}] at 12:01 PM UTC"],
    ),
    "a MAC came": (
        with_one(an_interface(2, None, "up", C)),
        [f"Gi0/2 MAC change appeared=[{C}] at 12:01 PM UTC"],
    ),
    "a MAC went": (
        with_one(an_interface(1, None, "up", B)),
        [f"Gi0/1 MAC change disappeared=[{A}] at 12:01 PM UTC"],
    ),
    "the same MACs in another order, and twice": (with_one(an_interface(1, None, "up", B, A, B)), []),
    "both on one interface: its state comes first": (
        with_one(an_interface(1, None, "down")),
        [
            "Gi0/1 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC",
            f"Gi0/1 MAC change disappeared=[{A}, {B}] at 12:01 PM UTC",
        ],
    ),
    "in the order of numbers, not of letters or of the walk": (
        a_device(an_interface(10), an_interface(1, None, "up", A, B), an_interface(3, None, "up"), an_interface(2)),
        [
            "Gi0/3 oper=up admin=up (was oper=down admin=up) at 12:01 PM UTC",
            "Gi0/10 appeared oper=up admin=up at 12:01 PM UTC",
        ],
    ),
    "an interface has another name": (
        with_one(an_interface(2, "uplink")),
        ["uplink oper=up admin=up (was oper=up admin=up) at 12:01 PM UTC, its name was Gi0/2"],
    ),
    "the table of MACs could not be read": (
        replace(with_one(an_interface(1), an_interface(2, None, "down")), macs_known=False),
        ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC"],
    ),
    "another name of the device": (
        replace(FIRST, name="sw2"),
        ["the device was renamed, or another one answers: sysName=sw2 (was sw1) at 12:01 PM UTC"],
    ),
    "another device, and its interfaces": (
        replace(with_one(an_interface(2, None, "down")), object_id="1.3.9", name="sw2"),
        [
            "another device answers: sysName=sw2 (was sw1), sysObjectID=1.3.9 (was 1.3.8) at 12:01 PM UTC",
            "Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC",
        ],
    ),
    "it does not tell its name this time": (replace(FIRST, name="", object_id=""), []),
    "it tells its serial number for the first time": (replace(FIRST, serial="X1"), []),
    "it numbers its interfaces anew": (
        a_device(*(replace(one, index=one.index + 100) for one in FIRST.interfaces)),
        ["ifIndex of 3 interfaces changed at 12:01 PM UTC (Gi0/1 1 -> 101, Gi0/2 2 -> 102, Gi0/3 3 -> 103)"],
    ),
    "a card was taken out, and one interface behind it moved up": (
        a_device(an_interface(1, None, "up", A, B), an_interface(2, "Gi0/3", "down")),
        [
            "ifIndex of 1 interface changed at 12:01 PM UTC (Gi0/3 3 -> 2)",
            "Gi0/2 disappeared (was oper=up admin=up) at 12:01 PM UTC",
        ],
    ),
    "moved and changed": (
        a_device(an_interface(1, None, "up", A, B), an_interface(2), an_interface(9, "Gi0/3", "up")),
        [
            "ifIndex of 1 interface changed at 12:01 PM UTC (Gi0/3 3 -> 9)",
            "Gi0/3 oper=up admin=up (was oper=down admin=up) at 12:01 PM UTC",
        ],
    ),
    "hostile names stay on one line": (
        with_one(an_interface(4, "a\r\nb\x1b[2J\u202e" + "x" * 5000)),
        [f"a b [2J {'x' * 71}\N{HORIZONTAL ELLIPSIS} appeared oper=up admin=up at 12:01 PM UTC"],
    ),
    "no name": (with_one(an_interface(4, "")), ["ifIndex 4 appeared oper=up admin=up at 12:01 PM UTC"]),
    "a thousand MACs": (
        with_one(an_interface(2, None, "up", *(f"{n:06}" for n in range(1000)))),
        [f"Gi0/2 MAC change appeared=[{', '.join(f'{n:06}' for n in range(100))}, 900 more] at 12:01 PM UTC"],
    ),
}


@pytest.mark.parametrize(("device", "sentences"), CASES.values(), ids=CASES)
def test_changes(device: Device, sentences: list[str]) -> None:
    assert told(KNOWN, device, 1) == sentences


def test_the_first_poll_is_stored_in_silence() -> None:
    assert told(MonitorMemory(), FIRST) == []
    assert KNOWN.state.ports_state[1] == InterfaceState("Gi0/1", "up", "up", (A, B))


def test_interfaces_of_one_name_are_told_apart_by_their_numbers() -> None:
    memory = after(MonitorMemory(), a_device(an_interface(1, "port"), an_interface(2, "port")))
    device = a_device(an_interface(1, "port"), an_interface(2, "port", "down"))
    assert told(memory, device) == ["port (ifIndex 2) oper=down admin=up (was oper=up admin=up) at 12:00 PM UTC"]


def test_macs_that_were_not_read_stay_in_the_baseline() -> None:
    unread = after(KNOWN, replace(with_one(an_interface(1)), macs_known=False), 1)
    assert unread.state.ports_state[1].macs == (A, B)
    assert told(unread, FIRST, 2) == []


def test_the_first_macs_that_are_read_are_no_change() -> None:
    blind = after(MonitorMemory(), a_device(an_interface(1), macs_known=False))
    seeing = a_device(an_interface(1, None, "up", A))
    assert told(blind, seeing) == []
    assert told(after(blind, seeing), a_device(an_interface(1, None, "up", B)), 1) == [
        f"Gi0/1 MAC change appeared=[{B}] disappeared=[{A}] at 12:01 PM UTC"
    ]


def test_after_a_start_macs_are_missing_only_when_there_was_time_to_learn_them() -> None:
    started = with_one(an_interface(1), uptime=20.0)
    memory = after(KNOWN, started, 1)
    assert told(KNOWN, started, 1) == []
    assert told(memory, replace(started, uptime=200.0), 4) == []
    late = replace(started, uptime=320.0)
    assert told(memory, late, 6) == [f"Gi0/1 MAC change disappeared=[{A}, {B}] at 12:06 PM UTC"]
    assert told(memory, replace(FIRST, uptime=320.0), 6) == []


def test_who_was_swapped_during_the_start_is_told_at_once() -> None:
    started = with_one(an_interface(1, None, "up", C), uptime=20.0)
    assert told(KNOWN, started, 1) == [f"Gi0/1 MAC change appeared=[{C}] disappeared=[{A}, {B}] at 12:01 PM UTC"]


def test_what_a_state_file_brought_has_the_name_of_its_device() -> None:
    memory = MonitorMemory(state=replace(KNOWN.state, detail=replace(FIRST, object_id="")))
    assert told(memory, replace(FIRST, name="other"))[0].startswith("the device was renamed, or another one answers")


def test_a_moved_interface_keeps_its_pace() -> None:
    down = after(KNOWN, with_one(an_interface(2, None, "down")), 1)
    back = after(down, FIRST, 2)
    moved = a_device(
        an_interface(1, None, "up", A, B), an_interface(52, "Gi0/2", "down"), an_interface(3, None, "down")
    )
    assert told(back, moved, 3) == ["ifIndex of 1 interface changed at 12:03 PM UTC (Gi0/2 2 -> 52)"]
    later = after(back, moved, 3)
    assert told(later, moved, 12) == ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:03 PM UTC"]


DOWN = with_one(an_interface(2, None, "down"))


def test_the_first_return_is_told_at_once_and_then_a_flapping_port_waits_its_time() -> None:
    memory, said = KNOWN, []
    for minute in range(1, 13):
        result = polled(memory, DOWN if minute % 2 else FIRST, NOON + minute * 60, GAPS, UTC)
        memory = result.memory
        said += result.notices
    assert said == [
        "Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC",
        "Gi0/2 oper=up admin=up (was oper=down admin=up) at 12:02 PM UTC",
        "Gi0/2 10 changes since 12:03 PM UTC, again oper=up admin=up at 12:12 PM UTC",
    ]


def test_a_difference_that_lasts_is_told_when_its_time_has_come() -> None:
    memory = after(after(after(KNOWN, DOWN, 1), FIRST, 2), DOWN, 3)
    assert told(memory, DOWN, 11) == []
    assert told(memory, DOWN, 12) == ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:03 PM UTC"]
    assert told(after(memory, DOWN, 12), DOWN, 99) == []


def test_several_changes_that_end_elsewhere_are_told_as_one_with_their_number() -> None:
    testing = with_one(an_interface(2, None, "testing"))
    memory = after(after(after(after(KNOWN, DOWN, 1), testing, 2), DOWN, 3), testing, 4)
    assert told(memory, testing, 11) == [
        "Gi0/2 oper=testing admin=up (was oper=down admin=up) at 12:04 PM UTC, 3 changes since 12:02 PM UTC"
    ]


def test_gaps_grow_as_between_reminders_and_begin_anew_after_a_calm() -> None:
    gaps, memory, moments = Gaps(3600.0, 8), KNOWN, []
    names = ("down", "testing", "dormant", "unknown")
    device = FIRST
    for minute in range(1, 100):
        device = with_one(an_interface(2, None, names[minute % 4]))
        result = polled(memory, device, NOON + minute * 60, gaps, UTC)
        memory = result.memory
        moments += [minute] * len(result.notices)
    assert moments == [1, 16, 43, 80]  # after 14 m 4 s, 26 m 15 s, 36 m 34 s
    calm = after(after(memory, device, 150, gaps), device, 160, gaps)
    assert not calm.paces
    assert len(told(calm, FIRST, 201, gaps)) == 1


def test_a_flapping_mac_does_not_hide_the_state_of_its_interface() -> None:
    memory = KNOWN
    for minute in range(1, 6):
        memory = after(memory, with_one(an_interface(1, None, "up", A, *([B] * (minute % 2 == 0)))), minute)
    assert told(memory, with_one(an_interface(1, None, "down", A)), 6) == [
        "Gi0/1 oper=down admin=up (was oper=up admin=up) at 12:06 PM UTC"
    ]


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    memory = after(after(KNOWN, DOWN, 100), FIRST, 101)
    assert told(memory, DOWN, 0) == ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:00 PM UTC"]


def test_while_nothing_may_be_told_the_lasting_difference_is_kept_for_later() -> None:
    held = Gaps(600.0, 1, held=True)
    memory = after(after(KNOWN, with_one(an_interface(2, None, "down"), an_interface(3)), 1, held), DOWN, 2, held)
    assert told(KNOWN, DOWN, 1, held) == []
    assert told(memory, DOWN, 3) == ["Gi0/2 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC"]


def test_a_mute_monitor_remembers_what_changed_and_tells_nothing_of_it_later() -> None:
    memory = after(KNOWN, DOWN, 1, None)
    assert told(KNOWN, DOWN, 1, None) == []
    assert [one.text for one in memory.changes] == ["Gi0/2 oper=down admin=up (was oper=up admin=up)"]
    assert told(memory, DOWN, 2) == []


def test_what_is_gone_has_no_macs_to_tell_of() -> None:
    memory = after(after(after(KNOWN, with_one(an_interface(1)), 1), FIRST, 2), with_one(an_interface(1)), 3)
    gone = replace(FIRST, interfaces=FIRST.interfaces[1:])
    assert told(memory, gone, 4) == ["Gi0/1 disappeared (was oper=up admin=up) at 12:04 PM UTC"]
    assert told(after(memory, gone, 4), gone, 60) == []


def test_a_flood_ends_in_one_notice() -> None:
    many = a_device(*(an_interface(index) for index in range(1, 301)))
    down = a_device(*(an_interface(index, None, "down") for index in range(1, 301)))
    memory = after(MonitorMemory(), many)
    said = told(memory, down, 1)
    assert len(said) == MOST_NOTICES
    assert said[0] == "Gi0/1 oper=down admin=up (was oper=up admin=up) at 12:01 PM UTC"
    assert said[-1].startswith("251 more changes at 12:01 PM UTC: Gi0/50 oper=down admin=up (was oper=up admin=up); Gi")
    assert said[-1].endswith("; 51 more")
    assert told(after(memory, down, 1), down, 60) == []
    assert len(after(memory, down, 1).changes) == MOST_REMEMBERED


def test_another_device_every_poll_is_not_told_every_poll() -> None:
    memory, said = KNOWN, 0
    for minute in range(1, 20):
        result = polled(memory, replace(FIRST, name=f"sw{minute % 2}"), NOON + minute * 60, GAPS, UTC)
        memory, said = result.memory, said + len(result.notices)
    assert said == 3


# -- properties -----------------------------------------------------------------------------------------------------

words = st.sampled_from(["up", "down", "testing"]) | st.text(max_size=3)
interfaces = st.builds(
    Interface,
    index=st.integers(0, 5),
    name=st.sampled_from(["a", "b", "c", "d", ""]) | st.text(max_size=3),
    oper=words,
    admin=words,
    macs=st.lists(st.sampled_from([A, B, C]), max_size=3).map(tuple),
)
devices = st.builds(
    Device,
    name=st.sampled_from(["", "x", "y"]),
    uptime=st.none() | st.floats(0, 1e6),
    interfaces=st.lists(interfaces, min_size=1, max_size=6).map(tuple),
    macs_known=st.booleans(),
)


@given(st.lists(st.tuples(devices, st.floats(0, 2000), st.booleans()), max_size=8))
def test_any_devices_in_any_order_can_be_compared(polls: list[tuple[Device, float, bool]]) -> None:
    memory, now = MonitorMemory(), NOON
    for device, later, held in polls:
        now += later
        result = polled(memory, device, now, Gaps(600.0, 2, held), UTC)
        assert all("\n" not in text for text in result.notices)
        memory = result.memory
        assert memory.state.ports_state.keys() == {one.index for one in device.interfaces}
        assert decode_memory(encode_memory(memory)) == memory


@given(devices, devices)
def test_an_unchanged_device_has_no_changes_and_the_baseline_is_the_device(before: Device, device: Device) -> None:
    memory = polled(after(MonitorMemory(), before), device, NOON, None, UTC).memory
    assert compare(memory.state.ports_state, device).changes == ()
    known = {one.index: one for one in device.interfaces}
    for index, state in memory.state.ports_state.items():
        assert (state.name, state.oper, state.admin) == (known[index].name, known[index].oper, known[index].admin)


def picture(device: Device) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {one.name: (one.oper, one.admin, tuple(sorted(set(one.macs)))) for one in device.interfaces}


def sound(opers: list[str]) -> Device:
    return a_device(*(an_interface(index, None, oper) for index, oper in enumerate(opers, 1)))


shapes = st.lists(st.sampled_from(["up", "down", "testing"]), min_size=3, max_size=3)


@given(st.lists(st.tuples(shapes | st.none(), st.booleans(), st.floats(1, 900)), max_size=12), shapes)
def test_however_polls_fail_or_hexmon_restarts_people_know_in_the_end_how_it_is(
    polls: list[tuple[list[str] | None, bool, float]], last: list[str]
) -> None:
    """None: the poll failed. True: hexmon was killed, and begins with what it stored."""
    memory, now = after(MonitorMemory(), sound(["up"] * 3)), NOON
    known, never_changed = dict.fromkeys(["Gi0/1", "Gi0/2", "Gi0/3"], "up"), {"Gi0/1", "Gi0/2", "Gi0/3"}
    for opers, killed, later in [*polls, (last, False, 900.0), (last, False, 900.0)]:
        now += later
        if killed:
            memory = decode_memory(encode_memory(memory))
        if opers is None:
            continue
        never_changed -= {f"Gi0/{index}" for index, oper in enumerate(opers, 1) if oper != "up"}
        result = polled(memory, sound(opers), now, GAPS, UTC)
        memory = result.memory
        for text in result.notices:
            name, _, rest = text.partition(" ")
            assert name not in never_changed
            known[name] = rest.partition("oper=")[2].split(" ")[0]
    assert list(known.values()) == last


def test_tidy_keeps_what_can_be_read() -> None:
    assert tidy(" Gigabit\tEthernet \N{GREEK SMALL LETTER ALPHA} ") == "Gigabit Ethernet \N{GREEK SMALL LETTER ALPHA}"


@pytest.mark.parametrize("data", [b"", b"z", b"-", b"zgarbage", b"-\xc1", b"-\x81\xa4what\x01"])
def test_damaged_memory_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode_memory(data)


def test_memory_comes_back_whole() -> None:
    memory = replace(
        after(KNOWN, DOWN, 1), what=("ports", "snmp://x", "", ""), left=5.0, identity=Identity("a", "b", "c"),
        state=MonitorState(detail=FIRST, disk_space_pct=1.5),
    )  # fmt: skip
    assert decode_memory(encode_memory(memory)) == memory
