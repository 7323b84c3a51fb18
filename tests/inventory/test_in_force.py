"""Hosts that exist for a while."""

import pytest

from hexmon.inventory.in_force import Windows
from tests.support.inventory import an_inventory_of

TEXT = """\
    127.0.0.1 always
    127.0.0.2 later # NOTBEFORE:202601020000 CLIENT:alias
    127.0.0.3 earlier # NOTAFTER:202601012359
    127.0.0.4 between # NOTBEFORE:202601020000 NOTAFTER:202601030000
    """
INVENTORY = an_inventory_of(TEXT)


def moment(name: str, which: str) -> float:
    found = getattr(INVENTORY.hosts[name], which)
    assert isinstance(found, float)
    return found


BEGIN, END = moment("later", "not_before"), moment("between", "not_after")


@pytest.mark.parametrize(
    ("now", "names"),
    [
        pytest.param(BEGIN - 61, {"always", "earlier"}, id="before"),
        pytest.param(BEGIN - 60, {"always", "earlier"}, id="the last moment of NOTAFTER"),
        pytest.param(BEGIN - 59, {"always"}, id="after it"),
        pytest.param(BEGIN, {"always", "later", "between"}, id="the first moment of NOTBEFORE"),
        pytest.param(END, {"always", "later", "between"}, id="the last of both"),
        pytest.param(END + 1, {"always", "later"}, id="afterwards"),
    ],
)
def test_a_host_exists_only_in_its_window(now: float, names: set[str]) -> None:
    found = Windows(INVENTORY).at(now)
    assert set(found.hosts) == names
    assert set(found.by_alias.values()) == names
    assert (found.find("alias") is not None) == ("later" in names)


def test_an_inventory_without_windows_stays_the_same_value() -> None:
    plain = an_inventory_of("127.0.0.1 www")
    assert Windows(plain).at(0.0) is plain
    assert Windows(plain).outside(0.0) == frozenset()
