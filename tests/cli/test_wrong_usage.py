"""What the verbs say to somebody who calls them wrongly, and where the wrongness would go unnoticed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hexmon.cli import main


def _status(*words: str) -> int:
    try:
        return main(words)
    except SystemExit as end:  # argparse
        return int(end.code or 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chekc-config",), "did you mean check-config?"),
        (("send", "", "ping"), "the recipient is empty"),
        (("send", "127.0.0.1", "@/nonexistent"), "/nonexistent: No such file or directory"),
        (("send", "--ca", "/nonexistent", "tls://127.0.0.1", "ping"), "/nonexistent: No such file or directory"),
        (("send", "--ca", __file__, "tls://127.0.0.1", "ping"), "no certificates in PEM form"),
        (("send", "--repeat", "0", "127.0.0.1", "ping"), "'0' is not a whole number above 0"),
        (("probe", "--timeout", "0", "127.0.0.1"), "'0' is not a number of seconds above 0"),
        (("probe", "--timeout", "nan", "127.0.0.1"), "'nan' is not a number of seconds above 0"),
        (("sweep", "--timeout", "-3", "--hosts", "hosts.cfg"), "'-3' is not a number of seconds above 0"),
        (("sweep", "--concurrency", "0", "--hosts", "hosts.cfg"), "'0' is not a whole number above 0"),
        (("sweep", "--server", "127.0.0.1:x", "--hosts", "hosts.cfg"), "'x' is not a port"),
        (("sweep", "--server", "tls://127.0.0.1", "--hosts", "hosts.cfg"), "by plain TCP only"),
        (("agent", "--repeat", "often", "--print"), "--repeat: 'often' is not a duration"),
        (("agent", "--repeat", "0", "--print"), "too often"),
        (("agent", "--host", "a b", "--print"), "'a b' is not a host's name"),
        (("agent", "--server", "127.0.0.1:x", "--once"), "hexmon agent: '127.0.0.1:x': 'x' is not a port"),
        (("board", "colour=red"), "'colour=red' is not a criterion of xymondboard"),
        (("board", "color=red,rod"), "'rod' is not a color"),
        (("board", "host=("), "'host=('"),
        (("board", "fields=hostname,foo"), "nobody knows the field foo"),
        (("board", "foo"), "'foo' is not a criterion"),
    ],
)
def test_a_wrong_call_is_told_and_has_status_2(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(*words) == 2
    assert said in capsys.readouterr().err


def test_an_agent_without_a_monitor_says_so_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status("agent", "--once", "--server", "127.0.0.1:9", "--state", str(tmp_path)) == 1
    assert capsys.readouterr().err == "hexmon agent: 127.0.0.1:9: Connection refused\n"


def test_a_sweep_without_a_monitor_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noping\n")
    assert _status("sweep", "--hosts", str(tmp_path / "hosts.cfg"), "--server", "127.0.0.1:9") == 1
    assert capsys.readouterr().err == "hexmon sweep: 127.0.0.1:9: Connection refused\n"


@pytest.mark.parametrize("words", [("hosts",), ("agent", "--print"), ("check-config",)])
def test_output_that_cannot_be_written_is_told_in_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noconn\n" * 2000)
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "hexmon", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=dict(os.environ),
            check=False,
        )
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
