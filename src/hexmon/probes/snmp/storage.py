"""Memory, swap, the root file system, flash and disks of a device (HOST-RESOURCES-MIB, UCD-SNMP-MIB). Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import Oid, Value, parse_oid
from hexmon.probes.snmp.interfaces import Count
from hexmon.probes.snmp.text import counter_of, number_of, size_of, text_of
from hexmon.probes.snmp.walk import Column

STORAGE_COLUMNS: Final = (
    oids.STORAGE_TYPE,
    oids.STORAGE_DESCR,
    oids.STORAGE_UNITS,
    oids.STORAGE_SIZE,
    oids.STORAGE_USED,
)
DISK_COLUMNS: Final = (
    oids.DISK_NAME,
    oids.DISK_READ,
    oids.DISK_WRITTEN,
    oids.DISK_READ_64,
    oids.DISK_WRITTEN_64,
)
UCD_MEMORY: Final = (
    oids.MEM_TOTAL_SWAP,
    oids.MEM_AVAIL_SWAP,
    oids.MEM_TOTAL,
    oids.MEM_AVAIL,
    oids.MEM_BUFFER,
    oids.MEM_CACHED,
)

_RAM_TYPE: Final = parse_oid("1.3.6.1.2.1.25.2.1.2")
_MEMORY: Final = re.compile(r"(physical|real|main|system) memory|(?<![/\w])ram(?![/\w])(?! \()|memory\Z")
_RECLAIMABLE: Final = re.compile(r"memory buffers|cached memory|ram \((buffers|cache)\)")
_SWAP: Final = re.compile(r"swap")
_VIRTUAL: Final = re.compile(r"virtual memory")
# bsnmpd writes "/, type: ufs, dev: ...", Windows "C:\ Label:  Serial Number 1234".
_ROOT: Final = re.compile(r"(/|root|c:\\?)(\Z|, type:|:? +label:)")
_FLASH: Final = re.compile(r"nvram|flash")
_KILOBYTE: Final = 1024

# What is no disk of its own: made of others, of memory, or a drive without a disk.
_NO_DISK: Final = re.compile(r"(loop|ram|zram|fd|sr|cd|pass|nbd|zd|dm-|md|drbd|bcache|st|ses)\d")
_MADE_OF_DISKS: Final = re.compile(r"(dm-|md)\d")
_PART: Final = re.compile(r"(.*\D)\d+[a-h]?\Z")


class Storage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of hrStorageTable, in bytes. `name` is its description in lower case."""

    name: str
    ram: bool
    size: int
    used: int


def storages(columns: Mapping[Oid, Column]) -> list[Storage]:
    """The rows that have all their numbers, in the order of the table."""
    rows: list[Storage] = []
    for tail, descr in sorted(columns.get(oids.STORAGE_DESCR, {}).items()):
        units = number_of(columns.get(oids.STORAGE_UNITS, {}).get(tail))
        size = size_of(columns.get(oids.STORAGE_SIZE, {}).get(tail))
        used = size_of(columns.get(oids.STORAGE_USED, {}).get(tail))
        if units is None or size is None or used is None:
            continue
        ram = columns.get(oids.STORAGE_TYPE, {}).get(tail) == _RAM_TYPE
        rows.append(Storage(name=text_of(descr).lower(), ram=ram, size=units * size, used=units * used))
    return rows


def memory_percent(rows: Sequence[Storage]) -> float | None:
    """Memory in use without what is only cache and buffers: the first row that is memory by its name, else by type."""
    named = [row for row in rows if row.size and _MEMORY.search(row.name) and not _VIRTUAL.search(row.name)]
    typed = [row for row in rows if row.size and row.ram and not _RECLAIMABLE.search(row.name)]
    memory = next(iter(named or typed), None)
    if memory is None:
        return None
    free_at_need = sum(row.used for row in rows if _RECLAIMABLE.search(row.name))
    return share(max(memory.used - free_at_need, 0), memory.size)


def ucd_memory_percent(scalars: Mapping[Oid, Value]) -> float | None:
    """The same of UCD-SNMP-MIB."""
    size, free = number_of(scalars.get(oids.MEM_TOTAL)), number_of(scalars.get(oids.MEM_AVAIL))
    if not size or free is None:
        return None
    idle = sum(number_of(scalars.get(one)) or 0 for one in (oids.MEM_BUFFER, oids.MEM_CACHED))
    return share(max(size - free - idle, 0), size)


def swap_used(rows: Sequence[Storage], scalars: Mapping[Oid, Value]) -> int | None:
    """Bytes. A row "Virtual memory" counts last: with net-snmp that is memory and swap together."""
    for row in rows:
        if _SWAP.search(row.name):
            return row.used
    size, free = number_of(scalars.get(oids.MEM_TOTAL_SWAP)), number_of(scalars.get(oids.MEM_AVAIL_SWAP))
    if size is not None and free is not None:
        return max(size - free, 0) * _KILOBYTE
    return next((row.used for row in rows if _VIRTUAL.search(row.name)), None)


def root_percent(rows: Sequence[Storage]) -> float | None:
    """How full the root file system is, or the drive C: of Windows."""
    root = next((row for row in rows if row.size and _ROOT.match(row.name)), None)
    return None if root is None else share(root.used, root.size)


def flash_used(rows: Sequence[Storage]) -> int | None:
    """Bytes in flash memory and NVRAM: they change with the firmware and the configuration."""
    flash = [row.used for row in rows if _FLASH.search(row.name)]
    return sum(flash) if flash else None


def share(used: float, size: float) -> float | None:
    """In per cent; None when it makes no sense."""
    if size <= 0 or not 0 <= used <= size:
        return None
    return used * 100.0 / size


def disk_counts(columns: Mapping[Oid, Column]) -> tuple[dict[str, Count], dict[str, Count]]:
    """Bytes read and written since the device started, of each whole disk by its index."""
    names = {tail: text_of(name) for tail, name in columns.get(oids.DISK_NAME, {}).items()}
    whole = whole_disks(list(names.values()))
    wanted = [tail for tail in names if names[tail] in whole]
    return _disks(columns, wanted, oids.DISK_READ_64, oids.DISK_READ), _disks(
        columns, wanted, oids.DISK_WRITTEN_64, oids.DISK_WRITTEN
    )


def _disks(columns: Mapping[Oid, Column], wanted: Sequence[Oid], wide: Oid, narrow: Oid) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for tail in wanted:
        for column, bits in ((wide, 64), (narrow, 32)):
            value = counter_of(columns.get(column, {}).get(tail), bits)
            if value is not None:
                counts[".".join(map(str, tail))] = Count(value, bits)
                break
    return counts


def whole_disks(names: Sequence[str]) -> frozenset[str]:
    """Those that are no part of another one and not made of others.

    A partition without its disk (some clouds have `xvda1` alone) is a disk. A machine that shows only what is made of
    disks has these.
    """
    there = frozenset(names)
    wholes = frozenset(name for name in there if name and not _NO_DISK.match(name) and not _is_part(name, there))
    return wholes or frozenset(name for name in there if _MADE_OF_DISKS.match(name))


def _is_part(name: str, names: frozenset[str]) -> bool:
    """`sda1` of `sda`; `nvme0n1p1` of `nvme0n1`, `da0s1a` of `da0`."""
    found = _PART.match(name)
    return found is not None and (found[1] in names or (found[1][-1] in "ps" and found[1][:-1] in names))
