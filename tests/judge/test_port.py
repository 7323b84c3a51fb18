"""The alarm table of a `port`, whole: every state, every set of learned MACs, both kinds."""

from itertools import combinations

import pytest

from hexmon.judge.port import port_fault
from hexmon.model.device import Interface
from hexmon.probes.snmp.options import SnmpOptions
from tests.support.devices import A, B, C

PINNED = B
OPERS = ("up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown")
SETS = [frozenset(chosen) for size in range(4) for chosen in combinations((A, B, C), size)]


def options(always_up: bool) -> SnmpOptions:
    return SnmpOptions(kind="port", index=7, mac=PINNED, always_up=always_up)


def fault(always_up: bool, oper: str, macs: frozenset[str], *, known: bool = True) -> str:
    interface = Interface(index=7, name="Gi0/7", oper=oper, admin="up", macs=tuple(sorted(macs)))
    return port_fault(options(always_up), interface, known)


def expected(always_up: bool, oper: str, macs: frozenset[str]) -> str:
    """The table once more, row by row."""
    down, absent, wrong = oper != "up", PINNED not in macs, bool(macs - {PINNED})
    rows = (
        (always_up and down, f"port ifIndex=7 {PINNED} is {oper} (admin=up)"),
        (always_up and absent, f"port ifIndex=7 is up but pinned MAC {PINNED} absent"),
        (wrong, f"port ifIndex=7 wrong MAC: expected {PINNED}, got {', '.join(sorted(macs - {PINNED}))}"),
    )
    return next((words for holds, words in rows if holds), "")


@pytest.mark.parametrize("always_up", [True, False], ids=["always up", "free to be down"])
@pytest.mark.parametrize("oper", OPERS)
@pytest.mark.parametrize("macs", SETS, ids=lambda macs: "+".join(sorted(mac[-2:] for mac in macs)) or "none")
def test_the_whole_table(always_up: bool, oper: str, macs: frozenset[str]) -> None:
    assert fault(always_up, oper, macs) == expected(always_up, oper, macs)


@pytest.mark.parametrize(
    ("always_up", "oper", "macs", "words"),
    [
        pytest.param(True, "up", {B}, "", id="as it should be"),
        pytest.param(True, "down", {B}, f"port ifIndex=7 {B} is down (admin=up)", id="down"),
        pytest.param(True, "down", {A}, f"port ifIndex=7 {B} is down (admin=up)", id="down comes before a wrong MAC"),
        pytest.param(True, "up", set(), f"port ifIndex=7 is up but pinned MAC {B} absent", id="silent"),
        pytest.param(True, "up", {A}, f"port ifIndex=7 is up but pinned MAC {B} absent", id="absent before wrong"),
        pytest.param(
            True, "up", {A, B, C}, f"port ifIndex=7 wrong MAC: expected {B}, got {A}, {C}", id="others beside it"
        ),
        pytest.param(False, "down", set(), "", id="switched off"),
        pytest.param(False, "up", set(), "", id="nobody there"),
        pytest.param(False, "up", {C, A}, f"port ifIndex=7 wrong MAC: expected {B}, got {A}, {C}", id="strangers"),
        pytest.param(
            False, "up", {A, B}, f"port ifIndex=7 wrong MAC: expected {B}, got {A}", id="a stranger beside it"
        ),
    ],
)
def test_rows_in_words(always_up: bool, oper: str, macs: set[str], words: str) -> None:
    assert fault(always_up, oper, frozenset(macs)) == words


@pytest.mark.parametrize("macs", [frozenset(), frozenset({A})], ids=["none", "one from before"])
def test_macs_that_nobody_could_read_count_only_where_one_must_be_there(macs: frozenset[str]) -> None:
    assert fault(False, "up", macs, known=False) == ""
    assert fault(True, "up", macs, known=False) == f"port ifIndex=7 is up but pinned MAC {B} absent"
    assert fault(True, "down", macs, known=False) == f"port ifIndex=7 {B} is down (admin=up)"


@pytest.mark.parametrize("always_up", [True, False])
def test_a_port_that_does_not_exist_is_never_as_it_should_be(always_up: bool) -> None:
    assert port_fault(options(always_up), None) == "port ifIndex=7 does not exist"
