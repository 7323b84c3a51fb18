"""What waits to be written: together by file, by age and number, again when it failed, never without bound."""

import asyncio
import logging
from pathlib import Path

import pytest

from hexmon.graphs import librrd
from hexmon.graphs.batches import AWAY, RETRY, Batches
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.rrdcached import DaemonAwayError
from hexmon.graphs.schema import Update
from tests.support.clock import FakeClock
from tests.support.rrd import START, update


class Counted(RrdFiles):
    """Counts the updates that librrd gets."""

    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self.calls: list[tuple[str, int]] = []
        self.away = False

    def write(self, path: Path, updates: list[Update]) -> None:  # type: ignore[override]
        self.calls.append((path.name, len(updates)))
        if self.away:
            raise DaemonAwayError("", "rrdcached at x cannot be used: no")
        super().write(path, updates)


class Bench:
    def __init__(self, top: Path, batch: int = 3, limit: int = 1000) -> None:
        self.clock = FakeClock(START + 86400.0)
        self.files = Counted(top)
        self.batches = Batches(self.files, self.clock, flush=30.0, batch=batch, limit=limit)

    def take(self, *updates: Update) -> None:
        self.batches.take(updates)

    def wait(self, seconds: float) -> None:
        asyncio.run(self.clock.advance(seconds))


def some(count: int, file: str = "la.rrd", first: int = 0) -> list[Update]:
    return [update(START + 300 * number, file, la=str(number)) for number in range(first, first + count)]


def test_figures_of_a_file_wait_for_others_until_they_are_old_or_many(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*some(2), *some(4, "b.rrd"))
    assert bench.files.calls == [("b.rrd", 3)]
    bench.wait(29)
    assert not bench.batches.write_due(100)
    assert bench.batches.pending == 3
    bench.wait(1)
    assert not bench.batches.write_due(100)
    assert bench.files.calls == [("b.rrd", 3), ("la.rrd", 2), ("b.rrd", 1)]
    assert bench.batches.pending == 0
    assert librrd.info(tmp_path / "www" / "b.rrd")["ds[la].last_ds"] == "3"


def test_a_turn_writes_only_so_many_files(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for number in range(5):
        bench.take(*some(1, f"{number}.rrd"))
    bench.wait(30)
    assert bench.batches.write_due(3)
    assert len(bench.files.calls) == 3


def test_a_file_that_somebody_looks_at_is_written_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*some(2), *some(1, "b.rrd"))
    bench.batches.write_file("www", "la.rrd")
    bench.batches.write_file("www", "nothing.rrd")
    bench.batches.write_file("..", "x")
    assert bench.files.calls == [("la.rrd", 2)]


@pytest.mark.parametrize(
    ("folder", "file", "at"),
    [
        ("..", "la.rrd", START),
        ("www", "../la.rrd", START),
        ("www", "la.txt", START),
        ("www", "la.rrd", -1.0),
        ("www", "la.rrd", float("nan")),
        ("www", "la.rrd", float("inf")),
        ("www", "la.rrd", START + 10 * 86400.0),
    ],
)
def test_what_cannot_be_kept_is_refused_and_counted(tmp_path: Path, folder: str, file: str, at: float) -> None:
    bench = Bench(tmp_path)
    one = update(la="1")
    bench.take(Update(folder=folder, file=file, sources=one.sources, values=one.values, at=at))
    bench.batches.write_all()
    assert bench.batches.counts == {"refused": 1}
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_waits_and_harms_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bad = tmp_path / "www" / "bad.rrd"
    bad.parent.mkdir()
    bad.write_bytes(b"no")
    bench = Bench(tmp_path)
    bench.take(*some(3, "bad.rrd"), *some(3))
    assert librrd.info(tmp_path / "www" / "la.rrd")["ds[la].last_ds"] == "2"
    told = "the figures of www/bad.rrd cannot be written: it is too short for an RRD file"
    assert list(bench.batches.troubles()) == [told]
    bench.take(*some(2, "bad.rrd", first=3))
    bench.wait(RETRY)
    bench.batches.write_due(100)
    assert len([line for line in caplog.messages if "bad.rrd" in line]) == 1
    assert bench.batches.counts == {"errors": 2}
    bad.unlink()
    bench.wait(RETRY)
    bench.batches.write_due(100)
    assert list(bench.batches.troubles()) == []
    assert librrd.info(bad)["ds[la].last_ds"] == "4"
    assert caplog.messages[-1] == "graphs: www/bad.rrd is written again"
    assert bench.batches.pending == 0


def test_a_bad_file_keeps_only_its_newest_figures(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "bad.rrd").write_bytes(b"no")
    bench = Bench(tmp_path)
    bench.take(*some(500, "bad.rrd"))
    assert bench.batches.pending == 120
    assert bench.batches.counts["failed"] == 380


def test_many_bad_files_are_few_lines(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    bench = Bench(tmp_path, batch=1)
    for number in range(9):
        (tmp_path / "www" / f"{number}.rrd").write_bytes(b"no")
        bench.take(*some(1, f"{number}.rrd"))
    lines = list(bench.batches.troubles())
    assert len(lines) == 6
    assert lines[-1] == "4 more files of figures cannot be written"


def test_what_waits_is_bounded_and_written_early(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit=10)
    for number in range(50):
        bench.take(*some(1, f"{number}.rrd"))
        assert bench.batches.pending <= 10
    assert bench.batches.counts == {}
    bench.batches.write_all()
    assert bench.files.counts["written"] == 50


def test_while_the_daemon_is_away_figures_wait_within_the_bound(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit=10)
    bench.files.away = True
    bench.take(*some(3))
    assert list(bench.batches.troubles()) == ["rrdcached at x cannot be used: no; 3 figures wait for it"]
    bench.take(*some(12, "b.rrd"))
    assert len(bench.files.calls) == 1  # it is not asked again and again
    assert (bench.batches.pending, bench.batches.counts) == (10, {"failed": 5})
    bench.take(*some(2, "c.rrd"))
    bench.wait(AWAY)
    bench.files.away = False
    bench.batches.write_all()
    assert list(bench.batches.troubles()) == []
    assert bench.files.counts["written"] == 10
    assert bench.batches.pending == 0


def test_a_dropped_host_takes_along_what_waits(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*some(4), *some(2, "b.rrd"))
    bench.batches.drop("www", "b.rrd")
    assert [one.name for one in (tmp_path / "www").iterdir()] == ["la.rrd"]
    bench.batches.drop("www")
    bench.batches.drop("../www")
    bench.batches.write_all()
    assert not list(tmp_path.iterdir())
    assert bench.batches.pending == 0


def test_a_renamed_host_takes_along_what_waits(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*some(2))
    bench.batches.rename("www", "web")
    assert librrd.info(tmp_path / "web" / "la.rrd")["ds[la].last_ds"] == "1"
    assert not (tmp_path / "www").exists()


def test_a_clock_that_was_set_back_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.clock.wall = START + 10.0
    bench.take(update(START + 80000, la="1"), update(START, la="2"), update(START + 1, la="2"))
    assert list(bench.batches.troubles()) == [
        "figures come for files whose last are of a later time: was the clock set back?"
    ]
