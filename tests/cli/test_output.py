"""What the command line prints arrives."""

import io
from typing import Any

from hexmon.cli import whole


class Pipe(io.RawIOBase):
    """Takes ten bytes at a time, as a pipe whose reader is slow takes what fits."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)[:10]
        self.taken += part
        return len(part)


def test_everything_is_written_also_where_python_does_not_buffer() -> None:
    pipe = Pipe()
    bare = io.TextIOWrapper(pipe, write_through=True)  # type: ignore[type-var]
    stream = whole(bare)
    stream.buffer.write(b"x" * 100_000)
    stream.write("the end\n")
    stream.flush()
    assert pipe.taken == b"x" * 100_000 + b"the end\n"


def test_a_stream_that_buffers_stays_as_it_is() -> None:
    stream = io.TextIOWrapper(io.BytesIO())
    assert whole(stream) is stream
