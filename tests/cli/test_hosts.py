"""hexmon hosts."""

from pathlib import Path

import msgspec
import pytest

from hexmon.cli import main

TEXT = """\
127.0.0.1 top # testip ssh
page USA United States
subpage NY
group <b>Web</b> servers
127.0.0.2 www.example.com # http://127.0.0.2/ "NAME:The web" NET:dmz oracle
127.0.0.3 hidden # nodisp
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "hosts.cfg").write_text(TEXT)
    return tmp_path / "hosts.cfg"


def test_json(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts", "--hosts", str(path), "--json"]) == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert [(row["name"], row["ip"], row["page"], row["group"]) for row in rows] == [
        ("top", "127.0.0.1", "", ""),
        ("www.example.com", "127.0.0.2", "USA/NY", "Web servers"),
        ("hidden", "127.0.0.3", "USA/NY", "Web servers"),
    ]
    assert rows[1]["tags"] == ["http://127.0.0.2/", "NAME:The web", "NET:dmz", "oracle"]
    assert rows[0]["checks"] == [
        {"test": "conn", "probe": "icmp", "address": "127.0.0.1", "spec": "conn"},
        {"test": "ssh", "probe": "tcp", "address": "127.0.0.1", "spec": "ssh"},
    ]
    assert rows[1]["checks"][1] == {
        "test": "http", "probe": "http", "address": "http://127.0.0.2/", "spec": "http://127.0.0.2/",
    }  # fmt: skip
    assert rows[1]["items"]["DISPLAYNAME"] == "The web"


def test_the_tree(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts", "--hosts", str(path)]) == 0
    assert (
        capsys.readouterr().out
        == """\
top              127.0.0.1        conn, ssh
USA/  United States
  USA/NY/
    [Web servers]
      www.example.com  127.0.0.2        conn, http
(on no page)
  hidden           127.0.0.3        conn
"""
    )


def test_columns_of_their_own(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("127.0.0.1 www # noconn cont;http://a/;file:x cont=mine;http://b/;x\n")
    (path.parent / "x").write_text("y")
    assert main(["hosts", "--hosts", str(path)]) == 0
    assert capsys.readouterr() == ("www  127.0.0.1        http, content, mine\n", "")
    assert main(["hosts", "--hosts", str(path), "--home", str(path.parent / "none"), "--json"]) == 0
    output, errors = capsys.readouterr()
    assert [check["column"] for check in msgspec.json.decode(output)[0]["checks"]] == ["content", "mine"]
    assert errors == "hexmon hosts: 1 mistake; hexmon check-config names them\n"


def test_a_place(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts", "--hosts", str(path), "--location", "dmz", "--json"]) == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert {row["name"]: len(row["checks"]) for row in rows} == {"top": 0, "www.example.com": 2, "hidden": 0}
    assert main(["hosts", "--hosts", str(path), "--location", "dmz", "--test-untagged", "--json"]) == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    assert {row["name"]: len(row["checks"]) for row in rows} == {"top": 2, "www.example.com": 2, "hidden": 1}


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts", "--hosts", str(tmp_path / "none.cfg")]) == 1
    assert "none.cfg: cannot be read" in capsys.readouterr().err


def test_mistakes_are_counted(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("pgae x\n127.0.0.1 www\n")
    assert main(["hosts", "--hosts", str(path)]) == 0
    assert capsys.readouterr().err == "hexmon hosts: 1 mistake; hexmon check-config names them\n"


def test_an_empty_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("")
    assert main(["hosts", "--hosts", str(path), "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == []


SITE = """\
site: {name: My lab}
monitors:
- {type: http, name: shop, address: "http://me:secret@127.0.0.1:8080/x"}
- {type: ports, name: sw, address: "snmp://secret@[::1]", display: no}
"""


def test_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "lab.yaml").write_text(SITE)
    tree = """\
My_lab/  My lab
  My_lab.shop  127.0.0.1        http
  My_lab.sw    ::1              ports
"""
    assert main(["hosts"]) == 0
    assert capsys.readouterr() == (tree, "")
    (tmp_path / "hosts.cfg").write_text("127.0.0.3 www\n")
    assert main(["hosts"]) == 0
    assert capsys.readouterr().out == f"www          127.0.0.3        conn\n{tree}"
    assert main(["hosts", "--hosts", "hosts.cfg"]) == 0
    assert capsys.readouterr().out == "www  127.0.0.3        conn\n"
    assert main(["hosts", "--sites", "sites/lab.yaml", "--json"]) == 0
    output = capsys.readouterr().out
    assert "secret" not in output
    rows = {row["name"]: row for row in msgspec.json.decode(output)}
    assert rows["My_lab.shop"]["display_name"] == "shop"
    assert rows["My_lab.shop"]["checks"] == [
        {"test": "http", "probe": "http", "address": "http://127.0.0.1:8080/x", "spec": "http http://127.0.0.1:8080/x"}
    ]
    (tmp_path / "sites" / "bad.yaml").write_text("site: {}\n")
    assert main(["hosts", "--sites", "sites/*.yaml"]) == 0
    assert capsys.readouterr().err == "hexmon hosts: 2 mistakes; hexmon check-config names them\n"
