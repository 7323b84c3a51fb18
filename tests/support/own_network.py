"""Programs in a network of their own, where packets can be lost and routers can say no."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@cache
def _unshare() -> tuple[str, ...] | None:
    """The command that enters a network namespace: as root, or with a user namespace; None when neither is allowed."""
    program, ip = shutil.which("unshare"), shutil.which("ip")
    if program is None or ip is None:
        return None
    for options in (("-n",), ("-rn",)):
        command = (program, *options)
        done = subprocess.run([*command, ip, "link", "set", "lo", "up"], capture_output=True, check=False)
        if done.returncode == 0:
            return command
    return None


def in_own_network(script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script there; `$HEXMON` is this tree's command. Not run where the machine forbids it."""
    command = _unshare()
    if command is None:
        pytest.skip("not run: no network namespaces here (needs root or user namespaces, unshare and ip)")
    prelude = f"set -e\nexport PYTHONPATH={_ROOT / 'src'}\nHEXMON='{sys.executable} -m hexmon'\nip link set lo up\n"
    return subprocess.run(
        [*command, "sh", "-c", prelude + script], capture_output=True, text=True, check=False, timeout=60
    )
