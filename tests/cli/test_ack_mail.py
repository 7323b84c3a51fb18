"""`hexmon ack-mail`: what it sends, and its exit statuses."""

import io
import sys
from types import SimpleNamespace

import pytest

from hexmon.cli import main
from tests.support.servers import closed_port
from tests.support.threaded import thread_server

ANSWER = b"From: Ann <ann@example.test>\nSubject: Re: Xymon [1234] www.example.com:http\n\non it\n"


def ack(monkeypatch: pytest.MonkeyPatch, mail: bytes, *words: str) -> int:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mail)))
    return main(["ack-mail", *words])


def test_it_tells_the_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    with thread_server(b"") as port:
        assert ack(monkeypatch, ANSWER, "--server", f"127.0.0.1:{port}") == 0


def test_debug_prints_and_sends_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--debug", "--env=/etc/xymon/xymonserver.cfg", "--server", f"127.0.0.1:{closed_port()}")
    assert ack(monkeypatch, ANSWER, *words) == 0
    assert capsys.readouterr().out == "xymondack 1234 60 on it\nAcked by: Ann ann@example.test\n"


def test_the_mail_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = io.BytesIO(ANSWER + b"> quoted\n" * 200_000)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=mail))
    assert main(["ack-mail", "--debug"]) == 0
    assert not mail.read(1)


@pytest.mark.parametrize(
    ("mail", "status"),
    [
        (b"From: a\n\nhello\n", 1),
        (b"Subject: hello\n\nhello\n", 3),
        (b"Subject: Xymon [0]\n\nhello\n", 4),
        (ANSWER, 75),
    ],
    ids=["no subject", "another subject", "no number of an alert", "no monitor"],
)
def test_exit_statuses(
    mail: bytes, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ack(monkeypatch, mail, "--server", f"127.0.0.1:{closed_port()}") == status
    assert capsys.readouterr().err.startswith("hexmon ack-mail: ")


@pytest.mark.parametrize("words", [("--server", ""), ("--timeout", "0")])
def test_called_wrongly(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ack(monkeypatch, ANSWER, *words) == 2
