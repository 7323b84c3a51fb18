"""State files: one run at a time, and nothing lost whenever a run is killed."""

import os
import signal
import stat
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest

from hexmon.app.rotated import write_rotated
from hexmon.app.state_files import Busy, files_of, only_one, open_folder, read_memories, write_memories
from hexmon.model.origin import ConfigError
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState

_US = frozenset({os.getuid()})
_KILLED = """
import os, signal, sys
from pathlib import Path
from hexmon.app.state_files import write_memories
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState

def after(function, left):
    def call(*args, **words):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return function(*args, **words)
    return call

left = [int(sys.argv[2])]
for module, name in ((os, "link"), (os, "fsync"), (os, "open"), (Path, "replace"), (Path, "unlink")):
    setattr(module, name, after(getattr(module, name), left))
memories = {"gw": MonitorMemory(state=MonitorState(down_count=2, is_up=False))}
write_memories(Path(sys.argv[1]), memories, 2.0, 0.1, keep=True)
"""


def _memories(downs: int) -> dict[str, MonitorMemory]:
    return {"gw": MonitorMemory(state=MonitorState(down_count=downs, is_up=not downs))}


def test_where_files_are() -> None:
    files = files_of(Path("/etc/sites/lab-1.yaml"), Path("/var/x"))
    assert [str(path) for path in (files.state, files.rrds, files.mrtg)] == [
        "/var/x/lab-1.statefile.json",
        "/var/x/lab-1.statefile.rrd",
        "/var/x/lab-1.statefile.mrtg.cfg",
    ]


def test_what_was_there_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "lab.statefile.json"
    write_memories(path, _memories(1), 1.0, 0.1, keep=True)
    write_memories(path, _memories(2), 2.0, 0.1, keep=True)
    write_memories(path, _memories(3), 3.0, 0.1, keep=False)
    assert read_memories(path, UTC) == (_memories(3), "")
    assert read_memories(tmp_path / "lab.statefile.json.old", UTC)[0] == _memories(1)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lab.statefile.json", "lab.statefile.json.old"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0


def test_a_kill_at_any_step_loses_nothing(tmp_path: Path) -> None:
    """Killed before the first system call, before the second, ... until it is not killed any more."""
    outcomes = []
    for steps in range(40):
        path = tmp_path / f"{steps}.statefile.json"
        write_memories(path, _memories(1), 1.0, 0.1, keep=True)
        ended = subprocess.run([sys.executable, "-c", _KILLED, str(path), str(steps)], check=False)
        assert path.exists(), f"after {steps} steps"
        memories, note = read_memories(path, UTC)
        assert memories in (_memories(1), _memories(2))
        assert note == ""
        outcomes.append(memories == _memories(2))
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
    assert outcomes == sorted(outcomes)
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert len(outcomes) > 5


@pytest.mark.parametrize(
    ("present", "remembered"),
    [
        pytest.param({"": 1, ".old": 2, ".new": 3}, 1, id="the file itself"),
        pytest.param({".old": 2, ".new": 3}, 3, id="without it what was to replace it"),
        pytest.param({".old": 2, ".new": None}, 2, id="and if that is torn what was kept"),
        pytest.param({"": None, ".old": 2}, 2, id="the same when it is damaged"),
        pytest.param({"": None}, 0, id="nothing when that is all"),
        pytest.param({}, 0, id="nothing when there is nothing"),
    ],
)
def test_what_is_read(present: dict[str, int | None], remembered: int, tmp_path: Path) -> None:
    path = tmp_path / "lab.statefile.json"
    for suffix, downs in present.items():
        part = path.with_name(path.name + suffix)
        if downs is None:
            part.write_bytes(b'{"gw": {"is_up"')
        else:
            write_memories(part, _memories(downs), 1.0, 0.1, keep=False)
    memories, note = read_memories(path, UTC)
    assert memories == (_memories(remembered) if remembered else {})
    assert bool(note) is ("" in present and present[""] is None)
    if note:
        assert path.with_name("lab.statefile.json.damaged").exists()
        assert str(path) in note


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lab.statefile.json"
    path.mkdir()
    with pytest.raises(ConfigError, match=r"lab\.statefile\.json"):
        read_memories(path, UTC)


def test_one_run_at_a_time(tmp_path: Path) -> None:
    files = files_of(tmp_path / "lab.yaml", tmp_path)
    with only_one(files), pytest.raises(Busy), only_one(files):
        pass
    with only_one(files), only_one(files_of(tmp_path / "other.yaml", tmp_path)):
        pass


def test_links_that_others_left_are_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    files = files_of(Path("lab.yaml"), tmp_path)
    files.lock.symlink_to(precious)
    with pytest.raises(ConfigError), only_one(files):
        pass
    files.state.with_name(files.state.name + ".new").symlink_to(precious)
    write_rotated(files.state, b"{}")
    assert precious.read_text() == "precious"
    assert files.state.read_bytes() == b"{}"


def test_the_common_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "APMonitor"
    before = os.umask(0o077)
    try:
        open_folder(folder, _US)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    open_folder(folder, _US)


def test_a_folder_of_others_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "APMonitor"
    folder.mkdir()
    with pytest.raises(ConfigError, match="-s PATH"):
        open_folder(folder, frozenset({os.getuid() + 1}))
    folder.chmod(0o777)
    with pytest.raises(ConfigError, match="others than its owner"):
        open_folder(folder, _US)
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(ConfigError, match="no folder"):
        open_folder(link, _US)
    with pytest.raises(ConfigError, match="No such file"):
        open_folder(tmp_path / "missing" / "APMonitor", _US)
