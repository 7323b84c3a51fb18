"""What a square tells line by line, each line with its colour."""

from collections.abc import Iterable, Sequence

import msgspec

from hexmon.judge.clients.lines import shortened
from hexmon.model.color import WORDS, Color


class Note(msgspec.Struct, frozen=True, gc=False):
    """One finding. `color` None: it is told and means nothing for the square. `groups`: those of its rule."""

    color: Color | None
    text: str
    groups: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """With the mark that pages show as a symbol."""
        return self.text if self.color is None else f"&{WORDS[self.color]} {self.text}"


def worst(notes: Iterable[Note]) -> Color:
    """The colour of a square with these notes; green without any."""
    return max((note.color for note in notes if note.color is not None), default=Color.GREEN)


def groups_of(notes: Iterable[Note]) -> tuple[str, ...]:
    """The groups of all that is not well, each once, in the order in which they come."""
    return tuple(dict.fromkeys(group for note in notes if note.color for group in note.groups))


def told(notes: Sequence[Note], longest: int) -> str:
    """The lines of all notes and an empty one, or nothing."""
    if not notes:
        return ""
    return shortened("\n".join(note.line for note in notes), longest) + "\n\n"
