"""What can be set about graphs: `[graphs]`. The words are Xymon's where it has them (xymonserver.cfg(5))."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from hexmon.config.settings import LIST, PositiveCount, Seconds, checked, within
from hexmon.graphs.datasets.settings import DatasetSettings, columns_of
from hexmon.graphs.datasets.sources import KINDS
from hexmon.model.patterns import PatternError, compile_pattern

# Every column whose texts hold figures. A check over the network needs no word here: its status says how long it took.
TEST2RRD = (
    "cpu=la,disk,inode,qtree,quotas,memory,conn=tcp,http=tcp,dns=tcp,dig=tcp,time=ntpstat,ntpstat,vmstat,iostat,"
    "netstat,ifstat,temperature,apache,bind,sendmail,mailq,nmailq=mailq,iishealth,citrix,files,procs=processes,ports,"
    "clock,lines,deltalines,trends,smoke,bea,if_load=devmon,xymongen,xymonnet,xymonproxy,xymond,ops,stats,cifs,JVM,"
    "JMS,HitCache,Session,JDBCConn,ExecQueue,JTA,TblSpace,RollBack,MemReq,InvObj,snapmirr,snaplist,snapshot,xtstats,"
    "paging,mdc,mdchitpct,cics,dsa,getvis,maxuser,nparts"
)
GRAPHS = (
    "availability,bandwidth,packets,packets-type,errors,retransmits,system,tamper,network,system1,system2,system3,system4,"
    "smoke,la,disk,inode,qtree,quotas,files,processes,memory,users,vmstat,iostat,tcp.http,tcp,ncv,netstat,ifstat::2,"
    "ifmib::1,mrtg::1,"
    "ports,mqueues,mqage,hexmon,temperature,ntpoffset,ntpstat,apache,bind,sendmail,mailq,bea,iishealth,citrix,clock,lines,deltalines,devmon::1,"
    "if_load::1,xymongen,xymonnet,xymonproxy,xymond,ops,stats,cifs,JVM,JMS,HitCache,Session,JDBCConn,ExecQueue,JTA,"
    "TblSpace,RollBack,MemReq,InvObj,snapmirr,snaplist,snapshot,paging,mdc,mdchitpct,cics,dsa,getvis,maxuser,nparts"
)
_DAEMON = re.compile(r"(?:unix:/.+|/.+|\[[0-9A-Fa-f:.]+\]:\d{1,5}|[A-Za-z0-9._-]+:\d{1,5})\Z")


def _read_daemon(text: str) -> None:
    if text and not _DAEMON.match(text):
        raise ValueError(f"'{text}' is not where an rrdcached listens: unix:/path, or host:port")


def _read_command(text: str) -> None:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no command: {error}") from None
    if text and not words:
        raise ValueError("it is blank: write a program and its words, or nothing")


def _read_mapping(text: str) -> None:
    for word in filter(None, (part.strip() for part in text.split(","))):
        column, _, handler = word.partition("=")
        if not column or ("=" in word and not handler):
            raise ValueError(f"'{word}' is not a column, nor column=data set")


def _read_types(text: str) -> None:
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, kind = word.partition(":")
        if not name or (kind not in KINDS and kind[:4].upper() != "NONE"):
            raise ValueError(f"'{word}' is not NAME:TYPE; types are {', '.join(sorted(KINDS))} and NONE")


def _read_pattern(text: str) -> None:
    try:
        compile_pattern(text)
    except PatternError as error:
        raise ValueError(str(error)) from None


_STRICT = {"extra": "forbid"}
Command = Annotated[str, checked(_read_command)]
Types = Annotated[str, checked(_read_types)]
Expression = Annotated[str, checked(_read_pattern)]
Words = Annotated[tuple[str, ...], LIST]
Mapped = Annotated[tuple[Annotated[str, checked(_read_mapping)], ...], LIST]


@dataclass(frozen=True, kw_only=True)
class GraphSettings:
    """Which figures are kept, where, and when they are written; which are drawn.

    `enabled` auto: when librrd is installed. `dir` may be a folder that Xymon (XYMONRRDS) or APMonitor wrote.
    `test2rrd` is column or column=data set; `ncv` and `splitncv` are column -> "NAME:TYPE,...". `columns`
    says which graphs a square shows (GRAPHS_COLUMN). `extra_script` makes figures of the columns `extra_tests`; every
    update is told to `processor`. Figures wait at most `flush` seconds for others of the same file, or until it has
    `batch` of them.
    """

    __pydantic_config__ = _STRICT
    enabled: Literal["auto"] | bool = "auto"
    dir: str = ""  # "": rrd in data_dir
    rrdcached: Annotated[str, checked(_read_daemon)] = ""
    flush: Seconds = 30.0
    batch: PositiveCount = 12
    queue: Annotated[int, within(1000, 10_000_000)] = 200_000
    definitions: str = "rrddefinitions.cfg"
    test2rrd: Mapped = (TEST2RRD,)
    graphs: Words = (GRAPHS,)
    columns: dict[str, Words] = field(default_factory=dict)
    ncv: dict[str, Types] = field(default_factory=dict)
    splitncv: dict[str, Types] = field(default_factory=dict)
    rrddisks: Expression = ""
    norrddisks: Expression = ""
    extra_script: Command = ""
    extra_tests: Words = ()
    processor: Command = ""

    def __post_init__(self) -> None:
        """Raises ValueError for settings that make no sense together."""
        if bool(self.extra_script) != bool(_words(self.extra_tests)):
            raise ValueError("extra_script and extra_tests: the program and the columns that it reads go together")

    def data_sets(self) -> Mapping[str, str]:
        """Column to data set, as `test2rrd` says."""
        pairs = (word.partition("=") for word in _words(self.test2rrd))
        return {column: handler or column for column, _, handler in pairs}

    def graph_words(self) -> tuple[str, ...]:
        """The words of `graphs`, in their order."""
        return _words(self.graphs)

    def column_graphs(self) -> Mapping[str, tuple[str, ...]]:
        """The graphs of the columns that have their own."""
        return {column: _words(words) for column, words in self.columns.items()}

    def reading(self, timed: Iterable[str] = ()) -> DatasetSettings:
        """How texts are read; `timed` are columns of network tests, which say how long they took."""
        return DatasetSettings(
            columns=columns_of((*_words(self.test2rrd), *(f"{column}=tcp" for column in timed))),
            ncv=self.ncv,
            splitncv=self.splitncv,
            disks=self.rrddisks,
            no_disks=self.norrddisks,
            extra_tests=frozenset(_words(self.extra_tests)),
        )


def _words(lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for text in lists for part in text.split(",") if (word := part.strip()))
