"""What agents send as it is shown in squares: no markup, links to where it came from, and never too much of it."""

from html import escape
from urllib.parse import quote

from hexmon.judge.clients.contract import View
from hexmon.judge.clients.lines import listing

_LONGEST_WORD = 1000


def quoted(text: str) -> str:
    """A text in which markup and colours are only letters."""
    return escape(text, quote=False)


def quoted_listing(view: View, text: str) -> str:
    """A section as a square shows it."""
    return quoted(listing(view, text))


def link(view: View, section: str, name: str) -> str:
    """A name that leads to the section of the agent's message in which it is."""
    address = f"/clientlog/{quote(view.host.name, safe='')}?section={quote(section, safe='/:', errors='replace')}"
    return f'<a href="{address}">{word(name)}</a>'


def word(name: str) -> str:
    """A name that came from an agent."""
    return quoted(name if len(name) <= _LONGEST_WORD else f"{name[:_LONGEST_WORD]}...")


def too_slow(name: str) -> str:
    """What a square says of a setting that it could not judge by."""
    return f"{name}: the pattern took too long, nothing is known of it"


class Room:
    """How many characters of agents' lines a square still takes."""

    def __init__(self, view: View) -> None:
        self._left = view.settings.longest

    @property
    def is_full(self) -> bool:
        """Whether there is none left."""
        return self._left <= 0

    def take(self, text: str) -> str:
        """As much of a text as there is room for, and how much more there is."""
        shown, more = text[: self._left], len(text) - self._left
        self._left -= len(text)
        if more <= 0:
            return quoted(shown)
        self._left = 0
        return f"{quoted(shown)}\n[{more} characters more]" if shown else f"[{more} characters more]"
