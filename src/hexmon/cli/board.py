"""`hexmon board`: ask a running monitor for the squares on its board."""

import argparse
import json
import re
import sys

from hexmon.board.query import query_mistakes
from hexmon.cli.asking import add_server, ask

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
    add_server(parser)
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
    reply = ask(arguments, "board", question)
    if isinstance(reply, int):
        return reply
    rows = [_row(line, fields) for line in reply.decode(errors="replace").split("\n") if line]
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
