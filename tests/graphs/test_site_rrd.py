"""The RRD files of YAML sites, compared with files that the real rrdtool made by the documented schema."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from hexmon.graphs import librrd
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.schema import Update
from hexmon.graphs.site_rrd import (
    MOST_INTERFACES,
    Place,
    availability_update,
    file_of,
    indexes_in,
    indexes_of,
    layout_of,
    snmp_update,
    step_of,
)
from hexmon.model.device import Device, Interface
from hexmon.model.events import MonitorChecked
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType
from tests.support.rrd import START, definition, made, rrdtool

OFFICE = Place("office", "gw-availability.rrd")


def monitor(kind: MonitorType = "ping", name: str = "gw", every: float = 300.0, port: int | None = None) -> Monitor:
    key = StatusKey(f"office.{name}", "conn")
    return Monitor(site="office", key=key, type=kind, name=name, address="127.0.0.1", check_every=every, port=port)


def checked(*, up: bool = True, seconds: float = 0.01234, at: float = START) -> MonitorChecked:
    return MonitorChecked(at=at, key=StatusKey("office.gw", "conn"), up=up, seconds=seconds)


# The rows of the documentation, for steps that divide a day and for those that do not.
RETENTION = {
    10: [(1, 267840), (30, 18600), (180, 18600), (360, 43830), (8640, 22692)],
    60: [(1, 44640), (5, 18600), (30, 18600), (60, 43830), (1440, 22692)],
    300: [(1, 8928), (1, 18600), (6, 18600), (12, 43830), (288, 22692)],
    400: [(1, 6696), (1, 18600), (4, 18600), (9, 43830), (216, 22692)],
    3600: [(1, 744), (1, 18600), (1, 18600), (1, 43830), (24, 22692)],
    172800: [(1, 15), (1, 18600), (1, 18600), (1, 43830), (1, 22692)],
    10**7: [(1, 1), (1, 18600), (1, 18600), (1, 43830), (1, 22692)],
}


def archives(step: int) -> list[str]:
    native, few, half, hour, day = RETENTION[step]
    order = [("AVERAGE", native), ("MIN", native), ("MAX", native), ("AVERAGE", few), ("AVERAGE", half)]
    order += [("AVERAGE", hour), ("AVERAGE", day), ("MIN", few), ("MAX", few)]
    return [f"RRA:{function}:0.5:{steps}:{rows}" for function, (steps, rows) in order]


@pytest.mark.parametrize("step", RETENTION)
def test_the_archives_are_those_of_the_documentation(step: int) -> None:
    found = [f"RRA:{one.function}:{one.xff}:{one.steps}:{one.rows}" for one in layout_of(step).archives]
    assert found == archives(step)


def golden(tmp_path: Path, update: Update, step: int, sources: list[str]) -> None:
    files = RrdFiles(tmp_path / "ours")
    ours = files.place(update.folder, update.file)
    files.write(ours, [update])
    theirs = made(tmp_path / "theirs.rrd", *sources, *archives(step), start=START - step, step=step)
    assert definition(rrdtool("info", str(ours))) == definition(rrdtool("info", str(theirs)))
    for path in (ours, theirs):  # they are large
        path.unlink()


@pytest.mark.parametrize("step", [60, 300, 400])
def test_an_availability_file_is_as_documented(tmp_path: Path, step: int) -> None:
    sources = [f"DS:response_time:GAUGE:{2 * step}:0:U", f"DS:is_up:GAUGE:{2 * step}:0:100"]
    golden(tmp_path, availability_update(monitor(every=step), OFFICE, checked()), step, sources)


COUNTERS = [
    "tcp_retrans",
    *(f"total_{what}_{way}" for what in ("bits", "pkts", "errors") for way in ("in", "out")),
    "total_pkts_ucast",
    "total_pkts_bmcast",
]
FIXED = [
    *(f"{name}:COUNTER:0:U" for name in COUNTERS),
    "cpu_load:GAUGE:0:100",
    "memory_pct:GAUGE:0:100",
    *(f"{name}:COUNTER:0:U" for name in ("context_switches", "swap_io", "disk_read", "disk_write")),
    "disk_space_pct:GAUGE:0:100",
    "swap_used:GAUGE:0:U",
    "interrupts:COUNTER:0:U",
    *(f"{name}:GAUGE:0:U" for name in ("ports_up_count", "nvram_flash_bytes", "mac_count", "arp_count")),
]
EVERYTHING: dict[str, float | None] = dict.fromkeys((word.split(":")[0] for word in FIXED), 7.126)
POLL = Device(
    values={**EVERYTHING, "if10_in": 1.0, "if10_out": 2.0, "if2_in": 3.0, "if2_out": 4.0},
    bits=dict.fromkeys([*(word.split(":")[0] for word in FIXED if "COUNTER" in word), "if10_in", "if2_in"], 64),
    interfaces=(Interface(index=2, name="b"), Interface(index=10, name="a")),
)


@pytest.mark.parametrize(
    ("kind", "pairs", "port"), [("ports", ["if2", "if10"], None), ("port", ["if10"], 10), ("host", [], None)]
)
def test_an_snmp_file_is_as_documented(tmp_path: Path, kind: MonitorType, pairs: list[str], port: int | None) -> None:
    sources = [f"{pair}_{way}:COUNTER:0:U" for pair in pairs for way in ("in", "out")] + FIXED
    assert len(sources) == 2 * len(pairs) + 22
    words = [":".join(["DS", *word.split(":")[:2], "600", *word.split(":")[2:]]) for word in sources]
    golden(tmp_path, snmp_update(monitor(kind, port=port), OFFICE, START, POLL, None)[1], 300, words)


@pytest.mark.parametrize(
    ("names", "indexes"),
    [
        pytest.param(["if10_in", "if10_out", "if2_out", "if2_in", "total_bits_in"], [2, 10], id="by number"),
        pytest.param(["if1_in", "if2_out"], [], id="one way is not enough"),
        pytest.param(["if01_in", "if01_out", "if_in", "if_out", f"if{'1' * 5000}_in"], [], id="no numbers"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_the_interfaces_of_a_file(names: list[str], indexes: list[int]) -> None:
    assert indexes_in(names) == indexes


@pytest.mark.parametrize(
    ("kind", "filled"),
    [
        (
            "ports",
            {*COUNTERS, "cpu_load", "memory_pct", "ports_up_count", "nvram_flash_bytes", "mac_count", "arp_count"},
        ),
        ("port", set(COUNTERS) - {"tcp_retrans"}),
        (
            "host",
            {"cpu_load", "memory_pct", "context_switches", "swap_io", "disk_read", "disk_write"}
            | {"disk_space_pct", "swap_used", "interrupts"},
        ),
    ],
)
def test_what_each_type_fills(kind: MonitorType, filled: set[str]) -> None:
    update = snmp_update(monitor(kind, port=2), OFFICE, START, POLL, None)[1]
    values = {source.name: value for source, value in zip(update.sources, update.values, strict=True)}
    there = {name for name, value in values.items() if value != "U" and not name.startswith("if")}
    assert there == filled
    assert values.get("cpu_load", "7.13") in ("7.13", "U")
    assert values["total_pkts_in"] in ("7", "U")
    if kind != "host":
        assert values["if2_in"] == "3"


@pytest.mark.parametrize(
    ("event", "values"),
    [
        pytest.param(checked(), ("12.34", "100"), id="up: how long it took in ms"),
        pytest.param(checked(up=False), ("U", "0"), id="down: unknown"),
    ],
)
def test_what_a_check_brings(event: MonitorChecked, values: tuple[str, ...]) -> None:
    assert availability_update(monitor(), OFFICE, event).values == values


@pytest.mark.parametrize(
    ("kind", "host", "file"),
    [
        ("ping", "office.gw-1.example", "gw-1.example-availability.rrd"),
        ("host", "office.Mail_server", "Mail_server-snmp.rrd"),
        ("http", "office..hidden", "_hidden-availability.rrd"),
    ],
)
def test_the_name_of_a_file(kind: MonitorType, host: str, file: str) -> None:
    assert file_of(replace(monitor(kind), key=StatusKey(host, "conn")), "office") == file


@pytest.mark.parametrize(("every", "step"), [(300.0, 300), (0.2, 1), (59.6, 60), (1e300, 2**30)])
def test_the_step_is_the_interval(every: float, step: int) -> None:
    assert step_of(monitor(every=every)) == step


def test_a_device_with_endless_interfaces_gets_a_bounded_file() -> None:
    many = Device(interfaces=tuple(Interface(index=index, name="x") for index in range(5000, 0, -1)))
    assert indexes_of(monitor("ports"), many) == tuple(range(1, MOST_INTERFACES + 1))
    odd = Device(
        values={"if99999999999_in": 1.0, "if7_in": 1.0, "ifx_in": 1.0, "if07_in": 1.0},
        interfaces=(Interface(index=-5, name="x"), Interface(index=2**40, name="x")),
    )
    assert indexes_of(monitor("ports"), odd) == (7,)


def test_interfaces_that_appear_later_keep_what_was_there(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    few = Device(values={"if1_in": 100.0}, bits={"if1_in": 64}, interfaces=(Interface(index=1, name="a"),))
    memory, update = snmp_update(monitor("ports"), OFFICE, START, few, None)
    path = files.place("office", update.file)
    files.write(path, [update])
    for number in range(1, 4):
        poll = Device(values={"if1_in": 100.0 + 600 * number}, bits={"if1_in": 64}, interfaces=few.interfaces)
        memory, update = snmp_update(monitor("ports"), OFFICE, START + 300 * number, poll, memory)
        files.write(path, [update])
    before = librrd.fetch(path, "AVERAGE", START, START + 600, 300)
    more = Device(values={"if1_in": 2500.0, "if0_in": 5.0}, bits={"if1_in": 64, "if0_in": 64})
    memory, update = snmp_update(monitor("ports"), OFFICE, START + 1200, more, memory)
    files.write(path, [update])
    after = librrd.fetch(path, "AVERAGE", START, START + 600, 300)
    place = before.names.index("if1_in")
    assert [row[place] for row in before.rows][:3] == [2.0, 2.0, 2.0]
    assert after.names[:4] == ("if0_in", "if0_out", "if1_in", "if1_out")
    assert [row[2] for row in after.rows] == [row[place] for row in before.rows]
    assert files.counts["migrated"] == 1
