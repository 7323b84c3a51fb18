"""What hexmon remembers of a monitor beyond APMonitor's state file, as an object for JSON. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from hexmon.model.site_memory import DeviceChange, Identity, MonitorMemory, Pace
from hexmon.model.site_state import MonitorState


class _More(msgspec.Struct, frozen=True, kw_only=True):
    """MonitorMemory without its state."""

    what: tuple[str, ...] = ()
    paces: Mapping[str, Pace] = MappingProxyType({})
    changes: tuple[DeviceChange, ...] = ()
    identity: Identity = Identity()
    uptime: float | None = None
    learning: float = 0.0
    left: float = 0.0


_NOTHING = _More()
_NAMES = tuple(field.name for field in msgspec.structs.fields(_More))


def more_json(memory: MonitorMemory) -> dict[str, Any]:
    """Only what there is; empty when there is nothing."""
    found = {name: getattr(memory, name) for name in _NAMES if getattr(memory, name) != getattr(_NOTHING, name)}
    return {name: msgspec.to_builtins(dict(value) if name == "paces" else value) for name, value in found.items()}


def decode_more(found: object, state: MonitorState) -> MonitorMemory:
    """The memory with that state; nothing but the state where the object makes no sense."""
    try:
        more = msgspec.convert(found, _More) if isinstance(found, dict) else _More()
    except (msgspec.ValidationError, OverflowError):
        more = _More()
    return MonitorMemory(state=state, **{name: getattr(more, name) for name in _NAMES})
