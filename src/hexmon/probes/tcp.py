"""Simple TCP services: connect, TLS where it belongs, say one thing, look at the answer."""

import msgspec

from hexmon.probes.protocols import Service


class TcpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a TCP service is tested.

    `silent` (`:s`) connects only. `source` is the local address to come from. Without `check_response` any answer
    will do.
    """

    service: Service
    port: int
    silent: bool = False
    source: str = ""
    check_response: bool = True
