"""A program on a file system of its own that is a few hundred KiB small."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@cache
def _own_mounts() -> tuple[str, ...] | None:
    for options in (("-m",), ("-rm",)):
        command = ("unshare", *options)
        try:
            done = subprocess.run(
                [*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False, timeout=20
            )
        except OSError:
            return None
        if done.returncode == 0:
            return command
    return None


def on_a_tiny_disk(folder: Path, script: str, kib: int = 256) -> str:
    """Mount a tmpfs of so many KiB on `folder` and run the Python script in it; what it prints."""
    command = _own_mounts()
    if command is None:
        pytest.skip("not run: no mount namespaces here (needs root or user namespaces, unshare and mount)")
    folder.mkdir(exist_ok=True)
    steps = f'mount -t tmpfs -o size={kib}k none "{folder}" && cd "{folder}" && exec "{sys.executable}" -c "$0"'
    done = subprocess.run(
        [*command, "sh", "-c", steps, script],
        env={"PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
