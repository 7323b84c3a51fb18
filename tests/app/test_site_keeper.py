"""What is remembered of monitors between their checks, and what is told of the devices they look at."""

import asyncio
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexmon.alerts.rules_yaml import AlertsFile
from hexmon.alerts.store import LogQuery
from hexmon.app.alerting import notify_engines
from hexmon.app.parts import Opened, put_together
from hexmon.app.settings import Configuration, Settings
from hexmon.app.site_keeper import KEPT, Others, SiteKeeper
from hexmon.app.sources import Sources
from hexmon.board.store import MemoryJournal, MonitorSaved
from hexmon.clock import SystemClock
from hexmon.model.color import Color
from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked, SquareDropped
from hexmon.model.incident import DeliverySaved
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, Site
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState, PortState
from hexmon.model.status import UNTIL_OK
from hexmon.probes.tools import open_tools
from hexmon.schedule.zone import MachineZone
from hexmon.storage.engine import open_storage
from tests.support.alert_lab import AlertLab, rules_of
from tests.support.builders import a_host, a_report, an_inventory
from tests.support.clock import settle, until
from tests.support.devices import A, B, a_device, a_monitor, an_interface

RULES = "HOST=*\n MAIL ops NOTICE RECOVERED REPEAT=10"
SWITCH = a_monitor()
WEB = a_monitor("web", "http", address="https://192.0.2.7/", checksum="c1", notify_every=60.0)
UP = a_device(an_interface(1), an_interface(2))
DOWN = a_device(an_interface(1), an_interface(2, None, "down"))
FELL = "office-switch in HomeLab: Gi0/2 oper=down admin=up (was oper=up admin=up) at "


class Lab:
    """A board, the alert engine and the keeper on one journal; `kill` ends hexmon, and a new one reads the journal."""

    def __init__(self, *monitors: Monitor) -> None:
        self.monitors: Sequence[Monitor] = monitors or (SWITCH, WEB)
        self.alerts = AlertLab(RULES, *self._hosts())
        self.beats: dict[StatusKey, float] = {}
        self.keeper = self._keeper()
        self.keeper.restore({}, self.inventory)

    def _hosts(self) -> list[Any]:
        return [a_host(one.key.host, monitor=one) for one in self.monitors]

    @property
    def inventory(self) -> Inventory:
        site = Site(
            name="HomeLab", source="lab.yaml", stem="lab", folder="lab", page="lab", monitors=tuple(self.monitors)
        )
        return replace(an_inventory(*self._hosts()), sites=(site,))

    @property
    def site(self) -> Site:
        return self.inventory.sites[0]

    @property
    def records(self) -> list[Any]:
        assert isinstance(self.alerts.journal, MemoryJournal)
        return self.alerts.journal.records

    def _keeper(self) -> SiteKeeper:
        others = Others(
            status=self.alerts.board.status,
            tell=self._tell,
            outage=self.alerts.engine.outage,
            beats=lambda: self.beats,
            zone=MachineZone(),
        )
        return SiteKeeper(self.alerts.clock, self.alerts.bus, self.alerts.journal, others)

    def _tell(self, key: StatusKey, text: str) -> None:
        self.alerts.board.notice("notify", str(key), "hexmon", text.encode())
        self.alerts.turn()

    def poll(
        self, device: Device | None, up: bool | None = None, monitor: Monitor = SWITCH, **others: Any
    ) -> list[str]:
        """A check, the keeper's turn, and what was told."""
        at = self.alerts.clock.now()
        up = device is not None if up is None else up
        event = MonitorChecked(at, monitor.key, up, **{"seconds": 0.0421, **others}, device=device)
        before = len(self.alerts.sent)
        self.keeper.take([event])
        return [one.message.text.decode() for one in self.alerts.sent[before:]]

    def wait(self, seconds: float) -> None:
        self.alerts.clock.wall += seconds
        self.alerts.clock.mono += seconds

    def kill(self) -> None:
        stored: dict[str, bytes] = {}
        for record in self.records:
            if isinstance(record, MonitorSaved):
                stored[record.name] = record.value
        self.keeper = self._keeper()
        self.keeper.restore({name: value for name, value in stored.items() if value}, self.inventory)

    def reload(self, *monitors: Monitor) -> None:
        self.monitors = monitors
        self.keeper.use(self.inventory)

    def memory(self, monitor: Monitor = SWITCH) -> MonitorMemory:
        memory = self.keeper.memory(monitor.key)
        assert memory is not None
        return memory

    def state(self, name: str = "office-switch") -> MonitorState:
        return self.keeper.states(self.site)[name]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_change_is_told_once_with_the_name_of_monitor_and_site(lab: Lab) -> None:
    assert lab.poll(UP) == []
    [text] = lab.poll(DOWN)
    assert text.startswith(FELL)
    assert lab.alerts.sent[-1].message.key == SWITCH.key
    assert lab.poll(DOWN) == []
    assert [one.text for one in lab.memory().changes] == ["Gi0/2 oper=down admin=up (was oper=up admin=up)"]


def test_the_notice_is_in_the_journal_before_the_baseline(lab: Lab) -> None:
    lab.poll(UP)
    del lab.records[:]
    lab.poll(DOWN)
    assert [type(record) for record in lab.records] == [DeliverySaved, MonitorSaved]


def test_what_was_told_is_not_told_again_after_a_kill_and_what_changed_meanwhile_is(lab: Lab) -> None:
    lab.poll(UP)
    lab.poll(DOWN)
    lab.kill()
    assert lab.poll(DOWN) == []
    lab.kill()
    assert len(lab.poll(a_device(an_interface(1, None, "down"), an_interface(2, None, "down")))) == 1


def test_the_pacing_outlives_a_kill(lab: Lab) -> None:
    lab.poll(UP)
    said = []
    for device in (DOWN, UP, DOWN):
        lab.wait(60)
        said.append(len(lab.poll(device)))
    assert said == [1, 1, 0]
    lab.kill()
    lab.wait(60)
    assert lab.poll(DOWN) == []
    lab.wait(600)
    assert len(lab.poll(DOWN)) == 1


def test_the_baseline_outlives_failed_polls(lab: Lab) -> None:
    lab.poll(UP)
    assert lab.poll(None, reason="SNMP failed: no answer") == []
    assert lab.poll(a_device(), up=False, reason="no interfaces found") == []
    assert lab.state().ports_state.keys() == {1, 2}
    assert len(lab.poll(DOWN)) == 1


def test_a_mute_monitor_tells_nothing_and_goes_on_comparing(lab: Lab) -> None:
    mute = a_monitor(alarms=False)
    lab.reload(mute)
    lab.poll(UP)
    assert lab.poll(DOWN) == []
    assert len(lab.memory().changes) == 1
    lab.reload(SWITCH)
    assert lab.poll(DOWN) == []
    assert len(lab.poll(UP)) == 1


def test_while_the_square_is_disabled_nothing_is_told_and_afterwards_what_lasts(lab: Lab) -> None:
    lab.alerts.board.report(a_report(host=SWITCH.key.host, test="ports"))
    lab.poll(UP)
    lab.alerts.board.disable(SWITCH.key.host, "ports", UNTIL_OK, b"new firmware")
    assert lab.poll(a_device(an_interface(1, None, "down"), an_interface(2, None, "down"))) == []
    assert lab.poll(DOWN) == []
    lab.alerts.board.enable(SWITCH.key.host, "ports")
    lab.alerts.board.report(a_report(Color.GREEN, host=SWITCH.key.host, test="ports"))
    [text] = lab.poll(DOWN)
    assert text.startswith(FELL)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_monitor(address="snmp://192.0.2.99"), id="another address"),
        pytest.param(replace(a_monitor(kind="host"), key=SWITCH.key), id="another type"),
    ],
)
def test_a_monitor_of_the_same_name_that_looks_at_something_else_begins_anew(lab: Lab, other: Monitor) -> None:
    lab.poll(UP)
    lab.reload(other)
    assert lab.keeper.memory(other.key) is None
    assert lab.poll(DOWN) == []
    lab.keeper.checkpoint(10)
    lab.kill()
    assert lab.memory(other).what[1] == other.address


def test_one_that_is_only_checked_more_often_is_the_same(lab: Lab) -> None:
    lab.poll(UP)
    lab.reload(replace(SWITCH, check_every=10.0, checksum="new"))
    assert len(lab.poll(DOWN, monitor=SWITCH)) == 1
    assert lab.state().last_config_checksum == "new"


def test_one_that_left_its_file_is_remembered_for_a_week(lab: Lab) -> None:
    lab.poll(UP)
    lab.reload(WEB)
    assert lab.keeper.memory(SWITCH.key) is None
    assert lab.poll(DOWN) == []
    lab.wait(KEPT - 1)
    lab.keeper.prune()
    lab.reload(SWITCH)
    assert len(lab.poll(DOWN)) == 1
    lab.reload()
    lab.keeper.checkpoint(10)
    lab.kill()
    lab.wait(KEPT + 1)
    lab.keeper.prune()
    assert lab.records[-1] == MonitorSaved(str(SWITCH.key), b"")
    lab.reload(SWITCH)
    assert lab.poll(UP) == []


@pytest.mark.parametrize("forget", [False, True])
def test_a_drop_by_hand_forgets_it_and_a_reload_does_not(lab: Lab, forget: bool) -> None:
    lab.poll(UP)
    lab.keeper.take([SquareDropped(lab.alerts.clock.now(), SWITCH.key.host, None, forget=forget)])
    assert len(lab.poll(DOWN)) == forget


def test_a_mere_refresh_waits_for_the_checkpoint(lab: Lab) -> None:
    lab.poll(UP)
    written = len(lab.records)
    lab.wait(60)
    lab.poll(UP)
    lab.poll(None, up=True, monitor=WEB)
    assert len(lab.records) == written
    assert [lab.keeper.checkpoint(1), lab.keeper.checkpoint(1), lab.keeper.checkpoint(1)] == [1, 1, 0]
    lab.kill()
    assert lab.state().last_checked == lab.state("web").last_checked == lab.alerts.clock.now()


def test_the_state_of_a_check(lab: Lab) -> None:
    assert lab.state("web") == MonitorState()
    lab.poll(None, up=True, monitor=WEB)
    now = lab.alerts.clock.now()
    up = MonitorState(last_checked=now, last_response_time_ms=42, last_config_checksum="c1")
    assert lab.state("web") == up
    for _ in range(2):
        lab.poll(None, up=False, monitor=WEB, reason="connection timeout")
    assert lab.state("web") == replace(
        up, is_up=False, last_response_time_ms=None, down_count=2, error_reason="connection timeout"
    )
    lab.poll(None, up=True, monitor=WEB)
    assert lab.state("web") == up


def test_the_state_knows_of_outages_and_heartbeats_also_after_a_kill(lab: Lab) -> None:
    begun = lab.alerts.clock.now()
    lab.alerts.report(str(WEB.key), "red", "connection timeout")
    lab.poll(None, up=False, monitor=WEB, reason="connection timeout")
    lab.alerts.pass_time(1300)
    told = lab.alerts.clock.now()
    state = lab.state("web")
    assert (state.last_alarm_started, state.last_notified, state.notified_count) == (begun, told - 100.0, 3)
    lab.alerts.report(str(WEB.key), "green")
    lab.poll(None, up=True, monitor=WEB)
    lab.beats[WEB.key] = told
    state = lab.state("web")
    assert (state.last_alarm_started, state.last_notified, state.notified_count) == (begun, told, 3)
    assert state.last_successful_heartbeat == told
    lab.keeper.checkpoint(10)
    lab.kill()
    lab.beats.clear()
    lab.alerts.engine._over.clear()
    assert lab.state("web") == state


def test_figures_and_ports(lab: Lab) -> None:
    host = a_monitor("files", "host")
    port = a_monitor("door", "port", port=7, mac=B)
    lab.reload(host, port)
    lab.poll(a_device(values={"disk_space_pct": 73.4, "cpu_load": 3.0}), monitor=host)
    lab.poll(a_device(values={"disk_space_pct": None}), monitor=host)
    detail = lab.state("files").detail
    assert (lab.state("files").disk_space_pct, detail and dict(detail.values)) == (73.4, {})
    lab.poll(a_device(an_interface(7, None, "up", A, B)), monitor=port)
    assert lab.state("door").port_state == PortState("up", B)
    lab.poll(a_device(an_interface(7, None, "up", A)), False, port, reason="wrong MAC")
    lab.poll(a_device(), False, port, reason="gone")
    assert lab.state("door").port_state == PortState("up", A)


def test_checks_of_strangers_are_nothing(lab: Lab) -> None:
    assert lab.poll(UP, monitor=a_monitor("stranger")) == []
    assert lab.poll(UP, monitor=replace(SWITCH, key=StatusKey(SWITCH.key.host, "port"))) == []
    assert lab.keeper.memory(a_monitor("stranger").key) is None


def test_odd_values_of_one_device_end_nothing(lab: Lab) -> None:
    lab.keeper.take([MonitorChecked(math.nan, SWITCH.key, True, math.inf, device=UP)])
    lab.poll(a_device(an_interface(1, "half \ud800"), name="\udfff"))
    lab.keeper.checkpoint(10)
    lab.kill()
    assert "half ?" in {one.name for one in lab.state().ports_state.values()}


def test_damaged_memory_is_left_out(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.keeper.restore({"lab.web.http": b"zzz", "nonsense": b""}, lab.inventory)
    assert lab.keeper.memory(WEB.key) is None
    assert "lab.web.http" in caplog.text


async def test_it_follows_the_bus() -> None:
    lab = Lab()
    task = asyncio.get_running_loop().create_task(lab.keeper.run())
    for device in (UP, DOWN):
        lab.alerts.bus.publish(MonitorChecked(lab.alerts.clock.now(), SWITCH.key, True, 0.1, device=device))
    await settle()
    task.cancel()
    assert len(lab.alerts.sent) == 1
    assert list(lab.keeper.metrics())


def _has_polled(keeper: SiteKeeper) -> bool:
    return keeper.counts["polls"] == 2


async def test_in_a_running_monitor_a_change_becomes_a_row_of_the_log_and_the_baseline_outlives_it(
    tmp_path: Path,
) -> None:
    configuration = Configuration(settings=Settings(), folder=tmp_path, path=None)
    clock, url = SystemClock(), f"sqlite:///{tmp_path}/hexmon.db"
    inventory = an_inventory(a_host(SWITCH.key.host, monitor=SWITCH))
    told = []
    for polls in ((UP, DOWN), (DOWN, UP)):
        storage = open_storage(url, asyncio.get_running_loop(), clock=clock)
        async with open_tools(clock) as tools, notify_engines() as engines:
            opened = Opened(storage=storage, tools=tools, notify=engines)
            parts = put_together(configuration, clock, opened, Sources(configuration), inventory)
            await parts.alerting.start(AlertsFile(book=rules_of(RULES)), {})
            parts.keeper.restore(await storage.monitors.load(), inventory)
            for device in polls:
                parts.bus.publish(MonitorChecked(clock.now(), SWITCH.key, True, 0.1, device=device))
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(parts.keeper.run())
                await until(partial(_has_polled, parts.keeper))
                running.cancel()
            await storage.journal.durable(storage.journal.append([]))
            told = [one.message.text.decode() for one in await storage.alerts.notifications(LogQuery())]
        await storage.close()
    assert [text.partition(" at ")[0] + " at " for text in reversed(told)] == [
        FELL,
        "office-switch in HomeLab: Gi0/2 oper=up admin=up (was oper=down admin=up) at ",
    ]
