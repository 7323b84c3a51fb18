"""What agents send as it is shown in squares: no markup, links to where it came from, and never too much of it."""

from html import escape
from urllib.parse import quote

from hexmon.judge.clients.contract import View
from hexmon.judge.clients.lines import listing
from hexmon.model.color import Color

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


class Told:
    """What a square tells of files or logs, the worst first. Those of one colour take no room from those of another."""

    def __init__(self, longest: int) -> None:
        self._left = dict.fromkeys(Color, longest)
        self._told: dict[Color, list[str]] = {}
        self._more = 0

    def tell(self, color: Color, text: str) -> None:
        """One of them, while there is room; then they are counted."""
        if self._left[color] < 0:
            self._more += 1
            return
        self._left[color] -= len(text)
        self._told.setdefault(color, []).append(text)

    def body(self, what: str, unseen: int) -> str:
        """All of it, an empty line behind each colour; and how many of `what` are not told, or were not judged."""
        more = f"\n[{self._more} {what} more]\n" if self._more else ""
        more += f"\n[{unseen} {what} were not looked at]\n" if unseen else ""
        return "\n".join("".join(self._told[color]) for color in sorted(self._told, reverse=True)) + more


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
