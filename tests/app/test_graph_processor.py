"""A program that reads a line for every figure, whatever it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexmon.app import graph_processor
from hexmon.app.graph_processor import PAUSE, Processor
from hexmon.graphs.metric_lines import MetricLines
from hexmon.graphs.schema import DataSource, Update
from tests.support.clock import FakeClock, settle
from tests.support.waiting import open_files, until

SOURCES = (DataSource("la"),)


def figure(number: int | str) -> Update:
    return Update(folder="www", file="la.rrd", sources=SOURCES, values=(str(number),), at=1000.0, test="cpu")


class Bench:
    def __init__(self, script: str, program: str = "/bin/sh") -> None:
        self.clock = FakeClock()
        lines = MetricLines(lambda test: test)
        loop = asyncio.get_running_loop()
        self.processor = Processor([program, "-c", script], lines, self.clock, loop.call_soon_threadsafe)

    @property
    def counts(self) -> dict[str, int]:
        return {name: count for name, count in self.processor.counts.items() if count}


@asynccontextmanager
async def running(script: str, program: str = "/bin/sh") -> AsyncIterator[Bench]:
    """As `hexmon serve` does it: its task ends first, then it is closed."""
    bench = Bench(script, program)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.processor.run())
        await settle()
        yield bench
        task.cancel()
    await bench.processor.close()


async def test_every_line_comes_in_its_order(tmp_path: Path) -> None:
    async with running(f"cat > {tmp_path}/read") as bench:
        for number in range(0, 20_000, 100):
            await asyncio.to_thread(bench.processor.feed, map(figure, range(number, number + 100)))
    read = (tmp_path / "read").read_text().splitlines()
    assert read == [f"la 1000:{number} www la" for number in range(20_000)]
    assert bench.counts == {"given": 20_000, "starts": 1}
    assert bench.processor.depth() == 0
    assert list(bench.processor.troubles()) == []


async def test_one_that_reads_too_slowly_loses_lines_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_processor, "MOST_WAITING", 50_000)
    monkeypatch.setattr(graph_processor, "LAST_WORDS", 0.1)
    async with running(f"touch {tmp_path}/up; sleep 60") as bench:
        await until((tmp_path / "up").exists)
        for number in range(30_000):
            bench.processor.feed([figure(number)])
            if number % 100 == 0:
                await settle(1)
        lost = bench.counts["lost"]
        assert bench.processor.depth() <= 50_000
    assert bench.counts["given"] + lost <= 30_000
    assert lost > 20_000
    assert list(bench.processor.troubles()) == [
        f"the processor of graphs has lost {lost} lines since the start: it reads too slowly"
    ]


async def test_one_that_dies_is_started_again_after_a_pause(tmp_path: Path) -> None:
    async with running(f"echo x >> {tmp_path}/starts; read line && echo $line >> {tmp_path}/read; exit 5") as bench:
        bench.processor.feed([figure(1)])
        await until(lambda: bench.processor._program is None)
        assert "it ended (5) and is started again" in next(bench.processor.troubles())
        bench.processor.feed([figure(2)])
        await bench.clock.advance(PAUSE - 0.1)
        assert (tmp_path / "starts").read_text() == "x\n"
        await bench.clock.advance(0.2)
        await until(lambda: (tmp_path / "read").read_text().count("\n") == 2)
        await until(lambda: bench.processor._program is None)
    assert (tmp_path / "read").read_text().splitlines() == ["la 1000:1 www la", "la 1000:2 www la"]
    assert bench.counts == {"given": 2, "starts": 2}


async def test_lines_wait_for_one_that_is_not_there_yet(tmp_path: Path) -> None:
    program = tmp_path / "program"
    async with running("", str(program)) as bench:
        bench.processor.feed([figure(1)])
        await settle()
        assert next(bench.processor.troubles()) == f"the processor of graphs, {program}: there is no {program}"
        program.write_text(f"#!/bin/sh\ncat > {tmp_path}/read\n")
        program.chmod(0o755)
        await bench.clock.advance(PAUSE + 0.1)
        await until(lambda: bench.counts.get("given"))
        assert list(bench.processor.troubles()) == []
    assert (tmp_path / "read").read_text() == "la 1000:1 www la\n"


async def test_one_that_closes_its_input_is_ended(tmp_path: Path) -> None:
    async with running(f"exec < /dev/null; touch {tmp_path}/closed; sleep 60") as bench:
        await until((tmp_path / "closed").exists)
        bench.processor.feed([figure(1)])
        await until(lambda: bench.processor._program is None)
        assert "it ended (-9)" in next(bench.processor.troubles())


async def test_odd_figures_are_left_out(tmp_path: Path) -> None:
    async with running(f"cat > {tmp_path}/read") as bench:
        bench.processor.feed([figure("1 2"), figure(3)])
        bench.processor.feed([figure("\n")])
    assert (tmp_path / "read").read_text() == "la 1000:3 www la\n"
    assert bench.counts == {"odd": 2, "given": 1, "starts": 1}


async def test_nothing_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_processor, "LAST_WORDS", 0.1)
    before = open_files()
    async with running(f"trap '' TERM HUP; touch {tmp_path}/up; while true; do sleep 1; done"):
        await until((tmp_path / "up").exists)
    assert open_files() == before
