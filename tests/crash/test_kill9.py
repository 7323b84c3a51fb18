"""hexmon is killed in the middle of a flood, again and again; whatever it acknowledged is there afterwards."""

import asyncio
import multiprocessing
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.senders import Acknowledger, Changer, Mover, Planner, Sender, Silencer, Twins
from tests.crash.server import Found, serve

ROUNDS = int(os.environ.get("HEXMON_CRASH_ROUNDS", "100"))
TREE = Path(__file__).parents[2]
SHORTEST, LONGEST = 0.02, 0.15  # seconds of flood before the kill


def senders_of_every_kind() -> list[Sender]:
    senders: list[Sender] = [Changer(f"change{n}.example.com") for n in range(12)]
    senders += [Twins(f"twins{n}.example.com") for n in range(4)]
    senders += [Mover(f"move{n}.example.com") for n in range(4)]
    senders += [Silencer(f"quiet{n}.example.com") for n in range(4)]
    senders += [Acknowledger(f"ack{n}.example.com") for n in range(2)]
    return [*senders, Planner("plan.example.com")]


async def start_and_kill(folder: Path, senders: list[Sender], after: float) -> None:
    """Start a server on what the last one left, check that, flood it, kill it."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.server"])
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(folder, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        found: Found = await loop.run_in_executor(None, ours.recv)
        for sender in senders:
            sender.check(found)
        loop.call_later(after, process.kill)
        async with asyncio.TaskGroup() as tasks:
            for sender in senders:
                tasks.create_task(sender.run(found))
    finally:
        process.kill()
        process.join()
        ours.close()


@pytest.mark.slow
@pytest.mark.timeout(60 + 2 * ROUNDS)
async def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The servers are of the tree that is tested, not of one that was installed.
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    senders = senders_of_every_kind()
    (tmp_path / "hosts.cfg").write_text("".join(f"127.0.0.1 {sender.host} # noconn\n" for sender in senders))
    moments = random.Random(ROUNDS)  # noqa: S311
    for _ in range(ROUNDS + 1):
        await start_and_kill(tmp_path, senders, moments.uniform(SHORTEST, LONGEST))
    acknowledged: Counter[str] = Counter()
    for sender in senders:
        acknowledged[type(sender).__name__] += sender.acknowledged
    assert min(acknowledged.values()) >= ROUNDS, acknowledged
    history_has_every_change_once(tmp_path, [sender for sender in senders if isinstance(sender, Changer)])


def history_has_every_change_once(folder: Path, senders: list[Changer]) -> None:
    query = (
        "SELECT text FROM change JOIN square ON square.id = change.square"
        " WHERE host = ? AND test = 'change' ORDER BY change.id"
    )
    with closing(sqlite3.connect(folder / "hexmon.db")) as database:
        for sender in senders:
            numbers = [int(text.rsplit(b"=", 1)[1]) for (text,) in database.execute(query, (sender.host,))]
            assert numbers == list(range(1, len(numbers) + 1)), sender.host
            assert len(numbers) >= sender.promised
