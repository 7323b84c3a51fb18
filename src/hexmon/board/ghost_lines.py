"""How a ghost becomes a host: the line of hosts.cfg that would add it, and the host that it may be."""

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from hexmon.board.ghosts import Ghost
from hexmon.model.inventory import Host, Inventory
from hexmon.model.text import nl_encode

_SOMEWHERE = "0.0.0.0"  # noqa: S104 - hosts.cfg's word for "look up the name"


class Suggestion(msgspec.Struct, frozen=True):
    """A ghost and what to write. `alias` is a tag for the line of the host `alias_of`, at `alias_at`; or all empty."""

    ghost: Ghost
    line: str
    alias_of: str = ""
    alias: str = ""
    alias_at: str = ""


def suggestions(ghosts: Iterable[Ghost], inventory: Inventory) -> list[Suggestion]:
    """One for each ghost, who was heard of last first.

    The sender's address is taken for that of the host when only this ghost speaks from there: several names behind one
    address, or an address that another host has, mean a relay. Then the address is unknown and not to be pinged.
    """
    found = sorted(ghosts, key=lambda ghost: (-ghost.last, ghost.name.lower()))
    speakers = Counter(ghost.sender for ghost in found)
    taken = {host.ip for host in inventory.hosts.values()}
    labels = _by_label({_label(ghost.name) for ghost in found}, inventory)
    return [_suggestion(ghost, speakers, taken, labels) for ghost in found]


def _suggestion(ghost: Ghost, speakers: Mapping[str, int], taken: set[str], labels: Mapping[str, Host]) -> Suggestion:
    address = _address(ghost.sender)
    own = address and address not in taken and speakers[ghost.sender] == 1
    line = f"{address:<15} {ghost.name} #" if own else f"{_SOMEWHERE:<15} {ghost.name} # noconn"
    host = labels.get(_label(ghost.name))
    if host is None:
        return Suggestion(ghost, line)
    return Suggestion(ghost, line, host.name, f"CLIENT:{ghost.name}", str(host.origin))


def _address(sender: str) -> str:
    """The address as hosts.cfg has it; empty for one that is nobody's, or everybody's."""
    try:
        address = ipaddress.ip_address(sender)
    except ValueError:
        return ""
    return "" if address.is_loopback or address.is_unspecified else str(address)


def _label(name: str) -> str:
    return name.partition(".")[0].lower()


def _by_label(wanted: set[str], inventory: Inventory) -> dict[str, Host]:
    """The first host of the file whose name begins with one of these labels."""
    found: dict[str, Host] = {}
    for host in sorted(inventory.hosts.values(), key=lambda host: host.index) if wanted else ():
        label = _label(host.name)
        if label in wanted:
            found.setdefault(label, host)
    return found


_FIELDS: dict[str, Callable[[Suggestion], str]] = {
    "hostname": lambda one: one.ghost.name,
    "sender": lambda one: one.ghost.sender,
    "lastseen": lambda one: f"{one.ghost.last:.0f}",
    "firstseen": lambda one: f"{one.ghost.first:.0f}",
    "count": lambda one: str(one.ghost.count),
    "line": lambda one: one.line,
    "aliasof": lambda one: one.alias_of,
    "alias": lambda one: one.alias,
    "aliasat": lambda one: one.alias_at,
}


def suggestion_lines(ghosts: Iterable[Ghost], inventory: Inventory, names: Sequence[str]) -> Iterator[str]:
    """Those fields of every suggestion, with `|` between them; unknown ones are left out."""
    fields = [_FIELDS[name] for name in names[: len(_FIELDS)] if name in _FIELDS]
    for one in suggestions(ghosts, inventory):
        yield "|".join(nl_encode(field(one)) for field in fields) + "\n"
