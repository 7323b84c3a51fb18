"""The DS settings: figures of the graphs that colour squares (analysis.cfg(5), xymond_rrd(8))."""

import operator
import re
from collections.abc import Callable, Mapping

import msgspec

from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import DataSet
from hexmon.model.color import Color

SOURCE = "rrdds"

_URLS = "http"  # files of this column are named after URLs, which have commas
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_PLACEHOLDER = re.compile("&([NVLU])")


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with a figure, for a column."""

    color: Color
    cause: bytes


def judge_values(rules: HostRules, file: str, values: Mapping[str, float]) -> dict[str, Finding | None]:
    """What the settings make of the figures that go to a file (`tcp.conn.rrd`): at most one finding for each column.

    None for columns whose figures are well; those that the figures say nothing of are left out.

    The first setting for a column, data set and colour decides, whether its limits are exceeded or not. Of those that
    are exceeded the worst colour counts, and of equal ones the first.
    """
    decided: set[tuple[str, str, Color]] = set()
    worst: dict[str, Finding | None] = {}
    for rule in rules.all(DataSet):
        value = values.get(rule.data_set)
        target = (rule.column, rule.data_set, rule.color)
        if value is None or target in decided or not _means(rule.file, file, rule.column):
            continue
        decided.add(target)
        known = worst.setdefault(rule.column, None)
        if _is_inside(rule, value) and (known is None or rule.color > known.color):
            cause = _cause(rule, value).encode(errors="surrogateescape")
            worst[rule.column] = Finding(rule.color, cause)
    return worst


def _means(wanted: Expression, file: str, column: str) -> bool:
    if column == _URLS and wanted.pattern is None:
        return wanted.text in ("*", file)
    return wanted.names(file)


def _is_inside(rule: DataSet, value: float) -> bool:
    return bool(rule.limits) and all(_SIGNS[sign](value, limit) for sign, limit in rule.limits)


def _cause(rule: DataSet, value: float) -> str:
    limits = [limit for _, limit in rule.limits]
    words = {
        "N": rule.data_set,
        "V": f"{value:.15g}",
        "L": f"{min(limits):.2f}",
        "U": f"{max(limits):.2f}",
    }
    text = " ".join(rule.text.split()) or _usual_text(rule)
    return _PLACEHOLDER.sub(lambda found: words[found[1]], text)


def _usual_text(rule: DataSet) -> str:
    """`sec=0.7 (> 0.50)`, as xymond_rrd says it."""
    return f"&N=&V ({' and '.join(f'{sign} {limit:.2f}' for sign, limit in rule.limits)})"
