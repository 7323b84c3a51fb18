"""What xymond_rrd and hexmon make of the same texts: the files, how they are defined, and the last values in them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hexmon.config.line import Line
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.select import updates_of
from hexmon.graphs.datasets.settings import USUAL, from_words
from hexmon.graphs.definitions import read_definitions
from hexmon.graphs.files import RrdFiles
from hexmon.model.origin import Origin
from tests.peers.dataset_dice import Text
from tests.peers.dataset_oddities import is_odd
from tests.support.xymond_rrd import DEFINITIONS, Died, InFile, Said, XymondRrd, near, read_file

WORDS = {
    "TEST2RRD": f"{USUAL},ncvt=ncv,ncvg=ncv,ncvs=ncv,quotas,ntpstat,xtstats",
    "NCV_ncvg": "Dropped:NONE,*:GAUGE",
    "SPLITNCV_ncvs": "*:GAUGE",
    "PINGCOLUMN": "conn",
}
SETTINGS = from_words(WORDS)
_DEFINITIONS = read_definitions(
    Line(text, Origin("rrddefinitions.cfg", number)) for number, text in enumerate(DEFINITIONS.splitlines(), 1)
)


@dataclass(frozen=True)
class Difference:
    """A file that is not the same; None where one has none."""

    text: Text
    file: str
    theirs: InFile | None
    ours: InFile | None

    def __str__(self) -> str:
        head = f"{self.text.kind} {self.text.test}: {self.file}\n{self.text.text}\n"
        if self.theirs is None or self.ours is None or self.theirs.sources != self.ours.sources:
            return f"{head}xymond_rrd {self.theirs}\nhexmon     {self.ours}\n"
        pairs = {name: (value, self.ours.values[name]) for name, value in self.theirs.values.items()}
        return f"{head}{ {name: pair for name, pair in pairs.items() if not near(*pair)} }\n"


def differences(xymon: XymondRrd, texts: Sequence[Text], spoilt: bool = False) -> Iterator[Difference]:
    """Of each text that it survives, the files that differ, except on purpose."""
    said = [
        Said(kind=text.kind, host=f"h{number}", test=text.test, text=text.text.encode())
        for number, text in enumerate(texts)
    ]
    xymon.environment |= WORDS
    theirs = _theirs(xymon, said)
    for text, one in zip(texts, said, strict=True):
        if one.host not in theirs:
            continue
        their_files, our_files = theirs[one.host], files_of(one)
        for file in sorted(their_files.keys() | our_files.keys()):
            found = Difference(text, file, their_files.get(file), our_files.get(file))
            if not same(found.theirs, found.ours) and not is_odd(text, file, (found.theirs, found.ours), spoilt):
                yield found


def _theirs(xymon: XymondRrd, said: Sequence[Said]) -> dict[str, Mapping[str, InFile]]:
    """By host; those whose text ended it are missing."""
    try:
        found = xymon.files(said)
    except Died:
        if len(said) == 1:
            return {}
        middle = len(said) // 2
        return {**_theirs(xymon, said[:middle]), **_theirs(xymon, said[middle:])}
    return {one.host: found.get(one.host, {}) for one in said}


def files_of(said: Said) -> dict[str, InFile]:
    """What hexmon's writer makes of it."""
    source = Source(kind=said.kind, host=said.host, test=said.test, text=said.text, at=said.at, color=said.color)
    with tempfile.TemporaryDirectory() as folder:
        files = RrdFiles(Path(folder), _DEFINITIONS)
        for update in updates_of(source, SETTINGS):
            files.write(files.place(update.folder, update.file), [update])
        host = Path(folder) / said.host
        return {file.name: read_file(file) for file in sorted(host.iterdir())} if host.is_dir() else {}


def same(theirs: InFile | None, ours: InFile | None) -> bool:
    """Whether both are alike: values as numbers, with the six decimals that xymond_rrd writes."""
    if theirs is None or ours is None:
        return theirs is ours
    alike = (theirs.sources, theirs.step) == (ours.sources, ours.step) and theirs.archives == ours.archives
    return alike and all(near(theirs.values[name], ours.values[name]) for name in theirs.values)
