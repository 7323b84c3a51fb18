"""`hexmon board`: ask a running monitor for the squares on its board."""

import argparse
import json
import os
import re
import sys

from hexmon.board.query import query_mistakes
from hexmon.cli.values import reason, seconds, trusting
from hexmon.ingest.addresses import parse_addresses
from hexmon.ingest.client import send

EXAMPLE = """examples:
  hexmon board                              # every square
  hexmon board color=red,yellow             # what is wrong
  hexmon board host=^www test=http --json
  hexmon board color=red fields=hostname,testname,XMH_IP

criteria are those of xymondboard: host= page= test= color= msg= ip= XMH_...= lastchange>=EPOCH and so on
exit status: 0 answered, 1 no server answered, 2 called wrongly"""

FIELDS = (
    *("hostname", "testname", "color", "flags", "lastchange", "logtime", "validtime", "acktime", "disabletime"),
    *("sender", "cookie", "line1"),
)
SHOWN = ("hostname", "testname", "color", "line1")
_COMMENT = re.compile(r"<!--.*?--> ?")
NUMBERS = frozenset({"lastchange", "logtime", "validtime", "acktime", "disabletime", "clntstamp"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--server, --json and the criteria."""
    parser.add_argument(
        "--server", metavar="ADDRESS", help="host, host:port, [v6]:port, tls://... (default $XYMSRV, else 127.0.0.1)"
    )
    parser.add_argument("--timeout", type=seconds, default=15.0, metavar="SECONDS")
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) that a tls:// server must be from")
    parser.add_argument("--json", action="store_true", help="a list of objects, one for each square")
    parser.add_argument("criteria", nargs="*", help="as for xymondboard; fields=A,B chooses what is shown")


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; see EXAMPLE for the exit status."""
    if mistakes := query_mistakes([part for word in arguments.criteria for part in word.split()]):
        print("\n".join(f"hexmon board: {mistake}" for mistake in mistakes), file=sys.stderr)
        return 2
    fields = _fields(arguments.criteria, FIELDS if arguments.json else SHOWN)
    criteria = [word for word in arguments.criteria if not word.startswith("fields=")]
    question = " ".join(["xymondboard", *criteria, f"fields={','.join(fields)}"])
    try:
        server = arguments.server or os.environ.get("XYMSRV") or "127.0.0.1"
        addresses = parse_addresses(server, os.environ.get("XYMSERVERS", ""))
        tls = trusting(arguments.ca)
    except (OSError, ValueError) as error:
        print(f"hexmon board: {reason(error)}", file=sys.stderr)
        return 2
    sent = send(addresses, os.fsencode(question), arguments.timeout, tls)
    if not sent.taken:
        print("\n".join(f"hexmon board: {failure}" for failure in sent.failures), file=sys.stderr)
        return 1
    rows = [_row(line, fields) for line in sent.reply.decode(errors="replace").split("\n") if line]
    print(json.dumps(rows, indent=2, ensure_ascii=False) if arguments.json else _table(rows))
    return 0


def _fields(criteria: list[str], usual: tuple[str, ...]) -> tuple[str, ...]:
    chosen = next((word[7:] for word in reversed(criteria) if word.startswith("fields=")), "")
    names = tuple(name for name in chosen.split(",") if name) or usual
    # The first line may hold pipes: only at the end of a row do they do no harm.
    return (*(name for name in names if name != "line1"), *(name for name in names if name == "line1"))


def _row(line: str, fields: tuple[str, ...]) -> dict[str, str | int]:
    values = line.split("|", len(fields) - 1)
    return {
        name: int(value) if name in NUMBERS and value else value for name, value in zip(fields, values, strict=False)
    }


def _table(rows: list[dict[str, str | int]]) -> str:
    if not rows:
        return "no square fits"
    # Comments in the first line are flags for programs; they are in --json.
    lines = [[_COMMENT.sub("", str(value)) for value in row.values()] for row in rows]
    widths = [max(len(line[column]) for line in lines if column < len(line)) for column in range(max(map(len, lines)))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
