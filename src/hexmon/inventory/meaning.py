"""What a tag of hosts.cfg means, and what a family of tests is. Pure."""

import errno
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NoReturn, Protocol

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


class HomeFiles(Protocol):
    """The files that tags name; names are relative to `folder`, which has certs/, content/, etc/netrc, etc/cookies.

    `netrc` and `cookies` are paths of files that are there, "" for none.
    """

    @property
    def folder(self) -> str: ...

    @property
    def netrc(self) -> str: ...

    @property
    def cookies(self) -> str: ...

    def read(self, name: str) -> bytes:
        """What is in a file. Raises OSError."""
        ...

    def locate(self, name: str) -> str:
        """The path of a file that can be read. Raises OSError."""
        ...


class _NoHome:
    folder = netrc = cookies = ""

    def read(self, name: str) -> bytes:
        return self._refuse(name)

    def locate(self, name: str) -> str:
        return self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, "there is no folder that files are taken from", name)


NO_HOME: HomeFiles = _NoHome()
"""Where no files are read."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the options of a test may depend on: the host's name, its address in the file, its settings, files.

    `items` are the XMH items as written, `parsed` their values as read, both with those of `.default.`; `home` is the
    folder of `files` ("" for none). What is found wrong is put into `mistakes`, for the host's line.
    """

    name: str
    ip: str
    items: Mapping[str, str]
    parsed: Mapping[str, Any]
    home: str = ""
    files: HomeFiles = NO_HOME
    mistakes: list[Mistake] = []


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
