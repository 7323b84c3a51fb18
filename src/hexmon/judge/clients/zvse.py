"""The squares that only z/VSE has: memory (VSIZE), getvis and nparts."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import UNDATED, Square, View
from hexmon.judge.clients.rules import Getvis, VirtualSize
from hexmon.judge.clients.zshared import NUMBER, Findings, address_spaces, percentage

_TWO = re.compile(rf"\s*{NUMBER}\s+{NUMBER}")
_PARTITION = re.compile(rf"\s*(\S{{1,32}})\s+{NUMBER}\s+{NUMBER}\s+{NUMBER}\s+{NUMBER}")
_MOST_PARTITIONS = 2000
_HEAD = (
    "z/VSE Getvis Map\nPID Jobname    Size24    Used24    Free24    SizeAny    UsedAny    FreeAny Used24% UsedAny%\n"
)
_USUAL_SIZE = VirtualSize()
_USUAL_GETVIS = Getvis()


def memory(view: View) -> Iterator[Square]:
    """VSIZE: all of it, and what is available, in K."""
    text = view.data.get("memory")
    if text is None:
        return
    findings = Findings()
    table = ""
    found = _TWO.match(text)
    if found:
        total, available = map(int, found.groups())
        used = 100 - percentage(available, total) if total else 0.0
        table = f"z/VSE VSIZE Utilization {used:3.1f}%\n"
        table += f"Memory Allocated {total}K, Memory Available {available}K\n"
        findings.judge(used, view.rules.first(VirtualSize) or _USUAL_SIZE, "VSIZE Utilization")
    else:
        findings.missing("of two numbers", "memory")
    line = "Memory Not OK" if findings.lines else "Memory OK"
    yield Square(test="memory", color=findings.color, line=line, body=table + findings.text, undated=UNDATED)


def getvis(view: View) -> Iterator[Square]:
    """Each partition: used and free below 24 bits, used and free anywhere, in K."""
    text = view.data.get("getvis")
    if text is None:
        return
    findings = Findings()
    rows = filter(None, map(_PARTITION.match, text.split("\n", _MOST_PARTITIONS)[:_MOST_PARTITIONS]))
    table = "".join(_partition(view, row, findings) for row in rows)
    line = "Getvis Not OK" if findings.lines else "Getvis OK"
    body = findings.text + (_HEAD + table if table else "")
    yield Square(test="getvis", color=findings.color, line=line, body=body, undated=UNDATED)


def _partition(view: View, row: re.Match[str], findings: Findings) -> str:
    """Judge one row, which names a partition or PARTITION-JOB; returns the row of the table."""
    name, dash, job = row[1].partition("-")
    name, job = (name[:2], job) if dash else (name, "-")
    used24, free24, used, free = map(int, row.groups()[1:])
    share24, share = percentage(used24, used24 + free24), percentage(used, used + free)

    def fits(rule: Getvis) -> bool:
        return rule.partition is not None and rule.partition.names(name)

    rule = view.rules.first(Getvis, fits) or _USUAL_GETVIS
    findings.judge(share24, rule, f"24-bit Getvis utilization for {name}")
    findings.judge_between(share, (rule.warn_any, rule.panic_any), f"Any Getvis utilization for {name}")
    return (
        f"{name:<3} {job:<8}   {used24 + free24:6d}    {used24:6d}    {free24:6d}"
        f"     {used + free:6d}     {used:6d}     {free:6d}    {share24:3.0f}      {share:3.0f}\n"
    )


def nparts(view: View) -> Iterator[Square]:
    """Partitions: how many there may be, and how many run."""
    text = view.data.get("nparts")
    if text is None:
        return
    findings = Findings()
    table = ""
    found = _TWO.match(text)
    if found:
        total, running = map(int, found.groups())
        share = percentage(running, total)
        table = f"Nparts: {total:8d}  Free: {total - running:8d}  Used: {running:8d}  {share:3.1f}\n"
        address_spaces(view, "nparts", share, "NPARTS Utilization", findings)
    else:
        findings.missing("of two numbers", "nparts")
    yield Square(test="nparts", color=findings.color, line="", body=table + findings.text, undated=UNDATED)
