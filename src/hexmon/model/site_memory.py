"""All that is remembered of one monitor of a YAML site: its state, what was told of its device, what changed lately."""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from hexmon.model.site import Monitor
from hexmon.model.site_state import MonitorState

_PACK_ABOVE = 1024  # bytes


class Pace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The telling of one kind of change of one interface, from its first change until it has been calm for long enough.

    `kind` is "status", "macs", "device" or "numbers"; values are tuples of words of that kind. `origin` is what it was
    before the first change, `told` what people know, `now` what it is. `pending` changes were not told, the first of
    them at `since`; the latest change was at `changed`. `sent` messages went out, the last at `last`. `returned`: that
    it was as at first again was told once. `label` names the interface, `note` says more.
    """

    kind: str
    index: int
    label: str
    origin: tuple[str, ...]
    told: tuple[str, ...]
    now: tuple[str, ...]
    note: str = ""
    changed: float = 0.0
    pending: int = 0
    since: float = 0.0
    sent: int = 0
    last: float = 0.0
    returned: bool = False


class DeviceChange(msgspec.Struct, frozen=True, gc=False):
    """A line of the list of what changed lately."""

    at: float
    text: str


class Identity(msgspec.Struct, frozen=True, gc=False):
    """By what a device is known to be the same as before; "" where it does not tell."""

    name: str = ""
    object_id: str = ""
    serial: str = ""


class MonitorMemory(msgspec.Struct, frozen=True, kw_only=True):
    """`what` is what the monitor looks at (`target`): memory of something else is never used.

    `changes` are the newest first. `uptime` is that of the last good poll. Until the moment `learning` the device,
    which has just started, may not have learned all MACs again. `left`: when the monitor vanished from its file, 0.0
    while it is there.
    """

    what: tuple[str, ...] = ()
    state: MonitorState = MonitorState()
    paces: Mapping[str, Pace] = MappingProxyType({})
    changes: tuple[DeviceChange, ...] = ()
    identity: Identity = Identity()
    uptime: float | None = None
    learning: float = 0.0
    left: float = 0.0


def target(monitor: Monitor) -> tuple[str, ...]:
    """What a monitor looks at: its type, address and port, without how often and who is told."""
    return monitor.type, monitor.address, "" if monitor.port is None else str(monitor.port), monitor.mac


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


_encode = msgspec.msgpack.Encoder(enc_hook=_plain).encode
_decode = msgspec.msgpack.Decoder(MonitorMemory).decode


def _in_utf8(value: Any) -> Any:
    """Plain values with texts that can be written."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_in_utf8(name): _in_utf8(item) for name, item in value.items()}
        case list() | tuple():
            return [_in_utf8(item) for item in value]
        case _:
            return value


def encode_memory(memory: MonitorMemory) -> bytes:
    """For a store: one byte says whether the rest is compressed."""
    try:
        data = _encode(memory)
    except UnicodeEncodeError:  # half a surrogate pair in a text of the device
        data = _encode(_in_utf8(msgspec.to_builtins(memory, enc_hook=_plain)))
    return b"z" + zlib.compress(data, 1) if len(data) > _PACK_ABOVE else b"-" + data


def decode_memory(data: bytes) -> MonitorMemory:
    """What `encode_memory` made. Raises ValueError for anything else."""
    try:
        return _decode(zlib.decompress(data[1:]) if data[:1] == b"z" else data[1:])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(str(error)) from error
