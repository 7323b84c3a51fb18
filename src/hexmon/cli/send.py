"""`hexmon send`: the command line of the `xymon` program (xymon(1)), with IPv6, TLS, HTTPS and several servers."""

import argparse
import os
import sys
from collections.abc import Iterable

from hexmon.cli.values import count, reason, trusting
from hexmon.ingest.addresses import Address, parse_addresses
from hexmon.ingest.client import TIMEOUT, Sent, expects_reply, send

EXAMPLE = """examples:
  hexmon send 127.0.0.1 "status www,example,com.backup green $(date) done"
  hexmon send 127.0.0.1 "query www.example.com.backup"
  df | hexmon send --merge 127.0.0.1 "data www,example,com.df"
  hexmon send 0.0.0.0 @ < message        # to all servers of $XYMSERVERS
  hexmon send tls://monitor.example.com "xymondboard color=red"

exit status: 0 sent (to every server it belongs to), 1 some server could not be reached, 2 called wrongly"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the `xymon` program, and --ca."""
    parser.add_argument("--timeout", type=float, default=None, metavar="SECONDS", help="for each server (default 15)")
    parser.add_argument("--response", action="store_true", help="print the reply, whatever the message is")
    parser.add_argument("--merge", action="store_true", help="append standard input to the message, on a new line")
    parser.add_argument("--repeat", type=count, default=1, metavar="N", help="send it N times")
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) that a tls:// or https:// server must be from")
    parser.add_argument("recipient", help="host, host:port, [v6]:port, tls://..., http(s)://..., a list, or 0.0.0.0")
    parser.add_argument("data", help="the message; - sends each line of standard input, @ all of it, @FILE a file")


def run(arguments: argparse.Namespace) -> int:
    """Send and print; see EXAMPLE for the exit status."""
    try:
        addresses = parse_addresses(arguments.recipient, os.environ.get("XYMSERVERS", ""))
        if not addresses:
            raise ValueError("the recipient is empty")  # noqa: TRY301
        tls = trusting(arguments.ca)
        messages = _messages(arguments.data, merge=arguments.merge)
        timeout = _timeout(arguments.timeout)
    except (OSError, ValueError) as error:
        print(f"hexmon send: {reason(error)}", file=sys.stderr)
        return 2
    failed = False
    for message in messages:
        for _ in range(arguments.repeat):
            sent = send(addresses, message, timeout, tls)
            failed |= not _tell(sent, message, addresses, always=arguments.response)
    return 1 if failed else 0


def _timeout(given: float | None) -> float:
    if given is not None:
        if given <= 0:
            raise ValueError("the timeout must be positive")
        return given
    word = os.environ.get("XYMON_TIMEOUT", "")
    return float(word) if word.isascii() and word.isdigit() and word.strip("0") else TIMEOUT


def _messages(data: str, *, merge: bool) -> Iterable[bytes]:
    if data == "-":
        return (line.rstrip(b"\n") for line in sys.stdin.buffer if line.strip())
    if data == "@":
        return [sys.stdin.buffer.read()]
    if data.startswith("@"):
        with open(data[1:], "rb") as file:  # noqa: PTH123 - a plain read
            return [file.read()]
    message = os.fsencode(data)
    if merge:
        message += b"\n" + sys.stdin.buffer.read()
    if not message:
        raise ValueError("the message is empty")
    return [message]


def _tell(sent: Sent, message: bytes, addresses: list[Address], *, always: bool) -> bool:
    for failure in sent.failures:
        print(f"hexmon send: {failure}", file=sys.stderr)
    if sent.reply and (always or expects_reply(message)):
        sys.stdout.buffer.write(sent.reply)
        sys.stdout.buffer.flush()
    # A question needs one answer; what is for all servers must have reached all of them.
    return not sent.failures or (sent.taken > 0 and len(addresses) > 1 and expects_reply(message))
