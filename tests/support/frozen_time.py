"""A time that only the test moves, for a real C program."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_suffix(".c")


class FrozenTime:
    """`environment` is for the program; `move_to` sets what it takes for now (epoch seconds)."""

    def __init__(self, folder: Path, now: int) -> None:
        self._file = folder / "now"
        self.move_to(now)
        self._file.chmod(0o644)
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": str(folder / "frozen_time.so"),
            "FROZEN_TIME": str(self._file),
        }

    def move_to(self, now: int) -> None:
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(now.to_bytes(8, "little"))


@contextmanager
def frozen_time(now: int) -> Iterator[FrozenTime]:
    """The test is not run where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("not run: cc missing (apt-get install gcc)")
    with tempfile.TemporaryDirectory(prefix="frozen-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the program runs as somebody else
        command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(folder / "frozen_time.so"), str(_SOURCE)]
        subprocess.run(command, check=True)
        yield FrozenTime(folder, now)
