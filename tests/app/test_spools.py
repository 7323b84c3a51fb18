"""Every server has a folder of its own for what waits for it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.app.spools import refuse_twins, spool_folder
from hexmon.ingest.addresses import parse_address

NAMES = [
    "a",
    "a:1985",
    "tls://a",
    "http://a/x",
    "https://a/x",
    "https://a/x_y",
    "https://a/x/y",
    "https://a/../..",
    "::1",
]


def test_no_two_servers_share_a_folder() -> None:
    folders = [spool_folder(parse_address(text)) for text in NAMES]
    assert len(set(folders)) == len(NAMES)
    assert folders[0].startswith("a_1984-")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=300))
def test_no_address_leads_out_of_the_folder(path: str) -> None:
    try:
        folder = spool_folder(parse_address(f"https://a/{path}"))
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", folder)
    assert folder.strip(".")


def test_the_password_is_no_part_of_a_name() -> None:
    folder = spool_folder(parse_address("https://me:secret@a/x"))
    assert folder == spool_folder(parse_address("https://a/x"))


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        pytest.param(["a", "a:1984"], "a:1984", id="once with its port"),
        pytest.param(["https://a", "https://me:secret@a/xymon-msg"], "https://a/xymon-msg", id="once with a password"),
    ],
)
def test_a_server_that_is_named_twice_is_refused(servers: list[str], named: str) -> None:
    with pytest.raises(ValueError, match="named twice") as caught:
        refuse_twins(servers)
    assert str(caught.value) == f"{named} is named twice"


def test_different_servers_are_not() -> None:
    refuse_twins(NAMES)
