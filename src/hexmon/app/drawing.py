"""The graphs of `hexmon serve`: what the gallery is told by the settings."""

from hexmon.app.settings import Configuration, Files
from hexmon.clock import Clock
from hexmon.graphs import librrd
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Flush, Gallery, Graphs, flush_nothing
from hexmon.graphs.source import GraphsSource
from hexmon.graphs.view import NoGraphs


def open_gallery(configuration: Configuration, clock: Clock, flush: Flush = flush_nothing) -> Gallery | NoGraphs:
    """What draws; nothing where figures are not kept. `close` it in the end.

    `flush` is awaited before files are drawn: it writes the figures that wait for them.
    """
    settings = configuration.settings.graphs
    if settings.enabled is False or not librrd.available():
        return NoGraphs()
    name = configuration.settings.files.graphs
    source = GraphsSource(configuration.locate(name), required=name != Files().graphs)
    graphs = Graphs(
        book=source.book,
        order=settings.graph_words(),
        tests=dict(settings.data_sets()),
        columns=dict(settings.column_graphs()),
        flush=flush,
    )
    return Gallery(Folders(configuration.rrd_dir), graphs, clock)
