"""Figures through the real rrdcached, over both kinds of sockets; and when it is not there."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexmon.clock import SystemClock
from hexmon.graphs import librrd
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.rrdcached import DaemonAwayError, Rrdcached
from hexmon.graphs.schema import Archive, DataSource, Layout, Update
from hexmon.graphs.settings import GraphSettings
from hexmon.graphs.writer import Writer
from tests.support.monitor import free_port, wait_for
from tests.support.peers import peer
from tests.support.rrd import START, update

pytestmark = pytest.mark.peers


@contextmanager
def rrdcached(folder: Path) -> Iterator[tuple[str, str, int]]:
    """A daemon that writes only when it is told to: its two addresses, and its pid."""
    (folder / "rrd").mkdir(exist_ok=True)
    port, path = free_port(), folder / "socket"
    path.unlink(missing_ok=True)
    options: list[str | Path] = [
        "-g",
        "-l",
        f"unix:{path}",
        "-l",
        f"127.0.0.1:{port}",
        "-b",
        folder / "rrd",
        "-B",
        "-w",
        "3600",
    ]
    command = [peer("rrdcached"), *options, "-f", "7200", "-p", folder / "pid"]
    with (folder / "log").open("ab") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(lambda: _there(path, port), 20, (folder / "log").read_text())
            yield f"unix:{path}", f"127.0.0.1:{port}", process.pid
        finally:
            process.kill()  # its orderly end takes a second
            process.wait(20)


def _there(path: Path, port: int) -> bool | None:
    with socket.socket() as caller:
        return True if path.exists() and caller.connect_ex(("127.0.0.1", port)) == 0 else None


@pytest.fixture(params=[0, 1], ids=["unix socket", "tcp"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with rrdcached(tmp_path) as addresses:
        yield str(addresses[request.param])


@contextmanager
def opened(top: Path, address: str) -> Iterator[RrdFiles]:
    files = RrdFiles(top, daemon=Rrdcached(address, top))
    yield files
    files.close()


@pytest.fixture
def files(tmp_path: Path, address: str) -> Iterator[RrdFiles]:
    with opened(tmp_path / "rrd", address) as found:
        yield found


def last(path: Path, name: str = "la") -> object:
    return librrd.info(path)[f"ds[{name}].last_ds"]


def test_figures_are_in_the_file_when_it_is_looked_at(files: RrdFiles) -> None:
    name = "disk, a b\\c.rrd"
    path = files.place("www", name)
    files.write(path, [update(START + 300 * number, name, la=str(number), lb="7") for number in range(400)])
    files.write(path, [update(START + 300 * 400, name, lb="8")])
    assert last(path) == "U"  # the daemon has them
    files.flush(path)
    assert (last(path, "la"), last(path, "lb")) == ("U", "8")
    assert librrd.fetch(path, "AVERAGE", START + 90000, START + 90000).rows[0] == (301, 7)
    assert files.counts == {"created": 1, "written": 401}
    assert files.last("www", name) == (START + 120000, {"la": "U", "lb": "8"})


def test_a_file_gets_room_while_the_daemon_has_figures_of_it(files: RrdFiles) -> None:
    path = files.place("www", "la.rrd")
    files.write(path, [update(START, la="1")])
    layout = Layout(300, (Archive("AVERAGE", 1, 900),))
    files.write(path, [update(START + 300, "la.rrd", layout, new="5", la="2")])
    files.flush(path)
    assert (last(path), last(path, "new")) == ("2", "5")
    assert files.counts == {"created": 1, "written": 2, "migrated": 1}


def test_what_is_too_long_for_the_daemon_is_written_without_it(files: RrdFiles) -> None:
    sources = tuple(DataSource(f"if{number}_in", "COUNTER") for number in range(500))
    one = Update(folder="www", file="sw.rrd", sources=sources, values=("12345678901",) * 500, at=START)
    path = files.place("www", "sw.rrd")
    files.write(path, [one])
    assert last(path, "if499_in") == "12345678901"


def test_a_dropped_and_a_renamed_host(files: RrdFiles) -> None:
    for host in ("www", "db"):
        one = update(la="1")
        files.write(
            files.place(host, "la.rrd"),
            [Update(folder=host, file="la.rrd", sources=one.sources, values=("1",), at=START)],
        )
    files.rename("www", "web")
    files.drop("db")
    assert last(files.top / "web" / "la.rrd") == "1"
    assert [one.name for one in files.top.iterdir()] == ["web"]


def test_it_may_be_started_again(tmp_path: Path) -> None:
    top = tmp_path / "rrd"
    with rrdcached(tmp_path) as (address, _, _):
        files = RrdFiles(top, daemon=Rrdcached(address, top))
        path = files.place("www", "la.rrd")
        files.write(path, [update(START, la="1")])
    with pytest.raises(DaemonAwayError, match=r"rrdcached at unix:.*socket cannot be used: Connection refused"):
        files.write(path, [update(START + 300, la="2")])
    with rrdcached(tmp_path):
        files.write(path, [update(START + 300, la="2")])
        files.flush(path)
        assert last(path) == "2"
    files.close()


def test_while_it_hangs_only_the_writer_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.graphs.rrdcached._SECONDS", 0.2)
    top = tmp_path / "rrd"
    with rrdcached(tmp_path) as (address, _, pid):
        writer = Writer(RrdFiles(top, daemon=Rrdcached(address, top)), SystemClock(), flush=0.0)
        writer.start()
        os.kill(pid, signal.SIGSTOP)
        try:
            writer.offer([update(la="1")])
            writer.flush("www", "la.rrd").result(20)
            wait_for(lambda: list(writer.troubles()) or None, 20, "a trouble")
            assert next(writer.troubles()).startswith(f"rrdcached at {address} cannot be used: timed out; 1 figures")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert writer.stop(20)
        assert not list(writer.troubles())


@pytest.mark.parametrize("answer", [b"", b"x" * 100_000, b"-1 cannot\n", b"99999999 many\n", b"\xff\xfe\n"])
def test_a_daemon_that_talks_nonsense_raises_no_other_error(tmp_path: Path, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        daemon = Rrdcached(f"127.0.0.1:{port}", tmp_path)

        def serve() -> None:
            for _ in range(2):
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(4096)
                    caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(RrdError):
            daemon.update(tmp_path / "www" / "la.rrd", [f"{START}:1"])
        daemon.close()


@pytest.mark.parametrize("text", ["", "unix:/run/x", "/run/x", "127.0.0.1:42217", "[::1]:42217", "localhost:42217"])
def test_addresses_that_can_be_set(text: str) -> None:
    assert GraphSettings(rrdcached=text).rrdcached == text
