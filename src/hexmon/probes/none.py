"""Nothing is asked: squares that exist without a probe, such as conn of a host with `noping`."""

from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools


class NoneOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to say instead of a result."""

    text: str = "Ping check disabled (noping)"


async def probe(target: Target, options: NoneOptions | None, _tools: "Tools") -> Reply:
    """Say that nothing was asked."""
    return target.trace.reply(Outcome.PREVENTED, (options or NoneOptions()).text)


PROBE = ProbeType(options=NoneOptions, run=probe, own_address=True)
