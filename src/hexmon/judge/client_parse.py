"""Figures out of the sections of an agent's message: uptime(1), df(1), free(1) as Unix prints them."""

import re
from collections.abc import Sequence

import msgspec

_FIGURE = r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)"
_LOAD = re.compile(rf"load averages?:\s*{_FIGURE},?\s+{_FIGURE},?\s+{_FIGURE}")
_UP_DAYS = re.compile(r"up\s+([0-9]{1,9})\s+days?(?:,\s*([0-9]{1,9}):([0-9]{2}))?")
_UP_CLOCK = re.compile(r"up\s+([0-9]{1,9}):([0-9]{2})")
_UP_MINUTES = re.compile(r"up\s+([0-9]{1,9})\s+mins?")
_PERCENT = re.compile(r"([0-9]{1,9})%$")
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")
_WHOLE = re.compile(r"[0-9]{1,18}\Z")
_DF_COLUMNS = 6


class Uptime(msgspec.Struct, frozen=True):
    """Seconds since boot and the five-minute load average; None where uptime(1) did not say."""

    seconds: float | None
    load: float | None
    words: str  # "3 days", "02:03", "5 min"


class FileSystem(msgspec.Struct, frozen=True):
    """A row of df: units as df printed them; None for a mount that could not be measured."""

    device: str
    mount: str
    used_percent: int
    free: int | None
    row: str


class Memory(msgspec.Struct, frozen=True):
    """Total and used of one kind of memory, MiB."""

    total: int
    used: int

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down as Xymon does."""
        return 100 * self.used // self.total if self.total > 0 else 0


def parse_uptime(text: str) -> Uptime:
    """The line of uptime(1), in any of its forms."""
    seconds, words = _since_boot(text)
    load = _LOAD.search(text)
    return Uptime(seconds, float(load[2].replace(",", ".")) if load else None, words)


def _since_boot(text: str) -> tuple[float | None, str]:
    if match := _UP_DAYS.search(text):
        days = int(match[1])
        rest = int(match[2] or 0) * 3600 + int(match[3] or 0) * 60
        return float(days * 86400 + rest), f"{days} day{'' if days == 1 else 's'}"
    if match := _UP_CLOCK.search(text):
        return float(int(match[1]) * 3600 + int(match[2]) * 60), f"{int(match[1]):02}:{match[2]}"
    if match := _UP_MINUTES.search(text):
        return float(int(match[1]) * 60), f"{match[1]} min"
    return None, "unknown"


def parse_df(text: str) -> Sequence[FileSystem] | None:
    """The rows of `df -P` or `df -Pi`; None when there is no header, which means that df failed."""
    lines = text.strip("\n").splitlines()
    header = next((number for number, line in enumerate(lines) if line.startswith("Filesystem")), None)
    if header is None:
        return None
    return [system for line in lines[header + 1 :] if (system := _df_row(line)) is not None]


def _df_row(line: str) -> FileSystem | None:
    words = line.split(None, _DF_COLUMNS - 1)
    if len(words) < _DF_COLUMNS or not (percent := _PERCENT.match(words[4])):
        return None
    free = int(words[3]) if _INTEGER.match(words[3]) else None
    return FileSystem(words[0], words[5].strip(), int(percent[1]), free, line)


def parse_free(text: str) -> dict[str, Memory]:
    """free(1) in MiB (`free -m`), old and new layout, to "real", "actual" and "swap".

    Actual memory leaves out what the kernel would give back: total minus available, or used minus buffers and cache.
    """
    found: dict[str, Memory] = {}
    header: list[str] = []
    for line in text.splitlines():
        words = [*line.split(), "", ""]  # a line that was cut has no figures
        if line.startswith("Mem:"):
            found |= _memory_row(dict(zip(header, map(_whole, words[1:]), strict=False)))
        elif line.startswith("-/+ buffers/cache:") and "real" in found:
            found["actual"] = Memory(found["real"].total, _whole(words[2]))
        elif line.startswith("Swap:"):
            found["swap"] = Memory(_whole(words[1]), _whole(words[2]))
        elif "total" in words:
            header = words
    return found


def _memory_row(columns: dict[str, int]) -> dict[str, Memory]:
    total = columns.get("total", 0)
    rows = {"real": Memory(total, total - columns.get("free", 0))}
    if "available" in columns:
        rows["actual"] = Memory(total, total - columns["available"])
    return rows


def _whole(word: str) -> int:
    return int(word) if _WHOLE.match(word) else 0
