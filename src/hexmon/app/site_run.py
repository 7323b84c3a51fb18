"""Runs of sites: from the lock to the last file written. Several run beside one another, each at its own pace."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hexmon.alerts.notify.contract import NotifyTools
from hexmon.app.alerting import full_name
from hexmon.app.site_channels import SiteChannels
from hexmon.app.site_checking import Observe
from hexmon.app.site_console import Console
from hexmon.app.site_messages import message_for_testing
from hexmon.app.site_mrtg import MrtgFiles
from hexmon.app.site_pass import Doing, SitePass
from hexmon.app.site_rrds import SiteRrds
from hexmon.app.site_state_writer import StateWriter, without_strangers
from hexmon.app.site_telling import NameOfMachine, Teller
from hexmon.app.state_files import Busy, StateFiles, only_one, read_memories
from hexmon.clock import Clock
from hexmon.judge.view import JudgeSettings
from hexmon.model.inventory import Host
from hexmon.model.observation import Check, Observation
from hexmon.model.origin import ConfigError
from hexmon.model.site import Site
from hexmon.model.site_state import MonitorState
from hexmon.probes.curl_engine import CurlEngine
from hexmon.probes.programs import Programs
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from hexmon.schedule.zone import MachineZone

_CONNECTIONS = 64  # that stay open between messages
_ZONE = MachineZone()

Write = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One site and its files. `rrds`: keep figures for graphs; `mrtg`: the folder of MRTG's pages, None for none."""

    site: Site
    hosts: Mapping[str, Host]
    files: StateFiles
    places: int  # checks at once
    rrds: bool = False
    mrtg: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all sites of a run share. `write` takes a line for people, `verbose` is how many -v there were."""

    clock: Clock
    tools: NotifyTools
    name_of_machine: NameOfMachine
    observe: Observe
    write: Write
    verbose: int

    def console(self, site: Site) -> Console:
        """Where a site says things."""
        return Console(site.name, self.write, self.verbose)


async def run_sites(jobs: Sequence[Job], clock: Clock, write: Write, verbose: int) -> list[bool]:
    """One pass over each; whether all went well, in their order. To be told to end counts as being cancelled."""
    async with _shared(clock, write, verbose) as shared, asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_guarded(job, shared)) for job in jobs]
    return [task.result() for task in running]


async def test_sites(sites: Sequence[Site], what: str, clock: Clock, write: Write, verbose: int) -> list[bool]:
    """Send a test message to every webhook ("webhooks") or address ("emails"); for each whether it was taken."""
    found: list[bool] = []
    async with _shared(clock, write, max(verbose, 1)) as shared:
        for site in sites:
            channels = SiteChannels(site)
            recipients = channels.webhooks() if what == "webhooks" else channels.addresses()
            console = shared.console(site)
            if not recipients:
                console.say("", f"there are no {what} to test")
                found.append(False)
            teller = Teller(channels, shared.tools, shared.name_of_machine, console)
            found += await teller.send_all(recipients, [message_for_testing(site, clock.now())], "")
    return found


@asynccontextmanager
async def _shared(clock: Clock, write: Write, verbose: int) -> AsyncIterator[Shared]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - there is always one here
    with suppress(RuntimeError, ValueError):  # signals are for the main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    curl, programs = CurlEngine(connections=_CONNECTIONS), Programs()
    try:
        async with open_tools(clock) as probing, asyncio.TaskGroup() as tasks:

            async def look(check: Check) -> Observation:
                return await observe(check, probing, clock)

            yield Shared(
                clock=clock,
                tools=NotifyTools(clock=clock, curl=curl, programs=programs),
                name_of_machine=_asked_once(tasks),
                observe=look,
                write=write,
                verbose=verbose,
            )
    finally:
        programs.close()
        curl.close()


def _asked_once(tasks: asyncio.TaskGroup) -> Callable[[], Awaitable[str]]:
    """Name servers are only asked when there is mail to send, and once."""
    asking: list[asyncio.Task[str]] = []

    async def name() -> str:
        if not asking:
            asking.append(tasks.create_task(full_name()))
        return await asyncio.shield(asking[0])

    return name


async def _guarded(job: Job, shared: Shared) -> bool:
    """A site that cannot be run says why, and the others go on."""
    console = shared.console(job.site)
    try:
        with only_one(job.files):
            return await _run_site(job, shared, console)
    except Busy:
        console.say("", f"another run works with this site ({job.files.lock}); this one leaves it alone")
    except ConfigError as error:
        shared.write(str(error))
    except OSError as error:
        console.say("", _failure(error))
    return False


async def _run_site(job: Job, shared: Shared, console: Console) -> bool:
    clock = shared.clock
    read, note = read_memories(job.files.state, _ZONE)
    if note:
        console.say("", note)
    memories = without_strangers(read, job.site, clock.now())
    writer = StateWriter(job.files, memories, clock)
    teller = Teller(SiteChannels(job.site), shared.tools, shared.name_of_machine, console)
    rrds = SiteRrds(job.site, job.files, wanted=job.rrds)
    doing = Doing(
        clock=clock,
        judging=JudgeSettings(zone=_ZONE),
        observe=shared.observe,
        tell=teller.tell,
        beat=teller.beat,
        record=rrds.record,
        changed=writer.changed,
        console=console,
        room=asyncio.Semaphore(job.places),
    )
    visiting = SitePass(job.site, job.hosts, memories, doing)
    began = clock.monotonic()
    checked = await _with_saving(visiting, writer)
    console.explain("", f"{checked} of {len(job.site.monitors)} checked in {clock.monotonic() - began:.3f} s")

    def graphs() -> list[str]:
        return [*rrds.write(), *_mrtg(job, rrds, {name: one.state for name, one in memories.items()}, clock.now())]

    troubles = await asyncio.to_thread(graphs)
    for trouble in troubles:
        console.say("", trouble)
    return not (visiting.failed or troubles)


async def _with_saving(visiting: SitePass, writer: StateWriter) -> int:
    """The pass, its state kept on the way and at the end, however it ends."""
    try:
        async with asyncio.TaskGroup() as tasks:
            saving = tasks.create_task(writer.run())
            try:
                return await visiting.run()
            finally:
                saving.cancel()
    finally:
        writer.finish()


def _mrtg(job: Job, rrds: SiteRrds, states: Mapping[str, MonitorState], now: float) -> Iterator[str]:
    if job.mrtg is None:
        return
    try:
        yield from MrtgFiles(job.mrtg, job.files.mrtg, rrds.path).write(job.site, states, now, _ZONE)
    except OSError as error:
        yield f"MRTG's files could not be written: {_failure(error)}"


def _failure(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}"
