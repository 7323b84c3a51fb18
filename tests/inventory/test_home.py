"""The folder of the files that tags name."""

import os
from pathlib import Path

import pytest

from hexmon.inventory.home import LONGEST, HomeFolder


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path, user: Path) -> Path:
    assert user.is_dir()
    home = tmp_path / "home"
    (home / "etc").mkdir(parents=True)
    return home


def test_files_are_read_from_the_folder_or_where_they_say(folder: Path, user: Path) -> None:
    for place in (folder / "etc" / "x", user / "x", folder.parent / "x"):
        place.write_text(place.parent.name)
    home = HomeFolder(folder)
    names = ("etc/x", "~/x", str(folder.parent / "x"))
    assert [home.read(name).decode() for name in names] == ["etc", "user", folder.parent.name]
    assert home.locate("etc/x") == str(folder / "etc" / "x")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("none", "No such file or directory", id="missing"),
        pytest.param("etc", "this is not a file", id="a folder"),
        pytest.param("/dev/zero", "this is not a file", id="a device"),
        pytest.param("pipe", "this is not a file", id="a pipe"),
        pytest.param("large", f"more than {LONGEST} bytes", id="too large"),
        pytest.param("a\0b", "this is not a name", id="a NUL"),
        pytest.param("~nobody-of-that-name/x", "No such file or directory", id="no such user"),
    ],
)
def test_what_cannot_be_read_says_why(folder: Path, name: str, error: str) -> None:
    os.mkfifo(folder / "pipe")
    with (folder / "large").open("wb") as file:
        file.truncate(LONGEST + 1)
    home = HomeFolder(folder)
    for _ in range(2):  # the second time from memory
        with pytest.raises(OSError, match=error):
            home.read(name)


@pytest.mark.parametrize("name", ["none", "a\0b", "pipe", "etc"])
def test_a_file_that_is_not_there_has_no_place(folder: Path, name: str) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(OSError, match=r"."):
        HomeFolder(folder).locate(name)


def test_credentials_of_the_folder_go_before_those_of_the_user(folder: Path, user: Path) -> None:
    assert HomeFolder(folder).netrc == ""
    (user / ".netrc").touch()
    assert HomeFolder(folder).netrc == str(user / ".netrc")
    (folder / "etc" / "netrc").touch()
    assert HomeFolder(folder).netrc == str(folder / "etc" / "netrc")


def test_cookies(folder: Path) -> None:
    assert HomeFolder(folder).cookies == ""
    (folder / "etc" / "cookies").touch()
    assert HomeFolder(folder).cookies == str(folder / "etc" / "cookies")


def test_every_path_is_told_before_it_is_looked_at(folder: Path, user: Path) -> None:
    told: list[Path] = []
    home = HomeFolder(folder, told.append)
    (folder / "x").touch()
    home.read("x")
    home.read("x")
    home.locate("x")
    assert told == [
        folder / "etc" / "netrc", user / ".netrc", folder / "etc" / "cookies", folder / "x", folder / "x",
    ]  # fmt: skip
