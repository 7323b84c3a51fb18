"""The same with the whole `hexmon serve`: killed, or told to stop, in the middle of a flood."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.model.color import BY_WORD
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged, Cookie, Disabled, Status
from tests.crash.senders import Acknowledger, Changer, Mover, Planner, Sender, Silencer, Twins
from tests.crash.server import Found
from tests.support.builders import a_status
from tests.support.monitor import Running, start

ROUNDS = int(os.environ.get("HEXMON_CRASH_SERVE_ROUNDS", "10"))
SHORTEST, LONGEST = 0.05, 0.4  # seconds of flood before the end
QUESTION = b"xymondboard fields=hostname,testname,color,cookie,disabletime,acktime,dismsg,ackmsg,msg"


def senders_of_every_kind() -> list[Sender]:
    senders: list[Sender] = [Changer(f"change{n}.example.com") for n in range(12)]
    senders += [Twins(f"twins{n}.example.com") for n in range(4)]
    senders += [Mover(f"move{n}.example.com") for n in range(4)]
    senders += [Silencer(f"quiet{n}.example.com") for n in range(4)]
    senders += [Acknowledger(f"ack{n}.example.com") for n in range(2)]
    return [*senders, Planner("plan.example.com")]


def found_by(running: Running) -> Found:
    """What a started server says that it has."""
    squares = {str(status.key): status for status in _statuses(running.ask(QUESTION))}
    jobs = (line.split(b"|", 3) for line in running.ask(b"schedule").splitlines())
    return Found(running.messages, squares, {int(job[0]): job[3] for job in jobs})


def _statuses(answer: bytes) -> Iterator[Status]:
    for line in answer.splitlines():
        host, test, color, cookie, disabled, acked, why, ack, text = line.split(b"|", 8)
        if not text:
            continue
        number, until = int(cookie or 0), int(acked or 0)
        yield a_status(
            BY_WORD[color.decode()],
            key=StatusKey(host.decode(), test.decode()),
            text=text,
            cookie=Cookie(number, 4e9) if number > 0 else None,
            disabled=Disabled(float(disabled), why) if int(disabled or 0) else None,
            acknowledged=Acknowledged(until, ack, BY_WORD[color.decode()]) if until else None,
        )


async def one_round(folder: Path, senders: list[Sender], after: float, with_signal: int) -> None:
    """Start on what the last one left, check that, flood, end."""
    loop = asyncio.get_running_loop()
    settings = {"HEXMON_BOARD__FLAP_COUNT": "0", "HEXMON_AGENT__ENABLED": "false", "HEXMON_BOARD__CHECKPOINT": "1s"}
    running = await loop.run_in_executor(None, lambda: start(folder, None, 0, **settings))
    try:
        found = found_by(running)
        for sender in senders:
            sender.check(found)
        loop.call_later(after, running.process.send_signal, with_signal)
        async with asyncio.TaskGroup() as tasks:
            for sender in senders:
                tasks.create_task(sender.run(found))
        status = await loop.run_in_executor(None, running.process.wait, 20)
        assert status == (0 if with_signal == signal.SIGTERM else -with_signal), running.said()
    finally:
        running.process.kill()
        running.process.wait()


@pytest.mark.slow
@pytest.mark.timeout(60 + 5 * ROUNDS)
@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGTERM])
async def test_nothing_acknowledged_is_lost_by_the_end_of_the_monitor(tmp_path: Path, with_signal: int) -> None:
    senders = senders_of_every_kind()
    (tmp_path / "hosts.cfg").write_text("".join(f"127.0.0.1 {sender.host} # noconn\n" for sender in senders))
    moments = random.Random(ROUNDS)  # noqa: S311
    for _ in range(ROUNDS + 1):
        await one_round(tmp_path, senders, moments.uniform(SHORTEST, LONGEST), with_signal)
    assert min(sender.acknowledged for sender in senders) >= ROUNDS
    assert "Traceback" not in (tmp_path / "stderr.log").read_text()
    print({sender.host: sender.acknowledged for sender in senders})  # noqa: T201
