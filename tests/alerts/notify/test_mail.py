"""Mail: what is in it, how it gets away, and what a mail server may do to us."""

import asyncio
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.ack_mail import AckRequest, read_ack
from hexmon.alerts.channels import read_channels
from hexmon.alerts.notify.contract import NotifyTools, Outcome, Sent, Unsendable
from hexmon.alerts.notify.mail import MailOptions, encoded, mail_of, send
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind, Message
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError
from tests.support.deliveries import a_channel, a_delivery, a_message, notify_tools
from tests.support.servers import authority, black_hole, closed_port, says, serve, tls_context
from tests.support.smtp_server import HANG_UP, SILENCE, SmtpServer, smtp_server

TO = "ops@example.test"
TOOLS = {"host": "monitor.test", "name": "hexmon at home"}


async def mailed(there: SmtpServer | int, message: Message | None = None, to: str = TO, **options: Any) -> Sent:
    port = there if isinstance(there, int) else there.port
    words = {"form": "TEXT", **options}
    delivery = a_delivery(message, address=to, format=words.pop("form"))
    channel = a_channel("mail", **{"server": f"127.0.0.1:{port}", **words})
    with notify_tools(**TOOLS) as tools:
        return await send(delivery, channel, tools)


def the_mail(message: Message, to: str = TO, form: str = "TEXT", number: int = 7, **options: Any) -> EmailMessage:
    tools = NotifyTools(clock=None, curl=None, programs=None, url="https://monitor.test/", **TOOLS)  # type: ignore[arg-type]
    return mail_of(a_delivery(message, address=to, number=number, format=form), MailOptions(**options), tools)


class TestWhatIsInIt:
    async def test_a_mail_arrives_whole(self) -> None:
        async with smtp_server() as server:
            assert await mailed(server, reply_to="ack@example.test") == Sent(Outcome.SENT)
        (mail,) = server.mails
        assert (mail.sender, mail.recipients) == ("hexmon@monitor.test", (TO,))
        read = mail.read
        assert read["From"] == "hexmon at home <hexmon@monitor.test>"
        assert read["To"] == TO
        assert read["Reply-To"] == "ack@example.test"
        assert read["Subject"] == "Xymon [123456] www.example.com:http CRITICAL (RED)"
        assert read["Date"] == "Sat, 21 Nov 2026 00:05:00 +0000"
        assert read["Auto-Submitted"] == "auto-generated"
        assert read["X-Auto-Response-Suppress"] == "All"
        assert (read["X-Hexmon-Square"], read["X-Hexmon-Kind"], read["X-Hexmon-Color"]) == (
            "www.example.com:http",
            "alert",
            "red",
        )
        assert read.get_content() == (
            "red Sat Nov 21 00:00:00 2026 nothing answers\n&red http://www.example.com/ - refused\n\n"
            "See https://monitor.test/status/www.example.com/http\n"
        )

    def test_mails_of_one_incident_are_a_thread_and_each_has_its_own_id(self) -> None:
        kinds = (Kind.ALERT, Kind.REMINDER, Kind.RECOVERY)
        mails = [the_mail(a_message(kind), number=number) for number, kind in enumerate(kinds)]
        assert len({mail["References"] for mail in mails}) == 1
        assert len({mail["Message-ID"] for mail in mails}) == 3
        assert the_mail(a_message(), number=0)["Message-ID"] == mails[0]["Message-ID"]
        assert the_mail(a_message(incident="f" * 32))["References"] != mails[0]["References"]

    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("red schön 🔥\n".encode(), "red schön 🔥\n"),
            ("red schön\n".encode("latin-1"), "red schön\n"),
            (b"red " + b"x" * 5000 + b"\n", "red " + "x" * 5000 + "\n"),
            (b"red a\0b\n", "red ab\n"),
            (b"red\n.\n..dots\nFrom here\n", "red\n.\n..dots\nFrom here\n"),
            (b"red a\r\nb\rc\n", "red a \nb c\n"),
            (b"red = =20 =\n", "red = =20 =\n"),
        ],
        ids=["UTF-8", "Latin-1", "a long line", "a NUL", "dots", "carriage returns", "equals signs"],
    )
    async def test_texts_of_any_coding(self, text: bytes, read: str) -> None:
        async with smtp_server() as server:
            await mailed(server, a_message(text=text), form="PLAIN")
        (mail,) = server.mails
        assert all(len(line) <= 998 for line in mail.data.split(b"\r\n"))
        assert mail.data.isascii()
        assert mail.read.get_content() == f"{read}\n"

    @pytest.mark.parametrize(
        ("form", "subject"), [("SMS", None), ("PAGER", None), ("SCRIPT", None), ("PLAIN", "Xymon")]
    )
    def test_some_formats_have_no_subject(self, form: str, subject: str | None) -> None:
        assert (the_mail(a_message(), form=form)["Subject"] is None) == (subject is None)

    def test_the_line_of_the_rule_for_those_who_want_it(self) -> None:
        assert the_mail(a_message(line=12), cfid=True)["Subject"].endswith("CRITICAL (RED) [cfid:12]")

    async def test_the_line_of_the_rule_for_everybody(self) -> None:
        with notify_tools(cfid=True) as tools:
            mail = mail_of(a_delivery(a_message(line=12)), MailOptions(), tools)
        assert mail["Subject"].endswith("CRITICAL (RED) [cfid:12]")

    def test_a_long_name_is_folded_and_comes_out_whole(self) -> None:
        host = ".".join(["a-part-of-a-name"] * 14)
        mail = the_mail(a_message(key=StatusKey(host, "http")))
        assert all(len(line) < 998 for line in mail.as_bytes().split(b"\r\n"))
        assert f"{host}:http" in mail["Subject"]

    def test_a_list_has_a_subject_that_acknowledges_nothing(self) -> None:
        items = tuple(Item(StatusKey(f"h{number}", "conn"), Color.RED, "down", 100 + number) for number in range(3))
        mail = the_mail(a_message(items=items))
        assert mail["Subject"] == "Xymon: 3 squares: 3 red (h0.conn, h1.conn, h2.conn)"
        assert "h2:conn [102]: down" in mail.get_content()
        answer = f"From: a@b.test\nSubject: Re: {mail['Subject']}\n\nok\n"
        assert not isinstance(read_ack(answer.encode()), AckRequest)

    @given(st.text(), st.text(), st.binary(max_size=80), st.sampled_from([*Kind]))
    def test_nothing_from_outside_adds_a_header_or_breaks_the_mail(
        self, name: str, to: str, text: bytes, kind: Kind
    ) -> None:
        wanted = the_mail(a_message(kind)).keys()
        message = a_message(kind, key=StatusKey(f"a{name}", f"b{name}"), text=text, display=name)
        try:
            mail = the_mail(message, to=f"a{to}")
            data = encoded(mail)
        except Unsendable:
            return
        assert mail.keys() == wanted
        head = data.partition(b"\r\n\r\n")[0]
        for line in head.split(b"\r\n"):
            assert re.match(rb"[A-Za-z-]+:( |$)|[ \t]", line), head
        assert b"\n" not in data.replace(b"\r\n", b"")

    @pytest.mark.parametrize("to", ["", "  ", "a@b\r\nBcc: c@d", "a@b\nX: y", "a\0@b", "a@", "a<"])
    async def test_what_is_no_address(self, to: str) -> None:
        async with smtp_server() as server:
            with pytest.raises(Unsendable):
                await mailed(server, to=to)
        assert not server.mails

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"server": "mail.test:99999"}, "99999 is no port"),
            ({"command": "  "}, "blank"),
            ({"command": "mail 'x"}, "quotation"),
            ({"security": "tls", "password": "p"}, "without username"),
            ({"server": "mail.test", "username": "u", "password": "p"}, "without security"),
            ({"security": "ssl"}, "security"),
            ({"nosuch": 1}, "nosuch"),
        ],
    )
    def test_settings_that_make_no_sense_are_named_at_the_start(self, options: dict[str, Any], words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            read_channels({"mail": {"type": "mail", **options}}, "hexmon.toml")

    def test_the_password_is_not_printed(self) -> None:
        assert "s3cret" not in repr(MailOptions(security="tls", username="u", password="s3cret"))  # noqa: S106

    @pytest.mark.parametrize("sender", ["no address <", "@@"])
    async def test_a_sender_that_is_none(self, sender: str) -> None:
        with pytest.raises(Unsendable, match="sender"):
            await mailed(closed_port(), sender=sender)

    async def test_a_user_of_the_mail_server(self) -> None:
        async with smtp_server() as server:
            await mailed(server, to="root")
            await mailed(server, to="root", domain="example.test")
        assert [mail.recipients for mail in server.mails] == [("root@monitor.test",), ("root@example.test",)]
        assert [mail.read["To"] for mail in server.mails] == ["root@monitor.test", "root@example.test"]

    async def test_a_sender_with_a_name(self) -> None:
        async with smtp_server() as server:
            await mailed(server, sender='"The Monitor" <watch@example.test>')
        (mail,) = server.mails
        assert mail.sender == "watch@example.test"
        assert mail.read["From"] == "The Monitor <watch@example.test>"

    async def test_a_foreign_address_where_the_server_takes_it(self) -> None:
        async with smtp_server({"EHLO": b"250-mail.test\r\n250 SMTPUTF8\r\n"}) as server:
            assert (await mailed(server, to="jörg@example.test")).outcome is Outcome.SENT
            assert server.mails[0].recipients == ("jörg@example.test",)
            assert server.mails[0].read["To"] == "jörg@example.test"
            assert any("SMTPUTF8" in line for line in server.heard)
        async with smtp_server() as server:
            with pytest.raises(Unsendable, match="SMTPUTF8"):
                await mailed(server, to="jörg@example.test")


ANSWERS: dict[str, tuple[dict[str, bytes | list[bytes]], Outcome, str]] = {
    "no such user": ({"RCPT": b"550 no such user\r\n"}, Outcome.REFUSED, "550 no such user"),
    "later": ({"RCPT": b"450 busy\r\n"}, Outcome.LATER, "450 busy"),
    "greylisting": ({"RCPT": b"451 4.7.1 try again\r\n"}, Outcome.LATER, "451 4.7.1 try again"),
    "the text is not wanted": ({"TEXT": b"554 spam\r\n"}, Outcome.REFUSED, "554 spam"),
    "the text is not wanted now": ({"TEXT": b"452 full\r\n"}, Outcome.LATER, "452 full"),
    "no greeting for us": ({"GREETING": b"554 go away\r\n"}, Outcome.LATER, "554 go away"),
    "no time": ({"GREETING": b"421 too busy\r\n"}, Outcome.LATER, "421 too busy"),
    "no such sender": ({"MAIL": b"553 who are you\r\n"}, Outcome.LATER, "553 who are you"),
    "it wants to know us first": ({"MAIL": b"530 5.7.0 authenticate\r\n"}, Outcome.LATER, "530 5.7.0 authenticate"),
    "lines of refusal": ({"RCPT": b"550-one\r\n550 two\r\n"}, Outcome.REFUSED, "550 one two"),
    "garbage": ({"GREETING": b"SSH-2.0-x\r\n"}, Outcome.LATER, ""),
    "bytes": ({"RCPT": b"\xff\xfe\0\r\n"}, Outcome.LATER, ""),
    "a huge number": ({"RCPT": b"99999999999 x\r\n"}, Outcome.LATER, ""),
    "it hangs up at once": ({"GREETING": HANG_UP}, Outcome.LATER, ""),
    "it hangs up at the recipient": ({"RCPT": HANG_UP}, Outcome.LATER, ""),
    "it hangs up in the text": ({"IN DATA": HANG_UP}, Outcome.LATER, ""),
    "it hangs up after the text": ({"TEXT": HANG_UP}, Outcome.LATER, ""),
    "it takes the mail and hangs up": ({"QUIT": HANG_UP}, Outcome.SENT, ""),
    "it takes the mail and complains": ({"QUIT": b"500 what\r\n"}, Outcome.SENT, ""),
    "no EHLO": ({"EHLO": b"502 no\r\n"}, Outcome.SENT, ""),
}


class TestWhatAServerMayDo:
    @pytest.mark.parametrize(("answers", "outcome", "detail"), ANSWERS.values(), ids=ANSWERS)
    async def test_an_answer(self, answers: dict[str, bytes | list[bytes]], outcome: Outcome, detail: str) -> None:
        async with smtp_server(answers) as server, asyncio.timeout(10):
            sent = await mailed(server)
        assert sent.outcome is outcome, sent
        assert detail in sent.detail
        assert len(server.mails) == (outcome is Outcome.SENT)

    async def test_greylisting_is_over_at_the_next_attempt(self) -> None:
        async with smtp_server({"RCPT": [b"451 try again\r\n"]}) as server:
            assert (await mailed(server)).outcome is Outcome.LATER
            assert (await mailed(server)).outcome is Outcome.SENT

    @pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "TEXT"])
    async def test_silence_ends_with_the_time_limit(self, verb: str) -> None:
        async with smtp_server({verb: SILENCE}) as server:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await mailed(server)
        assert not server.mails

    async def test_a_mail_that_was_taken_is_sent_though_nobody_says_goodbye(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("hexmon.alerts.notify.mail._FAREWELL", 0.05)
        async with smtp_server({"QUIT": SILENCE}) as server, asyncio.timeout(10):
            assert (await mailed(server)).outcome is Outcome.SENT

    async def test_nobody_is_there(self) -> None:
        sent = await mailed(closed_port())
        assert sent.outcome is Outcome.LATER
        assert "Connect call failed" in sent.detail or "refused" in sent.detail.lower()

    async def test_a_black_hole(self) -> None:
        with black_hole() as port, pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await mailed(port)

    async def test_a_slow_drip(self) -> None:
        async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while not writer.is_closing():
                writer.write(b"220-x\r\n")
                await writer.drain()
                await asyncio.sleep(0)  # noqa: TID251 - no time passes

        async with serve(drip) as port:
            sent: Sent | None = None
            try:
                async with asyncio.timeout(0.2):
                    sent = await mailed(port)
            except TimeoutError:
                pass
            assert sent is None or sent.outcome is Outcome.LATER

    async def test_a_line_without_an_end(self) -> None:
        async with serve(says(b"220 " + b"x" * 3_000_000)) as port, asyncio.timeout(10):
            try:
                async with asyncio.timeout(1):
                    sent = await mailed(port)
            except TimeoutError:
                return
            assert sent.outcome is Outcome.LATER
            assert len(sent.detail) < 1000


class TestTls:
    @pytest.fixture
    def ca(self, tmp_path: Path) -> str:
        file = tmp_path / "ca.pem"
        authority().cert_pem.write_to_path(str(file))
        return str(file)

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    async def test_a_good_certificate(self, security: str, ca: str) -> None:
        async with smtp_server(tls=tls_context("127.0.0.1"), implicit=security == "tls") as server:
            sent = await mailed(server, security=security, ca=ca)
        assert sent == Sent(Outcome.SENT)
        assert security == "tls" or server.encrypted == 1

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    @pytest.mark.parametrize(("name", "known"), [("other.test", True), ("127.0.0.1", False)])
    async def test_a_bad_certificate(self, security: str, name: str, known: bool, ca: str) -> None:
        async with smtp_server(tls=tls_context(name), implicit=security == "tls") as server:
            sent = await mailed(server, security=security, ca=ca if known else "")
            assert sent.outcome is Outcome.LATER
            assert "certificate" in sent.detail.lower()
            sent = await mailed(server, security=security, verify=False)
            assert sent.outcome is Outcome.SENT

    async def test_a_server_without_starttls_gets_nothing(self) -> None:
        async with smtp_server() as server:
            sent = await mailed(server, security="starttls", username="u", password="secret")  # noqa: S106
        assert sent.outcome is Outcome.LATER
        assert not server.mails
        assert not any("secret" in line or line.startswith("AUTH") for line in server.heard)

    async def test_a_server_that_breaks_off_the_handshake(self) -> None:
        async with smtp_server({"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": HANG_UP}) as server:
            assert (await mailed(server, security="starttls")).outcome is Outcome.LATER

    async def test_a_file_of_authorities_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            await mailed(closed_port(), security="tls", ca=str(tmp_path / "none"))
        (tmp_path / "empty").touch()
        with pytest.raises((OSError, ssl.SSLError)):
            await mailed(closed_port(), security="tls", ca=str(tmp_path / "empty"))

    async def test_a_name_and_a_password(self, ca: str) -> None:
        async with smtp_server(tls=tls_context("127.0.0.1")) as server:
            sent = await mailed(server, security="starttls", ca=ca, username="u", password="p")  # noqa: S106
            assert sent.outcome is Outcome.SENT
            assert "AUTH PLAIN AHUAcA==" in server.heard
            server.answers["AUTH"] = b"535 5.7.8 no\r\n"
            sent = await mailed(server, security="starttls", ca=ca, username="u", password="p")  # noqa: S106
        assert sent.outcome is Outcome.LATER
        assert "535" in sent.detail


PROGRAM = """#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word" >> "$0.args"; done
cat > "$0.text"
{end}
"""


class TestByCommand:
    @contextmanager
    def program(self, folder: Path, end: str = "") -> Iterator[Path]:
        path = folder / "mail"
        path.write_text(PROGRAM.format(end=end))
        path.chmod(0o755)
        yield path

    def heard(self, program: Path) -> tuple[list[str], bytes]:
        words = Path(f"{program}.args").read_bytes().decode().split("\0")[:-1]
        return words, Path(f"{program}.text").read_bytes()

    async def test_it_gets_subject_address_and_text(self, tmp_path: Path) -> None:
        with self.program(tmp_path) as path:
            sent = await mailed(25, a_message(text=b"red \xff $(id)\n"), command=f"{path} -s", form="PLAIN")
            assert sent == Sent(Outcome.SENT)
            assert self.heard(path) == (
                ["-s", "Xymon [123456] www.example.com:http CRITICAL (RED)", TO],
                b"red \xff $(id)\n\n",
            )

    async def test_without_a_subject_there_is_no_s(self, tmp_path: Path) -> None:
        with self.program(tmp_path) as path:
            await mailed(25, command=f"{path} -s", form="SMS")
            assert self.heard(path)[0] == [TO]

    async def test_words_in_quotes_are_one(self, tmp_path: Path) -> None:
        with self.program(tmp_path) as path:
            await mailed(25, command=f"{path} -r 'a b' -s", form="SMS")
            assert self.heard(path)[0] == ["-r", "a b", TO]

    async def test_a_program_on_the_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with self.program(tmp_path) as path:
            await mailed(25, command="mail -s")
            assert self.heard(path)[0][-1] == TO

    async def test_a_text_that_nobody_reads(self, tmp_path: Path) -> None:
        (tmp_path / "deaf").write_text("#!/bin/sh\nexit 0\n")
        (tmp_path / "deaf").chmod(0o755)
        sent = await mailed(25, a_message(text=b"x" * 1_000_000), command=str(tmp_path / "deaf"))
        assert sent.outcome is Outcome.SENT

    async def test_no_text_at_all(self, tmp_path: Path) -> None:
        with self.program(tmp_path) as path:
            await mailed(25, command=str(path), form="PAGER")
            assert self.heard(path) == ([TO], b"")

    async def test_it_fails(self, tmp_path: Path) -> None:
        with self.program(tmp_path, "echo no such user >&2; exit 67") as path:
            sent = await mailed(25, command=str(path))
        assert sent == Sent(Outcome.LATER, f"{path}: exit status 67: no such user")

    async def test_it_is_not_there(self) -> None:
        assert await mailed(25, command="no-such-mailer -s") == Sent(Outcome.LATER, "there is no no-such-mailer")

    async def test_it_hangs_until_the_time_limit_ends_it(self, tmp_path: Path) -> None:
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        with self.program(tmp_path, f"read word < {fifo}") as path, pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await mailed(25, command=str(path))
        # Nobody reads the fifo any more: the program is gone.
        with pytest.raises(OSError, match="No such device or address"):
            os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)

    async def test_an_address_is_not_an_option(self) -> None:
        with pytest.raises(Unsendable):
            await mailed(25, command="mail -s", to="-oQ/tmp")
