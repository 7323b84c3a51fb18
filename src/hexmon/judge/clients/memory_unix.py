"""Memory in use on Solaris, AIX, HP-UX, IRIX, Tru64 (OSF/1) and SCO."""

import re

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.lines import columns_of
from hexmon.judge.clients.numbers import after, labelled, whole, wholes
from hexmon.model.client import ClientData

_KIB = 1024
_MIB = 1024 * 1024
_BLOCKS = 2048  # of 512 bytes in a MiB
_PAGES = 256  # of 4 KiB in a MiB
_TRU64_PAGE = 8  # KiB
_M = "([0-9]{1,15})M"
_IRIX = re.compile(rf"\nMemory: {_M} max, {_M} avail, {_M} free, {_M} swap, {_M} free swap")


def solaris_memory(data: ClientData) -> MemoryUse | None:
    """[prtconf] has the whole, [memory] a line of vmstat with KiB; [swaplist], where it came, counts and not [swap]."""
    size = after(data.text("prtconf"), "\nMemory size:")
    free = wholes(data.text("memory"), 5)
    swap = _solaris_swap(data)
    if not size or len(free) < 5 or swap is None:
        return None
    used, unused = swap
    return MemoryUse(
        physical_total=size[0], physical_used=size[0] - free[4] // _KIB, swap_total=used + unused, swap_used=used
    )


def _solaris_swap(data: ClientData) -> tuple[int, int] | None:
    """MiB used and free, of `swap -l` (blocks) or `swap -s` (`= 10k used, 20k available`)."""
    listed = data.get("swaplist")
    if listed is not None:
        blocks, free = _sums(listed, 3, 4)
        used = int((blocks - free) / _BLOCKS)
        return (used, free // _BLOCKS) if used >= 0 else None
    taken, comma, available = data.text("swap").partition("=")[2].partition("k used,")
    numbers = wholes(taken, 1) + wholes(available, 1)
    return (numbers[0] // _KIB, numbers[1] // _KIB) if comma and len(numbers) == 2 else None


def _sums(table: str, *columns: int) -> tuple[int, ...]:
    """The sums of columns, as far as they have numbers."""
    rows = [columns_of(line) for line in table.split("\n")]
    return tuple(sum(whole(row[column]) or 0 for row in rows if len(row) > column) for column in columns)


def aix_memory(data: ClientData) -> MemoryUse | None:
    """[realmem] has KiB, [freemem] a line of vmstat in pages of 4 KiB, [swap] MB and the per cent of them in use."""
    if any(data.get(section) is None for section in ("realmem", "freemem", "swap")):
        return None
    name, _, size = data.text("realmem").partition(" ")
    total = sum(wholes(size, 1)) // _KIB if name == "realmem" else 0
    pages = wholes(data.text("freemem"), 4)
    swap = re.match(r"\s*([0-9]{1,15})MB\s*([0-9]{1,15})", data.text("swap").partition("\n")[2])
    swap_total = int(swap[1]) if swap else None
    return MemoryUse(
        physical_total=total,
        physical_used=total - (pages[3] // _PAGES if len(pages) > 3 else 0),
        actual_total=total,
        actual_used=pages[2] // _PAGES if len(pages) > 2 else 0,
        swap_total=swap_total,
        swap_used=int(swap[1]) * int(swap[2]) // 100 if swap else None,
    )


def hpux_memory(data: ClientData) -> MemoryUse | None:
    """[memory] has MiB, [swapinfo] a line of totals in MiB."""
    total, free = labelled(data.text("memory"), "Total:"), labelled(data.text("memory"), "Free:")
    swap = after(data.text("swapinfo"), "\ntotal", 2)
    if total is None or free is None or len(swap) < 2:
        return None
    return MemoryUse(physical_total=total, physical_used=total - free, swap_total=swap[0], swap_used=swap[1])


def irix_memory(data: ClientData) -> MemoryUse | None:
    """A line of [top], in MiB."""
    match = _IRIX.search(data.text("top"))
    if match is None:
        return None
    most, available, free, swap, free_swap = map(int, match.groups())
    return MemoryUse(
        physical_total=most,
        physical_used=most - free,
        actual_total=most,
        actual_used=most - available,
        swap_total=swap,
        swap_used=swap - free_swap,
    )


def osf_memory(data: ClientData) -> MemoryUse | None:
    """[memory] is what vmstat -P prints, MiB and pages; [swap] what swapon -s prints, pages."""
    text, swaps = data.get("memory"), data.get("swap")
    if text is None or swaps is None:
        return None
    total = labelled(text, "\nTotal Physical Memory =")
    free = labelled(text.partition("\nManaged Pages Break Down:")[2], "free pages =")
    page = _tru64_page(text, total or 0)
    swap = swaps.partition("\nTotal swap allocation:")[2]
    pages = after(swap, "Allocated space:") + after(swap, "Available space:")
    known = len(pages) == 2
    if total is None:
        return None
    return MemoryUse(
        physical_total=total,
        physical_used=total + 1 if free is None else total - free * page // _KIB,  # as in Xymon
        swap_total=pages[0] * page // _KIB if known else None,
        swap_used=pages[0] * page // _KIB - pages[1] * page // _KIB if known else 0,
    )


def _tru64_page(text: str, total: int) -> int:
    """KiB of a page: the memory's size is told in pages too, on the line below."""
    below = text.partition("\nTotal Physical Memory =")[2].partition("\n")[2].lstrip(" \t")
    pages = wholes(below[1:], 1) if below.startswith("=") else ()
    return total * _KIB // pages[0] if pages and pages[0] > 0 else _TRU64_PAGE


def sco_memory(data: ClientData) -> MemoryUse | None:
    """[memsize] has bytes, [freemem] a line of sar in pages of 4 KiB, [swap] blocks of 512 bytes."""
    if any(data.get(section) is None for section in ("memsize", "freemem", "swap")):
        return None
    free = wholes(data.text("freemem").lstrip().partition(" ")[2], 2)
    total = sum(wholes(data.text("memsize"), 1)) // _MIB
    swaps = [wholes(" ".join(row.split(None, 5)[2:5]), 3) for row in data.text("swap").split("\n")[1:]]
    blocks, unused = (sum(row[place] for row in swaps if len(row) == 3) // _BLOCKS for place in (1, 2))
    return MemoryUse(
        physical_total=total,
        physical_used=total - free[0] // _PAGES if len(free) == 2 else total + 1,  # as in Xymon
        swap_total=blocks,
        swap_used=blocks - unused,
    )
