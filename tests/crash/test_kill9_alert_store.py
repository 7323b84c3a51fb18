"""A writer of incidents and deliveries is killed between append and commit: what was durable is there, whole."""

import asyncio
import multiprocessing
import random
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest

from hexmon.alerts.store import LogQuery
from hexmon.model.incident import DeliverySaved, DeliveryState, IncidentSaved, Told
from hexmon.model.names import StatusKey
from hexmon.storage.engine import open_storage
from tests.storage.alert_samples import MAIL, a_delivery, an_incident
from tests.storage.samples import NOON

ROUNDS = 20
OWNER = "outbox"
TREE = Path(__file__).parents[2]


def write(folder: Path, first: int, pipe: Connection) -> None:
    """Decide deliveries from that number on and send them, for ever; say of each step that it is durable."""
    asyncio.run(_write(folder, first, pipe))


async def _write(folder: Path, first: int, pipe: Connection) -> None:
    storage = open_storage(f"sqlite:///{folder}/hexmon.db", asyncio.get_running_loop())
    pipe.send(("ready", 0))
    number = first
    while True:
        told = tuple(Told(who=f"{n}", way=MAIL, first=NOON, last=NOON, due=NOON) for n in range(number + 1))
        incident = an_incident(StatusKey("www", "http"), told=told[-50:], reports=number)
        delivery = a_delivery(number, incident.key)
        ticket = storage.journal.append([IncidentSaved(incident), DeliverySaved(delivery, OWNER, NOON + 60)])
        storage.journal.when_durable(ticket, lambda number=number: pipe.send(("decided", number)))  # type: ignore[misc]
        if number % 3 == 0:
            await storage.journal.durable(ticket)
            sent = msgspec.structs.replace(delivery, state=DeliveryState.SENT, attempts=1)
            await storage.journal.durable(storage.journal.append([DeliverySaved(sent, OWNER)]))
            pipe.send(("sent", number))
        number += 1


@pytest.mark.slow
async def test_nothing_durable_is_lost_and_incident_and_delivery_are_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    moments = random.Random(ROUNDS)  # noqa: S311
    promised: dict[str, set[int]] = {"decided": set(), "sent": set()}
    last = -1
    for _ in range(ROUNDS):
        for what, number in await until_killed(tmp_path, last + 1, moments.uniform(0.0, 0.05)):
            promised[what].add(number)
        last = await check(tmp_path, promised)
    assert promised["sent"]


async def until_killed(folder: Path, first: int, after: float) -> list[tuple[str, int]]:
    """What a writer said before it was killed, so many seconds after it was ready."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write, args=(folder, first, theirs), daemon=True)
    process.start()
    theirs.close()
    said = []
    try:
        await loop.run_in_executor(None, ours.recv)
        loop.call_later(after, process.kill)
        while True:
            said.append(await loop.run_in_executor(None, ours.recv))
    except (EOFError, ConnectionResetError):
        return said
    finally:
        process.kill()
        process.join()
        ours.close()


async def check(folder: Path, promised: dict[str, set[int]]) -> int:
    """The last number that is there, when everything that was promised is."""
    storage = open_storage(f"sqlite:///{folder}/hexmon.db", asyncio.get_running_loop())
    log = list(reversed(await storage.alerts.notifications(LogQuery(limit=1_000_000))))
    last = len(log) - 1
    assert [one.number for one in log] == list(range(last + 1))
    assert promised["decided"] <= set(range(last + 1))
    assert promised["sent"] <= {one.number for one in log if one.state is DeliveryState.SENT}
    snapshot = await storage.alerts.claim(OWNER, NOON, 60.0)
    assert [one.reports for one in snapshot.incidents] == ([last] if log else [])
    assert {one.number for one in snapshot.deliveries} == {
        one.number for one in log if one.state is DeliveryState.WAITING
    }
    await storage.close()
    return last
