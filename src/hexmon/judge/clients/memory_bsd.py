"""Memory in use on the BSDs and macOS: what Xymon's helpers, sysctl(8), swapinfo(8) and vm_stat(1) print."""

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.numbers import after, labelled, wholes
from hexmon.model.client import ClientData

_KIB = 1024
_SWAP_COLUMNS = 3
_ENOUGH = 2  # of what is asked for


def freebsd_memory(data: ClientData) -> MemoryUse | None:
    """[meminfo] has MiB, [swapinfo] KiB, [vmtotal] KiB and, for what is free, is the better one.

    Two of them will do: what is missing counts as none.
    """
    total, free = _first(data, "meminfo", "Total:"), _free(data)
    known = (total is not None) + (free is not None)
    if known == 1 and data.get("meminfo") is not None:
        free = _first(data, "meminfo", "Free:") if free is None or total is None else free
        known += free is not None
    swap_used = swap_total = 0
    if data.get("swapinfo") is not None:
        known += 1
        swaps = [wholes(line.lstrip(" ").partition(" ")[2], 3) for line in data.text("swapinfo").split("\n")[1:]]
        swap_total = sum(swap[0] for swap in swaps if len(swap) == _SWAP_COLUMNS) // _KIB
        swap_used = sum(swap[1] for swap in swaps if len(swap) == _SWAP_COLUMNS) // _KIB
    if known < _ENOUGH:
        return None
    return MemoryUse(
        physical_total=total or 0,
        physical_used=(total or 0) - (free or 0),
        actual_total=total or 0,
        actual_used=_first(data, "meminfo", "Actual:"),
        swap_total=swap_total,
        swap_used=swap_used,
    )


def _free(data: ClientData) -> int | None:
    for label in ("\nFree Memory Pages:", "\nFree Memory:"):
        kib = _first(data, "vmtotal", label)
        if kib is not None:
            return kib // _KIB
    return None


def net_open_bsd_memory(data: ClientData) -> MemoryUse | None:
    """[meminfo] of NetBSD and OpenBSD has MiB, all four of them or none."""
    total, free, swap_total, swap_used = (
        _first(data, "meminfo", label) for label in ("Total:", "Free:", "Swaptotal:", "Swapused:")
    )
    if total is None or free is None or swap_total is None or swap_used is None:
        return None
    return MemoryUse(physical_total=total, physical_used=total - free, swap_total=swap_total, swap_used=swap_used)


def darwin_memory(data: ClientData) -> MemoryUse | None:
    """[meminfo] is what vm_stat prints: pages. Used is all that is not free."""
    page = after(data.text("meminfo"), "page size of")
    labels = ("\nPages free:", "\nPages active:", "\nPages inactive:", "\nPages wired down:")
    pages = [_first(data, "meminfo", label) for label in labels]
    if not page or set(pages) == {None}:
        return None
    kib, known = page[0] // _KIB, [count or 0 for count in pages]
    return MemoryUse(physical_total=sum(known) * kib // _KIB, physical_used=sum(known[1:]) * kib // _KIB)


def _first(data: ClientData, section: str, label: str) -> int | None:
    return labelled(data.text(section), label)
