"""What a status or a data message says in figures: one module per data set; DATASETS is the only list."""

from collections.abc import Mapping

from hexmon.graphs.datasets.contract import Dataset
from hexmon.graphs.datasets.smoke import smoke

DATASETS: Mapping[str, Dataset] = {
    "smoke": smoke,
}
