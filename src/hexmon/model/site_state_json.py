"""The state file of a YAML site as APMonitor documents it: from the states of its monitors to JSON, and back. Pure.

One object for each monitor, by its name, and when the run ended (`execution_time`) and how long it took
(`execution_ms`). A monitor of such a name takes that place. Moments are written in UTC with their offset; those without
one, as APMonitor writes them, are local time.
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from hexmon.model.device_json import decode_device, device_json
from hexmon.model.json_fields import Fields, indexes
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_memory_json import decode_more, more_json
from hexmon.model.site_state import InterfaceState, MonitorState, PortState

_LATEST = 253_402_300_799.0  # the end of the year 9999
_DIGEST = 64  # hexadecimal digits of SHA-256


def encode_state(states: Mapping[str, MonitorState], execution_time: float, execution_ms: int) -> bytes:
    """The whole file. `execution_time` is epoch seconds, when the run ended."""
    return _written_file({name: _record(state) for name, state in states.items()}, execution_time, execution_ms)


def decode_state(data: bytes, zone: tzinfo) -> dict[str, MonitorState]:
    """What is remembered of each monitor; what is missing or makes no sense is as if it had never been checked.

    `zone` is that of moments without an offset. Raises ValueError for what is no JSON.
    """
    return {name: memory.state for name, memory in decode_memories(data, zone).items()}


def encode_memories(memories: Mapping[str, MonitorMemory], execution_time: float, execution_ms: int) -> bytes:
    """The same file; what APMonitor does not know of is in each record below `hexmon`, and it leaves it alone."""
    records = {}
    for name, memory in memories.items():
        more = more_json(memory)
        records[name] = {**_record(memory.state), **({"hexmon": more} if more else {})}
    return _written_file(records, execution_time, execution_ms)


def decode_memories(data: bytes, zone: tzinfo) -> dict[str, MonitorMemory]:
    """All that such a file tells. As `decode_state`."""
    try:
        document = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return {
        name: decode_more(record.get("hexmon"), _state(Fields(record), zone))
        for name, record in _members(document)
        if name and isinstance(record, dict)
    }


def _written_file(records: dict[str, Any], execution_time: float, execution_ms: int) -> bytes:
    records.setdefault("execution_time", _written(execution_time))
    records.setdefault("execution_ms", execution_ms)
    return (json.dumps(records, indent=2, allow_nan=False) + "\n").encode("ascii")


def _members(document: object) -> Iterator[tuple[str, object]]:
    if isinstance(document, dict):
        yield from document.items()


def _record(state: MonitorState) -> dict[str, Any]:
    record: dict[str, Any] = {
        "is_up": state.is_up,
        "last_checked": _written(state.last_checked),
        "last_response_time_ms": state.last_response_time_ms,
        "down_count": state.down_count,
        "last_alarm_started": _written(state.last_alarm_started),
        "last_notified": _written(state.last_notified),
        "notified_count": state.notified_count,
        "last_successful_heartbeat": _written(state.last_successful_heartbeat),
        "error_reason": state.error_reason or None,
        "last_config_checksum": state.last_config_checksum or None,
        "disk_space_pct": _finite(state.disk_space_pct),
        "detail": None if state.detail is None else device_json(state.detail),
    }
    if state.ports_state:
        record["ports_state"] = {str(index): _baseline(one) for index, one in sorted(state.ports_state.items())}
    if state.port_state is not None:
        record["port_state"] = {"oper": state.port_state.oper, "mac": state.port_state.mac or None}
    if state.recovery_owed:
        record["recovery_owed"] = True
    return record


def _baseline(one: InterfaceState) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "oper": one.oper, "admin": one.admin, "macs": list(one.macs)}
    return found if one.macs_known else {**found, "macs_known": False}


def _state(fields: Fields, zone: tzinfo) -> MonitorState:
    detail = fields.of("detail")
    return MonitorState(
        is_up=fields.flag("is_up", default=True),
        last_checked=_moment(fields.text("last_checked"), zone),
        last_response_time_ms=fields.count("last_response_time_ms"),
        down_count=fields.count("down_count") or 0,
        last_alarm_started=_moment(fields.text("last_alarm_started"), zone),
        last_notified=_moment(fields.text("last_notified"), zone),
        notified_count=fields.count("notified_count") or 0,
        last_successful_heartbeat=_moment(fields.text("last_successful_heartbeat"), zone),
        error_reason=fields.text("error_reason"),
        last_config_checksum=fields.text("last_config_checksum")[:_DIGEST],
        disk_space_pct=fields.number("disk_space_pct"),
        detail=None if detail is None else decode_device(detail),
        ports_state=_interfaces(fields),
        port_state=_port(fields.of("port_state")),
        recovery_owed=fields.flag("recovery_owed", default=False),
    )


def _interfaces(fields: Fields) -> dict[int, InterfaceState]:
    return {
        index: InterfaceState(
            name=one.text("name"),
            oper=one.text("oper", "unknown"),
            admin=one.text("admin", "down"),
            macs=one.texts("macs"),
            macs_known=one.flag("macs_known", default=True),
        )
        for index, one in indexes(fields.of("ports_state"))
    }


def _port(fields: Fields | None) -> PortState | None:
    return None if fields is None else PortState(oper=fields.text("oper", "unknown"), mac=fields.text("mac"))


def _written(moment: float) -> str | None:
    """`2026-11-25T16:00:00.123456+00:00`; None for never."""
    if not 0.0 < moment <= _LATEST:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")


def _moment(text: str, zone: tzinfo) -> float:
    """Epoch seconds; 0.0 for what is no moment."""
    try:
        found = datetime.fromisoformat(text)
        seconds = (found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return seconds if 0.0 < seconds <= _LATEST else 0.0


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
