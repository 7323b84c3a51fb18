"""The plugins of Debian's monitoring-plugins-basic, run as hosts.cfg would have them."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.peers import peer
from tests.support.threaded import thread_server

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.peers


def swept(folder: Path, *tags: str, name: str = "www.test") -> dict[str, dict[str, Any]]:
    """The verdicts of `hexmon sweep` on these tags, by column."""
    peer("check_dummy")
    hosts = folder / "hosts.cfg"
    quoted = " ".join(f'"{tag}"' for tag in tags)
    hosts.write_text(f"127.0.0.1 {name} # testip noconn {quoted}\n")
    command = [sys.executable, "-m", "hexmon", "sweep", "--hosts", str(hosts), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT / "src")
    assert (done.returncode, done.stderr) == (0, "")
    return {row["test"]: row for row in json.loads(done.stdout)}


def colors(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {test: row["color"] for test, row in rows.items()}


def test_check_dummy_has_every_colour(tmp_path: Path) -> None:
    rows = swept(tmp_path, *(f"exec=s{status};check_dummy {status} 'so it is'" for status in range(5)))
    assert colors(rows) == {"s0": "green", "s1": "yellow", "s2": "red", "s3": "yellow", "s4": "yellow"}
    assert rows["s2"]["text"].splitlines()[0].endswith("s2 NOT ok : CRITICAL: so it is")


def test_check_tcp_and_check_ssh_reach_a_service(tmp_path: Path) -> None:
    with thread_server(b"SSH-2.0-Test\r\n") as port, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        rows = swept(
            tmp_path,
            f"exec=open;check_tcp -H $HOSTADDRESS$ -p {port}",
            f"exec=shut;check_tcp -H $HOSTADDRESS$ -p {closed.getsockname()[1]}",
            f"!exec=away;check_tcp -H $HOSTADDRESS$ -p {closed.getsockname()[1]}",
            f"exec=secure;$USER1$/check_ssh -p {port} $HOSTADDRESS$",
        )
    assert colors(rows) == {"open": "green", "shut": "red", "away": "green", "secure": "green"}
    assert re.search(r"^time : 0\.\d+$", rows["open"]["text"], re.MULTILINE)
    assert "Connection refused" in rows["shut"]["text"]


def test_figures_of_this_machine(tmp_path: Path) -> None:
    rows = swept(
        tmp_path,
        "exec=disk;check_disk -w 1% -c 0% -p /",
        "exec=load;check_load -w 9999,9999,9999 -c 9999,9999,9999",
        "exec=full;check_disk -w 101% -c 0% -p /",
        "exec=wrong;check_disk --no-such-option",
    )
    assert colors(rows) == {"disk": "green", "load": "green", "full": "yellow", "wrong": "yellow"}
    assert "\n/ : " in rows["disk"]["text"]
    assert "\nload1 : " in rows["load"]["text"]


def test_negate_and_a_host_that_is_only_a_name(tmp_path: Path) -> None:
    rows = swept(tmp_path, "exec=no;negate /usr/lib/nagios/plugins/check_dummy 2 bad", name="only-a-name.invalid")
    assert colors(rows) == {"no": "green"}
