"""`pings=COUNT;loss=WARN:ALARM;rtt=WARN:ALARM;jitter=WARN:ALARM`: several packets, and what is too bad. Pure."""

import re

import msgspec

from hexmon.inventory.tag_values import Mistake, Read
from hexmon.model.inventory import NO_LIMITS, PingLimits

_MOST = 40
_FORM = "write: pings=COUNT;loss=WARN:ALARM;rtt=WARN:ALARM;jitter=WARN:ALARM"
_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(.*)\Z", re.ASCII)
# How many of the unit make one. Dividing gives the same float as lost packets divided by sent ones.
_SHARES = {"": 100.0, "%": 100.0}
_TIMES = {"": 1e3, "ms": 1e3, "s": 1.0, "us": 1e6}
_UNITS = {"loss": _SHARES, "rtt": _TIMES, "jitter": _TIMES}


class Pings(msgspec.Struct, frozen=True):
    """How many packets each ping sends, and where its limits are."""

    count: int
    limits: PingLimits = NO_LIMITS


def read_pings(value: str) -> Read:
    """The value of the tag; None when it cannot be used. Plain numbers are per cent and milliseconds."""
    count, *words = value.split(";")
    if not (count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= _MOST):
        return None, (Mistake(f"'{count}' is not a number of packets from 1 to {_MOST}", _FORM),)
    found: dict[str, tuple[float, float]] = {}
    mistakes: list[Mistake] = []
    for word in filter(None, words):
        name, _, levels = word.partition("=")
        pair = _levels(levels, _UNITS.get(name.lower(), {}))
        if pair is None:
            mistakes.append(Mistake(f"'{word}' is no limit", _FORM))
        elif pair[0] > pair[1]:
            mistakes.append(Mistake(f"'{word}': the alarm would come before the warning"))
        else:
            found[name.lower()] = pair
    if int(count) == 1 and {"loss", "jitter"} & found.keys():
        mistakes.append(Mistake("one packet tells nothing about loss and jitter", "ask for more: pings=5;..."))
    return Pings(int(count), PingLimits(**found) if found else NO_LIMITS), tuple(mistakes)


def _levels(text: str, units: dict[str, float]) -> tuple[float, float] | None:
    """`WARN:ALARM` in the base unit; one number is both."""
    words = text.split(":")
    numbers = [number for number in (_number(word, units) for word in words) if number is not None]
    if len(numbers) != len(words) or len(words) > 2:
        return None
    return numbers[0], numbers[-1]


def _number(text: str, units: dict[str, float]) -> float | None:
    match = _NUMBER.match(text)
    divisor = units.get(match[2].lower()) if match is not None else None
    return None if match is None or divisor is None else float(match[1]) / divisor
