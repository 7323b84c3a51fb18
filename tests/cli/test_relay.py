"""`hexmon relay` as an administrator starts it, and its settings."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hexmon.agent.alone import alone_in
from hexmon.app.relay_settings import RelaySettings, read_relay_configuration, refuse_nonsense
from hexmon.cli import main
from hexmon.model.origin import ConfigError
from tests.support.monitor import ROOT, free_port, wait_for

EXAMPLE = ROOT / "examples" / "relay.toml"


def test_the_example_shows_the_defaults_and_every_setting() -> None:
    assert read_relay_configuration(str(EXAMPLE), {}).settings == RelaySettings()
    text = EXAMPLE.read_text()
    for name, value in vars(RelaySettings()).items():
        for key in vars(value) if hasattr(value, "__dataclass_fields__") else (name,):
            assert f"\n{key} = " in text, key


def test_the_documentation_names_every_setting() -> None:
    text = (ROOT / "docs" / "relay.md").read_text()
    for name in vars(RelaySettings()):
        assert f"`{name}`" in text or f"`[{name}]`" in text, name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no server to send to"),
        ('servers = ["127.0.0.1"]\npull = true\n', "with pull nothing is sent anywhere"),
        ('servers = ["127.0.0.1", "127.0.0.1"]\n', "servers: 127.0.0.1:1984 is named twice"),
        ('servers = ["127.0.0.1"]\n', "servers: 127.0.0.1 is this relay itself"),
        ('servers = ["192.0.2.1:99"]\nlisten = ["192.0.2.1:99"]\n', "servers: 192.0.2.1:99 is this relay itself"),
        ('servers = ["127.0.0.1"]\nlisten = ["tls://127.0.0.1"]\n', "needs a certificate"),
        ('servers = ["127.0.0.1"]\nlisten = ["http://127.0.0.1/"]\n', "listens for tcp and tls:// only"),
        ('servers = ["127.0.0.1:x"]\n', "relay.toml:1: servers: '127.0.0.1:x': 'x' is not a port"),
        ('server = ["127.0.0.1"]\n', "unknown setting; did you mean servers?"),
        ('servers = ["127.0.0.1"]\nspool = 0\n', "spool: must be above 0"),
        ('servers = ["127.0.0.1"]\nrate = -1\n', "rate: must be 0 (no limit) or more"),
        ('servers = ["127.0.0.1"]\n[report]\nhost = "a b"\n', "'a b' is not a host's name"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "relay.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        refuse_nonsense(read_relay_configuration(str(tmp_path / "relay.toml"), {}))
    assert said in str(caught.value)


def test_the_environment_has_names_of_its_own() -> None:
    environ = {"HEXMON_RELAY_RATE": "7", "HEXMON_RELAY_REPORT__COLUMN": "proxy", "HEXMON_BOARD__FLAP_COUNT": "0"}
    settings = read_relay_configuration(None, environ).settings
    assert (settings.rate, settings.report.column) == (7.0, "proxy")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 1, "there is no server to send to"),
        (("--server", "127.0.0.1:x"), 2, "'x' is not a port"),
        (("--pull", "--host", "a b"), 2, "'a b' is not a host's name"),
        (("--pull", "--allow", "intranet"), 2, "'intranet' is not a network"),
        (("--pull", "--max-age", "long"), 2, "'long' is not a duration"),
        (("--server", "127.0.0.1", "--ca", "/nonexistent"), 1, "/nonexistent: No such file"),
        (("--server", "127.0.0.1", "--config", "/nonexistent"), 1, "/nonexistent: No such file"),
    ],
)
def test_a_wrong_call_is_told(
    words: tuple[str, ...], status: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(("relay", "--data-dir", str(tmp_path), "--listen", "127.0.0.1:0", *words)) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--server", "127.0.0.1:9"], ["--pull"]])
def test_it_takes_messages_until_it_is_told_to_stop(tmp_path: Path, options: list[str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "hexmon", "relay", "--listen", f"127.0.0.1:{port}", "--data-dir", "data", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: True if _answers(port) else None, 20, "the relay")
            with socket.create_connection(("127.0.0.1", port), 20) as wire:
                wire.sendall(b"status a.b green")
                wire.shutdown(socket.SHUT_WR)
                assert wire.recv(100) == b""
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"Traceback" not in said
    [stored] = (tmp_path / "data").rglob("*.messages")
    assert b"status a.b green" in stored.read_bytes()


def test_two_relays_do_not_share_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alone_in(tmp_path, "taken"):
        assert main(("relay", "--data-dir", str(tmp_path), "--listen", "127.0.0.1:0", "--pull")) == 1
    assert f"{tmp_path}: another relay runs with this folder; --data-dir gives" in capsys.readouterr().err


def test_an_address_that_is_taken_names_the_settings_of_a_relay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(("relay", "--data-dir", str(tmp_path), "--listen", f"127.0.0.1:{port}", "--pull")) == 1
    said = capsys.readouterr().err
    assert f"listen: 127.0.0.1:{port}: Address already in use; does something else listen there? Set --listen" in said


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
