"""When files are read again."""

from pathlib import Path

from hexmon.app.settings import Configuration, Files, Probing, Settings
from hexmon.app.sources import Sources


def sources(folder: Path) -> Sources:
    return Sources(Configuration(settings=Settings(), folder=folder, path=None))


def test_a_file_that_is_being_written_is_left_alone_until_it_rests(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.cfg"
    hosts.write_text("127.0.0.1 www.example.com\n")
    read = sources(tmp_path)
    assert read.load().find("www.example.com")
    assert not read.changed_and_at_rest()
    assert not read.changed_and_at_rest()
    hosts.write_text("")
    assert not read.changed_and_at_rest()
    hosts.write_text("127.0.0.1 db.example.com\n")
    assert not read.changed_and_at_rest()
    assert read.changed_and_at_rest()
    assert read.load().find("db.example.com")
    assert not read.changed_and_at_rest()


def test_a_first_hosts_cfg_and_a_first_protocols_cfg_are_noticed(tmp_path: Path) -> None:
    read = sources(tmp_path)
    read.load()
    assert not read.changed_and_at_rest()
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # webcache\n")
    looks = [read.changed_and_at_rest() for _ in range(2)]
    assert looks == [False, True]
    read.load()
    assert not read.changed()
    (tmp_path / "protocols.cfg").write_text("[webcache]\n   port 3128\n")
    assert read.changed()
    host = read.load().find("www.example.com")
    assert host is not None
    assert [check.key.test for check in host.checks] == ["conn", "webcache"]


def test_the_home_folder_and_the_name_of_contents_column_come_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noconn cont;http://a/;file:words\n")
    (tmp_path / "there").mkdir()
    words = tmp_path / "there" / "words"
    words.write_text("hello")
    settings = Settings(files=Files(home="there"), probing=Probing(content_column="cont"))
    read = Sources(Configuration(settings=settings, folder=tmp_path, path=None))
    host = read.load().find("www.example.com")
    assert host is not None
    [check] = host.checks
    assert (check.column, check.options.expect[0].wanted) == ("cont", "hello")
    words.write_text("goodbye")
    assert read.changed()
