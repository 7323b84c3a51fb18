"""Hosts with `pulldata` are asked for their messages, each on its own place of a grid."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterable

from hexmon.app.settings import PullOptions
from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.protocol import is_in_steps
from hexmon.ingest.pull import Pulled, PullError, as_received, fetch, parse_pulled, pull_request
from hexmon.ingest.words import name_of
from hexmon.inventory.hosts_cfg import UNKNOWN_ADDRESSES
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.schedule.agenda import phase_of

log = logging.getLogger(__name__)

PORT = 1984

_LOOK = 1.0  # seconds
_MOST_SKIPPED = 9  # turns after many failures in a row
_TELL_FROM = 3  # failures in a row that the own status speaks of
_BIG = 256 * 1024  # bytes handled before others get their turn
_MANY = 100  # messages, likewise
_LONGEST_CONFIG = 1024 * 1024
_MOST_NOTED = 1_000
_ABOUT = re.compile(rb"(?:status|data|client)[^ \t\n]{0,200}[ \t]+([^ \t\r\n]{1,300})").match


class _Machine:
    """A host that is asked. `due` is monotonic."""

    def __init__(self, host: Host, due: float) -> None:
        self.host = host
        self.due = due
        self.config = b""
        self.failures = 0
        self.trouble = ""
        self.busy = False


class Puller:
    """Asks every host whose turn has come. `counts`: pulls by how they ended, and messages."""

    def __init__(self, settings: PullOptions, clock: Clock, board: Board, dispatcher: Dispatcher) -> None:
        self.counts: Counter[str] = Counter(fetched=0, failed=0, messages=0)
        self._settings, self._clock, self._board, self._dispatcher = settings, clock, board, dispatcher
        self._zero = clock.monotonic() - clock.now()  # the grid survives a restart
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._machines: dict[str, _Machine] = {}
        self._inventory: object = None
        self._noted: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Ask until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                now = self._clock.monotonic()
                self._follow(now)
                for machine in self._machines.values():
                    if machine.due <= now and not machine.busy:
                        machine.busy = True
                        tasks.create_task(self._pull(machine))
                await self._clock.sleep_until(now + _LOOK)

    def troubles(self) -> Iterable[str]:
        """The hosts that do not answer, and why."""
        for machine in self._machines.values():
            if machine.failures >= _TELL_FROM:
                yield f"pull of {machine.host.name} failed: {machine.trouble}"

    def _follow(self, now: float) -> None:
        """The hosts as they are now; those that were there before keep their place."""
        inventory = self._board.inventory
        if inventory is self._inventory:
            return
        self._inventory = inventory
        before, self._machines = self._machines, {}
        for host in inventory.hosts.values():
            if host.policy.pulldata:
                machine = before.get(host.name) or _Machine(host, self._next(host, now))
                machine.host = host
                self._machines[host.name] = machine

    def _next(self, host: Host, now: float, skipped: int = 0) -> float:
        interval = self._settings.interval
        first = self._zero + phase_of(StatusKey(host.name, "pulldata"), interval)
        return first + (int((now - first) // interval) + 1 + skipped) * interval

    async def _pull(self, machine: _Machine) -> None:
        try:
            async with self._slots:
                trouble = await self._pull_once(machine)
        except PullError as error:
            trouble = str(error)
        except Exception:
            # What a machine sends must not end the monitor, nor the pulling of others.
            log.exception("pull of %s", machine.host.name)
            trouble = "its answer could not be handled"
        machine.failures = machine.failures + 1 if trouble else 0
        self.counts["failed" if trouble else "fetched"] += 1
        if trouble and trouble != machine.trouble:
            log.warning("pull of %s failed: %s", machine.host.name, trouble)
        machine.trouble = trouble
        skipped = min(2 ** min(machine.failures, 10) // 2 - 1, _MOST_SKIPPED) if trouble else 0
        machine.due = self._next(machine.host, self._clock.monotonic(), skipped)
        machine.busy = False

    async def _pull_once(self, machine: _Machine) -> str:
        """What is wrong with the answer; raises PullError without one."""
        host, settings = machine.host, self._settings
        known = host.ip not in UNKNOWN_ADDRESSES
        address = host.policy.pull_ip or (host.ip if known else host.name)
        request = pull_request(settings.id, machine.config)
        port = host.policy.pull_port or PORT
        fetched = await fetch(address, port, request, seconds=settings.timeout, most=settings.max_reply)
        if len(fetched.reply) > _BIG:  # of very many messages
            messages, mistake = await asyncio.to_thread(parse_pulled, fetched.reply)
        else:
            messages, mistake = parse_pulled(fetched.reply)
        await self._handle(machine, messages, fetched.sender)
        return mistake if fetched.whole else f"its answer is longer than {settings.max_reply} bytes"

    async def _handle(self, machine: _Machine, messages: list[Pulled], sender: str) -> None:
        size = count = 0
        for pulled in messages:
            message = as_received(pulled, sender)
            self._note_others(machine.host, message)
            self.counts["messages"] += 1
            size, count = size + len(message), count + 1
            if is_in_steps(message):
                for _ in self._dispatcher.handle_in_steps(message, sender):
                    await self._clock.sleep_until(self._clock.monotonic())
                continue
            answer = self._dispatcher.handle(message, sender)
            if message.startswith(b"client ") and isinstance(answer.reply, bytes):
                machine.config = answer.reply[:_LONGEST_CONFIG]
            if size > _BIG or count >= _MANY:
                size = count = 0
                await self._clock.sleep_until(self._clock.monotonic())

    def _note_others(self, host: Host, message: bytes) -> None:
        """A machine may report for others, as with xymonfetch; it is said once."""
        found = _ABOUT(message)
        name = name_of(found.group(1)).rpartition(".")[0].replace(",", ".") if found else ""
        if name and self._board.canonical(name) != host.name:
            pair = (host.name, name)
            if pair not in self._noted and len(self._noted) < _MOST_NOTED:
                self._noted.add(pair)
                log.info("pull of %s: it reports for %s", *pair)
