"""What agents send, one file for each operating system: `data/clients/NAME.txt`, in the form their commands print."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hexmon.model.status import ClientMessage
from tests.support.xymond_client import NOW

_FOLDER = Path(__file__).with_name("data") / "clients"


@dataclass(frozen=True)
class Sample:
    """A message: its first line's words, and the sections below it, in their order (names may come twice)."""

    name: str
    host: str
    os_type: str
    host_class: str
    sections: tuple[tuple[str, str], ...]

    def message(self, **values: str) -> ClientMessage:
        """The message as it came; other values (`host`, `os_type`, `host_class`) in its first line."""
        return client_message(self, sections_text(self.sections), **values)


def client_message(sample: Sample, body: str, **values: str) -> ClientMessage:
    """A message of that machine with another body."""
    host, os_type, host_class = (values.get(name, getattr(sample, name)) for name in ("host", "os_type", "host_class"))
    head = f"client {host.replace('.', ',')}.{os_type} {host_class}\n"
    return ClientMessage(
        host=host,
        os_type=os_type,
        host_class=host_class,
        collector="",
        sender="127.0.0.1",
        received=float(NOW),
        message=(head + body).encode("utf-8", "surrogateescape"),
    )


def sections_text(sections: tuple[tuple[str, str], ...]) -> str:
    """They as text. One without a name is text without a heading."""
    return "".join(f"[{name}]\n{text}" if name else text for name, text in sections)


@cache
def samples() -> dict[str, Sample]:
    """Every recorded message, by the name of its file."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.txt"))}


def _read(path: Path) -> Sample:
    head, _, body = path.read_text().partition("\n")
    _, address, host_class = head.split()
    host, _, os_type = address.rpartition(".")
    return Sample(path.stem, host.replace(",", "."), os_type, host_class, tuple(_sections(body)))


def _sections(body: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    name, text = "", ""
    for line in body.splitlines(keepends=True):
        if line.startswith("["):
            found.append((name, text))
            name, text = line.strip()[1:-1], ""
        else:
            text += line
    found.append((name, text))
    return [(name, text) for name, text in found if name or text]
