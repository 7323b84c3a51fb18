"""NOTIFIERS, the options and the pages are the same set."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from hexmon.alerts.channels import read_channels
from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.http_options import HttpOptions
from hexmon.alerts.notify.templates import SERVICES
from hexmon.model.origin import ConfigError

DOCS = Path(__file__).resolve().parents[3] / "docs" / "notifiers"
PAGES = {
    "mail": "mail",
    "script": "script",
    "webhook": "webhook",
    "url": "url",
    **{one.name: "templates" for one in SERVICES},
    "alertmanager": "alertmanager",
    "alertmanager-webhook": "alertmanager",
    "apprise": "apprise",
}
LONE: dict[str, dict[str, object]] = {  # what a channel of the type needs at least
    "mail": {},
    "script": {},
    "webhook": {"url": "https://www.test/"},
    "url": {"url": "https://www.test/"},
    "slack": {"url": "https://www.test/"},
    "mattermost": {"url": "https://www.test/"},
    "discord": {"url": "https://www.test/"},
    "teams": {"url": "https://www.test/"},
    "telegram": {"token": "t"},
    "matrix": {"url": "https://www.test/", "token": "t"},
    "ntfy": {},
    "pushover": {"token": "t"},
    "gotify": {"url": "https://www.test/", "token": "t"},
    "pagerduty": {"token": "t"},
    "opsgenie": {"token": "t"},
    "alertmanager": {"urls": ["https://www.test/"]},
    "alertmanager-webhook": {"url": "https://www.test/"},
    "apprise": {"urls": ["json://www.test/"]},
}


def described(page: str) -> str:
    return (DOCS / f"{page}.md").read_text()


def test_every_type_has_a_page_and_every_page_a_type() -> None:
    assert set(PAGES) == set(NOTIFIERS)
    assert set(PAGES.values()) | {"index"} <= {page.stem for page in DOCS.glob("*.md")}
    assert {name for name in NOTIFIERS if f"`{name}`" not in described("index")} == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_option_is_on_its_page(name: str) -> None:
    options = NOTIFIERS[name].options
    assert is_dataclass(options)
    common = {field.name for field in fields(HttpOptions)} if issubclass(options, HttpOptions) else set()
    page = described(PAGES[name])
    assert {field.name for field in fields(options) if f"`{field.name}`" not in page} - common == set()
    assert {name for name in common if f"`{name}`" not in described("index")} == set()


@pytest.mark.parametrize("name", PAGES)
def test_the_least_that_is_needed(name: str) -> None:
    found = read_channels({"one": {"type": name, **LONE[name]}}, "hexmon.toml")["one"]
    assert isinstance(found.options, NOTIFIERS[name].options)
    assert "'t'" not in repr(found)


def wrong() -> Iterator[tuple[str, dict[str, object], str]]:
    for name, lone in LONE.items():
        yield name, {**lone, "nosuch": 1}, "unknown option"
        for key in set(lone) & {"url"}:
            yield name, {**lone, key: "ftp://s3cret.test/"}, "is not a URL"
        for key in lone:
            yield name, {other: value for other, value in lone.items() if other != key}, key
    yield "telegram", {"token": " "}, "must not be empty"
    yield "ntfy", {"priority": 6}, "must be from 1 to 5"
    yield "ntfy", {"token": "t", "username": "u"}, "not both"
    yield "ntfy", {"ca": "relative.pem"}, "must be an absolute path"
    yield "ntfy", {"proxy": "socks://s3cret.test"}, "is not a URL"
    yield "opsgenie", {"token": "t", "priority": "P5"}, "priority"
    yield "url", {**LONE["url"], "zone": "Mars/Base"}, "is not the name of a time zone"
    yield "url", {**LONE["url"], "zone": "/etc"}, "is not the name of a time zone"
    yield "url", {**LONE["url"], "zone": "Europe"}, "is not the name of a time zone"
    yield "alertmanager", {**LONE["alertmanager"], "labels": {"a-b": "c"}}, "is not the name of a label"
    yield "alertmanager", {**LONE["alertmanager"], "hold": "0s"}, "must be above 0"
    yield "webhook", {**LONE["webhook"], "encoding": "TEMPLATE", "body": "{{ nosuch }}"}, "'nosuch' is undefined"
    yield "webhook", {**LONE["webhook"], "encoding": "YAML"}, "encoding"


@pytest.mark.parametrize(("name", "table", "why"), list(wrong()))
def test_mistakes_are_told_without_secrets(name: str, table: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        read_channels({"one": {"type": name, **table}}, "hexmon.toml")
    assert "s3cret" not in str(caught.value)
    assert "channels.one" in str(caught.value)
