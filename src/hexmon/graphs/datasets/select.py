"""Which data set reads a text: what TEST2RRD says of its column."""

from collections.abc import Iterable, Mapping

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.schema import Update


def updates_of(source: Source, data_sets: Mapping[str, str]) -> Iterable[Update]:
    """The figures of a text; `data_sets` is column to data set, as TEST2RRD has it."""
    read = DATASETS.get(data_sets.get(source.test, ""))
    return read(source) if read is not None else ()
