"""The RRD files of a pass: what is written, what cannot be, what is known of counters from pass to pass."""

from pathlib import Path

import pytest

from hexmon.app.site_rrds import SiteRrds
from hexmon.app.state_files import StateFiles
from hexmon.graphs import librrd
from hexmon.model.device import Device, Interface
from hexmon.model.events import MonitorChecked
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType, Site

_NOW = 1_795_622_400.0


def _monitor(kind: MonitorType, name: str) -> Monitor:
    key = StatusKey(f"Lab.{name}", kind)
    return Monitor(site="Lab", key=key, type=kind, name=name, address="192.0.2.1", check_every=300.0)


_WEB, _SWITCH, _OTHER = _monitor("http", "web"), _monitor("ports", "sw"), _monitor("ports", "other")
_SITE = Site(name="Lab", source="lab.yaml", stem="lab", folder="Lab", page="Lab", monitors=(_WEB, _SWITCH, _OTHER))


def _pass(folder: Path, at: float, *counts: tuple[Monitor, int]) -> list[str]:
    """One pass: of each monitor how many octets its only interface has counted."""
    rrds = SiteRrds(_SITE, StateFiles(folder / "lab.statefile.json"), wanted=True)
    for monitor, octets in counts:
        values: dict[str, float | None] = {"if1_in": octets, "total_bits_in": octets * 8, "cpu_load": 12.5}
        device = Device(
            interfaces=(Interface(index=1, name="Gi1"),), values=values, bits={"if1_in": 32}, uptime=at - _NOW + 9
        )
        polled = None if monitor is _WEB else device
        rrds.record(monitor, MonitorChecked(at=at, key=monitor.key, up=True, seconds=0.25, device=polled))
    return list(rrds.write())


def _last(folder: Path, file: str) -> dict[str, str]:
    found = librrd.info(folder / "lab.statefile.rrd" / file)
    return {key[3 : key.index("]")]: value for key, value in found.items() if key.endswith(".last_ds")}


def test_the_files_of_a_pass(tmp_path: Path) -> None:
    assert _pass(tmp_path, _NOW, (_WEB, 0), (_SWITCH, 1000)) == []
    assert _last(tmp_path, "web-availability.rrd") == {"response_time": "250.00", "is_up": "100"}
    switch = _last(tmp_path, "sw-snmp.rrd")
    assert (switch["if1_in"], switch["cpu_load"], switch["swap_used"]) == ("1000", "12.50", "U")
    assert len(switch) == 2 + 22


def test_what_is_known_of_counters_lasts_over_passes_in_which_they_are_not_due(tmp_path: Path) -> None:
    _pass(tmp_path, _NOW, (_SWITCH, 1000), (_OTHER, 1000))
    _pass(tmp_path, _NOW + 300, (_SWITCH, 2000))
    assert _pass(tmp_path, _NOW + 600, (_SWITCH, 3000), (_OTHER, 4000)) == []
    assert _last(tmp_path, "other-snmp.rrd")["if1_in"] == "4000"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "lab.statefile.rrd"
    folder.mkdir()
    for name in ("web-availability", "sw-snmp", "other-snmp"):
        (folder / f"{name}.rrd").mkdir()
    told = _pass(tmp_path, _NOW, (_WEB, 0), (_SWITCH, 1), (_OTHER, 1))
    assert len(told) == 3
    assert "web-availability.rrd" in told[0]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "lab.statefile.rrd").write_text("a file")
    assert _pass(tmp_path, _NOW, (_WEB, 0)) == [f"{tmp_path}/lab.statefile.rrd: File exists"]


@pytest.mark.parametrize("wanted", [False, True])
def test_nothing_comes_of_nothing(wanted: bool, tmp_path: Path) -> None:
    rrds = SiteRrds(_SITE, StateFiles(tmp_path / "lab.statefile.json"), wanted=wanted)
    if not wanted:
        rrds.record(_WEB, MonitorChecked(at=_NOW, key=_WEB.key, up=True, seconds=0.1))
    assert list(rrds.write()) == []
    assert list(tmp_path.iterdir()) == []
