"""A good poll of a device: what is remembered after it, and what is to be told. Pure."""

from datetime import tzinfo

import msgspec

from hexmon.judge.device_changes import Change, compare, identity_change, identity_of
from hexmon.judge.device_pacing import Gaps, advance
from hexmon.judge.device_words import line, notices
from hexmon.model.device import Device
from hexmon.model.site_memory import DeviceChange, Identity, MonitorMemory

MOST_REMEMBERED = 100  # changes of one device
LEARNING = 300.0  # seconds after its start in which a switch learns the MACs anew: how long it remembers them (802.1D)

_replace = msgspec.structs.replace


class Polled(msgspec.Struct, frozen=True):
    """`notices` are sentences without the name of the device."""

    memory: MonitorMemory
    notices: list[str]


def polled(memory: MonitorMemory, device: Device, now: float, gaps: Gaps | None, zone: tzinfo) -> Polled:
    """The memory of a `ports` monitor after a good poll. `gaps` None: nobody is told of changes.

    Without a baseline there is nothing to compare with. `state` gets the new baseline and nothing else.
    """
    learning = _learning(memory, device, now)
    comparison = compare(memory.state.ports_state, device, learning=now < learning)
    known = memory.identity if memory.identity != Identity() else _shown_before(memory)
    identity = identity_of(device, known)
    swapped = identity_change(known, identity) if memory.state.ports_state else None
    changes = (swapped, *comparison.changes) if swapped is not None else comparison.changes
    paces, due = advance(memory.paces, changes, now, gaps) if gaps is not None else ({}, [])
    after = _replace(
        memory,
        state=_replace(memory.state, ports_state=comparison.baseline),
        paces=paces,
        changes=_remembered(memory, changes, now),
        identity=identity,
        uptime=device.uptime if device.uptime is not None else memory.uptime,
        learning=learning,
    )
    return Polled(after, notices(due, zone))


def _learning(memory: MonitorMemory, device: Device, now: float) -> float:
    """Until when MACs that are missing may only not be learned yet: a device whose uptime went back has started."""
    if device.uptime is not None and memory.uptime is not None and device.uptime < memory.uptime:
        return now + LEARNING - device.uptime
    return memory.learning


def _shown_before(memory: MonitorMemory) -> Identity:
    """What came with a state file has no identity of its own."""
    return identity_of(memory.state.detail) if memory.state.detail is not None else Identity()


def _remembered(memory: MonitorMemory, changes: tuple[Change, ...], now: float) -> tuple[DeviceChange, ...]:
    if not changes:
        return memory.changes
    new = [DeviceChange(now, line(change)) for change in changes[:MOST_REMEMBERED]]
    return (*new, *memory.changes)[:MOST_REMEMBERED]
