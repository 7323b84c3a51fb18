"""Servers that tell their figures: Apache, mail queues, sendmail, IIS, Citrix, clocks, temperatures."""

import re
from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import (
    UNKNOWN,
    after,
    below,
    lines,
    made,
    real_number,
    value_for,
    whole,
    whole_number,
)
from hexmon.graphs.datasets.sources import derives, gauges

APACHE = (*derives("TA TKB"), *gauges("BW IW", low=1), *gauges("CPU REQPERSEC"))
MAILQ = gauges("mailq")
SENDMAIL = derives("msgsfr bytes_from msgsto bytes_to msgsrej msgsdis msgsqur")
IISHEALTH = gauges("realmempct")
CITRIX = gauges("users")
NTPSTAT = gauges("offsetms", low=None)
TEMPERATURE = gauges("temperature", low=1)

_APACHE_WORDS = (
    ("Total Accesses:",),
    ("Total kBytes:",),
    ("BusyWorkers:", "BusyServers:"),
    ("IdleWorkers:", "IdleServers:"),
    ("CPULoad:",),
    ("ReqPerSec:",),
)
_QUEUES: Mapping[str, str] = {"mailqin": "\nMail queue in:", "mailqout": "\nMail queue out:"}
_DIGITS = re.compile(r"\d{1,18}")
_ACTIVE = " users active\n"
_MAILER = re.compile(
    r"\s*\S{1,99}\s+(\d{1,18})\s+(\d{1,15})K\s+(\d{1,18})\s+(\d{1,15})K(?:\s+(\d{1,18})\s+(\d{1,18})(?:\s+(\d{1,18}))?)?"
    r"\s+(\S{1,200})"
)
_IIS: Mapping[str, str] = {
    "Connections:": "connections",
    "RequestsQueued:": "requestqueued",
    "Sessions:": "sessions",
}
_SENSOR = re.compile(
    r"&(?:green|yellow|red|clear)(?:<i><b>|<b><i>|<i>|<b>)?[ \t]*([^\t]{1,200})\t\s*([-+]?\d{1,9})", re.IGNORECASE
)


def apache(source: Source) -> Iterator[Update]:
    """`apache.rrd`, out of what mod_status says for `?auto`."""
    text = whole(source)
    said = (next((found for word in words if (found := after(text, word)) is not None), "") for words in _APACHE_WORDS)
    yield made(source, "apache", APACHE, *map(value_for, APACHE, said))


def mailq(source: Source) -> Iterator[Update]:
    """`mailq.rrd` (`26 requests`), or `mailqin.rrd` and `mailqout.rrd` of a text that tells of both."""
    text = whole(source)
    begins = {name: text.find(word) for name, word in _QUEUES.items()}
    if min(begins.values()) >= 0:
        for name, begin in begins.items():
            _, newline, rest = text[begin + 1 : begin + 4096].partition("\n")
            found = _DIGITS.search(rest.partition("\n")[0])
            if newline:
                yield made(source, name, MAILQ, found[0] if found else 0)
        return
    place = text.find("requests")
    if place >= 0:
        found = re.search(r"(\d{1,18})\s{0,99}$", text[max(place - 200, 0) : place])
        yield made(source, "mailq", MAILQ, found[1] if found else 0)


def sendmail(source: Source) -> Iterator[Update]:
    """`sendmail.local.rrd`: one file for each mailer that mailstats(8) lists."""
    text = whole(source)
    end = text.find("\n==")
    begin = text.find("\nStatistics ", 0, max(end, 0) + 1)
    if begin < 0:
        return
    rows = list(lines(text[begin + 1 : end]))[2:]  # behind the date and the headings
    for row in rows:
        found = _MAILER.match(row)
        if found:
            *numbers, mailer = found.groups()
            yield made(source, f"sendmail.{mailer}", SENDMAIL, *_mails(numbers))


def _mails(numbers: list[str | None]) -> Iterator[int | str]:
    """Kilobytes are told, bytes are kept."""
    for place, number in enumerate(numbers):
        factor = 1024 if place in (1, 3) else 1
        yield UNKNOWN if number is None else int(number) * factor


def iishealth(source: Source) -> Iterator[Update]:
    """`iishealth.connections.rrd` and the like."""
    for line in lines(below(source)):
        words = line.split(None, 3)
        if len(words) > 2 and words[1] in _IIS:
            yield made(source, f"iishealth.{_IIS[words[1]]}", IISHEALTH, max(whole_number(words[2]), 0))


def citrix(source: Source) -> Iterator[Update]:
    """`citrix.rrd`: the users that are active."""
    text = whole(source)
    place = text.find(_ACTIVE)
    if place > 0:
        found = re.match(r"\s{0,99}([-+]?\d{1,18})", text[text.rfind("\n", 0, place) + 1 : place])
        if found and "\n" in text[:place]:
            yield made(source, "citrix", CITRIX, int(found[1]))


def ntpstat(source: Source) -> Iterator[Update]:
    """`ntpstat.rrd`: milliseconds, out of `ntpq -c rv` (`offset=`) or a line `Offset:`."""
    text = whole(source)
    found = re.search(r"\nOffset:\s{0,99}([-+\d.eE]{1,40})", text) or re.search(
        r"offset=\s{0,99}([-+\d.eE]{1,40})", text
    )
    offset = real_number(found[1]) if found else None
    if offset is not None:
        yield made(source, "ntpstat", NTPSTAT, f"{offset:.6f}")


def temperature(source: Source) -> Iterator[Update]:
    """`temperature.CPU_0_Die.rrd`: one file for each sensor."""
    for line in lines(below(source)):
        found = _SENSOR.match(_without_comment(line))
        if found:
            yield made(source, f"temperature.{found[1].rstrip()}", TEMPERATURE, int(found[2]))


def _without_comment(line: str) -> str:
    begin, end = line.find("("), line.find(")")
    return line[:begin] if 0 <= begin < end else line
