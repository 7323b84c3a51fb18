"""The square memory: what each system calls used, against MEMPHYS, MEMACT and MEMSWAP."""

from collections.abc import Iterator

from hexmon.judge.clients.contract import HostRules, MemoryUse, Square, View
from hexmon.judge.clients.notes import Note, groups_of, worst
from hexmon.judge.clients.rules import Memory, MemoryKind
from hexmon.model.color import Color

_USUAL: dict[MemoryKind, Memory] = {
    "phys": Memory(kind="phys", warn=100, panic=101),
    "act": Memory(kind="act", warn=90, panic=97),
    "swap": Memory(kind="swap", warn=50, panic=80),
}
_UNKNOWN = (None, -1)
_ALL = 100
_HEADINGS = f"   {'Memory':16}{'Used':>12}{'Total':>12}{'Percentage':>12}"
_INVALID = " - invalid data"


def memory(view: View) -> Iterator[Square]:
    """From the sections that the system's reader knows; nothing when they do not say how much there is and is used."""
    use = view.system.memory(view.data) if view.system.memory is not None else None
    if use is not None and use.physical_total not in _UNKNOWN and use.physical_used not in _UNKNOWN:
        yield memory_square(use, view.rules)


def memory_square(use: MemoryUse, rules: HostRules) -> Square:
    """The table, and the worst of its rows."""
    rows = [
        *_row("phys", "Real/Physical", use.physical_used, use.physical_total, rules),
        *_row("act", "Actual/Virtual", use.actual_used, use.actual_total, rules),
        *_row("swap", "Swap/Page", use.swap_used, use.swap_total, rules),
    ]
    color = worst(row for row in rows if not row.text.endswith(_INVALID))
    word = "CRITICAL" if color is Color.RED else "low" if color is Color.YELLOW else "OK"
    if color is Color.GREEN and use.physical_total == 0:
        color, word = Color.YELLOW, "detection FAILED"
    elif any(row.text.endswith(_INVALID) for row in rows):
        color, word = max(color, Color.YELLOW), "invalid data when parsing"
    return Square(
        test="memory",
        color=color,
        line=f"- Memory {word}",
        body="\n".join([_HEADINGS, *(row.line for row in rows)]),
        groups=groups_of(rows),
    )


def per_cent(used: int, total: int) -> int:
    """Whole per cent, cut as C cuts them; 0 of nothing."""
    if total <= 0:
        return 0
    return 100 * used // total if used >= 0 else -(-100 * used // total)


def _row(kind: MemoryKind, name: str, used: int | None, total: int | None, rules: HostRules) -> Iterator[Note]:
    """Only actual memory can be used more than once, and is judged then.

    Of swap more than all of it is a sign that the agent's figures were not understood.
    """
    if used is None:
        return
    total = 0 if total is None else total
    share = per_cent(used, total)
    figures = f"{name:16}{used:11}M{total:11}M"
    if share > _ALL and kind == "swap":
        yield Note(Color.YELLOW, f"{figures}{0:11}%{_INVALID}")
        return
    rule = rules.first(Memory, lambda one: one.kind == kind) or _USUAL[kind]
    color = Color.GREEN
    if share <= _ALL or kind == "act":
        color = Color.RED if share > rule.panic else Color.YELLOW if share > rule.warn else Color.GREEN
    yield Note(color, f"{figures}{share:11}%", rule.groups)
