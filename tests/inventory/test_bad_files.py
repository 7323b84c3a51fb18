"""Every mistake has its file, its line, what is wrong, and what was probably meant: word for word."""

from pathlib import Path

import pytest

from hexmon.cli import main

FOLDER = Path(__file__).parent / "bad"
FILES = sorted(FOLDER.glob("*.cfg"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_mistakes_of_a_bad_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--hosts", str(path)]) == 1
    assert capsys.readouterr().out == path.with_suffix(".expected").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_mistake_in_a_line_keeps_the_file_from_being_used(path: Path) -> None:
    assert main(["hosts", "--hosts", str(path)]) == 0
