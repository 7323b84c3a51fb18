"""Where rules come from: the file, what it includes, and whether it changed."""

from pathlib import Path

import pytest

from hexmon.alerts.alerts_cfg import AlertDefaults
from hexmon.alerts.rules import NO_RULES, Constant
from hexmon.alerts.source import AlertsSource, merge
from hexmon.model.origin import ConfigError, Origin
from tests.support.alert_rules import book_of


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_and_what_it_includes(tmp_path: Path) -> None:
    path = write(tmp_path / "alerts.cfg", "HOST=*\ninclude more.cfg\ndirectory d\noptional include none.cfg\nMAIL z\n")
    write(tmp_path / "more.cfg", "MAIL a FROM\n")
    write(tmp_path / "d" / "b", "MAIL b\n")
    book = AlertsSource(path, AlertDefaults(repeat=60.0)).load()
    (rule,) = book.rules
    assert [one.address for one in rule.recipients] == ["a", "FROM", "b", "z"]
    # The line of an include that is not there counts, those of includes that are do not.
    assert [one.line for one in rule.recipients] == [2, 2, 3, 5]
    assert rule.recipients[0].pacing == Constant(60.0)
    assert rule.origin == Origin("alerts.cfg", 1)
    assert book.problems == ()


def test_no_file_no_rules(tmp_path: Path) -> None:
    assert AlertsSource(None).load() == NO_RULES
    source = AlertsSource(tmp_path / "alerts.cfg")
    assert source.load() == NO_RULES
    assert not source.changed()
    write(tmp_path / "alerts.cfg", "HOST=* MAIL a\n")
    assert source.changed()
    assert len(source.load().rules) == 1
    assert not source.changed()


def test_a_file_that_somebody_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"alerts\.cfg: cannot be read: No such file"):
        AlertsSource(tmp_path / "alerts.cfg", required=True).load(lenient=True)


def test_an_include_that_cannot_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "alerts.cfg", "HOST=*\ninclude none.cfg\ndirectory nod\nMAIL a\n")
    source = AlertsSource(path)
    with pytest.raises(ConfigError, match=r"alerts\.cfg:2: the file none\.cfg does not exist"):
        source.load()
    assert not source.changed()
    book = source.load(lenient=True)
    assert [one.line for one in book.rules[0].recipients] == [4]
    assert [str(one).partition(";")[0] for one in book.problems] == [
        "alerts.cfg:2: the file none.cfg does not exist",
        "alerts.cfg:3: the directory nod does not exist",
    ]
    write(tmp_path / "none.cfg", "")
    assert source.changed()


def test_every_file_is_watched(tmp_path: Path) -> None:
    path = write(tmp_path / "alerts.cfg", "include more.cfg\ndirectory d\nHOST=* MAIL a\n")
    write(tmp_path / "more.cfg", "")
    write(tmp_path / "d" / "one", "")
    source = AlertsSource(path)
    source.load()
    for change in (tmp_path / "more.cfg", tmp_path / "d" / "one", tmp_path / "d" / "two"):
        before = source.signatures()
        write(change, "# another\n")
        assert source.changed()
        assert source.signatures() != before
        source.load()
        assert not source.changed()


def test_mistakes_do_not_keep_the_rules_from_being_used(tmp_path: Path) -> None:
    path = write(tmp_path / "alerts.cfg", "HSOT=x\nHOST=* MAIL a\n")
    book = AlertsSource(path).load()
    assert [str(one) for one in book.problems] == [
        "alerts.cfg:1: nobody knows 'HSOT=x'; it is left out; did you mean HOST=?"
    ]
    assert len(book.rules) == 1


def test_books_are_joined_in_their_order() -> None:
    one, other = book_of("HOST=a MAIL a\nBOGUS"), book_of("HOST=b MAIL b\nHOST=c")
    both = merge([one, other])
    assert [rule.text for rule in both.rules] == ["HOST=a MAIL a", "HOST=b MAIL b", "HOST=c"]
    assert len(both.problems) == 2
    assert merge([]) == NO_RULES
