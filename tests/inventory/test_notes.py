"""Tags that nobody knows are told, with what they resemble; they are no mistakes."""

import pytest

from hexmon.inventory.notes import told, unknown_tags
from tests.support.inventory import SERVICES, a_file, an_inventory_of

TEXT = """\
    0.0.0.0 .default. # theirs
    127.0.0.1 a # ssh oracle devmon:model(x)
    127.0.0.2 b # devmon:model(y) ?oracle apache9 SMTP
    """


def notes(text: str, *, each: bool = False) -> list[str]:
    return [str(note) for note in told(unknown_tags(a_file(text), SERVICES), each=each)]


def test_every_kind_of_unknown_tag_is_told_once_with_how_many_there_are() -> None:
    assert notes(TEXT) == [
        "hosts.cfg:1: nobody knows the tag 'theirs'; kept for other programs",
        "hosts.cfg:2: nobody knows the tag 'oracle' and 1 more like it; kept for other programs",
        "hosts.cfg:2: nobody knows the tag 'devmon:model(x)' and 1 more like it; kept for other programs",
        "hosts.cfg:3: nobody knows the tag 'apache9'; kept for other programs; did you mean 'apache'?",
    ]


def test_or_each_by_itself() -> None:
    lines = notes(TEXT, each=True)
    assert [line.split("'")[1] for line in lines] == [
        "theirs", "oracle", "devmon:model(x)", "devmon:model(y)", "?oracle", "apache9",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [("sshd", "ssh"), ("downtime-s", "DOWNTIME"), ("depends-on=x", "depends"), ("oracle", ""), ("cpu:95", "")],
)
def test_the_known_word_that_is_nearest_is_named(tag: str, nearest: str) -> None:
    [found] = unknown_tags(a_file(f"127.0.0.1 www # {tag}"), SERVICES)
    assert found.nearest == nearest


def test_they_are_no_mistakes() -> None:
    assert an_inventory_of(TEXT).problems == ()


def test_what_is_one_slip_away_is_a_mistake_and_no_note() -> None:
    text = "127.0.0.1 www # NOCLEER"
    assert notes(text) == []
    assert len(an_inventory_of(text).problems) == 1


def test_tags_of_the_page_sets_of_the_file_are_known() -> None:
    assert notes("custpage x X\n127.0.0.1 www # CUST:x OTHER:x") == [
        "hosts.cfg:2: nobody knows the tag 'OTHER:x'; kept for other programs"
    ]
