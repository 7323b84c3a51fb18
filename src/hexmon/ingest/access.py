"""Who may say what: four lists of networks, checked as xymond(8) does, for IPv4 and IPv6."""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

import msgspec

from hexmon.model.origin import Origin, Problem

log = logging.getLogger(__name__)

ListName = Literal["status", "maint", "www", "admin"]
Network = IPv4Network | IPv6Network

ANYWHERE = "0.0.0.0"  # noqa: S104 - hosts.cfg's word for a host without a fixed address
_REMEMBERED = 10_000  # senders whose answer is kept, for each list
_MOST_TOLD = 1_000


class Senders(msgspec.Struct, frozen=True, kw_only=True):
    """Lists of networks; empty: everybody. `status` may report, `maint` silence, `www` ask, `admin` drop and rename."""

    status: tuple[str, ...] | None = ()
    maint: tuple[str, ...] | None = ()
    www: tuple[str, ...] | None = ()
    admin: tuple[str, ...] | None = ()


class AccessList:
    """Networks from which something is allowed."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        self._known: dict[str, bool] = {}

    def holds(self, sender: str) -> bool:
        """Whether that address is in one of the networks; a word that is no address is in none."""
        known = self._known.get(sender)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[sender] = self._look(sender)
        return known

    def _look(self, sender: str) -> bool:
        address = address_of(sender)
        return address is not None and any(
            address in network for network in self._networks if network.version == address.version
        )


class Access:
    """The four lists. Raises nothing; `problems` names what could not be understood (that entry admits nobody)."""

    def __init__(self, senders: Senders | None = None, origin: Origin | None = None) -> None:
        self.problems: list[Problem] = []
        self._origin = origin or Origin("[senders]")
        senders = senders or Senders()
        self._lists: dict[str, AccessList | None] = {
            name: self._read(name, getattr(senders, name)) for name in ("status", "maint", "www", "admin")
        }
        self.everybody = all(one is None for one in self._lists.values())

    def _read(self, name: str, words: Sequence[str] | None) -> AccessList | None:
        if not words:
            return None
        networks: list[Network] = []
        for text in words:
            try:
                networks.extend(read_networks(text))
            except ValueError as error:
                self.problems.append(Problem(self._origin, f"{name}: {error}"))
        return AccessList(networks)

    def allows(self, name: ListName | None, sender: str, host_ip: str | None = None) -> bool:
        """Whether `sender` may do what list `name` guards.

        `host_ip` is the address in hosts.cfg of the host concerned: a host may always speak about itself, and about
        one without a fixed address everybody may.
        """
        allowed = self._lists[name] if name is not None else None
        if allowed is None or sender == ANYWHERE:
            return True
        if host_ip is not None and (host_ip in (ANYWHERE, sender) or same_address(host_ip, sender)):
            return True
        return allowed.holds(sender)


class Refusals:
    """Says once of each sender, and of not too many, what was not allowed."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def tell(self, sender: str, what: str, name: ListName) -> None:
        """Log it, unless that was said."""
        if (sender, what) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((sender, what))
            log.warning("messages: refused %s from %s: it is not in the list '%s'", what, sender, name)


def read_networks(text: str) -> list[Network]:
    """Networks and addresses separated by commas; ValueError says what is wrong."""
    networks: list[Network] = []
    for word in (part.strip() for part in text.split(",")):
        try:
            networks.append(ip_network(word, strict=False))
        except ValueError:
            raise ValueError(f"'{word}' is not a network; write 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32") from None
    return networks


def address_of(word: str) -> IPv4Address | IPv6Address | None:
    """An IP address; an IPv4 one written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 one, a zone (`%eth0`) is dropped."""
    try:
        address = ip_address(word.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def same_address(one: str, other: str) -> bool:
    """Whether two spellings mean the same address."""
    if ":" not in one and ":" not in other:
        return False  # IPv4 has one spelling, which was compared already
    address = address_of(one)
    return address is not None and address == address_of(other)


def plain_address(word: str) -> str:
    """The spelling of a sender's address that is stored and compared."""
    if ":" not in word:
        return word
    address = address_of(word)
    return str(address) if address is not None else word
