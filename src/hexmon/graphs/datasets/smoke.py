"""smoke: every round trip of a ping with several packets (`pings=COUNT`), and how many packets were lost."""

import math
import re
from collections.abc import Iterator, Sequence

from hexmon.graphs.datasets.contract import DataSource, Source, Update

PACKETS = 20  # the graph shows so many, however many were sent

SOURCES = (
    DataSource("loss", low=0, high=PACKETS),
    DataSource("median", low=0),
    *(DataSource(f"p{number}", low=0) for number in range(PACKETS)),
)

_FILE = "smoke.rrd"
_LONGEST = 4096  # bytes: forty times take 400
_NUMBER = re.compile(rb"\d{1,9}(?:\.\d{0,12})?", re.ASCII)


def smoke(source: Source) -> Iterator[Update]:
    """`smoke.rrd`: loss (of 20 packets), median, and p0 to p19, the shortest to the longest round trip in seconds.

    Of another number of packets the loss is brought to 20, and so are the times: of ten each counts twice, of forty
    every other one, and the first and the last are always the shortest and the longest.
    """
    said = dict(_said(source.text[:_LONGEST]))
    loss, times = said.get(b"loss", ()), said.get(b"seconds")
    if len(loss) != 1 or times is None:
        return
    lost = min(loss[0], 1.0) * PACKETS
    yield Update(
        folder=source.host,
        file=_FILE,
        sources=SOURCES,
        values=(f"{lost:.6g}", *_spread(sorted(times))),
        at=source.at,
        test=source.test,
    )


def _said(text: bytes) -> Iterator[tuple[bytes, Sequence[float]]]:
    """The numbers of each line, by the word before the colon; a line with anything else says nothing."""
    for line in text.splitlines():
        name, _, rest = line.partition(b":")
        words = rest.split()
        if all(map(_NUMBER.fullmatch, words)):
            yield name, [float(word) for word in words]


def _spread(times: Sequence[float]) -> Iterator[str]:
    """The median, and PACKETS of the times; all unknown when there are none."""
    if not times:
        yield from ["U"] * (1 + PACKETS)
        return
    last = len(times) - 1
    yield _shown((times[last // 2] + times[math.ceil(last / 2)]) / 2)
    for number in range(PACKETS):
        yield _shown(times[round(number * last / (PACKETS - 1))])


def _shown(seconds: float) -> str:
    return f"{seconds:.7f}"
