"""What is told of a monitor below its first line: how it went, what was shown, what a device said of itself. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from hexmon.judge import assertions
from hexmon.judge.fetch import status_of
from hexmon.judge.page_text import answer_of, as_line, cut, safe
from hexmon.model.color import Color
from hexmon.model.device import Device, Interface, Neighbour
from hexmon.model.observation import Certificate, Observation, Reply
from hexmon.model.site import Monitor
from hexmon.model.text import readable

_MOST_INTERFACES = 1000
_MOST_NOTES = 50
_LONGEST_ANSWER = 1000  # bytes that are shown
_LONGEST_CELL = 40
_DAY = 86400.0
_OF_ONE_INTERFACE = re.compile(r"if\d+_(?:in|out)\Z")
_FIRST_LINE = re.compile(rb"[^\r\n]*")
_LOCATION = re.compile(rb"\r\nlocation:[ \t]*([^\r\n]*)", re.IGNORECASE)
_HEADINGS = ("ifIndex", "name", "oper", "admin", "speed", "MACs", "neighbour")


def details(observation: Observation, kind: str, monitor: Monitor | None) -> list[str]:
    """The lines, safe beside HTML; empty ones between their groups."""
    reply = observation.reply
    groups: Iterable[list[str]] = (
        [*_where(observation, kind, monitor), *_fetched(observation), *_phases(reply), *_why(reply)],
        assertions.lines(assertions.looked_at(assertions.of_content(reply), reply)),
        [_certificate(one, observation.started) for one in reply.certificates],
        _SAID.get(kind, _unsaid)(reply),
        _device(reply.device) if reply.device is not None else [],
    )
    return [line for group in groups if group for line in (*group, "")][:-1]


def _where(observation: Observation, kind: str, monitor: Monitor | None) -> list[str]:
    address = monitor.address if monitor is not None else observation.check.spec or observation.check.address
    at = f", at {as_line(observation.address)}" if observation.address and observation.address != address else ""
    return [f"{kind} {as_line(address)}{at}"]


def _phases(reply: Reply) -> list[str]:
    told = [f"{phase.name} {phase.seconds * 1000:.1f} ms" for phase in reply.phases[:_MOST_NOTES]]
    return [", ".join(told)] if told else []


def _why(reply: Reply) -> list[str]:
    """What the probe and its library said beyond the reason."""
    said = [one for one in (reply.summary, reply.detail) if one not in ("", "OK")]
    return [as_line(": ".join(said))] if said else []


def _fetched(observation: Observation) -> Iterator[str]:
    """The redirects, where they led, and the status of the last answer."""
    status = status_of(observation)
    if not status:
        return
    *redirects, _ = answer_of(observation.reply).heads or (b"",)
    for head in redirects:
        location = _LOCATION.search(head)
        where = as_line(readable(location[1])) if location is not None else ""
        first = _FIRST_LINE.match(head)
        yield f"{as_line(readable(first[0] if first is not None else b''))}: to {where}"
    version = observation.reply.facts.get("http_version")
    yield f"HTTP status {status}" + (f", HTTP/{version:g}" if version else "")


def _certificate(one: Certificate, now: float) -> str:
    days = (one.not_after - now) / _DAY
    left = f"{days:.0f} days left" if days >= 0 else f"over for {-days:.0f} days"
    color = Color.GREEN if one.not_before <= now <= one.not_after else Color.RED
    shown = f"certificate {one.subject} until {_moment(one.not_after)} ({left})"
    return f"&{color.word} {as_line(shown)}, SHA-256 {one.sha256}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _answer(reply: Reply) -> list[str]:
    """What a service said, as far as it is text."""
    return safe(reply.evidence[:_LONGEST_ANSWER]).splitlines()


def _unsaid(_reply: Reply) -> list[str]:
    return []


_SAID: dict[str, Callable[[Reply], list[str]]] = {"ping": _answer, "tcp": _answer, "udp": _answer}


# Devices


def _device(device: Device) -> list[str]:
    groups = (_of_itself(device), _interfaces(device), _figures(device), _notes(device))
    return [line for group in groups if group for line in (*group, "")][:-1]


def _of_itself(device: Device) -> list[str]:
    uptime = "" if device.uptime is None else f"{device.uptime / _DAY:.1f} days"
    words = (
        ("name", device.name),
        ("description", device.description),
        ("location", device.location),
        ("contact", device.contact),
        ("serial", device.serial),
        ("up for", uptime),
    )
    return [f"{word}: {as_line(text)}" for word, text in words if text]


def _interfaces(device: Device) -> list[str]:
    """A table in columns; texts of the device are cut and made safe after the columns are aligned."""
    shown = device.interfaces[:_MOST_INTERFACES]
    if not shown:
        return []
    beyond: dict[int, list[Neighbour]] = {}
    for one in device.neighbours:
        beyond.setdefault(one.index, []).append(one)
    rows = [_row(one, beyond.get(one.index, [])) for one in shown]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = [f"   {_aligned(_HEADINGS, widths)}"]
    lines += [f"&{_color(one).word} {_aligned(row, widths)}" for one, row in zip(shown, rows, strict=True)]
    more = len(device.interfaces) - len(shown)
    return [*lines, f"and {more} more interfaces"] if more else lines


def _color(one: Interface) -> Color:
    """A port that somebody switched off is none that failed."""
    if one.oper == "up":
        return Color.GREEN
    return Color.CLEAR if one.admin == "down" else Color.RED


def _row(one: Interface, beyond: Iterable[Neighbour]) -> tuple[str, ...]:
    speed = "" if one.speed is None else f"{one.speed:g} Mbit/s"
    neighbours = ", ".join(f"{other.host} {other.port} ({other.protocol})" for other in beyond)
    name = f"{one.name} ({one.alias})" if one.alias else one.name
    cells = (str(one.index), name, one.oper, one.admin, speed, str(len(one.macs)), neighbours)
    return tuple(cut(cell, _LONGEST_CELL) for cell in cells)


def _aligned(row: Iterable[str], widths: Iterable[int]) -> str:
    line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    return safe(line.encode("utf-8", "replace"))


def _figures(device: Device) -> list[str]:
    """What it told; figures of single interfaces are for graphs."""
    values = ((name, value) for name, value in device.values.items() if not _OF_ONE_INTERFACE.match(name))
    return [f"{as_line(name)} : {round(value, 2):.15g}" for name, value in values if value is not None]


def _notes(device: Device) -> list[str]:
    return [as_line(note) for note in device.notes[:_MOST_NOTES]]
