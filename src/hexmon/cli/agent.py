"""`hexmon agent`: report this machine to a monitor."""

import argparse
import asyncio
import socket
import sys

from hexmon.agent.collect import client_message
from hexmon.agent.report import report_forever, report_once
from hexmon.app.logs import set_up_logging
from hexmon.clock import SystemClock
from hexmon.config.settings import parse_seconds
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.client import exchange_async
from hexmon.model.names import HOST_NAME

EXAMPLE = """\
examples:
  hexmon agent --server 192.0.2.1            report every 5 minutes until stopped
  hexmon agent --server 192.0.2.1 --once     report once, for cron
  hexmon agent --print                       show what would be sent

exit status: 0 done, 1 a report was not taken (with --once), 2 called wrongly
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--server", default="127.0.0.1:1984", metavar="HOST[:PORT]", help="the monitor (%(default)s)")
    parser.add_argument("--host", default=socket.gethostname().lower(), help="this machine's name there (%(default)s)")
    parser.add_argument("--class", default="", dest="host_class", metavar="CLASS", help="its class; its system's name")
    parser.add_argument("--repeat", default="5m", metavar="TIME", help="how often (%(default)s)")
    parser.add_argument("--once", action="store_true", help="report once and end")
    parser.add_argument("--print", action="store_true", help="print the report instead of sending it")


def run(args: argparse.Namespace) -> int:
    """Send; 1 when a single report was not taken, 2 when called wrongly."""
    set_up_logging(verbose=False)
    try:
        address, interval = parse_address(args.server), parse_seconds(args.repeat)
        if interval < 1:
            raise ValueError(f"'{args.repeat}' is too often: once a second at most")  # noqa: TRY301
        if not HOST_NAME.match(args.host):
            raise ValueError(f"'{args.host}' is not a host's name: letters, digits and : , . _ -")  # noqa: TRY301
    except ValueError as error:
        print(f"hexmon agent: {error}", file=sys.stderr)
        return 2
    if args.print:
        sys.stdout.buffer.write(client_message(args.host, SystemClock().now(), args.host_class))
        return 0
    try:
        asyncio.run(_report(args, address, interval))
    except OSError as error:
        print(f"hexmon agent: {error}", file=sys.stderr)
        return 1
    return 0


async def _report(args: argparse.Namespace, address: Address, interval: float) -> None:
    async def send(message: bytes) -> object:
        return await exchange_async(address, message)

    clock = SystemClock()
    if args.once:
        await report_once(send, args.host, clock.now(), args.host_class)
    else:
        await report_forever(send, args.host, clock, interval, args.host_class)
