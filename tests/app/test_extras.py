"""What a running monitor gets from its probes besides colours."""

import asyncio
from pathlib import Path

from hexmon.app.alerting import notify_engines
from hexmon.app.parts import Opened, put_together
from hexmon.app.settings import Configuration, Settings
from hexmon.app.sources import Sources
from hexmon.clock import SystemClock
from hexmon.model.events import DataReported
from hexmon.probes.tools import open_tools
from hexmon.storage.engine import open_storage
from tests.support.inventory import an_inventory_of
from tests.support.own_network import TWO_ROUTERS, in_own_network
from tests.support.servers import http_reply, replies, serve

FIGURES = b"Total Accesses: 5\nBusyWorkers: 1\n"


async def test_figures_of_a_web_server_reach_those_who_follow(tmp_path: Path) -> None:
    configuration = Configuration(settings=Settings(), folder=tmp_path, path=None)
    clock = SystemClock()
    storage = open_storage("memory:", asyncio.get_running_loop(), clock=clock)
    async with (
        serve(replies({b"GET /server-status?auto ": http_reply(body=FIGURES)})) as port,
        open_tools(clock) as tools,
        notify_engines() as engines,
    ):
        url = f"http://127.0.0.1:{port}/server-status?auto"
        inventory = an_inventory_of(f"127.0.0.1 www.test # noconn apache={url}")
        opened = Opened(storage=storage, tools=tools, notify=engines)
        parts = put_together(configuration, clock, opened, Sources(configuration), inventory)
        followed = parts.bus.follow("test", [DataReported])
        await parts.runner.adopt(inventory)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(parts.runner.run())
            await clock.sleep_until(clock.monotonic())
            [key] = parts.runner.agenda.keys()
            parts.runner.probe_now(key)
            [event] = await asyncio.wait_for(followed.next_batch(), 20)
            running.cancel()
        assert parts.board.status(key) is None
    await storage.close()
    assert isinstance(event, DataReported)
    assert (event.host, event.name) == ("www.test", "apache")
    assert event.text == b"data www,test.apache\n" + FIGURES


def test_the_way_to_a_silent_host_is_told(tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("203.0.113.66 www.lab.test # testip trace\n")
    (tmp_path / "hexmon.toml").write_text('[agent]\nenabled = false\n[probing]\ntimeout = "0.5s"\n')
    done = in_own_network(
        f"""{TWO_ROUTERS}
        cd {tmp_path}
        $HEXMON serve 2> log & kids="$kids $!"
        for _ in $(seq 400); do
            $HEXMON send 127.0.0.1:1984 'xymondlog www.lab.test.conn' > answer 2> /dev/null || true
            if grep -q Traceroute answer; then break; fi
        done
        cat answer log"""
    )
    assert "\nTraceroute results:\ntraceroute to www.lab.test (203.0.113.66), 30 hops max\n" in done.stdout, done.stdout
    assert "\n 2  198.51.100.2  " in done.stdout
