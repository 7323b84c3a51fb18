"""Databases, as dbcheck.pl reports them, and BEA WebLogic, as beastat.pl does."""

import re
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.disk_names import wanted_disks
from hexmon.graphs.datasets.named_figures import file_for_each, one_file, real_figure, whole_figure
from hexmon.graphs.datasets.netapp import size_in_kilobytes
from hexmon.graphs.datasets.reading import below, columns, lines, made, whole, whole_number
from hexmon.graphs.datasets.sources import derives, gauges

TABLESPACES = gauges("pct used")
MEMORY = (*gauges("ResFree ResAvgFree ResUsed ResAvgUsed"), *derives("ReqFail"), *gauges("FailSize"))
CACHES = gauges(
    "PinSQLArea PinTblProc PinBody PinTrigger HitSQLArea HitTblProc HitBody HitTrigger BlBuffHit RowCache", high=100
)
SESSIONS = (
    *gauges("MaxSession CurrSession"),
    *gauges("SessUsedPct", high=100),
    *gauges("MaxProcs CurrProcs"),
    *gauges("ProcsUsedPct", high=100),
)
ROLLBACKS = gauges("pct", high=100, heartbeat=28800)  # it may be checked seldom
OBJECTS = gauges("red yellow green", heartbeat=28800)
HEAP = gauges("HeapFreeCurrent HeapSizeCurrent")
QUEUES = (
    *gauges("CurrConn HighConn"),
    *derives("TotalConn"),
    *gauges("CurrJMSSrv HighJMSSrv"),
    *derives("TotalJMSSrv"),
)
TRANSACTIONS = (
    *gauges("ActiveTrans"),
    *derives(
        "SecondsActive TransAbandoned TransCommitted TransHeuristics TransRBackApp TransRBackResource"
        " TransRBackSystem TransRBackTimeout TransRBack TransTotCount"
    ),
)
THREADS = (*gauges("ExecThrCurrIdleCnt ExecThrTotalCnt PendReqCurrCnt"), *derives("ServReqTotalCnt"))
CONNECTIONS = (
    *gauges(
        "ActConnAvgCnt ActConnCurrCnt ActConnHighCnt WtForConnCurrCnt ConnDelayTime ConnLeakProfileCnt LeakedConnCnt"
        " MaxCapacity NumAvailable NumUnavailable HighNumAvailable HighNumUnavailable WaitSecHighCnt"
    ),
    *derives("ConnTotalCnt FailToReconnCnt"),
    *gauges("WaitForConnHighCnt"),
)

_DATABASES, _WEBLOGIC = "dbcheck.pl", "beastat.pl"
_ROLLBACK = re.compile(r"ROLLBACK percentage for\s+(\S{1,200})\s+is\s+(\d{1,9}(?:\.\d{0,9})?)")

sessions = one_file(
    _DATABASES,
    "MaxSession CurrSession SessUsedPct MaxProcs CurrProcs ProcsUsedPct",
    SESSIONS,
    lambda text, word: (real_figure if word.endswith("Pct") else whole_figure)(text, word),
)
caches = one_file(_DATABASES, " ".join(source.name for source in CACHES), CACHES, real_figure)
heap = one_file(_WEBLOGIC, "HeapFreeCurrent HeapSizeCurrent", HEAP)
queues = one_file(
    _WEBLOGIC,
    "ConnectionsCurrentCount ConnectionsHighCount ConnectionsTotalCount"
    " JMSServersCurrentCount JMSServersHighCount JMSServersTotalCount",
    QUEUES,
)
transactions = one_file(
    _WEBLOGIC,
    "ActiveTransactionsTotalCount SecondsActiveTotalCount TransactionAbandonedTotalCount"
    " TransactionCommittedTotalCount TransactionHeuristicsTotalCount TransactionRolledBackAppTotalCount"
    " TransactionRolledBackResourceTotalCount TransactionRolledBackSystemTotalCount"
    " TransactionRolledBackTimeoutTotalCount TransactionRolledBackTotalCount TransactionTotalCount",
    TRANSACTIONS,
)
threads = file_for_each(
    _WEBLOGIC,
    "Type=ExecuteQueueRuntime",
    "ExecuteThreadCurrentIdleCount ExecuteThreadTotalCount PendingRequestCurrentCount ServicedRequestTotalCount",
    THREADS,
)
connections = file_for_each(
    _WEBLOGIC,
    "Type=JDBCConnectionPoolRuntime",
    "ActiveConnectionsAverageCount ActiveConnectionsCurrentCount ActiveConnectionsHighCount"
    " WaitingForConnectionCurrentCount ConnectionDelayTime ConnectionLeakProfileCount LeakedConnectionCount MaxCapacity"
    " NumAvailable NumUnavailable HighestNumAvailable HighestNumUnavailable WaitSecondsHighCount ConnectionsTotalCount"
    " FailuresToReconnectCount WaitingForConnectionHighCount",
    CONNECTIONS,
)


def memory_requests(source: Source) -> Iterator[Update]:
    """What is free and used of the memory that is reserved, out of the first comment of HTML."""
    text = whole(source)
    _, begun, rest = text.partition("<!--")
    inside, ended, _ = rest.partition("-->")
    if _DATABASES in text and begun and ended:
        figures = ((real_figure if "Avg" in one.name else whole_figure)(inside, one.name) for one in MEMORY)
        yield made(source, source.test, MEMORY, *figures)


def rollbacks(source: Source) -> Iterator[Update]:
    """`RollBack,NAME.rrd`."""
    text = whole(source)
    if _DATABASES in text:
        for line in lines(text.partition("Rollback Checking")[2].partition("\n")[2]):
            found = _ROLLBACK.search(line)
            if found:
                yield made(source, f"{source.test},{found[1]}", ROLLBACKS, f"{float(found[2]):.2f}")


def invalid_objects(source: Source) -> Iterator[Update]:
    """How many lines have which colour."""
    text = whole(source)
    if _DATABASES not in text:
        return
    counts = {one.name: 0 for one in OBJECTS}
    for line in lines(text.partition("Invalid Object Checking")[2].partition("\n")[2]):
        color = next((name for name in counts if line.removeprefix("&").startswith(name)), None)
        if color is not None:
            counts[color] += 1
    yield made(source, source.test, OBJECTS, *counts.values())


def tablespaces(source: Source) -> Iterator[Update]:
    """`TblSpace,NAME.rrd`: every row of the table, up to the line of the script."""
    wanted = wanted_disks(source)
    for line in lines(below(source).partition("TableSpace/DBSpace")[2].partition("\n")[2]):
        if line.startswith("dbcheck.pl"):
            return
        words = columns(line)
        if line.startswith("&") or " red " in line or " yellow " in line or not words[4]:
            continue
        if wanted(f"/{words[0]}"):
            used = size_in_kilobytes(words[2])
            yield made(source, f"{source.test},{words[0]}", TABLESPACES, whole_number(words[4]), used)
