"""From several pings of a host to the picture of their round trips."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexmon.app.alerting import notify_engines
from hexmon.app.parts import Opened, put_together
from hexmon.app.settings import Configuration, Settings
from hexmon.app.sources import Sources
from hexmon.clock import SystemClock
from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Gallery, Graphs
from hexmon.graphs.request import Asked, Window
from hexmon.graphs.settings import GraphSettings
from hexmon.graphs.source import built_in
from hexmon.model.events import DataReported
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.probes.tools import open_tools
from hexmon.storage.engine import open_storage
from tests.support.inventory import an_inventory_of

HOUR = 3600


async def figures_of(line: str, folder: Path) -> tuple[DataReported, str]:
    """What a running monitor passes on of one ping, and the text of conn."""
    configuration = Configuration(settings=Settings(), folder=folder, path=None)
    clock = SystemClock()
    storage = open_storage("memory:", asyncio.get_running_loop(), clock=clock)
    async with open_tools(clock) as tools, notify_engines() as engines:
        inventory = an_inventory_of(line)
        opened = Opened(storage=storage, tools=tools, notify=engines)
        parts = put_together(configuration, clock, opened, Sources(configuration), inventory)
        followed = parts.bus.follow("test", [DataReported])
        await parts.runner.adopt(inventory)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(parts.runner.run())
            await clock.sleep_until(clock.monotonic())
            parts.runner.probe_now(StatusKey("www.test", "conn"))
            [event] = await asyncio.wait_for(followed.next_batch(), 30)
            while (status := parts.board.status(StatusKey("www.test", "conn"))) is None:
                await clock.sleep_until(clock.monotonic() + 0.01)
            running.cancel()
    await storage.close()
    assert isinstance(event, DataReported)
    return event, status.text.decode()


def updates(event: DataReported) -> list[Update]:
    assert GraphSettings().data_sets()[event.name] == "smoke"
    source = Source(kind="data", host=event.host, test=event.name, text=event.text, at=event.at)
    return list(DATASETS["smoke"](source))


async def test_ten_pings_are_drawn(tmp_path: Path) -> None:
    event, text = await figures_of("127.0.0.1 www.test # testip pings=10", tmp_path)
    assert (event.host, event.name) == ("www.test", "smoke")
    assert "packet loss 0 %" in text
    [update] = updates(event)
    times = [float(value) for value in update.values[2:]]
    assert times[::2] == times[1::2] == sorted(times[::2])
    assert len(times) == 20
    assert 0 < times[0] <= float(update.values[1]) <= times[-1] < 5

    files = RrdFiles(tmp_path / "rrd")
    end = int(event.at) - int(event.at) % 300
    for moment in range(end - HOUR, end + 1, 60):
        files.write(files.place("www.test", "smoke.rrd"), [replace(update, at=float(moment))])
    gallery = Gallery(Folders(tmp_path / "rrd"), Graphs(book=built_in, order=("smoke",)), SystemClock())
    try:
        asked = Asked(window=Window(end - HOUR, end))
        [shown] = await gallery.of_host(Host(name="www.test"))
        found = await gallery.figures([Host(name="www.test")], "smoke", asked)
        picture = await gallery.picture([Host(name="www.test")], "smoke", asked, "svg")
    finally:
        gallery.close()
    assert shown.graph == "smoke"
    assert found[0].label == "Median"
    assert found[0].average == pytest.approx(float(update.values[1]), abs=1e-6)
    assert picture.body.count(b"<path") > 20
