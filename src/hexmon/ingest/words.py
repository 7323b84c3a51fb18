"""The words inside messages: names, squares, numbers, durations."""

import re

from hexmon.model.names import StatusKey

_INTEGER = re.compile(rb"[+-]?[0-9]+").match
_DURATION = re.compile(rb"([0-9]+)([mhdw]?)").match
_UNITS = {b"": 1, b"m": 1, b"h": 60, b"d": 1440, b"w": 10080}
_LONGEST = 2**31 - 1  # the C programs count minutes in an int
_DIGITS = 18  # more are no time and no count; Python refuses thousands of them


def name_of(word: bytes) -> str:
    """A word as text: UTF-8 where it is, else Latin-1; never an exception."""
    try:
        return word.decode()
    except UnicodeDecodeError:
        return word.decode("latin-1")


def square_of(word: bytes) -> StatusKey | None:
    """`www,example,com.http`: the test follows the last dot; None when one of both is missing."""
    try:
        host, _, test = word.decode().rpartition(".")
    except UnicodeDecodeError:
        host, _, test = word.decode("latin-1").rpartition(".")
    if not host or not test:
        return None
    if "," in host:
        host = host.replace(",", ".")
    return StatusKey(host, test)


def integer(word: bytes) -> int:
    """The number a word begins with, as C's atoi(3): 0 when there is none; a very long one is cut."""
    found = _INTEGER(word)
    return int(found.group()[:_DIGITS]) if found else 0


def minutes_of(word: bytes) -> int:
    """A duration such as `90`, `2h`, `1h30m`: minutes; what follows the first strange character is ignored."""
    total = position = 0
    while (found := _DURATION(word, position)) is not None and found.end() > position:
        number, unit = found.groups()
        if len(number) > _DIGITS:
            return 0
        total += int(number) * _UNITS[unit]
        position = found.end()
    return min(total, _LONGEST)
