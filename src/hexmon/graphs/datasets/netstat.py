"""netstat: datagrams of UDP, connections, packets and bytes of TCP."""

import re
from collections.abc import Callable, Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.netstat_words import BEFORE, BEHIND, BSD_WORDS, LEGACY_LINUX, LINUX, PATTERNS
from hexmon.graphs.datasets.reading import UNKNOWN, below, line_from, lines, made
from hexmon.graphs.datasets.sources import derives, gauges
from hexmon.graphs.datasets.systems import system_and_rest

SOURCES = (
    *derives(
        "udpInDatagrams udpOutDatagrams udpInErrors tcpActiveOpens tcpPassiveOpens tcpAttemptFails tcpEstabResets"
    ),
    *gauges("tcpCurrEstab"),
    *derives(
        "tcpOutDataBytes tcpInInorderBytes tcpInUnorderBytes tcpRetransBytes"
        " tcpOutDataPackets tcpInInorderPackets tcpInUnorderPackets tcpRetransPackets"
    ),
)
_NAMES = tuple(source.name for source in SOURCES)
_NUMBER = re.compile(r"[ \t]{0,99}(\d{1,20})(?!\d)")
_EQUALS = re.compile(r"[ \t]{0,99}=[ \t]{0,99}(\d{1,20})(?!\d)")

_Values = Mapping[str, str]


def netstat(source: Source) -> Iterator[Update]:
    """`netstat.rrd`, whatever the system counts; what it does not count is unknown."""
    system, text = system_and_rest(below(source))
    values = next((found for read in _READERS.get(system, ()) if (found := read(text))), None)
    if values:
        yield made(source, "netstat", SOURCES, *(values.get(name, UNKNOWN) for name in _NAMES))


def _behind(words: tuple[str, ...]) -> Callable[[str], _Values]:
    """`udpInDatagrams = 420642`."""

    def read(text: str) -> _Values:
        found = {}
        for name, word in zip(_NAMES, words, strict=True):
            begin = text.find(word) if word else -1
            if begin >= 0 and (number := _EQUALS.match(text, begin + len(word))):
                found[name] = number[1]
        return found

    return read


def _before(words: tuple[str, ...]) -> Callable[[str], _Values]:
    """`420642 packets received`: the number that the word's line begins with."""

    def read(text: str) -> _Values:
        found = {}
        for name, word in zip(_NAMES, words, strict=True):
            place = text.find(word) if word else -1
            if place >= 0 and (number := _NUMBER.match(line_from(text, text.rfind("\n", 0, place) + 1))):
                found[name] = number[1]
        return found

    return read


def _linux(text: str) -> _Values:
    """From `Tcp:` on; UDP comes behind it."""
    begin = text.find("\nTcp:")
    if begin < 0:
        return {}
    words = LINUX if "segments sent out" in text[begin:] else LEGACY_LINUX
    return _before(words)(text[begin:])


def _patterns(system: str) -> Callable[[str], _Values]:
    """Lines of the sections `tcp:` and `udp:`, each pattern once."""
    sections = {
        name: [(names, re.compile(pattern)) for names, pattern in patterns]
        for name, patterns in PATTERNS[system].items()
    }

    def read(text: str) -> _Values:
        found: dict[str, str] = {}
        wanted: list[tuple[str, re.Pattern[str]]] = []
        for line in lines(text):
            wanted = sections.get(line[:4].lower(), wanted)
            for names, pattern in wanted:
                numbers = pattern.search(line)
                if numbers:
                    for name, number in zip(names.split(), numbers.groups(), strict=True):
                        found.setdefault(name, number)
                    break
        errors = [int(number) for name, number in found.items() if name.startswith("error")]
        return (found | {"udpInErrors": str(sum(errors))}) if found else {}

    return read


_READERS: Mapping[str, tuple[Callable[[str], _Values], ...]] = {
    "solaris": (_behind(BEHIND["unix"]),),
    "osf": (_patterns("osf"),),
    "aix": (_patterns("aix"), _behind(BEHIND["unix"])),
    "hpux": (_patterns("hpux"), _behind(BEHIND["unix"])),
    "irix": (_patterns("irix"),),
    "sco_sv": (_patterns("sco_sv"),),
    **dict.fromkeys(("freebsd", "netbsd", "openbsd", "darwin"), (_patterns("bsd"), _before(BSD_WORDS))),
    **dict.fromkeys(("linux22", "linux", "rhel3", "zvm", "zvse", "zos"), (_linux,)),
    "snmp": (_before(BEFORE["snmp"]),),
    **dict.fromkeys(("win32", "bbwin", "powershell"), (_behind(BEHIND["windows"]),)),
}
