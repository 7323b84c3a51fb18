"""Texts with figures, read by hexmon and by the real xymond_rrd: the files, their data sources, the last values.

`python -m tests.peers.hunt_datasets` goes on where this ends.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.client_samples import samples
from tests.peers.dataset_clients import texts_of
from tests.peers.dataset_compare import differences, files_of
from tests.peers.dataset_dice import Text
from tests.peers.dataset_oddities import ODDITIES
from tests.peers.dataset_texts import MAKERS, texts
from tests.support.xymond_rrd import InFile, Said, XymondRrd, xymond_rrd

pytestmark = pytest.mark.peers

TEXTS = 12  # of each maker


@pytest.fixture(scope="module")
def xymon() -> Iterator[XymondRrd]:
    with xymond_rrd() as opened:
        yield opened


@pytest.mark.parametrize("name", MAKERS)
def test_made_up_texts(xymon: XymondRrd, name: str) -> None:
    made = list(texts(name, 1, TEXTS))
    assert any(_has_files(text) for text in made)
    assert list(map(str, differences(xymon, made))) == []


@pytest.mark.parametrize("name", samples())
def test_what_our_judge_says_of_recorded_messages(xymon: XymondRrd, name: str) -> None:
    made = list(texts_of(name))
    assert list(map(str, differences(xymon, made))) == []


def test_a_ping_without_an_answer_takes_no_known_time(xymon: XymondRrd) -> None:
    text = Text("status", "conn", "red <!-- [flags:OrdasTLe] --> conn NOT ok\n\n&red 127.0.0.1 is unreachable\n")
    assert list(differences(xymon, [text])) == []
    assert _files(text)["tcp.conn.rrd"].values == {"sec": "U"}


def test_the_page_lists_every_oddity() -> None:
    page = (Path(__file__).parents[2] / "docs" / "graphs-datasets.md").read_text()
    rows = [f"| {one.what} | {one.xymon} | {one.hexmon} |" for one in ODDITIES]
    assert [row for row in page.splitlines() if row in rows] == rows


def _has_files(text: Text) -> bool:
    return bool(_files(text))


def _files(text: Text) -> dict[str, InFile]:
    return files_of(Said(kind=text.kind, host="www", test=text.test, text=text.text.encode()))
