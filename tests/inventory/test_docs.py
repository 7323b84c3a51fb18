"""The page about hosts.cfg names every word that is understood."""

import re
from pathlib import Path

from hexmon.board import fields
from hexmon.inventory.hosts_cfg import DIRECTIVES
from hexmon.inventory.xmh import XMH_NAMES
from hexmon.inventory.xymon_tags import FLAGS, FLAGS_WITH_VALUE, VALUES

PAGE = (Path(__file__).parents[2] / "docs" / "hosts.cfg.md").read_text().lower()


def test_every_directive_is_described() -> None:
    assert [word for word in DIRECTIVES if not re.search(rf"`{word}[` ]", PAGE)] == []


def test_every_tag_is_described() -> None:
    words = [word.lower() for word in (*VALUES, *FLAGS, *FLAGS_WITH_VALUE)]
    assert [word for word in words if not re.search(rf"`{re.escape(word)}", PAGE)] == []


def test_the_board_asks_for_the_items_that_the_inventory_has() -> None:
    assert {f"XMH_{name}" for name in fields.XMH_NAMES} - {"XMH_DATA"} == set(XMH_NAMES)
