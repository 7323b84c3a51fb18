"""Which texts are read how: TEST2RRD, NCV_COLUMN and the like (xymonserver.cfg(5), xymond_rrd(8))."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# The columns that xymonserver.cfg of Xymon 4.3.30 has, and the data messages that need no word there.
USUAL = (
    "cpu=la,disk,inode,qtree,memory,conn=tcp,http=tcp,dns=tcp,dig=tcp,time=ntpstat,vmstat,iostat,netstat,temperature,"
    "apache,bind,sendmail,mailq,nmailq=mailq,socks,bea,iishealth,citrix,bbgen,bbtest,bbproxy,hobbitd,files,"
    "procs=processes,ports,clock,lines,deltalines,ops,stats,cifs,JVM,JMS,HitCache,Session,JDBCConn,ExecQueue,JTA,"
    "TblSpace,RollBack,MemReq,InvObj,snapmirr,snaplist,snapshot,if_load=devmon,paging,mdc,mdchitpct,cics,dsa,getvis,"
    "maxuser,nparts,xymongen,xymonnet,xymonproxy,xymond"
)


def columns_of(words: Iterable[str]) -> dict[str, str]:
    """`COLUMN` or `COLUMN=DATASET` to a data set for each column, which Xymon knows in any case; the first counts."""
    found: dict[str, str] = {}
    for word in words:
        column, _, name = (part.strip() for part in word.partition("="))
        if column:
            found.setdefault(column.lower(), name or column)
    return found


def _usual_columns() -> Mapping[str, str]:
    return columns_of(USUAL.split(","))


@dataclass(frozen=True, kw_only=True)
class DatasetSettings:
    """`columns` are in lower case, with the data set of each. `ncv` and `splitncv` are `NAME:TYPE,...` of columns.

    `disks` and `no_disks` are patterns (RRDDISKS, NORRDDISKS). `extra_tests` are columns that a script of the
    administrator reads.
    """

    columns: Mapping[str, str] = field(default_factory=_usual_columns)
    ncv: Mapping[str, str] = field(default_factory=dict)
    splitncv: Mapping[str, str] = field(default_factory=dict)
    disks: str = ""
    no_disks: str = ""
    ping_column: str = "conn"
    extra_tests: frozenset[str] = frozenset()


def from_words(words: Mapping[str, str]) -> DatasetSettings:
    """Out of variables as xymonserver.cfg has them: TEST2RRD, NCV_COLUMN, SPLITNCV_COLUMN, RRDDISKS, PINGCOLUMN."""
    test2rrd = words.get("TEST2RRD")
    return DatasetSettings(
        columns=_usual_columns() if test2rrd is None else columns_of(test2rrd.split(",")),
        ncv=_below(words, "NCV_"),
        splitncv=_below(words, "SPLITNCV_"),
        disks=words.get("RRDDISKS", ""),
        no_disks=words.get("NORRDDISKS", ""),
        ping_column=words.get("PINGCOLUMN", "conn"),
    )


def _below(words: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): text for name, text in words.items() if name.startswith(prefix)}
