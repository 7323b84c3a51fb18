"""Status texts, which come from the network, as safe HTML and as one line."""

import re
from functools import lru_cache
from html import escape, unescape

import nh3

from hexmon.model.color import BY_WORD, Color
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
    r"(?: \d{4})? \d\d?:\d\d(?::\d\d)?(?: [A-Z]{2,5}| [+-]\d{4})?(?: \d{4})?\]?"
)

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
    """What the first line says, as plain text: no colour word, no date, no HTML, at most LONGEST_LINE characters.

    The date is left out because it changes with every report while what is said does not.
    """
    return _first_line(raw[:2000])


@lru_cache(maxsize=4096)
def _first_line(raw: bytes) -> str:
    text = without_color(readable(raw).lstrip("\r\n"))
    for line in _COMMENT.sub("", text).split("\n")[:4]:
        plain = _PLAIN_MARKER.sub("", _ELEMENT.sub(" ", _DATE.sub("", line)))
        said = " ".join(_visible(unescape(plain)).split()).strip(" -:")
        if said:
            return said if len(said) <= LONGEST_LINE else said[: LONGEST_LINE - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return ""
