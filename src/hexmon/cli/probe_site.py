"""hexmon probe --site: one monitor of a YAML site now, and all that it saw."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hexmon.inventory.sites.read import read_site_file
from hexmon.model.device import Device
from hexmon.model.observation import Check
from hexmon.model.origin import ConfigError, Origin, Problem

_COLUMNS_APART = "  "
_MACS_SHOWN = 4


def check_of_monitor(path: Path, name: str) -> Check:
    """The check of the monitor of that name. Raises ConfigError."""
    file = read_site_file(path)
    names = [monitor.name for monitor in file.site.monitors]
    if name not in names:
        hint = f"there are: {', '.join(names)}"
        raise ConfigError((Problem(Origin(str(path)), f"there is no monitor '{name}'", hint),))
    return file.checks[names.index(name)]


def device_as_json(device: Device | None) -> dict[str, Any]:
    """The keys that an observation has besides the usual ones; nothing is in them without an answer."""
    device = Device() if device is None else device
    return {
        "device": {
            "name": device.name,
            "description": device.description,
            "location": device.location,
            "contact": device.contact,
            "object_id": device.object_id,
            "serial": device.serial,
            "uptime": device.uptime,
        },
        "interfaces": {
            str(one.index): {
                "name": one.name,
                "oper": one.oper,
                "admin": one.admin,
                "macs": list(one.macs),
                "alias": one.alias,
                "slot": one.slot,
                "speed": one.speed,
            }
            for one in device.interfaces
        },
        "macs_known": device.macs_known,
        "values": {name: _number(value) for name, value in device.values.items()},
        "bits": dict(device.bits),
        "arp": [msgspec.to_builtins(one) for one in device.arp],
        "neighbours": [msgspec.to_builtins(one) for one in device.neighbours],
        "notes": list(device.notes),
    }


def device_as_text(device: Device) -> list[str]:
    """Tables of all that one poll saw."""
    lines = [
        f"  {label:12} {value}"
        for label, value in (
            ("name", device.name),
            ("description", device.description),
            ("location", device.location),
            ("contact", device.contact),
            ("object ID", device.object_id),
            ("serial", device.serial),
            ("up for", "" if device.uptime is None else f"{device.uptime:.0f} seconds"),
        )
        if value
    ]
    lines += _table("interfaces", ("index", "name", "oper", "admin", "Mbit/s", "slot", "alias", "MACs"), (
        (one.index, one.name, one.oper, one.admin, "" if one.speed is None else f"{one.speed:g}", one.slot, one.alias,
         _few(one.macs))
        for one in device.interfaces
    ))  # fmt: skip
    lines += _table("neighbours", ("index", "host", "port", "by"), (
        (one.index, one.host, one.port, one.protocol) for one in device.neighbours
    ))  # fmt: skip
    lines += _table("addresses", ("index", "address", "MAC"), ((one.index, one.ip, one.mac) for one in device.arp))
    known = ((name, f"{_number(value)}") for name, value in device.values.items() if value is not None)
    lines += _table("values", ("name", "value"), known)
    return lines + [f"  not read: {note}" for note in device.notes]


def _number(value: float | None) -> int | float | None:
    """Counters are whole numbers, also to those who read JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _few(macs: Sequence[str]) -> str:
    more = len(macs) - _MACS_SHOWN
    return " ".join(macs[:_MACS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [heads, *([str(cell) for cell in row] for row in rows)]
    if len(cells) == 1:
        return []
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    lines = (_COLUMNS_APART.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return [f"  {title}", *(f"    {line.rstrip()}" for line in lines)]
