"""hexmon check-config."""

from pathlib import Path

import pytest

from hexmon.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


def check(*arguments: str | Path) -> int:
    return main(["check-config", *map(str, arguments)])


def test_a_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # ssh\n127.0.0.2 db # noconn\n")
    assert check("--hosts", tmp_path / "hosts.cfg") == 0
    assert capsys.readouterr().out == "2 hosts, 2 checks, no mistakes\n"


def test_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # stmp\n")
    assert check("--hosts", tmp_path / "hosts.cfg") == 1
    printed = capsys.readouterr()
    assert printed.out == "hosts.cfg:1: nobody knows the tag 'stmp'; did you mean 'smtp'?\n"
    assert printed.err == "1 mistake in 1 host, 1 check\n"


def test_tags_that_nobody_knows_are_notes_and_no_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # oracle\n127.0.0.2 db # oracle\n")
    assert check("--hosts", tmp_path / "hosts.cfg") == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: hosts.cfg:1: nobody knows the tag 'oracle' and 1 more like it; kept for other programs",
        "2 hosts, 2 checks, no mistakes",
    ]
    assert check("--hosts", tmp_path / "hosts.cfg", "--verbose") == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "note: hosts.cfg:1: nobody knows the tag 'oracle'; kept for other programs",
        "note: hosts.cfg:2: nobody knows the tag 'oracle'; kept for other programs",
    ]


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--hosts", tmp_path / "none.cfg") == 1
    assert "none.cfg: cannot be read: No such file or directory" in capsys.readouterr().out


def test_services_are_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # nobodys\n")
    (tmp_path / "protocols.cfg").write_text("[nobodys]\nprot 70\n")
    assert check("--hosts", tmp_path / "hosts.cfg", "--protocols", tmp_path / "protocols.cfg") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("protocols.cfg:2: 'prot' is not a setting of a service")
    assert lines[1] == "hosts.cfg:1: 'nobodys' is not tested: nobody knows its port; write: nobodys:PORT"


def test_the_example_that_ships_has_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--hosts", EXAMPLES / "hosts.cfg", "--protocols", EXAMPLES / "protocols.cfg", "--verbose") == 0
    assert capsys.readouterr().out.endswith("no mistakes\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_to_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(folder.iterdir()) == []
    assert check() == 0
    assert capsys.readouterr().out == "no files here: hexmon would watch the machine it runs on, no mistakes\n"


def test_the_files_of_this_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hosts.cfg").write_text("127.0.0.1 www # nobodys\n")
    (folder / "protocols.cfg").write_text("[nobodys]\nport 70\n")
    assert check() == 0
    assert capsys.readouterr().out == "1 host, 2 checks, no mistakes\n"


def test_the_files_that_a_configuration_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "hexmon.toml").write_text('location = "dmz"\n[files]\nhosts = "my.cfg"\n')
    assert check("--config", "etc/hexmon.toml") == 1
    assert "my.cfg: cannot be read: No such file or directory" in capsys.readouterr().out
    (folder / "etc" / "my.cfg").write_text("127.0.0.1 www # NET:dmz\n127.0.0.2 db\n")
    assert check("--config", "etc/hexmon.toml") == 0
    assert capsys.readouterr().out == "hexmon.toml, 2 hosts, 1 check, no mistakes\n"


def test_the_folder_of_other_files(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "hosts.cfg").write_text("127.0.0.1 www # cont;http://a/;file:words\n")
    (folder / "hexmon.toml").write_text('[files]\nhosts = "etc/hosts.cfg"\nhome = "there"\n')
    places = {"there": [], "etc": ["--hosts", "etc/hosts.cfg"], "given": ["--home", "given"]}
    for name, arguments in places.items():
        assert check(*arguments) == 1
        assert "words cannot be read" in capsys.readouterr().out
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "words").touch()
        (folder / name / "words").write_text("x")
        assert check(*arguments) == 0
    monkeypatch.setenv("XYMONHOME", str(folder / "nowhere"))
    assert check("--hosts", "etc/hosts.cfg") == 1
    assert check() == 0


def test_mistakes_of_all_files_are_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hexmon.toml").write_text("[board]\nflap_cont = 3\n")
    (folder / "hosts.cfg").write_text("pgae x\n")
    assert check() == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0].rpartition("/")[2] for line in lines] == ["hexmon.toml:2", "hosts.cfg:1"]
    assert "flap_count" in lines[0]


def test_a_configuration_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--config", str(folder / "none.toml")) == 1
    assert "none.toml: cannot be read: No such file or directory" in capsys.readouterr().out


ALERTS = """\
rules:
- tell: [slak, ops@example.com]
- tel: x
parents:
- {child: www, parents: dbase1}
heartbeats:
- {host: nobody, test: http, url: "https://switch.example.test/"}
"""


def test_the_files_of_alerting_are_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hexmon.toml").write_text('[channels.slack]\nurl = "https://x.test/geheim"\nrat = 5\n')
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # ssh\n127.0.0.2 db #\n")
    (tmp_path / "alerts.cfg").write_text("HOST=www COLR=red\n  MAIL root\n")
    (tmp_path / "alerts.yaml").write_text(ALERTS)
    assert check("--config", tmp_path / "hexmon.toml") == 1
    out = capsys.readouterr().out
    assert "alerts.yaml:3: rules[2].tel: unknown setting; did you mean tell?" in out
    assert f"{tmp_path}/hexmon.toml:3: channels.slack.rat: unknown option of a channel of the type slack" in out
    assert "alerts.cfg:1: " in out
    assert "geheim" not in out


def test_what_rules_name_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hexmon.toml").write_text('[channels.slack]\nurl = "https://x.test/geheim"\n')
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # ssh\n127.0.0.2 dbase #\n")
    (tmp_path / "alerts.yaml").write_text(ALERTS.replace("- tel: x\n", ""))
    assert check("--config", tmp_path / "hexmon.toml") == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "alerts.yaml:2: there is no channel 'slak'; did you mean slack?",
        "alerts.yaml:4: there is no host 'dbase1'; did you mean 'dbase'?",
        "[heartbeat]: checks: there is no host 'nobody'",
    ]
    assert printed.err == "3 mistakes in hexmon.toml, 2 hosts, 3 checks, 1 rule\n"


def test_good_files_of_alerting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www # ssh\n")
    (tmp_path / "alerts.cfg").write_text("HOST=www\n  MAIL root\n")
    (tmp_path / "alerts.yaml").write_text(
        "rules: [{tell: ops@example.com}]\nthresholds: [{host: www, url: 'http://x.test/{HOST}'}]\n"
    )
    (tmp_path / "hexmon.toml").write_text("")
    assert check("--config", tmp_path / "hexmon.toml") == 0
    assert capsys.readouterr().out == "hexmon.toml, 1 host, 2 checks, 3 rules, no mistakes\n"
    arguments = ("--hosts", tmp_path / "hosts.cfg", "--alerts", tmp_path / "alerts.cfg")
    assert check(*arguments) == 0
    assert capsys.readouterr().out == "1 host, 2 checks, 1 rule, no mistakes\n"
    assert check(*arguments, "--rules", tmp_path / "none.yaml") == 1
    assert "none.yaml: cannot be read: No such file or directory" in capsys.readouterr().out


def test_the_examples_fit_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--config", EXAMPLES / "hexmon.toml") == 0
    assert capsys.readouterr().out.endswith(" 11 rules, 1 site, 13 monitors, 31 settings, 4 sections, no mistakes\n")


def test_the_users_and_tokens_of_agents_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hexmon.toml").write_text('[agents]\nhtpasswd = "users"\ntokens = "tokens"\n')
    (tmp_path / "tokens").write_text("web1 nothing\n")
    assert main(["check-config"]) == 1
    told = capsys.readouterr().out
    assert f"{tmp_path / 'users'}: cannot be read: No such file or directory" in told
    assert f"{tmp_path / 'tokens'}:1: 'web1' is not followed by a SHA-256" in told


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("required = true", "agents.required: nothing says by what senders are known, so nobody is heard by HTTP"),
        ('hosts = { web1 = "web*" }', "agents.hosts: nothing says by what users are known, so it limits nobody"),
    ],
)
def test_settings_about_users_need_something_by_which_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noconn\n")
    (tmp_path / "hexmon.toml").write_text(f"[agents]\n{settings}\n")
    assert main(["check-config"]) == 1
    assert f"hexmon.toml: {said}; set [agents] htpasswd or tokens" in capsys.readouterr().out
    (tmp_path / "users").write_text("web1:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
    (tmp_path / "hexmon.toml").write_text(f'[agents]\n{settings}\nhtpasswd = "users"\n')
    assert main(["check-config"]) == 0


SITE = (
    "site: {name: Lab}\nmonitors:\n- {type: ping, name: gw, address: 127.0.0.1}\n- {type: PING, name: b, address: a}\n"
)


def test_sites_of_this_folder_are_checked_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sites").mkdir()
    (folder / "sites" / "lab.yaml").write_text(SITE.replace("PING", "ping"))
    assert check() == 0
    assert capsys.readouterr().out == "1 site, 2 monitors, no mistakes\n"
    (folder / "hosts.cfg").write_text("127.0.0.1 www # noconn\n")
    (folder / "alerts.yaml").write_text("rules: [{tell: a@x}]\nparents: [{child: www, parents: Lab.gw}]\n")
    assert check() == 0
    assert capsys.readouterr().out == "1 host, 0 checks, 1 rule, 1 site, 2 monitors, no mistakes\n"
    (folder / "sites" / "lab.yaml").write_text(SITE)
    (folder / "sites" / "more.yaml").write_text(SITE.replace("PING", "ping").replace("Lab", "More") + "x: 5\n")
    (folder / "alerts.yaml").unlink()
    assert check() == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "sites/lab.yaml:4: monitors[2] (b): type 'PING' is not valid; did you mean type: ping?",
        "sites/more.yaml:5: there is no part 'x'; parts of your own begin with x-",
    ]
    assert printed.err == "2 mistakes in 1 host, 0 checks\n"


def test_sites_of_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hosts.cfg").write_text("127.0.0.1 Lab.gw # noconn\n")
    (folder / "a.yaml").write_text(SITE.replace("PING", "ping"))
    assert check("--hosts", "hosts.cfg") == 0
    assert capsys.readouterr().out == "1 host, 0 checks, no mistakes\n"
    assert check("--hosts", "hosts.cfg", "--sites", "*.yaml") == 1
    assert capsys.readouterr().out == ("a.yaml:3: the host 'Lab.gw' is also defined at hosts.cfg:1, which counts\n")
    assert check("--sites", "none.yaml") == 1
    assert "none.yaml: this file is missing" in capsys.readouterr().out
