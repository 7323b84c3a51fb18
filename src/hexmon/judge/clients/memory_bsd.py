"""Memory in use on the BSDs and macOS: what Xymon's helpers, sysctl(8), swapinfo(8) and vm_stat(1) print."""

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.numbers import after, wholes
from hexmon.model.client import ClientData

_KIB = 1024


def freebsd_memory(data: ClientData) -> MemoryUse | None:
    """[meminfo] has MiB, [swapinfo] KiB, [vmtotal] KiB and, for what is free, is the better one."""
    total = _first(data, "meminfo", "Total:")
    free = _free(data)
    if total is None or free is None:
        return None
    swaps = [wholes(line.partition(" ")[2], 3) for line in data.text("swapinfo").split("\n")[1:]]
    swaps = [swap for swap in swaps if len(swap) == 3]
    actual = _first(data, "meminfo", "Actual:")
    return MemoryUse(
        physical_total=total,
        physical_used=total - free,
        actual_total=total,
        actual_used=actual,
        swap_total=sum(swap[0] for swap in swaps) // _KIB,
        swap_used=sum(swap[1] for swap in swaps) // _KIB,
    )


def _free(data: ClientData) -> int | None:
    for label in ("\nFree Memory Pages:", "\nFree Memory:"):
        kib = _first(data, "vmtotal", label)
        if kib is not None:
            return kib // _KIB
    return _first(data, "meminfo", "Free:")


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
    page = _first(data, "meminfo", "page size of")
    labels = ("\nPages free:", "\nPages active:", "\nPages inactive:", "\nPages wired down:")
    pages = [_first(data, "meminfo", label) for label in labels]
    known = [count for count in pages if count is not None]
    if page is None or len(known) < len(labels):
        return None
    kib = page // _KIB
    return MemoryUse(physical_total=sum(known) * kib // _KIB, physical_used=sum(known[1:]) * kib // _KIB)


def _first(data: ClientData, section: str, label: str) -> int | None:
    numbers = after(data.text(section), label)
    return numbers[0] if numbers else None
