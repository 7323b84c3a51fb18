"""The values of single tags of hosts.cfg: windows, delays, dependencies, limits. Pure.

Every reader returns what could be understood and what is wrong with the rest.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from hexmon.model.inventory import BadTest
from hexmon.model.names import StatusKey
from hexmon.model.timespec import Downtime, TimeWindow, parse_duration_strict, parse_timespec, parse_window

_BAD = re.compile(
    r"bad(?P<test>[^:]+?)(?:-(?P<days>[*W0-6]+)-(?P<start>\d{4})-(?P<end>\d{4}))?"
    r":(?P<clear>\d{1,9}):(?P<yellow>\d{1,9}):(?P<red>\d{1,9})\Z",
    re.IGNORECASE | re.ASCII,
)
_DEPENDENCY = re.compile(r"\(([^:()]+):([^()]*)\)(?:,|\Z)")
_PULLDATA = re.compile(r"(?:\[([^]]*)\]|([^:\[]*))(?::(\d{1,5}))?\Z", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)
_LONGEST_DELAY = 20
_WINDOW_FIELDS = 3
_STAMP_DIGITS = 12
_MAX_PORT = 65535


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with a tag, and what was probably meant."""

    message: str
    hint: str = ""


Read = tuple[Any, tuple[Mistake, ...]]
Reader = Callable[[str], Read]


def names(value: str) -> Read:
    """`a,b` -> {"a", "b"}."""
    return frozenset(filter(None, value.split(","))), ()


def downtime(value: str) -> Read:
    """`[COLUMNS:]DAYS:START:END[:CAUSE]`, several joined by comma or semicolon.

    COLUMNS is `*` or a comma list; the commas of the list are told from those between items by what follows.
    """
    found: list[Downtime] = []
    mistakes: list[Mistake] = []
    columns: list[str] = []
    for item in filter(None, re.split(r"[,;]", value)):
        if ":" not in item:
            columns.append(item)
            continue
        one = _one_downtime(item, columns)
        columns = []
        if one is None:
            mistakes.append(Mistake(f"'{item}' is not a time", "write: DOWNTIME=COLUMNS:DAYS:HHMM:HHMM:CAUSE"))
        else:
            found.append(one)
    mistakes.extend(Mistake(f"'{column}' has no time behind it") for column in columns)
    return tuple(found), tuple(mistakes)


def _one_downtime(item: str, columns: list[str]) -> Downtime | None:
    fields = item.split(":")
    window = _window(fields[:_WINDOW_FIELDS])
    if window is not None and not columns:
        tests, rest = None, fields[_WINDOW_FIELDS:]
    else:
        window = _window(fields[1 : 1 + _WINDOW_FIELDS])
        every = [*columns, fields[0]]
        tests = None if "*" in every else frozenset(filter(None, every))
        rest = fields[1 + _WINDOW_FIELDS :]
    if window is None:
        return None
    cause = ":".join(rest).strip()
    return Downtime(window, tests, cause) if cause else Downtime(window, tests)


def _window(fields: list[str]) -> TimeWindow | None:
    return parse_window(*fields) if len(fields) == _WINDOW_FIELDS else None


def timespec(value: str) -> Read:
    """`W:0800:1800,60:1000:1400`."""
    spec = parse_timespec(value)
    wrong = Mistake(f"'{value}' is not a list of times", "write: DAYS:HHMM:HHMM, DAYS being *, W or digits 0 to 6")
    return spec, () if spec is not None else (wrong,)


def delays(value: str) -> Read:
    """`cpu:10,disk:1h` -> seconds by column; plain numbers are minutes."""
    found: dict[str, float] = {}
    mistakes = []
    for item in filter(None, value.split(",")):
        column, _, text = item.partition(":")
        seconds = parse_duration_strict(text) if len(text) <= _LONGEST_DELAY else None
        if seconds is None or not column:
            mistakes.append(Mistake(f"'{item}' is not a delay", "write: COLUMN:MINUTES"))
        else:
            found[column] = seconds
    return found, tuple(mistakes)


def depends(value: str) -> Read:
    """`(test:host/test,host/test),(test:...)` -> ((test, squares), ...)."""
    found: list[tuple[str, tuple[StatusKey, ...]]] = []
    position = 0
    while position < len(value) and (match := _DEPENDENCY.match(value, position)):
        squares = [_square(word) for word in match[2].split(",")]
        if None in squares:
            break
        found.append((match[1].strip(), tuple(square for square in squares if square is not None)))
        position = match.end()
    if position >= len(value) and found:
        return tuple(found), ()
    wrong = Mistake(f"'{value[position:]}' is not understood", "write: depends=(TEST:HOST/TEST,HOST/TEST)")
    return tuple(found), (wrong,)


def _square(word: str) -> StatusKey | None:
    host, slash, test = word.strip().rpartition("/")
    return StatusKey(host, test) if slash and host and test else None


def bad_test(tag: str) -> Read:
    """`badTEST[-DAYS-HHMM-HHMM]:x:y:z`; None for what only begins like one."""
    match = _BAD.match(tag)
    if match is None:
        return None, (Mistake(f"'{tag}' is not understood", "write: badTEST:CLEAR:YELLOW:RED, three counts"),)
    window = parse_window(match["days"], match["start"], match["end"]) if match["days"] else None
    mistakes = () if window or not match["days"] else (Mistake(f"'{tag}': there is no such time"),)
    counts = {name: int(match[name]) for name in ("clear", "yellow", "red")}
    return BadTest(match["test"].lower(), window=window, **counts), mistakes


def stamp(written: str) -> Read:
    """`YYYYMMDDHHMM`, local time -> epoch seconds."""
    # strptime alone would also take fewer digits.
    digits = written if len(written) == _STAMP_DIGITS and written.isdigit() else ""
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M").astimezone().timestamp(), ()
    except (ValueError, OverflowError, OSError):
        return None, (Mistake(f"'{written}' is not a moment", "write: YYYYMMDDHHMM"),)


def whole_number(value: str) -> Read:
    """`128`."""
    good = is_number(value)
    return int(value) if good else None, () if good else (Mistake(f"'{value}' is not a whole number"),)


def percentage(value: str) -> Read:
    """`98.5`."""
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        number = -1.0
    good = 0.0 <= number <= 100.0
    return number if good else None, () if good else (Mistake(f"'{value}' is not a percentage"),)


def ssl_days(value: str) -> Read:
    """`30:10` -> (warning, alarm)."""
    parts = value.split(":")
    good = len(parts) == 2 and all(map(is_number, parts))
    if not good:
        return None, (Mistake(f"'{value}' is not two numbers of days", "write: ssldays=WARN:ALARM"),)
    warn, alarm = map(int, parts)
    swapped = Mistake(f"the alarm ({alarm} days) would come before the warning ({warn} days)")
    return (warn, alarm), (swapped,) if alarm > warn else ()


def addresses(value: str) -> Read:
    """`[best,|worst,]IP,IP` -> (mode, addresses)."""
    words = [word for word in value.split(",") if word]
    mode = words.pop(0).lower() if words and words[0].lower() in {"best", "worst"} else "best"
    good = tuple(word for word in words if is_address(word))
    mistakes = [Mistake(f"conn: '{word}' is not an IP address") for word in words if not is_address(word)]
    return (mode, good), tuple(mistakes)


def pulldata(value: str) -> Read:
    """`=[IP][:PORT]` or nothing -> IP and port; "" and 0 where none is given. An IPv6 address is in brackets."""
    match = _PULLDATA.match(value.removeprefix("="))
    ip = (match[1] or match[2] or "") if match else ""
    port = int((match and match[3]) or 0)
    if match is not None and (not ip or is_address(ip)) and port <= _MAX_PORT:
        return (ip, port), ()
    return ("", 0), (Mistake(f"pulldata: '{value}' is not understood", "write: pulldata=IP:PORT"),)


def noflap(value: str) -> Read:
    """`=a,b` -> the names; nothing: all."""
    if value and not value.startswith(("=", ":")):
        return frozenset(), (Mistake(f"'noflap{value}' is taken as noflap", "write: noflap or noflap=TEST,TEST"),)
    return frozenset(filter(None, value[1:].split(","))), ()


def login(value: str) -> Read:
    """`cn=Reader,dc=example:password` -> (user, password); the password may have colons. Neither is told."""
    user, _, password = value.partition(":")
    missing = Mistake("there is no password", "write: ldaplogin=USER:PASSWORD")
    return (user, password), () if password else (missing,)


def is_number(text: str) -> bool:
    """Whether it is a whole number of up to nine digits."""
    return _NUMBER.match(text) is not None


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 literal."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


READERS: Mapping[str, Reader] = {
    "DOWNTIME": downtime,
    "SLA": timespec,
    "NK": names,
    "NKTIME": timespec,
    "REPORTTIME": timespec,
    "DELAYRED": delays,
    "DELAYYELLOW": delays,
    "DEPENDS": depends,
    "NOTBEFORE": stamp,
    "NOTAFTER": stamp,
    "WARNPCT": percentage,
    "WARNSTOPS": whole_number,
    "SSLDAYS": ssl_days,
    "SSLMINBITS": whole_number,
    "NOCOLUMNS": names,
    "PULLDATA": pulldata,
    "NOFLAP": noflap,
    "LDAPLOGIN": login,
}
"""XMH item -> the reader of its value; all others are texts."""
