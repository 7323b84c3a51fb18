"""The host that hexmon itself runs on: watched from the first second, with or without a hosts.cfg."""

import socket
from collections.abc import Mapping

from hexmon.app.settings import Configuration
from hexmon.ingest.addresses import parse_address, parse_listener

OWN_TEST = "hexmon"

# Listening on every address includes the loopback.
_ANY: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


def own_name(configuration: Configuration) -> str:
    """The name of this machine: as set, or what the machine calls itself."""
    return configuration.settings.agent.host or socket.gethostname().lower() or "localhost"


def own_hosts_text(configuration: Configuration) -> str:
    """The line of hosts.cfg that watches hexmon's own listeners: ping, messages and pages, each where it listens."""
    listen = configuration.settings.listen
    address, tags = "127.0.0.1", ["testip", 'COMMENT:"this monitor"']
    plain = [found for text in listen.messages if not (found := parse_address(text)).tls]
    if plain:
        address = _ANY.get(plain[0].host, plain[0].host)
        tags.append(f"bbd:{plain[0].port}")
    if listen.web:
        tags.append(f"{own_url(configuration)}-/healthy")
    return f"{address} {own_name(configuration)} # {' '.join(tags)}"


def own_url(configuration: Configuration) -> str:
    """Where a browser on this machine finds the pages."""
    web = parse_listener((configuration.settings.listen.web or ("127.0.0.1:8000",))[0], 8000)
    host = _ANY.get(web.host, web.host)
    return f"{web.scheme}://{f'[{host}]' if ':' in host else host}:{web.port}/"


def own_server(configuration: Configuration) -> str:
    """Where the built-in agent sends its report; empty when no plain listener is configured."""
    for text in configuration.settings.listen.messages:
        address = parse_address(text)
        if not address.tls:
            host = _ANY.get(address.host, address.host)
            return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
    return ""
