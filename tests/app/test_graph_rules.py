"""The DS settings of analysis.cfg: from a status with figures to the colour of a square."""

import asyncio
from pathlib import Path

import pytest

from hexmon.app.graph_rules import GraphRules
from hexmon.app.graphing import Graphing, Helpers
from hexmon.app.settings import Configuration, Settings
from hexmon.graphs.schema import DataSource, Update
from hexmon.graphs.settings import GraphSettings
from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile, DataSet, Rule
from hexmon.judge.clients.selection import Selected
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.probes.programs import Programs
from tests.support.clock import FakeClock, settle
from tests.support.dispatch import Monitor

HOST = "www.example.com"
SLOW = DataSet(column="conn", file=Expression("tcp.conn.rrd"), data_set="sec", limits=((">", 0.1),), color=Color.YELLOW)
LOADED = DataSet(column="cpu", file=Expression("la.rrd"), data_set="la", limits=((">", 500.0),))


class Lab:
    def __init__(self, folder: Path, *rules: Rule) -> None:
        self.clock = FakeClock()
        self.monitor = Monitor(folder, f"127.0.0.1 {HOST} #\n", self.clock)
        self.asked: list[tuple[str, str, str]] = []
        self.file = AnalysisFile(rules=rules)
        self.rules = GraphRules(self.monitor.board, lambda: self.file, self._rules_for)
        settings = Settings(graphs=GraphSettings(flush=1e6), data_dir=str(folder))
        configuration = Configuration(settings=settings, folder=folder, path=None)
        self.graphing = Graphing(
            configuration, self.clock, self.monitor.bus, self.monitor.board, Helpers(self.rules, Programs())
        )

    def _rules_for(self, host: Host, host_class: str, os_type: str) -> HostRules:
        self.asked.append((host.name, host_class, os_type))
        return Selected(*self.file.rules)

    async def say(self, *messages: str) -> None:
        async with self.graphing.running(), asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(loop) for loop in self.graphing.loops().values()]
            await settle()
            for message in messages:
                self.monitor.say(message)
            await settle()
            await self.graphing.flushed(HOST, ["x.rrd"], seconds=20)
            await settle()
            for loop in loops:
                loop.cancel()

    def color(self, test: str) -> Color:
        return next(one.color for one in self.monitor.board.squares(HOST) if one.key.test == test)


def conn(milliseconds: float) -> str:
    return f"status www,example,com.conn green x\n\n&green 192.0.2.1 is alive ({milliseconds} ms)\n"


@pytest.mark.parametrize(
    ("milliseconds", "color"),
    [pytest.param(250, Color.YELLOW, id="over the limit"), pytest.param(50, Color.GREEN, id="below it")],
)
async def test_a_figure_colours_a_square(tmp_path: Path, milliseconds: float, color: Color) -> None:
    lab = Lab(tmp_path, SLOW)
    await lab.say(conn(milliseconds))
    assert lab.color("conn") is color
    assert lab.asked == [(HOST, "", "")]


async def test_another_square_than_the_one_with_the_figure(tmp_path: Path) -> None:
    lab = Lab(tmp_path, DataSet(column="trouble", file=Expression("%^tcp"), data_set="sec", limits=((">", 0.1),)))
    await lab.say("status www,example,com.trouble green x\n", conn(250))
    assert (lab.color("trouble"), lab.color("conn")) == (Color.RED, Color.GREEN)


async def test_class_and_system_of_the_host_are_looked_at(tmp_path: Path) -> None:
    lab = Lab(tmp_path, LOADED)
    await lab.say("client www,example,com.linux web\n[x]\n", "status www,example,com.cpu green up: 1 day, load=6.00\n")
    assert lab.asked == [(HOST, "web", "linux")]
    assert lab.color("cpu") is Color.RED
    assert lab.rules.counts == {"judged": 1, "modified": 1}


async def test_the_modification_has_the_name_and_the_words_of_xymond_rrd(tmp_path: Path) -> None:
    lab = Lab(tmp_path, SLOW)
    await lab.say(conn(250))
    (status,) = lab.monitor.board.squares(HOST)
    (modifier,) = status.modifiers
    assert (modifier.source, modifier.cause) == ("rrdds", b"&yellow sec=0.25 (> 0.10)\n")


def test_settings_that_are_read_again(tmp_path: Path) -> None:
    lab, figure = Lab(tmp_path), Update(folder=HOST, file="x.rrd", sources=(DataSource("sec"),), values=("1",), at=1.0)
    assert not lab.rules.wants(figure)
    lab.file = AnalysisFile(rules=(LOADED, SLOW))
    assert lab.rules.wants(figure)
    lab.file = NO_RULES
    assert not lab.rules.wants(figure)


async def test_what_is_unknown_is_not_judged(tmp_path: Path) -> None:
    low = DataSet(column="conn", file=Expression("*"), data_set="sec", limits=(("<", 0.1),))
    lab = Lab(tmp_path, low)
    await lab.say("status www,example,com.conn red x\n\n&red 192.0.2.1 is unreachable\n")
    (status,) = lab.monitor.board.squares(HOST)
    assert status.modifiers == ()
