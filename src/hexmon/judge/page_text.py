"""What a web server said, as it may stand in a report: limited, without control characters, without HTML of its own."""

import re
from html import escape

import msgspec

from hexmon.model.observation import Observation, Reply
from hexmon.model.text import readable

LONGEST_BODY = 32 * 1024  # characters that are shown
LONGEST_LINE = 300
_MOST_HEADS = 100
_HEAD_END = b"\r\n\r\n"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")
_PREFIXES = "?!~"


class Answer(msgspec.Struct, frozen=True):
    """The headers of each response, redirects first, and the body of the last."""

    heads: tuple[bytes, ...]
    body: bytes


def answer_of(reply: Reply) -> Answer:
    """The evidence of a fetch, in its parts. The fact `redirects` says how many responses came before the last."""
    heads = []
    rest = reply.evidence
    for _ in range(min(int(reply.facts.get("redirects", 0)), _MOST_HEADS) + 1):
        head, end, behind = rest.partition(_HEAD_END)
        if not end or not head.startswith(b"HTTP/"):
            break
        heads.append(head)
        rest = behind
    return Answer(tuple(heads), rest)


def safe(text: bytes) -> str:
    """Text from the network: a dot for what cannot be shown, and no markup."""
    return escape(_CONTROLS.sub(".", readable(text)), quote=False)


def as_line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line of at most so many characters, without markup."""
    return escape(cut(text, longest), quote=False)


def cut(text: str, longest: int) -> str:
    """The same, not yet safe beside HTML."""
    line = _CONTROLS.sub(".", " ".join(text[: 10 * longest].split()))
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def shown_body(body: bytes) -> str:
    """The body as its source; of an HTML page what is between the tags of its body."""
    text = _CONTROLS.sub(".", readable(_inner(body)).strip("\r\n"))
    if not text.strip():
        return "No body output received from server"
    more = len(text) - LONGEST_BODY
    shown = f"{text[:LONGEST_BODY]}\n(and {more} more characters)" if more > 0 else text
    return escape(shown, quote=False)


def _inner(page: bytes) -> bytes:
    lower = page.lower()
    start = lower.find(b"<body")
    begin = lower.find(b">", start) + 1 if start >= 0 else 0
    if not begin:
        return page
    end = lower.rfind(b"</body")
    return page[begin : end if end > begin else None]


def url_of(observation: Observation) -> str:
    """The URL that was asked for, without credentials."""
    url = str(getattr(observation.check.options, "url", "")) or observation.check.spec.lstrip(_PREFIXES)
    return without_credentials(url)


def without_credentials(url: str) -> str:
    """`https://user:secret@host/` -> `https://host/`."""
    return _CREDENTIALS.sub("", url, count=1)
