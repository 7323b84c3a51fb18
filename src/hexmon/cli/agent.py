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
from hexmon.ingest.addresses import parse_address
from hexmon.ingest.client import exchange_async

EXAMPLE = """\
examples:
  hexmon agent --server 192.0.2.1            report every 5 minutes until stopped
  hexmon agent --server 192.0.2.1 --once     report once, for cron
  hexmon agent --print                       show what would be sent
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
    """Send; 1 when a single report was not taken."""
    set_up_logging(verbose=False)
    if args.print:
        sys.stdout.buffer.write(client_message(args.host, SystemClock().now(), args.host_class))
        return 0
    try:
        asyncio.run(_report(args))
    except (OSError, ValueError) as error:
        print(f"hexmon agent: {args.server}: {error}", file=sys.stderr)
        return 1
    return 0


async def _report(args: argparse.Namespace) -> None:
    address = parse_address(args.server)

    async def send(message: bytes) -> object:
        return await exchange_async(address, message)

    clock = SystemClock()
    if args.once:
        await report_once(send, args.host, clock.now(), args.host_class)
    else:
        await report_forever(send, args.host, clock, parse_seconds(args.repeat), args.host_class)
