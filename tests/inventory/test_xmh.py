"""XMH items."""

import pytest

from hexmon.inventory.xmh import XMH_NAMES, xmh_value
from hexmon.inventory.xymon_tags import FLAGS, FLAGS_WITH_VALUE, VALUES
from tests.support.inventory import an_inventory_of

INVENTORY = an_inventory_of("""\
    127.0.0.9 bare
    page USA United States
    subpage NY New York
    group G
    127.0.0.8 first
    127.0.0.1 www # CLIENT:web "DESCR:a | b" DOC:http://127.0.0.1/%s noclear multihomed pulldata x\\y
    page other Other
    127.0.0.1 www
    """)


@pytest.mark.parametrize(
    ("name", "www", "bare"),
    [
        ("XMH_IP", "127.0.0.1", "127.0.0.9"),
        ("BBH_IP", "127.0.0.1", "127.0.0.9"),
        ("IP", "127.0.0.1", "127.0.0.9"),
        ("XMH_HOSTNAME", "www", "bare"),
        ("XMH_CLIENTALIAS", "web", "bare"),
        ("XMH_DISPLAYNAME", None, None),
        ("XMH_DESCRIPTION", "a | b", None),
        ("XMH_DOCURL", "http://127.0.0.1/www", None),
        ("XMH_FLAG_NOCLEAR", "NOCLEAR", None),
        ("XMH_FLAG_MULTIHOMED", "MULTIHOMED", None),
        ("XMH_MULTIHOMED", "", None),
        ("XMH_PULLDATA", "PULLDATA", None),
        ("XMH_PAGENAME", "NY", ""),
        ("XMH_PAGEPATH", "USA/NY", ""),
        ("XMH_PAGETITLE", "New York", "Top Page"),
        ("XMH_PAGEPATHTITLE", "United States/New York", "Top Page"),
        ("XMH_ALLPAGEPATHS", "USA/NY,other", ""),
        ("XMH_PAGEINDEX", "1", "0"),
        ("XMH_GROUPID", "1", "0"),
        ("XMH_DGNAME", "G", "NONE"),
        ("XMH_RAW", "CLIENT:web|DESCR:a \\p b|DOC:http://127.0.0.1/%s|noclear|multihomed|pulldata|x\\\\y", ""),
        ("XMH_NOSUCH", None, None),
    ],
)
def test_values(name: str, www: str | None, bare: str | None) -> None:
    assert xmh_value(INVENTORY.hosts["www"], INVENTORY, name) == www
    assert xmh_value(INVENTORY.hosts["bare"], INVENTORY, name) == bare


def test_a_page_that_is_named_again_gives_its_new_title_to_the_hosts_that_follow() -> None:
    inventory = an_inventory_of("""\
        page p First
        127.0.0.1 a
        page q Other
        page p Second
        127.0.0.2 b
        subpage s Below
        127.0.0.3 c
        subparent p t Beside
        127.0.0.4 d
        """)
    titles = {name: xmh_value(host, inventory, "XMH_PAGEPATHTITLE") for name, host in inventory.hosts.items()}
    assert titles == {"a": "First", "b": "Second", "c": "Second/Below", "d": "First/Beside"}
    assert xmh_value(inventory.hosts["b"], inventory, "XMH_PAGETITLE") == "Second"
    assert inventory.pages["p"].title == "First"


def test_every_item_that_a_tag_sets_has_a_name() -> None:
    items = {*VALUES.values(), *FLAGS.values(), *FLAGS_WITH_VALUE.values()} - {"LARRD", "SLA"}
    assert {f"XMH_{item}" for item in items} <= set(XMH_NAMES)
