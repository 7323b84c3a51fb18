"""hexmon ghosts: what it prints of the answer of a monitor, of hexmon and of the real xymond's form."""

import json
from pathlib import Path

import pytest

from hexmon.cli import main
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor
from tests.support.servers import closed_port
from tests.support.threaded import thread_server

HOSTS = "192.0.2.1 www.example.com #\n"


def answer_of(folder: Path, question: bytes) -> bytes:
    clock = FakeClock(1_795_219_200.0)
    monitor = Monitor(folder, HOSTS, clock)
    monitor.say("status db7.cpu green x", sender="192.0.2.7")
    clock.wall += 60
    monitor.say("status db7.cpu green x", sender="192.0.2.7")
    monitor.say("status www.cpu green x", sender="192.0.2.1")
    return monitor.say(question)


def run(capsys: pytest.CaptureFixture[str], reply: bytes, *arguments: str) -> tuple[int, str]:
    with thread_server(reply) as port:
        status = main(["ghosts", "--server", f"127.0.0.1:{port}", *arguments])
    return status, capsys.readouterr().out


FULL = b"ghostlist fields=hostname,sender,lastseen,firstseen,count,line,aliasof,alias,aliasat"


def test_what_to_write_for_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, output = run(capsys, answer_of(tmp_path, FULL))
    assert status == 0
    assert output.splitlines() == [
        "db7 from 192.0.2.7, 2 messages since 2026-11-21 00:00:00 UTC, last 2026-11-21 00:01:00 UTC",
        "  add to hosts.cfg:  192.0.2.7       db7 #",
        "",
        "www from 192.0.2.1, once, last 2026-11-21 00:01:00 UTC",
        "  add to hosts.cfg:  0.0.0.0         www # noconn",
        "  or it is www.example.com: add CLIENT:www to its tags (hosts.cfg:1)",
    ]


def test_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, output = run(capsys, answer_of(tmp_path, FULL), "--json")
    first, second = json.loads(output)
    assert status == 0
    assert (first["hostname"], first["count"], first["lastseen"]) == ("db7", 2, 1_795_219_260)
    assert second["alias"] == "CLIENT:www"


def test_only_the_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, answer_of(tmp_path, FULL), "--lines") == (
        0,
        "192.0.2.7       db7 #\n0.0.0.0         www # noconn\n",
    )


def test_a_server_that_knows_no_more_than_xymond(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plain = answer_of(tmp_path, b"ghostlist")
    assert plain == b"db7|192.0.2.7|1795219260\nwww|192.0.2.1|1795219260\n"
    status, output = run(capsys, plain)
    assert (status, output.splitlines()[0]) == (0, "db7 from 192.0.2.7, last heard of 2026-11-21 00:01:00 UTC")
    assert run(capsys, plain, "--lines") == (0, "")


@pytest.mark.parametrize("reply", [b"|||" * 50, b"a|b|" + b"9" * 5000, b"\xff|\xfe|x\n", b"a\n"])
def test_an_odd_answer_is_no_trace(capsys: pytest.CaptureFixture[str], reply: bytes) -> None:
    assert run(capsys, reply)[0] == 0
    assert run(capsys, reply, "--json")[0] == 0


def test_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, b"") == (0, "everybody who reports is in hosts.cfg\n")


def test_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ghosts", "--server", f"127.0.0.1:{closed_port()}"]) == 1
    assert main(["ghosts", "--server", "127.0.0.1:notaport"]) == 2
    assert capsys.readouterr().err.count("hexmon ghosts: ") == 2


@pytest.mark.parametrize("words", ["fields=", "fields=nosuch", "fields=" + "hostname," * 1000, "x"])
def test_odd_fields(tmp_path: Path, words: str) -> None:
    assert answer_of(tmp_path, f"ghostlist {words}".encode()).count(b"\n") == 2
