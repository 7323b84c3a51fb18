"""hexmon site: what it prints, what arrives, what it keeps, how it ends."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hexmon.app.state_files import files_of, only_one
from hexmon.cli import main
from hexmon.graphs import librrd
from tests.support.recorder import Recorder, recording
from tests.support.servers import closed_port, http_reply, says, serve
from tests.support.smtp_server import SmtpServer, smtp_server

_UP, _DOWN = http_reply(body=b"ok"), http_reply("503 Busy", b"busy")
_TOKEN = "t0k3n-of-the-test"  # noqa: S105 - a test's
_MOMENTS = ("last_checked", "last_alarm_started", "last_notified", "last_successful_heartbeat")


class Lab:
    """A folder with sites, and runs over them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def site(self, *monitors: dict[str, Any], name: str = "Lab", stem: str = "lab", **fields: Any) -> Path:
        """Write a site; JSON is YAML, too."""
        usual = {"name": name, "max_retries": 1, "max_try_secs": 5, "notify_every_n_secs": 600}
        path = self.folder / f"{stem}.yaml"
        path.write_text(json.dumps({"site": {**usual, **fields}, "monitors": list(monitors)}))
        return path

    @property
    def states(self) -> Path:
        return self.folder / "states"

    def path(self, stem: str = "lab") -> Path:
        return self.states / f"{stem}.statefile.json"

    def state(self, monitor: str = "web", stem: str = "lab") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path(stem).read_text())[monitor]
        return found

    def later(self, seconds: float, stem: str = "lab") -> None:
        """Let time pass: everything in the state file becomes so much older."""
        document = json.loads(self.path(stem).read_text())
        for record in document.values():
            for field in _MOMENTS:
                if isinstance(record, dict) and record[field]:
                    moment = datetime.fromisoformat(record[field]) - timedelta(seconds=seconds)
                    record[field] = moment.isoformat()
        self.path(stem).write_text(json.dumps(document))

    async def run(self, *arguments: object) -> tuple[int, str, str]:
        """One run, its state in a folder of its own."""
        words = [str(one) for one in arguments]
        return await self.run_as_is("--state-dir", str(self.states), *words)

    async def run_as_is(self, *words: str) -> tuple[int, str, str]:
        status = await asyncio.to_thread(main, ["site", *words])
        captured = self._capsys.readouterr()
        return status, captured.out, captured.err


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Lab:
    return Lab(tmp_path, capsys)


def _web(server: Recorder, **fields: Any) -> dict[str, Any]:
    return {"type": "http", "name": "web", "address": f"{server.url}/", "check_every_n_secs": 60, **fields}


def _hook(server: Recorder, **fields: Any) -> dict[str, Any]:
    usual = {"endpoint_url": f"{server.url}/{_TOKEN}", "request_method": "POST", "request_encoding": "JSON"}
    return {**usual, **fields}


def _said(hook: Recorder) -> list[str]:
    """The messages, without what a clock says."""
    return [one.value["message"].partition(" (http")[0] for one in hook.asked]


async def test_a_first_good_pass_is_silent(lab: Lab) -> None:
    async with recording() as server, recording() as hook:
        site = lab.site(_web(server), outage_webhooks=[_hook(hook)])
        assert await lab.run(site) == (0, "", "")
        assert hook.asked == []
    state = lab.state()
    assert state["is_up"] is True
    assert state["last_checked"].endswith("+00:00")
    assert len(state["last_config_checksum"]) == 64
    assert isinstance(state["last_response_time_ms"], int)
    assert isinstance(json.loads(lab.path().read_text())["execution_ms"], int)


async def test_the_life_of_an_outage(lab: Lab) -> None:
    async with recording(_DOWN, _DOWN, _DOWN, _UP) as server, recording() as hook:
        site = lab.site(_web(server), outage_webhooks=[_hook(hook)])
        status, _, errors = await lab.run(site)
        assert status == 0
        assert errors.startswith("[Lab/web] ##### NEW OUTAGE: web in Lab new outage: ")
        assert errors.endswith(", down for 0 secs #####\n")
        assert len(hook.asked) == 1

        assert (await lab.run(site))[2] == "", "it is not due yet"
        assert len(server.asked) == 1

        lab.later(60)
        _, _, errors = await lab.run(site)
        assert errors.startswith("[Lab/web] ##### DOWN: web in Lab is down: ")
        assert len(hook.asked) == 1, "not yet"

        lab.later(600)
        await lab.run(site)
        assert lab.state()["notified_count"] == 2
        assert lab.state()["down_count"] == 3

        lab.later(60)
        _, _, errors = await lab.run(site)
        assert "[Lab/web] ##### RECOVERY: web in Lab is UP (http://127.0.0.1:" in errors
        assert ", outage lasted 12 mins " in errors
        said = _said(hook)
    assert [text.partition(":")[0] for text in said] == [
        "web in Lab new outage",
        "web in Lab is down",
        "web in Lab is UP",
    ]
    assert (lab.state()["is_up"], lab.state()["down_count"], lab.state()["notified_count"]) == (True, 0, 2)


async def test_what_reached_nobody_is_told_again(lab: Lab) -> None:
    refused = http_reply("404 Not Found")
    async with recording(_DOWN) as server, recording(refused, refused, _UP) as hook:
        site = lab.site(_web(server), outage_webhooks=[_hook(hook)])
        _, _, errors = await lab.run(site)
        assert "the alert was not sent to " in errors
        assert _TOKEN not in errors
        assert (lab.state()["notified_count"], lab.state()["last_notified"]) == (0, None)
        for _ in range(2):
            lab.later(60)
            await lab.run(site)
        assert [text.partition(":")[0] for text in _said(hook)] == ["web in Lab new outage"] * 3
    assert lab.state()["notified_count"] == 1


async def test_one_of_several_recipients_suffices(lab: Lab) -> None:
    async with recording(_DOWN) as server, recording(http_reply("404 Not Found")) as bad, recording() as good:
        site = lab.site(_web(server), outage_webhooks=[_hook(bad), _hook(good)])
        await lab.run(site)
        assert len(good.asked) == 1
    assert lab.state()["notified_count"] == 1


async def test_a_muted_monitor_counts_nothing(lab: Lab) -> None:
    async with recording(_DOWN) as server, recording() as hook:
        site = lab.site(_web(server, alarms=False), outage_webhooks=[_hook(hook)])
        _, _, errors = await lab.run(site)
        assert "NEW OUTAGE" in errors, "people who watch see it"
        assert hook.asked == []
        assert lab.state()["notified_count"] == 0
        lab.site(_web(server), outage_webhooks=[_hook(hook)])
        await lab.run(site)
        assert [text.partition(":")[0] for text in _said(hook)] == ["web in Lab new outage"]


async def test_a_changed_monitor_is_checked_at_once(lab: Lab) -> None:
    async with recording() as server:
        await lab.run(lab.site(_web(server)))
        await lab.run(lab.site(_web(server, check_every_n_secs=90)))
        await lab.run(lab.site(_web(server, check_every_n_secs=90)))
        assert len(server.asked) == 2


async def test_a_clock_that_was_set_back_stops_nothing(lab: Lab) -> None:
    async with recording() as server:
        site = lab.site(_web(server))
        await lab.run(site)
        lab.later(-3600)
        await lab.run(site)
        assert len(server.asked) == 2


async def test_heartbeats(lab: Lab) -> None:
    async with recording(_UP, _UP, _DOWN, _UP) as server, recording(_DOWN, http_reply("204 No Content")) as beat:
        monitor = _web(server, heartbeat_url=f"{beat.url}/{_TOKEN}", heartbeat_every_n_secs=30, check_every_n_secs=3600)
        site = lab.site(monitor, notify_every_n_secs=3600)
        _, _, errors = await lab.run(site)
        assert "the heartbeat was not taken: HTTP 503" in errors
        assert _TOKEN not in errors
        assert lab.state()["last_successful_heartbeat"] is None

        await lab.run(site)  # it is still due, and pulls the check forward
        assert [one.method for one in beat.asked] == ["GET", "GET"]
        assert lab.state()["last_successful_heartbeat"] is not None

        await lab.run(site)
        assert len(server.asked) == 2, "neither is due"

        lab.later(31)
        await lab.run(site)
        assert len(server.asked) == 3
        assert len(beat.asked) == 2, "it is down"

        await lab.run(site)
        assert len(beat.asked) == 3


async def test_a_heartbeat_is_tried_as_often_as_anything(lab: Lab) -> None:
    async with recording() as server, recording(_DOWN, _UP) as beat:
        site = lab.site(_web(server, heartbeat_url=beat.url), max_retries=2)
        await lab.run(site)
        assert len(beat.asked) == 2
    assert lab.state()["last_successful_heartbeat"] is not None


async def test_a_heartbeat_that_hangs_delays_no_message(lab: Lab) -> None:
    async with recording(_DOWN, _UP) as server, recording() as hook, serve(says()) as port:
        monitor = _web(server, heartbeat_url=f"http://127.0.0.1:{port}/")
        site = lab.site(monitor, max_try_secs=2, outage_webhooks=[_hook(hook)])
        await lab.run(site)
        lab.later(60)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(lab.run(site))
            await hook.until(2)
            assert not running.done()


async def test_an_attempt_that_succeeds_suffices(lab: Lab) -> None:
    async with recording(_DOWN, _DOWN, _UP) as server:
        await lab.run(lab.site(_web(server), max_retries=3))
        assert len(server.asked) == 3
    assert lab.state()["is_up"] is True


async def test_what_is_behind_something_that_is_down_is_not_told(lab: Lab) -> None:
    port = closed_port()
    gateway = {"type": "http", "name": "gw", "address": f"http://127.0.0.1:{port}/", "max_retries": 2}
    async with recording(_DOWN) as server, recording() as hook:
        behind = _web(server, parent_name="gw")
        site = lab.site(behind, gateway, outage_webhooks=[_hook(hook)])
        _, _, errors = await lab.run("-v", site)
        assert [text.partition(" in ")[0] for text in _said(hook)] == ["gw"]
    assert "[Lab/web] not told: explained by gw" in errors
    assert lab.state("web")["notified_count"] == 0


async def test_the_configuration_is_only_looked_at(lab: Lab) -> None:
    monitors = [
        {"type": "ping", "name": "gw", "address": "192.0.2.1"},
        {"type": "ports", "name": "switch", "address": "snmp://secret@192.0.2.6", "display": "no"},
    ]
    site = lab.site(*monitors)
    status, output, errors = await lab.run("--test-config", site)
    assert (status, errors) == (0, "")
    assert output == (
        f"Site: Lab ({site})\n  0 address(es), 0 webhook(s)\n  2 monitor(s):\n"
        "  ping   gw      192.0.2.1\n  ports  switch  snmp://192.0.2.6  [hidden]\n"
    )
    assert not lab.states.exists()


async def test_all_mistakes_are_told_and_good_sites_go_on(lab: Lab) -> None:
    async with recording() as server:
        good = lab.site(_web(server))
        bad = lab.site({"type": "snmp", "name": "x"}, {"type": "ping", "name_": "y"}, name="Bad", stem="bad")
        text = lab.folder / "site.txt"
        text.write_text("")
        status, _, errors = await lab.run(bad, good, text)
        assert status == 1
        assert len(server.asked) == 1
    assert "type" in errors
    assert "did you mean name?" in errors
    assert f"{text}: this is no file of a site" in errors
    assert (await lab.run("--test-config", bad))[0] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-s", "x.json", "a.yaml", "b.yaml"], "-s is for a single site"),
        (["-s", "x.json", "--state-dir", "y", "a.yaml"], "not both"),
        (["x/a.yaml", "y/a.yaml"], "a.statefile.json"),
        (["-t", "0", "a.yaml"], "not a whole number above 0"),
        ([], "required"),
    ],
)
async def test_wrong_usage(arguments: list[str], said: str, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        status, _, errors = await lab.run_as_is(*arguments)
        assert status == 2
        assert said in errors
        return
    assert said in capsys.readouterr().err


async def test_a_state_file_of_ones_own(lab: Lab) -> None:
    async with recording() as server:
        path = lab.folder / "mine.json"
        assert await lab.run_as_is("-s", str(path), str(lab.site(_web(server)))) == (0, "", "")
    assert json.loads(path.read_text())["web"]["is_up"] is True
    assert sorted(one.name for one in lab.folder.iterdir()) == ["lab.yaml", "mine.json", "mine.lock"]


async def test_a_damaged_state_file_is_put_aside(lab: Lab) -> None:
    async with recording() as server:
        site = lab.site(_web(server))
        await lab.run(site)
        lab.path().write_text('{"web": {"is_')
        status, _, errors = await lab.run(site)
    assert status == 0
    assert f"{lab.path()} is damaged" in errors
    assert lab.path().with_name("lab.statefile.json.damaged").exists()
    assert lab.state()["is_up"] is True


async def test_a_state_file_that_cannot_be_written_is_told(lab: Lab) -> None:
    lab.states.write_text("a file")
    status, _, errors = await lab.run(lab.site({"type": "ping", "name": "gw", "address": "127.0.0.1"}))
    assert status == 1
    assert str(lab.states) in errors


async def test_webhooks_are_tested(lab: Lab) -> None:
    async with recording() as first, recording(http_reply("404 Not Found")) as second:
        site = lab.site(
            {"type": "ping", "name": "gw", "address": "192.0.2.1"},
            outage_webhooks=[_hook(first), _hook(second, request_encoding="CSVQUOTED")],
        )
        status, _, errors = await lab.run("--test-webhooks", site)
        assert status == 1
        assert first.one.value == {"message": "TEST: test_monitor is down: connection timeout (192.168.1.999)"}
        assert second.one.body == b"TEST: test_monitor is down: connection timeout (192.168.1.999)"
    assert "the test message was sent to " in errors
    assert "the test message was not sent to " in errors
    assert _TOKEN not in errors
    assert not lab.states.exists()


async def test_addresses_are_tested_whatever_they_want_to_hear(lab: Lab) -> None:
    async with smtp_server() as server:
        site = lab.site(
            {"type": "ping", "name": "gw", "address": "192.0.2.1", "email": False},
            email_server=_mail(server),
            outage_emails=[
                {"email": "all@lab.test"},
                {"email": "calm@lab.test", "email_outages": "no", "email_reminders": "no"},
            ],
        )
        status, _, _ = await lab.run("--test-emails", site)
        assert status == 0
        mails = {mail.recipients[0]: mail.read for mail in server.mails}
    assert set(mails) == {"all@lab.test", "calm@lab.test"}
    assert mails["calm@lab.test"]["Subject"].startswith("[TEST] Lab - ")
    assert "TEST: test_monitor is down" in mails["calm@lab.test"].get_content()


def _mail(server: SmtpServer) -> dict[str, Any]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "from_address": "monitor@lab.test",
        "use_tls": False,
    }


@pytest.mark.parametrize("flag", ["--test-webhooks", "--test-emails"])
async def test_nothing_to_test_is_a_failure(flag: str, lab: Lab) -> None:
    status, _, errors = await lab.run(flag, lab.site({"type": "ping", "name": "gw", "address": "192.0.2.1"}))
    assert status == 1
    assert "to test" in errors


async def test_mail(lab: Lab) -> None:
    async with recording(_DOWN, _UP) as server, smtp_server() as mail:
        site = lab.site(
            _web(server),
            email_server=_mail(mail),
            outage_emails=[
                {"email": "outages@lab.test", "email_recoveries": "no"},
                {"email": "recoveries@lab.test", "email_outages": "no"},
            ],
        )
        await lab.run(site)
        lab.later(60)
        await lab.run(site)
        assert [(one.recipients[0], one.read["Subject"].partition(":")[0]) for one in mail.mails] == [
            ("outages@lab.test", "[OUTAGE] Lab - Service Down"),
            ("recoveries@lab.test", "[RECOVERY] Lab - Service Restored"),
        ]
        assert "Site: Lab" in mail.mails[0].read.get_content()


async def test_one_run_at_a_time(lab: Lab) -> None:
    async with recording() as server:
        site = lab.site(_web(server))
        await lab.run(site)
        lab.later(60)
        with only_one(files_of(site, lab.states)):
            status, _, errors = await lab.run(site)
        assert status == 1
        assert "another run works with this site" in errors
        assert len(server.asked) == 1


async def test_a_slow_site_delays_no_other(lab: Lab) -> None:
    async with serve(says()) as port, recording(_DOWN) as server, recording() as hook:
        silent = {"type": "http", "name": "web", "address": f"http://127.0.0.1:{port}/"}
        slow = lab.site(silent, name="Slow", stem="slow", max_try_secs=3)
        quick = lab.site(_web(server), stem="quick", outage_webhooks=[_hook(hook)])
        work = lab.folder / "www" / "mrtg"
        page = work / "Lab" / "index.html"
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(lab.run(slow, quick, "--generate-mrtg-config", work))
            await hook.until(1)
            async with asyncio.timeout(2):
                while not page.exists():
                    await asyncio.to_thread(os.sched_yield)
            assert not running.done()
            assert lab.state(stem="quick")["notified_count"] == 1
        status, _, errors = running.result()
    assert status == 0
    assert "[Slow/web] ##### NEW OUTAGE" in errors
    assert "Down 0 secs" in page.read_text(), "as the checks of this very run have left it"
    assert 'class="bad">1 down<' in (work / "index.html").read_text()
    assert "Target[web]" in (lab.states / "quick.statefile.mrtg.cfg").read_text()


async def test_pages_that_cannot_be_written_do_not_keep_it_from_monitoring(lab: Lab) -> None:
    (lab.folder / "www").write_text("a file")
    async with recording() as server:
        status, _, errors = await lab.run(lab.site(_web(server)), "--generate-mrtg-config", lab.folder / "www" / "mrtg")
    assert status == 1
    assert "MRTG's files could not be written" in errors
    assert lab.state()["is_up"] is True


async def test_nothing_secret_is_printed(lab: Lab) -> None:
    async with recording(_DOWN) as server, recording(_DOWN) as hook:
        address = server.url.replace("http://", "http://user:s3cret@")
        site = lab.site(
            _web(server, address=f"{address}/", heartbeat_url=f"{hook.url}/{_TOKEN}"),
            outage_webhooks=[_hook(hook, request_prefix=f"token={_TOKEN}&m=", request_encoding="URL")],
        )
        _, output, errors = await lab.run("-vvv", site)
    assert "s3cret" not in output + errors + lab.path().read_text()
    assert _TOKEN not in output + errors + lab.path().read_text()


async def _process(lab: Lab, site: Path) -> asyncio.subprocess.Process:
    words = [sys.executable, "-m", "hexmon", "site", "--state-dir", str(lab.states), str(site)]
    return await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_run_that_is_ended_forgets_nothing(number: signal.Signals, lab: Lab) -> None:
    """It told of an outage while it still waited for another monitor: nobody hears of that outage again."""
    async with serve(says()) as port, recording(_DOWN) as server, recording() as hook:
        silent = {"type": "http", "name": "silent", "address": f"http://127.0.0.1:{port}/", "max_try_secs": 60}
        site = lab.site(silent, _web(server), outage_webhooks=[_hook(hook)])
        process = await _process(lab, site)
        await hook.until(1)
        async with asyncio.timeout(20):
            while number is signal.SIGKILL and not _has_told(lab):
                await asyncio.to_thread(os.sched_yield)
        process.send_signal(number)
        await process.communicate()
        assert process.returncode == (143 if number is signal.SIGTERM else -number)
        assert _has_told(lab)
        lab.site(_web(server), outage_webhooks=[_hook(hook)])
        lab.later(60)
        await lab.run(site)
        assert len(server.asked) == 2
        assert len(hook.asked) == 1


def _has_told(lab: Lab) -> bool:
    return lab.path().exists() and bool(lab.state()["notified_count"])


async def test_figures_are_kept(lab: Lab) -> None:
    async with recording() as server:
        site = lab.site(_web(server, check_every_n_secs=300))
        assert (await lab.run(site, "--generate-rrds"))[0] == 0
    path = lab.states / "lab.statefile.rrd" / "web-availability.rrd"
    info = librrd.info(path)
    assert info["step"] == 300
    assert {"ds[response_time].index": 0, "ds[is_up].index": 1}.items() <= info.items()
    assert info["ds[is_up].last_ds"] == "100"


async def test_without_being_asked_no_figures_are_kept(lab: Lab) -> None:
    async with recording() as server:
        await lab.run(lab.site(_web(server)))
    assert sorted(one.name for one in lab.states.iterdir()) == ["lab.statefile.json", "lab.statefile.lock"]
