"""What to write for somebody who reports and is not in hosts.cfg."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.board.ghost_lines import suggestions
from hexmon.board.ghosts import Ghost, Ghosts
from hexmon.inventory.source import HostsSource
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import HOST_NAME
from tests.support.builders import an_inventory


def lines(*ghosts: tuple[str, str], inventory: Inventory | None = None) -> list[str]:
    known = Ghosts()
    for number, (name, sender) in enumerate(ghosts):
        known.saw(name, sender, 1000.0 - number)
    return [one.line for one in suggestions(known, inventory or an_inventory())]


def test_a_ghost_is_counted() -> None:
    ghosts = Ghosts()
    ghosts.saw("Db7", "192.0.2.7", 10.0)
    ghosts.saw("db7", "192.0.2.8", 20.0)
    assert list(ghosts) == [Ghost("Db7", "192.0.2.8", 20.0, 10.0, 2)]


@pytest.mark.parametrize(
    ("ghosts", "expected"),
    [
        pytest.param([("db7", "192.0.2.7")], ["192.0.2.7       db7 #"], id="an address of its own"),
        pytest.param([("db7", "2001:db8::7")], ["2001:db8::7     db7 #"], id="a newer address"),
        pytest.param(
            [("a", "192.0.2.7"), ("b", "192.0.2.7")],
            ["0.0.0.0         a # noconn", "0.0.0.0         b # noconn"],
            id="two behind one address",
        ),
        pytest.param([("db7", "192.0.2.1")], ["0.0.0.0         db7 # noconn"], id="the address of a known host"),
        pytest.param([("db7", "127.0.0.1")], ["0.0.0.0         db7 # noconn"], id="this machine"),
        pytest.param([("db7", "")], ["0.0.0.0         db7 # noconn"], id="nobody knows from where"),
        pytest.param([("db7", "a|b\n")], ["0.0.0.0         db7 # noconn"], id="no address at all"),
    ],
)
def test_lines(ghosts: list[tuple[str, str]], expected: list[str]) -> None:
    assert lines(*ghosts, inventory=an_inventory(Host(name="www.example.com", ip="192.0.2.1"))) == expected


@pytest.mark.parametrize(
    ("name", "alias_of"),
    [("www", "www.example.com"), ("WWW.internal", "www.example.com"), ("www2", ""), ("example.com", ""), ("db", "db")],
)
def test_the_host_that_it_may_be(name: str, alias_of: str) -> None:
    inventory = an_inventory(Host(name="www.example.com"), Host(name="db", index=1), Host(name="db.other", index=2))
    (found,) = suggestions([Ghost(name, "192.0.2.9", 1.0)], inventory)
    assert (found.alias_of, found.alias) == (alias_of, f"CLIENT:{name}" if alias_of else "")


@given(st.from_regex(HOST_NAME, fullmatch=True).filter(str.isascii), st.ip_addresses().map(str) | st.text())
def test_every_line_can_be_written_into_hosts_cfg(name: str, sender: str) -> None:
    (line,) = lines((name, sender))
    assert "\n" not in line
    assert line.split()[1] == name


def test_hosts_cfg_takes_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text("\n".join(lines(("db7", "192.0.2.7"), ("web_2", "2001:db8::7"), ("c-3.example.net", ""))) + "\n")
    inventory = HostsSource(path).load()
    assert inventory.problems == ()
    assert list(inventory.hosts) == ["db7", "web_2", "c-3.example.net"]
