"""Statuses whose figures are judged, made by a script, and told to a processor, as a running monitor does all that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hexmon.app.graphing import Graphing
from hexmon.app.settings import Configuration, Settings
from hexmon.graphs import librrd
from hexmon.graphs.settings import GraphSettings
from hexmon.model.color import Color
from hexmon.model.events import MonitorChecked
from hexmon.model.names import StatusKey
from tests.support.analysis_files import analysis
from tests.support.clock import FakeClock, settle
from tests.support.dispatch import Monitor
from tests.support.monitor import monitor as running_monitor
from tests.support.waiting import until

HOSTS = "127.0.0.1 www.example.com #\n127.0.0.2 db.example.com #\n"
WEATHER = """#!/bin/sh
echo DS:temperature:GAUGE:600:U:U
echo DS:wind:GAUGE:600:0:U
echo weather.rrd
sed -n 's/^Temperature: //p;s/^Wind: //p' "$3" | paste -sd:
"""
DS = "DS weather weather.rrd:wind >=100\nDS cpu la.rrd:la >=300 COLOR=yellow\n"


@asynccontextmanager
async def a_bench(folder: Path, **settings: Any) -> AsyncIterator[tuple[Monitor, Graphing]]:
    clock = FakeClock()
    dispatched = Monitor(folder, HOSTS, clock)
    values = GraphSettings(**{"flush": 1e6} | settings)
    configuration = Configuration(settings=Settings(graphs=values, data_dir=str(folder)), folder=folder, path=None)
    graphing = Graphing(configuration, clock, dispatched.bus, dispatched.board)
    graphing.extras.use(analysis(DS))
    async with graphing.running(), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(loop) for loop in graphing.loops().values()]
        await settle()
        yield dispatched, graphing
        await settle()
        for task in running:
            task.cancel()


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def color(dispatched: Monitor, test: str) -> Color | None:
    status = dispatched.board.status(StatusKey("www.example.com", test))
    return status.color if status is not None else None


async def test_figures_are_made_judged_and_told(tmp_path: Path) -> None:
    script = program(tmp_path / "weather.sh", WEATHER)
    settings = {"extra_script": script, "extra_tests": ("weather,cpu",), "processor": f"sh -c 'cat > {tmp_path}/lines'"}
    async with a_bench(tmp_path, **settings) as (dispatched, graphing):
        at = int(dispatched.clock.now())
        dispatched.say("status www,example,com.weather green FAIR\nTemperature: 21\nWind: 120")
        dispatched.say("status www,example,com.cpu green up: 1 days, 3 users, 150 procs, load=3.50")
        dispatched.bus.publish(MonitorChecked(at=at, key=StatusKey("Office.gw", "conn"), up=True, seconds=1.0))
        await until(lambda: color(dispatched, "weather") is Color.RED)
        await until(lambda: color(dispatched, "cpu") is Color.YELLOW)
        assert list(graphing.troubles()) == []
        metrics = "\n".join(graphing.metrics())
        assert 'hexmon_graph_rules_total{what="colored"} 2' in metrics
        assert 'hexmon_graph_scripts_total{what="run"} 1' in metrics, "cpu is read by us"
        assert 'hexmon_graph_processor_total{what="odd"} 0' in metrics
    assert sorted((tmp_path / "lines").read_text().splitlines()) == [
        f"la {at}:150 www.example.com procs",
        f"la {at}:3 www.example.com users",
        f"la {at}:350 www.example.com la",
        f"temperature:wind {at}:21:120 www.example.com weather.rrd",
    ], "what the board repeats in another colour brings no second figure"
    info = librrd.info(tmp_path / "rrd" / "www.example.com" / "weather.rrd")
    assert (info["ds[temperature].last_ds"], info["ds[wind].last_ds"]) == ("21", "120")


async def test_without_any_of_them_nothing_more_runs(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as (_, graphing):
        assert list(graphing.extras.loops()) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"extra_script": "x"},
        {"extra_tests": ("x",)},
    ],
)
def test_a_script_needs_columns_and_they_need_one(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="go together"):
        GraphSettings(**settings)


def test_a_running_hexmon_does_it_all(tmp_path: Path) -> None:
    program(tmp_path / "weather.sh", WEATHER)
    program(tmp_path / "lines.sh", "#!/bin/sh\nexec cat > lines\n")
    settings = '[graphs]\nextra_script = "./weather.sh"\nextra_tests = ["weather"]\nprocessor = "./lines.sh"\n'
    (tmp_path / "hexmon.toml").write_text(settings)
    (tmp_path / "analysis.cfg").write_text(DS)
    with running_monitor(tmp_path, HOSTS) as running:
        running.ask(b"status www,example,com.weather green FAIR\nTemperature: 21\nWind: 120")
        answer = running.until(b"xymondboard host=www.example.com test=weather fields=color,modifiers", b"red|")
        assert b"&red wind=120 (>= 100.00)" in answer
        status, page = running.get("/metrics")
    assert status == 200
    assert b'hexmon_graph_scripts_total{what="files"} 1' in page
    assert "temperature:wind " in next(tmp_path.rglob("lines")).read_text()
