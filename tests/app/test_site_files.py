"""YAML sites among the files that a server reads: which, when again, and what a mistake costs."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hexmon.app.loops import Adopted, probe_the_unknown
from hexmon.app.settings import AgentOptions, Configuration, Files, Settings
from hexmon.app.site_files import SiteFiles
from hexmon.app.sources import Sources
from hexmon.inventory.sites.build import site_inventory
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError
from tests.support.builders import a_status
from tests.support.clock import FakeClock
from tests.support.sites import HOOK, a_file, a_monitor, read


def sources(folder: Path, **settings: Any) -> Sources:
    words: dict[str, Any] = {"agent": AgentOptions(enabled=False), **settings}
    return Sources(Configuration(settings=Settings(**words), folder=folder, path=None))


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    (tmp_path / "sites").mkdir()
    return tmp_path / "sites"


def put(path: Path, *monitors: Any, **site: Any) -> None:
    path.write_text(json.dumps(a_file(*monitors, **site)))


def test_each_file_is_a_site_beside_the_hosts(tmp_path: Path, sites: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www\npage lab The lab\n127.0.0.2 db\n")
    (tmp_path / "alerts.cfg").write_text("HOST=*\n  MAIL ops@x.test\n")
    put(sites / "b.yaml", a_monitor(name="m"), name="Home", outage_webhooks=[HOOK])
    put(sites / "a.yaml", a_monitor(name="n"), name="Office")
    (sites / "notes.txt").write_text("nothing")
    loaded = sources(tmp_path)
    inventory = loaded.load()
    assert list(inventory.hosts) == ["www", "db", "Office.n", "Home.m"]
    assert [host.index for host in inventory.hosts.values()] == [0, 1, 2, 3]
    assert list(inventory.pages) == ["", "lab", "Office", "Home"]
    assert inventory.pages[""].children == ("lab", "Office", "Home")
    assert [site.source for site in inventory.sites] == ["sites/a.yaml", "sites/b.yaml"]
    assert inventory.problems == ()
    assert [rule.text for rule in loaded.alerts.book.rules] == ["site Home", "HOST=*"]
    assert set(loaded.channels) == {"mail", "script", "site.Home.webhook1"}


def test_files_that_come_change_and_go_are_seen(sites: Path) -> None:
    loaded = sources(sites.parent)
    loaded.load()
    assert not loaded.changed()
    put(sites / "a.yaml", a_monitor(name="m"))
    assert [loaded.changed_and_at_rest() for _ in range(2)] == [False, True]
    assert list(loaded.load().hosts) == ["HomeLab.m"]
    assert not loaded.changed()
    put(sites / "a.yaml", a_monitor(name="other"))
    assert loaded.changed()
    assert list(loaded.load().hosts) == ["HomeLab.other"]
    (sites / "a.yaml").unlink()
    assert loaded.changed()
    assert loaded.load().hosts == {}
    assert not loaded.changed()


def test_a_file_that_a_site_names_is_watched_too(sites: Path) -> None:
    (sites / "secret").write_text("https://127.0.0.1/one\n")
    put(sites / "a.yaml", a_monitor(heartbeat_url_file="secret"))
    loaded = sources(sites.parent)
    assert loaded.load().sites[0].monitors[0].heartbeat_url.endswith("one")
    (sites / "secret").write_text("https://127.0.0.1/other\n")
    assert loaded.changed()
    assert loaded.load().sites[0].monitors[0].heartbeat_url.endswith("other")


def test_at_the_start_a_bad_file_is_left_out_and_told(sites: Path) -> None:
    put(sites / "a.yaml", a_monitor("snmp"))
    put(sites / "b.yaml", name="Good")
    inventory = sources(sites.parent).load()
    assert list(inventory.hosts) == ["Good.web"]
    assert [str(problem.origin) for problem in inventory.problems] == ["sites/a.yaml:1", "sites/a.yaml:1"]


def test_later_every_mistake_of_every_file_is_told_and_nothing_changes(sites: Path) -> None:
    put(sites / "a.yaml", outage_webhooks=[HOOK])
    put(sites / "b.yaml", name="Other")
    loaded = sources(sites.parent)
    loaded.load()
    before = loaded.alerts
    put(sites / "a.yaml", a_monitor(colour=1))
    put(sites / "b.yaml", a_monitor(parent_name="HomeLab/web"), name="Other", max_threads=0)
    with pytest.raises(ConfigError) as caught:
        loaded.load()
    assert [str(problem) for problem in caught.value.problems] == [
        "sites/a.yaml:1: monitors[1] (web): there is no option 'colour'",
        "sites/b.yaml:1: site: max_threads: a whole number of at least 1 is needed, not '0'",
    ]
    assert loaded.alerts is before
    assert not loaded.changed()


def test_two_sites_that_are_called_alike(sites: Path) -> None:
    put(sites / "a.yaml")
    put(sites / "b.yaml", a_monitor(name="other"))
    loaded = sources(sites.parent)
    inventory = loaded.load()
    said = "sites/b.yaml: site.name: sites/a.yaml is called 'HomeLab', too; give one of them another name"
    assert [str(problem) for problem in inventory.problems] == [said]
    assert list(inventory.hosts) == ["HomeLab.web"]
    with pytest.raises(ConfigError, match="is called 'HomeLab', too"):
        loaded.load()


def test_a_monitor_that_is_called_like_a_host_is_told(sites: Path) -> None:
    (sites.parent / "hosts.cfg").write_text("127.0.0.1 HomeLab.web\n")
    put(sites / "a.yaml")
    (problem,) = sources(sites.parent).load().problems
    assert problem.message == "the host 'HomeLab.web' is also defined at hosts.cfg:1, which counts"


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        pytest.param(["sites/*.yaml"], ["sites/a.yaml", "sites/b.yaml"], id="a pattern"),
        pytest.param(["sites/b.yaml", "sites/*"], ["sites/b.yaml", "sites/a.yaml", "sites/c.json"], id="in this order"),
        pytest.param(["**/*.json"], ["sites/c.json"], id="at any depth"),
        pytest.param(["sites/../sites/c.json"], ["sites/../sites/c.json"], id="a path"),
        pytest.param([], [], id="none"),
    ],
)
def test_patterns(sites: Path, patterns: list[str], found: list[str]) -> None:
    for number, name in enumerate(("a.yaml", "b.yaml", "c.json")):
        put(sites / name, name=f"Site {number}")
    (sites / "folder.yaml").mkdir()
    for given in (patterns, [str(sites.parent / one) for one in patterns]):
        files = SiteFiles(given, sites.parent)
        assert [str(path.relative_to(sites.parent)) for path in files.paths()] == found
        assert len(files.load().inventories) == len(found)


def test_a_file_that_was_named_must_be_there(sites: Path) -> None:
    files = Files(sites=("sites/a.yaml",))
    loaded = sources(sites.parent, files=files)
    said = ["sites/a.yaml: this file is missing; [files] sites asks for it"]
    assert [str(problem) for problem in loaded.load().problems] == said
    with pytest.raises(ConfigError, match="this file is missing"):
        loaded.load()
    put(sites / "a.yaml")
    assert loaded.changed()
    assert len(loaded.load().hosts) == 1


def test_a_pattern_that_means_nothing_is_no_disaster(sites: Path) -> None:
    put(sites / "a.yaml")
    for pattern in ("sites/**.yaml", "", "[", "***", "/*.none"):
        sources(sites.parent, files=Files(sites=(pattern,))).load()


# -- what changed is checked at once ----------------------------------------------------------------------------------


class LittleRunner:
    """Notes what is to be probed; `busy` are the squares that are under way."""

    def __init__(self, keys: frozenset[StatusKey]) -> None:
        self.agenda = self
        self.probed: list[StatusKey] = []
        self.busy: set[StatusKey] = set()
        self._keys = keys

    def keys(self) -> frozenset[StatusKey]:
        return self._keys

    def probe_now(self, key: StatusKey) -> bool:
        if key in self.busy:
            return False
        self.probed.append(key)
        return True


def inventory_of(*monitors: Any, **site: Any) -> Inventory:
    return site_inventory(read(a_file(*monitors, **site)))


BEFORE = (a_monitor(name="a"), a_monitor("http", name="b"), a_monitor(name="c"))


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        pytest.param(inventory_of(*BEFORE), set(), id="nothing"),
        pytest.param(inventory_of(*reversed(BEFORE)), set(), id="their order"),
        pytest.param(inventory_of(*BEFORE, notify_every_n_secs=60), set(), id="who hears of it how often"),
        pytest.param(inventory_of(BEFORE[0] | {"email": False}, *BEFORE[1:]), {"a"}, id="any option of a monitor"),
        pytest.param(inventory_of(BEFORE[0], a_monitor("http", name="b", expect="x")), {"b"}, id="what is expected"),
        pytest.param(inventory_of(*BEFORE, a_monitor(name="d")), set(), id="a new one is unknown to the board anyway"),
    ],
)
def test_which_monitors_are_others_now(after: Inventory, changed: set[str]) -> None:
    adopted = Adopted()
    adopted.tell(inventory_of(*BEFORE), after)
    assert {key.host.removeprefix("HomeLab.") for key in adopted.changed} == changed


async def test_what_changed_is_probed_at_once_and_what_is_under_way_as_soon_as_it_ends() -> None:
    clock, adopted = FakeClock(), Adopted()
    before, after = inventory_of(*BEFORE), inventory_of(*(one | {"max_retries": 1} for one in BEFORE[:2]))
    a, b, gone = (monitor.key for monitor in before.sites[0].monitors)
    runner: Any = LittleRunner(frozenset({a, b}))
    runner.busy = {b}
    board: Any = SimpleNamespace(status=lambda _key: a_status())
    async with asyncio.TaskGroup() as tasks:
        loop = tasks.create_task(probe_the_unknown(board, runner, clock, adopted))
        await clock.advance(5.0)
        assert runner.probed == []
        adopted.tell(before, after)
        adopted.changed.add(gone)  # it left the inventory meanwhile
        await clock.advance(1.5)
        assert runner.probed == [a]
        runner.busy = set()
        await clock.advance(1.5)
        assert runner.probed == [a, b]
        await clock.advance(60.0)
        assert runner.probed == [a, b]
        loop.cancel()
