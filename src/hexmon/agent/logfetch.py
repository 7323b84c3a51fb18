"""The sections that client-local.cfg asks for: [msgs:...], [logfile:...], [file:...], [dir:...], [linecount:...]."""

import glob
import logging
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from threading import Timer
from time import monotonic
from typing import TypeVar

import msgspec

from hexmon.agent.cutting import Cut, Patterns, cut
from hexmon.agent.expressions import Budget, Caseless, with_case
from hexmon.agent.files import OutOfTime, file_facts, folder_sizes, line_counts
from hexmon.agent.logs import Remembered, read_log
from hexmon.agent.patience import NoAnswer, Patience
from hexmon.agent.wanted import Kind, Wanted
from hexmon.model.patterns import PatternError

log = logging.getLogger(__name__)

T = TypeVar("T")
_MOST_NAMES = 2000  # of one glob or command
_MOST_ITEMS = 10_000  # of a report; the server judges no more
_MOST_BYTES = 16 * 1024 * 1024  # of a report; the server keeps no more
_MOST_PRINTED = 1 << 20  # bytes of a command that prints names
_Named = Sequence[tuple[str, str]]  # a name and its pattern
_UNWANTED = frozenset("]\n\r\0")


class Limits(msgspec.Struct, frozen=True):
    """What a server may ask for. Commands come from the server: they run only where the administrator allows it."""

    commands: bool = False
    seconds: float = 30.0  # for each log, file, folder and command


class Fetched(msgspec.Struct, frozen=True):
    """The sections, what to remember for the next time, and what could not be done."""

    sections: bytes
    remembered: Mapping[str, Remembered]
    problems: tuple[str, ...]


class LogFetch:
    """Answers what is wanted. Blocking: call it in a thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._patience = Patience(limits.seconds + 5.0)  # what knows its own limit tells it better

    def fetch(self, wanted: Sequence[Wanted], remembered: Mapping[str, Remembered], now: float) -> Fetched:
        """`now`: epoch seconds. The last that is wanted comes first, as from the Xymon client."""
        return _Round(self._limits, self._patience, remembered, now).run(wanted)


class _Round:
    def __init__(self, limits: Limits, patience: Patience, remembered: Mapping[str, Remembered], now: float) -> None:
        self._limits = limits
        self._patience = patience
        self._before = remembered
        self._now = now
        self._remembered: dict[str, Remembered] = {}
        self._problems: list[str] = []
        self._begun = 0.0
        self._budget = Budget()

    def run(self, wanted: Sequence[Wanted]) -> Fetched:
        known = self._known(wanted)
        sections: list[bytes] = []
        size = 0
        for (kind, name), one in reversed(known.items()):
            if size > _MOST_BYTES:
                self._problems.append(f"more is wanted than {_MOST_BYTES} bytes: {kind}:{name} and others are left out")
                self._remember(known)
                break
            for section in self._sections(kind, name, one, has_file=("file", name) in known):
                sections.append(section)
                size += len(section)
        return Fetched(b"".join(sections), self._remembered, tuple(self._problems))

    def _known(self, wanted: Sequence[Wanted]) -> dict[tuple[Kind, str], Wanted]:
        known: dict[tuple[Kind, str], Wanted] = {}
        for one in wanted:
            for name in self._names(one):
                if len(known) >= _MOST_ITEMS:
                    self._problems.append(f"more is wanted than {_MOST_ITEMS} files: {name} and others are left out")
                    return known
                if _UNWANTED.isdisjoint(name):
                    known.setdefault((one.kind, name), one)
                else:
                    self._problems.append(f"{name!r} cannot be the name of a section")
        return known

    def _remember(self, known: Mapping[tuple[Kind, str], Wanted]) -> None:
        """Of logs that were not looked at, what was known before."""
        for kind, name in known:
            if kind == "log" and name in self._before:
                self._remembered.setdefault(name, self._before[name])

    # Names

    def _names(self, one: Wanted) -> Sequence[str]:
        try:
            if one.how == "glob":
                return self._ask(f"glob {one.name}", partial(_matching, one.name))
            if one.how == "command":
                return self._printed(one.name)
        except (OSError, NoAnswer) as error:
            self._problems.append(f"{one.name}: {error}")
            return ()
        return (one.name,)

    def _printed(self, command: str) -> Sequence[str]:
        if not self._limits.commands:
            self._problems.append(f"commands are not allowed here: `{command}` was not run")
            return ()
        return self._ask(f"command {command}", partial(_run, command, self._limits.seconds))

    def _ask(self, name: str, call: Callable[[], T]) -> T:
        self._begun = monotonic()
        return self._patience.ask(name, call)

    # Sections

    def _sections(self, kind: Kind, name: str, one: Wanted, *, has_file: bool) -> Iterator[bytes]:
        if kind != "log":
            yield self._section(kind, name, self._makers(name, one)[kind])
            return
        text, counts = self._log(name, one)
        yield _encoded(f"[msgs:{name}]\n") + text + b"\n"
        if counts:
            yield _encoded(f"[deltacount:{name}]\n" + "".join(f"{word}: {count}\n" for word, count in counts))
        if not has_file:
            yield self._section("logfile", name, lambda: file_facts(name, "", self._now, self._in_time))

    def _makers(self, name: str, one: Wanted) -> Mapping[Kind, Callable[[], str]]:
        return {
            "file": lambda: file_facts(name, one.hash, self._now, self._in_time),
            "dir": lambda: folder_sizes(name, self._in_time),
            "linecount": lambda: self._count(name, one),
        }

    def _count(self, name: str, one: Wanted) -> str:
        patterns = [(word, found.search) for word, found in self._compiled(one.counts, with_case)]
        return line_counts(name, patterns, self._in_time)

    def _section(self, word: str, name: str, make: Callable[[], str]) -> bytes:
        title = f"{word}:{name}"
        try:
            text = self._ask(title, make)
        except (NoAnswer, OutOfTime) as error:
            text = f"ERROR: {error}\n"
        return _encoded(f"[{title}]\n{text}")

    def _log(self, name: str, one: Wanted) -> tuple[bytes, Sequence[tuple[str, int]]]:
        before = self._before.get(name, Remembered())
        self._remembered[name] = before
        try:
            window = self._ask(f"log:{name}", partial(read_log, name, before))
        except IsADirectoryError as error:
            return _encoded(f"Error while reading logfile {name} : {error.strerror}\n"), ()
        except OSError as error:
            return _encoded(f"Cannot open logfile {name} : {error.strerror}\n"), self._no_counts(one)
        except NoAnswer as error:
            return _encoded(f"Cannot open logfile {name} : {error}\n"), ()
        self._remembered[name] = window.remembered
        found: Cut = cut(window.data, window.new, self._patterns(one), one.most)
        return found.text, found.counts

    def _no_counts(self, one: Wanted) -> Sequence[tuple[str, int]]:
        return tuple((word, 0) for word, _ in one.counts)

    def _patterns(self, one: Wanted) -> Patterns:
        return Patterns(
            ignore=tuple(found for _, found in self._compiled([("", text) for text in one.ignore], Caseless)),
            trigger=tuple(found for _, found in self._compiled([("", text) for text in one.trigger], Caseless)),
            counts=tuple(self._compiled(one.counts, Caseless)),
        )

    def _compiled(self, patterns: _Named, make: Callable[[str, Budget], T]) -> Iterator[tuple[str, T]]:
        for word, text in patterns:
            try:
                yield word, make(text, self._budget)
            except PatternError as error:
                self._problems.append(str(error))

    def _in_time(self) -> None:
        if monotonic() - self._begun > self._limits.seconds:
            raise OutOfTime(f"not done within {self._limits.seconds:g} seconds")


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _matching(pattern: str) -> Sequence[str]:
    """The names that fit; the pattern itself when none does, so that it is seen. Folders end in a slash."""
    found = []
    for name in glob.iglob(pattern):  # noqa: PTH207 - Path.glob takes no absolute patterns
        found.append(name + "/" if os.path.isdir(name) and not name.endswith("/") else name)  # noqa: PTH112
        if len(found) >= _MOST_NAMES:
            break
    return sorted(found) or (pattern,)


def _run(command: str, seconds: float) -> Sequence[str]:
    """The lines that a command prints; it and what it started are ended when it takes too long."""
    process = subprocess.Popen(  # noqa: S602 - the administrator allows the server's commands
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = partial(_end, process)
    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        printed = process.stdout.read(_MOST_PRINTED)
    finally:
        timer.cancel()
        end()
        process.communicate()
    return printed.decode(errors="surrogateescape").splitlines()[:_MOST_NAMES]


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
