"""The sections of Windows, with figures as Windows would give them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from hexmon.agent import collect, filesystems, windows
from hexmon.agent.collect import Collector
from hexmon.agent.facts import Counters, Facts
from hexmon.agent.filesystems import Usage
from hexmon.model.client import ClientData

NOW = 1_795_161_600.0
MIB = 1 << 20


class Service:
    def __init__(self, name: str, start: str, status: str) -> None:
        self._facts = {"name": name, "start_type": start, "status": status}

    def as_dict(self) -> dict[str, str]:
        if self._facts["name"] == "gone":
            raise psutil.NoSuchProcess(1)
        return self._facts


@pytest.fixture
def a_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drives, services and memory of a machine with Windows."""
    drives = [("C:\\", "C:\\", "NTFS", "rw,fixed"), ("D:\\", "D:\\", "NTFS", "rw,fixed")]
    parts = [SimpleNamespace(device=d, mountpoint=m, fstype=t, opts=o) for d, m, t, o in drives]
    services = [
        Service("Spooler", "automatic", "running"),
        Service("gone", "", ""),
        Service("a b", "manual", "stopped"),
    ]
    monkeypatch.setattr(psutil, "win_service_iter", lambda: iter(services), raising=False)
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_how: parts)
    monkeypatch.setattr(filesystems, "usage_of", lambda _place: Usage(100 * MIB, 50 * MIB, 50 * MIB))
    monkeypatch.setattr(psutil, "cpu_percent", lambda _seconds: 7.0)
    monkeypatch.setattr(collect, "platform_name", lambda: "windows")


@pytest.mark.usefixtures("a_windows")
def test_its_message_has_the_form_of_bbwin() -> None:
    message = Collector("w.x").message(NOW)
    data = ClientData(message)
    assert message.startswith(b"client w,x.bbwin windows\n[date]\n")
    assert data.names == tuple(collect.WINDOWS)
    assert not [name for name in data.names if "could not be read" in data.text(name)]
    disk = [line.split() for line in data.text("disk").splitlines()]
    assert disk[0][0] == "Filesystem"
    assert disk[1] == ["C", "102400", "51200", "51200", "50%", "/NTFS/C"]
    assert [line.split() for line in data.text("svcs").splitlines()[1:]] == [
        ["Spooler", "automatic", "started"],
        ["a_b", "manual", "stopped"],
    ]
    assert ", load=7%\n" in data.text("cpu")
    assert data.text("uptime").startswith("sec: ")
    assert [line.split(":")[0] for line in data.text("memory").splitlines()[1:]] == ["physical", "virtual", "page"]


def test_the_load_is_that_since_the_last_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(at: float, user: float, idle: float) -> Counters:
        cpu = {"user": user, "system": 0.0, "idle": idle, "interrupt": 1.0, "dpc": 1.0}
        return Counters(
            at=at, boot=0.0, cpu=cpu, switches=0, interrupts=0, read=0, written=0, swapped_in=0, swapped_out=0
        )

    monkeypatch.setattr(windows, "counters", lambda _facts: counted(NOW, 30.0, 170.0))
    facts: Any = Facts(datetime.fromtimestamp(NOW, UTC), before=counted(NOW - 300, 0.0, 100.0))
    assert "load=30%" in windows.cpu(facts)
    assert facts.counted.at == NOW
