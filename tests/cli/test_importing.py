"""hexmon import apmonitor: what it says, what it writes, and that the server goes on where APMonitor stopped."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hexmon.app import import_apmonitor
from hexmon.cli import main
from hexmon.clock import SystemClock
from hexmon.graphs import librrd
from hexmon.graphs.schema import Archive, DataSource, Layout
from tests.support.monitor import Running, monitor, wait_for
from tests.support.recorder import recording
from tests.support.servers import http_reply

_UP, _DOWN = http_reply(body=b"ok"), http_reply("503 Busy", b"busy")
_LAYOUT = Layout(60, (Archive("AVERAGE", 1, 10),))


class Original:
    """An installation of APMonitor, by its documentation, and a folder of hexmon."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = folder / "etc" / "lab.yaml"
        self.state = folder / "var" / "lab.statefile.json"
        self.rrds = folder / "var" / "lab.statefile.rrd"
        self.into = folder / "hexmon"
        self.into.mkdir()
        self._capsys = capsys
        for place in (self.config.parent, self.rrds):
            place.mkdir(parents=True)

    def write(self, *monitors: dict[str, Any], states: dict[str, Any] | None = None, **site: Any) -> None:
        usual = {"name": "Lab & Co", "max_retries": 1, "max_try_secs": 5}
        self.config.write_text(json.dumps({"site": {**usual, **site}, "monitors": list(monitors)}))
        document = {**(states or {}), "execution_time": "2026-11-25T03:00:01", "execution_ms": 5}
        self.state.write_text(json.dumps(document))

    def rrd(self, name: str) -> Path:
        path = self.rrds / name
        librrd.create(path, [DataSource("is_up")], _LAYOUT, 1_795_000_000)
        return path

    def run(self, *arguments: str) -> tuple[int, list[str], str]:
        words = ["import", "apmonitor", str(self.config), "--into", str(self.into), *arguments]
        status = main(words)
        captured = self._capsys.readouterr()
        return status, captured.out.splitlines(), captured.err

    def taken(self, name: str = "lab.statefile.json") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.into / "hexmon-data" / "sites" / name).read_text())
        return found

    def everything(self) -> dict[str, bytes]:
        """All files of the original."""
        places = [*self.config.parent.rglob("*"), *self.state.parent.rglob("*")]
        return {str(path): path.read_bytes() for path in places if path.is_file()}


@pytest.fixture
def original(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Original:
    return Original(tmp_path, capsys)


def _ping(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "ping", "name": name, "address": "127.0.0.1", **fields}


def _down(**fields: Any) -> dict[str, Any]:
    return {
        "is_up": False,
        "last_checked": "2026-11-25T03:00:00.123456",
        "down_count": 4,
        "last_alarm_started": "2026-11-25T02:30:00",
        "last_notified": "2026-11-25T02:45:00",
        "notified_count": 2,
        "error_reason": "host unreachable",
        **fields,
    }


def test_everything_is_taken_over_and_nothing_is_changed(original: Original) -> None:
    original.write(
        *(_ping("gw"), {"type": "host", "name": "db", "address": "snmp://127.0.0.1"}, _ping("new")),
        states={"gw": _down(), "db": {"is_up": True}, "old": {"is_up": True}},
    )
    original.rrd("gw-availability.rrd")
    original.rrd("db-snmp.rrd")
    original.rrd("old-availability.rrd")
    before = original.everything()
    status, lines, errors = original.run("--statefile", str(original.state))
    assert (status, errors) == (0, "")
    assert original.everything() == before
    taken = original.into / "hexmon-data" / "sites" / "lab.statefile.json"
    assert lines == [
        f"configuration: {original.config} becomes {original.into}/sites/lab.yaml",
        f"state: what {original.state} remembers of 2 monitors becomes {taken}",
        "state: nothing is remembered of new",
        "state: left behind, for they are not in the configuration: old",
        "state: down, and people know of it: gw",
        "state: the server reads it when it starts the next time",
        f"RRD files: 2 files of {original.rrds}",
        "RRD files: there is none of new",
        "RRD files: left behind, for no monitor has them: old-availability.rrd",
    ]
    assert (original.into / "sites" / "lab.yaml").read_bytes() == original.config.read_bytes()
    assert original.taken()["gw"]["notified_count"] == 2
    assert set(original.taken()) == {"gw", "db", "execution_time", "execution_ms"}
    rrds = original.into / "hexmon-data" / "rrd" / "Lab___Co"
    assert sorted(one.name for one in rrds.iterdir()) == ["db-snmp.rrd", "gw-availability.rrd"]
    assert (original.into / "hexmon-data").stat().st_mode & 0o077 == 0


def test_a_dry_run_does_nothing(original: Original) -> None:
    original.write(_ping("gw"), states={"gw": _down()})
    original.rrd("gw-availability.rrd")
    status, lines, _ = original.run("--statefile", str(original.state), "--dry-run")
    assert status == 0
    assert lines[-1] == "nothing was done"
    assert "RRD files: 1 file of" in "\n".join(lines)
    assert list(original.into.iterdir()) == []


def test_twice_is_once(original: Original) -> None:
    original.write(_ping("gw"), states={"gw": _down()})
    original.rrd("gw-availability.rrd")
    original.run("--statefile", str(original.state))
    copied = original.into / "hexmon-data" / "rrd" / "Lab___Co" / "gw-availability.rrd"
    copied.write_bytes(b"RRD\0 with more in it")
    status, lines, _ = original.run("--statefile", str(original.state))
    assert status == 0
    assert f"configuration: {original.into}/sites/lab.yaml is there already" in lines
    assert f"RRD files: {copied} is there already and stays" in lines
    assert copied.read_bytes() == b"RRD\0 with more in it"


def test_a_configuration_that_cannot_be_used_leaves_all_as_it_was(original: Original) -> None:
    original.write(_ping("gw", notify_every_n_sec=5))
    status, lines, errors = original.run("--statefile", str(original.state))
    assert status == 1
    assert lines == []
    assert "did you mean notify_every_n_secs?" in errors
    assert list(original.into.iterdir()) == []


def test_another_configuration_of_that_name_stays(original: Original) -> None:
    original.write(_ping("gw"))
    (original.into / "sites").mkdir()
    (original.into / "sites" / "lab.yaml").write_text("mine")
    status, lines, _ = original.run("--statefile", str(original.state))
    assert status == 1
    assert any(line.startswith("NOT done: configuration:") for line in lines)
    assert (original.into / "sites" / "lab.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda state: state.write_text('{"gw": {'), "NOT done: state: ", id="torn"),
        pytest.param(lambda state: state.unlink(), "it is not there", id="missing"),
    ],
)
def test_a_state_file_that_cannot_be_read(original: Original, damage: Any, said: str) -> None:
    original.write(_ping("gw"))
    damage(original.state)
    status, lines, _ = original.run("--statefile", str(original.state))
    assert status == 1
    assert any(said in line for line in lines)


def test_what_a_killed_apmonitor_left_is_found(original: Original) -> None:
    original.write(_ping("gw"), states={"gw": _down()})
    original.state.rename(original.state.with_name("lab.statefile.json.old"))
    status, lines, _ = original.run("--statefile", str(original.state))
    assert status == 0
    assert "note: " in lines[1]
    assert lines[1].endswith("lab.statefile.json.old is used")
    assert original.taken()["gw"]["down_count"] == 4


def test_a_file_that_is_no_rrd_is_left(original: Original) -> None:
    original.write(_ping("gw"))
    (original.rrds / "gw-availability.rrd").write_text("hello")
    status, lines, _ = original.run("--statefile", str(original.state))
    assert status == 1
    assert any("is no RRD file" in line for line in lines)


@pytest.mark.parametrize(
    ("stem", "place"),
    [
        ("lab", "APMonitor/lab.statefile.json"),
        ("lab", "lab.statefile.json"),
        ("apmonitor-config", "APMonitor/apmonitor-config.statefile.json"),
        ("apmonitor-config", "apmonitor-config.statefile.json"),
        ("apmonitor-config", "apmonitor-statefile.json"),
    ],
)
def test_state_files_of_all_versions_are_found(
    stem: str, place: str, original: Original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original.config = original.config.with_stem(stem)
    original.state = tmp_path / "tmp" / place
    original.state.parent.mkdir(parents=True)
    original.write(_ping("gw"), states={"gw": _down()})
    rrds = original.state.with_name(f"{original.state.stem}.rrd")
    rrds.mkdir()
    original.rrds = rrds
    original.rrd("gw-availability.rrd")
    monkeypatch.setattr(import_apmonitor, "STATE_FOLDER", tmp_path / "tmp" / "APMonitor")
    monkeypatch.setattr(import_apmonitor, "OLDER_FOLDER", tmp_path / "tmp")
    status, lines, _ = original.run()
    assert status == 0
    assert f"RRD files: 1 file of {rrds}" in lines
    assert original.taken(f"{stem}.statefile.json")["gw"]["notified_count"] == 2


def test_a_name_that_no_pattern_means_is_told(original: Original) -> None:
    original.config = original.config.with_suffix(".json")
    original.write(_ping("gw"))
    _, lines, _ = original.run("--statefile", str(original.state))
    assert any('write sites = ["sites/*.yaml", "sites/*.json"]' in line for line in lines)


@pytest.mark.parametrize("words", [[], ["apmonitor"], ["cobol", "x"], ["apmonitor", "x.yaml"]])
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", *words])
    assert ended.value.code == 2
    assert "usage: hexmon import" in capsys.readouterr().err


@contextmanager
def _served(folder: Path) -> Iterator[Running]:
    with monitor(folder, "", HEXMON_AGENT__ENABLED="false") as running:
        yield running


async def test_the_server_goes_on_where_apmonitor_stopped(original: Original) -> None:
    """It is still down: nobody is told again. It comes up: who was told hears of it."""
    now = datetime.fromtimestamp(SystemClock().now())  # noqa: DTZ006 - as APMonitor writes it
    began = now - timedelta(hours=2)
    async with recording(_DOWN) as server, recording() as hook:
        web = {"type": "http", "name": "web", "address": f"{server.url}/", "check_every_n_secs": 1}
        webhook = {"endpoint_url": hook.url, "request_method": "POST", "request_encoding": "JSON"}
        quiet = {"notify_every_n_secs": 86400, "outage_webhooks": [webhook]}
        state = _down(last_alarm_started=began.isoformat(), last_notified=now.isoformat())
        original.write(web, states={"web": state}, **quiet)
        original.run("--statefile", str(original.state))
        await asyncio.to_thread(_watch, original.into, server, hook)
        (message,) = [one.value["message"] for one in hook.asked]
    assert message.startswith("web in Lab & Co is UP (http://")
    assert ", outage lasted 2 hrs " in message
    assert (original.into / "hexmon-data" / "sites" / "lab.statefile.json.taken").exists()


def _watch(folder: Path, server: Any, hook: Any) -> None:
    with _served(folder) as running:
        square = b"xymondlog Lab___Co.web.http"
        running.until(square, b"503")
        checked = len(server.asked)
        wait_for(lambda: len(server.asked) > checked + 2 or None, 20, "three more checks")
        assert hook.asked == [], "people know of it"
        server.answers = (_UP,)
        running.until(square, b"|green|")
        wait_for(lambda: hook.asked or None, 20, "the recovery")
