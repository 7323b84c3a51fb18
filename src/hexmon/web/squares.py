"""Squares, rows and tables of the matrix as HTML; pure and fast: a page has thousands of squares."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import quote

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import Status
from hexmon.web import words
from hexmon.web.ages import absolute, age, iso
from hexmon.web.matrix import LONG_GROUP, Table
from hexmon.web.propagation import is_acknowledged
from hexmon.web.text import line_of

RECENT = 300.0  # seconds in which a change is shown by a ring
EMPTY = "<td></td>"


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A piece of a page, and the moment after which it must be made again."""

    html: str
    until: float


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row that was drawn: for which columns, at which version of its host."""

    version: int
    columns: tuple[str, ...]
    host: Host
    html: str
    until: float


def url(kind: str, host: str, test: str = "") -> str:
    """The path of a page about a host or a square: `/status/www/http`."""
    path = f"/{kind}/{quote(host, safe='')}"
    return f"{path}/{quote(test, safe='')}" if test else path


def picture(host: str, graph: str) -> str:
    """The address of the picture of a graph: the last day, for the card of a wall."""
    return f"/graph/{quote(host, safe='')}/{quote(graph, safe='')}.svg?range=24h&size=card"


def picture_page(host: str, graph: str) -> str:
    """The page of a graph, to look closer."""
    return f"/graph/{quote(host, safe='')}/{quote(graph, safe='')}"


def square(status: Status, now: float) -> Fragment:
    """One square. Green and calm ones say nothing that changes; others show their age."""
    host, test = status.key
    return _square(status, now, url("status", host, test), escape(test))


def _square(status: Status, now: float, href: str, test: str) -> Fragment:
    color, since = status.color, status.since
    word = color.word
    recent = 0.0 <= now - since < RECENT and since > status.created
    if color is Color.GREEN and not recent:
        return Fragment(_calm(href, test), math.inf)
    classes, ticked = f"s {word}", ""
    until = since + RECENT if recent else math.inf
    if recent:
        classes += " new"
    if color > Color.BLUE and is_acknowledged(status, now):
        classes += " acked"
        ticked = '<svg class="g tick"><use href="#tick"/></svg>'
        until = min(until, _ack_end(status, now))
    shown_age, more = age(now - since)
    label = _label(status, classes)
    if color is Color.GREEN:
        small = ""
    else:
        until = min(until, now + more)
        small = f'<b>{test}</b><time datetime="{iso(since)}">{escape(shown_age)}</time>'
    html = (
        f'<td class="{classes}"><a href="{href}" title="{label}">'
        f'<svg class="g"><use href="#{word}"/></svg>{ticked}{small}</a></td>'
    )
    return Fragment(html, until)


def _calm(href: str, test: str) -> str:
    glyph = '<svg class="g"><use href="#green"/></svg>'
    return f'<td class="s green"><a href="{href}" title="{test} ok">{glyph}</a></td>'


def _label(status: Status, classes: str) -> str:
    acknowledged = f" ({words.TEXT['acknowledged']})" if classes.endswith("acked") else ""
    said = line_of(status) if status.color is not Color.GREEN else ""
    text = f"{status.key.test} {words.COLOR[status.color]}{acknowledged} since {absolute(status.since)}"
    return escape(f"{text}: {said}" if said else text)


def _ack_end(status: Status, now: float) -> float:
    ends = [info.valid_until for info in status.ack_infos]
    if status.acknowledged is not None:
        ends.append(status.acknowledged.until)
    return max((end for end in ends if end > now), default=math.inf)


def row(host: Host, columns: tuple[str, ...], statuses: Mapping[str, Status], now: float) -> Fragment:
    """A host's row; `statuses` by test."""
    name = quote(host.name, safe="")
    base = f"/status/{name}/"
    until = math.inf
    cells = [_head(host, name)]
    for test, path, label in _written(columns):
        status = statuses.get(test)
        if status is None:
            cells.append(EMPTY)
            continue
        if status.color is Color.GREEN and now - status.since >= RECENT:
            cells.append(_calm(base + path, label))  # nearly all are: no call more than needed
            continue
        drawn = _square(status, now, base + path, label)
        cells.append(drawn.html)
        until = min(until, drawn.until)
    cells.append("</tr>")
    return Fragment("".join(cells), until)


@lru_cache(maxsize=256)
def _written(columns: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Each test as it is, as part of a path, and as text."""
    return tuple((test, quote(test, safe=""), escape(test)) for test in columns)


def _head(host: Host, quoted: str) -> str:
    label = escape(host.display_name or host.name)
    comment = f" <small>{escape(host.comment)}</small>" if host.comment else ""
    facts = [fact for fact in (host.description, host.ip if host.ip != "0.0.0.0" else "") if fact]  # noqa: S104
    if host.display_name and host.display_name != host.name:
        facts.insert(0, host.name)
    title = f' title="{escape(" · ".join(facts))}"' if facts else ""
    # What the search box looks at besides the text of the row.
    also = escape(f"{host.name} {host.ip}".lower())
    return f'<tr data-also="{also}"><th scope="row"{title}><a href="/host/{quoted}">{label}</a>{comment}</th>'


def head(table: Table) -> str:
    """The caption and the headings of a table."""
    names = "".join(f'<th scope="col"><span>{escape(test)}</span></th>' for test in table.columns)
    return f'<thead><tr><th scope="col" class="corner"><span>{words.TEXT["host"]}</span></th>{names}</tr></thead>'


def table(layout: Table, rows: Sequence[str], number: int) -> str:
    """A whole group. `rows` are the drawn rows in the order of `layout.rows`."""
    kind = " long" if len(layout.rows) > LONG_GROUP else ""
    parts = []
    if layout.heading:
        parts.append(f'<h2 class="heading">{escape(layout.heading)}</h2>')
    title = f'<h2 id="g{number}">{escape(layout.title)}</h2>' if layout.title else ""
    named = f' aria-labelledby="g{number}"' if layout.title else ""
    parts.append(f'<section class="group{kind}"{named}>{title}')
    if rows:
        parts.append(f'<table class="matrix">{head(layout)}<tbody>')
        for number_of_row, (place, html) in enumerate(zip(layout.rows, rows, strict=True)):
            if place.title:
                parts.append(_titled(layout, place.title, headings=number_of_row > 0))
            parts.append(html)
        parts.append("</tbody></table>")
    parts.append("</section>")
    return "".join(parts)


def _titled(layout: Table, title: str, *, headings: bool) -> str:
    """The row of a `title` line; the columns are named again behind it, but not right below their headings."""
    span = 1 if headings else len(layout.columns) + 1
    names = "".join(f'<th class="again"><span>{escape(test)}</span></th>' for test in layout.columns if headings)
    return f'<tr class="title"><th scope="rowgroup" colspan="{span}"><span>{escape(title)}</span></th>{names}</tr>'


def turned(layout: Table, rows: Sequence[Sequence[str]], heads: Sequence[str], number: int) -> str:
    """The same with hosts across and tests down (`vpage`); `rows` are lists of squares, `heads` the hosts' links."""
    title = f'<h2 id="g{number}">{escape(layout.title)}</h2>' if layout.title else ""
    across = "".join(f'<th scope="col"><span>{link}</span></th>' for link in heads)
    down = "".join(
        f'<tr><th scope="row">{escape(test)}</th>{"".join(column[index] for column in rows)}</tr>'
        for index, test in enumerate(layout.columns)
    )
    corner = f'<th scope="col" class="corner"><span>{words.TEXT["test"]}</span></th>'
    return (
        f'<section class="group">{title}<table class="matrix turned"><thead><tr>{corner}{across}</tr></thead>'
        f"<tbody>{down}</tbody></table></section>"
    )
