"""A pass over devices, played by hand: what changed is told until somebody has it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from hexmon.app.site_console import Console
from hexmon.app.site_pass import Doing, SitePass
from hexmon.inventory.sites.build import site_inventory
from hexmon.inventory.sites.read import read_site
from hexmon.judge.view import JudgeSettings
from hexmon.model.device import Device, Interface
from hexmon.model.events import MonitorChecked
from hexmon.model.incident import Message
from hexmon.model.observation import Check, Observation, Outcome, Reply
from hexmon.model.site import Monitor
from hexmon.model.site_memory import MonitorMemory
from tests.support.clock import FakeClock

_TEXT = """
site: {name: Lab}
monitors:
  - {type: ports, name: sw, address: "snmp://192.0.2.6", notify_every_n_secs: 3600, check_every_n_secs: 60}
"""


class Bench:
    """A site with one switch, and passes over it."""

    def __init__(self, text: str = _TEXT) -> None:
        self.clock = FakeClock()
        self.file = read_site(text, "lab.yaml")
        self.memories: dict[str, MonitorMemory] = {}
        self.lines: list[str] = []
        self.said: list[str] = []
        self.taken = True
        self.outcome = Outcome.OK
        self.recorded: list[MonitorChecked] = []

    async def poll(self, *ports: tuple[str, str], mac: str = "00:00:5E:00:53:01") -> None:
        """One pass, a minute after the last; each port is a name and its state, or nothing at all answers."""
        await self.clock.advance(60.0)
        interfaces = tuple(
            Interface(index=number, name=name, oper=oper, admin="up", macs=(mac,) if oper == "up" else ())
            for number, (name, oper) in enumerate(ports, 1)
        )
        device = Device(name="sw", interfaces=interfaces) if ports else None

        async def observe(check: Check) -> Observation:
            outcome = self.outcome if device else Outcome.TIMEOUT
            reply = Reply(outcome=outcome, summary="ok" if device else "timeout", device=device)
            return Observation(check=check, reply=reply, started=self.clock.now(), took=0.5)

        async def tell(_monitor: Monitor, messages: Sequence[Message]) -> bool:
            self.said += [one.text.decode() for one in messages]
            return self.taken

        async def beat(_monitor: Monitor) -> bool:
            return True

        doing = Doing(
            clock=self.clock,
            judging=JudgeSettings(),
            observe=observe,
            tell=tell,
            beat=beat,
            record=lambda _monitor, seen: self.recorded.append(seen),
            changed=lambda: None,
            console=Console("Lab", self.lines.append),
            room=asyncio.Semaphore(1),
        )
        site = self.file.site
        visiting = SitePass(site, site_inventory(self.file).hosts, self.memories, doing)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(visiting.run())
            while not running.done():
                await self.clock.advance(1.0)
        assert running.result() == 1
        assert not visiting.failed, self.lines


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _without_clock(texts: Sequence[str]) -> list[str]:
    return [text.partition(" at ")[0] for text in texts]


async def test_the_first_poll_is_the_baseline(bench: Bench) -> None:
    await bench.poll(("Gi1", "up"), ("Gi2", "up"))
    assert (bench.said, bench.lines) == ([], [])
    assert sorted(bench.memories["sw"].state.ports_state) == [1, 2]
    assert len(bench.recorded) == 1


async def test_what_changed_is_told_once(bench: Bench) -> None:
    await bench.poll(("Gi1", "up"), ("Gi2", "up"))
    await bench.poll(("Gi1", "up"), ("Gi2", "down"))
    await bench.poll(("Gi1", "up"), ("Gi2", "down"))
    assert _without_clock(bench.said) == [
        "sw in Lab: Gi2 oper=down admin=up (was oper=up admin=up)",
        "sw in Lab: Gi2 MAC change disappeared=[00:00:5E:00:53:01]",
    ]
    assert [line.partition(":")[0] for line in bench.lines] == [
        "[Lab/sw] ##### PORT CHANGE",
        "[Lab/sw] ##### PORT MAC CHANGE",
    ]


async def test_what_reached_nobody_is_told_again(bench: Bench) -> None:
    bench.taken = False
    await bench.poll(("Gi1", "up"))
    await bench.poll(("Gi1", "down"))
    assert bench.memories["sw"].state.ports_state[1].oper == "down", "the baseline goes on"
    bench.taken = True
    await bench.poll(("Gi1", "down"))
    await bench.poll(("Gi1", "down"))
    status = [text for text in _without_clock(bench.said) if "oper=" in text]
    assert status == ["sw in Lab: Gi1 oper=down admin=up (was oper=up admin=up)"] * 2


async def test_the_baseline_survives_what_does_not_answer(bench: Bench) -> None:
    await bench.poll(("Gi1", "up"))
    await bench.poll()
    assert bench.memories["sw"].state.is_up is False
    await bench.poll(("Gi1", "up"), mac="00:00:5E:00:53:99")
    changes = [text for text in _without_clock(bench.said) if "MAC change" in text]
    assert changes == [
        "sw in Lab: Gi1 MAC change appeared=[00:00:5E:00:53:99] disappeared=[00:00:5E:00:53:01]",
    ]
    assert any(line.startswith("[Lab/sw] ##### RECOVERY") for line in bench.lines)


async def test_a_muted_device_is_only_printed() -> None:
    bench = Bench(_TEXT.replace("name: sw,", "name: sw, alarms: no,"))
    await bench.poll(("Gi1", "up"))
    await bench.poll(("Gi1", "down"))
    assert bench.said == []
    assert bench.memories["sw"].state.ports_state[1].oper == "down"


async def test_what_this_machine_could_not_try_says_nothing_of_the_monitor(bench: Bench) -> None:
    await bench.poll(("Gi1", "up"))
    before = dict(bench.memories)
    bench.outcome = Outcome.PREVENTED
    with pytest.raises(AssertionError, match="this machine could not check it"):
        await bench.poll(("Gi1", "down"))
    assert bench.memories == before
    assert bench.said == []


async def test_a_fault_of_ours_costs_one_monitor(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("ours")

    monkeypatch.setattr("hexmon.app.site_pass.decide", broken)
    with pytest.raises(AssertionError, match="could not be checked: KeyError"):
        await bench.poll(("Gi1", "up"))
