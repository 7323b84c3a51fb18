"""The ways to send that hexmon.toml names: every mistake at once, and nothing secret in any of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hexmon.alerts.channels import parse_rate, read_channels
from hexmon.alerts.notify.contract import SENT, Channel, NotifierType, NotifyTools, Sent
from hexmon.app.settings import channels_of, read_configuration
from hexmon.config.decode import shown
from hexmon.config.settings import PositiveSeconds
from hexmon.model.incident import Delivery
from hexmon.model.origin import ConfigError

WORD = "geheim"


@dataclass(frozen=True, kw_only=True)
class PostOptions:
    """What a little notifier of these tests needs."""

    url: str
    token: str = field(default="", repr=False)
    urls: tuple[str, ...] = ()
    pause: PositiveSeconds = 60.0
    deep: bool = False

    def __post_init__(self) -> None:
        if "bad" in self.url:
            raise ValueError(f"'{self.url}' is no good")


@dataclass(frozen=True, kw_only=True)
class MailOptions:
    """What mail needs: nothing."""

    server: str = "localhost"
    port: int = 25


async def _send(_delivery: Delivery, _channel: Channel, _tools: NotifyTools) -> Sent:
    return SENT


NOTIFIERS = {
    "post": NotifierType(name="post", options=PostOptions, send=_send, groups=7),
    "mail": NotifierType(name="mail", options=MailOptions, send=_send),
}


def read(text: str) -> Mapping[str, Channel]:
    return read_channels(tomllib.loads(text).get("channels", {}), "hexmon.toml", NOTIFIERS, text=text)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_mail_is_there_without_a_word() -> None:
    assert read("") == {"mail": Channel(name="mail", type="mail", options=MailOptions())}


def test_a_type_that_is_not_there_brings_no_channel_of_its_name() -> None:
    assert read_channels({}, "hexmon.toml", {}) == {}


def test_the_usual_mail_can_be_set() -> None:
    channel = read('[channels.mail]\nserver = "mail.example.test"\nrate = "5/s"\n')["mail"]
    assert channel.options == MailOptions(server="mail.example.test")
    assert (channel.rate, channel.per) == (5, 1.0)


def test_what_is_not_said_is_usual_for_the_type() -> None:
    assert read('[channels.ops]\ntype = "post"\nurl = "u"\n')["ops"] == Channel(
        name="ops", type="post", options=PostOptions(url="u"), attempts=300, timeout=30.0, group_from=7
    )


def test_what_is_usual_for_all_lists_holds_for_types_that_make_them(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text(
        '[alerts]\ngroup_from = 3\n[channels.ops]\ntype = "post"\nurl = "u"\n'
        '[channels.own]\ntype = "post"\nurl = "u"\ngroup_from = 2\n'
    )
    channels = channels_of(read_configuration(str(path), {}), NOTIFIERS)
    assert {name: channel.group_from for name, channel in channels.items()} == {"mail": 0, "ops": 3, "own": 2}


def test_everything_can_be_said() -> None:
    text = (
        '[channels.ops]\ntype = "post"\nurl = "u"\nrate = 10\nattempts = 3\ntimeout = "5s"\ngroup_from = 0\n'
        'pause = "2m"\ndeep = true\nurls = ["a", "b"]\n'
    )
    assert read(text)["ops"] == Channel(
        name="ops",
        type="post",
        options=PostOptions(url="u", pause=120.0, deep=True, urls=("a", "b")),
        rate=10,
        per=60.0,
        attempts=3,
        timeout=5.0,
        group_from=0,
    )


def test_a_channel_that_is_called_like_a_type_is_of_it() -> None:
    assert read('[channels.post]\nurl = "u"\n')["post"].type == "post"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            '[channels.ops]\ntype = "pots"\n',
            ["hexmon.toml:2: channels.ops.type: there is no type 'pots'; did you mean post?"],
            id="a type that nobody knows",
        ),
        pytest.param(
            '[channels.ops]\nurl = "u"\n',
            ["hexmon.toml:1: channels.ops: 'type' is needed and missing; the types are mail, post"],
            id="no type",
        ),
        pytest.param(
            '[channels.mail]\ntype = "post"\nurl = "u"\n',
            ["hexmon.toml:2: channels.mail.type: the channel 'mail' is always of the type mail; give it another name"],
            id="mail is always mail",
        ),
        pytest.param(
            '[channels.ops]\ntype = "post"\n',
            ["hexmon.toml:1: channels.ops.url: is needed and missing"],
            id="an option that is needed",
        ),
        pytest.param(
            '[channels.ops]\ntype = "post"\nurl = "u"\ntokn = "geheim"\n',
            ["hexmon.toml:4: channels.ops.tokn: unknown option of a channel of the type post; did you mean token?"],
            id="a misspelt option",
        ),
        pytest.param(
            '[channels.ops]\ntype = "post"\nurl = "u"\nattempt = 5\n',
            [
                (
                    "hexmon.toml:4: channels.ops.attempt: unknown option of a channel of the type post; "
                    "did you mean attempts?"
                )
            ],
            id="a misspelt option of every channel",
        ),
        pytest.param(
            '[channels.ops]\ntype = "post"\nurl = 7\nurls = "a"\ndeep = "maybe"\npause = "0s"\n',
            [
                "hexmon.toml:3: channels.ops.url: a text in quotes is needed",
                'hexmon.toml:4: channels.ops.urls: a list is needed, such as ["...", "..."]',
                "hexmon.toml:6: channels.ops.pause: must be above 0",
                "hexmon.toml:5: channels.ops.deep: true or false is needed",
            ],
            id="wrong kinds of values, all at once",
        ),
        pytest.param(
            '[channels.ops]\ntype = "post"\nurl = "u"\nrate = "many"\nattempts = 0\n',
            [
                (
                    'hexmon.toml:4: channels.ops.rate: \'many\' is not a rate such as "30/1m", "5/s", '
                    "or a number for each minute"
                ),
                "hexmon.toml:5: channels.ops.attempts: must be above 0",
            ],
            id="a rate that is none",
        ),
        pytest.param(
            '[channels."a b"]\ntype = "post"\nurl = "u"\n[channels.mail]\nprot = 1\n',
            [
                (
                    "hexmon.toml: channels.a b: 'a b' cannot be the name of a channel; "
                    "letters, digits and . _ - make a name"
                ),
                "hexmon.toml:5: channels.mail.prot: unknown option of a channel of the type mail; did you mean port?",
            ],
            id="mistakes of several channels",
        ),
    ],
)
def test_mistakes_name_what_was_probably_meant(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


def test_no_mistake_repeats_a_secret() -> None:
    said = "\n".join(mistakes('[channels.ops]\ntype = "post"\nurl = "https://bad.example.test/hook/abc123"\n'))
    assert "abc123" not in said
    assert "channels.ops" in said


def test_no_dump_shows_a_secret() -> None:
    channel = read('[channels.ops]\ntype = "post"\nurl = "https://x.test/abc"\ntoken = "geheim"\n')["ops"]
    assert shown(channel.options) == {"url": "***", "token": "***", "urls": [], "pause": 60.0, "deep": False}
    assert shown({"channels": {"ops": {"token": "geheim", "rate": 1}}}) == {
        "channels": {"ops": {"token": "***", "rate": 1}}
    }


@pytest.mark.parametrize(
    ("text", "rate"),
    [("30/1m", (30, 60.0)), ("30/m", (30, 60.0)), ("5 / 10s", (5, 10.0)), ("12", (12, 60.0)), ("0", (0, 60.0))],
)
def test_rates(text: str, rate: tuple[int, float]) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "-1", "5/", "/m", "5/0s", "1.5/m", "5/1y"])
def test_rates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        parse_rate(text)


def test_secrets_come_from_files_and_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim\nsecond line\n")
    (tmp_path / "urls").write_text("mailto://a\n\nmailto://b\n")
    path = tmp_path / "hexmon.toml"
    path.write_text(
        '[channels.ops]\ntype = "post"\nurl = "https://x.test/${HOOK}"\ntoken_file = "token"\n'
        f'urls_file = "{tmp_path}/urls"\n'
    )
    configuration = read_configuration(str(path), {"HOOK": "abc", "HEXMON_CHANNELS__OPS__RATE": "9"})
    channel = channels_of(configuration, NOTIFIERS)["ops"]
    assert channel.options == PostOptions(url="https://x.test/abc", token=WORD, urls=("mailto://a", "mailto://b"))
    assert channel.rate == 9
    assert "geheim" not in repr(configuration.settings)


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text('[channels.ops]\ntype = "post"\ntoken_file = "none"\n')
    with pytest.raises(ConfigError, match=f"token_file: {tmp_path}/none cannot be read: No such file"):
        read_configuration(str(path), {})


def test_a_channel_that_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text("[channels]\nops = 5\n")
    with pytest.raises(ConfigError, match=r"hexmon\.toml:2: channels\.ops: a table is needed"):
        read_configuration(str(path), {})


def test_every_mistake_of_the_file_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "hexmon.toml"
    path.write_text('[channels.ops]\ntype = "post"\n# a comment\nurl = 5\n')
    with pytest.raises(ConfigError) as caught:
        channels_of(read_configuration(str(path), {}), NOTIFIERS)
    assert str(caught.value) == f"{path}:4: channels.ops.url: a text in quotes is needed"
