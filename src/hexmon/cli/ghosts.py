"""`hexmon ghosts`: who reports to a running monitor though nobody knows them, and how to add them."""

import argparse
import json
from datetime import UTC, datetime

from hexmon.cli.asking import add_server, ask
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
    add_server(parser)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--json", action="store_true", help="a list of objects, one for each ghost")
    kind.add_argument("--lines", action="store_true", help="only the lines for hosts.cfg")


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; see EXAMPLE for the exit status."""
    reply = ask(arguments, "ghosts", f"ghostlist fields={','.join(FIELDS)}")
    if isinstance(reply, int):
        return reply
    rows = [_row(line) for line in reply.decode(errors="replace").split("\n") if line]
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
