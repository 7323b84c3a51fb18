"""The secret of the links: made once, for us alone; and what a link does to the board."""

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hexmon.app.links import acknowledge, read_or_make_key
from hexmon.app.parts import Parts
from hexmon.board.store import MemoryJournal
from hexmon.model.color import Color
from hexmon.model.origin import ConfigError
from tests.support.builders import HOST, KEY, a_board, a_report


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "link.key"
    key = read_or_make_key(path)
    assert len(key) == 32
    assert read_or_make_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert read_or_make_key(tmp_path / "other.key") != key


@pytest.mark.parametrize("text", ["", "00" * 16, "no key", "é"])
def test_a_damaged_key_is_named_with_its_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "link.key"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_or_make_key(path)
    assert str(path) in str(caught.value.problems[0])
    assert "remove it to get a new one" in str(caught.value.problems[0])


async def test_an_acknowledgement_is_filed_with_its_words_and_unknown_cookies_do_nothing() -> None:
    journal = MemoryJournal()
    board = a_board(journal=journal)
    board.report(a_report(Color.RED))
    board.report(a_report(Color.RED, test="cpu"))
    parts = cast("Parts", SimpleNamespace(board=board, storage=SimpleNamespace(journal=journal)))
    status = board.status(KEY)
    assert status is not None
    assert status.cookie is not None
    assert await acknowledge(parts, status.cookie.number, 3600.0, "on it\nAcked by: me (link)", False)
    assert not await acknowledge(parts, -1, 3600.0, "x", True)
    known = {one.key.test: one.acknowledged for one in board.squares(HOST) if one.acknowledged is not None}
    assert set(known) == {"http"}
    assert known["http"].text == b"on it\nAcked by: me (link)"
    assert await acknowledge(parts, status.cookie.number, 3600.0, "all", True)
    assert all(one.acknowledged is not None for one in board.squares(HOST) if one.color is Color.RED)
