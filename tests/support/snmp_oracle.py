"""What a poll of a recorded device should find, worked out straight from the file and in another way."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.snmprec import Told, read_recording

_OPER = ("", "up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown")
_ADMIN = ("", "up", "down", "testing")
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


class Expected(NamedTuple):
    """By ifIndex as text: name, oper, admin; MACs; and values by their names."""

    interfaces: dict[str, tuple[str, str, str]]
    macs: dict[str, list[str]]
    values: dict[str, int | None]
    arp: int


class Oracle:
    """One file, as a dictionary of dotted OIDs."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text(errors="surrogateescape").splitlines()
        self._told = {".".join(map(str, oid)): value for oid, (_, value) in read_recording(lines).items()}
        self._columns: dict[str, dict[str, Told]] = defaultdict(dict)
        for oid, value in self._told.items():
            parts = oid.split(".")
            for size in range(8, len(parts)):
                self._columns[".".join(parts[:size])][".".join(parts[size:])] = value

    def column(self, oid: str) -> dict[str, Told]:
        return self._columns.get(oid, {})

    def scalar(self, oid: str) -> Told | None:
        return self._told.get(oid)

    def expected(self) -> Expected:
        names, oper, admin = (self.column(f"{_IF}.{column}") for column in (2, 8, 7))
        interfaces = {
            index: (_text(name), _OPER[_at(oper, index) or 4], _ADMIN[_at(admin, index) or 2])
            for index, name in names.items()
        }
        values: dict[str, int | None] = {}
        for index in interfaces:
            values[f"if{index}_in"] = self._octets(index, 6, 10)
            values[f"if{index}_out"] = self._octets(index, 10, 16)
        for way, wide, narrow, errors in (("in", 6, 10, 14), ("out", 10, 16, 20)):
            values[f"total_bits_{way}"] = _sum((self._octets(index, wide, narrow) for index in interfaces), 8)
            values[f"total_errors_{way}"] = _sum(
                (_number(self.column(f"{_IF}.{errors}").get(index)) for index in interfaces), 1
            )
        values["ports_up_count"] = sum(oper == "up" for _, oper, _ in interfaces.values())
        values["tcp_retrans"] = _number(self.scalar("1.3.6.1.2.1.6.12.0"))
        macs = self._macs()
        values["mac_count"] = len({mac for behind in macs.values() for mac in behind})
        return Expected(interfaces, {index: macs.get(index, []) for index in interfaces}, values, self._arp())

    def _octets(self, index: str, wide: int, narrow: int) -> int | None:
        told = _number(self.column(f"{_IFX}.{wide}").get(index))
        return told if told is not None else _number(self.column(f"{_IF}.{narrow}").get(index))

    def _macs(self) -> dict[str, list[str]]:
        base = self.column("1.3.6.1.2.1.17.1.4.1.2")
        for table in ("1.3.6.1.2.1.17.7.1.2.2.1", "1.3.6.1.2.1.17.4.3.1"):
            ports, statuses = self.column(f"{table}.2"), self.column(f"{table}.3")
            if ports:
                break
        else:
            return {}
        found: dict[str, set[str]] = defaultdict(set)
        for row, port in ports.items():
            if port and (not statuses or statuses.get(row) == 3):
                mac = ":".join(f"{int(part):02X}" for part in row.split(".")[-6:])
                found[str(base.get(str(port), "-") if base else port)].add(mac)
        return {index: sorted(macs) for index, macs in found.items()}

    def _arp(self) -> int:
        for column in ("1.3.6.1.2.1.4.35.1.4", "1.3.6.1.2.1.4.22.1.2"):
            rows = [value for value in self.column(column).values() if isinstance(value, bytes) and value]
            if rows:
                return len(rows)
        return 0


def recordings(folder: str) -> Iterator[Path]:
    """The recordings of a folder, "" for none."""
    return iter(sorted(Path(folder).glob("*.snmprec"))) if folder else iter(())


def _at(column: dict[str, Told], index: str) -> int | None:
    return _number(column.get(index))


def _number(value: Told | None) -> int | None:
    return value if isinstance(value, int) else None


def _sum(numbers: Iterator[int | None], times: int) -> int | None:
    there = [number for number in numbers if number is not None]
    return sum(there) * times if there else None


def _text(value: Told) -> str:
    return value.decode(errors="replace").strip("\0 ") if isinstance(value, bytes) else str(value)
