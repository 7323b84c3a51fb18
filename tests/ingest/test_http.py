"""Messages over HTTP, through a real web server: what real programs send, and what hostile ones do."""

import asyncio
import gzip
import subprocess
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from passlib import hash as library

from hexmon.board.store import MemoryJournal
from hexmon.ingest import authorization, http
from hexmon.ingest.answer import Answer
from hexmon.ingest.client import combined
from hexmon.ingest.settings import CLASSIC_PATHS, AgentSettings, MessageSettings
from hexmon.model.names import StatusKey
from hexmon.web import connection
from tests.support.clock import settle
from tests.support.endpoint import Served, served
from tests.support.peers import peer

STATUS = b"status www,example,com.disk red 50% full & rising + more\n/var 50%\n"
KEY = StatusKey("www.example.com", "disk")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as made:
        yield made


def filed(site: Served, key: StatusKey = KEY) -> bytes | None:
    status = site.monitor.board.status(key)
    return status.head + status.text if status is not None else None


async def test_a_message_is_filed_and_answered(site: Served) -> None:
    answer = await site.ask(STATUS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert filed(site) == STATUS
    assert (await site.ask(b"query www.example.com.disk")).content == b"red 50% full & rising + more\n"
    assert (await site.ask(b"client www,example,com.linux\n[date]\nx\n")).content == b"log:/x:1\n"


@pytest.mark.parametrize("path", CLASSIC_PATHS)
async def test_every_path_takes_messages(site: Served, path: str) -> None:
    assert (await site.ask(path=path)).content.startswith(b"xymond 4.")


async def test_other_paths_can_be_set(tmp_path: Path) -> None:
    async with served(tmp_path, agents=AgentSettings(paths=("/in",))) as site:
        assert (await site.ask(path="/in")).content.startswith(b"xymond 4.")
        assert (await site.ask()).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/xymon-msg/", 404),
        ("POST", "/xymon-msg/x", 404),
        ("GET", "/cgi-bin/nothing.cgi", 404),
        ("POST", "/xymon-cgi/../xymon-cgi/x", 404),
        ("PUT", "/xymon-msg", 405),
        ("DELETE", "/xymon-msg", 405),
        ("HEAD", "/xymon-msg", 405),
    ],
)
async def test_what_is_not_there_has_no_body(site: Served, method: str, path: str, status: int) -> None:
    answer = await site.ask(path=path, method=method)
    assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/octet-stream", "text/plain", "multipart/form-data", ""]
)
async def test_the_type_of_a_body_says_nothing(site: Served, kind: str) -> None:
    await site.ask(STATUS, headers={"Content-Type": kind} if kind else {})
    assert filed(site) == STATUS


async def test_forms_and_queries(site: Served) -> None:
    assert (await site.ask(b"message=status+www.example.com.disk+red+a%26b")).status_code == 200
    assert filed(site) == b"status www.example.com.disk red a&b"
    assert (await site.ask(b"", "/xymon-msg?query%20www.example.com.disk", method="GET")).content == b"red a&b\n"
    assert (await site.ask(b"", "/xymon-msg?m=ping&x=y", method="GET")).content.startswith(b"xymond 4.")
    assert (await site.ask(b"", "/xymon-msg", method="GET")).content == b""


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {"Origin": "http://elsewhere.test"}),
        ("POST", {"Origin": "null"}),
        ("POST", {"Referer": "http://elsewhere.test/"}),
        ("GET", {"Sec-Fetch-Site": "cross-site"}),
        ("GET", {"Accept-Language": "en"}),
    ],
)
async def test_a_browser_says_nothing_for_the_pages_of_others(
    site: Served, method: str, headers: dict[str, str]
) -> None:
    answer = await site.ask(STATUS, "/xymon-msg?drop%20www.example.com", method=method, headers=headers)
    assert (answer.status_code, answer.content, filed(site)) == (403, b"", None)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(STATUS)), ("deflate", zlib.compress(STATUS)), ("identity", STATUS)],
)
async def test_compressed_messages(site: Served, encoding: str, body: bytes) -> None:
    assert (await site.ask(body, headers={"Content-Encoding": encoding})).status_code == 200
    assert filed(site) == STATUS


async def test_what_cannot_be_unpacked_is_refused_at_once(site: Served) -> None:
    async with asyncio.timeout(5):
        answer = await site.ask(STATUS, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.content, filed(site)) == (415, b"", None)


async def test_chunks(site: Served) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(STATUS), 7):
            yield STATUS[start : start + 7]

    assert (await site.ask(parts())).status_code == 200  # type: ignore[arg-type]
    assert filed(site) == STATUS


async def test_many_messages_on_one_connection(site: Served) -> None:
    head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
    requests = [head % 26 + b"\r\nquery www.example.com.disk", head % 4 + b"Connection: close\r\n\r\nping"]
    answers = await site.raw(head % len(STATUS) + b"\r\n" + STATUS, *requests)
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.index(b"red 50% full") < answers.index(b"xymond 4.")


async def test_a_message_of_the_old_protocol_ends_its_connection(site: Served) -> None:
    answer = await site.raw(b"POST /xymon-msg HTTP/1.0\r\nContent-Length: 4\r\n\r\nping")
    assert answer.endswith(b"\r\n\r\nxymond 4.3.30 hexmon/0.1.0\n")
    assert b"chunked" not in answer


@pytest.mark.peers
@pytest.mark.parametrize("message", ["ping", "xymondboard host=www fields=hostname,testname,color", "config some.cfg"])
async def test_the_xymon_program_speaks_http(site: Served, message: str) -> None:
    """Its heads have lines that end with a bare newline; the answer may not come in chunks."""
    await site.ask(STATUS)
    command = [str(peer("xymon")), site.url, message]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=20, check=False)
    assert done.stdout == site.monitor.say(message)


async def test_an_answer_that_is_made_piece_by_piece(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_WRITE_AT_ONCE", 50)
    for number in range(20):
        await site.ask(f"status www,example,com.t{number} green x".encode())
    expected = site.monitor.say("xymondboard")
    assert len(expected) > 1000
    assert (await site.ask(b"xymondboard")).content == expected
    head, _, body = (await site.raw(b"POST /xymon-msg HTTP/1.0\r\nContent-Length: 11\r\n\r\nxymondboard")).partition(
        b"\r\n\r\n"
    )
    assert b"content-length: %d" % len(expected) in head
    assert body == expected


async def test_a_head_of_bare_newlines_in_any_pieces(site: Served) -> None:
    request = b"POST /xymon-msg HTTP/1.0\nContent-Length: 6\nHost: x\n\nping\n\n"
    for size in (1, 7, 25, 53, 54, 100):
        parts = [request[start : start + size] for start in range(0, len(request), size)]
        reader, writer = await site.connected()
        for part in parts:
            writer.write(part)
            await writer.drain()
            await settle(3)
        assert (await reader.read()).endswith(b"xymond 4.3.30 hexmon/0.1.0\n")
        writer.close()


async def test_a_head_of_bare_newlines_has_an_end(site: Served) -> None:
    async with asyncio.timeout(5):
        assert await site.raw(b"POST /xymon-msg HTTP/1.0\n" + b"X: y\n" * 5000) == b""


@pytest.mark.parametrize("request_", [b"\x16\x03\x01\x02\r\n\r\n", b"ping\r\n", b"POST /xymon-msg HTTP/9\r\n\r\n"])
async def test_what_is_no_http_is_answered_without_a_word(site: Served, request_: bytes) -> None:
    async with asyncio.timeout(5):
        answer = await site.raw(request_)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.endswith(b"\r\n\r\n")


# Access


@pytest.fixture
def agents(tmp_path: Path) -> AgentSettings:
    path = tmp_path / "htpasswd"
    path.write_text(f"web:{library.ldap_sha1.hash('secret')}\nops:{library.ldap_sha1.hash('other')}\n")
    return AgentSettings(htpasswd=path, trusted_proxies=("127.0.0.1",), hosts={"web": ["www*"]})


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": authorization.basic(user, password)}


async def test_who_is_not_known_is_not_heard(tmp_path: Path, agents: AgentSettings) -> None:
    async with served(tmp_path, agents=agents) as site:
        for headers in ({}, basic("web", "wrong"), basic("nobody", "secret"), {"Authorization": "Bearer x"}):
            answer = await site.ask(STATUS, headers=headers)
            assert (answer.status_code, answer.content, filed(site)) == (401, b"", None)
            assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert (await site.ask(STATUS, headers=basic("web", "secret"))).status_code == 200
        assert filed(site) == STATUS
        assert (await site.ask(b"drop db.example.com", headers=basic("web", "secret"))).content == b""


async def test_a_message_about_others_is_answered_as_refused_commands_are(
    tmp_path: Path, agents: AgentSettings
) -> None:
    async with served(tmp_path, agents=agents) as site:
        answer = await site.ask(b"status db,example,com.disk red x", headers=basic("web", "secret"))
        assert (answer.status_code, answer.content) == (200, b"")
        assert filed(site, StatusKey("db.example.com", "disk")) is None
        await site.ask(b"status db,example,com.disk red x", headers=basic("ops", "other"))
        assert filed(site, StatusKey("db.example.com", "disk")) is not None


async def test_a_long_message_of_somebody_unknown_is_answered_all_the_same(
    tmp_path: Path, agents: AgentSettings
) -> None:
    """Closing while it still writes would be a reset, and the answer would not be seen; the connection goes on."""
    async with served(tmp_path, agents=agents) as site:
        head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
        close = head % 4 + b"Connection: close\r\n\r\nping"
        answers = await site.raw(head % 3_000_000 + b"\r\n", bytes(3_000_000), close)
        assert answers.count(b"HTTP/1.1 401") == 2


async def test_who_asks_before_sending_is_told_before(tmp_path: Path, agents: AgentSettings) -> None:
    async with served(tmp_path, agents=agents) as site:
        head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n"
        async with asyncio.timeout(5):
            answer = await site.raw(head)
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"100 Continue" not in answer


async def test_who_asks_before_sending_is_asked_to_send(site: Served) -> None:
    reader, writer = await site.connected()
    writer.write(b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"ping")
    assert (await reader.readuntil(b"hexmon/0.1.0\n")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_too_many_failures_are_told_so(
    tmp_path: Path, agents: AgentSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hexmon.ingest.attempts._MOST_WAITING", 0)
    async with served(tmp_path, agents=agents) as site:
        codes = [(await site.ask(headers=basic("web", "wrong"))).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        assert (await site.ask(headers=basic("web", "secret"))).status_code == 429
        others = basic("web", "secret") | {"X-Forwarded-For": "192.0.2.9"}
        assert (await site.ask(headers=others)).status_code == 200
        assert (await site.ask(headers=basic("web", "secret"))).status_code == 200


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({}, b"127.0.0.1"),
        ({"X-Forwarded-For": "203.0.113.5, 192.0.2.9"}, b"192.0.2.9"),
        ({"Forwarded": 'for="[2001:db8::9]:1"'}, b"2001:db8::9"),
    ],
)
async def test_the_sender_is_who_the_proxy_says(
    tmp_path: Path, agents: AgentSettings, headers: dict[str, str], sender: bytes
) -> None:
    async with served(tmp_path, agents=agents) as site:
        await site.ask(STATUS, headers=headers | basic("ops", "other"))
        assert site.monitor.say("xymondboard host=www test=disk fields=sender").strip() == sender


async def test_two_answers_to_who_sent_it_are_none(tmp_path: Path, agents: AgentSettings) -> None:
    async with served(tmp_path, agents=agents) as site:
        headers = basic("ops", "other") | {"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.8"}
        answer = await site.ask(STATUS, headers=headers)
        assert (answer.status_code, answer.content, filed(site)) == (400, b"", None)


# Bounds


async def test_a_message_of_many_megabytes(site: Served) -> None:
    message = b"client/big www.example.com.linux\n[x]\n" + b"y" * 5_000_000
    assert (await site.ask(message)).status_code == 200
    assert site.monitor.board.clients("www.example.com")[0].open().message == message


@pytest.mark.parametrize("length", [b"Content-Length: 2000001", b"Transfer-Encoding: chunked"])
async def test_a_message_that_is_too_long(tmp_path: Path, length: bytes) -> None:
    async with served(tmp_path, messages=MessageSettings(max_message=2_000_000)) as site, asyncio.timeout(10):
        body = b"%x\r\n" % 2_000_001 + bytes(2_000_001)
        answer = await site.raw(b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n", body)
        assert answer == b"" or (answer.startswith(b"HTTP/1.1 413") and answer.endswith(b"\r\n\r\n"))
        assert site.endpoint._buffers.size == 0
        assert (await site.ask()).status_code == 200


async def test_a_bomb_is_a_message_that_is_too_long(tmp_path: Path) -> None:
    async with served(tmp_path, messages=MessageSettings(max_message=100_000)) as site:
        answer = await site.ask(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.content) == (413, b"")


async def test_when_all_together_are_too_much_the_longest_goes(tmp_path: Path) -> None:
    settings = MessageSettings(max_message=1_000_000, max_buffered=1_200_000)
    head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    async with served(tmp_path, messages=settings) as site, asyncio.timeout(20):
        readers = [await site.connected() for _ in range(3)]
        sizes = (300_000, 700_000, 400_000)
        for (_, writer), size in zip(readers, sizes, strict=True):
            writer.write(head % (size + 4) + bytes(size))
            await writer.drain()
        while site.endpoint._buffers.size != 700_000:
            await settle()
        assert (await site.ask()).content.startswith(b"xymond")
        for _, writer in readers:
            writer.write(b"done")
        answers = [await reader.read() for reader, _ in readers]
        for _, writer in readers:
            writer.close()
        assert [answer[9:12] for answer in answers] == [b"200", b"503", b"200"]
        assert site.endpoint._buffers.size == 0


async def test_a_sender_that_does_not_go_on_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)
    async with served(tmp_path) as site, asyncio.timeout(5):
        head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nping"
        assert await site.raw(head) == b""
        assert (site.endpoint._buffers.size, site.endpoint.counters["messages"]) == (0, 0)


async def test_the_endpoint_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with served(tmp_path, messages=MessageSettings(timeout=0.1)) as site, asyncio.timeout(5):
        head = b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nping"
        assert (await site.raw(head)).startswith(b"HTTP/1.1 408")


async def test_who_goes_away_files_nothing(site: Served) -> None:
    _, writer = await site.connected()
    writer.write(b"POST /xymon-msg HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + STATUS)
    await writer.drain()
    while not site.endpoint._buffers.size:
        await settle()
    writer.transport.abort()
    while not site.endpoint.counters["failed"]:
        await settle()
    assert (filed(site), site.endpoint._buffers.size) == (None, 0)


# What happens to messages


class Steps:
    """A handler that counts its steps, and answers when it is told."""

    def __init__(self) -> None:
        self.steps = 0
        self.whole: list[bytes] = []
        self.fails = False

    def handle(self, message: bytes, sender: str) -> Answer:  # noqa: ARG002
        if self.fails:
            raise RuntimeError("a mistake of ours")
        self.whole.append(message)
        return Answer(b"reply", 5)

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:  # noqa: ARG002
        for ticket in (3, 9, 4):
            self.steps += 1
            yield ticket


class Tickets(MemoryJournal):
    """Nothing is durable before the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.written = asyncio.Event()
        self.waiting = 0

    async def durable(self, ticket: int) -> None:
        self.asked.append(ticket)
        await self.written.wait()

    def depth(self) -> int:
        return self.waiting


async def test_nothing_is_answered_before_it_is_on_disk(tmp_path: Path) -> None:
    journal, handler = Tickets(), Steps()
    async with served(tmp_path, journal=journal, handler=handler) as site:
        asked = asyncio.create_task(site.ask(b"x"))  # noqa: TID251
        big = asyncio.create_task(site.ask(combined([b"status a.b green " + b"x" * 1000] * 400, 400)[0]))  # noqa: TID251
        while len(journal.asked) < 2:
            await settle()
        assert not asked.done()
        assert not big.done()
        journal.written.set()
        assert (await asked).content == b"reply"
        assert (await big).content == b""
        assert (sorted(journal.asked), handler.steps, handler.whole) == ([5, 9], 3, [b"x"])


async def test_what_does_not_reach_the_disk_is_not_acknowledged(tmp_path: Path) -> None:
    async with served(tmp_path, journal=Tickets(), handler=Steps(), messages=MessageSettings(timeout=0.1)) as site:
        answer = await site.ask(b"x")
        assert (answer.status_code, answer.content) == (503, b"")


async def test_nobody_is_heard_while_too_much_waits_for_the_disk(tmp_path: Path) -> None:
    journal = Tickets()
    journal.waiting = 11
    async with served(tmp_path, journal=journal, messages=MessageSettings(max_waiting=10)) as site:
        assert ((await site.ask()).status_code, site.endpoint.counters["messages"]) == (503, 0)


async def test_a_mistake_of_ours_has_no_body_either(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    handler = Steps()
    handler.fails = True
    async with served(tmp_path, handler=handler) as site:
        answer = await site.ask()
        assert (answer.status_code, answer.content) == (500, b"")
        assert "a mistake of ours" in caplog.text


class Later(Steps):
    """What it files comes later."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0
        self.filed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    def handle(self, message: bytes, sender: str) -> Answer:  # noqa: ARG002
        self.heard = len(message)
        return Answer(b"reply", 5, lambda done: self.filed.add_done_callback(lambda future: done(future.result())))


async def test_what_is_filed_later_is_waited_for(tmp_path: Path) -> None:
    journal = Tickets()
    handler = Later()
    journal.written.set()
    async with served(tmp_path, journal=journal, handler=handler) as site:
        asked = asyncio.create_task(site.ask())  # noqa: TID251
        await settle(200)
        assert not asked.done()
        handler.filed.set_result(77)
        assert (await asked).content == b"reply"
        assert journal.asked == [77]


async def test_what_is_never_filed_is_not_acknowledged(tmp_path: Path) -> None:
    handler = Later()
    handler.filed.set_result(None)
    async with served(tmp_path, handler=handler) as site:
        answer = await site.ask()
        assert (answer.status_code, answer.content) == (503, b"")


async def test_a_message_that_waits_for_its_judge_is_not_held_in_memory(tmp_path: Path) -> None:
    """The judge has a bound of his own; there may be thousands of requests that wait for him."""
    handler, message = Later(), b"client " + bytes(8 * 1024 * 1024)
    async with served(tmp_path, handler=handler) as site:
        tracemalloc.start()
        try:
            asked = asyncio.create_task(site.ask(message))  # noqa: TID251
            while not handler.heard:
                await settle(1)
            await settle(100)
            assert tracemalloc.get_traced_memory()[0] < len(message) // 2
        finally:
            tracemalloc.stop()
        handler.filed.set_result(1)
        assert (await asked).status_code == 200
