"""hexmon clients: what was understood of analysis.cfg, and which squares a message becomes by it."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import thread_time

import msgspec

from hexmon.app.settings import client_judging, read_configuration
from hexmon.cli.by_files import by_files
from hexmon.cli.client_files import ClientFiles, add_files, host_of, read_messages
from hexmon.clock import SystemClock
from hexmon.judge.clients.analysis_dump import qualifier_words, setting_words
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.line_search import Effort
from hexmon.judge.clients.rules import AnalysisFile, Rule
from hexmon.judge.clients.selection import Analysis
from hexmon.judge.clients.systems import system_of
from hexmon.model.inventory import Host, Inventory
from hexmon.model.origin import Problem
from hexmon.model.status import ClientMessage, Report
from hexmon.model.text import readable
from hexmon.schedule.zone import MachineZone

EXAMPLE = """example:
  hexmon clients rules --analysis /etc/xymon/analysis.cfg
  hexmon clients rules --host www.example.com --class web --os linux
  hexmon send SERVER "clientlog www.example.com" > message; hexmon clients judge message
  hexmon clients judge --hosts hosts.cfg --analysis analysis.cfg --json message

rules: every setting of analysis.cfg as it was understood, with its file and line; with --host those that hold for that
host now, the first of LOAD, UP, CLOCK, MEM... and of DISK and INODE for a file system counts.
judge: the squares that the client messages in a file become: colour, line 1, text. The file is what an agent sent, an
answer to `clientlog`, or kept client data; `-` is standard input. TIME= and CLOCK go by now, or by --now. With
--json a list of {host, test, color, line1, text, groups}; `text` is all of a square, `line1` its first line.
Exit status 1 when a message is of a system that nobody knows, 2 when a file cannot be read."""

_DIGITS = 11


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="what", metavar="rules|judge", required=True)
    rules = verbs.add_parser("rules", help="the settings as they were understood")
    add_files(rules)
    rules.add_argument("--host", default="", metavar="H", help="only those that hold for this host")
    rules.add_argument("--class", dest="host_class", default="", metavar="C", help="what its agent says")
    rules.add_argument("--os", dest="os_type", default="", metavar="O", help="the same: linux, bbwin, ...")
    judge = verbs.add_parser("judge", help="the squares that a client message becomes")
    add_files(judge)
    judge.add_argument("--host", default="", metavar="H", help="take it for one of this host")
    judge.add_argument("file", nargs="+", type=Path, metavar="FILE")
    for one in (rules, judge):
        one.add_argument("--now", type=_moment, metavar="EPOCH", help="when it is (default: now)")
        one.add_argument("--json", action="store_true", help="a list of objects")


def run(args: argparse.Namespace) -> int:
    def work() -> tuple[int, Sequence[Problem]]:
        files = ClientFiles(args, read_configuration(args.config))
        analysis = files.analysis()
        status = _rules(args, files, analysis) if args.what == "rules" else _judge(args, files, analysis)
        return status, analysis.problems

    return by_files("clients", work)


def _now(args: argparse.Namespace) -> float:
    return SystemClock().now() if args.now is None else float(args.now)


def _rules(args: argparse.Namespace, files: ClientFiles, analysis: AnalysisFile) -> int:
    found = analysis.rules
    if args.host:
        host = _known(files.inventory(), args.host)
        local = datetime.fromtimestamp(_now(args), MachineZone())
        found = Analysis(analysis).for_host(host, args.host_class, args.os_type, local).rules
    if args.json:
        print(_json(map(_row, found)))
    else:
        print("\n".join(_table(found)))
    return 0


def _known(inventory: Inventory, name: str) -> Host:
    host = host_of(inventory, name)
    if inventory.hosts and inventory.find(name) is None:
        print(f"hexmon clients: hosts.cfg has no host '{name}'; it is taken as one of the top page", file=sys.stderr)
    return host


def _row(rule: Rule) -> dict[str, object]:
    return {
        "file": rule.origin.source,
        "line": rule.origin.line,
        "setting": " ".join(setting_words(rule)),
        "qualifiers": " ".join(qualifier_words(rule)),
    }


def _table(found: Iterable[Rule]) -> Iterator[str]:
    rows = [(str(rule.origin), " ".join(setting_words(rule)), " ".join(qualifier_words(rule))) for rule in found]
    widest = max((len(origin) for origin, _, _ in rows), default=0)
    for origin, setting, qualifiers in rows:
        yield f"{origin:{widest}}  {setting}  {qualifiers}".rstrip()
    if not rows:
        yield "No settings: the built-in limits hold."


def _judge(args: argparse.Namespace, files: ClientFiles, analysis: AnalysisFile) -> int:
    inventory, settings = files.inventory(), client_judging(files.configuration.settings, MachineZone())
    ready, now = Analysis(analysis), _now(args)
    local = datetime.fromtimestamp(now, MachineZone())
    found: list[Report] = []
    unknown = 0
    messages = [(path, message) for path in args.file for message in read_messages(path, args.host, now)]
    for path, message in messages:
        host = _known(inventory, message.host)
        rules = ready.for_host(host, message.host_class, message.os_type, local)
        found += judge_client(message, host, rules, now, settings, Effort(meter=thread_time)).reports
        unknown += _is_unknown(message, path, unknown=settings.unknown_systems)
    if args.json:
        print(_json(map(_square, found)))
    else:
        print("\n".join(map(_shown, found)))
    return min(unknown, 1)


def _is_unknown(message: ClientMessage, path: Path, *, unknown: bool) -> bool:
    if system_of(message.os_type, unknown=unknown) is not None:
        return False
    print(f"{path}:1: nobody knows the system '{message.os_type}'; nothing is judged", file=sys.stderr)
    return True


def _square(report: Report) -> dict[str, object]:
    text = readable(report.text)
    return {
        "host": report.key.host,
        "test": report.key.test,
        "color": report.color.word,
        "line1": text.partition("\n")[0],
        "text": text,
        "groups": list(report.groups),
    }


def _shown(report: Report) -> str:
    groups = f" (groups {', '.join(report.groups)})" if report.groups else ""
    text = readable(report.text).rstrip("\n").replace("\n", "\n    ")
    return f"{report.key.host} {report.key.test}: {report.color.word}{groups}\n    {text}\n"


def _json(values: Iterable[object]) -> str:
    return msgspec.json.format(msgspec.json.encode(list(values)), indent=2).decode()


def _moment(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise argparse.ArgumentTypeError(f"'{text}' is not a moment: seconds since 1970, as `date +%s` prints them")
    return float(text)
