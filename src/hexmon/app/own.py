"""The host that hexmon itself runs on: watched from the first second, with or without a hosts.cfg."""

import socket
from collections.abc import Mapping

from hexmon.app.addresses import Address, parse_address
from hexmon.app.settings import Configuration

OWN_TEST = "hexmon"


def own_name(configuration: Configuration) -> str:
    """The name of this machine: as set, or what the machine calls itself."""
    return configuration.settings.agent.host or socket.gethostname().lower() or "localhost"


def own_hosts_text(configuration: Configuration) -> str:
    """The line of hosts.cfg that watches hexmon's own listeners; ping, web and messages, all where they listen."""
    listen = configuration.settings.listen
    tags = ["testip", 'COMMENT:"this monitor"']
    address = "127.0.0.1"
    for text in listen.messages[:1]:
        messages = parse_address(text, 1984)
        address = _reachable(messages)
        if not messages.tls:
            tags.append(f"bbd:{messages.port}")
    if listen.web:
        tags.append(f"{own_url(configuration)}-/healthy")
    return f"{address} {own_name(configuration)} # {' '.join(tags)}\n"


def own_url(configuration: Configuration) -> str:
    """Where a browser on this machine finds the pages."""
    web = parse_address((configuration.settings.listen.web or ("127.0.0.1:8000",))[0], 8000)
    host = _reachable(web)
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}/"


def _reachable(address: Address) -> str:
    """An address to connect to: listening on every address includes the loopback."""
    return _ANY.get(address.host, address.host)


_ANY: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
