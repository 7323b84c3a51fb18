"""`hexmon agent`: its settings by file, environment and command line, its folder, and its unit for systemd."""

import os
import re
import shutil
import stat
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from hexmon.agent.scripts import Home, environment, write_sender
from hexmon.app.agent import AgentFile, read_agent_file, usual_state
from hexmon.cli import main
from hexmon.model.origin import ConfigError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "agent.md").read_text()
UNIT = ROOT / "docs" / "howto" / "hexmon-agent.service"


def test_a_file_and_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text('server = "tls://a.example.com"\nclass = "web"\nrepeat = "1m"\nspool = 5\n')
    environ = {
        "HEXMON_AGENT_CLASS": '"db"',
        "HEXMON_AGENT_ALLOW_COMMANDS": "true",
        "HEXMON_AGENT_SERVER": '["a", "b"]',
        "HEXMON_AGENT__HOST": "of the monitor",
        "HEXMON_HOST": "somebody else's",
    }
    alone = read_agent_file(str(path), {})
    assert (alone.server, alone.class_, alone.repeat, alone.spool) == (("tls://a.example.com",), "web", 60.0, 5)
    both = read_agent_file(str(path), environ)
    assert (both.server, both.class_, both.allow_commands, both.host) == (("a", "b"), "db", True, "")


MISTAKES = {
    "an unknown word": ('servers = "a"', "did you mean server?"),
    "no server": ('server = "ftp://a"', "ftp:// is not known"),
    "no host": ('host = "a b"', "is not a host's name"),
    "too often": ("repeat = 0.1", "once a second at most"),
    "no section": ('sections = ["date", "weather"]', "'weather' is no section"),
}


@pytest.mark.parametrize(("text", "told"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_told_with_their_line(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(f"# settings\n{text}\n")
    with pytest.raises(ConfigError, match=re.escape(told)) as caught:
        read_agent_file(str(path), {})
    assert f"{path}:2:" in str(caught.value)
    assert main(["agent", "--config", str(path), "--print"]) == 2


def test_a_server_that_is_named_twice_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agent", "--server", "a", "--server", "a:1984", "--once", "--state", str(tmp_path / "x")]) == 2
    assert "a:1984 is named twice" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_the_page_names_every_setting() -> None:
    for field in fields(AgentFile):
        assert f"`{field.name.rstrip('_')}`" in PAGE


def test_looking_at_a_report_leaves_nothing_behind(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    state = tmp_path / "state"
    assert main(["agent", "--print", "--host", "a.b", "--sections", "df", "--state", str(state)]) == 0
    assert capfdbinary.readouterr().out.startswith(b"client a,b.linux ")
    assert not state.exists()


def test_the_usual_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert usual_state("a", {"STATE_DIRECTORY": "/var/lib/x:/y"}) == Path("/var/lib/x")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert usual_state("a/../b", {}) == Path("/var/lib/hexmon-agent/a_.._b")
    assert usual_state("..", {}) == Path("/var/lib/hexmon-agent/_")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert usual_state("a", {"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "hexmon-agent" / "a"


def test_scripts_know_what_those_of_the_xymon_client_know(tmp_path: Path) -> None:
    home = Home("www.example.com", ("a:1984", "tls://b"), tmp_path, tmp_path / "ext", "/etc/ca.pem")
    sender = write_sender(home)
    told = environment(home, sender, {"PATH": "/bin", "HEXMON_SECRET": "x"})
    assert told["XYMON"] == told["BB"] == str(sender)
    assert (told["XYMSRV"], told["XYMSERVERS"]) == ("0.0.0.0", "a:1984 tls://b")  # noqa: S104 - for all of them
    assert (told["MACHINE"], told["MACHINEDOTS"]) == ("www,example,com", "www.example.com")
    assert (told["XYMONHOME"], told["PATH"]) == (str(tmp_path), "/bin")
    assert "HEXMON_SECRET" not in told
    assert Path(told["XYMONTMP"]).is_dir()
    assert stat.S_IMODE(sender.stat().st_mode) == 0o700
    assert "--ca /etc/ca.pem" in sender.read_text()
    assert environment(Home("a", ("m",), tmp_path, None), sender, {})["BBDISP"] == "m"


def test_the_unit_is_understood_by_systemd(tmp_path: Path) -> None:
    text = UNIT.read_text()
    assert "hexmon agent --config" in text
    for line in text.splitlines():
        assert re.fullmatch(r"|#.*|\[(Unit|Service|Install)\]|[A-Za-z]+=.*", line)
    if shutil.which("systemd-analyze") is None:
        return
    # The program and its user are not on this machine; what systemd thinks of the rest counts.
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace("/opt/hexmon/.venv/bin/hexmon", "/bin/true").replace("User=hexmon-agent", "User=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, timeout=60, check=False
    )
    assert copy.name not in done.stderr
    assert "Unknown" not in done.stderr
