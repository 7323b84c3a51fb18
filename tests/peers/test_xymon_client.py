"""The real `xymon` program speaks to hexmon's server, and `hexmon send` to the real xymond."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hexmon.clock import SystemClock
from hexmon.ingest.settings import MessageSettings
from hexmon.ingest.tcp import MessageServer
from hexmon.model.names import StatusKey
from tests.peers.conversations import HOSTS
from tests.support.dispatch import Monitor
from tests.support.peers import peer
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

FILES = {"client-local.cfg": "[linux]\nlog:/var/log/messages:10240\n", "some.cfg": "A=1\n"}


class Served:
    """A monitor behind a real socket, and the real program in front of it."""

    def __init__(self, monitor: Monitor, address: str) -> None:
        self.monitor = monitor
        self.address = address

    async def xymon(self, *arguments: str, stdin: bytes = b"") -> str:
        """What `xymon [options] ADDRESS MESSAGE` prints; it must succeed."""
        *options, message = arguments
        process = await asyncio.create_subprocess_exec(
            str(peer("xymon")),
            *options,
            self.address,
            message,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, errors = await process.communicate(stdin)
        assert (process.returncode, errors) == (0, b"")
        return out.decode()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = SystemClock()
    monitor = Monitor(tmp_path, HOSTS, clock, files=FILES)
    (tmp_path / "download" / "f.bin").write_bytes(bytes(range(1, 256)) * 400)
    server = MessageServer(monitor.dispatcher, monitor.journal, clock, MessageSettings())
    [address] = server.bind(["127.0.0.1:0"])
    yield Served(monitor, str(address))
    server.close()


async def test_a_status_and_what_is_asked_about_it(served: Served) -> None:
    assert await served.xymon("status www,example,com.disk red all is bad") == ""
    assert await served.xymon("query www.example.com.disk") == "red all is bad\n"
    line, text = (await served.xymon("xymondlog www.example.com.disk")).splitlines()
    assert line.startswith("www.example.com|disk|red||")
    assert text == "red all is bad"
    assert "<Status>red</Status>" in await served.xymon("xymondxlog www.example.com.disk")
    assert "www.example.com|disk|red" in await served.xymon("xymondboard fields=hostname,testname,color")
    assert "<Type>disk</Type>" in await served.xymon("xymondxboard test=disk")
    assert await served.xymon("hobbitdboard color=red fields=testname") == "disk\n"


async def test_a_message_from_standard_input(served: Served) -> None:
    body = b"status www,example,com.disk yellow from stdin\n" + b"line\n" * 50_000
    assert await served.xymon("@", stdin=body) == ""
    status = served.monitor.board.status(StatusKey("www.example.com", "disk"))
    assert status is not None
    assert status.head + status.text == body


async def test_several_messages_from_standard_input(served: Served) -> None:
    lines = b"status www,example,com.a green 1\nstatus www,example,com.b red 2\n"
    assert await served.xymon("-", stdin=lines) == ""
    assert [status.key.test for status in served.monitor.board.squares("www.example.com")] == ["b", "a"]


async def test_what_people_do_to_squares(served: Served) -> None:
    await served.xymon("status www,example,com.disk red bad")
    await served.xymon("disable www,example,com.disk 60 planned")
    assert await served.xymon("query www.example.com.disk") == "blue bad\n"
    await served.xymon("enable www,example,com.disk")
    await served.xymon("status www,example,com.disk red bad")
    cookie = (await served.xymon("xymondboard test=disk fields=cookie")).strip()
    await served.xymon(f"xymondack {cookie} 60 I look into it")
    assert await served.xymon("xymondboard test=disk fields=ackmsg") == "I look into it\n"
    await served.xymon("rename www.example.com disk space")
    assert await served.xymon("query www.example.com.space") == "red bad\n"
    await served.xymon("drop www.example.com space")
    assert await served.xymon("query www.example.com.space") == ""


async def test_files_and_clients(served: Served) -> None:
    assert await served.xymon("config some.cfg") == "A=1\n"
    assert await served.xymon("config ../etc/some.cfg") == ""
    assert await served.xymon("client www,example,com.linux linux\n[date]\nnow\n") == "log:/var/log/messages:10240\n"
    assert await served.xymon("clientlog www.example.com section=date") == "[date]\nnow\n"
    process = await asyncio.create_subprocess_exec(
        str(peer("xymon")), served.address, "download f.bin", stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out == bytes(range(1, 256)) * 400


async def test_the_rest(served: Served) -> None:
    assert (await served.xymon("ping")).startswith("xymond 4.")
    await served.xymon("schedule 2000000000 drop a")
    assert await served.xymon("schedule") == "1|2000000000|127.0.0.1|drop a\n"
    await served.xymon("schedule cancel 1")
    assert await served.xymon("schedule") == ""
    await served.xymon("status ghost,one.cpu green x")
    assert (await served.xymon("ghostlist")).startswith("ghost.one|127.0.0.1|")
    assert await served.xymon("multisrclist") == ""
    assert (await served.xymon("hostinfo host=^app$")).startswith("app|127.0.0.12|")
    assert (await served.xymon("--response", "senderstats")).startswith("127.0.0.1 ")
    for message in ("dummy", "notes abc\ntext", "usermsg a b", "data www,example,com.x\n1", "nonsense", "page x"):
        assert await served.xymon("--response", message) == ""


def test_hexmon_send_speaks_to_the_real_xymond() -> None:
    def send(*arguments: str, stdin: bytes = b"") -> str:
        command = [sys.executable, "-m", "hexmon", "send", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=30).stdout.decode()

    with xymond(HOSTS) as real:
        assert send(real.address, "status www,example,com.disk red bad") == ""
        assert send(real.address, "query www.example.com.disk") == "red bad\n"
        assert send(real.address, "@", stdin=b"status app.cpu yellow \xff\n" + b"x" * 100_000) == ""
        assert send(real.address, "xymondboard host=app test=cpu fields=hostname,color") == "app|yellow\n"
        assert send(real.address, "ping").startswith("xymond ")
        assert send(real.address, "-", stdin=b"status app.a green\nstatus app.b green\n") == ""
        assert send("--response", real.address, "senderstats").startswith("127.0.0.1 ")
