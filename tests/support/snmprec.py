"""Recordings of devices as snmpsim reads them: `OID|type|value`, made by hand, written and read."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hexmon.probes.snmp.ber import Oid, parse_oid

INTEGER, OCTETS, OBJECT, ADDRESS, COUNTER, GAUGE, TICKS, COUNTER64 = "2", "4", "6", "64", "65", "66", "67", "70"

Told = int | bytes | str


class Recording:
    """What a device tells, by OID."""

    def __init__(self) -> None:
        self.values: dict[Oid, tuple[str, Told]] = {}

    def put(self, oid: str, kind: str, value: Told) -> "Recording":
        self.values[parse_oid(oid)] = (kind, value)
        return self

    def column(self, oid: str, kind: str, rows: Mapping[int | str, Told]) -> "Recording":
        for tail, value in rows.items():
            self.put(f"{oid}.{tail}", kind, value)
        return self

    def system(self, object_id: str, descr: str = "a device", name: str = "device", ticks: int = 4200) -> "Recording":
        self.put("1.3.6.1.2.1.1.1.0", OCTETS, descr.encode())
        self.put("1.3.6.1.2.1.1.2.0", OBJECT, object_id)
        self.put("1.3.6.1.2.1.1.3.0", TICKS, ticks)
        self.put("1.3.6.1.2.1.1.4.0", OCTETS, b"noc@example.test")
        self.put("1.3.6.1.2.1.1.5.0", OCTETS, name.encode())
        return self.put("1.3.6.1.2.1.1.6.0", OCTETS, b"rack 7")

    def text(self) -> str:
        """In the order that snmpsim wants."""
        return "".join(f"{'.'.join(map(str, oid))}|{_told(*self.values[oid])}\n" for oid in sorted(self.values))

    def write(self, folder: Path, name: str) -> None:
        (folder / f"{name}.snmprec").write_text(self.text())


def _told(kind: str, value: Told) -> str:
    return f"{kind}x|{value.hex()}" if isinstance(value, bytes) else f"{kind}|{value}"


def read_recording(lines: Iterable[str]) -> dict[Oid, tuple[str, Told]]:
    """The values of a file; those that a variation module makes are left out."""
    values: dict[Oid, tuple[str, Told]] = {}
    for line in lines:
        oid, kind, value = line.rstrip("\r\n").split("|", 2)
        if ":" in kind:
            continue
        tag = kind.rstrip("xe")
        told: Told = value
        if kind.endswith("x"):
            told = bytes.fromhex(value)
        elif tag in (INTEGER, COUNTER, GAUGE, TICKS, COUNTER64):
            told = int(value)
        elif tag == OCTETS:
            told = value.encode()
        values[parse_oid(oid)] = (tag, told)
    return values
