"""Asking a running monitor, for the verbs that print its answer."""

import argparse
import os
import sys

from hexmon.cli.values import reason, seconds, trusting
from hexmon.ingest.addresses import parse_addresses
from hexmon.ingest.client import send


def add_server(parser: argparse.ArgumentParser) -> None:
    """The options that `ask` reads."""
    parser.add_argument(
        "--server", metavar="ADDRESS", help="host, host:port, [v6]:port, tls://... (default $XYMSRV, else 127.0.0.1)"
    )
    parser.add_argument("--timeout", type=seconds, default=15.0, metavar="SECONDS")
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) that a tls:// server must be from")


def ask(arguments: argparse.Namespace, verb: str, question: str) -> bytes | int:
    """The answer; or the exit status: 1 no server answered, 2 called wrongly. Why is said on standard error."""
    try:
        server = arguments.server or os.environ.get("XYMSRV") or "127.0.0.1"
        addresses = parse_addresses(server, os.environ.get("XYMSERVERS", ""))
        tls = trusting(arguments.ca)
    except (OSError, ValueError) as error:
        print(f"hexmon {verb}: {reason(error)}", file=sys.stderr)
        return 2
    sent = send(addresses, os.fsencode(question), arguments.timeout, tls)
    if not sent.taken:
        print("\n".join(f"hexmon {verb}: {failure}" for failure in sent.failures), file=sys.stderr)
        return 1
    return sent.reply
