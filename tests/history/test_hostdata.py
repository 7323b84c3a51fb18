"""The files of client data: Xymon's layout, whole files, and never anything outside the folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.history.hostdata import HostDataFiles, NameRefusedError, folder_name
from hexmon.history.settings import HostDataSettings
from hexmon.model.client import together
from hexmon.model.color import Color
from tests.support.client_rules import a_client_message

HOST = "www.example.com"


@pytest.fixture
def files(tmp_path: Path) -> HostDataFiles:
    return HostDataFiles(tmp_path / "hostdata")


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_a_file_for_each_host_and_moment(files: HostDataFiles) -> None:
    files.save(HOST, 1795161600, [b"one ", b"two"])
    files.save(HOST, 1795161900, [b"three"])
    assert below(files.folder) == {f"{HOST}/1795161600", f"{HOST}/1795161900"}
    assert files.moments(HOST) == [1795161900, 1795161600]
    assert files.read(HOST, 1795161600) == b"one two"
    assert files.read(HOST, 1) is None


def test_files_of_xymon_are_read(files: HostDataFiles) -> None:
    (files.folder / HOST).mkdir(parents=True)
    (files.folder / HOST / "1234567890").write_bytes(b"\n[collector:]\nclient www,example,com.linux linux\n")
    (files.folder / HOST / "README").write_text("not ours")
    (files.folder / HOST / "0012").write_text("not ours")
    assert files.moments(HOST) == [1234567890]
    assert (files.read(HOST, 1234567890) or b"").startswith(b"\n[collector:]\n")


def test_nothing_of_a_host_that_is_not_there(files: HostDataFiles) -> None:
    assert list(files.moments(HOST)) == []
    assert files.read(HOST, 1) is None
    files.drop(HOST)
    files.rename(HOST, "other.example.com")
    assert files.prune(1e12) == 0
    assert files.free_percent() > 0


def test_all_collectors_in_one_file() -> None:
    messages = [a_client_message("[a]\n1\n"), a_client_message("[b]\n2\n", collector="mqcollect")]
    text = b"".join(together(messages))
    assert text.startswith(b"\n[collector:]\nclient www,example,com.linux linux\n[date]\n")
    assert b"\n[collector:mqcollect]\nclient " in text


def test_drop_takes_what_is_ours(files: HostDataFiles) -> None:
    files.save(HOST, 1, [b"x"])
    files.save("db.example.com", 1, [b"x"])
    (files.folder / HOST / ".saving-2").write_bytes(b"half")
    files.drop(HOST)
    assert sorted(path.name for path in files.folder.iterdir()) == ["db.example.com"]
    (files.folder / "db.example.com" / "notes.txt").write_text("of the administrator")
    files.drop("db.example.com")
    assert below(files.folder) == {"db.example.com/notes.txt"}


def test_rename_moves_and_overwrites_nothing(files: HostDataFiles) -> None:
    files.save("old", 1, [b"old 1"])
    files.save("old", 2, [b"old 2"])
    files.save("new", 2, [b"new 2"])
    files.rename("old", "new")
    assert below(files.folder) == {"new/1", "new/2"}
    assert (files.read("new", 1), files.read("new", 2)) == (b"old 1", b"new 2")
    assert not (files.folder / "old").exists()


def test_prune_takes_what_is_old(files: HostDataFiles) -> None:
    for host, moment in (("a", 100), ("a", 200), ("b", 100)):
        files.save(host, moment, [b"x"])
    assert files.prune(150) == 2
    assert below(files.folder) == {"a/200"}
    assert not (files.folder / "b").exists()


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../a", "/etc", "a\0b", "a b", "a\nb", "x" * 256, "\u00e9"])
def test_names_that_are_no_plain_name_are_refused(files: HostDataFiles, tmp_path: Path, name: str) -> None:
    files.save(HOST, 1, [b"x"])
    (tmp_path / "1").write_bytes(b"outside")
    before = below(tmp_path)
    attempts: list[Callable[[], object]] = [
        lambda: files.save(name, 1, [b"y"]),
        lambda: files.read(name, 1),
        lambda: files.moments(name),
        lambda: files.drop(name),
        lambda: files.rename(name, "new"),
        lambda: files.rename(HOST, name),
    ]
    for work in attempts:
        with pytest.raises(NameRefusedError):
            work()
    assert below(tmp_path) == before
    assert (tmp_path / "1").read_bytes() == b"outside"


@given(name=st.text() | st.from_regex(r"[./a-z]{0,20}", fullmatch=True))
def test_whatever_passes_is_one_step_down(name: str) -> None:
    try:
        folder_name(name)
    except NameRefusedError:
        return
    assert os.path.normpath(f"/root/{name}") == f"/root/{name}"
    assert name.isprintable()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "outside"
    place.mkdir()
    (place / "1").write_bytes(b"secret")
    yield place
    assert below(place) == {"1"}
    assert (place / "1").read_bytes() == b"secret"


def test_a_link_to_another_folder_is_not_followed(files: HostDataFiles, outside: Path) -> None:
    files.save("b", 5, [b"x"])
    (files.folder / "a").symlink_to(outside)
    attempts: list[Callable[[], object]] = [
        lambda: files.save("a", 1, [b"y"]),
        lambda: files.read("a", 1),
        lambda: files.drop("a"),
        lambda: files.rename("a", "b"),
        lambda: files.rename("b", "a"),
    ]
    for work in attempts:
        with pytest.raises(OSError, match="a"):
            work()
    assert files.prune(1e12) == 1


def test_a_link_to_another_file_is_not_followed(files: HostDataFiles, outside: Path) -> None:
    files.save("a", 5, [b"x"])
    (files.folder / "a" / "1").symlink_to(outside / "1")
    (files.folder / "a" / ".saving-7").symlink_to(outside / "1")
    assert files.moments("a") == [5]
    with pytest.raises(OSError, match="1"):
        files.read("a", 1)
    with pytest.raises(OSError, match="7"):
        files.save("a", 7, [b"y"])
    files.save("a", 1, [b"y"])
    assert files.read("a", 1) == b"y"


def test_a_disk_that_is_away_gets_no_folder(tmp_path: Path) -> None:
    files = HostDataFiles(tmp_path / "away" / "hostdata")
    with pytest.raises(FileNotFoundError):
        files.save(HOST, 1, [b"x"])
    assert list(tmp_path.iterdir()) == []
    assert files.free_percent() == 100.0


def test_what_cannot_be_written_leaves_nothing(files: HostDataFiles) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.save(HOST, 1, broken())
    assert below(files.folder) == set()


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ((), {"cpu", "msgs", "conn"}),
        (("!msgs",), {"cpu", "conn"}),
        (("cpu", "disk"), {"cpu"}),
        (("CPU", "!msgs"), {"cpu"}),
    ],
)
def test_which_columns_count(columns: tuple[str, ...], chosen: set[str]) -> None:
    choice = HostDataSettings(columns=columns).choice()
    assert {test for test in ("cpu", "msgs", "conn") if choice(Color.RED, test)} == chosen
    assert not any(choice(color, test) for color in (Color.GREEN, Color.BLUE) for test in chosen)


def test_others_may_not_read_it(files: HostDataFiles) -> None:
    """Command lines have passwords."""
    files.save(HOST, 1795161600, [b"one"])
    files.rename(HOST, "other.example.com")
    places = [files.folder, *files.folder.rglob("*")]
    assert len(places) == 3
    assert [place for place in places if place.stat().st_mode & 0o007] == []
