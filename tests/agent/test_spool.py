"""Messages on disk: their order, their bound, and what crashes, full disks and broken files do to them."""

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hexmon.agent.spool import Spool, Waiting
from tests.support.tiny_disk import on_a_tiny_disk

MOST = 10_000


def a_message(text: str, received: float = 1.5) -> Waiting:
    return Waiting(received, text.encode())


def drained(spool: Spool) -> list[str]:
    """Take everything out, in order."""
    found = []
    while (batch := spool.oldest()) is not None:
        found += [one.message.decode() for one in batch.messages]
        spool.remove(batch.number)
    return found


def test_what_was_appended_comes_out_in_order_with_its_moment(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "deep" / "folder", MOST)
    assert spool.append([a_message("one", 1.25), a_message("two\nlines\n\0and zero", 2.0)])
    assert spool.append([a_message("three", 3.0)])
    assert spool.append([])
    assert len(spool) == 2
    first = spool.oldest()
    assert first is not None
    assert first.messages == (Waiting(1.25, b"one"), Waiting(2.0, b"two\nlines\n\0and zero"))
    assert spool.oldest() == first, "it stays until it was sent"
    spool.remove(first.number)
    assert drained(spool) == ["three"]
    assert (len(spool), spool.size, spool.oldest(), spool.dropped) == (0, 0, None, 0)
    assert list((tmp_path / "deep" / "folder").iterdir()) == []


def test_the_order_holds_over_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    for number in range(12):
        spool.append([a_message(str(number))])
    first = spool.oldest()
    assert first is not None
    spool.remove(first.number)
    again = Spool(tmp_path, MOST)
    assert (len(again), again.size) == (len(spool), spool.size)
    again.append([a_message("12")])
    assert drained(again) == [str(number) for number in range(1, 13)]


def test_older_ones_can_be_put_ahead(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([a_message("three")])
    assert spool.append([a_message("two")], ahead=True)
    assert spool.append([a_message("one")], ahead=True)
    assert drained(Spool(tmp_path, MOST)) == ["one", "two", "three"]


def test_nothing_is_given_up_for_what_is_put_ahead(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool.append([a_message("x" * 80)])
    assert not spool.append([a_message("y" * 80)], ahead=True)
    assert (spool.dropped, spool.trouble) == (0, "the spool is full")


def test_what_a_crash_leaves_behind_is_removed_and_not_sent(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([a_message("whole")])
    (tmp_path / "500000000001.new").write_bytes(b"1.000 400\nhalf of it")
    (tmp_path / "README.messages").write_text("somebody's note")
    (tmp_path / "²³.messages").write_text("digits that are no number")
    (tmp_path / "000000000001.messages").mkdir()
    again = Spool(tmp_path, MOST)
    assert drained(again) == ["whole"]
    assert not (tmp_path / "500000000001.new").exists()
    assert (tmp_path / "README.messages").exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing: sent at once"),
        pytest.param(b"1.000 400\nshort", id="cut in the middle of a message"),
        pytest.param(b"1.000 4\nmore1.0", id="cut in the middle of a line"),
        pytest.param(b"1.000 -4\nmore", id="a negative length"),
        pytest.param(b"1.000 " + b"9" * 5000 + b"\nmore", id="a length of 5000 digits"),
        pytest.param(b"1.000 1 1\nm", id="three words"),
        pytest.param(b"now 1\nm", id="no time"),
        pytest.param(b"\xff\xfe\x00garbage", id="garbage"),
    ],
)
def test_a_file_that_is_broken_is_given_up_and_holds_up_nothing(tmp_path: Path, content: bytes) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([a_message("one"), a_message("two")])
    spool.append([a_message("three")])
    [broken, _] = sorted(tmp_path.iterdir())
    broken.write_bytes(content)
    again = Spool(tmp_path, MOST)
    assert drained(again) == ["three"]
    assert again.dropped == (1 if content else 0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanished_is_given_up(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([a_message("one")])
    spool.append([a_message("two")])
    min(tmp_path.iterdir()).unlink()
    assert drained(spool) == ["two"]
    assert (spool.dropped, spool.size) == (1, 0)


def test_a_lack_of_descriptors_gives_nothing_up(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([a_message("one")])
    with limited(resource.RLIMIT_NOFILE, 0), pytest.raises(OSError, match="Too many open files"):
        spool.oldest()
    assert (drained(spool), spool.dropped) == (["one"], 0)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MOST)
    shutil.rmtree(tmp_path / "spool")
    with pytest.raises(OSError, match="No such file"):
        spool.append([a_message("one")])
    assert spool.trouble == f"{tmp_path / 'spool'}: No such file or directory"
    (tmp_path / "spool").mkdir()
    assert spool.append([a_message("two")])
    assert (spool.trouble, drained(spool)) == ("", ["two"])


def test_the_oldest_make_room_for_the_newest(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    for text in "abcdef":
        assert spool.append([a_message(text * 30)])
        assert spool.size <= 100
    assert spool.dropped == 4
    assert drained(spool) == ["e" * 30, "f" * 30]


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST, most_files=3)
    for text in "abcde":
        assert spool.append([a_message(text)])
    assert (drained(spool), spool.dropped) == (["c", "d", "e"], 2)


def test_what_is_bigger_than_the_spool_is_refused_and_costs_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool.append([a_message("small")])
    assert not spool.append([a_message("x" * 200)])
    assert (spool.trouble, spool.dropped, drained(spool)) == ("the spool is smaller than a message", 0, ["small"])


def test_a_bound_that_was_lowered_holds_from_the_next_message_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    for text in "abcdef":
        spool.append([a_message(text * 30)])
    smaller = Spool(tmp_path, 100)
    smaller.append([a_message("g" * 30)])
    assert (drained(smaller), smaller.dropped) == (["f" * 30, "g" * 30], 5)


def test_a_file_size_that_is_forbidden_is_a_full_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100_000)
    spool.append([a_message("one")])
    with limited(resource.RLIMIT_FSIZE, 1000):
        assert spool.append([a_message("two")])
        assert not spool.append([a_message("x" * 5000)])
    assert spool.trouble == f"{tmp_path}: File too large"
    assert drained(spool) == []
    assert spool.dropped == 2, "the oldest were given up, in vain"


FULL_DISK = """
from pathlib import Path
from hexmon.agent.spool import Spool, Waiting
spool = Spool(Path("spool"), 10**9)
kept = [spool.append([Waiting(1.0, b"%d " % number + b"x" * 20_000)]) for number in range(30)]
print(all(kept), spool.dropped, spool.trouble)
again = Spool(Path("spool"), 10**9)
numbers = []
while (batch := again.oldest()) is not None:
    numbers += [int(one.message.split()[0]) for one in batch.messages]
    again.remove(batch.number)
print(numbers == list(range(spool.dropped, 30)), [path.name for path in Path("spool").iterdir()])
"""


def test_a_full_disk_costs_the_oldest(tmp_path: Path) -> None:
    kept, rest = on_a_tiny_disk(tmp_path / "disk", FULL_DISK).splitlines()
    words = kept.split()
    assert words[0] == "True"
    assert 15 < int(words[1]) < 25
    assert rest == "True []"


OTHERS_FILL_IT = """
from pathlib import Path
from hexmon.agent.spool import Spool, Waiting
spool = Spool(Path("spool"), 10**9)
for number in range(1000):
    spool.append([Waiting(1.0, b"%d " % number + b"x" * 4000)])
try:
    with open("filler", "wb") as filler:
        filler.write(bytes(10**8))
except OSError:
    pass
print(spool.append([Waiting(1.0, b"x" * 50_000_000)]), len(spool) > 200, spool.trouble)
"""


def test_a_disk_that_cannot_take_it_at_all_does_not_cost_everything(tmp_path: Path) -> None:
    said = on_a_tiny_disk(tmp_path / "disk", OTHERS_FILL_IT.replace("50_000_000", "50_000"), 8192)
    assert said.startswith("True True")
    said = on_a_tiny_disk(tmp_path / "disk", OTHERS_FILL_IT.replace("50_000_000", "9_000_000"), 8192)
    assert said.startswith("False False"), "nine megabytes need more than there is"


@contextmanager
def limited(what: int, most: int) -> Iterator[None]:
    """With a limit of this process."""
    before = resource.getrlimit(what)
    resource.setrlimit(what, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(what, before)


class Model(RuleBasedStateMachine):
    """A spool beside a list, through appends, removals and restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spool-"))
        self.spool = Spool(self.folder, 400)
        self.batches: list[tuple[Waiting, ...]] = []
        self.number = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(sizes=strategies.lists(strategies.integers(0, 150), min_size=1, max_size=3))
    def append(self, sizes: list[int]) -> None:
        batch = tuple(Waiting(float(self.number), b"%d:" % self.number + b"\n" * size) for size in sizes)
        self.number += 1
        kept = self.spool.append(batch)
        assert kept == (_cost(batch) <= 400)
        if kept:
            self.batches.append(batch)
            while sum(map(_cost, self.batches)) > 400:
                self.batches.pop(0)

    @rule(size=strategies.integers(0, 100))
    def ahead(self, size: int) -> None:
        batch = (Waiting(0.5, b"ahead" + b" " * size),)
        kept = self.spool.append(batch, ahead=True)
        assert kept == (_cost(batch) + sum(map(_cost, self.batches)) <= 400)
        if kept:
            self.batches.insert(0, batch)

    @precondition(lambda self: self.batches)
    @rule()
    def send(self) -> None:
        batch = self.spool.oldest()
        assert batch is not None
        assert batch.messages == self.batches.pop(0)
        self.spool.remove(batch.number)

    @rule(leftover=strategies.booleans())
    def restart(self, leftover: bool) -> None:
        if leftover:
            (self.folder / "000000000001.new").write_bytes(b"1 1")
        self.spool = Spool(self.folder, 400)

    @invariant()
    def the_same(self) -> None:
        assert len(self.spool) == len(self.batches)
        assert self.spool.size == sum(map(_cost, self.batches)) <= 400
        oldest = self.spool.oldest()
        assert (oldest.messages if oldest else None) == (self.batches[0] if self.batches else None)


def _cost(batch: tuple[Waiting, ...]) -> int:
    return sum(len(b"%.3f %d\n" % (one.received, len(one.message))) + len(one.message) for one in batch)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
