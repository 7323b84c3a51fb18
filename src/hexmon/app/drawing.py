"""The graphs of `hexmon serve`: what the gallery is told by the settings, and by whoever writes the files."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from hexmon.app.graphing import Graphing
from hexmon.app.settings import Configuration, Files
from hexmon.clock import Clock
from hexmon.graphs import librrd
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Gallery, Graphs
from hexmon.graphs.site_rrd import Place
from hexmon.graphs.source import GraphsSource
from hexmon.graphs.view import NoGraphs
from hexmon.model.site import Monitor

_FLUSH_SECONDS = 1.0  # figures that are written later come with the next picture


def open_gallery(configuration: Configuration, clock: Clock, graphing: Graphing | None) -> Gallery | NoGraphs:
    """What draws; nothing where figures are not kept. `close` it in the end."""
    if graphing is None or not librrd.available():
        return NoGraphs()

    async def flush(files: Sequence[tuple[str, str]]) -> None:
        for folder, found in groupby(files, itemgetter(0)):
            await graphing.flushed(folder, [name for _, name in found], _FLUSH_SECONDS)

    def place_of(monitor: Monitor) -> Place | None:
        return graphing.place_of(monitor.key)

    settings = configuration.settings.graphs
    name = configuration.settings.files.graphs
    source = GraphsSource(configuration.locate(name), required=name != Files().graphs)
    graphs = Graphs(
        book=source.book,
        order=settings.graph_words(),
        tests=dict(settings.data_sets()),
        columns=dict(settings.column_graphs()),
        flush=flush,
        place_of=place_of,
    )
    return Gallery(Folders(configuration.rrd_dir), graphs, clock)
