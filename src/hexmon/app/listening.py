"""Sockets for the pages: bound before anything starts, so that a taken port is said at once and plainly."""

import socket
from dataclasses import dataclass

from hexmon.ingest.addresses import parse_listener
from hexmon.model.origin import ConfigError, Origin, Problem

_BACKLOG = 2048


@dataclass(frozen=True)
class WebSocket:
    """A listening socket; `encrypted` for https."""

    sock: socket.socket
    encrypted: bool


def web_sockets(addresses: tuple[str, ...]) -> list[WebSocket]:
    """One listening socket for each address. Raises ConfigError with all that failed."""
    sockets: list[WebSocket] = []
    problems: list[Problem] = []
    for text in addresses:
        try:
            sockets.append(_listen(text))
        except (OSError, ValueError) as error:
            hint = "is another program there? Set [listen] web in hexmon.toml, or HEXMON_LISTEN__WEB"
            problems.append(Problem(Origin("[listen]"), f"web: {text}: {_reason(error)}", hint))
    if problems:
        for listener in sockets:
            listener.sock.close()
        raise ConfigError(tuple(problems))
    return sockets


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _listen(text: str) -> WebSocket:
    address = parse_listener(text, 8000)
    found = socket.getaddrinfo(address.host or None, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, where = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return WebSocket(listener, address.encrypted)
