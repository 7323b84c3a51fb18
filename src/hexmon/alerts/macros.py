"""What happens to a line of alerts.cfg before its words are looked at: macros are put in. Pure."""

import re

from hexmon.config.suggest import Suggestions

_DELIMITERS = "\t $.,|%!()[]{}+?/&@:;*"
_USE = re.compile(rf"\$([^{re.escape(_DELIMITERS)}]*)")
_ENDS_NAME = re.compile(rf"[{re.escape(_DELIMITERS)}]")


class Macros:
    """`$NAME=text` puts the text in the place of `$NAME` in the lines that follow.

    A `$` that begins no known name stays: it ends a regular expression. `mistakes` are those of the last line.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self.mistakes: list[tuple[str, str]] = []

    def defines(self, text: str) -> bool:
        """Take a line that defines a macro; False for any other. What the text names is put in now."""
        self.mistakes = []
        name, equals, value = text.partition("=")
        if not (equals and name.startswith("$")):
            return False
        name = name[1:]
        if _ENDS_NAME.search(name):
            written = _ENDS_NAME.split(name, maxsplit=1)[0]
            hint = f"write: ${written or 'NAME'}=text; a line that uses one and has a = begins with another word"
            self.mistakes.append((f"this defines the macro '${name}', which no line can name", hint))
        self._texts[name] = self.expand(value, keep=True)
        return True

    def expand(self, text: str, *, keep: bool = False) -> str:
        """The line with the texts of the macros that it names. `keep`: the mistakes so far remain."""
        if not keep:
            self.mistakes = []
        return _USE.sub(self._text, text) if "$" in text else text

    def _text(self, use: re.Match[str]) -> str:
        found = self._texts.get(use[1])
        if found is not None:
            return found
        if use[1]:
            meant = Suggestions(self._texts).closest(use[1])
            hint = f"did you mean ${meant}?" if meant else f"write before it: ${use[1]}=text"
            self.mistakes.append((f"nobody defined the macro '{use[0]}'", hint))
        return use[0]
