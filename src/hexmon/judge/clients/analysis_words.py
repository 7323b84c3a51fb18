"""The words of a line of analysis.cfg, and the values that they mean. Pure.

What xymond_client takes otherwise than it was meant is taken so here, and is a mistake with its line.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from hexmon.config.suggest import Suggestions
from hexmon.judge.clients.expression import Expression
from hexmon.model.color import BY_WORD, Color, parse_color
from hexmon.model.timespec import parse_duration, parse_duration_strict

_PART = re.compile(r'"[^"]*(?:"|\Z)|[^ \t"]+')
_OPTION_QUOTED = re.compile(r'[A-Za-z][\w-]*="[^"]*\Z', re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_REAL = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")
_OCTAL = re.compile(r"[0-7]{1,9}")
_LONG_NUMBER = re.compile(r"[0-9]{10}")
_NOT_A_DIGIT = re.compile(r"[A-Z]|[^\x00-\x7f]")
_IS_A_PATTERN = re.compile(r"[.\])\w][*+]|\\[.sSdDwWbB/]|(?<=.)\||\A\^|\$\Z")
_OPENED = re.compile(r"[(\[{][^)\]}]*\Z")
_QUALIFIERS = (
    "HOST", "EXHOST", "PAGE", "EXPAGE", "DISPLAYGROUP", "EXDISPLAYGROUP", "CLASS", "EXCLASS", "OS", "EXOS",
    "TIME", "EXTIME", "TEXT", "GROUP",
)  # fmt: skip
_COLORS = Suggestions(BY_WORD)

Say = Callable[[str, str], None]
"""Takes what is wrong, and what was probably meant."""


def split_words(text: str) -> list[str]:
    """Words with blanks or tabs between them; what stands in double quotes belongs together.

    Quotes around a whole word go, and those around the value of `KEY="..."`; others stay.
    """
    words: list[str] = []
    end = -1
    for part in _PART.finditer(text):
        if part.start() == end:
            words[-1] += part[0]
        else:
            words.append(part[0])
        end = part.end()
    return list(map(_unquoted, words))


def _unquoted(word: str) -> str:
    bare = word.removeprefix('"').removesuffix('"')
    if word.endswith('"') and _OPTION_QUOTED.match(bare):
        key, _, value = bare.partition("=")
        return f"{key}={value[1:]}"
    return bare


def qualifier(word: str) -> tuple[str, str] | None:
    """The name in capitals and the value of a word such as `HOST=www`; None for any other word."""
    name, equals, value = word.partition("=")
    capitals = name.upper()
    return (capitals, value) if equals and capitals in _QUALIFIERS else None


def track_word(word: str, before: str | None) -> str | None:
    """The name that `TRACK=name` gives a figure, "" for the usual one; None for another word.

    `before` is what was said already: TRACK alone leaves a name as it is.
    """
    if not word.lower().startswith("track"):
        return None
    value = word[len("track") :]
    return value[1:] if value.startswith("=") else before or ""


class Words:
    """The words of a line, taken one after the other. A setting's own words end before the next qualifier."""

    def __init__(self, words: list[str], mistake: Say, note: Say) -> None:
        self._words = words
        self._place = 0
        self.setting = ""  # whose words these are, for what is told
        self.mistake = mistake
        self.note = note

    def next(self) -> str | None:
        """The next word, whatever it is."""
        self._place += 1
        return self._words[self._place - 1] if self._place <= len(self._words) else None

    def peek(self) -> str | None:
        """The next word of the setting, which stays; None before a qualifier and at the end."""
        word = self._words[self._place] if self._place < len(self._words) else None
        return None if word is None or qualifier(word) else word

    def take(self) -> str | None:
        """The next word of the setting."""
        word = self.peek()
        if word is not None:
            self._place += 1
        return word

    def rest(self) -> Iterator[str]:
        """All that are left of the setting."""
        while (word := self.take()) is not None:
            yield word

    def name(self) -> str | None:
        """What the setting is about: the next word even when it looks like a qualifier."""
        word = self.next()
        if word is None:
            self.mistake(f"{self.setting} without a name; it is left out", f"write: {self.setting} name")
        elif qualifier(word):
            self.mistake(
                f"{self.setting}: '{word}' is taken as the name", f"write: {self.setting} name, and {word} behind it"
            )
        return word

    # Values of the next word; `usual` when there is none

    def whole(self, usual: int) -> int:
        """A number."""
        word = self.take()
        return usual if word is None else self.to_whole(word)

    def real(self, usual: float) -> float:
        """A number that may have decimals."""
        word = self.take()
        return usual if word is None else self.to_real(word)

    def color(self, usual: Color) -> Color:
        """A colour."""
        word = self.take()
        return usual if word is None else self.to_color(word, usual)

    # Values of a word

    def to_whole(self, text: str, most: int = 2**31 - 1) -> int:
        """What a number begins with, 0 for what is none."""
        match = _WHOLE.match(text)
        written = int(match[0]) if match else 0
        value = max(-most - 1, min(written, most))
        if match is None or match[0] != text or value != written:
            self._read_as(text, value)
        return value

    def to_real(self, text: str) -> float:
        """The same with decimals."""
        match = _REAL.match(text)
        value = float(match[0]) if match else 0.0
        if match is None or match[0] != text:
            self._read_as(text, f"{value:g}")
        return value

    def to_octal(self, text: str) -> int:
        """Permissions."""
        match = _OCTAL.match(text)
        value = int(match[0], 8) if match else 0
        if match is None or match[0] != text:
            self._read_as(text, f"{value:o}")
        return value

    def to_seconds(self, text: str) -> float:
        """A duration; its units are small letters."""
        seconds = 0.0 if _LONG_NUMBER.search(text) else parse_duration(_NOT_A_DIGIT.sub("?", text)) or 0.0
        if _LONG_NUMBER.search(text) or parse_duration_strict(text) != seconds or not text.isascii():
            self.mistake(f"{self.setting}: '{text}' is read as {seconds / 60:g} minutes", "write: 10, 90m, 1h30m, 4w")
        return seconds

    def to_color(self, text: str, usual: Color) -> Color:
        """A colour, or the usual one instead of what is none."""
        found = parse_color(text.encode(errors="replace"))
        if found is None:
            meant = _COLORS.closest(text)
            hint = f"did you mean {meant}?" if meant else f"one of {', '.join(reversed(BY_WORD))}"
            self.mistake(f"{self.setting}: '{text}' is no colour; it is {usual.word}", hint)
            return usual
        return found

    def to_expression(self, text: str) -> Expression:
        """Plain text, a list or a pattern."""
        found = Expression(text)
        if found.mistake:
            cut = _OPENED.search(text) and self._place < len(self._words)
            hint = "a blank ends a word: write the whole word in double quotes, or \\s for the blank" if cut else ""
            self.mistake(f"{self.setting}: {found.mistake}; it means nothing", hint)
        return found

    def to_pattern(self, text: str) -> Expression:
        """The same where plain text is searched for: one that was meant as a pattern is told."""
        if not text.startswith("%") and _IS_A_PATTERN.search(text):
            self.mistake(
                f"{self.setting}: '{text}' is searched for letter by letter", f"a pattern begins with %: %{text}"
            )
        return self.to_expression(text)

    def unknown(self, word: str, known: Iterable[str]) -> None:
        """A word that means nothing to this setting."""
        name, sign, _ = re.split(r"([=<>]|\Z)", word, maxsplit=1)
        meant = Suggestions(known).closest(name + sign)
        hint = f"did you mean {meant}?" if meant else ""
        self.mistake(f"{self.setting}: nobody knows '{word}'; it is left out", hint)

    def _read_as(self, text: str, value: object) -> None:
        self.mistake(f"{self.setting}: '{text}' is read as {value}", "write a number")
