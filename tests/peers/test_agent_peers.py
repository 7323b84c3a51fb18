"""hexmon's agent reports to the real xymond, and the real xymond_client makes squares of its message."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from hexmon.agent import collect, filesystems
from hexmon.agent.collect import Collector
from hexmon.agent.filesystems import Usage
from hexmon.app.spools import spool_folder
from hexmon.ingest.addresses import parse_address
from tests.support.monitor import ROOT, monitor, wait_for
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged, xymond

pytestmark = pytest.mark.peers

HOST = "here.example.com"
HOSTS = f"127.0.0.1 {HOST} # noconn\n"
RULES = f"""\
HOST={HOST}
    LOAD 900 901
    UP 1s
    DISK * 101 102
    INODE * 101 102
    MEMPHYS 101 101
    MEMACT 101 101
    MEMSWAP 101 101
    CLOCK 60
    PROC "{Path(sys.executable).name}"
    PROC no-such-program 0 0
    PORT LOCAL=%127.0.0.1:PORT$ STATE=LISTEN
    PORT LOCAL=%127.0.0.1:PORT$ STATE=ESTABLISHED MIN=0 MAX=0
"""


def agent(*words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """`hexmon agent`, with its state in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "hexmon", "agent", "--host", HOST, "--state", folder / "state", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def judged(message: bytes, rules: str, folder: Path, os_type: bytes = b"linux") -> dict[str, tuple[str, str]]:
    """Colour and text of every square that xymond_client makes of this message."""
    (folder / "etc").mkdir()
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o777)
    for place in (folder, *folder.parents[:3]):
        place.chmod(place.stat().st_mode | 0o055)
    (folder / "etc" / "hosts.cfg").write_text(HOSTS)
    (folder / "etc" / "analysis.cfg").write_text(rules)
    now = int(time.time())  # noqa: TID251 - the program looks at the real clock
    channel = b"@@client#1/%s|%d.1|127.0.0.1|%s|%s|class|\n%b\n@@\n@@shutdown\n@@\n" % (
        HOST.encode(), now, HOST.encode(), os_type, message,
    )  # fmt: skip
    environment = {"XYMONHOME": str(folder), "XYMONTMP": str(folder / "tmp"), "XYMSRV": "127.0.0.1", "XYMONDPORT": "1"}
    done = subprocess.run(
        [*as_unprivileged(), peer("xymond_client"), "--no-update"],
        input=channel,
        env={**os.environ, **environment, "HOSTSCFG": f"!{folder / 'etc' / 'hosts.cfg'}"},
        cwd=folder,
        capture_output=True,
        timeout=100,
        check=True,
    )
    found = {}
    written = done.stdout.decode(errors="replace").replace("extcombo", "\nextcombo")
    for part in written.split("status ")[1:]:
        square, _, text = part.partition(" ")
        found[square.rpartition(".")[2]] = (text.partition(" ")[0], text)
    return found


def test_the_real_judge_understands_every_section(tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        now = time.time()  # noqa: TID251 - the program looks at the real clock
        collector = Collector(HOST)
        collector.message(now - 300)
        message = collector.message(now)
        squares = judged(message, RULES.replace("PORT$", f"{server.getsockname()[1]}$"), tmp_path)
    colors = {test: color for test, (color, _) in squares.items()}
    wanted = dict.fromkeys(("cpu", "disk", "inode", "memory", "procs", "ports"), "green")
    assert {test: colors.get(test) for test in wanted} == wanted, squares
    assert "load=" in squares["cpu"][1]
    assert "System clock is" in squares["cpu"][1]
    for place in ("Real/Physical", "Actual/Virtual", "Swap/Page"):
        assert place in squares["memory"][1]


def test_the_form_of_windows_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [SimpleNamespace(device="C:\\", mountpoint="C:\\", fstype="NTFS", opts="rw")]
    service = SimpleNamespace(as_dict=lambda: {"name": "Spooler", "start_type": "automatic", "status": "running"})
    monkeypatch.setattr(psutil, "win_service_iter", lambda: iter([service]), raising=False)
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_how: parts)
    monkeypatch.setattr(filesystems, "usage_of", lambda _place: Usage(1 << 30, 900 << 20, 124 << 20))
    monkeypatch.setattr(collect, "platform_name", lambda: "windows")
    message = Collector(HOST).message(time.time())  # noqa: TID251 - the program looks at the real clock
    rules = f"""\
HOST={HOST}
    LOAD 101 101
    UP 1s
    DISK C 80 85
    PROC {Path(sys.executable).name}
    SVC Spooler startup=automatic status=started
    SVC Missing status=started
"""
    squares = judged(message, rules, tmp_path, b"bbwin")
    wanted = {"cpu": "green", "disk": "red", "procs": "green", "svcs": "red", "timediff": "green", "uptime": "green"}
    assert {test: squares[test][0] for test in wanted} == wanted, squares
    assert "&green Spooler" in squares["svcs"][1]
    assert "&red Missing" in squares["svcs"][1]
    assert "memory" in squares


def test_it_reports_to_a_real_xymond_and_obeys_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("hello\n")
    files = {"client-local.cfg": f"[linux]\nlog:{log}:999\nfile:{log}:md5\n"}
    with xymond(HOSTS, files) as daemon:
        for _ in range(2):
            done = agent("--once", "--server", daemon.address, folder=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
        data = daemon.say(f"clientlog {HOST}".encode())
    assert f"[msgs:{log}]\n<...CURRENT...>\nhello\n".encode() in data
    assert b"md5:" in data


def test_an_outage_loses_no_report_and_scripts_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "ext" / "local").mkdir(parents=True)
    for name, text in {"local/own": "echo mine", "back": '$XYMON $XYMSRV "status $MACHINE.backup green fine"'}.items():
        path = tmp_path / "ext" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    more = ["--sections", "df", "--ext", str(tmp_path / "ext")]
    away = agent("--once", "--server", "127.0.0.1:9", folder=tmp_path)
    assert away.returncode == 1
    waiting = tmp_path / "state" / "waiting"
    with monitor(tmp_path / "server", HOSTS) as running:
        there = parse_address(f"127.0.0.1:{running.messages}")
        (waiting / spool_folder(parse_address("127.0.0.1:9"))).rename(waiting / spool_folder(there))
        done = agent("--once", "--server", f"127.0.0.1:{running.messages}", *more, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert not list(waiting.rglob("*.messages"))
        data = running.ask(f"clientlog {HOST}".encode())
        assert b"[local:own]\nmine\n" in data
        assert b"[msgcache]" not in data
        square = wait_for(lambda: running.ask(f"query {HOST}.backup".encode()) or None, 10, "the script's square")
        assert square.startswith(b"green")


def test_the_agent_within_the_monitor_obeys_client_local(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("hello\n")
    server = tmp_path / "server"
    server.mkdir()
    (server / "client-local.cfg").write_text(f"[linux]\nlog:{log}:999\n")
    with monitor(server, "127.0.0.1 me.example # noconn\n", HEXMON_AGENT__INTERVAL='"1s"') as running:
        running.until(b"clientlog me.example", f"[msgs:{log}]".encode())
