"""What a tag of hosts.cfg means, and what a family of tests is. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

import msgspec

from hexmon.inventory.tag_values import Mistake
from hexmon.model.observation import Judging

PLAIN = Judging()

Kind = Literal["item", "ping", "tcp", "probe", "data", "bad", "route", "unknown"]


class Meaning(msgspec.Struct, frozen=True):
    """What one tag says. `item` is an XMH item with `value`; `parsed` is the value read, or what a test tag says."""

    kind: Kind
    item: str = ""
    value: str = ""
    parsed: Any = None
    mistakes: tuple[Mistake, ...] = ()


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the options of a test may depend on: the host's name, its address in the file, its settings.

    `items` are the XMH items as written, `parsed` their values as read, both with those of `.default.`; `home` is the
    folder that has certs/, content/, etc/netrc and etc/cookies ("" for none).
    """

    name: str
    ip: str
    items: Mapping[str, str]
    parsed: Mapping[str, Any]
    home: str = ""


class ProbeTag(Protocol):
    """A test tag that was understood: which square, which probe (a key of PROBES), which options for this host."""

    @property
    def test(self) -> str: ...

    @property
    def probe(self) -> str: ...

    @property
    def judging(self) -> Judging: ...

    def options(self, site: Site) -> Any: ...


class Family(msgspec.Struct, frozen=True):
    """A row of FAMILIES: the words (prefixes `?!~` taken off) that `pattern` matches are read by `read`.

    `read` returns a Meaning of kind "probe" whose `parsed` is a ProbeTag (of kind "data" when the answer is passed on
    as figures and never coloured), or one of kind "unknown" with its mistakes.
    `words` are what its tags begin with, for suggestions.
    """

    pattern: re.Pattern[str]
    read: Callable[[str, Judging], Meaning]
    words: tuple[str, ...]


def wrong(message: str, hint: str = "") -> Meaning:
    """A tag that cannot be used."""
    return Meaning("unknown", mistakes=(Mistake(message, hint),))
