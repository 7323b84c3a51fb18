"""http and https URLs."""

import msgspec


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a URL is fetched.

    `url` is a plain URL (credentials allowed, no Xymon extras); `connect_to` the IP to use instead of resolving its
    host; `version` the highest HTTP version, "" for 1.1; `tls` the only TLS version, "" for any; `headers` whole
    lines to add; `source` the local address to come from. `verify` turns a certificate that browsers refuse into an
    error; without it only its dates are reported.
    """

    url: str
    connect_to: str = ""
    version: str = ""  # "1.0", "1.1", "2", "3"
    tls: str = ""  # "1.0", "1.1", "1.2", "1.3"
    method: str = "GET"
    body: bytes = b""
    user_agent: str = ""
    headers: tuple[str, ...] = ()
    sni: bool = True
    verify: bool = False
    source: str = ""
