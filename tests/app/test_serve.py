"""The whole monitor, as an administrator starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from hexmon import __version__
from tests.support.monitor import free_port, monitor, start, wait_for

OWN_SQUARES = {"conn", "bbd", "http", "cpu", "disk", "inode", "memory", "procs", "hexmon"}


def test_without_any_file_it_watches_the_machine_it_runs_on(tmp_path: Path) -> None:
    with monitor(tmp_path) as running:

        def squares() -> set[str] | None:
            rows = running.ask(b"xymondboard host=^me.example$ fields=testname,color").decode().splitlines()
            found = {row.split("|")[0] for row in rows}
            return found if found >= OWN_SQUARES else None

        wait_for(squares, 15, OWN_SQUARES)
        assert running.ask(b"query me.example.bbd").startswith(b"green")
        assert running.ask(b"query me.example.http").startswith(b"green")
        assert running.ask(b"ping").startswith(b"xymond 4")
        assert b"[df]" in running.ask(b"clientlog me.example section=df")
        status, page = running.get("/")
        assert status == 200
        assert b"me.example" in page
        status, metrics = running.get("/metrics")
        assert f'hexmon_info{{version="{__version__}"}} 1'.encode() in metrics
        assert running.get("/status/me.example/cpu")[0] == 200
    assert (tmp_path / "hexmon-data" / "hexmon.db").exists()
    assert (tmp_path / "hexmon-data").stat().st_mode & 0o077 == 0


def test_a_changed_hosts_cfg_is_read_again_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"status www,example,com.disk red full\n")
        assert running.ask(b"query www.example.com.disk") == b"red full\n"
        (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noconn\n127.0.0.1 db.example.com # noconn\n")
        running.process.send_signal(signal.SIGHUP)
        running.until(b"hostinfo", b"db.example.com")
        assert running.ask(b"query www.example.com.disk") == b"red full\n"
        (tmp_path / "hosts.cfg").write_text("include missing.cfg\n")
        assert running.post("/-/reload") in {400, 409, 422, 500}
        assert b"db.example.com" in running.ask(b"hostinfo")
        text = running.until(b"xymondlog me.example.hexmon", b"missing.cfg").decode()
        assert "|yellow|" in text
        assert "hosts.cfg:1" in text
        assert running.get("/-/ready")[0] == 200


def test_a_hosts_cfg_that_vanishes_takes_no_host_off_the_board(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.cfg"
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"status www,example,com.disk red full\n")
        hosts.rename(tmp_path / "hosts.cfg.old")
        running.until(b"xymondlog me.example.hexmon", b"cannot be read")
        assert running.ask(b"query www.example.com.disk") == b"red full\n"
        hosts.write_text("127.0.0.1 www.example.com # noconn\n127.0.0.1 db.example.com # noconn\n")
        running.until(b"hostinfo", b"db.example.com")
        assert running.ask(b"query www.example.com.disk") == b"red full\n"


def test_a_new_host_is_tested_at_once(tmp_path: Path) -> None:
    """And not only when its turn comes, which may be a whole interval later."""
    with monitor(tmp_path, "", HEXMON_PROBING__INTERVAL="1h") as running:
        (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # testip\n")
        running.process.send_signal(signal.SIGHUP)
        running.until(b"query www.example.com.conn", b"green")


def test_what_was_acknowledged_is_there_after_a_stop_and_after_a_kill(tmp_path: Path) -> None:
    hosts = "127.0.0.1 www.example.com # noconn\n"
    with monitor(tmp_path, hosts) as running:
        running.ask(b"status www,example,com.disk yellow nearly full\n")
    again = start(tmp_path, hosts)
    try:
        assert again.ask(b"query www.example.com.disk") == b"yellow nearly full\n"
        again.ask(b"disable www,example,com.disk 60 working on it")
        again.ask(b"schedule 4000000000 disable www.example.com.disk 60 later")
        again.process.kill()
        again.process.wait()
    finally:
        again.process.kill()
    with monitor(tmp_path, hosts) as third:
        assert third.ask(b"query www.example.com.disk") == b"blue nearly full\n"
        assert b"4000000000" in third.ask(b"schedule")


def test_a_database_that_is_away_is_said_at_once_and_nothing_is_acknowledged_meanwhile(tmp_path: Path) -> None:
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"status www,example,com.disk red full\n")
        data, away = tmp_path / "hexmon-data", tmp_path / "away"
        data.rename(away)
        with pytest.raises(TimeoutError):
            running.ask(b"status www,example,com.disk green well\n", timeout=1.0)
        assert b"the file is gone" in running.until(b"xymondlog me.example.hexmon", b"|red|", timeout=10)
        assert running.get("/-/ready")[0] == 200
        away.rename(data)
        running.until(b"xymondlog me.example.hexmon", b"|green|", timeout=20)
        assert running.ask(b"query www.example.com.disk") == b"green well\n"


def test_odd_figures_of_an_agent_do_not_end_the_monitor(tmp_path: Path) -> None:
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        for odd in (b"9" * 5000, b"--5", b"1.2.3", b""):
            running.ask(
                b"client www,example,com.linux linux\n[uptime]\n 08:00 up %s days, load average: %s, %s, %s\n[free]\n"
                b"  total used\nSwap: %s\nMem:\n[df]\nFilesystem\n/dev/x 1 1 %s %s%% /\n" % ((odd,) * 7)
            )
        running.ask(b"client www,example,com.linux linux\n[uptime]\n 08:00:00 up 9 days, load average: 1.0, 1.0, 1.0\n")
        running.until(b"xymondboard host=www test=cpu", b"www.example.com|cpu|")
        assert "could not be judged" not in running.said()


def test_agents_are_judged_by_analysis_cfg_which_is_read_again_when_it_changes(tmp_path: Path) -> None:
    message = (
        b"client www,example,com.linux linux\n[date]\nnow\n[uptime]\n 08:00:00 up 9 days, load average: 7.0, 7.0, 7.0\n"
    )
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(message)
        running.until(b"xymondboard host=www test=cpu", b"|cpu|yellow|")
        (tmp_path / "analysis.cfg").write_text("HOST=www.example.com\nLOAD 20 30\nLOAX 1\n")
        running.until(b"xymondlog me.example.hexmon", b"did you mean LOAD?")
        running.ask(message)
        running.until(b"xymondboard host=www test=cpu", b"|cpu|green|")
        (tmp_path / "analysis.cfg").write_text("include missing.cfg\n")
        running.until(b"xymondlog me.example.hexmon", b"missing.cfg")
        running.ask(message)
        assert b"|cpu|green|" in running.ask(b"xymondboard host=www test=cpu")


def test_mistakes_in_what_agents_are_told_are_on_the_own_square(tmp_path: Path) -> None:
    (tmp_path / "client-local.cfg").write_text("[linux]\nlog:/x:1\n[host=(]\nlog:/y:1\n")
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        assert running.ask(b"client www,example,com.linux linux\n[date]\nnow\n") == b"log:/x:1\n"
        running.ask(b"reload")
        running.until(b"xymondlog me.example.hexmon", b"client-local.cfg:3: ")


def test_clients_that_read_nothing_do_not_keep_it_from_stopping(tmp_path: Path) -> None:
    with ExitStack() as stack, monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        for _ in range(5):
            running.ask(b"client www,example,com.linux linux\n" + b"x" * 4_000_000)
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", running.web)))
            sock.sendall(b"GET /clientlog/www.example.com HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        assert running.get("/-/ready")[0] == 200


def test_a_second_monitor_on_the_same_data_is_refused_and_says_why(tmp_path: Path) -> None:
    with monitor(tmp_path), pytest.raises(AssertionError, match=r"(?s)hexmon serve:.*another"):
        start(tmp_path).process.kill()


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with (
        monitor(tmp_path / "one", port=port),
        pytest.raises(AssertionError, match=r"127\.0\.0\.1:\d+.*in use.*HEXMON_LISTEN__MESSAGES"),
    ):
        start(tmp_path / "two", port=port).process.kill()


def test_the_board_is_queryable_from_the_command_line(tmp_path: Path) -> None:
    with monitor(tmp_path, "127.0.0.1 www.example.com # noconn\n") as running:
        running.ask(b"status www,example,com.disk red full\n")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "hexmon",
                "board",
                "--server",
                f"127.0.0.1:{running.messages}",
                "--json",
                "color=red",
            ],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONPATH": "src"},
        )
        rows = json.loads(done.stdout)
        assert [(row["hostname"], row["testname"], row["color"]) for row in rows] == [
            ("www.example.com", "disk", "red")
        ]


def test_a_network_test_may_depend_on_what_an_agent_reports(tmp_path: Path) -> None:
    port = free_port()
    hosts = f"""\
127.0.0.1 app.example.com # testip noconn smtp:{port} depends=(smtp:db.example.com/disk)
127.0.0.1 db.example.com # noconn
"""
    with monitor(tmp_path, hosts, HEXMON_PROBING__INTERVAL="1s") as running:
        running.until(b"query app.example.com.smtp", b"red")
        running.ask(b"status db,example,com.disk red full\n")
        running.until(b"query app.example.com.smtp", b"clear")
        assert b"db.example.com/disk" in running.ask(b"xymondlog app.example.com.smtp")
