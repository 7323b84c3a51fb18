"""The files of MRTG on disk: pages of several sites, and the entry in the CGI program."""

from datetime import UTC
from pathlib import Path

from hexmon.app.site_mrtg import PROGRAM, MrtgFiles
from hexmon.model.device import Device
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, Site
from hexmon.model.site_state import MonitorState

_NOW = 1_795_622_400.0
_CGI = "BEGIN { @config_files = qw(); }\n"


def _site(folder: str, name: str) -> Site:
    monitors = (
        Monitor(site=name, key=StatusKey(f"{folder}.gw", "conn"), type="ping", name="gw", address="192.0.2.1"),
        Monitor(site=name, key=StatusKey(f"{folder}.db", "host"), type="host", name="db", address="snmp://192.0.2.2"),
    )
    return Site(name=name, source="x.yaml", stem="x", folder=folder, page=folder, monitors=monitors)


def _write(tmp_path: Path, site: Site, states: dict[str, MonitorState] | None = None) -> list[str]:
    files = MrtgFiles(
        tmp_path / "www" / "mrtg",
        tmp_path / f"{site.folder}.statefile.mrtg.cfg",
        lambda monitor: tmp_path / "rrd" / f"{monitor.name}.rrd",
    )
    return list(files.write(site, states or {}, _NOW, UTC))


def test_the_files_of_two_sites(tmp_path: Path) -> None:
    down = MonitorState(is_up=False, last_alarm_started=_NOW - 60)
    assert _write(tmp_path, _site("Lab", "Lab & Co")) == []
    assert _write(tmp_path, _site("Zoo", "Zoo"), {"gw": down, "db": MonitorState(detail=Device(name="db.test"))}) == []
    work = tmp_path / "www" / "mrtg"
    assert f"Target[gw]: response_time&is_up:{tmp_path}/rrd/gw.rrd" in (tmp_path / "Lab.statefile.mrtg.cfg").read_text()
    assert "/mrtg-rrd/gw.html" in (work / "Lab" / "index.html").read_text()
    assert not (work / "Lab" / "host-db-detail.html").exists()
    assert "db.test" in (work / "Zoo" / "host-db-detail.html").read_text()
    landing = (work / "index.html").read_text()
    assert '<a href="Lab/index.html">Lab &amp; Co</a></p>' in landing
    assert '<a href="Zoo/index.html">Zoo</a> <span class="bad">1 down</span>' in landing


def test_what_was_there_stays_beside_it(tmp_path: Path) -> None:
    for _ in range(2):
        _write(tmp_path, _site("Lab", "Lab"))
    folder = tmp_path / "www" / "mrtg" / "Lab"
    assert sorted(one.name for one in folder.iterdir()) == ["index.html", "index.html.old"]
    assert (tmp_path / "Lab.statefile.mrtg.cfg.old").exists()


def test_pages_of_others_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "www" / "mrtg" / "other"
    other.mkdir(parents=True)
    (other / "index.html").write_text("<title>mine</title>")
    _write(tmp_path, _site("Lab", "Lab"))
    assert "mine" not in (other.parent / "index.html").read_text()
    assert (other / "index.html").read_text() == "<title>mine</title>"


def test_the_cgi_program_learns_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    program = tmp_path / "www" / PROGRAM
    program.write_text(_CGI)
    program.chmod(0o755)
    assert _write(tmp_path, _site("Lab", "Lab")) == []
    wanted = f"BEGIN {{ @config_files = qw({tmp_path}/Lab.statefile.mrtg.cfg); }}\n"
    assert program.read_text() == wanted
    assert program.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "www" / f"{PROGRAM}.old").read_text() == _CGI


def test_a_cgi_program_with_sites_has_them_in_its_addresses(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / PROGRAM).write_text("our %site_config = ();\n")
    assert _write(tmp_path, _site("Lab", "Lab")) == []
    assert "/mrtg-rrd/Lab/gw.html" in (tmp_path / "www" / "mrtg" / "Lab" / "index.html").read_text()


def test_a_cgi_program_of_another_kind_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    program = tmp_path / "www" / PROGRAM
    program.write_text("print 1;\n")
    (told,) = _write(tmp_path, _site("Lab", "Lab"))
    assert str(program) in told
    assert program.read_text() == "print 1;\n"
