"""MAIL: over SMTP (RFC 5321), by STARTTLS or TLS where asked for; or through a program, as xymond_alert does it.

Every mail says that a machine wrote it (RFC 3834), mails of one incident make one thread, and the Message-ID is that of
the delivery: a mail that came twice after a crash can be known again.
"""

import asyncio
import contextlib
import re
import shlex
import shutil
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

import aiosmtplib

from hexmon.alerts import wording, wording_site
from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent, Unsendable
from hexmon.alerts.notify.script import how_it_ended, own_environment
from hexmon.alerts.notify.words import one_line, own_zone, square_url
from hexmon.model.incident import ENDS, Delivery, Kind
from hexmon.model.text import readable
from hexmon.probes.programs import CannotStart, Flood, NoRoom

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_GROUPS = 5
_TOO_LONG = 900  # characters of a line beyond which a body is encoded (RFC 5322 allows 998)
_THIS_MACHINE = ("127.", "localhost", "::1")
_HEADER_LINE = re.compile(rb"[A-Za-z-]+:|[ \t]")
_FAILED_FOR_GOOD = range(500, 600)
# These say that the server has no time, or does not like us just now, though they begin with a 5.
_NOT_THE_MESSAGE = frozenset({530, 534, 535, 538})

_FAREWELL = 2.0  # seconds for the answer to QUIT
_PATIENCE = 10.0  # seconds for a place among the programs that run
_DETAIL = 300  # characters of what a server said
_DIGITS = 5
_NO_PORT = 65536

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class MailOptions:
    """Where mail goes, and what is in it.

    `server` is HOST or HOST:PORT. `security`: none, starttls or tls; certificates are verified unless `verify` is off,
    against the authorities in the PEM file `ca`, or against this machine's. `command` is a program and its words, such
    as `/usr/bin/mail -s`, used in place of SMTP: it gets subject and address as its last words and the text to read.
    `cfid` puts the line of alerts.cfg into the subject. Raises ValueError for settings that make no sense.
    """

    __pydantic_config__ = _STRICT
    server: str = "127.0.0.1:25"
    security: Literal["none", "starttls", "tls"] = "none"
    verify: bool = True
    ca: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""  # "": hexmon@ this machine
    reply_to: str = ""  # where an answer acknowledges (ack-mail)
    domain: str = ""  # of addresses that have none, such as root; "": the name of this machine
    cfid: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        """What can be seen at the start is not found out when a mail is due."""
        host, _ = _place(self)
        if self.command:
            _words(self.command, "")
        if self.password and not self.username:
            raise ValueError("password without username")
        if self.username and self.security == "none" and not host.startswith(_THIS_MACHINE):
            raise ValueError("username without security: the password would be readable on its way")


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """Send one mail to one address."""
    options: MailOptions = channel.options
    address = delivery.way.address.strip()
    if not address or any(letter in address for letter in "\r\n\0"):
        raise Unsendable(f"{address!r} is not an address")
    if options.command:
        return await _by_command(delivery, options, tools)
    return await _by_smtp(mail_of(delivery, options, tools), _whole(address, options, tools), options, tools)


def _whole(address: str, options: MailOptions, tools: NotifyTools) -> str:
    """With a domain: over SMTP servers take `root` no more than we may send it (RFC 5321, 4.1.2)."""
    return address if "@" in address else f"{address}@{options.domain or tools.host}"


def subject_and_text(delivery: Delivery, options: MailOptions, tools: NotifyTools) -> tuple[str, bytes]:
    """What the mail says."""
    message, form = delivery.message, delivery.way.format
    link = square_url(tools.url, message.key)
    if form == "SITE":
        return wording_site.subject(message), wording_site.body(message, own_zone(message.at))
    text = wording.body(message, form, link)
    ack = tools.ack_link(delivery) if message.kind not in ENDS and message.kind is not Kind.NOTICE else ""
    if ack and form == "TEXT" and not message.items:
        text += f"Acknowledge: {ack}\n".encode()
    return wording.subject(message, form, cfid=options.cfid or tools.cfid), text


def mail_of(delivery: Delivery, options: MailOptions, tools: NotifyTools) -> EmailMessage:
    """The mail with all its headers."""
    message = delivery.message
    subject, text = subject_and_text(delivery, options, tools)
    mail = EmailMessage(policy=SMTP_POLICY if _is_plain(delivery, options) else SMTPUTF8)
    mail["From"] = _sender(options, tools)
    _address(mail, "To", _whole(delivery.way.address.strip(), options, tools))
    if options.reply_to:
        _address(mail, "Reply-To", options.reply_to)
    if subject:
        mail["Subject"] = _header(subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at, UTC))
    thread = f"<{message.incident or f'notice-{delivery.number}'}@{tools.host}>"
    mail["Message-ID"] = f"<{delivery.number}.{message.incident or 'notice'}@{tools.host}>"
    mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Hexmon-Square"] = _header(f"{message.key.host}:{message.key.test}")
    mail["X-Hexmon-Kind"] = message.kind.value
    mail["X-Hexmon-Color"] = message.color.word
    content = readable(text).replace("\r\n", "\n").replace("\r", " ").replace("\0", "")
    long = any(len(line) > _TOO_LONG for line in content.split("\n"))
    mail.set_content(content, charset="utf-8", cte="quoted-printable" if long or not content.isascii() else "7bit")
    return mail


def _is_plain(delivery: Delivery, options: MailOptions) -> bool:
    """Whether all addresses are ASCII. Others cannot be encoded (RFC 6532): the server must take them as they are."""
    return f"{delivery.way.address}{options.sender}{options.reply_to}".isascii()


def encoded(mail: EmailMessage) -> bytes:
    """The mail as it goes over the wire. Raises Unsendable when Python's folding has torn its headers."""
    data = mail.as_bytes()
    head = data.partition(b"\r\n\r\n")[0]
    if not all(map(_HEADER_LINE.match, head.split(b"\r\n"))):
        raise Unsendable("the headers cannot be written")
    return data


def _address(mail: EmailMessage, name: str, address: str) -> None:
    """Raises Unsendable for what is no address, even one without a domain."""
    try:
        mail[name] = _header(address)
    except (ValueError, IndexError, MessageError):  # the parser of addresses has holes
        raise Unsendable(f"{address!r} is not an address") from None


def _sender(options: MailOptions, tools: NotifyTools) -> Address:
    """Who the mail is from. Raises Unsendable."""
    try:
        if not options.sender:
            return Address(display_name=one_line(tools.name), addr_spec=f"hexmon@{tools.host}")
        name, address = parseaddr(_header(options.sender))
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise Unsendable(f"sender = {options.sender or f'hexmon@{tools.host}'!r} is not an address") from None


def _header(text: str) -> str:
    """What comes from outside stays in its header."""
    return one_line(text)


async def _by_smtp(mail: EmailMessage, address: str, options: MailOptions, tools: NotifyTools) -> Sent:
    server = _server(options, tools)
    where = f"{server.hostname}:{server.port}"
    wires: list[asyncio.WriteTransport] = []
    try:
        await server.connect()
        wires.append(cast("asyncio.WriteTransport", server.transport))
        await _introduced(server, options, wires)
        sent = await _handed_over(server, mail["From"].addresses[0].addr_spec, address, encoded(mail))
        await _farewell(server)
    except (
        aiosmtplib.SMTPResponseException
    ) as error:  # of the server's mood or our settings: other mails fare no better
        return Sent(Outcome.LATER, f"{where}: {error.code} {one_line(error.message)[:_DETAIL]}")
    except (aiosmtplib.SMTPException, OSError, EOFError) as error:
        return Sent(Outcome.LATER, f"{where}: {one_line(str(error))[:_DETAIL] or type(error).__name__}")
    finally:
        # Nobody waits for a server that has nothing more to say, least of all when the time is over.
        for wire in reversed(wires):
            wire.abort()
        server.close()
    return sent


async def _introduced(server: aiosmtplib.SMTP, options: MailOptions, wires: list[asyncio.WriteTransport]) -> None:
    """Encrypted and known, where that is asked for."""
    if options.security == "starttls":
        await server.starttls(tls_context=_context(options))
        wires.append(cast("asyncio.WriteTransport", server.transport))
    if options.username:
        await server.login(options.username, options.password)


async def _handed_over(server: aiosmtplib.SMTP, sender: str, address: str, mail: bytes) -> Sent:
    """Give it the mail. What it says of the recipient or of the text with a 5 is its last word."""
    foreign = not f"{address}{sender}".isascii() or not mail.partition(b"\r\n\r\n")[0].isascii()
    try:
        await server.sendmail(sender, [address], mail, mail_options=["SMTPUTF8"] if foreign else [])
    except ValueError as error:
        raise Unsendable(f"{address!r} is not an address: {one_line(str(error))}") from None
    except aiosmtplib.SMTPNotSupported:
        raise Unsendable(f"{address!r}: the mail server takes no address outside of ASCII (SMTPUTF8)") from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return _answered(first.code, first.message)
    except aiosmtplib.SMTPDataError as error:
        return _answered(error.code, error.message)
    return Sent(Outcome.SENT)


async def _farewell(server: aiosmtplib.SMTP) -> None:
    """The mail is the server's now, whatever it says to this."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(_FAREWELL):
            await server.quit()


def _answered(code: int, text: str) -> Sent:
    final = code in _FAILED_FOR_GOOD and code not in _NOT_THE_MESSAGE
    return Sent(Outcome.REFUSED if final else Outcome.LATER, f"{code} {one_line(text)[:_DETAIL]}")


def _server(options: MailOptions, tools: NotifyTools) -> aiosmtplib.SMTP:
    host, port = _place(options)
    secure = options.security == "tls"
    return aiosmtplib.SMTP(
        hostname=host,
        port=port,
        local_hostname=tools.host,
        use_tls=secure,
        start_tls=False,  # a step of its own, as logging in is: what fails in `connect` leaves its connection open
        tls_context=_context(options) if secure else None,
        timeout=None,  # the outbox has the time limit
    )


def _place(options: MailOptions) -> tuple[str, int]:
    """HOST, HOST:PORT, [V6]:PORT. Raises ValueError."""
    host, colon, port = options.server.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.startswith("[")):
        return options.server.strip("[]"), _PORTS[options.security]
    if len(port) > _DIGITS or not 0 < int(port) < _NO_PORT:
        raise ValueError(f"server = {options.server!r}: {port} is no port")
    return host.strip("[]"), int(port)


def _context(options: MailOptions) -> ssl.SSLContext | None:
    if options.security == "none":
        return None
    stamp = Path(options.ca).stat().st_mtime_ns if options.ca else 0
    return _made(options.ca, stamp, verify=options.verify)


@lru_cache(maxsize=8)
def _made(ca: str, _stamp: int, *, verify: bool) -> ssl.SSLContext:
    """Reading the authorities takes longer than sending a mail."""
    context = ssl.create_default_context(cafile=ca or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _by_command(delivery: Delivery, options: MailOptions, tools: NotifyTools) -> Sent:
    """As xymond_alert calls $MAIL: words, subject, address; without a subject the words lose their last one (-s)."""
    subject, text = subject_and_text(delivery, options, tools)
    address = delivery.way.address.strip()
    if address.startswith("-"):
        raise Unsendable(f"{address!r} is not an address")
    argv = [*_words(options.command, subject), address]
    try:
        async with tools.programs.place(_PATIENCE):
            ended = await tools.programs.run(argv, own_environment(), linger=True, given=text)
    except (CannotStart, NoRoom, Flood) as error:
        return Sent(Outcome.LATER, str(error))
    if ended.status == 0:
        return Sent(Outcome.SENT)
    return Sent(Outcome.LATER, f"{argv[0]}: {how_it_ended(ended)}")


def _words(command: str, subject: str) -> list[str]:
    """The program, where it is, and its words. Raises ValueError."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"command = {command!r}: {error}") from None
    if not words:
        raise ValueError("command is blank")
    words[0] = shutil.which(words[0]) or words[0]
    if subject:
        return [*words, one_line(subject)]
    return words[:-1] if words[-1] == "-s" else words


NOTIFIER = NotifierType(name="mail", options=MailOptions, send=send, concurrency=8, groups=_GROUPS)
