"""`hexmon send` by HTTP(S): who it says it is, and how many messages share a connection."""

import io
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hexmon.cli import main
from hexmon.ingest.authorization import basic
from tests.support.servers import authority
from tests.support.threaded import thread_callers

Typed = Callable[..., tuple[int, str, str]]


class Server:
    """Answers every request with its own number; `requests` are heads and bodies."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.callers = 0

    def talk(self, caller: socket.socket) -> None:
        self.callers += 1
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                part = caller.recv(65536)
                if not part:
                    return
                data += part
            head, _, data = data.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(data) < length:
                data += caller.recv(65536)
            self.requests.append((head.decode(), data[:length]))
            data = data[length:]
            answer = b"answer %d\n" % len(self.requests)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    @property
    def shown(self) -> str:
        """The Authorization header of the latest request."""
        lines = self.requests[-1][0].split("\r\n")
        return next((line[15:] for line in lines if line.startswith("Authorization: ")), "")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def typed(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Typed:
    for name in ("HEXMON_TOKEN", "HEXMON_PASSWORD", "XYMONMSGURL", "XYMSERVERS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(["send", *arguments])
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


def test_lines_share_a_connection_and_those_without_an_answer_a_request(typed: Typed, server: Server) -> None:
    lines = b"".join(b"status a.b green %d\n" % number for number in range(250))
    with thread_callers(server.talk) as port:
        status, out, err = typed(f"http://127.0.0.1:{port}", "-", stdin=lines + b"\nping\nstatus a.b green")
    assert (status, err) == (0, "")
    assert [body.split(b" ")[0] for _, body in server.requests] == [b"extcombo"] * 3 + [b"ping", b"status"]
    assert b"".join(body for _, body in server.requests).count(b"status a.b green") == 251
    assert (out, server.callers) == ("answer 4\n", 1)


def test_with_response_every_message_is_answered(typed: Typed, server: Server) -> None:
    with thread_callers(server.talk) as port:
        outcome = typed("--response", f"http://127.0.0.1:{port}", "-", stdin=b"status a.b red\nstatus a.c red\n")
    assert outcome == (0, "answer 1\nanswer 2\n", "")


def test_repeated_messages_are_packed(typed: Typed, server: Server) -> None:
    with thread_callers(server.talk) as port:
        assert typed("--repeat", "5", f"http://127.0.0.1:{port}", "status a.b red x") == (0, "", "")
    assert [body.count(b"status a.b red x") for _, body in server.requests] == [5]


@pytest.mark.parametrize(
    ("options", "place", "shown"),
    [
        pytest.param([], "", "", id="nothing"),
        pytest.param([], "web:p%40@", basic("web", "p@"), id="in the address"),
        pytest.param(["--user", "web:a:b"], "", basic("web", "a:b"), id="a user and a password"),
        pytest.param(["--token", "abc"], "web:p@", "Bearer abc", id="options go before the address"),
    ],
)
def test_who_is_shown(typed: Typed, server: Server, options: list[str], place: str, shown: str) -> None:
    with thread_callers(server.talk) as port:
        assert typed(*options, f"http://{place}127.0.0.1:{port}", "ping") == (0, "answer 1\n", "")
    assert server.shown == shown


def test_who_is_shown_may_be_in_the_environment(typed: Typed, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXMON_PASSWORD", "x")
    monkeypatch.setenv("HEXMON_TOKEN", "abc\n")
    shown = []
    with thread_callers(server.talk) as port:
        for options, place in (([], ""), ([], "web:p@"), (["--user", "web"], "")):
            assert typed(*options, f"http://{place}127.0.0.1:{port}", "ping")[0] == 0
            shown.append(server.shown)
    assert shown == ["Bearer abc", basic("web", "p"), basic("web", "x")]


def test_the_variables_of_the_wrappers(typed: Typed, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with thread_callers(server.talk) as port:
        for name, value in {"": "/in", "PROTO": "http", "PORT": str(port)}.items():
            monkeypatch.setenv(f"XYMONMSGURL{name}", value)
        monkeypatch.setenv("XYMSERVERS", "127.0.0.1 127.0.0.1")
        assert typed("0.0.0.0", "status a.b red x") == (0, "", "")  # noqa: S104
    assert [head.split("\r\n")[0] for head, _ in server.requests] == ["POST /in HTTP/1.1"] * 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--user", "a:b", "--token", "c", "http://127.0.0.1:1", "ping"], "one of both"),
        (["--token", "c", "127.0.0.1:1", "ping"], "are for http:// and https:// recipients"),
        (["--token", "a\nb", "http://127.0.0.1:1", "ping"], "a token has only"),
        (["--cert", "/nowhere.pem", "https://127.0.0.1:1", "ping"], "/nowhere.pem: No such file"),
        (["http://u:secret@127.0.0.1:x", "ping"], "is not a URL"),
    ],
)
def test_what_is_called_wrongly(typed: Typed, arguments: list[str], reason: str) -> None:
    status, out, err = typed(*arguments)
    assert (status, out) == (2, "")
    assert reason in err
    assert "secret" not in err


def test_a_file_without_a_key_is_no_certificate(typed: Typed, tmp_path: Path) -> None:
    authority().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    status, _, err = typed("--cert", str(tmp_path / "ca.pem"), "https://127.0.0.1:1", "ping")
    assert (status, "no certificate with its key" in err) == (2, True)


def test_what_a_server_refuses_is_told(typed: Typed) -> None:
    def refuse(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\n<html>")

    with thread_callers(refuse) as port:
        status, out, err = typed(f"http://u:secret@127.0.0.1:{port}", "ping")
    assert (status, out) == (1, "")
    assert err.startswith(f"hexmon send: http://127.0.0.1:{port}/xymon-msg: 401 Unauthorized: the user")


def test_lines_are_sent_as_they_come(server: Server) -> None:
    """Who writes slowly is not waited for: the first lines are sent while the next have not been written."""
    with thread_callers(server.talk) as port:
        command = [sys.executable, "-m", "hexmon", "send", f"http://127.0.0.1:{port}", "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for number in (1, 2):
                process.stdin.write(b"ping\n")
                process.stdin.flush()
                assert process.stdout.readline() == b"answer %d\n" % number
            process.stdin.close()
            assert process.wait(20) == 0
    assert server.callers == 1
