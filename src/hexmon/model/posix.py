r"""POSIX extended regular expressions, as `regcomp(REG_EXTENDED|REG_NOSUB)` of glibc takes them in the C locale.

They are translated to the syntax that RE2 and Perl share. The rules are those of POSIX.1-2017, chapter 9.4, and where
it leaves something open those of glibc: its additions (`\<`, `\b`, `\w`, back references) and its errors.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from hexmon.model.patterns import LONGEST, Pattern, PatternError, compile_expression
from hexmon.model.posix_bracket import CLASSES, EVERY, WORD, read_bracket

_MOST_REPEATS = 0x7FFF  # RE_DUP_MAX
_REPEAT = re.compile(rb"\{((?:[0-9]|\\0)*)(\\?,((?:[0-9]|\\0)*))?\}")
_WORD_START = r"(?:\b(?=\w))"
_WORD_END = r"(?:\b(?<=\w))"


@lru_cache(maxsize=1024)
def compile_posix(text: str) -> Pattern:
    r"""The pattern, with regard to case, over bytes.

    It is searched for in linear time, except with back references, `\<` or `\>` in unusual places, or more than a
    thousand repeats: those have a time limit. Raises PatternError where regcomp(3) fails, and beyond LONGEST
    characters.
    """
    if len(text) > LONGEST:
        raise PatternError(f"longer than {LONGEST} characters")
    try:
        pattern = text.encode(errors="surrogateescape")
        expression = _Translation(pattern).run()
    except UnicodeEncodeError:
        raise PatternError("holds half a character") from None
    except PatternError as error:
        raise PatternError(f"{text!r} is not an extended regular expression: {error}") from None
    return compile_expression(text, expression.encode(), ignore_case=False)


class _Token(NamedTuple):
    kind: str  # "item", "anchor", "group" (a back reference), "end", or the operator itself
    text: str  # in the syntax of the translation
    end: int  # where the next one begins
    word: bool = False  # stands for one word character


def _literal(byte: int) -> str:
    return chr(byte) if byte < 128 and chr(byte).isalnum() else f"\\x{byte:02x}"


def _set(members: frozenset[int]) -> str:
    if not members:
        return r"(?:\b\B)"  # nowhere
    ranges: list[list[int]] = []
    for byte in sorted(members):
        if ranges and ranges[-1][1] == byte - 1:
            ranges[-1][1] = byte
        else:
            ranges.append([byte, byte])
    return "[" + "".join(f"\\x{first:02x}-\\x{last:02x}" for first, last in ranges) + "]"


_SPACE = CLASSES["space"]
_ESCAPED = {
    "<": ("anchor", _WORD_START),
    ">": ("anchor", _WORD_END),
    "b": ("anchor", r"\b"),
    "B": ("anchor", r"\B"),
    "`": ("anchor", r"\A"),
    "'": ("anchor", r"\z"),
    "w": ("item", _set(WORD)),
    "W": ("item", _set(EVERY - WORD)),
    "s": ("item", _set(_SPACE)),
    "S": ("item", _set(EVERY - _SPACE)),
}
_SPECIAL = {".": ("item", "(?s:.)"), "^": ("anchor", r"\A"), "$": ("anchor", r"\z")} | {
    operator: (operator, _literal(ord(operator))) for operator in "()|*+?{"
}


def _token(pattern: bytes, at: int) -> _Token:
    """What stands at this place; bracket expressions are one token."""
    if at >= len(pattern):
        return _Token("end", "", at)
    character = chr(pattern[at])
    if character == "\\":
        return _escaped(pattern, at + 1)
    if character == "[":
        members, end = read_bracket(pattern, at + 1)
        return _Token("item", _set(members), end)
    kind, text = _SPECIAL.get(character, ("item", _literal(pattern[at])))
    return _Token(kind, text, at + 1, word=pattern[at] in WORD)


def _escaped(pattern: bytes, at: int) -> _Token:
    if at >= len(pattern):
        raise PatternError("a backslash at the end")
    character = chr(pattern[at])
    if character in "123456789":
        return _Token("group", character, at + 1)
    if character in _ESCAPED:
        kind, text = _ESCAPED[character]
        return _Token(kind, text, at + 1, word=character == "w")
    return _Token("item", _literal(pattern[at]), at + 1, word=pattern[at] in WORD)


class _Frame:
    """One pair of parentheses, or the whole: its pieces so far, and which groups may be referred to where."""

    def __init__(self, number: int, finished: frozenset[int]) -> None:
        self.number = number
        self.pieces: list[str] = []
        self.repeatable = False  # the last piece may be followed by * and the like
        self.word = False  # the last piece ends in a word character
        self.before = finished
        self.finished = finished
        self.elsewhere: frozenset[int] = frozenset()  # finished in other alternatives

    def add(self, text: str, repeatable: bool, word: bool = False) -> None:
        self.pieces.append(text)
        self.repeatable = repeatable
        self.word = word

    def alternative(self) -> None:
        self.add("|", repeatable=False)
        self.elsewhere |= self.finished
        self.finished = self.before


class _Translation:
    """One run from left to right, with a stack of what is open."""

    def __init__(self, pattern: bytes) -> None:
        self._pattern = pattern
        self._at = 0
        self._groups = 0
        self._stack = [_Frame(0, frozenset())]

    def run(self) -> str:
        while True:
            token = _token(self._pattern, self._at)
            start, self._at = self._at, token.end
            if token.kind == "end":
                break
            if token.kind in "*+?{":
                self._repeat(token.kind, start)
            else:
                self._place(token)
        if len(self._stack) > 1:
            raise PatternError("a ( without its )")
        return "".join(self._stack[0].pieces)

    def _place(self, token: _Token) -> None:
        top = self._stack[-1]
        match token.kind:
            case "(":
                self._groups += 1
                self._stack.append(_Frame(self._groups, top.finished))
            case ")" if len(self._stack) > 1:
                self._close()
            case "|":
                top.alternative()
            case "anchor":
                top.add(self._anchor(token.text), repeatable=False)
            case "group":
                if int(token.text) not in top.finished:
                    raise PatternError(f"\\{token.text} comes before the end of that group")
                top.add(f"(?:\\{token.text})", repeatable=True)
            case _:
                top.add(token.text, repeatable=True, word=token.word)

    def _close(self) -> None:
        inner = self._stack.pop()
        outer = self._stack[-1]
        outer.add("(" + "".join(inner.pieces) + ")", repeatable=True)
        outer.finished = inner.finished | inner.elsewhere | {inner.number}

    def _anchor(self, text: str) -> str:
        r"""RE2 knows only `\b`; beside a letter that says the same as `\<` or `\>`."""
        if text == _WORD_END and self._stack[-1].word:
            return r"\b"
        if text == _WORD_START:
            following = _token(self._pattern, self._at)
            if following.word and self._pattern[following.end : following.end + 1] not in (b"*", b"?", b"{"):
                return r"\b"
        return text

    def _repeat(self, kind: str, start: int) -> None:
        top = self._stack[-1]
        if not top.repeatable:
            raise PatternError(f"nothing before the {kind}")
        times = self._interval(start) if kind == "{" else kind
        word = top.word and kind == "+"
        top.add(f"(?:{top.pieces.pop()}{times})", repeatable=True, word=word)

    def _interval(self, start: int) -> str:
        match = _REPEAT.match(self._pattern, start)
        if match is None or match[0] == b"{}":
            raise PatternError("a { that does not begin {N}, {N,}, {N,M} or {,M}; a plain one is written \\{")
        self._at = match.end()
        # glibc reads \0 as a plain 0 here.
        least = int(match[1].replace(b"\\", b"") or b"0")
        most = int(match[3].replace(b"\\", b"")) if match[3] else None if match[2] else least
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and least > most):
            raise PatternError(f"{match[0].decode()} is no interval up to {_MOST_REPEATS}")
        return f"{{{least},{'' if most is None else most}}}"
