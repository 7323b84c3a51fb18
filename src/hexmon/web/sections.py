"""Client data as pages show it: as it came, or only the sections that somebody chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from hexmon.model.client import ClientData
from hexmon.web.text import to_html

MOST_SECTIONS = 200  # that are offered
LONGEST_NAME = 255
_COLLECTOR = "collector:"


@dataclass(frozen=True)
class Section:
    """One that is offered; `query` shows it alone."""

    name: str
    query: str
    chosen: bool


@dataclass(frozen=True)
class Shown:
    """`html` is safe; `cut` says that it is only the beginning; `found` that there is any of what was chosen."""

    html: Markup
    cut: bool
    sections: tuple[Section, ...]
    more: int
    found: bool = True


def show(message: bytes, chosen: Sequence[str]) -> Shown:
    """A message, or of it the sections with those names. For a thread: it may be long."""
    data = ClientData(message)
    names = [name for name in data.names if not name.startswith(_COLLECTOR)]
    offered = tuple(Section(name, f"?section={quote(name, safe='')}", name in chosen) for name in names[:MOST_SECTIONS])
    text, cut = message, False
    wanted = [name for name in dict.fromkeys(chosen) if data.get(name) is not None]
    if chosen:
        parts = (f"[{name}]\n{data.text(name).rstrip()}\n" for name in wanted[:MOST_SECTIONS])
        text = "\n".join(parts).encode(errors="surrogateescape")
    html, cut = to_html(text)
    return Shown(
        html=Markup(html),  # noqa: S704 - sanitised
        cut=cut,
        sections=offered,
        more=len(names) - len(offered),
        found=bool(wanted) or not chosen,
    )
