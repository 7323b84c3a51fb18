"""NetApp filers, as netapp.pl reports them."""

from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.disk_names import wanted_disks
from hexmon.graphs.datasets.named_figures import kilobytes, one_file
from hexmon.graphs.datasets.reading import (
    UNKNOWN,
    below,
    columns,
    lines,
    made,
    value_for,
    whole,
    whole_number,
)
from hexmon.graphs.datasets.sources import Sources, gauges

DISKS = gauges("pct used")
MIRRORS = gauges("size")
SNAPSHOTS = gauges("youngsize oldsize")
STATS = gauges("NETread NETwrite DISKread DISKwrite TAPEread TAPEwrite FCPin FCPout")
OPERATIONS = gauges("NFSops CIFSops iSCSIops HTTPops FCPops Totalops")
CIFS = gauges("sessions openshares openfiles locks credentials opendirectories ChangeNotifies sessionsusingsecuri")

_SCRIPT = "netapp.pl"
_SIZES: Mapping[str, int] = {"M": 1024, "G": 1024**2, "T": 1024**3}

stats = one_file(
    _SCRIPT, "NET_read NET_write DISK_read DISK_write TAPE_read TAPE_write FCP_in FCP_out", STATS, kilobytes
)
operations = one_file(_SCRIPT, "NFS_ops CIFS_ops iSCSI_ops HTTP_ops FCP_ops Total_ops", OPERATIONS)
cifs = one_file(
    _SCRIPT,
    "sessions open_shares open_files locks credentials open_directories ChangeNotifies"
    " sessions_using_security_signatures",
    CIFS,
)


def size_in_kilobytes(word: str) -> int:
    """`12G` is 12582912; decimals do not count, as nowhere in these scripts."""
    return whole_number(word) * _SIZES.get(word.lstrip("0123456789.")[:1], 1)


def netapp_disks(source: Source) -> Iterator[Update]:
    """`disk,vol,vol0.rrd`; names may have blanks, and need no slash in front."""
    new_form = "netappnewdf" in whole(source)
    wanted = wanted_disks(source)
    for line in lines(below(source)):
        if "/" not in line or line.startswith("&") or " red " in line or " yellow " in line:
            continue
        shift = int("snap reserve" in line)
        words = columns(line)
        name = words[0] if new_form else "_".join(word for word in words[5 + shift :] if word)
        if not new_form and not name.startswith("/"):
            name = f"/{name}"
        if wanted(name):
            used = size_in_kilobytes(words[2 + shift])
            named = ",root" if name == "/" else name
            yield made(source, source.test + named, DISKS, whole_number(words[4 + shift]), used)


def _comment(source: Source) -> str:
    """What is in the first comment of HTML, below the line where it begins."""
    text = whole(source)
    if _SCRIPT not in text:
        return ""
    _, begun, rest = text.partition("<!--")
    inside, ended, _ = rest.partition("-->")
    return inside.partition("\n")[2] if begun and ended else ""


def mirrors(source: Source) -> Iterator[Update]:
    """`snapmirr,NAME.rrd`, out of `NAME=12`."""
    for line in lines(_comment(source)):
        name, sign, size = line.partition("=")
        if sign and name:
            yield made(source, f"{source.test},{name}", MIRRORS, whole_number(size))


def snapshots(source: Source) -> Iterator[Update]:
    """`snaplist,VOLUME.rrd`, out of `VOLUME=12:34`."""
    for line in lines(_comment(source)):
        name, _, sizes = line.lstrip("=").partition("=")
        young, _, old = sizes.lstrip(":").partition(":")
        if name:
            yield made(source, f"{source.test},{name}", SNAPSHOTS, whole_number(young), whole_number(old))


def _same(words: str) -> tuple[str, Sources]:
    return words, gauges(words)


# The script spells one word in two ways.
_READS, _ODD = "guaranteed", "guarenteed"  # codespell:ignore
_DISK = (
    "total_transfers user_read_chain user_reads user_write_chain user_writes cp_read_chain cp_reads"
    f" {_ODD}_read_chain {_READS}_reads {_ODD}_write_chain {_READS}_writes user_read_latency user_read_blocks"
    f" user_write_latency user_write_blocks cp_read_latency cp_read_blocks {_ODD}_read_latency {_ODD}_read_blocks"
    f" {_ODD}_write_latency {_ODD}_write_blocks disk_busy"
)

# Sections of xtstats: the words of the script, and the data sources.
_EXTRA: Mapping[str, tuple[str, Sources]] = {
    "ifnet": _same(
        "recv_packets recv_errors send_packets send_errors collisions recv_data send_data recv_mcasts send_mcasts"
        " recv_drop_packets"
    ),
    "qtree": _same("nfs_ops cifs_ops"),
    "aggregate": _same(
        "total_transfers user_reads user_writes cp_reads user_read_blocks user_write_blocks cp_read_blocks"
    ),
    "volume": _same(
        "avg_latency total_ops read_data read_latency read_ops write_data write_latency write_ops other_latency"
        " other_ops"
    ),
    "lun": _same("read_ops write_ops other_ops read_data write_data queue_full avg_latency total_ops"),
    "disk": (_DISK, gauges(_DISK.replace(_READS, "gar").replace(_ODD, "gar"))),
}


def extra_stats(source: Source) -> Iterator[Update]:
    """`xstatvolume,NAME.rrd` and the like: sections `[volume]` with lines `NAME;read_ops:12;write_ops:3`."""
    section = ""
    for line in lines(whole(source)):
        if line.startswith("["):
            section = line[1:].partition("]")[0]
        elif section in _EXTRA and line and _SCRIPT not in line:
            words, sources = _EXTRA[section]
            name, *items = [part for part in line.split(";") if part][: 2 * len(sources) + 1] or [""]
            said = dict(item.split(":", 1) for item in reversed(items) if ":" in item)
            values = (said.get(word, UNKNOWN) for word in words.split())
            if name:
                yield made(source, f"xstat{section},{name}", sources, *map(value_for, sources, values))
