"""Devices for tests: a test names only what matters to it."""

from typing import Any

from hexmon.model.device import Device, Interface
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType

A, B, C, D = (f"00:00:5E:00:53:0{number}" for number in range(1, 5))


def an_interface(index: int, name: str | None = None, oper: str = "up", *macs: str, **others: Any) -> Interface:
    """`Gi0/INDEX`, up and meant to be."""
    return Interface(
        index=index, name=f"Gi0/{index}" if name is None else name, oper=oper, macs=macs, **{"admin": "up", **others}
    )


def a_device(*interfaces: Interface, **others: Any) -> Device:
    """A switch that has been up for a day."""
    return Device(**{"name": "sw1", "object_id": "1.3.8", "uptime": 86400.0, **others}, interfaces=interfaces)


def a_monitor(name: str = "office-switch", kind: MonitorType = "ports", **others: Any) -> Monitor:
    """One of the site HomeLab."""
    test = kind if kind != "ping" else "conn"
    words: dict[str, Any] = {"site": "HomeLab", "address": "snmp://192.0.2.6", "key": StatusKey(f"lab.{name}", test)}
    return Monitor(**{**words, **others}, type=kind, name=name)
