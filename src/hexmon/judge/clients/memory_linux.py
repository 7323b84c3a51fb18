"""Memory in use on Linux, as free(1) prints it: KiB, in either of its layouts."""

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.numbers import after
from hexmon.model.client import ClientData

_KIB = 1024
_OLD = "\n-/+ buffers/cache:"
_NEW = "available\n"


def linux_memory(data: ClientData) -> MemoryUse | None:
    """Actual memory is what is left when the kernel gives back what it holds only while nobody wants it.

    Physical memory counts that as used, in both layouts.
    """
    text = data.get("free")
    if text is None:
        return None
    swap = _mib(after(text, "\nSwap:", 3))
    if _OLD in text:
        real, actual = _mib(after(text, "\nMem:", 3)), _mib(after(text, _OLD, 2))
        total, used = (real[0], real[1]) if len(real) == 3 else (None, None)
        actual_used = actual[0] if len(actual) == 2 else None
    elif _NEW in text:
        columns = _mib(after(text, "\nMem:", 6))
        if len(columns) < 6:
            return None
        total, used = columns[0], columns[1] + columns[4]
        actual_used = max(columns[0] - columns[5], 0)
    else:
        return None
    return MemoryUse(
        physical_total=total,
        physical_used=used,
        actual_total=total,
        actual_used=actual_used,
        swap_total=swap[0] if len(swap) == 3 else None,
        swap_used=swap[1] if len(swap) == 3 else None,
    )


def _mib(kib: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(value / _KIB) for value in kib)
