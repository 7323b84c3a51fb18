"""`hexmon send`: the command line of the `xymon` program (xymon(1)), with IPv6, TLS, HTTPS and several servers."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from msgspec.structs import replace

from hexmon.cli.values import add_trust, count, reason, trust_of
from hexmon.ingest.addresses import Address, parse_addresses, web_way
from hexmon.ingest.authorization import basic
from hexmon.ingest.client import TIMEOUT, KeptSenders, Sent, expects_reply, packed, send_by

EXAMPLE = """examples:
  hexmon send 127.0.0.1 "status www,example,com.backup green $(date) done"
  hexmon send 127.0.0.1 "query www.example.com.backup"
  df | hexmon send --merge 127.0.0.1 "data www,example,com.df"
  hexmon send 0.0.0.0 @ < message        # to all servers of $XYMSERVERS
  hexmon send tls://monitor.example.com "xymondboard color=red"
  HEXMON_TOKEN=... hexmon send https://monitor.example.com "status www,example,com.backup green $(date) done"
  hexmon send --user web1 https://monitor.example.com/xymon-msg - < messages      # password in $HEXMON_PASSWORD

A server without a scheme and a port is sent to by HTTP when $XYMONMSGURL (with $XYMONMSGURLPROTO and $XYMONMSGURLPORT)
is set. By HTTP many messages share one connection, and those without an answer one request.

exit status: 0 sent (to every server it belongs to), 1 some server could not be reached, 2 called wrongly"""


_READ = 64 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the `xymon` program, and what HTTP and TLS need."""
    parser.add_argument("--timeout", type=float, default=None, metavar="SECONDS", help="for each server (default 15)")
    parser.add_argument("--response", action="store_true", help="print the reply, whatever the message is")
    parser.add_argument("--merge", action="store_true", help="append standard input to the message, on a new line")
    parser.add_argument("--repeat", type=count, default=1, metavar="N", help="send it N times")
    parser.add_argument(
        "--user", metavar="NAME[:PASSWORD]", help="for http(s)://; the password may be $HEXMON_PASSWORD"
    )
    parser.add_argument(
        "--token", help="of an agent, for http(s)://; better in $HEXMON_TOKEN, which nobody sees in `ps`"
    )
    add_trust(parser)
    parser.add_argument("recipient", help="host, host:port, [v6]:port, tls://..., http(s)://..., a list, or 0.0.0.0")
    parser.add_argument("data", help="the message; - sends each line of standard input, @ all of it, @FILE a file")


def run(arguments: argparse.Namespace) -> int:
    """Send and print; see EXAMPLE for the exit status."""
    try:
        addresses = _addresses(arguments)
        tls = trust_of(arguments)
        messages = _messages(arguments.data, merge=arguments.merge)
        timeout = _timeout(arguments.timeout)
    except (OSError, ValueError) as error:
        print(f"hexmon send: {reason(error)}", file=sys.stderr)
        return 2
    failed = False
    # Packed, a question's answer is not printed; and --response prints that of every message.
    pack = all(address.url for address in addresses) and not arguments.response
    with KeptSenders(timeout, tls) as senders:
        for some in messages:
            repeated = (message for message in some for _ in range(arguments.repeat))
            for message in packed(repeated) if pack else repeated:
                sent = send_by(senders.exchange, addresses, message)
                failed |= not _tell(sent, message, addresses, always=arguments.response)
    return 1 if failed else 0


def _addresses(arguments: argparse.Namespace) -> list[Address]:
    environ = os.environ
    addresses = parse_addresses(arguments.recipient, environ.get("XYMSERVERS", ""), web_way(environ))
    if not addresses:
        raise ValueError("the recipient is empty")
    asked = bool(arguments.user or arguments.token)
    if asked and not any(address.url for address in addresses):
        raise ValueError("--user and --token are for http:// and https:// recipients")
    shown = _authorization(arguments)
    return [replace(one, authorization=shown) if one.url and _shows(one, asked, shown) else one for one in addresses]


def _shows(address: Address, asked: bool, shown: str) -> bool:
    """The command line goes before the address, and that before the environment."""
    return bool(shown) and (asked or not address.authorization)


def _authorization(arguments: argparse.Namespace) -> str:
    if arguments.user and arguments.token:
        raise ValueError("--user and --token: one of both")
    if arguments.user:
        user, colon, password = arguments.user.partition(":")
        return basic(user, password if colon else os.environ.get("HEXMON_PASSWORD", ""))
    token = arguments.token or os.environ.get("HEXMON_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable():
        raise ValueError("a token has only letters, digits and signs of ASCII")
    return f"Bearer {token}" if token else ""


def _timeout(given: float | None) -> float:
    if given is not None:
        if given <= 0:
            raise ValueError("the timeout must be positive")
        return given
    word = os.environ.get("XYMON_TIMEOUT", "")
    return float(word) if word.isascii() and word.isdigit() and word.strip("0") else TIMEOUT


def _messages(data: str, *, merge: bool) -> Iterable[list[bytes]]:
    """The messages, those together that are there at once."""
    if data == "-":
        return _lines(sys.stdin.buffer)
    if data == "@":
        return [[sys.stdin.buffer.read()]]
    if data.startswith("@"):
        with open(data[1:], "rb") as file:  # noqa: PTH123 - a plain read
            return [[file.read()]]
    message = os.fsencode(data)
    if merge:
        message += b"\n" + sys.stdin.buffer.read()
    if not message:
        raise ValueError("the message is empty")
    return [[message]]


def _lines(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Lines, as they come through a pipe: who writes slowly is not waited for."""
    begun: list[bytes] = []
    while data := stream.read1(_READ):  # type: ignore[attr-defined]
        first, newline, others = data.partition(b"\n")
        begun.append(first)
        if newline:
            *lines, rest = others.split(b"\n")
            yield [line for line in (b"".join(begun), *lines) if line.strip()]
            begun = [rest]
    yield [line for line in [b"".join(begun)] if line.strip()]


def _tell(sent: Sent, message: bytes, addresses: list[Address], *, always: bool) -> bool:
    for failure in sent.failures:
        print(f"hexmon send: {failure}", file=sys.stderr)
    if sent.reply and (always or expects_reply(message)):
        sys.stdout.buffer.write(sent.reply)
        sys.stdout.buffer.flush()
    # A question needs one answer; what is for all servers must have reached all of them.
    return not sent.failures or (sent.taken > 0 and len(addresses) > 1 and expects_reply(message))
