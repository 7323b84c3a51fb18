"""Changes as periods of one colour, and as a bar; pure."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from markupsafe import Markup, escape

from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.web import words
from hexmon.web.ages import absolute, age

WIDTH = 1000.0
HEIGHT = 32
NARROWEST = 2.0  # of WIDTH: a short outage must not vanish in a year


class Period(msgspec.Struct, frozen=True, gc=False):
    """One stretch of one colour; `change` is the number of the change that began it, 0 when it is not stored."""

    start: float
    end: float
    color: Color
    change: int = 0


def periods(changes: Sequence[Change], since: float, until: float) -> list[Period]:
    """The colours between two moments, oldest first; `changes` newest first. What is not known is left out."""
    found: list[Period] = []
    end = until
    for change in changes:
        start = max(change.at, since)
        if start < end:
            found.append(Period(start, end, change.color, change.id))
            end = start
        if change.at <= since:
            break
    else:
        _add_before_the_first(found, changes, since, end)
    return found[::-1]


def _add_before_the_first(found: list[Period], changes: Sequence[Change], since: float, end: float) -> None:
    """The oldest change names the colour that it ended, and since when."""
    if changes and changes[-1].before is not None:
        start = max(changes[-1].before_since, since)
        if start < end:
            found.append(Period(start, end, changes[-1].before))


def shares(stretches: Sequence[Period]) -> list[tuple[Color, float]]:
    """How much of the known time each colour had, worst first."""
    total = sum(period.end - period.start for period in stretches)
    if total <= 0:
        return []
    found: dict[Color, float] = {}
    for period in stretches:
        found[period.color] = found.get(period.color, 0.0) + period.end - period.start
    return [(color, found[color] / total) for color in sorted(found, reverse=True)]


def percent(share: float) -> str:
    """`99.95 %`; never 100 while something is missing, never 0 for something."""
    text = f"{share * 100:.2f}"
    if text == "100.00" and share < 1.0:
        text = "99.99"
    return f"{'0.01' if text == '0.00' and share > 0 else text} %"


def draw(key: StatusKey, stretches: Sequence[Period], since: float, until: float) -> Markup:
    """The bar as SVG; each period is a link to the text that began it."""
    scale = WIDTH / max(until - since, 1.0)
    parts = []
    # The calm ones first: a narrow outage is drawn over its neighbours.
    for period in sorted(stretches, key=lambda one: one.color):
        width = max((period.end - period.start) * scale, NARROWEST)
        left = min((period.start - since) * scale, WIDTH - width)
        label = f"{words.COLOR[period.color]} {absolute(period.start)}, {age(period.end - period.start)[0]}"
        rect = Markup('<rect class="{}" x="{:.2f}" y="0" width="{:.2f}" height="{}"><title>{}</title></rect>').format(
            period.color.word, left, width, HEIGHT, label
        )
        parts.append(_linked(key, period, rect, label))
    body = Markup("").join(parts)
    label = escape(words.TEXT["history"])
    return Markup(
        '<svg class="bar" viewBox="0 0 {:.0f} {}" preserveAspectRatio="none" role="group" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, label, body)


def _linked(key: StatusKey, period: Period, rect: Markup, label: str) -> Markup:
    if not period.change:
        return rect
    path = f"/history/{quote(key.host, safe='')}/{quote(key.test, safe='')}/{period.change}"
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(path, label, rect)
