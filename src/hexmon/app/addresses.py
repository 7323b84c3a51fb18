"""`host:port` as people write it."""

import socket
from dataclasses import dataclass

from hexmon.model.origin import ConfigError, Origin, Problem


@dataclass(frozen=True, slots=True)
class Address:
    """A place to listen on; `tls` when written `tls://`."""

    host: str
    port: int
    tls: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls://' if self.tls else ''}{host}:{self.port}"


def parse_address(text: str, default_port: int) -> Address:
    """`127.0.0.1:1984`, `[::1]:1984`, `::1`, `*:1984`, `tls://0.0.0.0:1985`. Raises ConfigError."""
    rest = text.removeprefix("tls://").removeprefix("tcp://")
    host, port = _split(rest)
    if port and not (port.isdigit() and 0 <= int(port) <= 65535):
        raise ConfigError((Problem(Origin("listen"), f"'{text}': '{port}' is not a port"),))
    number = int(port) if port else default_port
    return Address("0.0.0.0" if host == "*" else host, number, text.startswith("tls://"))  # noqa: S104


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    if text.count(":") > 1:
        return text, ""
    host, _, port = text.partition(":")
    return host, port


def listening_socket(address: Address, setting: str, backlog: int = 2048) -> socket.socket:
    """A bound TCP socket. Raises ConfigError that says which setting to change."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address.host, address.port))
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        hint = f"is another monitor running? Set [listen] {setting} in hexmon.toml, or HEXMON_LISTEN__{setting.upper()}"
        problem = Problem(Origin("listen"), f"cannot listen on {address}: {error.strerror or error}", hint)
        raise ConfigError((problem,)) from error
    listener.setblocking(False)
    return listener
