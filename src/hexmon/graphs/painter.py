"""A process that draws for hexmon: jobs come on standard input, one after the other, results go to standard output.

It is a process of its own because librrd is written in C: what makes it fall over, a file that is cut short while it is
read for instance, must not take the monitor with it; and because a drawing that takes too long can be ended.
"""

import contextlib
import os
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Literal

import msgspec

from hexmon.graphs import librrd

NICENESS = 5
LARGEST = 64 << 20  # bytes of a message
_HEAD = struct.Struct(">I")


class Job(msgspec.Struct, frozen=True):
    """Arguments, and the folder that names of files are relative to.

    "graph" draws, "print" only prints, "xport" gives figures.
    """

    kind: Literal["graph", "print", "xport"]
    folder: str
    arguments: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """`error` is a sentence of librrd's, "" when all went well.

    `prints` are the results of PRINT; `left`, `top`, `width`, `height` the area of the curves inside the picture of
    `image_width` by `image_height` pixels. `start`, `step` and `rows` are those of an export: the first row is of the
    step that ends at `start` + `step`.
    """

    error: str = ""
    missing: bool = False  # librrd itself
    image: bytes = b""
    prints: tuple[str, ...] = ()
    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0
    image_width: int = 0
    image_height: int = 0
    start: int = 0
    step: int = 0
    rows: tuple[tuple[float | None, ...], ...] = ()


def send(stream: IO[bytes], message: Any) -> None:
    """Write a message with its length before it."""
    body = msgspec.msgpack.encode(message)
    stream.write(_HEAD.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next message; None at the end. Raises ValueError for one that is too long."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length = _HEAD.unpack(head)[0]
    if length > LARGEST:
        raise ValueError(f"a message of {length} bytes")
    body = stream.read(length)
    return body if len(body) == length else None


def work(job: Job) -> Result:
    """Do it. Whatever goes wrong is in the result."""
    if not librrd.available():
        return Result(error=librrd.missing(), missing=True)
    try:
        os.chdir(job.folder)
        return _DOERS[job.kind](job.arguments)
    except OSError as error:
        return Result(error=f"{job.folder} cannot be read: {error.strerror}")
    except librrd.RrdError as error:
        return Result(error=str(error))


def _draw(words: Sequence[str]) -> Result:
    picture = librrd.graph(words)
    said = picture.details.get
    return Result(
        image=picture.image,
        left=said("graph_left", 0),
        top=said("graph_top", 0),
        width=said("graph_width", 0),
        height=said("graph_height", 0),
        image_width=picture.width,
        image_height=picture.height,
    )


def _print(words: Sequence[str]) -> Result:
    return Result(prints=librrd.printed(words))


def _export(words: Sequence[str]) -> Result:
    series = librrd.export(words)
    return Result(start=series.start, step=series.step, rows=series.rows)


_DOERS: Mapping[str, Callable[[Sequence[str]], Result]] = {"graph": _draw, "print": _print, "xport": _export}


def main() -> None:
    """Work until standard input ends."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(BrokenPipeError):
        while (body := receive(stdin)) is not None:
            send(stdout, work(msgspec.msgpack.decode(body, type=Job)))


if __name__ == "__main__":
    main()
