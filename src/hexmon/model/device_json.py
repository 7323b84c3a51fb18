"""A device as APMonitor's state file has it (`detail`), and what that lacks beside it. Pure.

Names and shape are those of APMonitor: `interfaces` by ifIndex, each with its first neighbour and the addresses behind
it. What hexmon knows beyond that has names of its own, and is left out where there is nothing of it.
"""

from collections.abc import Iterator
from typing import Any

from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.json_fields import Fields, finite, indexes

_MOST = 100_000  # of anything in one device


def device_json(device: Device) -> dict[str, Any]:
    """The object for JSON."""
    interfaces = {str(one.index): _interface(one) for one in device.interfaces}
    neighbours, addresses = _placed(device, interfaces)
    more = {
        "sys_descr": device.description,
        "sys_object_id": device.object_id,
        "serial": device.serial,
        "uptime": finite(device.uptime),
        "values": {name: finite(value) for name, value in device.values.items()},
        "bits": dict(device.bits),
        "neighbours": neighbours,
        "arp": addresses,
        "notes": list(device.notes),
    }
    found = {
        "sys_name": device.name,
        "sys_location": device.location,
        "sys_contact": device.contact,
        "interfaces": interfaces,
        **{name: value for name, value in more.items() if value not in ("", None, {}, [])},
    }
    return found if device.macs_known else {**found, "macs_known": False}


def _interface(one: Interface) -> dict[str, Any]:
    found: dict[str, Any] = {
        "descr": one.name,
        "alias": one.alias,
        "slot": one.slot,
        "speed_mbps": finite(one.speed),
        "oper": one.oper,
        "admin": one.admin,
        "neighbour_host": "",
        "neighbour_port": "",
        "neighbour_proto": "",
        "arp": [],
    }
    return {**found, "macs": list(one.macs)} if one.macs else found


def _placed(device: Device, interfaces: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Put neighbours and addresses with their interfaces; those that find no place there."""
    neighbours: list[Any] = []
    for near in device.neighbours:
        at = interfaces.get(str(near.index))
        if at is None or at["neighbour_host"] or not near.host:
            more = {"index": near.index, "host": near.host, "port": near.port, "proto": near.protocol}
            neighbours.append(more)
        else:
            at.update(neighbour_host=near.host, neighbour_port=near.port, neighbour_proto=near.protocol)
    addresses: list[Any] = []
    for entry in device.arp:
        at = interfaces.get(str(entry.index))
        if at is None:
            addresses.append({"index": entry.index, "mac": entry.mac, "ip": entry.ip})
        else:
            at["arp"].append({"mac": entry.mac, "ip": entry.ip, "hostname": ""})
    return neighbours, addresses


def decode_device(fields: Fields) -> Device:
    """The device of such an object; interfaces, neighbours and addresses in the order of ifIndex."""
    rows = sorted(indexes(fields.of("interfaces")), key=lambda row: row[0])[:_MOST]
    bits = fields.numbers("bits")
    return Device(
        name=fields.text("sys_name"),
        description=fields.text("sys_descr"),
        location=fields.text("sys_location"),
        contact=fields.text("sys_contact"),
        object_id=fields.text("sys_object_id"),
        serial=fields.text("serial"),
        uptime=fields.number("uptime"),
        interfaces=tuple(_decode_interface(index, one) for index, one in rows),
        macs_known=fields.flag("macs_known", default=True),
        values=fields.numbers("values"),
        bits={name: int(width) for name, width in bits.items() if width in (32, 64)},
        arp=tuple(sorted(_addresses(rows, fields), key=lambda entry: entry.index)),
        neighbours=tuple(sorted(_neighbours(rows, fields), key=lambda near: near.index)),
        notes=fields.texts("notes"),
    )


def _decode_interface(index: int, one: Fields) -> Interface:
    return Interface(
        index=index,
        name=one.text("descr"),
        oper=one.text("oper", "unknown"),
        admin=one.text("admin", "down"),
        macs=one.texts("macs"),
        alias=one.text("alias"),
        slot=one.text("slot"),
        speed=one.number("speed_mbps"),
    )


def _neighbours(rows: list[tuple[int, Fields]], fields: Fields) -> Iterator[Neighbour]:
    for index, one in rows:
        if host := one.text("neighbour_host"):
            yield Neighbour(
                index=index, host=host, port=one.text("neighbour_port"), protocol=one.text("neighbour_proto")
            )
    for one in fields.objects("neighbours"):
        yield Neighbour(
            index=one.count("index") or 0, host=one.text("host"), port=one.text("port"), protocol=one.text("proto")
        )


def _addresses(rows: list[tuple[int, Fields]], fields: Fields) -> Iterator[ArpEntry]:
    for index, one in rows:
        for entry in one.objects("arp"):
            yield ArpEntry(index=index, mac=entry.text("mac"), ip=entry.text("ip"))
    for entry in fields.objects("arp"):
        yield ArpEntry(index=entry.count("index") or 0, mac=entry.text("mac"), ip=entry.text("ip"))
