"""What the squares of z/OS, z/VM and z/VSE have in common: cpu, paging, cics, and reading figures out of words."""

import re
from collections.abc import Iterator
from struct import pack, unpack

from hexmon.judge.clients.contract import UNDATED, Maker, Square, View
from hexmon.judge.clients.lines import listing
from hexmon.judge.clients.rules import AddressSpaces, Cics, Load, Paging, Percent, Up
from hexmon.model.color import WORDS, Color

NUMBER = r"(-?\d{1,15})"  # more digits are no figure of a machine
_FLOAT = r"\s*(-?\d{1,15}(?:\.\d{1,15})?)"
_UPTIME = re.compile(r"Uptime:\s*(\d{1,9})\s+Days?,\s*(\d{1,9})\s+Hours?,\s*(\d{1,9})\s+Minutes?")
_CICS = re.compile(r"\s*(\S{1,8})\s+\S{1,10}\s+\S{1,8}\s+(-?\d{1,9})" + _FLOAT + r"%?\s" + _FLOAT)
_MOST_APPLICATIONS = 2000
_DAY = 86400

_USUAL_LOAD = Load()
_USUAL_UP = Up()
_USUAL_PAGING = Paging()
_USUAL_CICS = Cics()
_USUAL_SPACES = AddressSpaces(kind="maxuser")


class Findings:
    """What is wrong, in words, and how bad the worst of it is."""

    __slots__ = ("color", "lines")

    def __init__(self) -> None:
        self.color = Color.GREEN
        self.lines: list[str] = []

    def add(self, color: Color, words: str) -> None:
        """One thing more."""
        self.color = max(self.color, color)
        self.lines.append(f"&{WORDS[color]} {words}\n")

    def add_about_boot(self, color: Color, words: str) -> None:
        """The same of UP, whose colour stands for any other but red."""
        before = self.color
        self.add(color, words)
        self.color = before if before is Color.RED else color

    def judge(self, value: float, limits: Percent, what: str) -> None:
        """Above a limit `what` is HIGH, or CRITICAL."""
        self.judge_between(value, (limits.warn, limits.panic), what)

    def judge_between(self, value: float, limits: tuple[float, float], what: str) -> None:
        """The same with the two limits by themselves."""
        warn, panic = limits
        if value > panic:
            self.add(Color.RED, f"{what} is CRITICAL")
        elif value > warn:
            self.add(Color.YELLOW, f"{what} is HIGH")

    def missing(self, what: str, section: str) -> None:
        """The agent did not say what there is to judge."""
        self.add(Color.YELLOW, f"Expected string {what.strip()} not found in section {section}")

    @property
    def text(self) -> str:
        """All of it, and an empty line; nothing when all is well."""
        return "".join(self.lines) + "\n" if self.lines else ""


def percentage(part: int, whole: int) -> float:
    """Per cent as Xymon computes them, in single precision: a limit that is just reached must be so here, too."""
    return _single(_single(_single(part) / _single(whole)) * 100) if whole else 0.0


def _single(value: float) -> float:
    rounded: float = unpack("f", pack("f", value))[0]
    return rounded


def figure_behind(marker: str, text: str) -> float | None:
    """The number that follows these letters."""
    found = re.search(re.escape(marker) + _FLOAT, text)
    return float(found[1]) if found else None


def cpu_of(system: str, marker: str) -> Maker:
    """A maker of cpu: the utilization follows `marker` in the section [cpu]."""

    def cpu(view: View) -> Iterator[Square]:
        text, uptime = view.data.get("cpu"), view.data.get("uptime")
        if text is None or uptime is None:
            return
        findings = Findings()
        used = figure_behind(marker, text)
        if used is None:
            findings.missing(marker, "cpu")
        else:
            load = view.rules.first(Load) or _USUAL_LOAD
            findings.judge_between(used, (load.warn, load.panic), "Load")
        _judge_uptime(view, uptime, findings)
        line = "" if used is None else f"{system} CPU Utilization {used:3.0f}%"
        body = f" {listing(view, uptime)}\n {listing(view, text)}\n{findings.text}"
        yield Square(test="cpu", color=findings.color, line=line, body=body, undated=UNDATED)

    return cpu


def _judge_uptime(view: View, text: str, findings: Findings) -> None:
    found = _UPTIME.match(text)
    if not found:
        return
    days, hours, minutes = map(int, found.groups())
    seconds = days * _DAY + 60 * (60 * hours + minutes)
    rule = view.rules.first(Up) or _USUAL_UP
    if rule.recent is not None and seconds < rule.recent:
        findings.add_about_boot(rule.color, "Machine recently rebooted")
    if rule.ancient is not None and seconds > rule.ancient:
        days_at_most = int(rule.ancient) // _DAY
        findings.add_about_boot(rule.color, f"Machine has been up more than {days_at_most} days")


def paging_of(system: str, marker: str, section: str = "paging") -> Maker:
    """A maker of paging: pages per second follow `marker` in that section."""

    def paging(view: View) -> Iterator[Square]:
        text = view.data.get(section)
        if text is None:
            return
        findings = Findings()
        rate = figure_behind(marker, text)
        line = ""
        if rate is None:
            findings.missing(marker, section)
        else:
            pages = int(rate + 0.5)
            line = f"{system} Paging Rate {pages} per second"
            findings.judge(pages, view.rules.first(Paging) or _USUAL_PAGING, "Paging Rate")
        body = f" {listing(view, text)}\n{findings.text}"
        yield Square(test="paging", color=findings.color, line=line, body=body, undated=UNDATED)

    return paging


def cics(view: View) -> Iterator[Square]:
    """CICS systems, one a line: name, date, time, transactions (-1: it does not respond), DSA and EDSA in per cent."""
    text = view.data.get("cics")
    if text is None:
        return
    findings = Findings()
    table = []
    for line in text.split("\n", _MOST_APPLICATIONS)[:_MOST_APPLICATIONS]:
        found = _CICS.match(line)
        if found:
            name, transactions, dsa, edsa = found[1], int(found[2]), float(found[3]), float(found[4])
            table.append(f"{name:<8} {transactions:6d}       {dsa:3.1f}        {edsa:3.1f}\n")
            _judge_cics(view, name, findings, transactions < 0, (dsa, edsa))
        elif line.strip():
            table.append(f"{line[:200]}\n")
    head = "One or more CICS Systems not OK" if findings.lines else "All CICS Systems OK"
    body = "".join(findings.lines)
    if table:
        body += "Appl ID   Trans    DSA Pct    EDSA Pct\n" + "".join(table)
    yield Square(test="cics", color=findings.color, line=head, body=body, undated=UNDATED)


def _judge_cics(view: View, name: str, findings: Findings, away: bool, used: tuple[float, float]) -> None:
    if away:
        findings.add(Color.YELLOW, f"CICS system {name} not responding, removed")

    def fits(rule: Cics) -> bool:
        return rule.application is not None and rule.application.names(name)

    rule = view.rules.first(Cics, fits) or _USUAL_CICS
    findings.judge_between(used[0], (rule.warn_dsa, rule.panic_dsa), f"{name} DSA Utilization")
    findings.judge_between(used[1], (rule.warn_edsa, rule.panic_edsa), f"{name} EDSA Utilization")


def address_spaces(view: View, kind: str, used: float, what: str, findings: Findings) -> None:
    """Judge a whole number of per cent by MAXUSER or NPARTS."""
    rule = view.rules.first(AddressSpaces, lambda rule: rule.kind == kind)
    findings.judge(int(used), rule or _USUAL_SPACES, what)
