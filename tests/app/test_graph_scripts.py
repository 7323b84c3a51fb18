"""An extra script: it is given texts in files, and what it prints becomes figures."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexmon.app import graph_scripts
from hexmon.app.graph_scripts import AT_ONCE, GraphScripts
from hexmon.graphs.datasets.contract import Source, Update
from tests.support.clock import FakeClock, settle
from tests.support.waiting import names_in, open_files, until

DEFINED = "echo DS:a:GAUGE:600:0:U; echo x.rrd; echo"


def text(body: bytes = b"green FAIR\n", host: str = "www.example.com", kind: str = "status") -> Source:
    return Source(kind=kind, host=host, test="weather", text=body, at=1000.0)


class Bench:
    def __init__(self, folder: Path, script: str) -> None:
        self.program = folder / "script"
        self.program.write_text(f"#!/bin/sh\n{script}\n")
        self.program.chmod(0o755)
        self.found: list[tuple[str, str, tuple[str, ...]]] = []
        self.scripts = GraphScripts([str(self.program), "word"], self._take, FakeClock())

    def _take(self, source: Source, updates: Sequence[Update]) -> None:
        self.found += [(source.host, update.file, update.values) for update in updates]

    def done(self) -> bool:
        counts = self.scripts.counts
        return self.scripts.depth() == 0 and counts["run"] + counts["failed"] >= self.offered

    offered = 0

    def offer(self, *sources: Source) -> None:
        for source in sources:
            self.offered += self.scripts.offer(source)


@asynccontextmanager
async def running(folder: Path, script: str) -> AsyncIterator[Bench]:
    bench = Bench(folder, script)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.scripts.run())
        await settle()
        yield bench
        await until(bench.done)
        await settle()
        task.cancel()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(text(), b"status www,example,com.weather green FAIR\n", id="a status"),
        pytest.param(text(b"data a.weather\n1\n", kind="data"), b"data a.weather\n1\n", id="a data message"),
        pytest.param(text(b"a:1\n", kind="data"), b"data www,example,com.weather\na:1\n", id="figures of an agent"),
    ],
)
async def test_it_is_given_the_message(tmp_path: Path, source: Source, message: bytes) -> None:
    script = f'echo "$#,$1,$2,$3,$4,$(stat -c %a $4)" > {tmp_path}/words; cp $4 {tmp_path}/message; {DEFINED} 5'
    async with running(tmp_path, script) as bench:
        bench.offer(source)
    assert (tmp_path / "message").read_bytes() == message
    words, file, mode = (tmp_path / "words").read_text().strip().rsplit(",", 2)
    assert (words, mode) == ("4,word,www.example.com,weather", "600")
    assert not Path(file).parent.exists()
    assert bench.found == [("www.example.com", "x.rrd", ("5",))]
    assert bench.scripts.counts == {"run": 1, "failed": 0, "files": 1, "mistakes": 0, "lost": 0}
    assert list(bench.scripts.troubles()) == []


async def test_each_text_has_a_file_of_its_own(tmp_path: Path) -> None:
    async with running(tmp_path, f"{DEFINED} $(tail -c +32 $4)") as bench:
        bench.offer(*(text(f"{number}\n".encode()) for number in range(40)))
    assert sorted(int(values[0]) for _, _, values in bench.found) == list(range(40))


async def test_so_many_at_once(tmp_path: Path) -> None:
    script = f"echo x >> {tmp_path}/begun; while test -e {tmp_path}/wait; do sleep 0.01; done"
    (tmp_path / "wait").touch()
    async with running(tmp_path, script) as bench:
        bench.offer(*[text()] * 3 * AT_ONCE)
        await until(lambda: bench.scripts.depth() == 2 * AT_ONCE)
        (tmp_path / "wait").unlink()
    assert (tmp_path / "begun").read_text().count("x") == 3 * AT_ONCE


async def test_what_there_is_no_room_for_is_lost_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_scripts, "MOST_WAITING", 3)
    monkeypatch.setattr(graph_scripts, "MOST_BYTES", 1000)
    bench = Bench(tmp_path, "")
    assert [bench.scripts.offer(text()) for _ in range(5)] == [True] * 3 + [False] * 2
    assert list(bench.scripts.troubles()) == [
        "the script of graphs has not seen 2 texts since the start: it is too slow"
    ]
    big = Bench(tmp_path, "")
    assert [big.scripts.offer(text(b"x" * 2000)) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("script", "trouble", "files"),
    [
        pytest.param("echo no >&2; exit 3", "exit status 3: no", 0, id="it fails"),
        pytest.param(f"{DEFINED} 5; exit 3", "exit status 3", 1, id="what it printed before counts"),
        pytest.param("kill -9 $$", "ended by signal 9", 0, id="it is killed"),
        pytest.param("sleep 60", "it did not end within 0.5 seconds", 0, id="it hangs"),
        pytest.param("yes", "it wrote more than 1024 KB and was ended", 0, id="it does not stop printing"),
        pytest.param(f"{DEFINED} 5:6", "the file 'x.rrd': 2 values for 1 data sources", 0, id="it prints nonsense"),
        pytest.param("head -c 9999 /dev/urandom | tr -d '\\n'", "has no values", 0, id="or bytes"),
    ],
)
async def test_what_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, trouble: str, files: int
) -> None:
    monkeypatch.setattr(graph_scripts, "SECONDS", 0.5 if "sleep" in script else 20.0)
    async with running(tmp_path, script) as bench:
        bench.offer(text())
    assert len(bench.found) == files
    assert trouble in next(bench.scripts.troubles())
    assert f"{bench.program}, for www.example.com.weather: " in next(bench.scripts.troubles())


async def test_a_program_that_is_gone_is_told_of_until_it_works(tmp_path: Path) -> None:
    async with running(tmp_path, f"{DEFINED} 5") as bench:
        words = bench.program.read_text()
        bench.program.unlink()
        bench.offer(text())
        await until(bench.done)
        assert next(bench.scripts.troubles()).endswith(f": there is no {bench.program}")
        bench.program.write_text(words)
        bench.program.chmod(0o755)
        bench.offer(text())
        await until(bench.done)
        await until(lambda: bench.found)
        assert list(bench.scripts.troubles()) == []


async def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = open_files()
    bench = Bench(tmp_path, f"touch {tmp_path}/up; sleep 60")
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.scripts.run())
        await settle()
        bench.offer(text())
        await until((tmp_path / "up").exists)
        task.cancel()
    assert names_in(tmp_path) == {"script", "up"}
    assert open_files() == before
