"""hexmon sweep as it is called."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from hexmon.cli import main

CLOSED = "127.0.0.1:1"


@contextmanager
def greeting(banner: bytes = b"220 hello\r\n") -> Iterator[tuple[int, list[bytes]]]:
    """A service on loopback; what it heard."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                connection.sendall(banner)
                heard.append(b"".join(iter(partial(connection.recv, 65536), b"")))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def hosts_file(folder: Path, port: int) -> str:
    path = folder / "hosts.cfg"
    path.write_text(f"127.0.0.1 www.example.com # noconn testip smtp:{port} http://{CLOSED}/\n")
    return str(path)


def test_the_messages_are_printed_with_an_empty_line_between(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with greeting() as (port, _):
        assert main(["sweep", "--hosts", hosts_file(tmp_path, port), "--no-submit"]) == 0
    output = capfdbinary.readouterr().out
    smtp, http = output.decode().split("\nstatus+30 ")
    assert smtp.startswith("status+30 www,example,com.smtp green <!-- [flags:OrdasTLe] --> ")
    assert "220 hello" in smtp
    assert smtp.endswith("\n")
    assert http.startswith("www,example,com.http red ")
    assert f"&red http://{CLOSED}/ - Connection refused" in http


def test_verdicts_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with greeting(b"554 no\r\n") as (port, _):
        assert main(["sweep", "--hosts", hosts_file(tmp_path, port), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["host"], row["test"], row["color"]) for row in rows] == [
        ("www.example.com", "smtp", "yellow"),
        ("www.example.com", "http", "red"),
    ]


def test_where_files_are_and_what_checks_of_content_are_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(f"127.0.0.1 www # noconn cont;http://{CLOSED}/;file:words\n")
    home = tmp_path / "home"
    for told in ("command", ""):
        arguments = ["--home", str(home), "--content", "words", "--json"]
        assert main(["sweep", "--hosts", str(path), *arguments]) == 0
        assert ("hosts.cfg:1: the file words cannot be read" in capsys.readouterr().err) == bool(told)
        home.mkdir(exist_ok=True)
        (home / "words").write_text("hello\n")


def test_a_column_must_have_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sweep", "--hosts", "hosts.cfg", "--content", "a.b"])
    assert "'a.b' is not the name of a column" in capsys.readouterr().err


def test_a_monitor_is_sent_one_packet(tmp_path: Path) -> None:
    with greeting() as (port, _), greeting(b"") as (monitor, received):
        hosts = hosts_file(tmp_path, port)
        assert main(["sweep", "--hosts", hosts, "--server", f"127.0.0.1:{monitor}"]) == 0
    assert len(received) == 1
    assert received[0].startswith(b"extcombo ")
    assert received[0].count(b"status+30 www,example,com.") == 2


def test_a_monitor_that_is_away_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with greeting() as (port, _):
        assert main(["sweep", "--hosts", hosts_file(tmp_path, port), "--server", CLOSED]) == 1
    assert f"hexmon sweep: {CLOSED}: " in capsys.readouterr().err


def test_a_file_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--hosts", str(tmp_path / "nothing.cfg")]) == 1
    assert "nothing.cfg" in capsys.readouterr().err


def test_mistakes_are_told_and_the_good_lines_are_swept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(f"127.0.0.1 www.example.com # noconn testip http://{CLOSED}/\n127.0.0.300 bad.example.com #\n")
    assert main(["sweep", "--hosts", str(path), "--json"]) == 0
    captured = capsys.readouterr()
    assert "hosts.cfg:2" in captured.err
    assert [row["test"] for row in json.loads(captured.out)] == ["http"]


def test_what_xymonnet_reads_of_its_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(f"127.0.0.1 www.example.com # noconn testip smtp:{CLOSED.rpartition(':')[2]} http://{CLOSED}/\n")
    monkeypatch.setenv("NETFAILTEXT", "kaputt")
    monkeypatch.setenv("NONETPAGE", "smtp http")
    assert main(["sweep", "--hosts", str(path), "--json"]) == 0
    rows = {row["test"]: row for row in json.loads(capsys.readouterr().out)}
    assert {test: row["color"] for test, row in rows.items()} == {"smtp": "yellow", "http": "yellow"}
    assert "is kaputt : Service unavailable" in rows["smtp"]["text"]
    assert main(["sweep", "--hosts", str(path), "--no-submit", "--nonetpage", "", "--validity", "90"]) == 0
    assert "status+90 www,example,com.smtp red" in capsys.readouterr().out


def test_columns_of_nonetpage_are_yellow_at_worst(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(f"127.0.0.1 www.example.com # noconn testip http://{CLOSED}/ http=own;http://{CLOSED}/x\n")
    assert main(["sweep", "--hosts", str(path), "--json", "--nonetpage", "http,cpu"]) == 0
    assert {row["test"]: row["color"] for row in json.loads(capsys.readouterr().out)} == {
        "http": "yellow",
        "own": "yellow",
    }
