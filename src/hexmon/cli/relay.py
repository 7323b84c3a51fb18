"""`hexmon relay`: hand the messages of others on to monitors, or keep them until a monitor fetches them."""

import argparse
import asyncio
import dataclasses
import signal
import ssl
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvloop

from hexmon.agent.alone import alone_in
from hexmon.app.logs import set_up_logging
from hexmon.app.relay import Relay
from hexmon.app.relay_pull import PullRelay
from hexmon.app.relay_settings import RelayConfiguration, read_relay_configuration, refuse_nonsense
from hexmon.app.systemd import Notifier
from hexmon.cli.values import reason, trusting
from hexmon.clock import SystemClock
from hexmon.config.settings import parse_seconds
from hexmon.ingest.access import read_networks
from hexmon.ingest.addresses import Address, parse_address
from hexmon.model.names import check_host_name
from hexmon.model.origin import ConfigError

_THREADS = 16  # for the disk, and for looking up names

EXAMPLE = """\
examples:
  hexmon relay --server 192.0.2.1                        hand on to one monitor what comes to port 1984
  hexmon relay --server 192.0.2.1 --server tls://192.0.2.2  ... to two; agents are answered by the last
  hexmon relay --config /etc/hexmon/relay.toml
  hexmon relay --pull --listen 0.0.0.0:1984 --allow 192.0.2.1   keep messages until that monitor fetches them

exit status: 0 stopped by SIGTERM or Ctrl-C, 1 it could not start, 2 called wrongly
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb; those that are given go before the file."""
    parser.add_argument("--config", metavar="FILE", help="relay.toml; see docs/relay.md")
    parser.add_argument("--listen", action="append", metavar="ADDR", help="where to take messages (0.0.0.0:1984)")
    parser.add_argument("--server", action="append", metavar="ADDR", help="a monitor: host[:port], tls://, http(s)://")
    parser.add_argument("--data-dir", metavar="DIR", help="where messages wait (hexmon-relay)")
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) of tls:// and https:// servers")
    parser.add_argument("--host", metavar="NAME", help="the host that the relay's own status is for (this machine)")
    parser.add_argument("--pull", action="store_true", help="keep messages until a monitor fetches them")
    parser.add_argument("--allow", action="append", metavar="NETWORKS", help="with --pull: who may fetch (everybody)")
    parser.add_argument("--max-age", metavar="TIME", help="with --pull: how long messages are kept (10m)")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    set_up_logging(args.verbose)
    try:
        given = _given(args)
    except ValueError as error:
        print(f"hexmon relay: {error}", file=sys.stderr)
        return 2
    try:
        configuration = _with(read_relay_configuration(args.config), given, args.host)
        refuse_nonsense(configuration)
        ca = configuration.locate(configuration.settings.ca)
        tls = trusting(str(ca) if ca else None)
        configuration.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_in(configuration.data_dir, "another relay runs with this folder; --data-dir gives this one another"):
            uvloop.run(_serve(configuration, tls))
    except (ConfigError, OSError, ValueError) as error:
        print(f"hexmon relay: {error if isinstance(error, ConfigError) else reason(error)}", file=sys.stderr)
        return 1
    return 0


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """What the command line says, checked. Raises ValueError."""
    for text in [*(args.listen or ()), *(args.server or ())]:
        parse_address(text)
    if args.host:
        check_host_name(args.host)
    for text in args.allow or ():
        read_networks(text)
    given: dict[str, Any] = {
        "listen": tuple(args.listen or ()),
        "servers": tuple(args.server or ()),
        "allow": tuple(args.allow or ()),
        "data_dir": args.data_dir,
        "ca": args.ca,
        "pull": args.pull,
        "max_age": parse_seconds(args.max_age) if args.max_age else None,
    }
    return {name: value for name, value in given.items() if value}


def _with(configuration: RelayConfiguration, given: dict[str, Any], host: str | None) -> RelayConfiguration:
    settings = dataclasses.replace(configuration.settings, **given)
    if host:
        settings = dataclasses.replace(settings, report=dataclasses.replace(settings.report, host=host))
    return dataclasses.replace(configuration, settings=settings)


async def _serve(configuration: RelayConfiguration, tls: ssl.SSLContext | None) -> None:
    settings = configuration.settings
    # Exchanges by TLS and HTTP each hold a thread as long as a server likes: the disk must not wait for one.
    threads = _THREADS + 2 * settings.connections * len(settings.servers)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
    clock, systemd = SystemClock(), Notifier()
    relay = PullRelay(configuration, clock) if configuration.settings.pull else Relay(configuration, clock, tls)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, relay.stop)

    def started(addresses: Sequence[Address]) -> None:
        where = ", ".join(str(address) for address in addresses)
        servers = ", ".join(configuration.settings.servers) or "whoever fetches"
        systemd.ready(f"from {where} to {servers}")
        print(f"hexmon relay: listening on {where}, for {servers}", file=sys.stderr, flush=True)

    await relay.run(started)
