"""Following logs: growth, rotation, truncation, and what must not be read."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.agent.logs import NotRegularError, Remembered, read_log

WINDOW = 102_400


def test_a_line_is_seen_for_seven_reports(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n")
    remembered, seen = Remembered(), []
    for _ in range(9):
        window = read_log(str(log), remembered)
        remembered = window.remembered
        seen.append(window.data)
    assert seen == 7 * [b"first\n"] + 2 * [b""]


def test_what_is_new_is_told_apart(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"old\n")
    first = read_log(str(log), Remembered())
    with log.open("ab") as file:
        file.write(b"new\n")
    second = read_log(str(log), first.remembered)
    assert (first.data, first.new) == (b"old\n", 0)
    assert (second.data, second.new) == (b"old\nnew\n", 4)


def test_a_log_that_shrank_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a long line\n")
    remembered = read_log(str(log), Remembered()).remembered
    log.write_bytes(b"short\n")
    assert read_log(str(log), remembered).data == b"short\n"


def test_another_file_of_that_name_is_read_from_its_start_even_when_it_is_larger(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n")
    remembered = read_log(str(log), Remembered()).remembered
    log.rename(tmp_path / "log.1")
    log.write_bytes(b"much more than there was\n")
    window = read_log(str(log), remembered)
    assert (window.data, window.new) == (b"much more than there was\n", 0)


def test_a_log_of_ten_gigabytes_is_read_at_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(10 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"end\n")
    window = read_log(str(log), Remembered())
    assert len(window.data) == WINDOW
    assert window.data.endswith(b"\0end\n")
    assert window.new < 0


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "link"):
        with pytest.raises(NotRegularError, match="Not a regular file"):
            read_log(str(tmp_path / name), Remembered())
    with pytest.raises(IsADirectoryError):
        read_log(str(tmp_path), Remembered())


def test_a_file_that_becomes_a_pipe_while_it_is_opened_does_not_block(tmp_path: Path) -> None:
    from hexmon.agent.logs import open_regular

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegularError):
        read_log(str(tmp_path / "pipe"), Remembered(), open_regular)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grow"), st.integers(0, 40)),
        st.tuples(st.just("rotate"), st.integers(0, 40)),
        st.tuples(st.just("empty"), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_every_line_is_new_once_and_seen_seven_times(steps: list[tuple[str, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()
        remembered, number = Remembered(), 0
        there: list[list[bytes]] = []  # the lines that each of the last reports brought
        for kind, lines in steps:
            if kind == "rotate":
                log.rename(Path(folder) / f"log.{number}")
            if kind != "grow":
                log.write_bytes(b"")
                if there and any(there):
                    there = []
            added = [b"%06d\n" % (number + one) for one in range(lines)]
            number += lines + 1
            with log.open("ab") as file:
                file.writelines(added)
            before = remembered
            window = read_log(str(log), remembered)
            remembered = window.remembered
            if kind == "empty" and not before.ends:
                continue
            there.append(added)
            there = there[-7:]
            assert window.data == b"".join(line for one in there for line in one)
            assert window.data[max(window.new, 0) :] == b"".join(added)
