"""Figures from statuses into RRD files: the whole way, beside librrd's own update in the same run.

Statuses are events on the bus, as the board publishes them; data sets read their texts; the writer fills 5,000 files.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.row import Row
from hexmon.app.graphing import Graphing
from hexmon.app.settings import Configuration, Settings
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.graphs import librrd
from hexmon.graphs.definitions import Definitions
from hexmon.graphs.schema import DataSource
from hexmon.graphs.settings import GraphSettings
from hexmon.model.color import Color
from hexmon.model.events import StatusReported
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import Status

HOSTS = 1_000
PER_HOST = 5  # files: three of cpu, one each of conn and dns
FILES = HOSTS * PER_HOST
ROUNDS = 24  # updates of each file
PACE = 20_000  # updates a second in the last part
PACED_SECONDS = 4
RUNS = 3
_STEP = 300
_CPU = b"green Sat Nov 21 08:00:00 2026 up: 12 days, 1 users, 210 procs, load=%d.%02d\n" + b"&green top says\n" * 20
_TIMED = b"green Sat Nov 21 08:00:00 2026 it is OK\n\nService is OK (up)\n\nSeconds: %d.%09d\n"
_TEXTS = {"cpu": _CPU, "conn": _TIMED, "dns": _TIMED}
_SWITCH = 0.0005  # as hexmon serve sets it


def run() -> list[Row]:
    """Alternating runs; the medians."""
    sys.setswitchinterval(_SWITCH)
    rates: dict[str, list[float]] = {"alone": [], "batched": [], "raw": [], "raw batched": []}
    work = 0.0
    for _ in range(RUNS):
        before = time.process_time()
        rates["alone"].append(asyncio.run(_whole_way(batch=1)))
        work = time.process_time() - before
        rates["raw"].append(_raw(1))
        rates["batched"].append(asyncio.run(_whole_way(batch=12)))
        rates["raw batched"].append(_raw(12))
    found = {name: statistics.median(values) for name, values in rates.items()}
    late, kept_up = asyncio.run(_paced())
    files = f"{FILES:,} files, {ROUNDS} updates each, from the bus to the files"
    cost = work / FILES / (ROUNDS + 1) * 1e6
    each = f"{files}, 3 of a text about cpu, 1 each of two others; {cost:.0f} us of both cores each"
    return [
        _row("RRD updates through the pipeline, each written for itself", found["alone"], found["raw"], each),
        _row("RRD updates through the pipeline, 12 of a file together", found["batched"], found["raw batched"], files),
        Row(
            figure=f"event loop, late by (p99) while {PACE:,} updates a second are kept",
            unit="ms",
            ours=late,
            want="<= 20 ms",
            note=f"{PACED_SECONDS} s, each update written for itself; {kept_up}",
        ),
    ]


def _row(figure: str, ours: float, raw: float, note: str) -> Row:
    ratio = round(ours / raw, 2)
    return Row(
        figure=figure,
        unit="/s",
        ours=ours,
        peer_name="librrd alone",
        peer=raw,
        ratio=ratio,
        want=">= 20,000/s",
        note=note,
    )


def _status(host: int, test: str, turn: int, at: float) -> StatusReported:
    status = Status(
        key=StatusKey(f"h{host}.example.com", test),
        color=Color.GREEN,
        reported=Color.GREEN,
        text=_TEXTS[test] % (turn % 9, host % 100),
        head=b"",
        sender="127.0.0.1",
        created=at,
        since=at,
        updated=at,
        valid_until=at + 1800,
        validity=1800,
    )
    return StatusReported(at, status)


_SOURCE = DataSource("la")


class _Pipeline:
    """A bus, a board that only knows its hosts, and graphs."""

    def __init__(self, folder: Path, batch: int) -> None:
        clock = SystemClock()
        self.bus = LocalBus()
        names = [f"h{number}.example.com" for number in range(HOSTS)]
        inventory = Inventory(hosts={name: Host(name=name) for name in names}, by_alias={name: name for name in names})
        board = Board(clock, MemoryJournal(keep=False), self.bus, BoardSettings(), inventory)
        values = GraphSettings(batch=batch, flush=5.0)
        configuration = Configuration(settings=Settings(graphs=values, data_dir=str(folder)), folder=folder, path=None)
        self.graphing = Graphing(configuration, clock, self.bus, board)

    def written(self) -> int:
        """So many updates are in files."""
        words = [line.rpartition(" ")[2] for line in self.graphing.metrics() if '"written"' in line]
        return int(words[0]) if words else 0

    def events(self, turn: int, first: int = 0, count: int = HOSTS) -> list[StatusReported]:
        """The statuses of these hosts."""
        at = _begin() + _STEP * turn
        return [
            _status(number % HOSTS, test, turn, at + _STEP * (number // HOSTS))
            for number in range(first, first + count)
            for test in _TEXTS
        ]

    def publish(self, turn: int, first: int = 0, count: int = HOSTS) -> None:
        """The same, told."""
        for event in self.events(turn, first, count):
            self.bus.publish(event)


def _begin() -> float:
    """Far enough in the past for all rounds."""
    return float(int(time.time()) // _STEP * _STEP - 86400 * 30)


async def _whole_way(batch: int) -> float:
    """Updates a second, from the first event until all are written; the files are there already."""
    with tempfile.TemporaryDirectory() as name:
        pipeline = _Pipeline(Path(name), batch)
        async with pipeline.graphing.running(), asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(loop) for loop in pipeline.graphing.loops().values()]
            pipeline.publish(0)
            await _until(pipeline, FILES)
            events = [pipeline.events(turn) for turn in range(1, ROUNDS + 1)]
            begun = time.perf_counter()
            for turn in events:
                for event in turn:
                    pipeline.bus.publish(event)
                await asyncio.sleep(0)
            await _until(pipeline, FILES * (ROUNDS + 1))
            took = time.perf_counter() - begun
            for task in running:
                task.cancel()
    return FILES * ROUNDS / took


async def _until(pipeline: _Pipeline, count: int) -> None:
    deadline = time.monotonic() + 120
    while pipeline.written() < count:
        await asyncio.sleep(0.01)
        if time.monotonic() > deadline:
            raise RuntimeError(f"{pipeline.written()} of {count} were written: {list(pipeline.graphing.troubles())}")


async def _paced() -> tuple[float, str]:
    """How late the event loop is (ms, p99) while so many come in each second, and whether the writer keeps up."""
    slices = 100 * PACED_SECONDS
    with tempfile.TemporaryDirectory() as name:
        pipeline = _Pipeline(Path(name), 1)
        async with pipeline.graphing.running(), asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(loop) for loop in pipeline.graphing.loops().values()]
            pipeline.publish(0)
            await _until(pipeline, FILES)
            late: list[float] = []
            running.append(tasks.create_task(_feel(late)))
            begun = time.monotonic()
            each = PACE // PER_HOST // 100
            for number in range(slices):
                pipeline.publish(1, number * each, each)
                await asyncio.sleep(max(0.0, begun + (number + 1) / 100 - time.monotonic()))
            took = time.monotonic() - begun
            waiting = FILES + slices * each * PER_HOST - pipeline.written()
            felt = sorted(late)
            await _until(pipeline, FILES + slices * each * PER_HOST)
            for task in running:
                task.cancel()
    came = slices * each * PER_HOST / took
    note = f"{came:,.0f} came in each second, at the end {waiting:,} waited; worst {felt[-1]:.0f} ms"
    return felt[int(len(felt) * 0.99)], note


async def _feel(late: list[float]) -> None:
    while True:
        wanted = time.monotonic() + 0.005
        await asyncio.sleep(0.005)
        late.append((time.monotonic() - wanted) * 1000)


def _raw(together: int) -> float:
    """Updates a second by librrd alone, in one thread, with so many values in a call."""
    begin = int(_begin())
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{number}.rrd" for number in range(FILES)]
        for path in paths:
            librrd.create(path, [_SOURCE], Definitions().layout("cpu"), begin)
        begun = time.perf_counter()
        for turn in range(ROUNDS // together):
            for number, path in enumerate(paths):
                moments = (begin + _STEP * (turn * together + one + 1) for one in range(together))
                librrd.update(path, ["la"], [f"{moment}:{number}" for moment in moments])
        return FILES * ROUNDS / (time.perf_counter() - begun)


if __name__ == "__main__":
    for found in run():
        print(found)
