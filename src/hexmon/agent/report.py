"""The agent's loop: collect, send, and begin again on a grid."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import blake2b
from math import ceil
from pathlib import Path

import msgspec

from hexmon.agent.collect import Collector
from hexmon.agent.courier import Courier, Send
from hexmon.agent.logfetch import Limits, LogFetch
from hexmon.agent.scripts import Scripts, local_sections, scripts_in
from hexmon.agent.state import State
from hexmon.agent.wanted import read_wanted
from hexmon.clock import Clock

log = logging.getLogger(__name__)

SPREAD = 60.0  # seconds over which the first reports of many agents are spread
_FIRST_PAUSE = 10.0  # seconds until what waits is tried again
_LONGEST_PAUSE = 120.0
_MOST_PROBLEMS = 50  # lines of a report


class What(msgspec.Struct, frozen=True, kw_only=True):
    """What is reported, and as whom. `scripts` is the folder of the administrator's scripts, with `local` in it."""

    host: str
    host_class: str = ""
    sections: tuple[str, ...] | None = None
    scripts: Path | None = None
    remote: bool = False  # whether file systems of other machines are measured
    limits: Limits = Limits()


class Reporter:
    """Makes reports and brings them to every server. Without a `state` it forgets all and obeys nobody."""

    def __init__(
        self,
        what: What,
        couriers: Sequence[Courier],
        clock: Clock,
        state: State | None = None,
        scripts: Scripts | None = None,
    ) -> None:
        self._what = what
        self._couriers = couriers
        self._clock = clock
        self._state = state
        self._scripts = scripts
        self._fetch = LogFetch(what.limits)
        self._collector = Collector(
            what.host,
            what.host_class,
            what.sections,
            remote=what.remote,
            counted=state.counted() if state else None,
        )
        self._told_dropped = 0
        self._problems: deque[str] = (
            deque()
        )  # that no report has told; scripts add theirs while one is made in a thread

    async def report(self) -> bool:
        """Report now; whether every server took it. What one did not take waits on disk."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run_ext(), name="ext scripts")
            message = await self.message()
            sending = [tasks.create_task(courier.deliver(message), name=courier.name) for courier in self._couriers]
            replies = [await one for one in sending]
        if self._state:
            await asyncio.to_thread(self._obey, replies, self._state)
        return None not in replies

    @property
    def troubles(self) -> list[str]:
        """Why which server did not take the last report."""
        return [courier.trouble for courier in self._couriers if courier.trouble]

    async def message(self, *, keep: bool = True) -> bytes:
        """What is to be reported now; unless `keep`, the next report will not know of it."""
        local = await self._run_local()
        return await asyncio.to_thread(self._message, self._clock.now(), local, keep)

    async def run(self, interval: float, spread: float = 0.0) -> None:
        """Report each `interval` seconds, without drift; the first time within `spread` seconds.

        When on the grid depends on the host's name, so that many agents that started together do not report together.
        What a server did not take is tried again in between.
        """
        share = share_of(self._what.host) if spread else 0.0
        begun = self._clock.monotonic()
        moment = begun + min(spread, interval) * share
        while True:
            await self._clock.sleep_until(moment)
            try:
                await self.report()
            except Exception:
                # One bad report must not end the agent, nor the monitor that it may be a part of.
                log.exception("this report failed; the next one will be tried")
            moment = _following(begun + share * interval, interval, max(self._clock.monotonic(), moment + interval / 2))
            await self._catch_up(moment)

    async def _catch_up(self, until: float) -> None:
        pause = _FIRST_PAUSE * (0.5 + share_of(self._what.host))
        while any(courier.waiting for courier in self._couriers):
            moment = self._clock.monotonic() + pause
            if moment >= until:
                return
            await self._clock.sleep_until(moment)
            async with asyncio.TaskGroup() as tasks:
                for courier in self._couriers:
                    tasks.create_task(courier.catch_up(), name=courier.name)
            pause = min(2 * pause, _LONGEST_PAUSE)

    # Scripts

    async def _run_ext(self) -> None:
        await self._run_scripts(self._what.scripts, heard=False)

    async def _run_local(self) -> bytes:
        folder = self._what.scripts / "local" if self._what.scripts else None
        return await self._run_scripts(folder, heard=True)

    async def _run_scripts(self, folder: Path | None, *, heard: bool) -> bytes:
        if self._scripts is None or folder is None:
            return b""
        paths, problems = await asyncio.to_thread(partial(scripts_in, folder, optional=heard))
        outcomes = await self._scripts.run(paths, heard=heard)
        self._complain([*problems, *(one.trouble for one in outcomes if one.trouble)])
        return local_sections(outcomes) if heard else b""

    # Blocking

    def _message(self, now: float, local: bytes, keep: bool) -> bytes:
        fetched = self._fetched(now, keep)
        self._tell_dropped()
        message = self._collector.message(now, lambda: fetched, local + self._own_section())
        if self._state and keep:
            _keep(partial(self._state.keep_counted, self._collector.counted))
        return message

    def _fetched(self, now: float, keep: bool) -> bytes:
        if self._state is None:
            return b""
        found = self._fetch.fetch(read_wanted(self._state.wishes), self._state.logs(), now)
        self._complain(found.problems)
        if keep:
            _keep(partial(self._state.keep_logs, found.remembered))
        return found.sections

    def _tell_dropped(self) -> None:
        dropped = sum(courier.dropped for courier in self._couriers)
        if dropped > self._told_dropped:
            self._complain([f"{dropped - self._told_dropped} reports that waited for a server were given up"])
        self._told_dropped = dropped

    def _own_section(self) -> bytes:
        """What the administrator should know about this agent."""
        problems = []
        while self._problems:
            problems.append(self._problems.popleft())
        if not problems:
            return b""
        lines = [" ".join(problem.split()) for problem in dict.fromkeys(problems)][:_MOST_PROBLEMS]
        return ("[agent]\n" + "\n".join(lines) + "\n").encode(errors="surrogateescape")

    def _complain(self, problems: Iterable[str]) -> None:
        for problem in problems:
            log.warning("%s", problem)
            self._problems.append(problem)

    def _obey(self, replies: Sequence[bytes | None], state: State) -> None:
        """The first server that says anything decides what is collected."""
        for courier, reply in zip(self._couriers, replies, strict=True):
            if reply and reply.strip():
                refused = ""
                try:
                    refused = state.keep_wishes(reply)
                except OSError as error:
                    refused = f"the reply cannot be kept: {error.strerror}"
                if not refused:
                    return
                self._complain([f"{courier.name}: {refused}"])


def share_of(host: str) -> float:
    """From 0 to below 1, the same for a host each time."""
    return int.from_bytes(blake2b(host.encode(errors="surrogateescape"), digest_size=6).digest()) / 2**48


def _following(base: float, interval: float, after: float) -> float:
    """The first moment of the grid through `base` that is not before `after`."""
    return base + ceil((after - base) / interval) * interval


def _keep(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        log.warning("the agent's state cannot be written: %s", error)


async def report_forever(
    send: Send, host: str, clock: Clock, interval: float = 300.0, state: State | None = None
) -> None:
    """The agent within the monitor: to itself, whose failures need no spool."""
    await Reporter(What(host=host), [Courier("this monitor", send, None, clock)], clock, state).run(interval)
