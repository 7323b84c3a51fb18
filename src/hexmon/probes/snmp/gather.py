"""One poll under way: what was read so far, what could not be read, and how much time is left for the rest."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

from hexmon.model.device import Device
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.interfaces import Count, total
from hexmon.probes.snmp.recipes import percentage, scalars_of
from hexmon.probes.snmp.session import Garbage, OutOfTime, Refusal, Session
from hexmon.probes.snmp.storage import (
    STORAGE_COLUMNS,
    UCD_MEMORY,
    Storage,
    memory_percent,
    storages,
    ucd_memory_percent,
)
from hexmon.probes.snmp.text import number_of, percent_of, text_of
from hexmon.probes.snmp.vendors import Recipe, vendor_of
from hexmon.probes.snmp.walk import Table, walk

SYSTEM: Final = (
    oids.SYS_DESCR,
    oids.SYS_OBJECT_ID,
    oids.SYS_UPTIME,
    oids.SYS_CONTACT,
    oids.SYS_NAME,
    oids.SYS_LOCATION,
)
_FEW: Final = 7  # processors
_PATIENCE: Final = 0.4  # of the poll's time, for one question beyond what it cannot do without
_LONG: Final = 1000  # characters of sysDescr

# The data sources that every RRD of a device has, besides the pairs of its interfaces.
NAMES: Final = (
    "tcp_retrans", "total_bits_in", "total_bits_out", "total_pkts_in", "total_pkts_out", "total_errors_in",
    "total_errors_out", "total_pkts_ucast", "total_pkts_bmcast", "cpu_load", "memory_pct", "context_switches",
    "swap_io", "disk_read", "disk_write", "disk_space_pct", "swap_used", "interrupts", "ports_up_count",
    "nvram_flash_bytes", "mac_count", "arp_count",
)  # fmt: skip

T = TypeVar("T")


class Gathering:
    """What one poll brings together. A part that fails is a note, once `essential` is over."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._patience = _PATIENCE * session.seconds
        self.scalars: dict[Oid, Value] = {}
        self.values: dict[str, float | None] = dict.fromkeys(NAMES)
        self.bits: dict[str, int] = {}
        self.members: dict[str, dict[str, tuple[int, int]]] = {}
        self.notes: list[str] = []
        self.silent = False
        self._storage: Sequence[Storage] | None = None

    async def read_system(self, *more: Oid) -> None:
        """The first question; then, as the vendor is known, the scalars of its recipes and of UCD-SNMP-MIB."""
        self.scalars = await self.session.get([*SYSTEM, *more])

    async def optional(self, what: str, read: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """A part that a poll can do without. Once the device is silent, or the time over, the rest is left out."""
        if self.silent:
            self.note(what, "not read")
            return otherwise
        self.session.patience = self._patience
        try:
            return await read()
        except Refusal as refusal:
            self.note(what, refusal.status)
        except Garbage as garbage:
            self.note(what, str(garbage))
        except OutOfTime:
            self.silent = True
            self.note(what, "no time left")
        except TimeoutError:
            self.silent = True
            self.note(what, "no answer")
        return otherwise

    async def table(self, what: str, columns: Sequence[Oid], rows: int = 0) -> Table:
        """A table that a poll can do without; what is wrong with it is noted."""
        empty = Table(columns)
        table = await self.optional(what, lambda: walk(self.session, columns, rows), empty)
        for failure in dict.fromkeys(table.failed.values()):
            self.note(what, failure)
        if table is empty:
            table.failed = dict.fromkeys(columns, "not read")
        return table

    def note(self, what: str, why: str) -> None:
        self.notes.append(f"{what}: {why}")

    def count(self, name: str, count: Count | None) -> None:
        """A counter, by the name of its data source."""
        self.values[name] = None if count is None else count.value  # exact: a float has 53 bits
        if count is not None:
            self.bits[name] = count.bits

    def count_together(self, name: str, counts: Mapping[str, Count]) -> None:
        """The sum of counters, and each of them by a name of its own: they wrap one by one."""
        self.count(name, total(list(counts.values())))
        if counts:
            self.members[name] = {part: (one.value, one.bits) for part, one in counts.items()}

    def count_32(self, name: str, wanted: Oid) -> None:
        """A scalar that is a counter of 32 bits."""
        value = number_of(self.scalars.get(wanted))
        self.count(name, None if value is None else Count(value, 32))

    async def storage(self) -> Sequence[Storage]:
        """hrStorageTable, read once."""
        if self._storage is None:
            self._storage = storages((await self.table("storage", STORAGE_COLUMNS)).columns)
        return self._storage

    async def read_load(self) -> None:
        """CPU and memory: what the vendor tells, else HOST-RESOURCES-MIB, else UCD-SNMP-MIB."""
        object_id = self.scalars.get(oids.SYS_OBJECT_ID)
        vendor = vendor_of(object_id if isinstance(object_id, tuple) else ())
        wanted = (*scalars_of((*vendor.cpu, *vendor.memory)), *UCD_MEMORY, oids.CPU_IDLE)
        nothing: dict[Oid, Value] = {}
        self.scalars |= await self.optional("CPU and memory", lambda: self.session.get(wanted), nothing)
        cpu = await self._percentage("CPU", vendor.cpu)
        self.values["cpu_load"] = cpu if cpu is not None else await self._processors()
        memory = await self._percentage("memory", vendor.memory)
        if memory is None:
            memory = memory_percent(await self.storage())
        self.values["memory_pct"] = memory if memory is not None else ucd_memory_percent(self.scalars)

    async def _percentage(self, what: str, recipes: Sequence[Recipe]) -> float | None:
        return await self.optional(what, lambda: percentage(self.session, recipes, self.scalars), None)

    async def _processors(self) -> float | None:
        column = (await self.table("processors", (oids.PROCESSOR_LOAD,), _FEW))[oids.PROCESSOR_LOAD]
        loads = [load for value in column.values() if (load := percent_of(value)) is not None]
        if loads:
            return sum(loads) / len(loads)
        idle = percent_of(self.scalars.get(oids.CPU_IDLE))
        return None if idle is None else 100.0 - idle

    def device(self) -> Device:
        """The device as it describes itself, with all that was gathered but its interfaces."""
        uptime = number_of(self.scalars.get(oids.SYS_UPTIME))
        object_id = self.scalars.get(oids.SYS_OBJECT_ID)
        return Device(
            name=text_of(self.scalars.get(oids.SYS_NAME)),
            description=text_of(self.scalars.get(oids.SYS_DESCR), _LONG),
            location=text_of(self.scalars.get(oids.SYS_LOCATION)),
            contact=text_of(self.scalars.get(oids.SYS_CONTACT)),
            object_id=text_of(object_id) if isinstance(object_id, tuple) else "",
            uptime=None if uptime is None else uptime / 100.0,
            values=self.values,
            bits=self.bits,
            members=self.members,
            notes=tuple(self.notes),
        )
