"""The squares that only z/OS has: memory by its areas, and maxuser."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import UNDATED, Square, View
from hexmon.judge.clients.rules import Memory, MemoryKind
from hexmon.judge.clients.zshared import NUMBER, Findings, address_spaces, percentage

_AREAS: tuple[tuple[str, MemoryKind], ...] = (("CSA", "csa"), ("ECSA", "ecsa"), ("SQA", "sqa"), ("ESQA", "esqa"))
_USUAL = (90, 95)
_COUNTS = (
    ("Maxusers", " Maxuser: "),
    ("RSVTSTRT", "RSVTSTRT: "),
    ("RSVNONR", " RSVNONR: "),
)


def memory(view: View) -> Iterator[Square]:
    """The common areas: what is allocated, used, and was at most used, in K."""
    text = view.data.get("memory")
    if text is None:
        return
    findings = Findings()
    table = "z/OS Memory Map\n Area    Alloc     Used      HWM  Util%\n"
    for area, kind in _AREAS:
        found = re.search(rf"\b{area}\s+{NUMBER}\s+{NUMBER}\s+{NUMBER}", text)
        if not found:
            findings.missing(area, "memory")
            continue
        allocated, used, most = map(int, found.groups())
        share = percentage(used, allocated)
        table += f" {area:<4} {allocated:8d} {used:8d} {most:8d}   {share:3.1f}\n"
        findings.judge_between(share, _limits(view, kind), f"{area} Utilization")
    yield Square(test="memory", color=findings.color, line="", body=table + findings.text, undated=UNDATED)


def _limits(view: View, kind: MemoryKind) -> tuple[int, int]:
    rule = view.rules.first(Memory, lambda rule: rule.kind == kind)
    return (rule.warn, rule.panic) if rule is not None else _USUAL


def maxuser(view: View) -> Iterator[Square]:
    """Address spaces: all that there may be, and those that are reserved."""
    text = view.data.get("maxuser")
    if text is None:
        return
    findings = Findings()
    table = ""
    for word, label in _COUNTS:
        found = re.search(rf"\b{word}:\s*{NUMBER}\s+Free:\s*{NUMBER}", text)
        if not found:
            findings.missing(f"{word}:", "maxuser")
            continue
        total, free = map(int, found.groups())
        share = percentage(total - free, total)
        table += f"{label}{total:8d}  Free: {free:8d}  Used: {total - free:8d}  {share:3.1f}\n"
        if word == "Maxusers":
            address_spaces(view, "maxuser", share, "ASID (Maxuser) Utilization", findings)
    yield Square(test="maxuser", color=findings.color, line="", body=table + findings.text, undated=UNDATED)
