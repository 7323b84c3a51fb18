"""What a status or a data message says in figures: one module per data set; DATASETS is the only list."""

from collections.abc import Mapping

from hexmon.graphs.datasets import dbcheck, mainframes, monitors, netapp, services
from hexmon.graphs.datasets.contract import Dataset
from hexmon.graphs.datasets.counts import COUNT, LINES, SIZE, counts
from hexmon.graphs.datasets.devmon import devmon
from hexmon.graphs.datasets.disk import disk
from hexmon.graphs.datasets.ifmib import ifmib
from hexmon.graphs.datasets.ifstat import ifstat
from hexmon.graphs.datasets.iostat import iostat, iostatdisk
from hexmon.graphs.datasets.la import la
from hexmon.graphs.datasets.memory import memory
from hexmon.graphs.datasets.mqueues import mqueues
from hexmon.graphs.datasets.ncv import ncv
from hexmon.graphs.datasets.net import net
from hexmon.graphs.datasets.netstat import netstat
from hexmon.graphs.datasets.own import hexmon
from hexmon.graphs.datasets.smoke import smoke
from hexmon.graphs.datasets.trends import trends
from hexmon.graphs.datasets.vmstat import vmstat

# What something was called before it was called Xymon; and columns that are read alike.
_XYMONNET = monitors.time_of("xymonnet", "TIME TOTAL")
_XYMONPROXY = monitors.time_of("xymonproxy", "Average queue time")

DATASETS: Mapping[str, Dataset] = {
    "la": la,
    **dict.fromkeys(("disk", "inode", "qtree", "quotas", "snapshot", "TblSpace"), disk),
    "memory": memory,
    "tcp": net,
    "ncv": ncv,
    "trends": trends,
    "devmon": devmon,
    "netstat": netstat,
    "vmstat": vmstat,
    "iostat": iostat,
    "iostatdisk": iostatdisk,
    "ifstat": ifstat,
    "ifmib": ifmib,
    "filesizes": counts("filesizes", SIZE),
    "proccounts": counts("processes", COUNT),
    "portcounts": counts("ports", COUNT),
    "linecounts": counts("lines", LINES),
    "deltacounts": counts("deltalines", COUNT),
    "mqueues": mqueues,
    "smoke": smoke,
    "apache": services.apache,
    "sendmail": services.sendmail,
    "mailq": services.mailq,
    "iishealth": services.iishealth,
    "temperature": services.temperature,
    "citrix": services.citrix,
    "ntpstat": services.ntpstat,
    **dict.fromkeys(("xymongen", "bbgen"), monitors.xymongen),
    **dict.fromkeys(("xymonnet", "bbtest"), _XYMONNET),
    **dict.fromkeys(("xymonproxy", "bbproxy"), _XYMONPROXY),
    **dict.fromkeys(("xymond", "hobbitd"), monitors.xymond),
    "hexmon": hexmon,
    "paging": mainframes.paging,
    "mdc": mainframes.mdc,
    "cics": mainframes.cics,
    "getvis": mainframes.getvis,
    **dict.fromkeys(("maxuser", "nparts"), mainframes.address_spaces),
    "stats": netapp.stats,
    "ops": netapp.operations,
    "cifs": netapp.cifs,
    "snaplist": netapp.snapshots,
    "snapmirr": netapp.mirrors,
    "xtstats": netapp.extra_stats,
    "HitCache": dbcheck.caches,
    "Session": dbcheck.sessions,
    "RollBack": dbcheck.rollbacks,
    "InvObj": dbcheck.invalid_objects,
    "MemReq": dbcheck.memory_requests,
    "JVM": dbcheck.heap,
    "JMS": dbcheck.queues,
    "JTA": dbcheck.transactions,
    "ExecQueue": dbcheck.threads,
    "JDBCConn": dbcheck.connections,
}
