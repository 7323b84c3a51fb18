"""vmstat: processes, memory, paging, disks, interrupts and the share of each state of the processors."""

from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, below, columns, line_from, made, whole_number
from hexmon.graphs.datasets.sources import gauges
from hexmon.graphs.datasets.systems import system_and_rest

_MOST = 30

# The data sources of a system, in the order of its columns: `-` is a column that nobody draws, and a name in
# parentheses one that the system does not have, but the graphs do.
_BSD = "cpu_r cpu_b cpu_w mem_avm mem_free mem_flt mem_re mem_pi mem_po mem_fr sr"
_BSD_END = "cpu_int cpu_syc cpu_csw cpu_usr cpu_sys cpu_idl"
_LINUX = "cpu_r cpu_b (cpu_w) mem_swpd mem_free mem_buff mem_cach mem_si mem_so dsk_bi dsk_bo cpu_int cpu_csw"
COLUMNS: Mapping[str, str] = {
    "solaris": "cpu_r cpu_b cpu_w mem_swap mem_free mem_re mem_mf mem_pi mem_po - - sr - - - -"
    " cpu_int cpu_syc cpu_csw cpu_usr cpu_sys cpu_idl",
    "osf": "cpu_r cpu_b cpu_w - mem_free - mem_mf - - - mem_pi mem_po cpu_int cpu_syc cpu_csw cpu_usr cpu_sys cpu_idl",
    "aix": "cpu_r cpu_b mem_avm mem_free mem_re mem_pi mem_po mem_fr sr mem_cy cpu_int cpu_syc cpu_csw"
    " cpu_usr cpu_sys cpu_idl cpu_wait cpu_pc cpu_ec",
    "irix": "- cpu_usr cpu_sys cpu_int cpu_wait cpu_idl (cpu_csw)",
    "freebsd": f"{_BSD} dsk_da0 dsk_pa0 {_BSD_END}",
    "netbsd": f"{_BSD} dsk_f0 dsk_m0 dsk_w0 {_BSD_END}",
    "openbsd": f"{_BSD} dsk_wd0 dsk_cd0 {_BSD_END}",
    "hpux": "cpu_r cpu_b cpu_w mem_avm mem_free mem_re mem_flt mem_pi mem_po mem_fr - sr cpu_int - cpu_csw"
    " cpu_usr cpu_sys cpu_idl",
    **dict.fromkeys(("linux", "zvm", "zvse", "zos"), f"{_LINUX} cpu_usr cpu_sys cpu_idl cpu_wait"),
    "rhel3": f"{_LINUX} cpu_usr cpu_sys cpu_wait cpu_idl",
    "linux22": "cpu_r cpu_b cpu_w mem_swpd mem_free mem_buff mem_cach mem_si mem_so dsk_bi dsk_bo cpu_int cpu_csw"
    " cpu_usr cpu_sys cpu_idl (cpu_wait)",
    "sco_sv": "cpu_r cpu_b cpu_w mem_free mem_dmd mem_swpd mem_cach mem_fil mem_flt mem_frd mem_pos mem_pif mem_pis"
    " mem_so mem_si sys_calls cpu_csw cpu_usr cpu_sys cpu_idl",
}


def _places(words: str) -> tuple[tuple[str, int], ...]:
    """Each data source and its column; of what is not there the column that no line has."""
    found, column = [], 0
    for word in words.split():
        if word.startswith("("):
            found.append((word.strip("()"), _MOST))
            continue
        if word != "-":
            found.append((word, column))
        column += 1
    return tuple(found)


_PLACES = {system: _places(words) for system, words in COLUMNS.items()}
SOURCES = {system: gauges(" ".join(name for name, _ in places)) for system, places in _PLACES.items()}


def vmstat(source: Source) -> Iterator[Update]:
    """`vmstat.rrd`, with the columns of the system."""
    system, text = system_and_rest(below(source))
    if system not in _PLACES or "\n" not in below(source):
        return
    words = [*columns(line_from(text, 0), _MOST), ""]
    values = [_number(words[place]) for _, place in _PLACES[system]]
    yield made(source, "vmstat", SOURCES[system], *values)


def _number(word: str) -> int | str:
    """As xymond_rrd(8) takes them: `1,024` is 1024, and `0.05` is 5."""
    return whole_number(word.replace(".", "").replace(",", "")) if word else UNKNOWN
