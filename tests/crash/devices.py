"""The keeper of monitor states, the alert engine and the outbox in a process that ends itself at a given step."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hexmon.alerts.engine import AlertEngine
from hexmon.alerts.notify.contract import SENT, Channel, NotifierType, NotifyTools, Sent
from hexmon.alerts.outbox import Outbox, Post
from hexmon.alerts.topology import NO_TOPOLOGY
from hexmon.alerts.world import World
from hexmon.app.site_keeper import Others, SiteKeeper
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.model.events import MonitorChecked, NoticeSent
from hexmon.model.incident import Delivery
from hexmon.model.names import StatusKey
from hexmon.schedule.zone import MachineZone
from hexmon.storage.engine import Storage, open_storage
from tests.crash.alerting import Nothing, Steps
from tests.support.alert_lab import rules_of
from tests.support.builders import a_host, an_inventory
from tests.support.devices import a_device, a_monitor, an_interface

RULES = "HOST=*\n CHANNEL=log NOTICE"
SWITCH = a_monitor()


@dataclass(frozen=True)
class Run:
    """At each turn one more of so many interfaces is down; turns whose poll was stored are over for good."""

    folder: Path
    turns: int
    last_step: int


def play(run: Run) -> None:
    """Take over what the last process left, poll the device from the turn on at which that ended, and end."""
    asyncio.run(_play(run))


async def _play(run: Run) -> None:
    clock, steps, bus = SystemClock(), Steps(run.last_step), LocalBus()
    storage = open_storage(f"sqlite:///{run.folder}/hexmon.db", asyncio.get_running_loop())
    inventory = an_inventory(a_host(SWITCH.key.host, monitor=SWITCH))
    board = Board(clock, storage.journal, bus, BoardSettings(), inventory)
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
    engine.use(rules_of(RULES), NO_TOPOLOGY)

    def tell(key: StatusKey, text: str) -> None:
        steps("found")
        engine.take([NoticeSent(clock.now(), "notify", str(key), "hexmon", text.encode())])
        steps("told")

    others = Others(status=board.status, tell=tell, outage=engine.outage, beats=dict, zone=MachineZone())
    keeper = SiteKeeper(clock, bus, storage.journal, others)
    keeper.restore(await storage.monitors.load(), inventory)
    left = await storage.alerts.claim("crash", clock.now(), 600.0)
    steps("claimed")
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(outbox.run())
        engine.restore(left.incidents, max((one.number for one in left.deliveries), default=0))
        outbox.offer(left.deliveries)
        await _poll(run, keeper, storage, steps)
        while outbox.waiting():
            await clock.sleep_until(clock.monotonic() + 0.01)
        sending.cancel()
    await storage.close()


async def _poll(run: Run, keeper: SiteKeeper, storage: Storage, steps: Steps) -> None:
    for turn in range(_over(run.folder), run.turns + 1):
        device = a_device(*(an_interface(n, None, "down" if n <= turn else "up") for n in range(1, run.turns + 1)))
        keeper.take([MonitorChecked(SystemClock().now(), SWITCH.key, True, 0.1, device=device)])
        steps("polled")
        await storage.journal.durable(storage.journal.append([]))
        steps("stored")
        with (run.folder / "over").open("a") as file:
            file.write(".")
        steps("over")


def _over(folder: Path) -> int:
    path = folder / "over"
    return len(path.read_text()) if path.exists() else 0


def said(folder: Path) -> Sequence[str]:
    """What was sent, in order."""
    return (folder / "told").read_text().splitlines() if (folder / "told").exists() else []


def _outbox(folder: Path, clock: SystemClock, journal: Any, steps: Steps) -> Outbox:
    log = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:  # noqa: ARG001
        os.write(log, delivery.message.text + b"\n")
        steps("written")
        return SENT

    kind = NotifierType(name="log", options=Nothing, send=send)
    tools = NotifyTools(clock=clock, curl=cast("Any", None), programs=cast("Any", None))
    channels = {"log": Channel(name="log", type="log", options=Nothing())}
    post = Post(channels=channels, notifiers={"log": kind}, tools=tools, owner="crash", hook=steps)
    return Outbox(clock, journal, post)
