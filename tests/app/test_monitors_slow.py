"""Slow, silent and broken targets of a site: each is judged right within its own time, and delays nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hexmon.app.alerting import notify_engines
from hexmon.app.parts import Opened, Parts, put_together
from hexmon.app.settings import Configuration, Settings
from hexmon.app.sources import Sources
from hexmon.clock import SystemClock
from hexmon.model.events import MonitorChecked
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Judging
from hexmon.probes.exchange import ExchangeOptions
from hexmon.probes.http_options import Expectation, HttpOptions
from hexmon.probes.tools import open_tools
from hexmon.storage.engine import open_storage
from tests.support.certificates import LAST_YEAR, SelfSigned, server_context
from tests.support.clock import until
from tests.support.datagrams import closed_datagram_port
from tests.support.servers import black_hole, drips, http_reply, replies, says, serve

TIME = 1.0  # seconds of an attempt
QUICK = 0.1  # seconds between two checks of those that are well
ROUNDS = 2  # that those have at least while the others take their time: ten on a machine that is not busy


def monitor(name: str, test: str, options: Any, *, interval: float = 60.0) -> Host:
    key = StatusKey(f"lab.{name}", test)
    probe = "http" if isinstance(options, HttpOptions) else "exchange"
    address = "" if probe == "http" else "127.0.0.1"
    check = Check(
        key=key, probe=probe, address=address, options=options, spec=f"{test} {name}", interval=interval, timeout=TIME,
        attempts=1, judging=Judging(monitor=True),
    )  # fmt: skip
    return Host(name=key.host, checks=(check,))


def web(port: int, **options: Any) -> HttpOptions:
    return HttpOptions(url=f"https://127.0.0.1:{port}/", check_expiry=True, **options)


def exchange(transport: Any, port: int, **options: Any) -> ExchangeOptions:
    return ExchangeOptions(transport=transport, port=port, **options)


@asynccontextmanager
async def watching(folder: Path, *hosts: Host) -> AsyncIterator[tuple[Parts, Any]]:
    configuration = Configuration(settings=Settings(), folder=folder, path=None)
    inventory = Inventory(hosts={host.name: host for host in hosts}, by_alias={host.name: host.name for host in hosts})
    clock = SystemClock()
    storage = open_storage("memory:", asyncio.get_running_loop(), clock=clock)
    async with open_tools(clock) as tools, notify_engines() as engines:
        opened = Opened(storage=storage, tools=tools, notify=engines)
        parts = put_together(configuration, clock, opened, Sources(configuration), inventory)
        followed = parts.bus.follow("test", [MonitorChecked])
        parts.board.adopt(inventory)
        await parts.runner.adopt(inventory)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(parts.runner.run())
            await clock.sleep_until(clock.monotonic())
            yield parts, followed
            running.cancel()
    await storage.close()


async def test_each_is_judged_within_its_own_time_and_nobody_waits(tmp_path: Path) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    good, late = server_context(), server_context()
    SelfSigned().put_into(good, tmp_path)
    SelfSigned(ends=LAST_YEAR).put_into(late, tmp_path)
    asked: list[bytes] = []
    async with (
        serve(says()) as silent,
        serve(drips(page, b"x"), tls=good) as dripping_page,
        serve(drips(b"", b"x", after=b"?")) as dripping,
        serve(replies({b"": http_reply()}, heard=asked), tls=late) as expired,
        serve(replies({b"GET": http_reply(body=b"fine")})) as well,
    ):
        with black_hole() as hole:
            text = (Expectation(what="text", wanted="fine"),)
            bad = {
                "no-tls": monitor("no-tls", "http", web(silent)),
                "drip-web": monitor("drip-web", "http", web(dripping_page, expect=text)),
                "drip-tcp": monitor("drip-tcp", "tcp", exchange("tcp", dripping, send=b"?", expect=b"y")),
                "silent": monitor("silent", "tcp", exchange("tcp", silent, expect=b"220")),
                "hole": monitor("hole", "tcp", exchange("tcp", hole)),
                "closed-udp": monitor("closed-udp", "udp", exchange("udp", closed_datagram_port(), send=b"x")),
                "expired": monitor("expired", "http", web(expired)),
            }
            plain = HttpOptions(url=f"http://127.0.0.1:{well}/", expect=text)
            quick = {
                "well-web": monitor("well-web", "http", plain, interval=QUICK),
                "well-tcp": monitor("well-tcp", "tcp", exchange("tcp", silent), interval=QUICK),
            }
            async with watching(tmp_path, *bad.values(), *quick.values()) as (parts, followed):
                for host in bad.values():
                    assert parts.runner.probe_now(host.checks[0].key)
                told = await until_all_are_judged(followed, bad.keys() | quick.keys())
                colors = {host.name: parts.board.status(host.checks[0].key).color.word for host in bad.values()}  # type: ignore[union-attr]
    reasons = {event.key.host.removeprefix("lab."): event.reason for event in told}
    assert reasons == {
        "no-tls": "connection timeout",
        "drip-web": "connection timeout",
        "drip-tcp": "expected content not found: 'y'",
        "silent": "expected content not found: '220'",
        "hole": "connection timeout",
        "closed-udp": "connection refused",
        "expired": "SSL certificate expired on 2025-11-03 04:05:06 UTC",
        "well-web": "",
        "well-tcp": "",
    }
    assert set(colors.values()) == {"red"}
    assert all(event.up is not bool(event.reason) for event in told)
    assert not any(asked)
    names = [event.key.host.removeprefix("lab.") for event in told]
    first_slow = min(names.index(name) for name in ("no-tls", "drip-web", "hole"))
    for name in quick:
        assert names[:first_slow].count(name) >= ROUNDS, names
    assert names.index("closed-udp") < first_slow
    assert names.index("expired") < first_slow
    assert max(event.seconds for event in told) < TIME + 2


async def test_what_this_machine_could_not_try_is_told_to_nobody(tmp_path: Path) -> None:
    async with serve(says()) as port:
        elsewhere = monitor("elsewhere", "http", HttpOptions(url=f"http://127.0.0.1:{port}/", source="192.0.2.77"))
        well = monitor("well", "tcp", exchange("tcp", port))
        async with watching(tmp_path, elsewhere, well) as (parts, followed):
            key = elsewhere.checks[0].key
            assert parts.runner.probe_now(key)
            await until(lambda: parts.board.status(key))
            status = parts.board.status(key)
            assert parts.runner.probe_now(well.checks[0].key)
            told = await until_all_are_judged(followed, {"well"})
    assert status is not None
    assert status.text.startswith(b"clear http: not tested, This monitor has no such source address\n")
    assert {event.key.host for event in told} == {"lab.well"}


async def until_all_are_judged(followed: Any, names: set[str]) -> list[MonitorChecked]:
    """Everything that was told until each of them was judged once."""
    told: list[MonitorChecked] = []
    async with asyncio.timeout(30):
        while names - {event.key.host.removeprefix("lab.") for event in told}:
            told += await followed.next_batch()
    return told
