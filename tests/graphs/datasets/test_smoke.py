"""smoke: the round trips of a ping with several packets, as the graph wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.smoke import PACKETS, SOURCES

NAMES = tuple(source.name for source in SOURCES)


def read(text: bytes) -> list[Update]:
    source = Source(kind="data", host="www.example.com", test="smoke", text=text, at=1000.5)
    return list(DATASETS["smoke"](source))


def figures(loss: float, times: list[float]) -> dict[str, str]:
    words = " ".join(f"{seconds:.7f}" for seconds in times)
    [update] = read(f"data www,example,com.smoke\nloss: {loss:.6g}\nseconds: {words}\n".encode())
    assert update.sources == SOURCES
    return dict(zip(NAMES, update.values, strict=True))


def test_it_is_one_file_of_the_host() -> None:
    [update] = read(b"data www,example,com.smoke\nloss: 0\nseconds: 0.0011\n")
    assert (update.folder, update.file, update.at, update.test) == ("www.example.com", "smoke.rrd", 1000.5, "smoke")


def test_twenty_packets_are_as_they_were() -> None:
    times = [0.001 * number for number in range(1, 21)]
    found = figures(0, times)
    assert [float(found[f"p{number}"]) for number in range(20)] == pytest.approx(times)
    assert found["loss"] == "0"
    assert float(found["median"]) == pytest.approx(0.0105)


@pytest.mark.parametrize(
    ("loss", "count", "lost", "places"),
    [
        pytest.param(0.0, 10, "0", [n // 2 for n in range(20)], id="of ten each counts twice"),
        pytest.param(
            0.1, 9, "2", [0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8], id="one of ten was lost"
        ),
        pytest.param(0.975, 1, "19.5", [0] * 20, id="one of forty came back"),
        pytest.param(0.0, 39, "0", [2 * n for n in range(20)], id="of many every other one"),
    ],
)
def test_others_are_brought_to_twenty(loss: float, count: int, lost: str, places: list[int]) -> None:
    times = [0.01 + 0.001 * number for number in range(count)]
    found = figures(loss, times)
    assert found["loss"] == lost
    assert [float(found[f"p{number}"]) for number in range(20)] == pytest.approx([times[place] for place in places])


def test_of_silence_nothing_but_the_loss_is_known() -> None:
    found = figures(1.0, [])
    assert found.pop("loss") == "20"
    assert set(found.values()) == {"U"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"data www.smoke\nloss: 0.1\n", id="no times"),
        pytest.param(b"data www.smoke\nseconds: 0.1\n", id="no loss"),
        pytest.param(b"data www.smoke\nloss: 0.1 0.2\nseconds: 0.1\n", id="two losses"),
        pytest.param(b"data www.smoke\nloss: nan\nseconds: 0.1\n", id="no number"),
        pytest.param(b"data www.smoke\nloss: 0\nseconds: 0.1 1e99999\n", id="no time"),
        pytest.param(b"data www.smoke\nloss: 0\nseconds: " + b"9" * 5000, id="digits without end"),
    ],
)
def test_anything_else_says_nothing(text: bytes) -> None:
    assert read(text) == []


@given(st.binary() | st.lists(st.from_regex(rb"(loss|seconds): [\d. ]{0,30}", fullmatch=True)).map(b"\n".join))
def test_any_text_is_read(text: bytes) -> None:
    for update in read(text):
        known = [float(value) for value in update.values[2:] if value != "U"]
        assert known == sorted(known)
        assert 0 <= float(update.values[0]) <= PACKETS
