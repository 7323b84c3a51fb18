"""A measurement in a network namespace of its own: another process, which prints what it saw as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def seen_by(module: str) -> Any | str:
    """The last line that `python -m MODULE` prints, decoded; a text that says why nothing was measured."""
    namespace = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [*namespace, sys.executable, "-m", module]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no network namespace"])[-1]
        return f"not measured: {reason}"
    return json.loads(done.stdout.splitlines()[-1])
