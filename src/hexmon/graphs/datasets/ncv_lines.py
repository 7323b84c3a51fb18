"""The lines of a status that name a value, and the comments in it that leave some out."""

import re
from collections.abc import Iterator

from hexmon.graphs.datasets.reading import LONGEST_LINE

_BLANK = re.compile(r"[ \t\n]*")
_DIRECTIVE = "<!-- ncv_"
_UNTIL = "</-->"
_SIGN = re.compile(r"[:=\n]")
_COLOR = re.compile(r"&[a-z]*[ \t]*")
_VALUE = re.compile(r"[ \t]*([-+]?[0-9.+\-eE]*)")
_NUMBER = re.compile(r"[-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,3})?")
_END = "@@\n"


class _Reader:
    """Where in the text we are, and whether lines are left out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.skipping = False

    def next_line(self) -> None:
        end = self.text.find("\n", self.place)
        self.place = len(self.text) if end < 0 else end + 1

    def blanks(self) -> None:
        found = _BLANK.match(self.text, self.place)
        self.place = found.end() if found else self.place

    def is_over(self) -> bool:
        return self.place >= len(self.text) or self.text.startswith(_END, self.place)

    def directive(self) -> bool:
        """Do what a comment asks for; False when a name and a value may follow it."""
        begin = self.place + len(_DIRECTIVE)
        for word, act in _DIRECTIVES.items():
            if self.text.startswith(f"{word} -->", begin):
                self.place = begin + len(word) + 4
                return act(self)
        self.place = begin
        self._behind(">")
        return False

    def skip(self) -> bool:
        self.next_line()
        return True

    def skip_start(self) -> bool:
        self.skipping = True
        return self.skip()

    def skip_end(self) -> bool:
        self.skipping = False
        return True

    def ignore(self) -> bool:
        """What stands between this and `</-->` on its line."""
        end = self.text.find(_UNTIL, self.place)
        line_end = self.text.find("\n", self.place)
        if end < 0 or 0 <= line_end < end:
            return self.skip()
        self.place = end + len(_UNTIL)
        self.blanks()
        return False

    def end(self) -> bool:
        self.place = len(self.text)
        return True

    def _behind(self, sign: str) -> None:
        end = self.text.find(sign, self.place)
        self.place = len(self.text) if end < 0 else end + 1
        self.blanks()

    def pair(self) -> tuple[str, str] | None:
        """The name and the value of this line, if it has both, and on to the next one."""
        begin, found = self.place, _SIGN.search(self.text, self.place)
        if found is None:
            self.place = len(self.text)
            return None
        if found[0] == "\n" or found.start() - begin > LONGEST_LINE:
            self.place = found.start()
            self.next_line()
            return None
        value = _VALUE.match(self.text, found.end())
        self.place = value.end() if value else found.end()
        self.next_line()
        name = _COLOR.sub("", self.text[begin : found.start()], count=1) if self.text[begin] == "&" else None
        return (self.text[begin : found.start()] if name is None else name), value[1] if value else ""


_DIRECTIVES = {
    "skip": _Reader.skip,
    "skipstart": _Reader.skip_start,
    "skipend": _Reader.skip_end,
    "ignore": _Reader.ignore,
    "end": _Reader.end,
}


def named_values(text: str) -> Iterator[tuple[str, str]]:
    """Names as they stand there, and numbers."""
    reader = _Reader(text)
    while not reader.is_over():
        reader.blanks()
        if reader.is_over():
            return
        if text.startswith(_DIRECTIVE, reader.place) and reader.directive():
            continue
        if reader.skipping:
            reader.next_line()
        elif reader.place < len(text) and (pair := reader.pair()) and _NUMBER.fullmatch(pair[1]):
            yield pair
