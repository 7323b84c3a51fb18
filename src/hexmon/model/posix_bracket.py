"""Bracket expressions of POSIX patterns, `[[:alpha:]_-]`, as glibc reads them in the C locale: sets of bytes."""

from typing import NamedTuple

from hexmon.model.patterns import PatternError

_LONGEST_NAME = 32


def _bytes_of(test: str) -> frozenset[int]:
    return frozenset(byte for byte in range(128) if getattr(chr(byte), test)())


_ALNUM = _bytes_of("isalnum")
_PRINT = frozenset(range(0x20, 0x7F))
# wctype(3) in the C locale: nothing beyond ASCII belongs to any class.
CLASSES = {
    "alnum": _ALNUM,
    "alpha": _bytes_of("isalpha"),
    "blank": frozenset(b" \t"),
    "cntrl": frozenset(range(0x20)) | {0x7F},
    "digit": _bytes_of("isdigit"),
    "graph": _PRINT - {0x20},
    "lower": _bytes_of("islower"),
    "print": _PRINT,
    "punct": _PRINT - {0x20} - _ALNUM,
    "space": frozenset(b" \t\n\v\f\r"),
    "upper": _bytes_of("isupper"),
    "xdigit": frozenset(b"0123456789abcdefABCDEF"),
}
WORD = _ALNUM | {ord("_")}
EVERY = frozenset(range(256))


class _Element(NamedTuple):
    """One character, or a class; `limit` says whether a range may begin or end here."""

    members: frozenset[int]
    limit: bool


def read_bracket(pattern: bytes, at: int) -> tuple[frozenset[int], int]:
    """The bytes that the expression behind the `[` stands for, and where it ends; raises PatternError."""
    reader = _Reader(pattern, at)
    negated = reader.takes(b"^")
    members = reader.read()
    return EVERY - members if negated else members, reader.at


class _Reader:
    def __init__(self, pattern: bytes, at: int) -> None:
        self._pattern = pattern
        self.at = at

    def takes(self, what: bytes) -> bool:
        """Step over it if it is next."""
        found = self._pattern.startswith(what, self.at)
        self.at += len(what) * found
        return found

    def read(self) -> frozenset[int]:
        """Everything up to the closing bracket; one that comes first is a member."""
        members: set[int] = set()
        first = True
        while first or not self.takes(b"]"):
            members |= self._range(first)
            first = False
        return frozenset(members)

    def _range(self, first: bool) -> frozenset[int]:
        start = self._element(may_be_hyphen=first)
        if not start.limit or not self._hyphen() or self._pattern.startswith(b"-]", self.at):
            return start.members
        self.at += 1
        end = self._element(may_be_hyphen=True)
        if not end.limit:
            raise PatternError("a class cannot be the end of a range")
        if min(start.members) > min(end.members):
            raise PatternError("a range that ends before it begins")
        return frozenset(range(min(start.members), min(end.members) + 1))

    def _hyphen(self) -> bool:
        return self._pattern.startswith(b"-", self.at)

    def _element(self, may_be_hyphen: bool) -> _Element:
        if self.at >= len(self._pattern):
            raise PatternError("a [ without its ]")
        if self._pattern[self.at : self.at + 2] in (b"[.", b"[=", b"[:"):
            return self._symbol()
        if self._hyphen() and not may_be_hyphen and not self._pattern.startswith(b"-]", self.at):
            raise PatternError("a - in the middle of a bracket expression")
        self.at += 1
        return _Element(frozenset(self._pattern[self.at - 1 : self.at]), limit=True)

    def _symbol(self) -> _Element:
        """A class `[:name:]`, or one character as `[.x.]` or `[=x=]`."""
        kind = self._pattern[self.at + 1 : self.at + 2]
        start = self.at + 2
        end = self._pattern.find(kind + b"]", start)
        if end < 0 or end - start >= _LONGEST_NAME:
            raise PatternError("a [ without its ]")
        self.at = end + 2
        name = self._pattern[start:end]
        if kind == b":":
            if name.decode("latin-1") not in CLASSES:
                raise PatternError(f"{name!r} is no class of characters; there are {', '.join(CLASSES)}")
            return _Element(CLASSES[name.decode()], limit=False)
        if len(name) != 1:
            raise PatternError(f"{name!r} is not one character")
        return _Element(frozenset(name), limit=kind == b".")
