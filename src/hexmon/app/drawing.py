"""The graphs of `hexmon serve`: what the gallery is told by the settings, and by whoever writes the files."""

from collections.abc import Callable, Sequence
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
from hexmon.judge.device_changes import tidy
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor
from hexmon.model.site_memory import MonitorMemory

_FLUSH_SECONDS = 1.0  # figures that are written later come with the next picture


MemoryOf = Callable[[StatusKey], MonitorMemory | None]


def open_gallery(
    configuration: Configuration, clock: Clock, graphing: Graphing | None, memory_of: MemoryOf
) -> Gallery | NoGraphs:
    """What draws; nothing where figures are not kept. `close` it in the end."""
    if graphing is None or not librrd.available():
        return NoGraphs()

    async def flush(files: Sequence[tuple[str, str]]) -> None:
        for folder, found in groupby(files, itemgetter(0)):
            await graphing.flushed(folder, [name for _, name in found], _FLUSH_SECONDS)

    def place_of(monitor: Monitor) -> Place | None:
        return graphing.place_of(monitor.key)

    def name_of(monitor: Monitor, index: int) -> str:
        memory = memory_of(monitor.key)
        device = memory.state.detail if memory is not None else None
        interfaces = device.interfaces if device is not None else ()
        return next((tidy(one.name) for one in interfaces if one.index == index), "")

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
        name_of=name_of,
    )
    return Gallery(Folders(configuration.rrd_dir), graphs, clock)
