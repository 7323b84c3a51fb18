"""The secret of the links, what a link does to the board, and what is deleted when it is old."""

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hexmon.app.link_key import read_or_make_key
from hexmon.app.links import acknowledge
from hexmon.app.parts import Parts
from hexmon.app.serve import _prune
from hexmon.app.settings import Settings, Store
from hexmon.board.store import MemoryJournal
from hexmon.model.color import Color
from hexmon.model.origin import ConfigError
from tests.support.builders import HOST, KEY, a_board, a_report
from tests.support.clock import FakeClock


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


@pytest.mark.parametrize(
    ("store", "history", "log"),
    [
        pytest.param(Store(), [], [-90.0], id="unless said otherwise: the log for 90 days"),
        pytest.param(Store(history_days=400, notification_days=7), [-400.0], [-7.0], id="as set"),
        pytest.param(Store(notification_days=0), [], [], id="both for ever"),
    ],
)
def test_old_things_are_deleted_as_the_settings_say(store: Store, history: list[float], log: list[float]) -> None:
    pruned: dict[str, list[float]] = {"history": [], "log": []}
    storage = SimpleNamespace(prune_history=pruned["history"].append, prune_notifications=pruned["log"].append)
    configuration = SimpleNamespace(settings=Settings(store=store))
    clock = FakeClock(0.0)
    _prune(cast("Parts", SimpleNamespace(configuration=configuration, clock=clock, storage=storage)))
    assert {name: [one / 86_400 for one in moments] for name, moments in pruned.items()} == {
        "history": history,
        "log": log,
    }


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
