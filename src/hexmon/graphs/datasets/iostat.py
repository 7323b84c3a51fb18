"""iostat and iostatdisk: what disks do (Solaris)."""

from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, below, lines, made, real_number, value_for, whole
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("rs ws krs kws wait actv wsvc_t asvc_t w b sw hw trn tot", low=1)

_MOST_DISKS = 5000
_HEADING = "\ndevice,r/s,w/s,kr/s,kw/s,wait,actv,svc_t,%w,%b,"
_FIGURES = 9  # of a line of iostatdisk


def iostat(source: Source) -> Iterator[Update]:
    """`iostat.,var.rrd`: one file for each disk, named after what is mounted from it."""
    names: dict[str, str] = {}
    part = ""
    for line in lines(whole(source)):
        if line.startswith(("BEGINKEY", "BEGINDATA", "ENDKEY", "ENDDATA")):
            part = line[:8]
        elif part == "BEGINKEY" and len(names) < _MOST_DISKS:
            device, mount = [*line.split(" ", 2), ""][:2] if " " in line else (line, "")
            if device and mount.strip():
                names[device] = ",root" if mount == "/" else mount
        elif part == "BEGINDAT":
            yield from _row(source, names, line.split())


def _row(source: Source, names: dict[str, str], words: list[str]) -> Iterator[Update]:
    figures = [real_number(word) for word in words[: len(SOURCES)]]
    known = [figure for figure in figures if figure is not None]
    if len(known) == len(SOURCES) < len(words) and words[len(SOURCES)] in names:
        yield made(source, f"iostat.{names[words[len(SOURCES)]]}", SOURCES, *(f"{figure:.1f}" for figure in known))


def iostatdisk(source: Source) -> Iterator[Update]:
    """`iostat.dad0,a.rrd`, out of the second table: the first one is the mean since the start of the system."""
    text = "\n" + below(source)
    begin = text.find(_HEADING)
    begin = text.find(_HEADING, begin + 1) if begin >= 0 else -1
    if begin < 0:
        return
    for line in lines(text[begin + 1 :]):
        words = line.rstrip().rstrip(",").split(",")
        if words[0] == "device" or len(words) not in (_FIGURES + 1, _FIGURES + 2):
            continue
        disk, said = ",".join(words[:-_FIGURES]), words[-_FIGURES:]
        if disk:
            figures = [*said[:7], UNKNOWN, *said[7:], *([UNKNOWN] * 4)]
            yield made(source, f"iostat.{disk}", SOURCES, *map(value_for, SOURCES, figures))
