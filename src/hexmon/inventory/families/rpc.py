"""Tests of RPC services by the portmapper (hosts.cfg(5): OTHER NETWORK TESTS)."""

import re
from typing import ClassVar

import msgspec

from hexmon.inventory.families.parts import read_parts
from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.inventory.tag_values import Mistake
from hexmon.model.observation import Judging
from hexmon.probes.rpc import RpcOptions


class RpcTag(msgspec.Struct, frozen=True, kw_only=True):
    """`rpc`, `rpc=mount,nlockmgr,nfs`."""

    test: ClassVar[str] = "rpc"
    probe: ClassVar[str] = "rpc"
    settings: RpcOptions = RpcOptions()
    judging: Judging = PLAIN

    def options(self, site: Site) -> RpcOptions:  # noqa: ARG002 - the same for every host
        """What is looked for."""
        return self.settings


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    parts = read_parts(word)
    if parts is None or parts.silent:
        return wrong(f"'{word}' is not understood", "write: rpc or rpc=mount,nlockmgr,nfs")
    if parts.mistakes:
        return Meaning("unknown", mistakes=parts.mistakes)
    programs = tuple(filter(None, (parts.value or "").split(",")))
    nothing = parts.value is not None and not programs
    mistakes = (Mistake(f"'{word}' names no service", "write: rpc=mount,nlockmgr,nfs"),) if nothing else ()
    default = RpcOptions()
    settings = RpcOptions(programs=programs, port=parts.port or default.port, source=parts.source)
    return Meaning("probe", parsed=RpcTag(settings=settings, judging=judging), mistakes=mistakes)


FAMILY = Family(re.compile(r"rpc(?=[:@=]|\Z)", re.IGNORECASE), read, ("rpc",))
