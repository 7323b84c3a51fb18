"""hexmon.toml: every mistake at once, with its line."""

from pathlib import Path

import pytest

from hexmon.app.parts import _judging
from hexmon.app.settings import Judging, Settings, client_judging, read_configuration
from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.view import JudgeSettings
from hexmon.model.color import Color
from hexmon.model.origin import ConfigError

BAD = """\
data_dir = "${NOT_SET}"
[board]
flap_cont = 5
checkpoint = "6x"
[listn]
web = ["127.0.0.1:1"]
"""


def test_the_defaults_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configuration = read_configuration(None, {})
    assert configuration.settings.listen.messages == ("127.0.0.1:1984",)
    assert configuration.store_url == f"sqlite:///{tmp_path}/hexmon-data/hexmon.db"


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(BAD)
    with pytest.raises(ConfigError) as caught:
        read_configuration(str(path), {})
    assert {str(problem) for problem in caught.value.problems} == {
        f"{path}:3: board.flap_cont: unknown setting; did you mean flap_count?",
        f'{path}:4: board.checkpoint: \'6x\' is not a duration such as "60s", "30m", "2h" or "1d"',
        f"{path}:5: listn: unknown setting; did you mean listen?",
        f"{path}: ${{NOT_SET}} is not set in the environment",
    }


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text("a = 1\nb = = 2\n")
    with pytest.raises(ConfigError) as caught:
        read_configuration(str(path), {})
    assert caught.value.problems[0].origin.line == 2


def test_the_environment_and_secret_files_win(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://user:pw@localhost/x\n")
    path = tmp_path / "hexmon.toml"
    path.write_text(f'[store]\nurl_file = "{secret}"\n[board]\ncheckpoint = "2m"\n')
    configuration = read_configuration(str(path), {"HEXMON_BOARD__FLAP_COUNT": "0", "HEXMON_UNRELATED": "x"})
    assert configuration.settings.board.flap_count == 0
    assert configuration.settings.board.checkpoint == 120.0
    assert configuration.store_url == "postgresql://user:pw@localhost/x"


def test_a_column_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text('[probing]\ncontent_column = "a.b"\n')
    with pytest.raises(ConfigError, match=r"content_column: 'a.b' is not the name of a column"):
        read_configuration(str(path), {})


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc" / "hexmon.toml"
    path.write_text('[files]\nhosts = "my-hosts.cfg"\n')
    configuration = read_configuration(str(path), {})
    assert configuration.locate(configuration.settings.files.hosts) == tmp_path / "etc" / "my-hosts.cfg"


def test_the_example_shows_the_defaults() -> None:
    assert read_configuration("examples/hexmon.toml", {}).settings == Settings()


def test_the_example_names_every_setting_in_use() -> None:
    text = Path("examples/hexmon.toml").read_text()
    unused_yet = {"graphs"}
    settings = read_configuration("examples/hexmon.toml", {}).settings
    for name, section in vars(settings).items():
        assert name in text
        for key in vars(section) if hasattr(section, "__dataclass_fields__") else ():
            assert key in unused_yet or f"\n{key} = " in text, f"{name}.{key}"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[listen]\nmessages = ["127.0.0.1:99999"]\n', 2, "'99999' is not a port"),
        ("[listen]\nweb = 5\n", 2, "listen.web: a list is needed"),
        ('[listen]\nmessages = ["tls://127.0.0.1:1985"]\n', None, "needs a certificate"),
        ('[senders]\n\nadmin = ["127.0.0.1", "intranet"]\n', 3, "senders.admin: 'intranet' is not a network"),
        ("[probing]\ninterval = 0\n", 2, "probing.interval: must be above 0"),
        ('[probing]\ntimeout = "0s"\n', 2, "probing.timeout: must be above 0"),
        ("[probing]\nconcurrency = -1\n", 2, "probing.concurrency: must be above 0"),
        ('[probing]\nfamily = "ipv5"\n', 2, "probing.family"),
        ("listen = 5\n", 1, "listen: a table is needed"),
        ('[clients]\nclear_color = "gren"\n', 2, "clients.clear_color: 'gren' is no colour"),
        ("[clients]\nlongest = 0\n", 2, "clients.longest: must be above 0"),
    ],
)
def test_values_that_cannot_work_are_mistakes_too(tmp_path: Path, text: str, line: int | None, said: str) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_configuration(str(path), {})
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert problem.origin.line == line


def test_what_holds_for_all_colours_is_a_section_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text('[judging]\nno_page = ["http"]\nssl_warn_days = 60\nfail_text = "kaputt"\nssl_column = ""\n')
    judging = read_configuration(str(path), {}).settings.judging
    assert (judging.no_page, judging.ssl_warn_days, judging.ssl_alarm_days) == (("http",), 60, 10)
    assert (judging.fail_text, judging.ssl_column) == ("kaputt", "")


def test_the_judge_is_given_every_setting_of_its_section(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(
        '[judging]\nfail_goes_clear = false\nfail_text = "bad"\nrouter_text = "switch"\nno_page = ["http"]\n'
        'ssl_warn_days = 1\nssl_alarm_days = 2\nssl_bits = 3\nssl_key_bits = 4\nssl_column = "cert"\n'
    )
    given = _judging(read_configuration(str(path), {}))
    assert {name: getattr(given, name) for name in vars(Judging())} == {
        "fail_goes_clear": False,
        "fail_text": "bad",
        "router_text": "switch",
        "no_page": frozenset({"http"}),
        "ssl_warn_days": 1,
        "ssl_alarm_days": 2,
        "ssl_bits": 3,
        "ssl_key_bits": 4,
        "ssl_column": "cert",
    }
    defaults = vars(Judging()) | {"no_page": frozenset()}
    assert {name: getattr(JudgeSettings(), name) for name in defaults} == defaults


def test_the_settings_of_clients_are_those_of_their_judge(tmp_path: Path) -> None:
    assert client_judging(Settings()) == ClientJudging()
    path = tmp_path / "hexmon.toml"
    path.write_text('[clients]\nclear_color = "green"\nuptime_column = true\nlist_cpu = false\n')
    found = client_judging(read_configuration(str(path), {}).settings)
    assert found == ClientJudging(clear_color=Color.GREEN, uptime_column=True, list_cpu=False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'ncv = {orders = "paid:GAUGES"}',
            "graphs.ncv.orders: 'paid:GAUGES' is not NAME:TYPE; types are ABSOLUTE, COUNTER",
        ),
        ('ncv = {orders = "paid"}', "graphs.ncv.orders: 'paid' is not NAME:TYPE"),
        ('splitncv = {orders = ":GAUGE"}', "graphs.splitncv.orders: ':GAUGE' is not NAME:TYPE"),
        ('rrddisks = "(["', "graphs.rrddisks: '([' is not a regular expression"),
        ('norrddisks = "*"', "graphs.norrddisks: '*' is not a regular expression"),
    ],
)
def test_words_of_graphs_that_mean_nothing_are_mistakes(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "hexmon.toml").write_text(f"[graphs]\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        read_configuration(str(tmp_path / "hexmon.toml"), {})
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path}/hexmon.toml:2: {said}")


def test_types_of_values_are_taken(tmp_path: Path) -> None:
    (tmp_path / "hexmon.toml").write_text('[graphs]\nncv = {orders = "paid:GAUGE, open:COUNTER,*:NONE"}\n')
    settings = read_configuration(str(tmp_path / "hexmon.toml"), {}).settings
    assert settings.graphs.ncv["orders"].endswith("*:NONE")
