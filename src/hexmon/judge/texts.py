"""The texts of reports, as xymonnet writes them (xymonnet(1), xymon(1))."""

from datetime import datetime, tzinfo
from functools import lru_cache

from hexmon.judge.view import Finding, JudgeSettings
from hexmon.model.color import Color
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.status import Report

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SOFT = "Dialup host/service, or test depends on another failed test"
_SHOWN = range(32, 127)


@lru_cache(maxsize=64)
def _date(second: int, zone: tzinfo) -> str:
    local = datetime.fromtimestamp(second, zone)
    clock = f"{local.hour:02}:{local.minute:02}:{local.second:02}"
    return f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]} {local.day:2} {clock} {local.year}"


def date(now: float, zone: tzinfo) -> str:
    """`Sat Dec  5 00:00:00 2026`: what ctime(3) writes, in English whatever the locale."""
    return _date(int(now), zone)


def seconds_line(seconds: float) -> str:
    """`Seconds: 0.012849000`: the graphs read it."""
    return f"Seconds: {seconds:.9f}"


def printable(banner: bytes) -> str:
    """What a service said, with a dot for what cannot be shown."""
    return "".join(chr(byte) if byte in _SHOWN or byte in b"\r\n\t" else "." for byte in banner)


def make_report(key: StatusKey, color: Color, text: str, settings: JudgeSettings, flags: str | None = None) -> Report:
    """The report whose `head + text` is the message on the wire. `text` follows the colour word."""
    head = f"status+{settings.validity / 60:.0f} {host_to_wire(key.host)}.{key.test} "
    return Report(
        key=key,
        color=color,
        text=f"{color.word} {text}".encode(),
        sender=settings.sender,
        validity=settings.validity,
        flags=flags,
        head=head.encode(),
    )


class Line1:
    """The first line of a simple test: `<!-- [flags:OrdasTLe] --> DATE conn NOT ok : DNS lookup failed`."""

    def __init__(self, test: str, flags: str, stamp: str, fail_text: str) -> None:
        self._start = f"<!-- [flags:{flags}] --> {stamp} {test} "
        self._fail_text = fail_text

    def write(self, color: Color, extra: str = "") -> str:
        """Yellow and red are "NOT ok", the rest is "ok"."""
        word = "NOT ok" if color >= Color.YELLOW else "ok"
        return f"{self._start}{word} {f': {extra}' if extra else ''}"


def body(key: StatusKey, finding: Finding, reverse: bool, fail_text: str) -> str:
    """What follows line 1 of a simple service: the sentence and its explanation."""
    subject = f"Service {key.test} on {key.host} is"
    if finding.color is Color.CLEAR:
        return "\n".join([f"{subject} OK", _SOFT, *_explanation(finding)]) + "\n"
    if finding.color >= Color.YELLOW:
        return f"{subject} {fail_text} : {finding.cause}\n"
    return f"{subject} OK ({'down' if reverse else 'up'})\n"


def _explanation(finding: Finding) -> list[str]:
    return dependencies(finding) if finding.failed_on else finding.cause.split("\n")


def dependencies(finding: Finding) -> list[str]:
    """The failed squares a cleared test depends on."""
    if not finding.failed_on:
        return []
    failed = [f"{key.host}/{key.test}" for key in finding.failed_on]
    return ["", "This test depends on the following test(s) that failed:", "", *failed]
