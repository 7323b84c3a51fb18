"""`hexmon ghosts`: who reports to a running monitor though nobody knows them, and how to add them."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime

from hexmon.cli.values import reason, seconds, trusting
from hexmon.ingest.addresses import parse_addresses
from hexmon.ingest.client import send
from hexmon.model.text import nl_decode

EXAMPLE = """examples:
  hexmon ghosts                             # who was heard of last comes first
  hexmon ghosts --server monitor.example.com --json
  hexmon ghosts --lines >> hosts.cfg        # only the lines that add them: look at them first

exit status: 0 answered, 1 no server answered, 2 called wrongly"""

# The first three are what every monitor answers, in its order; the rest only hexmon knows.
FIELDS = ("hostname", "sender", "lastseen", "firstseen", "count", "line", "aliasof", "alias", "aliasat")
NUMBERS = frozenset({"lastseen", "firstseen", "count"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--server, --json, --lines."""
    parser.add_argument(
        "--server", metavar="ADDRESS", help="host, host:port, [v6]:port, tls://... (default $XYMSRV, else 127.0.0.1)"
    )
    parser.add_argument("--timeout", type=seconds, default=15.0, metavar="SECONDS")
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) that a tls:// server must be from")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--json", action="store_true", help="a list of objects, one for each ghost")
    kind.add_argument("--lines", action="store_true", help="only the lines for hosts.cfg")


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; see EXAMPLE for the exit status."""
    try:
        server = arguments.server or os.environ.get("XYMSRV") or "127.0.0.1"
        addresses = parse_addresses(server, os.environ.get("XYMSERVERS", ""))
        tls = trusting(arguments.ca)
    except (OSError, ValueError) as error:
        print(f"hexmon ghosts: {reason(error)}", file=sys.stderr)
        return 2
    sent = send(addresses, f"ghostlist fields={','.join(FIELDS)}".encode(), arguments.timeout, tls)
    if not sent.taken:
        print("\n".join(f"hexmon ghosts: {failure}" for failure in sent.failures), file=sys.stderr)
        return 1
    rows = [_row(line) for line in sent.reply.decode(errors="replace").split("\n") if line]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif arguments.lines:
        print("".join(f"{row['line']}\n" for row in rows if "line" in row), end="")
    else:
        print(_told(rows))
    return 0


def _row(line: str) -> dict[str, str | int]:
    values = [nl_decode(value) for value in line.split("|")]
    return {
        name: int(value[:18]) if name in NUMBERS and value.isdecimal() else value
        for name, value in zip(FIELDS, values, strict=False)
    }


def _told(rows: list[dict[str, str | int]]) -> str:
    return "\n\n".join(map(_one, rows)) if rows else "everybody who reports is in hosts.cfg"


def _one(row: dict[str, str | int]) -> str:
    lines = [f"{row['hostname']} from {row.get('sender', '?')}, {_heard(row)}"]
    if row.get("line"):
        lines.append(f"  add to hosts.cfg:  {row['line']}")
    if row.get("aliasof"):
        lines.append(f"  or it is {row['aliasof']}: add {row['alias']} to its tags ({row.get('aliasat', '')})")
    return "\n".join(lines)


def _heard(row: dict[str, str | int]) -> str:
    last = _moment(row.get("lastseen", 0))
    if "count" not in row:
        return f"last heard of {last}"
    many = "once" if row["count"] == 1 else f"{row['count']} messages"
    since = "" if row["count"] == 1 else f" since {_moment(row.get('firstseen', 0))}"
    return f"{many}{since}, last {last}"


def _moment(value: str | int) -> str:
    try:
        return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return str(value)
