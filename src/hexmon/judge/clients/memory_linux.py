"""Memory in use on Linux, as free(1) prints it: KiB, in either of its layouts."""

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.numbers import after
from hexmon.model.client import ClientData

_KIB = 1024
_LEAST, _ALL = 2, 6  # columns
_OLD = "\n-/+ buffers/cache:"
_NEW = "available\n"


def linux_memory(data: ClientData) -> MemoryUse | None:
    """Actual memory is what is left when the kernel gives back what it holds only while nobody wants it.

    Physical memory counts that as used, in both layouts.
    """
    text = data.get("free")
    if text is None:
        return None
    swap = _mib(after(text, "\nSwap:", 2))
    columns = _mib(after(text, "\nMem:", 6))
    if len(columns) < _LEAST or not (_OLD in text or _NEW in text):
        return None
    total, used = columns[:_LEAST]
    actual_used = None
    if _OLD in text:
        actual = _mib(after(text, _OLD, 2))
        actual_used = actual[0] if len(actual) == _LEAST else None
    elif len(columns) == _ALL:
        used += columns[4]
        actual_used = max(total - columns[5], 0)
    return MemoryUse(
        physical_total=total,
        physical_used=used,
        actual_total=total,
        actual_used=actual_used,
        swap_total=swap[0] if len(swap) == 2 else None,
        swap_used=swap[1] if len(swap) == 2 else None,
    )


def _mib(kib: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(value / _KIB) for value in kib)
