"""The files of the real xymond_hostdata are read, and ours lie where it would write them."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from hexmon.history.hostdata import HostDataFiles
from hexmon.model.client import together
from tests.support.client_rules import HOST, a_client_message
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged, unprivileged_user

pytestmark = pytest.mark.peers

MOMENT = 1795161600


def kept_by_xymon(folder: Path, text: bytes) -> None:
    """What it makes of a colour change, as xymond tells it on the channel."""
    if os.geteuid() == 0:
        shutil.chown(folder, unprivileged_user().pw_uid)
    line = f"@@clichg#1/{HOST.name}|{MOMENT + 5}.000001|127.0.0.1|{HOST.name}|{MOMENT}\n"
    subprocess.run(
        [*as_unprivileged(), peer("xymond_hostdata"), f"--logdir={folder}", "--minimum-free=0"],
        input=line.encode() + text + b"\n@@\n@@shutdown\n@@\n",
        env={**os.environ, "XYMONHOME": str(folder), "XYMONVAR": str(folder), "XYMONTMP": str(folder)},
        capture_output=True,
        timeout=60,
        check=True,
    )


def test_its_files_and_ours() -> None:
    messages = [a_client_message("[df]\n97%\n"), a_client_message("[x]\n1\n", collector="mqcollect")]
    text = b"".join(together(messages))
    with tempfile.TemporaryDirectory(prefix="xymond-hostdata-") as name:
        Path(name).chmod(0o755)
        theirs, ours = Path(name) / "theirs", Path(name) / "ours"
        theirs.mkdir()
        kept_by_xymon(theirs, text)
        HostDataFiles(ours).save(HOST.name, MOMENT, [text])
        files = HostDataFiles(theirs)
        assert files.moments(HOST.name) == [MOMENT]
        assert (files.read(HOST.name, MOMENT) or b"").rstrip(b"\n") == text.rstrip(b"\n")
        found = [{str(path.relative_to(place)) for path in place.rglob("*")} for place in (theirs, ours)]
        assert found[0] == found[1] == {HOST.name, f"{HOST.name}/{MOMENT}"}
