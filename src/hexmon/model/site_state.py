"""What is remembered of a monitor of a YAML site between its checks. Moments are epoch seconds UTC, 0.0 for never."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hexmon.model.device import Device


class InterfaceState(msgspec.Struct, frozen=True, gc=False):
    """What the next poll is compared with: one interface of a `ports` monitor. `macs_known` False: never read yet."""

    name: str
    oper: str
    admin: str
    macs: tuple[str, ...] = ()
    macs_known: bool = True


class PortState(msgspec.Struct, frozen=True, gc=False):
    """What the last good poll of a `port` monitor saw; `mac` "" when none was learned."""

    oper: str
    mac: str = ""


class MonitorState(msgspec.Struct, frozen=True, kw_only=True):
    """One monitor: the fields of APMonitor's state file, by the same names.

    `last_response_time_ms` None: it is down, or was never checked. `ports_state` is the committed baseline by ifIndex.
    `recovery_owed`, which APMonitor has not: it is up again, and nobody could be told of that yet.
    """

    is_up: bool = True
    last_checked: float = 0.0
    last_response_time_ms: int | None = None
    down_count: int = 0
    last_alarm_started: float = 0.0
    last_notified: float = 0.0
    notified_count: int = 0
    last_successful_heartbeat: float = 0.0
    error_reason: str = ""
    last_config_checksum: str = ""
    disk_space_pct: float | None = None
    detail: Device | None = None
    ports_state: Mapping[int, InterfaceState] = MappingProxyType({})
    port_state: PortState | None = None
    recovery_owed: bool = False
