"""`hexmon ack-mail`: a mail that answers an alert acknowledges it (xymon-mailack(8))."""

import argparse
import sys

from hexmon.alerts.ack_mail import LONGEST_MAIL, NoAck, read_ack
from hexmon.cli.values import reason
from hexmon.ingest.addresses import parse_addresses
from hexmon.ingest.client import TIMEOUT, send

EXAMPLE = """examples:
  hexmon ack-mail < mail
  | hexmon ack-mail                       # in a .forward or procmail rule of the address that answers go to
  hexmon ack-mail --debug < mail          # show what would be sent

exit status: 0 sent, 1 the mail has no subject, 2 called wrongly, 3 nothing in the mail says which alert,
4 the number is none, 75 no monitor could be reached (mail servers try again then)"""

_TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--server, and the --debug and --env of the original."""
    parser.add_argument("--server", default="127.0.0.1:1984", metavar="LIST", help="the monitors (default %(default)s)")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="SECONDS", help="for each (default 15)")
    parser.add_argument("--debug", action="store_true", help="print what would be sent, and send nothing")
    parser.add_argument("--env", metavar="FILE", help="taken and not needed: rules of Xymon's xymon-mailack have it")


def run(arguments: argparse.Namespace) -> int:
    """Read, send; see EXAMPLE for the exit status."""
    try:
        addresses = parse_addresses(arguments.server, "")
        if not addresses or arguments.timeout <= 0:
            raise ValueError("no server, or no time for it")  # noqa: TRY301
    except ValueError as error:
        print(f"hexmon ack-mail: {reason(error)}", file=sys.stderr)
        return 2
    found = read_ack(sys.stdin.buffer.read(LONGEST_MAIL))
    while sys.stdin.buffer.read(LONGEST_MAIL):  # the mail server wants to be rid of all of it
        pass
    if isinstance(found, NoAck):
        print(f"hexmon ack-mail: {found.reason}", file=sys.stderr)
        return int(found.why)
    if arguments.debug:
        print(found.command.decode(), end="")
        return 0
    sent = send(addresses, found.command, arguments.timeout)
    for failure in sent.failures:
        print(f"hexmon ack-mail: {failure}", file=sys.stderr)
    return 0 if sent.taken else _TRY_AGAIN
