import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.cli import main
from hexmon.ingest.tokens import AgentToken, TokenError, add_token, digest_of, read_tokens, revoke_token


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent-tokens"


def test_a_token_is_kept_as_its_hash(path: Path) -> None:
    secret = add_token(path, "web1", r"web*,%^db\d{1,2}$")
    text = path.read_text()
    assert secret.startswith("hexmon_")
    assert len(secret) >= 50
    assert secret not in text
    assert read_tokens(text, "x") == ([AgentToken("web1", digest_of(secret), r"web*,%^db\d{1,2}$")], [])
    assert path.stat().st_mode & 0o777 == 0o600


def test_tokens_come_and_go_and_what_people_wrote_stays(path: Path) -> None:
    path.write_text("# of the web servers\nold " + "0" * 64)
    first, second = add_token(path, "web1"), add_token(path, "web2")
    assert first != second
    revoke_token(path, "web1")
    assert path.read_text() == f"# of the web servers\nold {'0' * 64}\nweb2 {digest_of(second)}\n"


@pytest.mark.parametrize(
    ("name", "hosts", "reason"),
    [
        ("web1", "", "has a token already"),
        ("web 1", "", "is not a name"),
        ("", "", "is not a name"),
        ("x" * 65, "", "is not a name"),
        ("web2", "%(", "missing"),
        ("web2", ",", "no host"),
    ],
)
def test_what_gets_no_token(path: Path, name: str, hosts: str, reason: str) -> None:
    add_token(path, "web1")
    before = path.read_text()
    with pytest.raises(TokenError, match=reason):
        add_token(path, name, hosts)
    assert path.read_text() == before


def test_nobody_elses_token_is_revoked(path: Path) -> None:
    add_token(path, "web1")
    with pytest.raises(TokenError, match="no token of the name 'web'"):
        revoke_token(path, "web")


def test_mistakes_in_the_file_are_named(path: Path) -> None:
    lines = ["web1", "web1 abc", f"web/1 {'0' * 64}", f"web1 {'0' * 64} %(", f"web2 {'0' * 64} web*"]
    tokens, problems = read_tokens("\n".join(lines), str(path))
    assert [token.name for token in tokens] == ["web2"]
    assert [str(problem.origin) for problem in problems] == [f"{path}:{line}" for line in (1, 2, 3, 4)]


def test_who_adds_at_the_same_time_loses_nothing(path: Path) -> None:
    threads = [threading.Thread(target=add_token, args=(path, f"web{number}")) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {token.name for token in read_tokens(path.read_text(), "x")[0]} == {f"web{number}" for number in range(12)}


@given(st.text(max_size=200))
def test_no_file_raises(text: str) -> None:
    read_tokens(text, "x")


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["agent-token", "list"]) == 1
    assert "[agents] tokens" in capsys.readouterr().err
    (tmp_path / "hexmon.toml").write_text('[agents]\ntokens = "secret/tokens"\n')
    (tmp_path / "secret").mkdir()
    assert main(["agent-token", "add", "web1", "--hosts", "web*"]) == 0
    secret = capsys.readouterr().out.strip()
    assert digest_of(secret) in (tmp_path / "secret" / "tokens").read_text()
    assert main(["agent-token", "add", "web1"]) == 1
    assert main(["agent-token", "add", "db1"]) == 0
    capsys.readouterr()
    assert main(["agent-token", "list"]) == 0
    assert capsys.readouterr().out.split() == ["web1", "web*", "db1", "(as", "[agents.hosts]", "has", "it)"]
    assert main(["agent-token", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "web1", "hosts": "web*"}, {"name": "db1", "hosts": ""}]
    assert main(["agent-token", "revoke", "web1"]) == 0
    assert main(["agent-token", "revoke", "web1"]) == 1
    for wrong in (["add"], ["revoke"], ["list", "web1"]):
        assert main(["agent-token", *wrong]) == 2
    assert main(["agent-token", "list", "--file", "nothing"]) == 1
    assert "nothing: No such file" in capsys.readouterr().err
