"""Mails given to a real mail server, and acknowledging by mail beside the real xymon-mailack."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest

from hexmon.alerts.ack_mail import AckRequest, read_ack
from hexmon.alerts.notify.contract import Outcome, Sent
from hexmon.alerts.notify.mail import send
from tests.support.clock import settle
from tests.support.daemons import exim_for
from tests.support.deliveries import a_channel, a_delivery, a_message, notify_tools
from tests.support.monitor import monitor, wait_for
from tests.support.peers import peer
from tests.support.servers import authority

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def exim() -> Iterator[tuple[dict[str, int], Path]]:
    with exim_for("hexmon") as found:
        yield found


def _ca(folder: Path) -> str:
    file = folder / "ca.pem"
    authority().cert_pem.write_to_path(str(file))
    return str(file)


def _mails(folder: Path) -> list[EmailMessage]:
    """What was delivered; each is taken away."""
    found = []
    for file in sorted(folder.iterdir()) if folder.exists() else ():
        found.append(message_from_bytes(file.read_bytes(), policy=default))
        file.unlink()
    return found


async def _send(port: int, address: str, text: bytes = b"red it is\n", **options: Any) -> Sent:
    delivery = a_delivery(a_message(text=text), address=address, format="PLAIN")
    with notify_tools(host="monitor.test") as tools:
        sent = await send(delivery, a_channel("mail", server=f"127.0.0.1:{port}", **options), tools)
    await settle()  # the loop closes the connection
    return sent


@pytest.mark.parametrize(
    "text",
    ["red schön\n", "red a\n.\n..b\n", f"red {'x' * 3000}\n", "red a\n\n\n"],
    ids=["UTF-8", "dots", "long", "blank"],
)
async def test_a_real_server_delivers_what_we_said(exim: tuple[dict[str, int], Path], text: str) -> None:
    ports, folder = exim
    assert await _send(ports["smtp"], "ops@example.test", text.encode()) == Sent(Outcome.SENT)
    (mail,) = wait_for(lambda: _mails(folder) or None, 20.0, "the mail")
    assert mail.get_content() == f"{text}\n"
    assert mail["Subject"] == "Xymon [123456] www.example.com:http CRITICAL (RED)"
    assert mail["To"] == "ops@example.test"
    assert not mail.defects


async def test_a_user_of_the_mail_server(exim: tuple[dict[str, int], Path]) -> None:
    ports, folder = exim
    assert await _send(ports["smtp"], "root") == Sent(Outcome.SENT)
    (mail,) = wait_for(lambda: _mails(folder) or None, 20.0, "the mail")
    assert mail["To"] == "root@monitor.test"


async def test_a_real_server_refuses(exim: tuple[dict[str, int], Path]) -> None:
    ports, _ = exim
    assert await _send(ports["smtp"], "nobody@example.test") == Sent(Outcome.REFUSED, "550 there is no such user")
    sent = await _send(ports["smtp"], "later@example.test")
    assert (sent.outcome, sent.detail) == (Outcome.LATER, "451 come back later")


@pytest.mark.parametrize(("port", "security"), [("smtp", "starttls"), ("smtps", "tls")])
async def test_a_real_server_by_tls_with_a_password(
    exim: tuple[dict[str, int], Path], tmp_path: Path, port: str, security: str
) -> None:
    ports, folder = exim
    # Its certificate is for a name: the address 127.0.0.1 is not in it.
    sent = await _send(ports[port], "ops@example.test", security=security, ca=_ca(tmp_path))
    assert sent.outcome is Outcome.LATER
    assert "certificate" in sent.detail
    words: dict[str, Any] = {"security": security, "verify": False, "username": "hexmon"}
    sent = await _send(ports[port], "ops@example.test", **words, password="wrong")  # noqa: S106
    assert (sent.outcome, sent.detail.partition(" ")[2][:3]) == (Outcome.LATER, "535")
    assert not _mails(folder)
    sent = await _send(ports[port], "ops@example.test", **words, password="secret")  # noqa: S106
    assert sent.outcome is Outcome.SENT
    assert len(wait_for(lambda: _mails(folder) or None, 20.0, "the mail")) == 1


# The whole way: an alert, its mail, the answer, and the square is acknowledged


def _answer(mail: EmailMessage, text: str) -> bytes:
    """What a mail program makes of it when somebody answers."""
    answer = EmailMessage(policy=SMTP)
    answer["From"] = "Ann Other <ann@example.test>"
    answer["To"] = mail["Reply-To"] or mail["From"]
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["In-Reply-To"] = mail["Message-ID"]
    quoted = "".join(f"> {line}\n" for line in mail.get_content().splitlines())
    answer.set_content(f"{text}\n\nOn Tuesday {mail['From']} wrote:\n{quoted}")
    return answer.as_bytes()


@contextmanager
def _monitor(folder: Path, port: int) -> Iterator[Any]:
    folder.mkdir(exist_ok=True)
    (folder / "alerts.cfg").write_text("HOST=www.example.com\n\tMAIL ops@example.test REPEAT=1d RECOVERED\n")
    (folder / "hexmon.toml").write_text(
        f'[channels.mail]\ntype = "mail"\nserver = "127.0.0.1:{port}"\nreply_to = "ack@example.test"\n'
    )
    with monitor(folder, "127.0.0.1 www.example.com # noconn\n") as running:
        yield running


def test_the_answer_to_our_own_mail_acknowledges(exim: tuple[dict[str, int], Path], tmp_path: Path) -> None:
    ports, folder = exim
    with _monitor(tmp_path, ports["smtp"]) as running:
        running.ask(b"status www,example,com.http red it is down\n")
        (mail,) = wait_for(lambda: _mails(folder) or None, 20.0, "the mail")
        assert mail["Reply-To"] == "ack@example.test"
        command = [sys.executable, "-m", "hexmon", "ack-mail", "--server", f"127.0.0.1:{running.messages}"]
        ended = subprocess.run(command, input=_answer(mail, "we are on it"), capture_output=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, b"")
        board = running.until(b"xymondboard test=^http$ fields=ackmsg", b"we are on it")
        assert b"Acked by: Ann Other ann@example.test" in board


# Beside the original

MAILS = {
    "an answer": "From: Joe <joe@x.test>\nSubject: Re: Xymon [1234] host:test CRITICAL (RED)\n\non it\nmore\n",
    "the whole host": "From: j@x.test\nSubject: Re: Xymon [-1234] x DELAY=2h MSG=from subject\n\nbody\n",
    "lines": "Return-Path: <r@x.test>\nSubject: Xymon [1234] x\n\ndelay=30\nack=777\ntext here\n",
    "a line only": "From: a\nSubject: nothing\n\nack=777\ntext here\n",
    "a line, and no subject": "From: a\n\nack=777\ntext here\n",
    "no text": "From: a\nSubject: hobbit 12 x\n\n\n",
    "dashes and weeks": "From: a\nSubject: BB - [12]! x delay=3w\n\nmy text\n",
    "no subject": "From: a\n\nbody\n",
    "an empty subject": "From: a\nSubject: \n\nbody\n",
    "no number": "From: a\nSubject: Xymon [abc] x\n\nbody\n",
    "a delay behind the text": "From: a\nSubject: Xymon [12] x MSG=foo DELAY=5\n\nbody\n",
    "a delay of an unknown unit": "From: a\nSubject: Xymon [12] x DELAY=5x MSG= foo\n\ndelay 40\n",
    "capitals": "From: a\nSubject: xymon [12] x\n\nDELAY=90\nACK 55\n\n\nhello\n",
    "carriage returns": "From: a\r\nSubject: Xymon [12] x\r\n\r\nhello\r\n",
    "a number that is too long": f"From: a\nSubject: Xymon [{'9' * 20}] x\n\nhello\n",
    "no delay": "From: a\nSubject: Xymon [5] x DELAY=0 \n\nhello\n",
    "no blank": "From: a\nSubject: Xymon[5] x\n\nhello\n",
    "an empty text": "From: a\nSubject: Xymon [5] x MSG=\n\nhello\n",
    "more in the line": "From: a\nSubject: Xymon [5] x\n\nack=-7\ndelay=2h please\nhello\n",
    "nobody": "Subject: Xymon [5] x\n\nhello\n",
    "days": "From: a\nSubject: Xymon [5] x delay=2d\n\nhello\n",
    "nothing": "",
}


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_both_understand_the_same(mail: str, tmp_path: Path) -> None:
    program = peer("xymon-mailack")
    environment = {"XYMONHOME": str(tmp_path), "XYMSRV": "127.0.0.1"}
    theirs = subprocess.run(
        [program, "--debug"], input=mail.encode(), capture_output=True, check=False, env=environment
    )
    ours = read_ack(mail.encode())
    if isinstance(ours, AckRequest):
        assert theirs.returncode == 0
        assert _words(theirs.stdout) == _words(ours.command)
    else:
        assert theirs.returncode == ours.why


def _words(command: bytes) -> list[list[bytes]]:
    """Its lines without regard to blanks."""
    return [line.split() for line in command.split(b"\n") if line.split()]


BETTER = {
    "a folded subject": ("Subject: Re:\n Xymon [12] x\n\nhello\n", 12, "hello"),
    "an encoded subject": ("Subject: =?utf-8?q?Xymon_=5B12=5D?= x\n\nhello\n", 12, "hello"),
    "a sentence that begins with ack": (
        "Subject: Xymon [12] x\n\nack whoever reads this\n",
        12,
        "ack whoever reads this",
    ),
    "a quotation first": ("Subject: Xymon [12] x\n\nJoe wrote:\n> red\n\nmine\n", 12, "mine"),
}


@pytest.mark.parametrize(("mail", "cookie", "text"), BETTER.values(), ids=BETTER)
def test_ours_understands_what_the_original_does_not(mail: str, cookie: int, text: str, tmp_path: Path) -> None:
    environment = {"XYMONHOME": str(tmp_path), "XYMSRV": "127.0.0.1"}
    command = [str(peer("xymon-mailack")), "--debug"]
    theirs = subprocess.run(command, input=mail.encode(), capture_output=True, check=False, env=environment)
    ours = read_ack(mail.encode())
    assert isinstance(ours, AckRequest)
    assert (ours.cookie, ours.text) == (cookie, text)
    assert theirs.returncode or _words(theirs.stdout) != _words(ours.command)
