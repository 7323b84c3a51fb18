"""docs/graphs-datasets.md lists every data set, with the data sources that its texts bring."""

import re
from pathlib import Path

import pytest

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.select import dataset_of, updates_of
from hexmon.graphs.datasets.settings import DatasetSettings
from tests.peers.dataset_texts import MAKERS, texts

PAGE = (Path(__file__).parents[3] / "docs" / "graphs-datasets.md").read_text()
FREE = {"ncv", "trends", "devmon", "vmstat", "xtstats"}  # the text, or the system, says what there is


def rows() -> dict[str, str]:
    """The column of data sources, by data set."""
    table = PAGE.partition("| data set | files |")[2].partition("\n\n")[0]
    cells = [line.split(" | ") for line in table.splitlines()[2:]]
    return {name: cell[2] for cell in cells for name in re.findall(r"`(\w+)`", cell[0])}


def test_every_data_set_has_a_row() -> None:
    assert set(rows()) == set(DATASETS)


@pytest.mark.parametrize("name", MAKERS)
def test_data_sources(name: str) -> None:
    settings, known = DatasetSettings(), rows()
    for text in texts(name, 0, 10):
        source = Source(kind=text.kind, host="www", test=text.test, text=text.text.encode(), at=1e9)
        read_by = dataset_of(source, settings)
        if read_by not in FREE:
            for update in updates_of(source, settings):
                words = known["memory" if update.file.startswith("memory.") else read_by]
                assert {one.name for one in update.sources} <= set(re.findall(r"\w+", words))
