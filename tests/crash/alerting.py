"""Board, alert engine, outbox and storage in a process of their own, which ends itself at a given step."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hexmon.alerts.engine import FOLLOWED, AlertEngine
from hexmon.alerts.notify.contract import SENT, Channel, NotifierType, NotifyTools, Sent
from hexmon.alerts.outbox import Outbox, Post
from hexmon.alerts.topology import NO_TOPOLOGY
from hexmon.alerts.world import World
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.model.color import BY_WORD
from hexmon.model.incident import Delivery
from hexmon.storage.engine import open_storage
from tests.support.alert_lab import rules_of
from tests.support.builders import a_report, an_inventory

RULES = "HOST=*\n CHANNEL=log RECOVERED REPEAT=1h"
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Nothing:
    """The log has no settings."""


@dataclass(frozen=True)
class Run:
    """`events` are (square, colour); those in the file `answered` need not be sent any more. `last_step` 0: none."""

    folder: Path
    events: Sequence[tuple[str, str]]
    last_step: int


class Steps:
    """Counts the steps and ends the process at the one that was named, without a word."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._taken = 0

    def __call__(self, _name: str) -> None:
        self._taken += 1
        if self._taken == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def play(run: Run) -> None:
    """Take over what the last process left, send the events that were not answered, tell everything, and end."""
    asyncio.run(_play(run))


async def _play(run: Run) -> None:
    clock, steps, bus = SystemClock(), Steps(run.last_step), LocalBus()
    storage = open_storage(f"sqlite:///{run.folder}/hexmon.db", asyncio.get_running_loop())
    inventory = an_inventory(*dict.fromkeys(square.rpartition(".")[0] for square, _ in run.events))
    board = Board(clock, storage.journal, bus, BoardSettings(flap_count=0), inventory)
    subscription = bus.follow("alerts", FOLLOWED)
    outbox = _outbox(run.folder, clock, storage.journal, steps)
    world = World(
        status=board.status,
        statuses=board.statuses,
        inventory=lambda: board.inventory,
        probe_now=lambda _key: None,
        offer=outbox.offer,
        drop=outbox.drop,
        owner="crash",
        hook=steps,
    )
    engine = AlertEngine(clock, storage.journal, world)
    board.restore(await storage.board.load())
    engine.use(rules_of(RULES), NO_TOPOLOGY)
    left = await storage.alerts.claim("crash", clock.now(), 600.0)
    steps("claimed")
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(outbox.run())
        engine.restore(left.incidents, max((one.number for one in left.deliveries), default=0))
        outbox.offer(left.deliveries)
        steps("restored")
        following = group.create_task(engine.run(subscription))
        for square, color in run.events[_answered(run.folder) :]:
            host, _, test = square.rpartition(".")
            ticket = board.report(a_report(BY_WORD[color], host, test))
            steps("reported")
            await storage.journal.durable(ticket)
            _answer(run.folder)
            steps("answered")
        await _until_told(clock, outbox, subscription.depth)
        for task in (following, sending):
            task.cancel()
    await storage.close()


async def _until_told(clock: SystemClock, outbox: Outbox, depth: Any) -> None:
    quiet = 0
    while quiet < 5:
        await clock.sleep_until(clock.monotonic() + 0.01)
        quiet = 0 if outbox.waiting() or depth() else quiet + 1


def _outbox(folder: Path, clock: SystemClock, journal: Any, steps: Steps) -> Outbox:
    log = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:  # noqa: ARG001
        message = delivery.message
        os.write(log, f"{delivery.number} {message.kind} {message.key} {message.color.word}\n".encode())
        steps("written")
        return SENT

    kind = NotifierType(name="log", options=Nothing, send=send)
    tools = NotifyTools(clock=clock, curl=cast("Any", None), programs=cast("Any", None))
    channels = {"log": Channel(name="log", type="log", options=Nothing())}
    post = Post(channels=channels, notifiers={"log": kind}, tools=tools, owner="crash", hook=steps)
    return Outbox(clock, journal, post)


def _answered(folder: Path) -> int:
    path = folder / "answered"
    return len(path.read_text()) if path.exists() else 0


def _answer(folder: Path) -> None:
    """The sender has its answer: from now on nobody says it again."""
    with (folder / "answered").open("a") as file:
        file.write(".")
