"""The state file of APMonitor, read and written."""

import json
from datetime import UTC, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.site_memory import DeviceChange, Identity, MonitorMemory, Pace
from hexmon.model.site_state import InterfaceState, MonitorState, PortState
from hexmon.model.site_state_json import decode_memories, decode_state, encode_memories, encode_state

_MELBOURNE = ZoneInfo("Australia/Melbourne")
_DOCUMENTED = {
    "is_up": False,
    "last_checked": "2026-11-26T03:00:00.123456",
    "last_response_time_ms": None,
    "down_count": 4,
    "last_alarm_started": "2026-11-26T02:30:00",
    "last_notified": "2026-11-26T02:45:00",
    "notified_count": 2,
    "last_successful_heartbeat": None,
    "error_reason": "host unreachable",
    "last_config_checksum": "ab" * 32,
    "disk_space_pct": 73.4,
    "detail": {
        "sys_name": "sw1",
        "sys_location": "rack 2",
        "sys_contact": "noc",
        "interfaces": {
            "12": {
                "descr": "Gi0/12",
                "alias": "uplink",
                "slot": "1",
                "speed_mbps": 1000,
                "oper": "up",
                "admin": "up",
                "neighbour_host": "core",
                "neighbour_port": "Te1/1",
                "neighbour_proto": "CDP",
                "arp": [{"mac": "00:11:22:33:44:55", "ip": "192.0.2.7", "hostname": "printer.test"}],
            }
        },
    },
    "ports_state": {"12": {"name": "Gi0/12", "oper": "up", "admin": "up", "macs": ["00:11:22:33:44:55"]}},
    "port_state": {"oper": "up", "mac": "00:11:22:33:44:55"},
}


def _one(record: dict[str, Any]) -> MonitorState:
    return decode_state(json.dumps({"m": record}).encode(), UTC)["m"]


def test_a_file_of_the_original_is_understood() -> None:
    document = {"execution_time": "2026-11-26T03:00:01.5", "execution_ms": 812, "gw": _DOCUMENTED}
    states = decode_state(json.dumps(document).encode(), _MELBOURNE)
    assert list(states) == ["gw"]
    state = states["gw"]
    assert state.last_checked == 1795622400.123456  # 16:00 UTC: daylight saving in Melbourne
    assert (state.is_up, state.down_count, state.notified_count) == (False, 4, 2)
    assert state.error_reason == "host unreachable"
    assert state.disk_space_pct == 73.4
    assert state.ports_state == {12: InterfaceState("Gi0/12", "up", "up", ("00:11:22:33:44:55",))}
    assert state.port_state == PortState("up", "00:11:22:33:44:55")
    assert state.detail == Device(
        name="sw1",
        location="rack 2",
        contact="noc",
        interfaces=(Interface(index=12, name="Gi0/12", oper="up", admin="up", alias="uplink", slot="1", speed=1000),),
        neighbours=(Neighbour(index=12, host="core", port="Te1/1", protocol="CDP"),),
        arp=(ArpEntry(index=12, mac="00:11:22:33:44:55", ip="192.0.2.7"),),
    )


def test_what_is_written_has_the_documented_names() -> None:
    state = MonitorState(
        last_checked=1795622400.123456,
        detail=Device(name="sw1", interfaces=(Interface(index=12, name="Gi0/12"),)),
        ports_state={12: InterfaceState("Gi0/12", "up", "up")},
        port_state=PortState("up"),
    )
    document = json.loads(encode_state({"gw": state}, 1795622401.5, 812))
    assert document["execution_time"] == "2026-11-25T16:00:01.500000+00:00"
    assert document["execution_ms"] == 812
    record = document["gw"]
    assert set(record) == set(_DOCUMENTED)
    assert record["last_checked"] == "2026-11-25T16:00:00.123456+00:00"
    assert record["last_notified"] is None
    assert record["error_reason"] is None
    interface = record["detail"]["interfaces"]["12"]
    assert set(interface) == set(_DOCUMENTED["detail"]["interfaces"]["12"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("written", "zone", "moment"),
    [
        pytest.param("2026-11-25T16:00:00", UTC, 1795622400.0, id="without an offset it is local time"),
        pytest.param("2026-11-25T16:00:00+01:00", UTC, 1795618800.0, id="an offset is believed"),
        pytest.param("2026-11-25T16:00:00Z", _MELBOURNE, 1795622400.0, id="Z is one"),
        pytest.param("2026-11-25T16:00:00", timezone(timedelta(hours=-5)), 1795640400.0, id="west of Greenwich"),
        pytest.param("0001-01-01T00:00:00", _MELBOURNE, 0.0, id="before all time is never"),
        pytest.param("yesterday", UTC, 0.0, id="what is no moment is never"),
        pytest.param("", UTC, 0.0, id="nothing is never"),
        pytest.param(1795622400, UTC, 0.0, id="a number is no moment"),
    ],
)
def test_moments(written: object, zone: Any, moment: float) -> None:
    found = decode_state(json.dumps({"m": {"last_checked": written}}).encode(), zone)
    assert found["m"].last_checked == moment


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_up", "yes"),
        ("last_response_time_ms", -3),
        ("down_count", "4"),
        ("notified_count", True),
        ("error_reason", 7),
        ("last_config_checksum", ["x"]),
        ("disk_space_pct", "full"),
        ("detail", "none"),
        ("ports_state", [1, 2]),
        ("ports_state", {"one": {}, "99999999999": {}}),
        ("port_state", "up"),
        ("a field of next year", 1),
    ],
)
def test_a_field_that_makes_no_sense_leaves_the_others(field: str, value: object) -> None:
    assert _one({"last_checked": "2026-11-25T16:00:00", field: value}) == MonitorState(last_checked=1795622400.0)


def test_a_monitor_may_be_called_like_the_stamp_of_the_run() -> None:
    states = {"execution_time": MonitorState(down_count=3, is_up=False), "execution_ms": MonitorState()}
    assert decode_state(encode_state(states, 1.0, 1), UTC) == states


@pytest.mark.parametrize("damaged", [b"", b"{", b'{"a": }', b"\xff\xfe\xfd", b"[" * 100_000, b'{"a":' + b"9" * 5000])
def test_what_is_no_json_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the caller names the file
        decode_state(damaged, UTC)


_TEXT = st.text(max_size=6)
_SOME = st.text(min_size=1, max_size=6)
_MOMENTS = st.integers(0, 4 * 10**15).map(lambda us: us / 1e6)
_NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_INDEXES = st.integers(0, 2**31)
_MACS = st.lists(_TEXT, max_size=3).map(tuple)


@st.composite
def _devices(draw: st.DrawFn) -> Device:
    """With interfaces, neighbours and addresses in the order of ifIndex, as a poll sees them."""
    indexes = sorted(draw(st.sets(_INDEXES, max_size=4)))
    near = sorted(draw(st.dictionaries(_INDEXES | st.sampled_from(indexes or [1]), _SOME, max_size=4)).items())
    return Device(
        name=draw(_TEXT),
        description=draw(_TEXT),
        object_id=draw(_TEXT),
        serial=draw(_TEXT),
        uptime=draw(_NUMBERS),
        interfaces=tuple(
            Interface(index=index, name=draw(_TEXT), oper=draw(_SOME), admin=draw(_SOME), speed=draw(_NUMBERS))
            for index in indexes
        ),
        macs_known=draw(st.booleans()),
        values=draw(st.dictionaries(_TEXT, _NUMBERS, max_size=3)),
        bits=draw(st.dictionaries(_TEXT, st.sampled_from([32, 64]), max_size=3)),
        arp=tuple(ArpEntry(index=index, mac=draw(_TEXT), ip=draw(_TEXT)) for index, _ in near),
        neighbours=tuple(Neighbour(index=index, host=host, port=draw(_TEXT)) for index, host in near),
        notes=draw(st.lists(_TEXT, max_size=2).map(tuple)),
    )


_STATES = st.builds(
    MonitorState,
    is_up=st.booleans(),
    last_checked=_MOMENTS,
    last_response_time_ms=st.none() | st.integers(0, 10**9),
    down_count=st.integers(0, 10**6),
    last_alarm_started=_MOMENTS,
    last_notified=_MOMENTS,
    notified_count=st.integers(0, 10**6),
    last_successful_heartbeat=_MOMENTS,
    error_reason=_TEXT,
    last_config_checksum=_TEXT,
    disk_space_pct=_NUMBERS,
    detail=st.none() | _devices(),
    ports_state=st.dictionaries(
        _INDEXES, st.builds(InterfaceState, _TEXT, _SOME, _SOME, _MACS, st.booleans()), max_size=3
    ),
    port_state=st.none() | st.builds(PortState, _SOME, _TEXT),
    recovery_owed=st.booleans(),
)


@given(st.dictionaries(_SOME, _STATES, max_size=3))
def test_what_was_written_is_read_again(states: dict[str, MonitorState]) -> None:
    assert decode_state(encode_state(states, 1795622400.0, 12), _MELBOURNE) == states


_WORDS = st.lists(_TEXT, max_size=2).map(tuple)
_REAL = st.floats(allow_nan=False, allow_infinity=False)
_PACES = st.builds(
    Pace, kind=_TEXT, index=_INDEXES, label=_TEXT, origin=_WORDS, told=_WORDS, now=_WORDS, changed=_REAL, last=_REAL
)
_MEMORIES = st.builds(
    MonitorMemory,
    what=_WORDS,
    state=_STATES,
    paces=st.dictionaries(_TEXT, _PACES, max_size=2),
    changes=st.lists(st.builds(DeviceChange, _REAL, _TEXT), max_size=2).map(tuple),
    identity=st.builds(Identity, _TEXT, _TEXT, _TEXT),
    uptime=_NUMBERS,
    learning=_REAL,
)


@given(st.dictionaries(_SOME, _MEMORIES, max_size=3))
def test_the_whole_memory_is_read_again(memories: dict[str, MonitorMemory]) -> None:
    data = encode_memories(memories, 1795622400.0, 12)
    assert decode_memories(data, UTC) == memories
    assert decode_state(data, UTC) == {name: memory.state for name, memory in memories.items()}


@pytest.mark.parametrize("more", [7, [], {"paces": {"a": 1}}, {"uptime": "long"}, {"learning": 10**400}])
def test_a_memory_that_makes_no_sense_leaves_the_state(more: object) -> None:
    data = json.dumps({"m": {"down_count": 3, "hexmon": more}}).encode()
    assert decode_memories(data, UTC)["m"] == MonitorMemory(state=MonitorState(down_count=3))


_MORE = ("hexmon", "paces", "uptime", "identity", "changes")
_NAMES = st.sampled_from(
    [*_DOCUMENTED, *_MORE, "interfaces", "12", "arp", "macs", "neighbours", "values", "bits", "index"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=3), st.dictionaries(_NAMES, _JSON, max_size=8)) | _JSON)
def test_whatever_the_json_is_like_it_is_read_and_written_again(document: object) -> None:
    states = decode_memories(json.dumps(document).encode(), _MELBOURNE)
    assert decode_memories(encode_memories(states, 1795622400.0, 12), UTC).keys() == states.keys()
