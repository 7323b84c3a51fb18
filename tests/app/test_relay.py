"""The whole relay, with real connections on both sides: who hears what, who is answered when, what an outage costs."""

import asyncio
import shutil
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from hexmon.app.relay_settings import RelayReport
from hexmon.app.settings import Senders
from hexmon.ingest.client import combined
from tests.support.clock import FakeClock, until
from tests.support.relay import Recorder, relaying
from tests.support.servers import authority, black_hole, closed_port, serve
from tests.support.tiny_disk import on_a_tiny_disk

STATUSES = [b"status host%d.test green" % number for number in range(5)]


async def test_statuses_of_many_are_merged_and_name_their_sender(tmp_path: Path) -> None:
    server = Recorder()
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        assert await relay.say(*STATUSES) == [b""] * 5
        assert sorted(server.messages) == STATUSES
        assert len(server.heard) == 1
        assert server.heard[0].count(b"\nStatus message received from 127.0.0.1\n") == 5


async def test_every_server_hears_it_and_the_last_one_answers(tmp_path: Path) -> None:
    first, last = Recorder(client=b"from the first", query=b"first"), Recorder(client=b"from the last", query=b"last")
    async with serve(first) as one, serve(last) as two:
        servers = (f"127.0.0.1:{one}", f"127.0.0.1:{two}")
        async with relaying(tmp_path, *servers) as relay:
            assert await relay.say(b"client a.linux linux\n[date]") == [b"from the last"]
            assert await relay.say(b"query a.b") == [b"last"]
            assert await relay.say(b"drop a") == [b""]
        told = b"client a.linux linux\n[date]\n[proxy]\nClientIP:127.0.0.1\n"
        assert first.heard == [told, b"drop a"]
        assert last.heard == [told, b"query a.b", b"drop a"]
        async with relaying(tmp_path, *servers, answers="first") as relay:
            assert await relay.say(b"client a.linux linux\n", b"query a.b") == [b"from the first", b"first"]


async def test_nothing_is_acknowledged_before_it_is_safe(tmp_path: Path) -> None:
    server = Recorder()
    server.hold = asyncio.Event()
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        said = asyncio.gather(relay.say(STATUSES[0]))
        await until(lambda: len(relay.relay.receipts) == 1)
        await relay.passes(2.0)
        assert not said.done()
        server.hold.set()
        [replies] = await said
        assert replies == [b""]


async def test_what_is_safe_nowhere_is_reset(tmp_path: Path) -> None:
    async with relaying(tmp_path, f"127.0.0.1:{closed_port()}") as relay:
        for folder in (tmp_path / "hexmon-relay").iterdir():
            shutil.rmtree(folder)
        assert await relay.say(*STATUSES[:2]) == [None, None]
        assert await relay.say(b"client a.linux linux") == [None]
        assert await relay.say(b"query a.b") == [None]
        assert await relay.say(combined(STATUSES)[0]) == [None]
        assert len(relay.relay.receipts) == 0


async def test_what_one_of_two_servers_has_is_safe(tmp_path: Path) -> None:
    server = Recorder(client=b"told")
    dead = f"127.0.0.1:{closed_port()}"
    async with serve(server) as port, relaying(tmp_path, dead, f"127.0.0.1:{port}") as relay:
        for folder in (tmp_path / "hexmon-relay").iterdir():
            shutil.rmtree(folder)
        assert await relay.say(STATUSES[0], b"client a.linux x") == [b"", b"told"]
        assert [outlet.dropped for outlet in relay.relay.outlets] == [2, 0]


async def test_a_server_that_is_dead_does_not_delay_the_other(tmp_path: Path) -> None:
    server = Recorder()
    async with AsyncExitStack() as stack:
        hole = stack.enter_context(black_hole())
        port = await stack.enter_async_context(serve(server))
        servers = (f"127.0.0.1:{hole}", f"127.0.0.1:{port}")
        relay = await stack.enter_async_context(relaying(tmp_path, *servers, timeout=0.3))
        said = asyncio.gather(relay.say(STATUSES[0]))
        await until(lambda: server.messages == STATUSES[:1])
        await said
        assert await relay.say(STATUSES[1]) == [b""]
        assert server.messages == STATUSES[:2]
        assert [outlet.away for outlet in relay.relay.outlets] == [True, False]


async def test_ten_minutes_without_a_server_lose_nothing(tmp_path: Path) -> None:
    port = closed_port()
    server = Recorder(client=b"config")
    async with relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        for minute in range(10):
            replies = await relay.say(b"status a.b green %d" % minute, b"client a.linux linux\n%d" % minute)
            assert replies == [b"", b""]
            await relay.passes(60.0)
        async with serve(server, port=port):
            await relay.passes(60.0)
            assert [one for one in server.messages if one.startswith(b"status")] == [
                b"status a.b green %d" % minute for minute in range(10)
            ]
            clients = [one for one in server.heard if one.startswith(b"client")]
            assert [one.split(b"\n")[1] for one in clients] == [b"%d" % minute for minute in range(10)]
            delays = [int(one.split(b"Cachedelay: ")[1]) for one in clients]
            assert delays == sorted(delays, reverse=True)
            assert 540 < delays[0] < 700
            assert [outlet.dropped for outlet in relay.relay.outlets] == [0]


async def test_an_agent_is_told_what_it_was_told_before_while_the_server_is_away(tmp_path: Path) -> None:
    server = Recorder(client=b"log:/var/log/messages:10240\n")
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        assert await relay.say(b"client a.linux linux\n1") == [b"log:/var/log/messages:10240\n"]
        server.reset = True
        assert await relay.say(b"client a.linux linux\n2") == [b"log:/var/log/messages:10240\n"]
        assert await relay.say(b"client a.linux linux\n3", b"client b.linux linux\n") == [
            b"log:/var/log/messages:10240\n",
            b"",
        ]


async def test_a_restart_while_the_server_is_away_continues(tmp_path: Path) -> None:
    port = closed_port()
    clock = FakeClock()
    for number in range(3):
        async with relaying(tmp_path, f"127.0.0.1:{port}", clock=clock) as relay:
            assert await relay.say(STATUSES[number]) == [b""]
    server = Recorder()
    async with serve(server, port=port), relaying(tmp_path, f"127.0.0.1:{port}", clock=clock) as relay:
        await relay.say(STATUSES[3])
        await relay.passes(5.0)
        assert server.messages == STATUSES[:4]


async def test_messages_of_many_are_taken_apart(tmp_path: Path) -> None:
    server = Recorder(client=b"not used")
    parts = [
        STATUSES[0],
        b"data a.x\n1",
        b"client a.linux linux\n",
        b"query a.b",
        b"combo\nstatus a.b red",
        STATUSES[1],
    ]
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        assert await relay.say(combined(parts)[0]) == [b""]
        client = b"client a.linux linux\n\n[proxy]\nClientIP:127.0.0.1\n"
        assert sorted(server.messages) == sorted([STATUSES[0], STATUSES[1], b"data a.x\n1", client])
        server.heard.clear()
        assert await relay.say(b"combo\n" + b"\n\n".join(STATUSES)) == [b""]
        assert [one.strip() for one in server.messages] == STATUSES


async def test_a_big_combo_is_taken_in_steps(tmp_path: Path) -> None:
    server = Recorder()
    parts = [b"status h%d.test green " % number + b"x" * 2000 for number in range(300)]
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        assert await relay.say(b"combo\n" + b"\n\n".join(parts)) == [b""]
        assert [one.strip() for one in server.messages] == parts
        assert await relay.say(b"modify " + b"x" * 300_000) == [b""]


async def test_the_access_lists_are_those_of_the_relay(tmp_path: Path) -> None:
    server = Recorder(query=b"answer", ping=b"pong")
    senders = Senders(status=("192.0.2.0/24",), admin=("192.0.2.0/24",))
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}", senders=senders) as relay:
        messages = (
            STATUSES[0],
            b"query a.b",
            b"drop a",
            b"client a.linux",
            combined(STATUSES)[0],
            b"schedule 1 drop a",
        )
        assert await relay.say(*messages) == [b""] * 6
        assert server.heard == []
        assert relay.relay.counts["refused"] == 10
        assert await relay.say(b"disable a.b 10 x", b"ping") == [b"", b"pong"]
        assert sorted(server.heard) == [b"disable a.b 10 x", b"ping"]


async def test_its_own_status_goes_to_every_server_and_tells_of_one_that_is_away(tmp_path: Path) -> None:
    server = Recorder()
    report = RelayReport(host="relay.test", interval=300.0)
    async with serve(server) as port:
        servers = (f"127.0.0.1:{closed_port()}", f"127.0.0.1:{port}")
        async with relaying(tmp_path, *servers, report=report) as relay:
            await until(lambda: len(server.heard) == 1)
            assert server.heard[0].startswith(b"status+15 relay,test.relay green ")
            assert await relay.say(STATUSES[0]) == [b""]
            server.heard.clear()
            await relay.passes(298.0, 2.0)
            assert server.heard == []
            await relay.passes(10.0)
            await until(lambda: len(server.heard) == 2)
            colors = [heard.split()[2] for heard in server.heard]
            assert colors.count(b"yellow") >= 1, "the regular one, and at once what changed"
            assert b"away for 5 min: " in server.heard[-1]
            await relay.passes(700.0, 2.0)
            assert server.heard[-1].split()[2] == b"red"


async def test_a_full_spool_drops_the_oldest_and_every_server_hears_of_it(tmp_path: Path) -> None:
    server = Recorder()
    away = closed_port()
    report = RelayReport(host="relay.test", interval=300.0)
    async with serve(server) as port:
        servers = (f"127.0.0.1:{away}", f"127.0.0.1:{port}")
        async with relaying(tmp_path, *servers, report=report, spool=400) as relay:
            for number in range(12):
                assert await relay.say(b"status host%d.test green" % number) == [b""]
            await relay.passes(3.0)
            told = [one for one in server.heard if one.startswith(b"status+15 relay,test.relay ")]
            assert (told[-1].split()[2], b"messages were lost" in told[-1]) == (b"red", True)
            lost = relay.relay.outlets[0].dropped
            back = Recorder()
            async with serve(back, port=away):
                await relay.passes(40.0)
            kept = [one for one in back.messages if b"relay" not in one]
            assert kept == [b"status host%d.test green" % number for number in range(lost, 12)]


async def test_odd_messages_are_answered_with_nothing(tmp_path: Path) -> None:
    server = Recorder()
    odd = [b"", b"\0", b"page x", b"dummy", b"extcombo ", b"extcombo 99 -1\nx", b"combo\n", b"combo\n\0\0"]
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        assert await relay.say(*odd) == [b""] * len(odd)
        assert server.heard in ([], [b"combo\n"])
        assert len(relay.relay.receipts) == 0


@pytest.mark.parametrize("word", [b"status ", b"client ", b"data ", b"query ", b"schedule ", b"", b"xymondboard"])
async def test_garbage_passes(tmp_path: Path, word: bytes) -> None:
    server = Recorder()
    async with serve(server) as port, relaying(tmp_path, f"127.0.0.1:{port}") as relay:
        for garbage in (b"\xff" * 100, b"a" * 100_000, b"\n\n\n", b"9" * 5000):
            assert await relay.say(word + garbage) == [b""]


FULL_DISK = """
import asyncio
from pathlib import Path
from hexmon.app.relay_settings import RelayReport
from tests.support.relay import Recorder, relaying
from tests.support.servers import closed_port, serve

async def main():
    here, away, back = Recorder(), closed_port(), Recorder()
    async with serve(here) as port:
        servers = f"127.0.0.1:{away}", f"127.0.0.1:{port}"
        async with relaying(Path.cwd(), *servers, report=RelayReport(host="relay.test", interval=300.0)) as relay:
            said = [(await relay.say(b"status host%d.test green " % number + b"x" * 20_000))[0] for number in range(30)]
            await relay.passes(3.0)
            told = [one.split()[2] for one in here.heard if one.startswith(b"status+15")]
            lost = relay.relay.outlets[0].dropped
            async with serve(back, port=away):
                await relay.passes(60.0)
            numbers = [int(one.split()[1][4:-5]) for one in back.messages if b" host" in one[:12]]
            print(said == [b""] * 30, 10 < lost < 29, numbers == list(range(lost, 30)), told[-1])

asyncio.run(main())
"""


def test_a_full_disk_costs_the_oldest_and_is_told(tmp_path: Path) -> None:
    assert on_a_tiny_disk(tmp_path / "disk", FULL_DISK) == "True True True b'red'\n"


async def test_both_ways_can_be_encrypted(tmp_path: Path) -> None:
    certificate = authority().issue_cert("127.0.0.1")
    (tmp_path / "cert.pem").write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    (tmp_path / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    trust = ssl.create_default_context()
    authority().configure_trust(trust)
    own: dict[str, Any] = {"listen": ("tls://127.0.0.1:0",), "certificate": "cert.pem", "key": "key.pem"}
    server = Recorder(query=b"answer", client=b"config")
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serve(server))
        near = await stack.enter_async_context(relaying(tmp_path, f"127.0.0.1:{port}", **own))
        servers = [str(near.address)]
        far = await stack.enter_async_context(relaying(tmp_path / "far", *servers, clock=near.clock, tls=trust))
        near.tls = trust
        assert await near.say(b"query a.b") == [b"answer"]
        assert await far.say(b"query a.b", b"client a.linux x", STATUSES[0]) == [b"answer", b"config", b""]
        assert server.messages[-1] == STATUSES[0]
        assert server.heard[-1].count(b"Status message received from 127.0.0.1") == 2
