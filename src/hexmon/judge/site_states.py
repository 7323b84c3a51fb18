"""How a check leaves what is remembered of a monitor. Pure."""

from msgspec.structs import replace

from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked
from hexmon.model.incident import Outage
from hexmon.model.site import Monitor
from hexmon.model.site_state import MonitorState, PortState


def checked(before: MonitorState, seen: MonitorChecked, monitor: Monitor) -> MonitorState:
    """The state after a check. What only a good poll tells stays as it was over a failed one."""
    after = replace(
        before,
        is_up=seen.up,
        last_checked=seen.at,
        last_response_time_ms=round(seen.seconds * 1000) if seen.up else None,
        down_count=0 if seen.up else before.down_count + 1,
        error_reason="" if seen.up else seen.reason,
        last_config_checksum=monitor.checksum,
    )
    return after if seen.device is None else _with_device(after, seen.device, monitor)


def _with_device(before: MonitorState, device: Device, monitor: Monitor) -> MonitorState:
    disk = device.values.get("disk_space_pct")
    port = _port(device, monitor) if monitor.type == "port" else None
    return replace(
        before,
        disk_space_pct=before.disk_space_pct if disk is None else disk,
        detail=replace(device, values={}, bits={}),  # the figures are in the graphs
        port_state=port or before.port_state,
    )


def _port(device: Device, monitor: Monitor) -> PortState | None:
    """The pinned MAC where it was learned, else the first one. MACs that nobody could read are told as none."""
    for interface in device.interfaces:
        if interface.index == monitor.port:
            found = monitor.mac if monitor.mac in interface.macs else next(iter(interface.macs), "")
            return PortState(interface.oper, found)
    return None


def with_outage(state: MonitorState, outage: Outage | None, beat: float) -> MonitorState:
    """The state with what alerting knows: the present or latest outage, and the last heartbeat that was taken."""
    beaten = max(state.last_successful_heartbeat, beat)
    if outage is None or outage.started < state.last_alarm_started:
        return replace(state, last_successful_heartbeat=beaten)
    return replace(
        state,
        last_alarm_started=outage.started,
        last_notified=outage.notified,
        notified_count=outage.count,
        last_successful_heartbeat=beaten,
    )
