"""The page about hosts.cfg names every word that is understood."""

import re
from pathlib import Path

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.hosts_cfg import DIRECTIVES
from hexmon.inventory.web_options import OPTIONS
from hexmon.inventory.xymon_tags import FLAGS, FLAGS_WITH_VALUE, VALUES

PAGE = (Path(__file__).parents[2] / "docs" / "hosts.cfg.md").read_text().lower()


def test_every_directive_is_described() -> None:
    assert [word for word in DIRECTIVES if not re.search(rf"`{word}[` ]", PAGE)] == []


def test_every_tag_is_described() -> None:
    words = [word.lower() for word in (*VALUES, *FLAGS, *FLAGS_WITH_VALUE)]
    assert [word for word in words if not re.search(rf"`{re.escape(word)}", PAGE)] == []


def test_every_test_of_a_family_is_described() -> None:
    words = [word for family in FAMILIES for word in family.words]
    assert [word for word in words if not re.search(rf'`"?{word}\b', PAGE)] == []


def test_every_option_of_web_is_described() -> None:
    assert [word for word in OPTIONS if not re.search(rf"`{word}[`=!]", PAGE)] == []
