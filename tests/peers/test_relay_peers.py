"""hexmon's relay and its pulling beside and before the real xymonproxy, msgcache, xymonfetch, xymond and client."""

import asyncio
import os
import random
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.clock import until
from tests.support.monitor import monitor, wait_for
from tests.support.peers import peer
from tests.support.relay import Recorder
from tests.support.servers import serve
from tests.support.xymon_daemons import hexmon_relay, msgcache, say, xymonfetch, xymonproxy
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

HOST = "client.example.com"
ANSWERS = {"client": b"for the agent\n", "query": b"green\n", "config": b"A=1\n"}


def made_up(count: int) -> Iterator[bytes]:
    """Messages of every kind that both hand on in one form: xymonproxy 4.3.30 answers few questions."""
    dice = random.Random(count)  # noqa: S311
    for number in range(count):
        body = b"".join(bytes([dice.randrange(32, 256)]) for _ in range(dice.choice((0, 5, 50, 400))))
        host = b"h%d,example,com" % number
        yield dice.choice(
            (
                b"status %b.test green %b" % (host, body),
                b"status+10m/group:a,b %b.test red %b\nsecond\n\nlines\n" % (host, body),
                b"combo\nstatus %b.a green %b\n\nstatus %b.b red\n\nstatus %b.c red x\n" % (host, body, host, host),
                b"data %b.vmstat\n%b" % (host, body),
                b"client %b.linux linux\n[date]\n%b\n" % (host, body),
                b"client/mq %b.linux\n[date]\n%b" % (host, body),
                b"disable %b.test 10 %b" % (host, body),
                b"enable %b.test" % host,
                b"notes %b\n%b" % (host, body),
                b"modify %b.test red source %b" % (host, body),
                b"drop %b" % host,
                b"usermsg %b %b" % (host, body),
                b"schedule 2000000000 drop %b" % host,
                b"query %b.test" % host,
                b"config x%d.cfg" % number,
                b"page %b" % host,
                b"something new %b" % host,
            )
        )


def taken_apart(server: Recorder) -> list[bytes]:
    """What a server heard of agents; a combo's messages by themselves, without the empty lines between them."""
    found = []
    for heard in server.heard:
        parts = re.split(rb"\n\n(?=status)", heard[6:]) if heard.startswith(b"combo\n") else _unpacked(heard)
        found += [part.rstrip(b"\n") for part in parts if b".relay " not in part]  # hexmon's own status
    return sorted(found)


def _unpacked(message: bytes) -> list[bytes]:
    if not message.startswith(b"extcombo "):
        return [message]
    offsets = [int(word) for word in message.partition(b"\n")[0].split()[1:]]
    return [message[start:end] for start, end in pairwise(offsets)]


async def test_the_servers_hear_what_they_hear_through_xymonproxy(tmp_path: Path) -> None:
    ours, theirs, other = Recorder(**ANSWERS), Recorder(**ANSWERS), Recorder()
    messages = list(made_up(200))
    loop = asyncio.get_running_loop()

    async def replies(port: int) -> list[bytes]:
        found = []
        for start in range(0, len(messages), 20):
            asked = [loop.run_in_executor(None, say, port, one) for one in messages[start : start + 20]]
            found += await asyncio.gather(*asked)
        return found

    async with serve(ours) as one, serve(theirs) as two, serve(other) as first:
        with hexmon_relay(tmp_path, "--server", f"127.0.0.1:{first}", "--server", f"127.0.0.1:{one}") as relay:
            said = await replies(relay.port)
            our_first = taken_apart(other)
            other.heard.clear()
            with xymonproxy(first, two) as proxy:
                assert await replies(proxy) == said
                our_last = taken_apart(ours)
                await until(lambda: len(taken_apart(theirs)) >= len(our_last))
                await until(lambda: len(taken_apart(other)) >= len(our_first))
    assert our_last == taken_apart(theirs)
    assert our_first == taken_apart(other)
    assert sum(one.startswith(b"combo\n") for one in ours.heard) > 5


def run_the_client(port: int, folder: Path) -> None:
    """One round of Debian's xymonclient.sh, which reports to that port."""
    script = peer("xymonclient.sh")
    home = str(script.parent.parent)
    environment = {
        "PATH": os.environ["PATH"],
        "XYMONHOME": home,
        "XYMONCLIENTHOME": home,
        "XYMONTMP": str(folder),
        "XYMON": str(peer("xymon")),
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": str(port),
        "MACHINE": HOST.replace(".", ","),
        "MACHINEDOTS": HOST,
        "SERVEROSTYPE": "linux",
        "CONFIGCLASS": "",
        "LOGFETCHOPTS": "",
    }
    done = subprocess.run([script], env=environment, cwd=folder, capture_output=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr


def test_the_client_script_reports_through_the_relay_to_xymond_and_hexmon(tmp_path: Path) -> None:
    hosts = f"127.0.0.1 {HOST} # noconn\n"
    (tmp_path / "server").mkdir()
    (tmp_path / "client").mkdir()
    (tmp_path / "server" / "client-local.cfg").write_text("[linux]\nlog:/var/log/none:10240\n")
    with monitor(tmp_path / "server", hosts) as running, xymond(hosts) as real:
        servers = ("--server", real.address, "--server", f"127.0.0.1:{running.messages}")
        with hexmon_relay(tmp_path / "relay", *servers) as relay:
            run_the_client(relay.port, tmp_path / "client")
            sent = (tmp_path / "client" / f"msg.{HOST}.txt").read_bytes()
            assert (tmp_path / "client" / f"logfetch.{HOST}.cfg").read_text() == "log:/var/log/none:10240\n"
            marked = b"\n[collector:]\n" + sent + b"\n[proxy]\nClientIP:127.0.0.1\n"
            assert running.ask(f"clientlog {HOST}".encode()) == marked
            assert real.say(f"clientlog {HOST}".encode()) == marked
            assert say(relay.port, f"status {HOST}.backup green it ran\nwell\n".encode()) == b""
            for answer in (
                running.ask(f"xymondlog {HOST}.backup".encode()),
                real.say(f"xymondlog {HOST}.backup".encode()),
            ):
                assert answer.split(b"|")[9] == b"127.0.0.1"
                assert answer.partition(b"\n")[2].startswith(b"green it ran\nwell\n")


CLIENT = f"client {HOST}.linux linux\n[date]\nWed Nov 25 12:00:00 UTC 2026\n".encode()


def fill(port: int) -> None:
    """What a machine says to what keeps it."""
    assert say(port, f"status {HOST}.backup green it ran\n".encode()) == b""
    assert say(port, CLIENT) == b""
    assert say(port, f"combo\nstatus {HOST}.one red 1\n\nstatus {HOST}.two yellow 2\n".encode()) == b""


def test_the_real_xymonfetch_pulls_from_the_relay(tmp_path: Path) -> None:
    hosts = "127.0.0.1 {} # noconn pulldata=127.0.0.1:{}\n"
    rules = {"client-local.cfg": "[linux]\nlog:/var/log/none:10240\n"}
    with hexmon_relay(tmp_path, "--pull", "--allow", "127.0.0.0/8") as relay:
        known = hosts.format(HOST, relay.port)
        with xymond(known, rules) as real:
            fill(relay.port)
            with xymonfetch(known, real.port):
                client = wait_for(lambda: real.say(f"clientlog {HOST}".encode()) or None, 60, "the client message")
                found = re.fullmatch(
                    rb"\n\[collector:\]\n(.*)\[msgcache\]\nCachedelay: \d+\n\[proxy\]\nClientIP:127.0.0.1",
                    client,
                    re.DOTALL,
                )
                assert found
                assert found[1] == CLIENT
                for test, color in (("backup", b"green"), ("one", b"red"), ("two", b"yellow")):
                    wanted = f"query {HOST}.{test}".encode()
                    assert wait_for(lambda ask=wanted: real.say(ask) or None, 30, test).startswith(color)  # type: ignore[misc]
                told = wait_for(lambda: say(relay.port, CLIENT) or None, 90, "the configuration")
                assert told == b"log:/var/log/none:10240\n"


def test_hexmon_pulls_from_the_real_msgcache_what_xymonfetch_pulls(tmp_path: Path) -> None:
    (tmp_path / "client-local.cfg").write_text("[linux]\nlog:/var/log/none:10240\n")
    with msgcache() as port:
        known = f"127.0.0.1 {HOST} # noconn pulldata=:{port}\n"
        with (
            xymond(known) as real,
            monitor(tmp_path, known, HEXMON_PULL__INTERVAL="2s", HEXMON_PULL__ID="2") as running,
        ):
            fill(port)
            client = wait_for(lambda: running.ask(f"clientlog {HOST}".encode()) or None, 30, "the client message")
            for test, color in (("backup", b"green"), ("one", b"red"), ("two", b"yellow")):
                assert running.until(f"query {HOST}.{test}".encode(), color)
            told = wait_for(lambda: say(port, CLIENT) or None, 30, "the configuration")
            assert told == b"log:/var/log/none:10240\n"
            with xymonfetch(known, real.port):
                theirs = wait_for(lambda: real.say(f"clientlog {HOST}".encode()) or None, 60, "the client message")
    assert without_age(client).rstrip(b"\n") == without_age(theirs).rstrip(b"\n")


def without_age(message: bytes) -> bytes:
    return re.sub(rb"Cachedelay: \d+", b"Cachedelay: N", message)


def test_hexmon_tells_of_a_machine_that_cannot_be_pulled(tmp_path: Path) -> None:
    hosts = f"127.0.0.1 {HOST} # noconn pulldata=:9\n127.0.0.1 me.example # noconn\n"
    with monitor(tmp_path, hosts, HEXMON_PULL__INTERVAL="1s") as running:
        wait_for(lambda: _failed(running.get("/metrics")[1]), 60, "failures")
        assert running.post("/-/reload") == 200  # its own square is made anew
        assert running.until(b"query me.example.hexmon", b"yellow")
        assert f"pull of {HOST} failed: Connection refused".encode() in running.ask(b"xymondlog me.example.hexmon")


def _failed(metrics: bytes) -> bool | None:
    found = re.search(rb'hexmon_pulls_total\{what="failed"\} (\d+)', metrics)
    return True if found and int(found[1]) >= 3 else None
