"""The six colours, in the order of their severity."""

import re
from enum import IntEnum

_LETTERS = re.compile(rb"[A-Za-z]*")


class Color(IntEnum):
    """A larger value is worse; the order decides every "worst of" (xymond(8))."""

    GREEN = 0
    CLEAR = 1
    BLUE = 2
    PURPLE = 3
    YELLOW = 4
    RED = 5

    @property
    def word(self) -> str:
        """The word on the wire: "red"."""
        return WORDS[self]

    @property
    def code(self) -> str:
        """The two-letter code of event logs: "re"."""
        return WORDS[self][:2]


# Indexed by the colour's value: an IntEnum's own `name.lower()` costs ten times as much.
WORDS = ("green", "clear", "blue", "purple", "yellow", "red")
BY_WORD = {word: Color(value) for value, word in enumerate(WORDS)}
_BY_BYTES = {word.encode(): color for word, color in BY_WORD.items()}

OK_COLORS = frozenset({Color.GREEN, Color.CLEAR, Color.BLUE})
ALERT_COLORS = frozenset({Color.RED, Color.YELLOW, Color.PURPLE})


def parse_color(word: bytes) -> Color | None:
    """The colour that a word begins with: its leading letters, at most 7, in any case."""
    found = _BY_BYTES.get(word)
    if found is not None:
        return found
    match = _LETTERS.match(word[:7])
    return _BY_BYTES.get(match.group().lower()) if match else None
