"""hosts.cfg and protocols.cfg from disk, and whether they changed."""

import os
from pathlib import Path

import pytest

from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.origin import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hosts.cfg").write_text("include more.cfg\ndirectory d\noptional include later.cfg\n")
    (tmp_path / "more.cfg").write_text("127.0.0.1 www # gopher ssh\n")
    (tmp_path / "d").mkdir()
    return tmp_path


def test_it_reads_hosts_and_services(folder: Path) -> None:
    (folder / "protocols.cfg").write_text("[gopher]\nport 70\nnonsense\n")
    inventory = HostsSource(folder / "hosts.cfg", folder / "protocols.cfg", Defaults(interval=5)).load()
    checks = inventory.hosts["www"].checks
    assert [(check.key.test, check.interval) for check in checks] == [("conn", 5), ("gopher", 5)]
    assert [str(problem.origin) for problem in inventory.problems] == ["protocols.cfg:3"]


def test_without_a_file_of_services_the_shipped_table_counts(folder: Path) -> None:
    inventory = HostsSource(folder / "hosts.cfg").load()
    assert [check.key.test for check in inventory.hosts["www"].checks] == ["conn", "ssh"]
    assert str(inventory.hosts["www"].origin) == "more.cfg:1"


def test_every_load_is_a_new_version(folder: Path) -> None:
    source = HostsSource(folder / "hosts.cfg")
    first, second = source.load(), source.load()
    assert (first.version, second.version) == (1, 2)
    assert first.hosts == second.hosts


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("missing", ["hosts.cfg", "protocols.cfg"])
def test_a_file_that_is_missing_is_refused(folder: Path, missing: str, lenient: bool) -> None:
    (folder / "protocols.cfg").touch()
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match=rf"{missing}: cannot be read: No such file or directory"):
        HostsSource(folder / "hosts.cfg", folder / "protocols.cfg").load(lenient=lenient)


def touch(path: Path) -> None:
    path.write_text("127.0.0.2 other\n")


@pytest.mark.parametrize("name", ["hosts.cfg", "more.cfg", "d/new", "later.cfg"])
def test_a_change_of_any_file_that_matters_is_seen(folder: Path, name: str) -> None:
    source = HostsSource(folder / "hosts.cfg")
    assert not source.changed()
    source.load()
    assert not source.changed()
    touch(folder / name)
    assert source.changed()
    source.load()
    assert not source.changed()


def test_a_file_that_goes_away_is_seen(folder: Path) -> None:
    source = HostsSource(folder / "hosts.cfg")
    source.load()
    (folder / "more.cfg").unlink()
    assert source.changed()
    with pytest.raises(ConfigError, match=r"hosts.cfg:1: the file more.cfg does not exist"):
        source.load()
    assert not source.changed()
    touch(folder / "more.cfg")
    assert source.changed()


def test_at_the_start_an_include_may_be_missing(folder: Path) -> None:
    (folder / "more.cfg").unlink()
    inventory = HostsSource(folder / "hosts.cfg").load(lenient=True)
    assert [problem.message for problem in inventory.problems] == ["the file more.cfg does not exist"]


def test_a_file_that_is_replaced_by_one_of_the_same_size_and_time_is_seen(folder: Path) -> None:
    source = HostsSource(folder / "hosts.cfg")
    source.load()
    old, new = folder / "more.cfg", folder / "new.cfg"
    new.write_text(old.read_text().replace("127.0.0.1", "127.0.0.9"))
    stat = old.stat()
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.replace(old)
    assert source.changed()


def test_notes_name_the_tags_without_effect(folder: Path) -> None:
    assert [(str(note.origin), note.tag) for note in HostsSource(folder / "hosts.cfg").notes()] == [
        ("more.cfg:1", "gopher")
    ]


@pytest.mark.parametrize("name", ["soap.xml", "words", "content/www.substring", "certs/me.pem", "etc/netrc"])
def test_a_change_of_a_file_that_a_tag_names_is_seen(folder: Path, name: str) -> None:
    home = folder / "home"
    for part in ("content", "certs", "etc"):
        (home / part).mkdir(parents=True)
    (folder / "more.cfg").write_text(
        "127.0.0.1 www # soap;http://a/;file:soap.xml;file:words content=http://b/ https://CERT:me.pem@c/\n"
    )
    source = HostsSource(folder / "hosts.cfg", defaults=Defaults(home=str(home)))
    assert len(source.load().problems) == 4
    assert not source.changed()
    (home / name).write_text("new")
    assert source.changed()
    checks = source.load().hosts["www"].checks
    assert not source.changed()
    assert "new" in repr(checks) or name in repr(checks)


def test_without_a_home_the_folder_of_the_hosts_file_counts(folder: Path) -> None:
    (folder / "more.cfg").write_text("127.0.0.1 www # noconn cont;http://a/;file:words\n")
    (folder / "words").write_text("hello\n")
    [check] = HostsSource(folder / "hosts.cfg").load().hosts["www"].checks
    assert check.options.expect[0].wanted == "hello"
