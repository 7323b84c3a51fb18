"""What monitoring programs tell of themselves: xymond, xymongen, xymonnet, xymonproxy, also by their older names."""

import re
from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Dataset, Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, lines, made, real_number, whole, whole_number
from hexmon.graphs.datasets.sources import derives, gauges

RUNTIME = gauges("runtime")
TOTALS = gauges("hostcount statuscount")
COLORS = (
    *gauges("redcount rednopropcount yellowcount yellownopropcount greencount purplecount clearcount bluecount"),
    *gauges("redpct rednoproppct yellowpct yellownoproppct greenpct purplepct clearpct bluepct", high=100),
)
MESSAGES = derives(
    "inmessages statusmessages combomessages pagemessages summarymessages datamessages notesmessages enablemessages"
    " disablemessages ackmessages configmessages querymessages boardmessages listmessages logmessages dropmessages"
    " renamemessages statuschmsgs stachgchmsgs pagechmsgs datachmsgs noteschmsgs enadischmsgs"
)

_MESSAGE_WORDS = (
    "Incoming messages",
    *(f"- {word}" for word in ("status", "combo", "page", "summary", "data", "notes", "enable", "disable", "ack")),
    *(f"- {word}" for word in ("config", "query", "xymondboard", "xymondlist", "xymondlog", "drop", "rename")),
    *(f"{word:6} channel messages" for word in ("status", "stachg", "page", "data", "notes", "enadis")),
)
# The longer words first: they begin alike.
_COLOR_WORDS: Mapping[str, int] = {
    "- Red (non-propagating)": 1,
    "- Red": 0,
    "- Yellow (non-propagating)": 3,
    "- Yellow": 2,
    "- Green": 4,
    "- Purple": 5,
    "- Clear": 6,
    "- Blue": 7,
}
_TOTAL_WORDS: Mapping[str, int] = {"Hosts": 0, "Status messages": 1}
_COUNT = re.compile(r"[^:]{0,200}:\s{0,99}(\d{1,18})")
_SHARE = re.compile(r"\(\s{0,99}(\d{1,9}(?:\.\d{0,9})?)")


def _name(program: str, source: Source) -> str:
    """`xymond`, or `xymond.COLUMN` of one that reports elsewhere."""
    return program if source.test == program else f"{program}.{source.test}"


def time_of(program: str, words: str) -> Dataset:
    """A file with the number behind those words."""
    pattern = re.compile(rf"{re.escape(words)}\s{{0,99}}:?\s{{0,99}}([-+\d.eE]{{1,40}})")

    def read(source: Source) -> Iterator[Update]:
        found = pattern.search(whole(source))
        seconds = real_number(found[1]) if found else None
        if seconds is not None:
            yield made(source, _name(program, source), RUNTIME, f"{seconds:.2f}")

    return read


def xymongen(source: Source) -> Iterator[Update]:
    """Its run time, how many hosts and statuses there are, and how many have which colour."""
    runtime, totals, counts, shares = 0.0, [0, 0], [0] * len(_COLOR_WORDS), [0.0] * len(_COLOR_WORDS)
    for line in lines(whole(source)):
        stripped = line.lstrip(" \t")
        if stripped.startswith("TIME TOTAL"):
            runtime = real_number(stripped[len("TIME TOTAL") :]) or 0.0
            continue
        color, total = _place(_COLOR_WORDS, stripped), _place(_TOTAL_WORDS, stripped)
        count = _COUNT.match(stripped)
        if count is None:
            continue
        if total is not None:
            totals[total] = int(count[1])
        elif color is not None:
            counts[color] = int(count[1])
            share = _SHARE.search(stripped, count.end())
            shares[color] = float(share[1]) if share else 0.0
    yield made(source, _name("xymongen", source), RUNTIME, f"{runtime:.2f}")
    suffix = "" if source.test == "xymongen" else f".{source.test}"
    yield made(source, f"xymon{suffix}", TOTALS, *totals)
    yield made(source, f"xymon2{suffix}", COLORS, *counts, *(f"{share:.2f}" for share in shares))


def _place(words: Mapping[str, int], line: str) -> int | None:
    return next((place for word, place in words.items() if line.startswith(word)), None)


def xymond(source: Source) -> Iterator[Update]:
    """`xymond.rrd`: how many messages of which kind came."""
    text = whole(source)
    values = [_messages(text, f"\n{word}") for word in _MESSAGE_WORDS]
    if any(value != UNKNOWN for value in values):
        yield made(source, _name("xymond", source), MESSAGES, *values)


def _messages(text: str, word: str) -> str | int:
    place = text.find(word)
    if place < 0:
        return UNKNOWN
    line = text[place + 1 : place + 400].partition("\n")[0]
    _, colon, number = line.partition(":")
    return whole_number(number) if colon else UNKNOWN
