"""IBM's systems and the collectors for MQ and SNMP, by the words that their messages call them."""

from collections.abc import Mapping

from hexmon.judge.clients import zos, zvse
from hexmon.judge.clients.contract import Ports, System, Table
from hexmon.judge.clients.counts import delta_counts, line_counts
from hexmon.judge.clients.disk import disk
from hexmon.judge.clients.figures import ifstat
from hexmon.judge.clients.files import files
from hexmon.judge.clients.mq import MQCOLLECT
from hexmon.judge.clients.msgs import msgs
from hexmon.judge.clients.ports import ports
from hexmon.judge.clients.snmp import SNMPCOLLECT
from hexmon.judge.clients.zjobs import jobs_of
from hexmon.judge.clients.zshared import cics, cpu_of, paging_of
from hexmon.judge.clients.zvm import minidisk_cache

_PORTS = Ports(local=3, remote=4, state=5)

Z_SYSTEMS: Mapping[str, System] = {
    "zos": System(
        name="zos",
        makers=(
            cpu_of("z/OS", "CPU Utilization "),
            paging_of("z/OS", "Paging Rate "),
            cics,
            jobs_of("jobs"),
            zos.memory,
            zos.maxuser,
            ports,
            disk,
            ifstat,
            line_counts,
            delta_counts,
        ),
        disk=Table("df", "Available", "Cap"),
        ports=_PORTS,
    ),
    "zvm": System(
        name="zvm",
        makers=(
            cpu_of("z/VM", "AVGPROC-"),
            paging_of("z/VM", "PAGING-", "cpu"),
            minidisk_cache,
            jobs_of("UserID", in_rows=True),
            ports,
            disk,
            msgs,
            files,
            ifstat,
            line_counts,
            delta_counts,
        ),
        disk=Table("df", "Available", "Capacity"),
        ports=_PORTS,
    ),
    "zvse": System(
        name="zvse",
        makers=(
            cpu_of("z/VSE", "Avg CPU="),
            paging_of("z/VSE", "Page Rate="),
            cics,
            jobs_of("jobs"),
            zvse.memory,
            zvse.getvis,
            zvse.nparts,
            ports,
            disk,
            line_counts,
            delta_counts,
        ),
        disk=Table("df", "Available", "Cap"),
        ports=_PORTS,
    ),
    MQCOLLECT.name: MQCOLLECT,
    SNMPCOLLECT.name: SNMPCOLLECT,
}
