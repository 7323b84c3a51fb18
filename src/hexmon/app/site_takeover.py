"""State files that `hexmon import apmonitor` left for the server: taken into the store, each once, before it starts."""

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from hexmon.alerts.rules_site import rules_of
from hexmon.alerts.site_takeover import taken_incident, taken_status
from hexmon.board.store import MonitorSaved, Record, StatusSaved
from hexmon.model.events import ColorChanged
from hexmon.model.incident import IncidentSaved
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.site import Site
from hexmon.model.site_memory import MonitorMemory, encode_memory, target
from hexmon.model.site_state_json import decode_memories
from hexmon.schedule.zone import MachineZone
from hexmon.storage.engine import Storage

_log = logging.getLogger(__name__)
FOLDER = "sites"  # in data_dir
TAKEN = ".taken"


def waiting_file(data_dir: Path, site: Site) -> Path:
    """Where the state of a site waits for the server's next start."""
    return data_dir / FOLDER / f"{site.stem}.statefile.json"


async def take_over(data_dir: Path, storage: Storage, inventory: Inventory, now: float, validity: float) -> None:
    """Take over what waits, but for monitors that the store knows. A file that cannot be used is told in the log.

    It is put aside only when all is durable: killed before, hexmon finds it again, and half of it is known already.
    """
    waiting = [(site, path) for site in inventory.sites if (path := waiting_file(data_dir, site)).is_file()]
    if not waiting:
        return
    stored = await storage.monitors.load()
    known = {status.key for status in (await storage.board.load()).statuses}
    known |= {StatusKey(*name.rsplit(".", 1)) for name in stored if "." in name}
    for site, path in waiting:
        try:
            memories = decode_memories(await asyncio.to_thread(path.read_bytes), MachineZone())
        except (OSError, ValueError) as error:
            _log.error("%s cannot be taken over: %s", path, error)
            continue
        records = list(taken_over(site, memories, known, now, validity))
        await storage.journal.durable(storage.journal.append(records))
        with suppress(OSError):
            path.replace(path.with_name(path.name + TAKEN))
        _log.info("took over what %s remembers of %s", path, site.name)


def taken_over(
    site: Site, memories: Mapping[str, MonitorMemory], known: Collection[StatusKey], now: float, validity: float
) -> Iterator[Record]:
    """What the store is to hold of the monitors of a site that it does not know. Pure."""
    rules = rules_of([site]).rules
    for monitor in site.monitors:
        memory = memories.get(monitor.name)
        if memory is None or monitor.key in known:
            continue
        yield MonitorSaved(str(monitor.key), encode_memory(replace(memory, what=target(monitor), left=0.0)))
        if memory.state.is_up:
            continue
        status = taken_status(monitor, memory.state, now, validity)
        yield StatusSaved(status)
        yield ColorChanged(at=status.since, before=None, before_since=status.since, status=status)
        incident = taken_incident(status, memory.state, rules)
        if incident is not None:
            yield IncidentSaved(incident)
