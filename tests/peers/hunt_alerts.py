"""Looks for files that hexmon reads otherwise than xymond_alert: python -m tests.peers.hunt_alerts --count 500.

Prints each difference with its seed; `--seed N` shows the files of one.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hexmon.alerts.dump import filter_words, recipient_words
from hexmon.alerts.filters import WISHES
from hexmon.alerts.matching import Verdict, subject_of, walk
from hexmon.alerts.recipients import way_to
from hexmon.alerts.rules import Constant, Criteria, Format, Method, Recipient, Rule, RuleBook
from hexmon.alerts.source import AlertsSource
from hexmon.inventory.source import HostsSource
from hexmon.model.color import ALERT_COLORS, BY_WORD
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from tests.peers.odd_alerts import odd_alerts, odd_event, odd_hosts
from tests.support.xymond_alert_test import TEXT_BYTES, Event, RealAlerts, Step, Told

_WITH_SUBJECT = (Format.TEXT, Format.PLAIN)


def our_steps(book: RuleBook, inventory: Inventory, event: Event) -> list[Step | Told]:
    """What hexmon makes of an event, as the real program tells it."""
    host = inventory.hosts.get(event.host) or inventory.hosts.get(_canonical(inventory, event.host))
    subject = subject_of(
        StatusKey(event.host, event.test),
        host,
        color=BY_WORD[event.color],
        started=event.now - 60.0 * event.minutes,
        color_since=event.now,
        groups=tuple(filter(None, event.groups.split(","))),
        now=event.now,
        local=lambda now: datetime.fromtimestamp(now, ZoneInfo(event.zone)),
        calendar=inventory.calendar,
        alert_colors=ALERT_COLORS,
    )
    subject = replace(subject, host_class="")  # their --test knows none
    verdicts: list[Verdict] = []
    traced = walk(book, subject, verdicts.append)
    assert walk(book, subject) == traced
    return [step for verdict in verdicts for step in _steps(verdict, event)]


def _canonical(inventory: Inventory, name: str) -> str:
    """The host of that name in any case; other names of hosts are not known to xymond_alert."""
    return next((known for known in inventory.hosts if known.lower() == name.lower()), "")


def _steps(verdict: Verdict, event: Event) -> Iterator[Step | Told]:
    text = verdict.text.encode(errors="surrogateescape")[:TEXT_BYTES].decode(errors="surrogateescape")
    yield Step(verdict.line, verdict.failure.reason if verdict.failure else "", text)
    if verdict.recipient is not None and verdict.failure is None:
        yield _told(verdict.recipient, verdict.note, event)


def _told(recipient: Recipient, note: str, event: Event) -> Told:
    if note == "IGNORE":
        return Told("IGNORE", "")
    if note in ("NOALERT", "not unmatched"):
        return Told("", recipient.address if recipient.method is not Method.IGNORE else "(null)", why=note)
    if recipient.method is Method.SCRIPT:
        return Told("SCRIPT", recipient.address, recipient.program)
    if recipient.method is Method.CHANNEL:
        return Told("CHANNEL", recipient.channel)
    way = way_to(recipient, StatusKey(event.host, event.test), BY_WORD[event.color], event.now)
    with_subject = recipient.format in _WITH_SUBJECT
    return Told("MAIL", way.address, subject=with_subject, line=recipient.line if with_subject else 0)


def our_dump(book: RuleBook) -> list[str]:
    """The rules as `--dump-config` writes them."""
    return [line.rstrip() for rule in book.rules for line in _dumped(rule)]


def _dumped(rule: Rule) -> Iterator[str]:
    filters = (word for word in filter_words(rule.criteria) if word not in WISHES)  # those of rules are not shown
    yield f"{rule.line:5}\t{' '.join(_theirs(filters, rule.criteria))}"
    for one in rule.recipients:
        words = " ".join(_theirs(recipient_words(one), one.criteria))
        assert isinstance(one.pacing, Constant)
        repeat = f" REPEAT={int(one.pacing.seconds / 60)}"
        yield f"\t{words}" if one.method is not Method.IGNORE else f"\t{words.replace('IGNORE', f'IGNORE{repeat}', 1)}"


def _theirs(words: Iterable[str], criteria: Criteria) -> Iterator[str]:
    """They do not say whether a limit of age is met by itself."""
    for word in words:
        if word.startswith("DURATION"):
            limit = criteria.longer if word.startswith("DURATION>") else criteria.shorter
            yield f"{word[:9]}{int((limit or 0) / 60)}"
        else:
            yield word


def _without_ignored_format(line: str) -> str:
    """IGNORE has a FORMAT when another recipient of its line has one; it means nothing."""
    words = line.split(" ")
    return " ".join(word for word in words if not (words[0] == "\tIGNORE" and word.startswith("FORMAT=")))


class Comparison:
    """One folder in which files are read by both."""

    def __init__(self, folder: Path) -> None:
        self.real = RealAlerts(folder)

    def write(self, files: Mapping[str, bytes]) -> None:
        shutil.rmtree(self.real.etc)
        for name, text in files.items():
            path = self.real.etc / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)

    def read(self) -> tuple[RuleBook, Inventory]:
        etc = self.real.etc
        hosts = HostsSource(etc / "hosts.cfg", holidays=etc / "holidays.cfg").load(lenient=True)
        return AlertsSource(etc / "alerts.cfg").load(lenient=True), hosts

    def differences(self, files: Mapping[str, bytes], events: list[Event], *, dump: bool = True) -> Iterator[str]:
        self.write(files)
        book, inventory = self.read()
        if dump:
            theirs = list(map(_without_ignored_format, self.real.dump()))
            # The dump shows a list that follows a pattern, which is what holds.
            held = any("does not take the place" in problem.message for problem in book.problems)
            if not held and theirs != our_dump(book):
                yield f"dump: {_first_difference(our_dump(book), theirs)}"
        for event in events:
            ours, real = our_steps(book, inventory, event), self.real.test(event)
            if ours != real:
                real = self.real.test(event)  # its clock goes on: an age may have been a second more
            if ours != real:
                yield f"{event}: {_first_difference(ours, real)}"


def _first_difference(ours: Sequence[object], theirs: Sequence[object]) -> str:
    for place in range(max(len(ours), len(theirs))):
        pair = ours[place : place + 1], theirs[place : place + 1]
        if pair[0] != pair[1]:
            return f"at {place}: ours {pair[0]}, theirs {pair[1]}"
    return "none"


def files_of(seed: int) -> dict[str, bytes]:
    return {**odd_hosts(seed), **odd_alerts(seed)}


def events_of(seed: int, count: int) -> list[Event]:
    return [odd_event(seed * 1000 + number) for number in range(count)]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--events", type=int, default=3)
    parser.add_argument("--most", type=int, default=10, help="end after so many differences")
    args = parser.parse_args()
    seeds = range(args.start, args.start + args.count) if args.seed is None else [args.seed]
    found, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(Path(folder))
        for seed in seeds:
            files = files_of(seed)
            if args.seed is not None:
                for name, text in files.items():
                    _say(f"=== {name}\n{text.decode(errors='replace')}")
            for difference in comparison.differences(files, events_of(seed, args.events)):
                _say(f"seed {seed}: {difference}")
                found += 1
            if found >= args.most:
                break
    _say(f"{found} differences, {time.monotonic() - began:.0f} s")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
