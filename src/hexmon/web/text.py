"""Status texts, which come from the network, as safe HTML and as one line."""

import re
from functools import lru_cache
from html import escape, unescape

import nh3

from hexmon.model.color import BY_WORD, Color
from hexmon.model.status import Status
from hexmon.model.text import readable
from hexmon.web import words

LONGEST_SHOWN = 200_000
LONGEST_LINE = 160

_COLORS = "green|clear|blue|purple|yellow|red"
_WORDS = "abbr b big blockquote br caption center code dd div dl dt em font h1 h2 h3 h4 h5 h6 hr i li ol p pre s small"
_MORE_WORDS = "a span strong sub sup table tbody td tfoot th thead tr tt u ul"
_TAGS = frozenset((*_WORDS.split(), *_MORE_WORDS.split()))
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
# A "<" that opens none of our tags is kept as a character: log lines such as <root@www> are evidence.
_STRAY = re.compile(rf"<(?!/?(?:{'|'.join(sorted(_TAGS))})(?=[\s/>])|!--)", re.IGNORECASE)
# nh3 writes every attribute in double quotes; markers are replaced between tags only, never inside one.
_TAG = re.compile(r'(<[^>"]*(?:"[^"]*"[^>"]*)*>)')
_MARKER = re.compile(rf"(?<![^\s>(\[|,;:])&amp;({_COLORS})(?![A-Za-z0-9_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_FIRST_WORD = re.compile(rf"\s*(?:{_COLORS})(?![A-Za-z0-9_-])[ \t]*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_PLAIN_MARKER = re.compile(rf"(?<![^\s>(\[|,;:])&(?:{_COLORS})(?![A-Za-z0-9_])")
_DATE = re.compile(
    r"\[?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:[A-Z][a-z]{2} [ \d]?\d|\d{1,2} [A-Z][a-z]{2})"
    r"(?: \d{4})? \d\d?:\d\d(?::\d\d)?(?: [AP]M)?(?: [A-Z]{2,5}| [+-]\d{4})?(?: \d{4})?\]?"
)
# Dates of other writers and languages; within a line they may be what is said, so only where it begins.
_DATE_FIRST = re.compile(
    r"\s*\[?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?"
    r"|\w{2,4}\.?,? \d{1,2}\.? \w{3,5}\.?(?: \d{4})?,? \d\d?:\d\d(?::\d\d)?(?: [AP]M)?"
    r"(?: [A-Z]{2,5}| [+-]\d{4})?(?: \d{4})?)\]?(?![\w])"
)
# What the first line of a network or client test says of every failure, and where the cause is told instead.
_NOT_OK = re.compile(r"[^:]{0,80}?\bnot ok\b\W*", re.IGNORECASE)
_SENTENCE = re.compile(r"Service \S+ on \S+ is [^:\n]{1,80}? : (.+)")
_UNAVAILABLE = re.compile(r"Service (?:listening but )?unavailable \((.+)\)\Z")
_ROUTER = "causing this host to be unreachable."
_BAD_LINE = re.compile(r"\s*&(?:red|yellow)(?![A-Za-z0-9_])")

GLYPH: dict[Color, str] = {
    color: f'<svg class="g {color.word}" role="img" aria-label="{words.COLOR[color]}"><use href="#{color.word}"/></svg>'
    for color in Color
}
_GLYPH_OF = {word: GLYPH[color] for word, color in BY_WORD.items()}


def _visible(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_color(text: str) -> str:
    """The text after the colour word that a report begins with."""
    return _FIRST_WORD.sub("", text, count=1) if _FIRST_WORD.match(text) else text


def to_html(raw: bytes) -> tuple[str, bool]:
    """The text with its harmless HTML kept and `&red` etc. as glyphs; and whether it was cut at LONGEST_SHOWN."""
    cut = len(raw) > LONGEST_SHOWN
    text = _visible(without_color(readable(raw[:LONGEST_SHOWN])))
    if "<" not in text:
        clean = escape(unescape(text), quote=False)
    else:
        clean = nh3.clean(
            _STRAY.sub("&lt;", text),
            tags=set(_TAGS),
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    return "".join(_with_glyphs(part) for part in _TAG.split(clean)), cut


def _with_glyphs(part: str) -> str:
    if part.startswith("<") or "&amp;" not in part:
        return part
    return _MARKER.sub(lambda found: _GLYPH_OF[found[1]], part)


def first_line(raw: bytes) -> str:
    """What the report says in one line, as plain text of at most LONGEST_LINE characters.

    That is its first line without colour word, date and HTML; where this says no more than `ssh NOT ok`, the cause that
    the lines below it name. The date is left out because it changes with every report while what is said does not.
    """
    return _first_line(raw[:2000])


@lru_cache(maxsize=4096)
def _first_line(raw: bytes) -> str:
    text = without_color(readable(raw).lstrip("\r\n"))
    lines = _COMMENT.sub("", text).split("\n")
    spoken = ((number, said) for number, line in enumerate(lines[:4]) if (said := _plain(line)))
    number, said = next(spoken, (0, ""))
    failed = _NOT_OK.match(said)
    if failed is not None:
        said = said[failed.end() :] or _cause(lines[number + 1 :]) or said
    return said if len(said) <= LONGEST_LINE else said[: LONGEST_LINE - 1] + "\N{HORIZONTAL ELLIPSIS}"


def line_of(status: Status) -> str:
    """What a square says in one line; of one without a report, that what it shows is what was said before."""
    said = first_line(status.text)
    return f"{words.TEXT['silent']} {said}".strip() if status.color is Color.PURPLE else said


def _plain(line: str) -> str:
    undated = _DATE_FIRST.sub("", _DATE.sub("", line), count=1) if _DATE_FIRST.match(line) else _DATE.sub("", line)
    return " ".join(_visible(unescape(_PLAIN_MARKER.sub("", _ELEMENT.sub(" ", undated)))).split()).strip(" -:")


def _cause(lines: list[str]) -> str:
    """The cause in the sentence of a network test, or the first line that is marked as bad; empty without either."""
    for line in lines:
        sentence = _SENTENCE.match(line)
        if sentence is not None:
            cause = _plain(sentence[1])
            unavailable = _UNAVAILABLE.match(cause)
            return unavailable[1] if unavailable is not None else cause
        if (_BAD_LINE.match(line) or line.endswith(_ROUTER)) and (said := _plain(line)):
            return said
    return ""
