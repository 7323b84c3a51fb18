"""One argument of rrdgraph(1) in its parts. Pure."""

import re

import msgspec

_KIND = re.compile(r"([A-Z]+)([0-9.]*|@STACKIT@):", re.IGNORECASE)
_COLON = re.compile(r"(?<!\\):")
_DRAWN = frozenset({"LINE", "AREA", "STACK", "RIGHTLINE"})
_VALUE = re.compile(r"(?P<value>[^#]*)(?P<color>#.*)?\Z", re.DOTALL)


class Statement(msgspec.Struct, frozen=True):
    """`KINDwidth:field:field`. An option, and what nobody understands, has the kind "" and itself as its only field."""

    kind: str
    width: str = ""
    fields: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As rrdgraph takes it."""
        return f"{self.kind}{self.width}:" + ":".join(self.fields) if self.kind else ":".join(self.fields)

    @property
    def drawn(self) -> bool:
        """Whether it draws a series of figures."""
        return self.kind in _DRAWN and bool(self.fields)

    @property
    def value(self) -> str:
        """The name of the figures that are drawn."""
        return self._parts()["value"]

    @property
    def color(self) -> str:
        """`#rrggbb`, `#rrggbbaa` or "" for a series that is not seen."""
        return self._parts()["color"] or ""

    @property
    def legend(self) -> str:
        """As written, colons still escaped."""
        return self.fields[1] if self.drawn and len(self.fields) > 1 else ""

    @property
    def stacked(self) -> bool:
        """Whether it stands on the series before it."""
        return self.kind == "STACK" or "STACK" in self.fields[2:]

    def _parts(self) -> re.Match[str]:
        found = _VALUE.match(self.fields[0] if self.fields else "")
        assert found is not None  # noqa: S101 - both parts may be empty
        return found

    def painted(self, color: str) -> "Statement":
        """The same in another colour."""
        return msgspec.structs.replace(self, fields=(self.value + color, *self.fields[1:]))


def read_statement(text: str) -> Statement:
    """Takes it apart at the colons that are not escaped; the last field of texts may hold escaped ones."""
    found = None if text.startswith("-") else _KIND.match(text)
    if found is None:
        return Statement("", "", (text,))
    return Statement(found[1].upper(), found[2], tuple(_COLON.split(text[found.end() :])))
