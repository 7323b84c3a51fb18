"""hexmon alerts: who would be told of an alert, and why; what was understood of the rules."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from hexmon.alerts.dump import as_values, dumped, duration_text, pacing_values, whom
from hexmon.alerts.explain import Explanation, Finding, Reason, explain, trace_lines, why
from hexmon.alerts.matching import Subject, Verdict, subject_of
from hexmon.alerts.paced import NO_REMINDERS
from hexmon.alerts.rules import Bezier, Constant, Recipient, RuleBook
from hexmon.app.settings import read_configuration
from hexmon.cli.alert_files import AlertFiles, alert_files
from hexmon.cli.by_files import by_files
from hexmon.clock import SystemClock
from hexmon.model.color import BY_WORD
from hexmon.model.incident import Kind
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import Problem
from hexmon.schedule.zone import MachineZone

EXAMPLE = """example:
  hexmon alerts test www.example.com http --color yellow --duration 90
  hexmon alerts test db1 disk --hosts hosts.cfg --alerts alerts.cfg --group dba --time 1700000000 --json
  hexmon alerts dump --alerts /etc/xymon/alerts.cfg

test: each rule with why it matches or not, then who would be told, how, in what format and how often. With --json
a list of those who are told; `reasons` of each is everything that was not met. Exit status 0 when somebody is told,
1 when nobody is, 2 when it was called wrongly or a file cannot be read.
dump: the rules with the numbers of their lines, in the words of alerts.cfg."""

_WIDEST = 76
_DIGITS = 11


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="what", metavar="test|dump", required=True)
    test = verbs.add_parser("test", help="who would be told, and why")
    test.add_argument("host", metavar="HOST")
    test.add_argument("test", metavar="TEST")
    _add_files(test)
    test.add_argument("--holidays", type=Path, metavar="FILE", help="default: that of the configuration, or beside it")
    test.add_argument("--color", type=_color, default="red", metavar="C", help="of the alert (%(default)s)")
    test.add_argument("--duration", type=_minutes, default=0, metavar="MINUTES", help="how long it lasts (%(default)s)")
    test.add_argument("--group", default="", metavar="G", help="its groups of analysis.cfg, with commas between them")
    test.add_argument("--time", type=_moment, metavar="EPOCH", help="when it is (default: now)")
    test.add_argument("--cfid", action="store_true", help="subjects end with the number of the recipient's line")
    test.add_argument("--trace", type=Path, metavar="FILE", help="write there what xymond_alert --test would print")
    test.add_argument("--json", action="store_true", help="a list of objects")
    dump = verbs.add_parser("dump", help="the rules as they were understood")
    _add_files(dump)
    dump.add_argument("--json", action="store_true", help="a list of objects")


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="default: hexmon.toml in this folder, when there is one")
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="default: what the configuration says")
    parser.add_argument("--alerts", type=Path, metavar="FILE", help="the same; alerts.cfg, or rules in YAML")


def run(args: argparse.Namespace) -> int:
    def work() -> tuple[int, Sequence[Problem]]:
        files = alert_files(args, read_configuration(args.config))
        book = files.book()
        status = _dump(args, book) if args.what == "dump" else _test(args, files, book)
        return status, book.problems

    return by_files("alerts", work)


def _dump(args: argparse.Namespace, book: RuleBook) -> int:
    if args.json:
        print(_json(as_values(book)))
    else:
        print("\n".join(dumped(book)))
    return 0


def _test(args: argparse.Namespace, files: AlertFiles, book: RuleBook) -> int:
    inventory = files.inventory()
    host = _host(inventory, args.host)
    if host is None:
        print(_unknown(inventory, args.host), file=sys.stderr)
    now = SystemClock().now() if args.time is None else args.time
    subject = subject_of(
        StatusKey(args.host, args.test),
        host,
        color=BY_WORD[args.color],
        started=now - 60.0 * args.duration,
        color_since=now - 60.0 * args.duration,
        groups=tuple(filter(None, args.group.split(","))),
        kind=Kind.ALERT,
        now=now,
        local=lambda moment: datetime.fromtimestamp(moment, MachineZone()),
        calendar=inventory.calendar,
        alert_colors=files.defaults.colors,
    )
    explanation = explain(book, subject, now, cfid=args.cfid)
    if args.trace:
        args.trace.write_text("".join(f"{line}\n" for line in trace_lines(explanation, subject)))
    if args.json:
        print(_json([_delivery(one, explanation.reasons) for one in explanation.told]))
        if not explanation.told:
            print("\n".join([*map(_in_words, explanation.reasons), "nobody is told"]), file=sys.stderr)
    else:
        print("\n".join(_report(explanation, subject)))
    return 0 if explanation.told else 1


def _host(inventory: Inventory, name: str) -> Host | None:
    """By its own name, in any case: rules know no other names."""
    host = inventory.find(name)
    return host if host is not None and host.name.lower() == name.lower() else None


def _unknown(inventory: Inventory, name: str) -> str:
    host = inventory.find(name)
    other = f"; reports of that name are those of {host.name}, whose rules these are not" if host else ""
    return f"hexmon alerts: hosts.cfg has no host '{name}'{other}; it is taken as one of the top page"


def _json(values: object) -> str:
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode()


def _delivery(finding: Finding, reasons: Sequence[Reason]) -> dict[str, object]:
    recipient, way = finding.recipient, finding.way
    return {
        "line": recipient.line,
        "method": way.method,
        "recipient": way.address,
        "format": way.format,
        **pacing_values(recipient),
        "program": way.program,
        "channel": way.channel,
        "subject": finding.subject,
        "text": recipient.text,
        "rule": {"line": finding.rule.line, "text": finding.rule.text, "origin": str(finding.rule.origin)},
        "reasons": [msgspec.to_builtins(reason) for reason in reasons],
    }


def _in_words(reason: Reason) -> str:
    whose = f" {reason.recipient}" if reason.recipient else ""
    return f"line {reason.line}{whose}: {reason.reason} ({reason.text})"


def _report(explanation: Explanation, subject: Subject) -> Iterator[str]:
    yield from _about(subject)
    steps = [(_step(one), why(one) or _good_news(one)) for one in explanation.verdicts]
    width = min(max((len(step) for step, _ in steps), default=0), _WIDEST)
    yield from (f"{step:{width}}  {outcome}" for step, outcome in steps)
    yield ""
    if not explanation.told:
        yield "Nobody is told."
        return
    yield "Told:"
    rows = [
        (_whom(one), one.way.format, _how_often(one.recipient), f"line {one.recipient.line}")
        for one in explanation.told
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _about(subject: Subject) -> Iterator[str]:
    when = f"{subject.local:%a %Y-%m-%d %H:%M}"
    yield f"{subject.key.host} {subject.key.test}: {subject.color.word} for {subject.age / 60:g} minutes, {when}"
    pages = ", ".join(path or "/" for path in subject.pages)
    group = subject.display_group or "unknown"
    groups = ", ".join(subject.groups) or "none"
    yield f"pages {pages}; display group {group}; class {subject.host_class or 'none'}; groups {groups}"
    yield ""


def _step(verdict: Verdict) -> str:
    if verdict.recipient is None:
        return f"{verdict.line:5}  {verdict.text}"
    return f"{verdict.recipient.line:5}    {whom(verdict.recipient)}"


def _good_news(verdict: Verdict) -> str:
    if verdict.recipient is None:
        return "matches"
    what = "told of reminders and the end only" if verdict.recipient.later_only else "told"
    return f"{what}; the search ends" if verdict.note == "stop" else what


def _whom(finding: Finding) -> str:
    way = finding.way
    return " ".join(
        filter(None, (way.method, way.program, "" if way.method != "CHANNEL" else way.channel, way.address))
    )


def _how_often(recipient: Recipient) -> str:
    often = _pace(recipient)
    return f"reminders and the end only, {often}" if recipient.later_only else often


def _pace(recipient: Recipient) -> str:
    match recipient.pacing:
        case Constant(seconds):
            often = f"every {_span(seconds)}" if seconds else "every minute"
            return "once" if recipient.pacing == NO_REMINDERS else often
        case Bezier(plateau, 1):
            return f"every {_span(plateau)}"
        case Bezier(plateau, ramp):
            return f"more and more seldom, every {_span(plateau)} from the {ramp}. time on"


def _span(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds % 60 else f"{duration_text(seconds)} minutes"


def _color(text: str) -> str:
    if text.lower() not in BY_WORD:
        raise argparse.ArgumentTypeError(f"'{text}' is no colour: {', '.join(reversed(BY_WORD))}")
    return text.lower()


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of minutes")
    return int(text)


def _moment(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise argparse.ArgumentTypeError(f"'{text}' is not a moment: seconds since 1970, as `date +%s` prints them")
    return float(text)
