"""An agent's message: its sections."""

from collections.abc import Iterator

from hexmon.model.text import readable


def sections(message: bytes) -> dict[str, str]:
    """`[name]` lines start a section that ends at the next such line; the last one of a name wins.

    The first line of the message (`client host.os class`) belongs to no section.
    """
    return dict(_sections(readable(message)))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    name = ""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            if name:
                yield name, "\n".join(lines)
            name = line[1:].rpartition("]")[0] or line[1:]
            lines = []
        else:
            lines.append(line)
    if name:
        yield name, "\n".join(lines)
