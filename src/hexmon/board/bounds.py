"""How much of each kind the board keeps: anybody may report, and memory must end all the same.

What goes beyond a bound is refused as xymond refuses: silently towards the sender. It is counted (`bounded`), and
logged once for each host and kind.
"""

import logging
from collections import Counter

from msgspec.structs import replace

from hexmon.model.status import ClientMessage, Report

LONGEST_HEAD = 4096  # of what stands before the colour: the keyword with its groups, and the square
LONGEST_NOTE = 32 * 1024  # what people write when they disable or acknowledge; xymond's MAXMSG_ENADIS
LONGEST_CLIENT = 16 * 1024 * 1024  # a proxy with 100,000 connections lists them all
LONGEST_COMMAND = 64 * 1024  # one to be run later
LONGEST_NAME = 255  # of a host, a collector, a source or a user
MOST_MODIFIERS = 100  # sources that override one square
MOST_ACK_INFOS = 100  # multi-level acknowledgements of one square
MOST_COLLECTORS = 100  # of one host
MOST_SCHEDULED = 10_000
MOST_TOLERATED = 100_000  # hosts that are in no file, where ghosts are allowed
MOST_TEST_NAMES = 200_000  # spellings remembered before those that are not in use are forgotten
_MOST_TOLD = 1000
_SHORTEST_TEXT = 1024  # room for the note, too

_CUT = b"\n[hexmon does not keep all of these %d bytes]\n"

log = logging.getLogger(__name__)


class Bounds:
    """Refuses, counts, and says so once."""

    def __init__(self, counters: Counter[str], longest_text: int, most_tests: int) -> None:
        self.longest_text = max(longest_text, _SHORTEST_TEXT)
        self.most_tests = most_tests
        self._counters = counters
        self._told: set[tuple[str, str]] = set()

    def refuse(self, what: str, host: str) -> int:
        """Too much of that: nothing is kept, and there is nothing to wait for."""
        self._counters["bounded"] += 1
        host = host[:64]
        if (what, host) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((what, host))
            log.warning("board: %r: too much is not kept: %s", host, what)
        return 0

    def report(self, report: Report) -> Report | None:
        """The report with a text of bearable length; None when even what stands before it is too long."""
        if len(report.head) > LONGEST_HEAD:
            self.refuse("the first line of a status", report.key.host)
            return None
        size = len(report.text)
        if size <= self.longest_text:
            return report
        self.refuse("the text of a status", report.key.host)
        note = _CUT % size
        text = report.text[: self.longest_text - len(note)] + note
        flags = None if report.flags is None else report.flags[:LONGEST_NAME]
        return replace(report, text=text, flags=flags)

    def client(self, message: ClientMessage, known: int) -> ClientMessage | None:
        """The message in bearable length; `known` collectors has its host beside this one. None: that is enough."""
        names = (message.collector, message.os_type, message.host_class)
        if known >= MOST_COLLECTORS or max(map(len, names)) > LONGEST_NAME:
            self.refuse("collectors", message.host)
            return None
        size = len(message.message)
        if size <= LONGEST_CLIENT:
            return message
        self.refuse("a client message", message.host)
        return replace(message, message=message.message[:LONGEST_CLIENT] + _CUT % size)
