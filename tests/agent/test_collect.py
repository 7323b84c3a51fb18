"""What the agent says of this machine is what df, free, ps and netstat say, and one mistake silences nobody."""

import os
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from hexmon.agent import collect, filesystems, machine
from hexmon.agent.collect import Collector, client_message
from hexmon.agent.facts import Facts
from hexmon.agent.filesystems import Usage
from hexmon.agent.patience import Patience
from hexmon.model.client import ClientData

NOW = 1_795_161_600.0


@pytest.fixture(scope="module")
def data() -> ClientData:
    return ClientData(client_message("www.example.com", NOW))


def said(*command: str) -> list[list[str]]:
    """The words of every line that a program of this machine prints."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"not run: {command[0]} missing")
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False)
    return [line.split() for line in done.stdout.splitlines()]


def test_the_first_line_names_host_and_class() -> None:
    assert client_message("a.b.c", NOW, sections=["date"]).startswith(b"client a,b,c.linux linux\n[date]\n")
    assert client_message("a", NOW, "web", ["date"]).startswith(b"client a.linux web\n")


def test_every_section_is_there_in_its_order(data: ClientData) -> None:
    missing = {"vmstat", "mdstat"}  # the first needs two reports, the second arrays
    assert [name for name in data.names if name not in missing] == [
        name for name in collect.SECTIONS if name not in missing
    ]
    assert not [name for name in data.names if "could not be read" in data.text(name)]


def test_only_the_sections_that_are_wanted() -> None:
    found = ClientData(client_message("a", NOW, sections=["ps", "df"]))
    assert found.names == ("date", "df", "ps", "clientversion", "clock")


def test_file_systems_are_those_of_df(data: ClientData) -> None:
    for section, options in (("df", "-P"), ("inode", "-Pi")):
        ours = {line.split()[5]: line.split() for line in data.text(section).splitlines()[1:]}
        theirs = {words[5]: words for words in said("df", options)[1:]}
        assert "/" in ours
        for place, words in ours.items():
            for own, other in zip(words[1:4], theirs[place][1:4], strict=True):
                assert int(own) == pytest.approx(int(other), rel=0.05, abs=200_000), place
            assert abs(int(words[4].rstrip("%")) - int(theirs[place][4].rstrip("%"))) <= 1


def test_memory_is_that_of_free(data: ClientData) -> None:
    ours = {line.split()[0]: line.split()[1:] for line in data.text("free").splitlines()[1:]}
    theirs = {words[0]: words[1:] for words in said("free") if words[0].endswith(":")}
    assert data.text("free").splitlines()[0].split()[-1] == "available"
    assert ours["Mem:"][0] == theirs["Mem:"][0]
    for column in (2, 4, 5):
        assert int(ours["Mem:"][column]) == pytest.approx(int(theirs["Mem:"][column]), rel=0.2)
    assert sum(map(int, (ours["Mem:"][1], ours["Mem:"][2], ours["Mem:"][4]))) == pytest.approx(
        int(ours["Mem:"][0]), abs=8
    )
    assert ours["Swap:"][0] == theirs["Swap:"][0]


def test_processes_are_those_of_ps(data: ClientData) -> None:
    heading, *rows = data.text("ps").splitlines()
    assert heading.split()[0] == "PID"
    assert heading.split()[-1] == "CMD"
    ours = {row.split()[0]: row[heading.index("CMD") :] for row in rows}
    theirs = {words[0]: " ".join(words[1:]) for words in said("ps", "-Awwo", "pid,args")[1:]}
    mine = str(os.getpid())
    assert " ".join(ours[mine].split()) == theirs[mine]
    assert len(set(ours) & set(theirs)) > 0.5 * len(theirs)


def test_ports_are_listed_as_netstat_does(data: ClientData) -> None:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        rows = [
            line.split() for line in ClientData(client_message("a", NOW, sections=["ports"])).text("ports").split("\n")
        ]
    assert ["tcp", "0", "0", f"127.0.0.1:{port}", "0.0.0.0:*", "LISTEN"] in rows
    assert data.text("ports").splitlines()[1].split()[:3] == ["Proto", "Recv-Q", "Send-Q"]


def test_cards_count_as_ifconfig_does(data: ClientData) -> None:
    block = re.search(r"^lo: flags=.*\n(?:        .*\n?)+", data.text("ifstat"), re.MULTILINE)
    assert block
    assert re.search(r"^\s+RX packets\s+[0-9]+\s+bytes\s+[0-9]+ ", block[0], re.MULTILINE)
    assert "inet 127.0.0.1  netmask 255.0.0.0" in block[0]


def test_a_dead_mount_is_listed_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    def usage(place: str) -> Usage:
        if place == "/srv/dead":
            free.wait(20)
        return Usage(1024_000, 512_000, 512_000, 10, 5)

    def parts(**_how: bool) -> list[Any]:
        rows = [("server:/dead", "/srv/dead", "nfs"), ("/dev/sda1", "/", "ext4"), ("//x/my share", "/srv/a b", "cifs")]
        return [SimpleNamespace(device=d, mountpoint=m, fstype=t, opts="rw") for d, m, t in rows]

    monkeypatch.setattr(filesystems, "usage_of", usage)
    monkeypatch.setattr(psutil, "disk_partitions", parts)
    local = datetime.fromtimestamp(NOW, UTC)
    text = filesystems.df(Facts(local, Patience(0.05), remote=True))
    free.set()
    rows = [line.split() for line in text.splitlines()[1:]]
    assert ["server:/dead", "-", "-", "-", "100%", "/srv/dead"] in rows
    assert ["/dev/sda1", "1000", "500", "500", "50%", "/"] in rows
    assert ["//x/my?share", "1000", "500", "500", "50%", "/srv/a", "b"] in rows
    without = filesystems.df(Facts(local, Patience(0.05)))
    assert "srv" not in without


def test_a_device_is_measured_once_at_its_shortest_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def parts(**_how: bool) -> list[Any]:
        rows = [("/dev/a", "/bind/deep", "ext4"), ("/dev/a", "/data", "ext4"), ("tmpfs", "/run", "tmpfs")]
        rows += [("tmpfs", "/ram", "tmpfs"), ("proc", "/proc", "proc"), ("/dev/sr0", "/cd", "iso9660")]
        rows += [("old", "/over", "ext4"), ("overlay", "/over", "overlay")]
        return [SimpleNamespace(device=d, mountpoint=m, fstype=t, opts="rw") for d, m, t in rows]

    monkeypatch.setattr(psutil, "disk_partitions", parts)
    assert [one.place for one in filesystems.mounts(remote=False)] == ["/data", "/ram", "/run"]


def test_one_unreadable_figure_does_not_silence_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_how: bool) -> None:
        raise psutil.AccessDenied

    def missing() -> None:
        raise AttributeError("no sensors here")

    monkeypatch.setattr(psutil, "net_io_counters", broken)
    monkeypatch.setattr(psutil, "virtual_memory", missing)
    found = ClientData(client_message("a", NOW))
    assert "could not be read" in found.text("ifstat")
    assert "free could not be read: no sensors here" in found.text("free")
    assert found.text("df").count("\n") > 1
    assert "clock" in found.names


def test_a_section_that_this_platform_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    from hexmon.agent import network

    monkeypatch.setattr(network, "_PROC", Path("/nowhere"))
    monkeypatch.setattr(machine, "_MDSTAT", Path("/nowhere"))
    assert {"route", "netstat", "mdstat"}.isdisjoint(ClientData(client_message("a", NOW)).names)


def test_vmstat_is_what_happened_between_two_reports() -> None:
    collector = Collector("a", sections=["vmstat"])
    assert "vmstat" not in ClientData(collector.message(NOW)).names
    lines = ClientData(collector.message(NOW + 300)).text("vmstat").splitlines()
    assert len(lines[1].split()) == len(lines[2].split()) == 17
    assert all(word.isdigit() for word in lines[2].split())


UPTIMES = {
    "minutes": (300, " up 5 min, "),
    "hours": (3 * 3600 + 300, " up  3:05, "),
    "a day": (86400 + 60, " up 1 day, 1 min, "),
    "days": (9 * 86400 + 36000, " up 9 days, 10:00, "),
    "a clock that was set back": (-100, " up 0 min, "),
}


@pytest.mark.parametrize(("seconds", "words"), UPTIMES.values(), ids=UPTIMES.keys())
def test_uptime(seconds: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "boot_time", lambda: NOW - seconds)
    text = machine.uptime(Facts(datetime.fromtimestamp(NOW, UTC)))
    assert words in text
    assert re.search(r"load average: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d$", text)


def test_dates_are_those_of_the_c_locale() -> None:
    assert machine.date(Facts(datetime.fromtimestamp(NOW - 15 * 86400, UTC))) == "Thu Nov  5 08:00:00 UTC 2026"
