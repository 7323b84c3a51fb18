"""Programs that make figures of texts, and the one that is told all figures: real ones."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexmon.app import graph_scripts
from hexmon.app.graph_rules import GraphRules
from hexmon.app.graph_scripts import CommandError, ExtraScript, Processor, line_of, words_of
from hexmon.app.graphing import Graphing, Helpers
from hexmon.app.settings import Configuration, Settings
from hexmon.graphs import librrd
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.schema import DataSource, Update
from hexmon.graphs.settings import GraphSettings
from hexmon.judge.clients.rules import NO_RULES
from hexmon.judge.clients.selection import Selected
from hexmon.probes.programs import Programs
from tests.support.clock import FakeClock, settle
from tests.support.dispatch import Monitor

HOST = "www.example.com"
WEATHER = """#!/bin/sh
echo "DS:temp:GAUGE:600:-30:50"; echo "weather.$1.$2.rrd"; sed -n 's/^Temperature: //p' "$3"
"""
REPORT = "green FAIR\n\nTemperature: 21\n"


def program(folder: Path, text: str, name: str = "program") -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


class Lab:
    """`told` are the updates that the script made."""

    def __init__(self, script: Path) -> None:
        self.told: list[Update] = []
        self.came = asyncio.Event()
        self.programs = Programs()
        self.script = ExtraScript([str(script)], self.programs, self._offer)

    def _offer(self, updates: object) -> None:
        self.told += updates  # type: ignore[arg-type]
        self.came.set()


@asynccontextmanager
async def a_lab(script: Path) -> AsyncIterator[Lab]:
    lab = Lab(script)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(lab.script.run())
        yield lab
        running.cancel()
    lab.programs.close()


def weather(host: str = HOST) -> Source:
    return Source(kind="status", host=host, test="weather", text=REPORT.encode(), at=1e9)


async def test_a_script_reads_host_test_and_file(tmp_path: Path) -> None:
    async with a_lab(program(tmp_path, WEATHER)) as lab:
        lab.script.put(weather())
        async with asyncio.timeout(20):
            await lab.came.wait()
    (update,) = lab.told
    assert (update.folder, update.file, update.values) == (HOST, f"weather.{HOST}.weather.rrd", ("21",))
    assert (lab.script.counts["run"], lab.script.trouble) == (1, "")


async def test_the_file_is_gone_afterwards(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    again = f'[ -f "$(cat {kept})" ] || echo gone > {kept}'
    script = f'#!/bin/sh\nif [ -f {kept} ]; then {again}; else echo "$3" > {kept}; fi\n'
    async with a_lab(program(tmp_path, script)) as lab:
        for _ in range(2):
            lab.came.clear()
            lab.script.put(weather())
            async with asyncio.timeout(20):
                await lab.came.wait()
    assert kept.read_text() == "gone\n"


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        pytest.param("#!/bin/sh\necho it is so >&2; exit 3\n", "exit status 3: it is so", id="it fails"),
        pytest.param("#!/nowhere\n", "names an interpreter", id="it cannot be started"),
        pytest.param("#!/bin/sh\nwhile :; do echo too much of it; done\n", "more than 1024 KB", id="it floods"),
        pytest.param("#!/bin/sh\nsleep 60\n", "longer than", id="it hangs"),
    ],
)
async def test_a_script_that_fails(tmp_path: Path, text: str, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_scripts, "LONGEST", 0.5 if "sleep" in text else 20.0)
    async with a_lab(program(tmp_path, text)) as lab:
        lab.script.put(weather())
        async with asyncio.timeout(20):
            while not lab.script.trouble:
                await settle()
    assert f"{HOST}.weather: " in lab.script.trouble
    assert trouble in lab.script.trouble
    assert lab.script.counts["failed"] == 1


async def test_of_a_square_the_newest_text_waits_and_of_all_so_many(tmp_path: Path) -> None:
    lab = Lab(program(tmp_path, WEATHER))
    for _ in range(5):
        lab.script.put(weather())
    assert lab.script.counts["lost"] == 0
    for number in range(1005):
        lab.script.put(weather(f"host{number}"))
    assert lab.script.counts["lost"] == 6
    lab.programs.close()


UPDATE = Update(folder=HOST, file="la.rrd", sources=(DataSource("la"),), values=("26",), at=1e9, test="cpu")


@pytest.mark.parametrize(
    ("file", "test", "words"),
    [
        pytest.param("la.rrd", "cpu", "la", id="a plain one"),
        pytest.param("disk,var,log.rrd", "disk", "disk ,var,log", id="a mount point"),
        pytest.param("tcp.conn.rrd", "conn", "tcp conn", id="a network test"),
        pytest.param("tcp.http.a.test,b.rrd", "http", "tcp http a.test,b", id="a URL"),
        pytest.param("ifmib.eth0.rrd", "ifmib/60", "ifmib eth0", id="one by the minute"),
    ],
)
def test_lines_for_the_processor(file: str, test: str, words: str) -> None:
    update = Update(folder=HOST, file=file, sources=UPDATE.sources, values=("26",), at=1e9, test=test)
    assert line_of(update) == f"la 1000000000:26 {HOST} {words}\n".encode()


def test_a_processor_reads_every_update(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    processor = Processor([str(program(tmp_path, f"#!/bin/sh\nexec cat > {heard}\n"))])
    processor.start()
    for _ in range(100):
        processor.tell(UPDATE)
    processor.stop()
    assert heard.read_bytes() == line_of(UPDATE) * 100
    assert processor.counts["told"] == 100


def test_a_processor_that_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_scripts, "_AGAIN", 0.01)
    heard = tmp_path / "heard"
    processor = Processor([str(program(tmp_path, f"#!/bin/sh\nhead -n 1 >> {heard}\n"))])
    processor.start()
    patience = threading.Event()
    for _ in range(2000):
        processor.tell(UPDATE)
        if processor.counts["started"] > 2:
            break
        patience.wait(0.01)
    processor.stop()
    assert processor.counts["started"] > 2


def test_a_processor_that_does_not_read_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_scripts, "_LAST_WORDS", 0.2)
    monkeypatch.setattr(graph_scripts, "_MOST_LINES", 5000)
    processor = Processor([str(program(tmp_path, "#!/bin/sh\nexec sleep 60\n"))])
    processor.start()
    for _ in range(20_000):
        processor.tell(UPDATE)
    assert processor.counts["lost"] > 0
    processor.stop()
    assert processor.counts["told"] < 20_000


@pytest.mark.parametrize(
    ("command", "mistake"),
    [
        pytest.param("no-such-program x", "there is no program no-such-program", id="not there"),
        pytest.param("sh 'x", "is no command: No closing quotation", id="no end"),
    ],
)
def test_commands_that_cannot_be_run(command: str, mistake: str) -> None:
    with pytest.raises(CommandError, match=mistake):
        words_of(command, "processor")


def test_a_command_may_have_words() -> None:
    program_path, *words = words_of("sh -c 'a b'", "processor")
    assert program_path.endswith("/sh")
    assert words == ["-c", "a b"]


async def test_from_a_status_to_a_file_and_the_processor(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    settings = GraphSettings(
        flush=1e6,
        extra_script=str(program(tmp_path, WEATHER, "weather")),
        extra_tests=("weather,cpu",),
        processor=str(program(tmp_path, f"#!/bin/sh\nexec cat > {heard}\n", "processor")),
    )
    clock = FakeClock()
    monitor = Monitor(tmp_path, f"127.0.0.1 {HOST} #\n", clock)
    rules = GraphRules(monitor.board, lambda: NO_RULES, lambda *_: Selected())
    configuration = Configuration(
        settings=Settings(graphs=settings, data_dir=str(tmp_path)), folder=tmp_path, path=None
    )
    graphing = Graphing(configuration, clock, monitor.bus, monitor.board, Helpers(rules, Programs()))
    file = tmp_path / "rrd" / HOST / f"weather.{HOST}.weather.rrd"
    async with graphing.running(), asyncio.TaskGroup() as tasks:
        loops = [tasks.create_task(loop) for loop in graphing.loops().values()]
        await settle()
        monitor.say("status www,example,com.cpu green up: 1 day, load=0.26")
        monitor.say(f"status www,example,com.weather {REPORT}")
        async with asyncio.timeout(20):
            while not file.exists():
                await graphing.flushed(HOST, [file.name], seconds=20)
        for loop in loops:
            loop.cancel()
    assert librrd.info(file)["ds[temp].last_ds"] == "21"
    assert (tmp_path / "rrd" / HOST / "la.rrd").exists()
    assert sorted(line.split()[0] for line in heard.read_text().splitlines()) == ["la", "temp"]
    assert list(graphing.troubles()) == []


def test_a_mistake_in_a_command_is_told() -> None:
    settings = GraphSettings(extra_script="/no/such", extra_tests=("a",), processor="/nor/that")
    scripts = graph_scripts.Scripts(settings, Programs(), list)
    assert [text.partition(":")[2] for text in scripts.troubles()] == [
        " there is no program /no/such that can be run",
        " there is no program /nor/that that can be run",
    ]
    assert scripts.loops() == {}
