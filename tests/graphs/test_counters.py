"""Counters from poll to poll: sums never fall, and grow by what their parts did."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.counters import CounterMemory, counted, memory_of_file
from hexmon.model.device import Device


def device(
    values: Mapping[str, float | None], bits: int = 64, uptime: float | None = None, **members: object
) -> Device:
    parts = {name: {part: (value, bits) for part, value in one.items()} for name, one in members.items()}  # type: ignore[attr-defined]
    return Device(
        values=values,
        bits={name: bits for name, one in values.items() if one is not None},
        uptime=uptime,
        members=parts,
    )


def run(*devices: Device, memory: CounterMemory | None = None) -> list[Mapping[str, int | None]]:
    found = []
    for number, one in enumerate(devices):
        memory, values = counted(memory, one, 1000.0 + 60 * number)
        found.append(values)
    return found


def ports(one: float | None, two: float | None, bits: int = 32, uptime: float | None = None) -> Device:
    there = [value for value in (one, two) if value is not None]
    return device({"if1_in": one, "if2_in": two, "total_bits_in": 8 * sum(there)}, bits, uptime)


def bits_in(*devices: Device) -> list[int | None]:
    return [one["total_bits_in"] for one in run(*devices)]


@pytest.mark.parametrize(
    ("devices", "totals"),
    [
        pytest.param([ports(10, 20), ports(15, 21)], [240, 288], id="a sum grows with its parts"),
        pytest.param([ports(2**32 - 5, 20), ports(10, 20)], [8 * (2**32 + 15), 8 * (2**32 + 30)], id="one wraps"),
        pytest.param(
            [ports(2**64 - 2048, 20, 64), ports(10, 20, 64), ports(11, 20, 64)],
            [8 * (2**64 - 2028) % 2**64, (8 * (2**64 + 30)) % 2**64, (8 * (2**64 + 31)) % 2**64],
            id="64 bits wrap too",
        ),
        pytest.param([ports(10, 20), ports(11, None), ports(12, 25)], [240, 248, 296], id="one is missing for a poll"),
        pytest.param([ports(10, None), ports(11, 5000), ports(12, 5001)], [80, 88, 104], id="a new one is no jump"),
        pytest.param(
            [ports(10, 20, 32, 5000), ports(1, 2, 32, 30), ports(2, 3, 32, 90)], [240, None, 256], id="it started again"
        ),
        pytest.param([ports(1000, 20, 64), ports(5, 21, 64)], [8160, 8168], id="one of 64 bits was set to zero"),
        pytest.param(
            [ports(10, 20, 32, 2**32 / 100 - 10), ports(12, 21, 32, 50)],
            [240, 264],
            id="its uptime wrapped, nothing else",
        ),
    ],
)
def test_sums_of_interfaces(devices: list[Device], totals: list[int | None]) -> None:
    assert bits_in(*devices) == totals


def test_a_raw_counter_that_wraps_goes_to_librrd_as_it_is() -> None:
    assert [one["if1_in"] for one in run(ports(2**32 - 5, 20), ports(10, 20))] == [2**32 - 5, 10]


@pytest.mark.parametrize(
    ("devices", "raw"),
    [
        pytest.param(
            [ports(10, 1, 32, 900), ports(4, 1, 32, 20), ports(9, 1, 32, 80)], [10, None, 9], id="started again"
        ),
        pytest.param([ports(10**9, 1, 64), ports(4, 1, 64), ports(9, 1, 64)], [10**9, None, 9], id="set to zero"),
        pytest.param(
            [ports(10**9, 1, 32), ports(4, 1, 32), ports(9, 1, 32)], [10**9, None, 9], id="no wrap is so long"
        ),
        pytest.param(
            [ports(10**9, 1, 32, 100), ports(4, 1, 32, 160)], [10**9, 4], id="it was up all the time: it did wrap"
        ),
    ],
)
def test_a_raw_counter_that_did_not_wrap_is_unknown_once(devices: list[Device], raw: list[int | None]) -> None:
    assert [one["if1_in"] for one in run(*devices)] == raw


def whole(value: float, bits: int = 32, interface: str = "if1_in") -> Device:
    return device({"total_errors_in": value, interface: 5}, bits)


@pytest.mark.parametrize(
    ("devices", "totals"),
    [
        pytest.param([whole(10), whole(15)], [10, 15], id="it grows"),
        pytest.param([whole(2**33 - 1), whole(2**33 - 2**32 + 9)], [2**33 - 1, 2**33 + 9], id="one part wrapped"),
        pytest.param([whole(5000), whole(100), whole(101)], [5000, None, 5001], id="a part is gone"),
        pytest.param(
            [whole(10), whole(500, interface="if2_in"), whole(501, interface="if2_in")],
            [10, None, 11],
            id="other interfaces than before",
        ),
    ],
)
def test_sums_whose_parts_nobody_knows(devices: list[Device], totals: list[int | None]) -> None:
    assert [one["total_errors_in"] for one in run(*devices)] == totals


def test_parts_that_are_told_count_each_by_itself() -> None:
    first = device({"total_pkts_in": 30}, 32, total_pkts_in={"1u": 2**32 - 10, "1m": 20})
    then = device({"total_pkts_in": 40}, 32, total_pkts_in={"1u": 5, "1m": 35})
    assert [one["total_pkts_in"] for one in run(first, then)] == [2**32 + 10, 2**32 + 40]


def test_after_a_restart_of_hexmon_the_sums_go_on_where_the_file_is() -> None:
    memory = memory_of_file(940.0, {"if1_in": "100", "if2_in": "200", "total_bits_in": "99000", "total_pkts_in": "7"})
    now = device({"if1_in": 101, "if2_in": 210, "total_bits_in": 2488, "total_pkts_in": 3}, 64, 5000.0)
    later = device({"if1_in": 102, "if2_in": 210, "total_bits_in": 2496, "total_pkts_in": 5}, 64, 5060.0)
    first, second = run(now, later, memory=memory)
    assert (first["total_bits_in"], second["total_bits_in"]) == (99088, 99096)
    assert (first["total_pkts_in"], second["total_pkts_in"]) == (None, 9)
    assert first["if1_in"] == 101


def test_a_device_that_started_while_hexmon_was_away_is_unknown_once() -> None:
    memory = memory_of_file(0.0, {"if1_in": "100", "total_bits_in": "800"})
    now = device({"if1_in": 300, "total_bits_in": 2400}, 64, 60.0)
    assert run(now, memory=memory)[0] == {"if1_in": None, "total_bits_in": None}


def test_a_file_without_last_values_begins_with_the_sum() -> None:
    memory = memory_of_file(900.0, {"if1_in": "U", "total_bits_in": "U", "cpu_load": "3.25"})
    assert run(device({"if1_in": 5, "total_bits_in": 40}), memory=memory)[0] == {"if1_in": 5, "total_bits_in": 40}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e300])
def test_hostile_numbers_are_not_there(value: float) -> None:
    assert run(device({"if1_in": value, "total_bits_in": value}), device({"if1_in": 5}))[0] == {}


def test_odd_widths_of_counters_are_no_wraps() -> None:
    assert run(device({"if1_in": 50}, 10**9), device({"if1_in": 5}, 10**9))[1] == {"if1_in": None}


class Switch:
    """Three counters of one sum: what they counted in truth, and what the device shows."""

    def __init__(self, bits: int, begin: list[int]) -> None:
        self.bits = bits
        self.shown = [value % 2**bits for value in begin]
        self.uptime = 100.0

    def count(self, growth: list[int]) -> None:
        self.uptime += 60
        self.shown = [(value + more) % 2**self.bits for value, more in zip(self.shown, growth, strict=True)]

    def restart(self, growth: list[int]) -> None:
        self.uptime = 5.0
        self.shown = list(growth)

    def answer(self, parts: list[bool]) -> Device:
        there = {str(number): value for number, value in enumerate(self.shown) if parts[number]}
        return device({"total_pkts_in": float(sum(there.values()))}, self.bits, self.uptime, total_pkts_in=there)


three = st.lists(st.integers(0, 2**31 - 1), min_size=3, max_size=3)
large = st.lists(st.integers(2**32 - 2**20, 2**64 - 1), min_size=3, max_size=3)
who = st.sampled_from([[True, True, True], [False, True, True], [True, False, True], [True, True, False]])


@given(st.sampled_from([32, 64]), large, st.lists(st.tuples(three, who), max_size=30))
def test_a_sum_is_the_sum_of_what_its_parts_grew_and_never_falls(
    bits: int, begin: list[int], polls: list[tuple[list[int], list[bool]]]
) -> None:
    switch = Switch(bits, begin)
    memory, found = counted(None, switch.answer([True] * 3), 1000.0)
    first = last = found["total_pkts_in"]
    assert first is not None
    grown = 0
    before = [True] * 3
    for number, (growth, answers) in enumerate([*polls, ([0, 0, 0], [True] * 3)], 1):
        # A part that is silent for longer than one poll may wrap twice, and nobody could tell.
        there = [answered or not earlier for answered, earlier in zip(answers, before, strict=True)]
        before = there
        switch.count(growth)
        grown += sum(growth)
        memory, found = counted(memory, switch.answer(there), 1000.0 + 60 * number)
        total = found["total_pkts_in"]
        assert total is not None
        assert last is not None
        assert (total - last) % 2**64 < 2**40  # it wraps at 64 bits, where an RRD expects that
        last = total
    assert last == (first + grown) % 2**64


@given(large, st.lists(st.tuples(three, st.booleans()), max_size=30))
def test_when_it_starts_again_a_sum_is_unknown_once_and_goes_on(
    begin: list[int], polls: list[tuple[list[int], bool]]
) -> None:
    switch = Switch(64, begin)
    memory, found = counted(None, switch.answer([True] * 3), 1000.0)
    first = found["total_pkts_in"] or 0
    grown = 0
    for number, (growth, restarts) in enumerate(polls, 1):
        (switch.restart if restarts else switch.count)(growth)
        grown += 0 if restarts else sum(growth)
        memory, found = counted(memory, switch.answer([True] * 3), 1000.0 + 60 * number)
        assert found["total_pkts_in"] == (None if restarts else (first + grown) % 2**64)
