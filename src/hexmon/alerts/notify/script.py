"""SCRIPT: a program of the administrator, told everything by its environment, as xymond_alert does it (5.9 of its use).

No shell, no arguments, nothing to read. Exit status 0 means told; anything else, a signal and the time limit mean that
it is tried again.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from hexmon.alerts import wording
from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent, Unsendable
from hexmon.alerts.notify.words import one_line, square_url
from hexmon.model.incident import ENDS, Delivery, Kind, Message, incident_id
from hexmon.model.names import host_to_wire
from hexmon.probes.programs import CannotStart, Ended, Flood, NoRoom

LONGEST_TEXT = 8164  # MAXMSG_ALERTSCRIPT
_CODES = (
    "disk:100,cpu:200,procs:300,svcs:350,msgs:400,conn:500,http:600,dns:800,smtp:725,telnet:723,ftp:721,pop:810,"
    "pop3:810,pop-3:810,ssh:722,imap:843,ssh1:722,ssh2:722,imap2:843,imap3:843,imap4:843,pop2:809,pop-2:809,"
    "nntp:819,test:901"
)
_RECOVERED = {Kind.RECOVERY: "1", Kind.DISABLED: "2"}
_MOST = 100_000  # bytes; Linux takes 128 KB for one variable
_SAID = 300  # characters of what a program said
_PATIENCE = 10.0  # seconds for a place among the programs that run

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class ScriptOptions:
    """`codes` is SVCCODES of xymonserver.cfg(5): the numbers of tests for BBSVCNUM.

    `longest` is what BBALPHAMSG may be in bytes, the one that ends a text in C among them.
    """

    __pydantic_config__ = _STRICT
    codes: str = _CODES
    longest: int = LONGEST_TEXT

    def __post_init__(self) -> None:
        """Raises ValueError for settings that make no sense."""
        if not 0 < self.longest <= _MOST:
            raise ValueError(f"longest: must be from 1 to {_MOST} (the kernel takes no longer variables)")
        for item in filter(None, map(str.strip, self.codes.split(","))):
            name, _, code = item.partition(":")
            if not name or not code.isdecimal():
                raise ValueError(f"codes: {item!r} is not TEST:NUMBER")


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """Run the program once."""
    program = delivery.way.program
    if not program.startswith("/"):
        raise Unsendable(f"SCRIPT {program}: the path of a program begins with a slash")
    values = own_environment() | dict(tools.environment(delivery.message.key))
    values |= environment(delivery, channel.options, square_url(tools.url, delivery.message.key))
    clean = {name: value.replace("\0", "") for name, value in values.items()}
    try:
        async with tools.programs.place(_PATIENCE):
            ended = await tools.programs.run([program], clean, linger=True)
    except (CannotStart, NoRoom, Flood) as error:
        return Sent(Outcome.LATER, str(error))
    if ended.status == 0:
        return Sent(Outcome.SENT)
    return Sent(Outcome.LATER, how_it_ended(ended))


def own_environment() -> dict[str, str]:
    """What this process was given, without items of hosts, and without its own settings: they may hold secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("XMH_", "HEXMON_"))}


def how_it_ended(ended: Ended) -> str:
    """`exit status 1: what it said`."""
    words = one_line(ended.errors.decode(errors="replace").strip().split("\n", 1)[0])[:_SAID]
    return f"{_how(ended.status)}{f': {words}' if words else ''}"


def _how(status: int | None) -> str:
    if status is None:
        return "nobody knows how it ended"
    return f"exit status {status}" if status > 0 else f"ended by signal {-status}"


def environment(delivery: Delivery, options: ScriptOptions, link: str) -> dict[str, str]:
    """What xymond_alert tells a script, and nothing of what it says of itself."""
    message, key = delivery.message, delivery.message.key
    text = wording.body(message, delivery.way.format, link)[: max(0, options.longest - 1)]
    code = _codes(options.codes).get(key.test, "0")
    cookie = wording.cookie_word(message)
    digits = _digits(message.ip) if message.kind is not Kind.NOTICE else "0" * 12
    seconds = max(0, int(message.at) - int(message.started))
    ended = message.kind in ENDS
    return {
        "BBCOLORLEVEL": message.color.word if message.kind is not Kind.NOTICE else "green",
        "BBALPHAMSG": os.fsdecode(text),
        "ACKCODE": str(cookie),
        "RCPT": delivery.way.address,
        "BBHOSTNAME": key.host,
        "BBHOSTSVC": f"{key.host}.{key.test}",
        "BBHOSTSVCCOMMAS": f"{host_to_wire(key.host)}.{key.test}",
        "BBNUMERIC": f"{int(code):03d}{digits}{cookie}",
        "MACHIP": digits,
        "BBSVCNAME": key.test,
        "BBSVCNUM": code,
        "RECOVERED": _RECOVERED.get(message.kind, "0"),
        "EVENTSTART": str(int(message.at if message.kind is Kind.NOTICE else message.started)),
        "DOWNSECS": str(0 if message.kind is Kind.NOTICE else seconds),
        "DOWNSECSMSG": f"Event duration : {seconds}" if ended else "",
        "CFID": str(message.line),
        "ALERTID": message.incident or _notice_id(message),
    }


def _notice_id(message: Message) -> str:
    return incident_id(message.key, message.at)


def _codes(text: str) -> Mapping[str, str]:
    pairs = (item.partition(":") for item in text.split(","))
    return {name.strip(): code.strip() for name, _, code in pairs if code.strip().isdecimal()}


def _digits(ip: str) -> str:
    """`10.1.2.3` as 010001002003; zeros for what is no IPv4 address."""
    try:
        address = IPv4Address(ip)
    except AddressValueError:
        return "0" * 12
    return "".join(f"{part:03d}" for part in address.packed)


NOTIFIER = NotifierType(name="script", options=ScriptOptions, send=send, concurrency=8, attempts=5)
