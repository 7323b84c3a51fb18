"""Tests of DNS servers (hosts.cfg(5): DNS SERVER TESTS)."""

import re
from typing import ClassVar, Literal

import msgspec

from hexmon.inventory.families.parts import Parts, read_parts
from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site
from hexmon.inventory.tag_values import Mistake, is_address
from hexmon.model.observation import Judging
from hexmon.probes.dns import A, DnsOptions, Lookup
from hexmon.probes.dns_message import question_name, record_type

_OWN_NAME = (Lookup(),)
_TRANSPORTS = ("tcp", "tls")


class DnsTag(msgspec.Struct, frozen=True, kw_only=True):
    """`dns`, `dig=mx:example.com,ns:example.com`: the column is dns either way."""

    test: ClassVar[str] = "dns"
    probe: ClassVar[str] = "dns"
    lookups: tuple[Lookup, ...] = _OWN_NAME
    transport: Literal["udp", "tcp", "tls"] = "udp"
    port: int = 0
    source: str = ""
    judging: Judging = PLAIN

    def options(self, site: Site) -> DnsOptions:  # noqa: ARG002 - the probe knows the host's name
        """How the server is asked."""
        return DnsOptions(lookups=self.lookups, transport=self.transport, port=self.port, source=self.source)


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    parts = read_parts(word, _TRANSPORTS)
    if parts is None:
        return Meaning("unknown")
    if parts.mistakes:
        return Meaning("unknown", mistakes=parts.mistakes)
    lookups, mistakes = _lookups(word, parts)
    transport: Literal["udp", "tcp", "tls"] = "tls" if "tls" in parts.words else "tcp" if parts.words else "udp"
    tag = DnsTag(
        lookups=lookups,
        transport=transport,
        port=parts.port,
        source=parts.source,
        judging=msgspec.structs.replace(judging, silent=True) if parts.silent else judging,
    )
    return Meaning("probe", parsed=tag, mistakes=mistakes)


def _lookups(word: str, parts: Parts) -> tuple[tuple[Lookup, ...], tuple[Mistake, ...]]:
    """What can be asked; what cannot is told."""
    if parts.value is None:
        return _OWN_NAME, ()
    found: list[Lookup] = []
    mistakes: list[Mistake] = []
    for item in filter(None, parts.value.split(",")):
        lookup, mistake = _lookup(item)
        found += [lookup] if lookup is not None else []
        mistakes += [mistake] if mistake is not None else []
    if not found and not mistakes:
        mistakes.append(Mistake(f"'{word}' asks nothing", "write: dns=TYPE:NAME,TYPE:NAME"))
    return tuple(found) or _OWN_NAME, tuple(mistakes)


def _lookup(item: str) -> tuple[Lookup | None, Mistake | None]:
    """`mx:example.com`, `example.com`. A type that nobody knows is A, as in Xymon."""
    first, colon, rest = item.partition(":")
    if not colon or is_address(item):
        first, rest = "A", item
    number = record_type(first)
    mistake = None if number is not None else Mistake(f"'{first}' is no type of DNS records: A is asked for")
    lookup = Lookup(type=A if number is None else number, name=rest, written=item)
    try:
        question_name(rest, lookup.type)
    except ValueError as error:
        return None, Mistake(str(error))
    if not rest:
        return None, Mistake(f"'{item}' has no name", f"write: {first}:NAME")
    return lookup, mistake


FAMILY = Family(re.compile(r"(?:dns|dig)(?=[:@=]|\Z)", re.IGNORECASE), read, ("dns", "dig"))
