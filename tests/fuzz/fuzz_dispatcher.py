"""Mutated messages into a whole board: python -m tests.fuzz.fuzz_dispatcher --count 1000000 [--seed 7].

Nothing may raise, squares that no message names must stay as they are, and memory must not grow without end.
"""

import argparse
import json
import logging
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hexmon.board.settings import BoardSettings
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.selection import NOTHING_SELECTED
from hexmon.model.status import Status
from tests.fuzz.fuzz_messages import SEEDS, mutated
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

HOSTS = """\
127.0.0.1 www.foo.com # noconn CLIENT:alias.foo.com
127.0.0.2 a # noconn NOFLAP
127.0.0.3 b # noconn DOWNTIME=*:0000:0030
127.0.0.9 untouched.example.org # noconn
127.0.0.8 quiet.example.org # noconn
"""
MORE_SEEDS: tuple[bytes, ...] = (
    b"status b.http red x",
    b"modify www,foo,com.http yellow SRC one more",
    b"ackinfo www,foo,com.*\n2\n-1\nann\nall of it\n",
    b"disable www,foo,com.http 2h work",
    b"rename a c",
    b"drop a b",
    b"schedule",
    b"ghostlist",
    b"multisrclist",
    b"xymondxboard",
    b"xymondxlog www.foo.com.disk",
    b"xymondboard tag=conn net=x page=^a msg=.*(a|b)+c",
    b"hostinfo host=www fields=hostname,ip,XMH_RAW,XMH_ALLPAGEPATHS",
    b"clientlog a",
    (
        b"client a.linux\n[cpu]\n 08:00:00 up 1 day,  1:02,  1 user,  load average: 0.10, 0.20, 0.30\n"
        b"[free]\n              total        used        free      shared  buff/cache   available\n"
        b"Mem:      24105         507       22786           8        1115       23598\nSwap:              0\n"
        b"[df]\nFilesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 99 1 99% /\n"
        b"[inode]\nFilesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 100 99 1 99% /\n"
        b"[uptime]\n 08:00:00 up 12 min,  1 user,  load averages: 0,10 0,20 0,30\n[ps]\n  PID COMMAND\n1 init\n"
    ),
    b"status+99999999w b.http yellow x",
)


class Board:
    """A board that is fuzzed, on a clock that moves with each message."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.clock = FakeClock()
        self.monitor = Monitor(folder, HOSTS, self.clock, settings=BoardSettings())
        for line in (b"untouched,example,org.disk green fine", b"untouched,example,org.cpu red hot"):
            self.say(b"status+9d " + line)
        self.say(b"disable untouched,example,org.disk -1 quiet")
        self.dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._slow: list[Iterator[bytes]] = []

    def say(self, message: bytes) -> None:
        """One message, and its answer read at once, later, or never."""
        reply = self.monitor.dispatcher.handle(message, "127.0.0.1").reply
        if not isinstance(reply, bytes):
            if self.dice.random() < 0.5:
                b"".join(reply)
            else:
                next(reply, None)
                self._slow.append(reply)
                if len(self._slow) > 20:
                    b"".join(self._slow.pop(0))

    def turn(self) -> None:
        """What the monitor does every second."""
        self.clock.wall += 1.0
        self.clock.mono += 1.0
        self.monitor.journal.records.clear()
        self.monitor.board.tick()
        self.monitor.dispatcher.run_due()
        self.monitor.board.checkpoint(1000)
        self._judge()

    def _judge(self) -> None:
        """Agents' messages become squares."""
        board = self.monitor.board
        for name in board.hosts():
            host = board.inventory.find(name)
            for message in board.clients(name):
                if host is not None and not message.collector:
                    judged = judge_client(message, host, NOTHING_SELECTED, self.monitor.clock.now())
                    for report in judged.reports:
                        board.report(report)

    def untouched(self) -> list[Status]:
        """The squares that no message named."""
        return [*self.monitor.board.squares("untouched.example.org"), *self.monitor.board.squares("quiet.example.org")]

    def sizes(self) -> dict[str, int]:
        """How much is kept, by kind."""
        board = self.monitor.board
        statuses = list(board.statuses())
        return {
            "squares": len(statuses),
            "bytes of text": sum(len(one.text) for one in statuses),
            "modifiers": max(len(one.modifiers) for one in statuses),
            "ack infos": max(len(one.ack_infos) for one in statuses),
            "clients": sum(len(board.clients(host)) for host in board.hosts()),
            "scheduled": len(board.scheduled()),
            "ghosts": len(board.ghosts),
        }


def fuzz(folder: Path, count: int, seed: int, report_every: int = 0) -> Board:
    """Send that many; AssertionError names what broke."""
    board = Board(folder, seed)
    before = board.untouched()
    assert len(before) == 2
    for number, message in enumerate(mutated(count, seed, SEEDS + MORE_SEEDS)):
        board.say(message)
        if number % 100 == 0:
            board.turn()
        if report_every and number % report_every == 0:
            print(number, resident_mib(), json.dumps(board.sizes()), flush=True)  # noqa: T201
    assert board.monitor.dispatcher.counts["Failed"] == 0
    after = board.untouched()
    assert [(one.key, one.color, one.text, one.disabled) for one in after] == [
        (one.key, one.color, one.text, one.disabled) for one in before
    ]
    return board


def resident_mib() -> int:
    """What this process occupies."""
    return int(Path("/proc/self/statm").read_text().split()[1]) // 256


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        board = fuzz(Path(folder), chosen.count, chosen.seed, max(1, chosen.count // 10))
    print(f"{chosen.count} messages, no exception, {dict(board.monitor.dispatcher.counts)}")  # noqa: T201


if __name__ == "__main__":
    main()
