"""The colours of a stretch of time as a bar; pure."""

from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup, escape

from hexmon.history.timeline import Period
from hexmon.model.names import StatusKey
from hexmon.web import words
from hexmon.web.ages import absolute, age

WIDTH = 1000.0
HEIGHT = 32
NARROWEST = 2.0  # of WIDTH: a short outage must not vanish in a year


def percent(share: float) -> str:
    """`99.95 %`; never 100 while something is missing, never 0 for something."""
    shown = 100.0 if share >= 100.0 else min(max(share, 0.01), 99.99)
    return f"{shown:.2f} %"


def draw(key: StatusKey, stretches: Sequence[Period], since: float, until: float) -> Markup:
    """The bar as SVG; each period is a link to the text that began it."""
    scale = WIDTH / max(until - since, 1.0)
    parts = []
    # The calm ones first: a narrow outage is drawn over its neighbours.
    for period in sorted(stretches, key=lambda one: one.color):
        width = max(period.seconds * scale, NARROWEST)
        left = min((period.begin - since) * scale, WIDTH - width)
        label = f"{words.COLOR[period.color]} {absolute(period.begin)}, {age(period.seconds)[0]}"
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
