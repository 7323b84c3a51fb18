"""The placeholders of gosrvmon's URLs, replaced in its order with its escaping. Pure."""

from datetime import datetime, tzinfo
from urllib.parse import quote_plus

from hexmon.model.incident import ENDS, Message

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))
_LATEST = 253_402_200_000.0  # the last day of the year 9999 in no time zone


def expand(url: str, message: Message, zone: tzinfo) -> str:
    """The URL with {HOST}, {TIME}, {TIMESTAMP}, {RTT}, {RTTSTR}, {STATE}, {UP} and {DOWN} filled in.

    An incident's end is `up`, everything else `down`.
    """
    up = message.kind in ENDS
    moment = min(max(message.at, 0.0), _LATEST)
    for name, value in (
        ("{HOST}", _query(message.key.host)),
        ("{TIME}", _query(go_time(moment, zone))),
        ("{TIMESTAMP}", str(int(moment))),
        ("{RTT}", str(message.rtt_ns)),
        ("{RTTSTR}", _query(go_duration(message.rtt_ns))),
        ("{STATE}", "up" if up else "down"),
        ("{UP}", "true" if up else "false"),
        ("{DOWN}", "false" if up else "true"),
    ):
        url = url.replace(name, value)
    return url


def _query(text: str) -> str:
    """As Go's url.QueryEscape: a space becomes +, only letters, digits and -_.~ stay."""
    return quote_plus(text, safe="", errors="replace")


def go_time(moment: float, zone: tzinfo) -> str:
    """`2021-03-02 12:00:00 +0000 UTC`, as Go's time.Time prints itself."""
    return datetime.fromtimestamp(int(moment), zone).strftime("%Y-%m-%d %H:%M:%S %z %Z")


def go_duration(nanoseconds: int) -> str:
    """As Go's time.Duration prints itself: `-1ns`, `20.123456ms`, `1m3.5s`, `2h0m0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest == 0:
        return "0s"
    if rest < 1_000:
        return f"{sign}{rest}ns"
    if rest < 1_000_000_000:
        unit, name = next((unit, name) for unit, name in _UNITS if rest >= unit)
        return f"{sign}{_decimal(rest, unit)}{name}"
    minutes, rest = divmod(rest, 60_000_000_000)
    seconds = f"{_decimal(rest, 1_000_000_000)}s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else f"{sign}{seconds}"


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    digits = str(part).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
