"""What is remembered of a device's counters, over restarts too."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexmon.graphs.files import RrdFiles
from hexmon.graphs.schema import Update
from hexmon.graphs.site_figures import SiteFigures
from hexmon.graphs.site_rrd import Place
from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor
from tests.support.rrd import START

KEY = StatusKey("office.sw", "ports")
PLACE = Place("office", "sw-snmp.rrd")
SWITCH = Monitor(site="office", key=KEY, type="ports", name="sw", address="127.0.0.1", check_every=86400)


def poll(number: int, octets: int, packets: int) -> MonitorChecked:
    values: dict[str, float | None] = {"if1_in": octets, "total_bits_in": 8 * octets, "total_pkts_in": packets}
    device = Device(values=values, bits=dict.fromkeys(values, 32), uptime=9_000_000.0 + 300 * number)
    return MonitorChecked(at=START + 300 * number + 0.5, key=KEY, up=True, seconds=1.0, device=device)


def value(update: Update, name: str) -> str:
    return dict(zip([source.name for source in update.sources], update.values, strict=True))[name]


def test_sums_go_on_over_a_restart(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    figures = SiteFigures(files.last)
    path = files.place(PLACE.folder, PLACE.file)
    written = []
    for number, octets in enumerate([2**32 - 100, 100, 300]):
        written = list(figures.updates(SWITCH, PLACE, poll(number, octets, 1000 + number)))
        files.write(path, written)
    assert value(written[0], "total_bits_in") == str(8 * (2**32 + 300))

    after = SiteFigures(files.last)
    (update,) = after.updates(SWITCH, PLACE, poll(3, 350, 1010))
    assert value(update, "total_bits_in") == str(8 * (2**32 + 350))
    assert value(update, "total_pkts_in") == "U"  # the parts of this sum are not in the file

    kept = SiteFigures(files.last)
    kept.load(figures.dump())
    (update,) = kept.updates(SWITCH, PLACE, poll(3, 350, 1010))
    assert value(update, "total_bits_in") == str(8 * (2**32 + 350))
    assert value(update, "total_pkts_in") == "1010"
    files.write(path, [update])

    late = SiteFigures(files.last)
    late.load(figures.dump())  # older than the file
    (update,) = late.updates(SWITCH, PLACE, poll(4, 360, 1020))
    assert value(update, "total_pkts_in") == "U"


def test_a_device_that_does_not_answer_brings_nothing() -> None:
    figures = SiteFigures(lambda _folder, _file: None)
    assert list(figures.updates(SWITCH, PLACE, replace(poll(0, 1, 1), up=False, device=None))) == []


def test_what_is_no_monitor_any_more_is_forgotten() -> None:
    figures = SiteFigures(lambda _folder, _file: None)
    list(figures.updates(SWITCH, PLACE, poll(0, 1, 1)))
    before = figures.dump()
    figures.keep_only([PLACE])
    assert figures.dump() == before
    figures.keep_only([])
    assert figures.dump() != before


@given(st.binary(max_size=60))
def test_any_bytes_may_be_loaded(data: bytes) -> None:
    figures = SiteFigures(lambda _folder, _file: (int(START), {"total_pkts_in": "5", "if1_in": "x"}))
    figures.load(data)
    assert len(list(figures.updates(SWITCH, PLACE, poll(0, 1, 1)))) == 1
