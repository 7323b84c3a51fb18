"""Memory in use on Windows, as BBWin and the PowerShell client print it."""

from hexmon.judge.clients.contract import MemoryUse
from hexmon.judge.clients.numbers import after
from hexmon.model.client import ClientData


def windows_memory(data: ClientData) -> MemoryUse | None:
    """Three lines of [memory] below its heading, each with the whole and what is used of it in MiB."""
    text = data.get("memory")
    if text is None:
        return None
    physical, virtual, page = (after(text, f"\n{name}:", 2) for name in ("physical", "virtual", "page"))
    return MemoryUse(
        physical_total=_at(physical, 0),
        physical_used=_at(physical, 1),
        actual_total=_at(virtual, 0),
        actual_used=_at(virtual, 1),
        swap_total=_at(page, 0),
        swap_used=_at(page, 1),
    )


def _at(numbers: tuple[int, ...], place: int) -> int | None:
    return numbers[place] if place < len(numbers) else None
