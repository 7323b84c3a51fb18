"""One exchange over TCP or UDP: send something, look for a text in what comes back."""

from typing import Literal

import msgspec


class ExchangeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`send` is sent after connecting, b"" for nothing; `expect` must be in the first 4096 bytes of the answer."""

    transport: Literal["tcp", "udp"]
    port: int
    send: bytes = b""
    expect: bytes = b""
