"""Who sent an HTTP request that came through proxies: X-Forwarded-For, and Forwarded (RFC 7239)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from hexmon.ingest.access import AccessList, address_of, plain_address, read_networks

UNKNOWN = "unknown"
"""The sender, when a trusted proxy does not say who it was: in no network, and not the proxy itself."""

_MOST_HOPS = 32  # looked at, from the right
_LONGEST = 8192  # bytes of these headers
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*+")++')
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*+"|[^\s;,"]++)', re.IGNORECASE)
_WITH_PORT = re.compile(r"\[([^\]]*+)\](?::.*)?\Z|([0-9.]++)(?::[0-9]++)?\Z")


class AmbiguousError(ValueError):
    """Both headers are there and do not agree: one of them was written by the client."""


class Lists(Protocol):
    """What is needed of the headers of a request."""

    def getlist(self, key: str) -> list[str]:
        """The values of all headers with that name."""
        ...


class Proxies:
    """The networks whose word about the sender counts."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._trusted = AccessList([network for text in networks for network in read_networks(text)])

    def sender(self, peer: str, headers: Lists) -> str:
        """The address of who sent a request: the peer, or what trusted proxies say. Raises AmbiguousError."""
        peer = plain_address(peer)
        if not self._trusted.holds(peer):
            return peer
        said = {
            name: self._last_untrusted(hops(headers.getlist(name)))
            for name, hops in _HEADERS.items()
            if headers.getlist(name)
        }
        if len(set(said.values())) > 1:
            raise AmbiguousError("X-Forwarded-For and Forwarded name different senders")
        return next(iter(said.values()), peer)

    def _last_untrusted(self, hops: Sequence[str]) -> str:
        """What stands left of that was written by the sender itself."""
        sender = UNKNOWN
        for hop in reversed(hops[-_MOST_HOPS:]):
            sender = _address(hop)
            if not self._trusted.holds(sender):
                break
        return sender


def _address(hop: str) -> str:
    """`192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1`; all else is unknown."""
    found = _WITH_PORT.match(hop)
    word = (found.group(1) or found.group(2) or "") if found else hop
    address = address_of(word)
    # 0.0.0.0 is hosts.cfg's word for hosts without an address: it must not become a sender that may do everything.
    return UNKNOWN if address is None or address.is_unspecified else str(address)


def forwarded_for(values: Sequence[str]) -> list[str]:
    """The hops of X-Forwarded-For, the latest last."""
    return [word.strip() for word in _joined(values).split(",")]


def forwarded(values: Sequence[str]) -> list[str]:
    """The hops of Forwarded, the latest last; one that says nothing of its sender is empty."""
    return [_for_of(element) for element in _ELEMENT.findall(_joined(values))]


def _for_of(element: str) -> str:
    found = _FOR.search(element)
    if found is None:
        return ""
    word = found.group(1)
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _joined(values: Sequence[str]) -> str:
    return ",".join(values)[-_LONGEST:]


_HEADERS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
    "x-forwarded-for": forwarded_for,
    "forwarded": forwarded,
}
