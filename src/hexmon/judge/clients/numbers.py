"""Figures out of what agents send: whole numbers at the beginning of words, of any length."""

import re
from itertools import islice

# The most that is told of a figure: nothing that is counted here comes near.
MOST = 10**15
_DIGITS = 15
_NEAR = 400  # characters behind a label in which its figures are
_WORDS = re.compile(r"[^ \t\n\v\f\r]+")
_WHOLE = re.compile(r"[ \t]*([+-]?)([0-9]+)")


def whole(word: str) -> int | None:
    """The number that a word begins with, "97" of "97%"; None when it begins with none. At most MOST."""
    if len(word) <= _DIGITS and word.isascii() and word.isdigit():
        return int(word)
    match = _WHOLE.match(word)
    if match is None:
        return None
    digits = match[2].lstrip("0")
    value = int(digits or "0") if len(digits) <= _DIGITS else MOST
    return -value if match[1] == "-" else value


def wholes(text: str, count: int) -> tuple[int, ...]:
    """The first `count` words of a text, as long as they are numbers; the last may have more behind its number."""
    found: list[int] = []
    for match in islice(_WORDS.finditer(text), count):
        word = match[0]
        value = whole(word)
        if value is not None:
            found.append(value)
        if not word.lstrip("+-").isdigit():
            break
    return tuple(found)


def after(text: str, label: str, count: int = 1) -> tuple[int, ...]:
    """Up to `count` numbers behind the first `label` of a text; none when it has no such label."""
    found = text.find(label)
    begin = found + len(label)
    return wholes(text[begin : begin + _NEAR], count) if found >= 0 else ()


def labelled(text: str, label: str) -> int | None:
    """The number behind a label, 0 when something else stands there; None without the label."""
    return (after(text, label) or (0,))[0] if label in text else None
