"""conn: ICMP echo (RFC 792, RFC 4443)."""

from typing import Literal

import msgspec


class IcmpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a host is pinged.

    `count` packets are sent `pause` seconds apart. With one packet, silence makes it be sent again up to `retries`
    times, `pause` seconds apart. `addresses` are pinged as well; `mode` says whether one answering address is enough
    ("best") or all must answer ("worst").
    """

    count: int = 1
    retries: int = 2
    pause: float = 1.0
    addresses: tuple[str, ...] = ()
    mode: Literal["best", "worst"] = "best"
