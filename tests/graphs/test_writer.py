"""The thread that writes: order, bounds, an end within its time, mistakes that harm nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexmon.clock import SystemClock
from hexmon.graphs import librrd
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.schema import Update
from hexmon.graphs.writer import Writer
from tests.support.rrd import START, update


@contextmanager
def writing(top: Path, limit: int = 1000, flush: float = 1000.0) -> Iterator[Writer]:
    writer = Writer(RrdFiles(top), SystemClock(), flush=flush, limit=limit)
    writer.start()
    yield writer
    assert writer.stop(20)


def last(path: Path) -> object:
    return librrd.info(path)["ds[la].last_ds"]


def test_what_is_offered_is_in_the_file_after_a_flush(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        writer.offer([update(START + number, la=str(number)) for number in range(5)])
        writer.flush("www", "la.rrd").result(20)
        assert last(tmp_path / "www" / "la.rrd") == "4"
        assert writer.pending() == 0


def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        for number in range(300):
            writer.offer([update(START + 5, f"{number}.rrd", la="5")])
    assert len(list((tmp_path / "www").iterdir())) == 300
    assert writer.totals()["written"] == 300


def test_old_figures_are_written_without_being_asked_for(tmp_path: Path) -> None:
    with writing(tmp_path, flush=0.0) as writer:
        writer.offer([update(la="1")])
        writer.flush("other", "x.rrd").result(20)
        writer.flush("other", "x.rrd").result(20)
        assert (tmp_path / "www" / "la.rrd").exists()


def test_drops_and_renames_keep_their_place_among_figures(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        writer.offer([update(START, la="1")])
        writer.rename("www", "web")
        writer.offer([update(START, la="2")])
        writer.drop("web")
        writer.offer([update(START, "b.rrd", la="3")])
        writer.flush_all().result(20)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*.rrd")) == ["www/b.rrd", "www/la.rrd"]
    assert last(tmp_path / "www" / "la.rrd") == "2"


def test_more_than_the_queue_takes_is_lost_and_told(tmp_path: Path) -> None:
    with writing(tmp_path, limit=10) as writer:
        going = threading.Event()
        writer.do(going.wait)
        taken = [writer.offer([update(START + number, la="1")]) for number in range(20)]
        assert taken == [True] * 10 + [False] * 10
        assert not writer.offer([], weight=5)
        assert writer.depth() == 10
        going.set()
        writer.flush_all().result(20)
        assert list(writer.troubles()) == ["15 texts with figures were lost since the start: too many came at once"]
        assert writer.offer([update(START + 100, la="1")])


def test_texts_beyond_all_bounds_are_lost_too(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        going = threading.Event()
        writer.do(going.wait)
        assert writer.offer([], size=2**40)  # a single one is always taken
        assert not writer.offer([], size=1)
        going.set()


def test_a_text_that_raises_harms_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Iterator[Update]:
        yield update(START, la="1")
        raise RuntimeError("a mistake in a data set")

    with writing(tmp_path) as writer:
        writer.offer(broken())
        writer.offer([update(START + 1, la="2")])
    assert last(tmp_path / "www" / "la.rrd") == "2"
    assert writer.totals()["mistakes"] == 1
    assert "figures could not be kept" in caplog.messages


def test_an_end_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    writer = Writer(RrdFiles(tmp_path), SystemClock())
    going = threading.Event()
    writer.start()
    writer.do(going.wait)
    assert not writer.stop(0.01)
    going.set()
    assert writer.stop(20)


def test_without_a_thread_nobody_waits(tmp_path: Path) -> None:
    writer = Writer(RrdFiles(tmp_path), SystemClock())
    assert writer.flush("www", "la.rrd").done()
    assert writer.stop(1)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with writing(tmp_path) as writer:
        (tmp_path / "www").mkdir()
        for number in range(50):
            (tmp_path / "www" / f"bad{number}.rrd").write_bytes(b"no")
            writer.offer([update(START, f"bad{number}.rrd", la="1"), update(START, f"{number}.rrd", la="1")])
        writer.flush_all().result(20)
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
