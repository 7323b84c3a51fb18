"""hexmon probe: what it prints and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from hexmon.cli import main
from tests.support.servers import closed_port, http_reply, tls_context
from tests.support.threaded import thread_server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["probe", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    _, output, _ = run(capsys, "--json", *arguments)
    result = json.loads(output)
    assert isinstance(result, list)
    return result


def test_a_service_with_every_phase(capsys: pytest.CaptureFixture[str]) -> None:
    with thread_server(b"220 mail\x07\r\n") as port:
        status, output, _ = run(capsys, "127.0.0.1", f"smtp:{port}")
    assert status == 0
    first, *rest = output.splitlines()
    assert first == f"127.0.0.1 smtp:{port}: ok (OK)"
    words = [line.split()[0] for line in rest]
    assert words == ["connect", "banner", "in", "port", "open", "|"]
    assert rest[-1] == "  | 220 mail."


def test_a_failure_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    status, output, _ = run(capsys, "127.0.0.1", f"!ssh:{closed_port()}", "--timeout", "3")
    assert status == 1
    assert ": refused (Connection refused)" in output


def test_certificates(capsys: pytest.CaptureFixture[str]) -> None:
    with thread_server(http_reply(body=b"x" * 5000), tls=tls_context("www.test")) as port:
        status, output, _ = run(capsys, "www.test", f"https://www.test:{port}=127.0.0.1/")
    assert status == 0
    assert "    names       www.test\n" in output
    assert "    session     TLSv1.3, TLS_" in output
    assert " bytes more" in output


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with thread_server(b"220 mail\r\n") as port:
        (result,) = as_json(capsys, "127.0.0.1", f"smtp:{port}")
    assert result["outcome"] == "ok"
    assert (result["host"], result["test"], result["probe"]) == ("127.0.0.1", "smtp", "tcp")
    assert result["evidence"] == "220 mail\r\n"
    assert [phase["name"] for phase in result["phases"]] == ["connect", "banner"]


def test_the_checks_of_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hosts, protocols = tmp_path / "hosts.cfg", tmp_path / "protocols.cfg"
    with thread_server(b"HI there\r\n") as port:
        protocols.write_text(f'[hi]\nexpect "HI"\noptions banner\nport {port}\n[ho]\nport {closed_port()}\n')
        hosts.write_text("127.0.0.1 www.test # noconn testip hi ho\n")
        files = ("--hosts", str(hosts), "--protocols", str(protocols))
        both = as_json(capsys, *files, "www.test")
        (one,) = as_json(capsys, *files, "www.test", "hi")
        (alone,) = as_json(capsys, "--protocols", str(protocols), "127.0.0.1", "hi")
    assert [(result["test"], result["outcome"]) for result in both] == [("hi", "ok"), ("ho", "refused")]
    assert one["evidence"] == alone["evidence"] == "HI there\r\n"


@pytest.mark.parametrize(
    ("tag", "status", "line"),
    [
        pytest.param("cont;{};wor.d", 0, "body as expected: wanted wor.d, found it", id="content"),
        pytest.param("nocont;{};wor.d", 1, "body NOT as expected: wanted not wor.d, found it", id="other content"),
        pytest.param("httpstatus;{};404;", 1, "status NOT as expected: wanted 404, found 200", id="a status"),
        pytest.param("cont;{};(", 1, "body not looked at: wanted (, found ", id="a bad pattern"),
    ],
)
def test_what_was_expected(tag: str, status: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with thread_server(http_reply(body=b"hello world")) as port:
        ended, output, _ = run(capsys, "127.0.0.1", tag.format(f"http://127.0.0.1:{port}/"))
    assert ended == status
    assert f"\n  {line}" in output


def test_a_bad_status_that_was_asked_for_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    with thread_server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        assert run(capsys, "127.0.0.1", f"httpstatus;http://127.0.0.1:{port}/;404;")[0] == 0
        assert run(capsys, "127.0.0.1", f"http://127.0.0.1:{port}/")[0] == 1
        (told,) = as_json(capsys, "127.0.0.1", f"web;http://127.0.0.1:{port}/;status=4..")
    assert [(one["what"], one["held"]) for one in told["assertions"]] == [("status", True)]


def test_a_check_by_its_own_column(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text(f"127.0.0.1 www.test # cont=words;http://127.0.0.1:{closed_port()}/;x ssh")
    (one,) = as_json(capsys, "--hosts", str(tmp_path / "hosts.cfg"), "www.test", "words")
    assert one["spec"].startswith("cont=words;")


def test_a_mistake_that_leaves_something_to_probe_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = f"cont;http://127.0.0.1:{closed_port()}/;file:words"
    status, output, errors = run(capsys, "--home", str(tmp_path), "127.0.0.1", tag)
    assert (status, output.partition(": ")[0]) == (1, f"127.0.0.1 {tag}")
    assert errors == "command line: the file words cannot be read: No such file or directory\n"
    (tmp_path / "words").write_text("x")
    monkeypatch.setenv("XYMONHOME", str(tmp_path))
    assert run(capsys, "127.0.0.1", tag)[2] == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["127.0.0.1", "nosuch"], "nosuch", id="an unknown test"),
        pytest.param(["127.0.0.1", "http://"], "http://", id="a broken URL"),
        pytest.param(["--protocols", "/nonexistent", "127.0.0.1", "ssh"], "/nonexistent: No such file", id="no file"),
        pytest.param(["--hosts", "HOSTS", "other.test"], "other.test is not in", id="an unknown host"),
        pytest.param(["--hosts", "HOSTS", "www.test", "imap"], "it has: ssh", id="a test the host has not"),
    ],
)
def test_nothing_to_probe(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    hosts = tmp_path / "hosts.cfg"
    hosts.write_text("127.0.0.1 www.test # noconn ssh\n")
    status, output, errors = run(capsys, *[str(hosts) if word == "HOSTS" else word for word in arguments])
    assert (status, output) == (2, "")
    assert message in errors
