"""An agent's message: its sections; and those of several agents together."""

from collections.abc import Iterable, Iterator

from hexmon.model.status import ClientMessage
from hexmon.model.text import readable

MOST_SECTIONS = 50_000  # of a message; it is cut there

_START = "\n["


class ClientData:
    """The sections of a client message, in the order in which they came.

    A line that begins with `[` starts a section that ends at the next such line; its name goes to the first `]`.
    The first line of the message (`client host.os class`) belongs to no section. Of several sections with one name
    the last counts, except that `below` gives all of them. Lines end with a newline, as on the wire; a text keeps the
    one at its end.
    """

    __slots__ = ("_every", "_sections")

    def __init__(self, message: bytes) -> None:
        self._every = tuple(_sections(readable(message)))
        self._sections: dict[str, str] = {}
        for name, text in self._every:
            self._sections.pop(name, None)  # the last one has its place, too
            self._sections[name] = text

    def get(self, name: str) -> str | None:
        """The text of that section; None when the agent sent none, empty when it had nothing to say."""
        return self._sections.get(name)

    def text(self, name: str) -> str:
        """The same, empty when there is none."""
        return self._sections.get(name, "")

    def first_line(self, name: str) -> str:
        """The first line of that section."""
        return self.text(name).partition("\n")[0]

    def below(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The sections whose names begin with `prefix` (`msgs:`), which is left out: name and text.

        Each as often as it came: an agent that was asked twice for a log sends two parts of it.
        """
        for name, text in self._every:
            if name.startswith(prefix):
                yield name[len(prefix) :], text

    @property
    def names(self) -> tuple[str, ...]:
        """Of all sections."""
        return tuple(self._sections)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    begin = 0 if text.startswith("[") else text.find(_START) + 1
    if begin == 0 and not text.startswith("["):
        return
    for _ in range(MOST_SECTIONS):
        end = text.find(_START, begin)
        name, body = _split(text[begin + 1 :] if end < 0 else text[begin + 1 : end + 1])
        if name:
            yield name, body
        if end < 0:
            return
        begin = end + 1


def _split(section: str) -> tuple[str, str]:
    """The name goes to the bracket, or to the end of the line; what follows the bracket is text already."""
    line, _, body = section.partition("\n")
    name, bracket, rest = line.partition("]")
    return name, f"{rest}\n{body}" if bracket and rest else body


def together(messages: Iterable[ClientMessage]) -> Iterator[bytes]:
    """The messages of all collectors as one text, in pieces: what is kept of a moment, and what `clientlog` answers."""
    for message in messages:
        yield b"\n[collector:%s]\n" % message.collector.encode(errors="surrogateescape")
        yield message.message
