"""The agent's loop keeps its grid, outlives a server that is away, obeys the first server and runs scripts."""

import asyncio
import logging
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from hexmon.agent.courier import Courier, Send
from hexmon.agent.report import Reporter, What, report_forever, share_of
from hexmon.agent.scripts import Scripts
from hexmon.agent.spool import Spool
from hexmon.agent.state import State, StateError
from hexmon.model.client import ClientData
from tests.support.clock import FakeClock

QUICK = ("date",)


def answering(reply: bytes, heard: list[bytes]) -> Send:
    async def send(message: bytes) -> bytes:
        heard.append(message)
        return reply

    return send


async def refusing(_message: bytes) -> bytes:
    raise ConnectionRefusedError("nobody listens")


async def test_it_reports_on_a_grid_whatever_the_server_does() -> None:
    clock = FakeClock()
    seen: list[float] = []
    called = asyncio.Event()

    async def send(message: bytes) -> bytes:
        assert message.startswith(b"client here,example.")
        seen.append(clock.monotonic() - 1000.0)
        called.set()
        if len(seen) == 2:
            raise ConnectionRefusedError("nobody listens")
        return b""

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(report_forever(send, "here.example", clock, interval=300.0))
        for round_ in range(3):
            await asyncio.wait_for(called.wait(), 20)
            called.clear()
            assert seen[-1] == round_ * 300.0
            await clock.advance(300.0)
        task.cancel()


async def test_many_agents_that_start_together_do_not_report_together() -> None:
    clock = FakeClock()
    moments: dict[str, list[float]] = {}

    class Quick(Reporter):
        def __init__(self, host: str) -> None:
            super().__init__(What(host=host, sections=QUICK), [], clock)
            self.host = host

        async def report(self) -> bool:
            moments.setdefault(self.host, []).append(clock.monotonic() - 1000.0)
            return True

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(Quick(f"host{number}").run(300.0, 60.0)) for number in range(100)]
        await clock.advance(1300.0)
        for task in running:
            task.cancel()
    assert max(times[0] for times in moments.values()) < 60
    assert len({int(times[0]) for times in moments.values()}) > 30
    assert len({int(times[2]) for times in moments.values()}) > 70
    for times in moments.values():
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert 150 <= gaps[0] <= 450
        assert gaps[1:] == pytest.approx([300.0] * (len(gaps) - 1))


def test_the_share_of_a_host_is_always_the_same() -> None:
    assert share_of("www.example.com") == share_of("www.example.com")
    assert 0 <= share_of("") < 1


async def test_what_the_server_wants_is_collected_from_the_next_report_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("hello\n")
    heard: list[bytes] = []
    clock = FakeClock()
    state = State(tmp_path / "state")
    send = answering(b"log:%s:999\n" % bytes(log), heard)
    reporter = Reporter(What(host="a", sections=QUICK), [Courier("m", send, None, clock)], clock, state)
    assert await reporter.report()
    log.write_text("hello\nmore\n")
    assert await reporter.report()
    assert b"[msgs:" not in heard[0]
    assert b"[msgs:%s]\n<...CURRENT...>\nhello\nmore\n" % bytes(log) in heard[1]
    state = State(tmp_path / "state")
    later = Reporter(What(host="a", sections=QUICK), [], clock, state)
    assert b"]\nhello\nmore\n" in await later.message(keep=False)
    log.write_text("hello\nmore\nlast\n")
    assert b"]\nhello\nmore\n<...CURRENT...>\nlast\n" in await later.message()


REPLIES = {
    "an empty reply changes nothing": (b"", ""),
    "blanks change nothing": (b" \n", ""),
    "a page of a proxy": (b"\n<!DOCTYPE html><html>502</html>", "a page of a proxy?"),
    "another page": (b"<HTML><body>please log in</body>", "a page of a proxy?"),
    "something else with zeros": (b"\x1f\x8b\0", "a page of a proxy?"),
    "a reply without end": (b"dir:/x\n" * 50_000, "cannot be meant"),
}


@pytest.mark.parametrize(("reply", "told"), REPLIES.values(), ids=REPLIES.keys())
async def test_odd_replies_are_not_obeyed(reply: bytes, told: str, tmp_path: Path) -> None:
    clock = FakeClock()
    state = State(tmp_path)
    state.keep_wishes(b"file:/etc/passwd\n")
    reporter = Reporter(What(host="a", sections=QUICK), [Courier("m", answering(reply, []), None, clock)], clock, state)
    await reporter.report()
    assert state.wishes == "file:/etc/passwd\n"
    data = ClientData(await reporter.message())
    assert "file:/etc/passwd" in data.names
    assert (told in data.text("agent")) if told else ("agent" not in data.names)


async def test_every_server_gets_every_report_and_the_first_that_answers_decides(tmp_path: Path) -> None:
    clock = FakeClock()
    heard: list[list[bytes]] = [[], []]
    state = State(tmp_path / "state")
    couriers = [
        Courier("away", refusing, Spool(tmp_path / "away", 1 << 20), clock),
        Courier("silent", answering(b"", heard[0]), Spool(tmp_path / "silent", 1 << 20), clock),
        Courier("third", answering(b"dir:/third\n", heard[1]), Spool(tmp_path / "third", 1 << 20), clock),
    ]
    reporter = Reporter(What(host="a", sections=QUICK), couriers, clock, state)
    assert not await reporter.report()
    assert reporter.troubles == ["nobody listens"]
    assert state.wishes == "dir:/third\n"
    assert heard[0] == heard[1]
    assert [courier.waiting for courier in couriers] == [1, 0, 0]


async def test_reports_that_were_given_up_are_told(tmp_path: Path) -> None:
    clock = FakeClock()
    spool = Spool(tmp_path / "spool", 500)
    state = State(tmp_path / "state")
    reporter = Reporter(What(host="a", sections=QUICK), [Courier("m", refusing, spool, clock)], clock, state)
    for _ in range(4):
        await reporter.report()
    assert "given up" in ClientData(await reporter.message()).text("agent")
    assert "agent" not in ClientData(await reporter.message()).names


async def test_what_waits_is_tried_again_before_the_next_report(tmp_path: Path) -> None:
    clock = FakeClock()
    tried: list[float] = []

    async def send(_message: bytes) -> bytes:
        tried.append(clock.monotonic() - 1000.0)
        if len(tried) < 4:
            raise ConnectionRefusedError("nobody listens")
        return b""

    courier = Courier("m", send, Spool(tmp_path, 1 << 20), clock)
    reporter = Reporter(What(host="a", sections=QUICK), [courier], clock)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(20):
        task = tasks.create_task(reporter.run(300.0))
        while len(tried) < 4 or courier.waiting:
            while not clock._sleepers:  # its own threads need time that is no fake
                await asyncio.to_thread(lambda: None)
            await clock.advance(1.0)
        task.cancel()
    assert tried[0] == 0
    assert tried[-1] < 200
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)


def script(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


async def test_scripts_run_with_each_report(tmp_path: Path) -> None:
    folder = tmp_path / "ext"
    script(folder, "status.sh", f'echo "$MACHINE $XYMSRV" > {tmp_path}/ran')
    script(folder / "local", "hello", "echo hello; echo world")
    script(folder / "local", "fails", "echo half; exit 3")
    script(folder / "local", "hangs", "echo begun; sleep 1000")
    script(folder / "local", "left~", "echo no")
    (folder / "local" / "README").write_text("no program")
    script(folder / "local", "open", "echo no").chmod(0o777)
    heard: list[bytes] = []
    clock = FakeClock()
    scripts = Scripts({"PATH": "/usr/bin:/bin", "MACHINE": "a,b", "XYMSRV": "m:1984"}, 1.0)
    reporter = Reporter(
        What(host="a.b", sections=QUICK, scripts=folder),
        [Courier("m", answering(b"", heard), None, clock)],
        clock,
        scripts=scripts,
    )
    assert await reporter.report()
    data = ClientData(heard[0])
    assert (tmp_path / "ran").read_text() == "a,b m:1984\n"
    assert data.text("local:hello") == "hello\nworld\n"
    assert data.text("local:fails") == "half\n"
    assert data.text("local:hangs") == "begun\n"
    assert {"local:left~", "local:README", "local:open"}.isdisjoint(data.names)
    told = data.text("agent")
    assert "local/fails ended with 3" in told
    assert "local/hangs was ended: it ran for 1 seconds" in told
    assert "everybody may write to it" in told
    assert data.names[-1] == "clock"


async def test_a_folder_of_scripts_that_is_missing_is_told(tmp_path: Path) -> None:
    heard: list[bytes] = []
    clock = FakeClock()
    what = What(host="a.b", sections=QUICK, scripts=tmp_path / "ext")
    reporter = Reporter(what, [Courier("m", answering(b"", heard), None, clock)], clock, scripts=Scripts({}, 1.0))
    assert await reporter.report()
    assert await reporter.report()
    told = ClientData(heard[0]).text("agent") + ClientData(heard[1]).text("agent")
    assert f"{tmp_path}/ext: No such file or directory" in told
    assert "ext/local" not in told


async def test_what_goes_wrong_while_a_report_is_made_is_told_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs in ext run beside the collecting, which takes a thread."""
    heard: list[bytes] = []
    clock = FakeClock()
    reporter = Reporter(What(host="a.b", sections=QUICK), [Courier("m", answering(b"", heard), None, clock)], clock)
    collected = reporter._collector.message

    def meanwhile(now: float, fetched: Callable[[], bytes], more: bytes) -> bytes:
        reporter._complain(["ext/slow ended with 1"])
        return collected(now, fetched, more)

    monkeypatch.setattr(reporter._collector, "message", meanwhile)
    await reporter.report()
    await reporter.report()
    assert "ext/slow" not in ClientData(heard[0]).text("agent")
    assert ClientData(heard[1]).text("agent") == "ext/slow ended with 1\n"


async def test_a_script_that_floods_is_cut(tmp_path: Path) -> None:
    path = script(tmp_path, "flood", "head -c 3000000 /dev/zero | tr '\\0' x")
    (outcome,) = await Scripts({"PATH": "/usr/bin:/bin"}, 30.0).run([path], heard=True)
    assert outcome.output == b"x" * (256 * 1024)


async def test_one_bad_report_does_not_end_the_agent(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    reports: list[int] = []

    class Bad(Reporter):
        async def report(self) -> bool:
            reports.append(1)
            raise ValueError("a mistake of ours")

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(Bad(What(host="a", sections=QUICK), [], clock).run(10.0))
        with caplog.at_level(logging.CRITICAL, "hexmon.agent.report"):
            await clock.advance(25.0)
        task.cancel()
    assert len(reports) == 3


def test_two_agents_do_not_share_a_folder(tmp_path: Path) -> None:
    other = State(tmp_path).alone()
    with State(tmp_path).alone(), pytest.raises(StateError, match="another agent"), other:
        pass


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="choose another folder with --state"):
        State(tmp_path / "file" / "state")


def test_a_state_that_somebody_spoiled_is_begun_anew(tmp_path: Path) -> None:
    for name in ("logs.json", "counted.json"):
        (tmp_path / name).write_bytes(b"{\xff")
    state = State(tmp_path)
    assert (state.logs(), state.counted(), state.wishes) == ({}, None, "")
