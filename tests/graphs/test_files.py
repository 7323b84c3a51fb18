"""RRD files: made, taken over, given more room, refused; librrd and the real rrdtool read them."""

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexmon.graphs import librrd
from hexmon.graphs.definitions import USUAL
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.places import NameRefusedError
from hexmon.graphs.schema import Archive, DataSource, Layout, Update
from tests.support.rrd import START, definition, made, rrdtool, update
from tests.support.tiny_disk import on_a_tiny_disk

MINE = Layout(300, (Archive("AVERAGE", 1, 100), Archive("MAX", 6, 50)))


def write(files: RrdFiles, *updates: Update) -> Path:
    path = files.place("www", updates[0].file)
    files.write(path, updates)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_new_file_is_as_xymon_makes_it(tmp_path: Path) -> None:
    path = write(RrdFiles(tmp_path / "ours"), update(la="5", file="la.rrd"))
    archives = [f"RRA:AVERAGE:0.5:{one.steps}:{one.rows}" for one in USUAL]
    theirs = made(tmp_path / "la.rrd", "DS:la:GAUGE:600:U:U", *archives)
    assert definition(rrdtool("info", str(path))) == definition(rrdtool("info", str(theirs)))
    assert librrd.info(path)["last_update"] == START


def test_several_figures_are_one_update_and_all_of_them_arrive(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    path = write(files, *(update(START + 300 * number, la=str(number)) for number in range(10)))
    found = librrd.fetch(path, "AVERAGE", START, START + 2400)
    assert [row[0] for row in found.rows][:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert files.counts == {"created": 1, "written": 10}


def test_an_existing_file_is_taken_over_whatever_its_order_step_and_sources(tmp_path: Path) -> None:
    theirs = made(
        tmp_path / "www" / "vmstat.rrd",
        *("DS:old:GAUGE:600:0:U", "DS:c_in:COUNTER:600:0:U", "DS:load:GAUGE:600:0:U", "RRA:AVERAGE:0.5:1:50"),
        step=60,
    )
    before = definition(rrdtool("info", str(theirs)))
    files = RrdFiles(tmp_path)
    write(files, update(file="vmstat.rrd", load="1.5", newer="3", c_in="77.9"))
    assert rrdtool("lastupdate", str(theirs)).split() == ["old", "c_in", "load", f"{START}:", "U", "77", "1.5"]
    assert definition(rrdtool("info", str(theirs))) == before
    assert files.counts == {"written": 1, "left out": 1}


def test_figures_that_are_not_later_are_left_out_and_counted(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    path = write(files, update(START, la="1"), update(START + 0.9, la="2"), update(START - 5, la="3"))
    write(files, update(START + 1, la="4"), update(START + 1, la="5"))
    assert librrd.info(path)["ds[la].last_ds"] == "4"
    assert files.counts == {"created": 1, "written": 2, "past": 3}
    assert files.wound_back < 0


def test_that_the_clock_was_set_back_is_seen(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    write(files, update(START + 7200, la="1"), update(START, la="2"))
    assert files.wound_back == START


def test_fewer_values_than_sources_are_unknown(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    one = update(la="1", lb="2")
    path = write(files, replace(one, values=("1",)))
    assert librrd.info(path)["ds[lb].last_ds"] == "U"


def test_another_program_may_replace_or_remove_a_file(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    path = write(files, update(la="1"))
    path.unlink()
    write(files, update(START + 300, la="2"))
    path.unlink()
    made(path, "DS:other:GAUGE:600:0:U", "DS:la:GAUGE:600:0:U", "RRA:AVERAGE:0.5:1:50")
    write(files, update(START + 600, la="3"))
    assert librrd.info(path)["ds[la].last_ds"] == "3"


# -- more room ----------------------------------------------------------------------------------------------------

ARCHIVES = ("RRA:AVERAGE:0.5:1:40", "RRA:MIN:0.5:1:40", "RRA:AVERAGE:0.5:5:30", "RRA:MAX:0.5:5:30")


def filled(path: Path, count: int = 100) -> int:
    """A file with wrapped archives, gaps and a half-full step; the moment of its last update."""
    made(path, "DS:c_b:COUNTER:600:0:U", "DS:g:GAUGE:600:U:U", *ARCHIVES)
    at = START
    for number in range(count):
        at += 299 if number % 7 else 1501
        librrd.update(path, ["c_b", "g"], [f"{at}:{number * 1000}:{'U' if number % 5 == 0 else number / 3}"])
    return at


def test_a_file_gets_sources_and_rows_and_keeps_every_figure(tmp_path: Path) -> None:
    path = tmp_path / "www" / "sw.rrd"
    last = filled(path)
    series = [("AVERAGE", 300, 40), ("MIN", 300, 40), ("AVERAGE", 1500, 30), ("MAX", 1500, 30)]

    def figures() -> list[object]:
        found: list[object] = []
        for function, step, rows in series:
            end = last // step * step
            one = librrd.fetch(path, function, end - rows * step, end, step)
            places = [one.names.index(name) for name in ("c_b", "g")]
            found.append((one.start, one.end, one.step, [tuple(row[place] for place in places) for row in one.rows]))
        return found

    before, state = figures(), librrd.info(path)
    wanted = (Archive("AVERAGE", 1, 90), Archive("MIN", 1, 20), Archive("MAX", 5, 31), Archive("LAST", 1, 10))
    layout = Layout(300, wanted)
    path.chmod(0o640)
    files = RrdFiles(tmp_path)
    files.write(path, [update(last, "sw.rrd", layout, c_a="1", c_b="2", g="3")])
    assert files.counts == {"migrated": 1, "past": 1}
    assert path.stat().st_mode & 0o777 == 0o640
    after = librrd.info(path)
    kept = [("AVERAGE", 1, 90), ("MIN", 1, 40), ("AVERAGE", 5, 30), ("MAX", 5, 31), ("LAST", 1, 10)]
    assert [
        (after[f"rra[{number}].cf"], after[f"rra[{number}].pdp_per_row"], after[f"rra[{number}].rows"])
        for number in range(5)
    ] == kept
    assert [after[f"ds[{name}].index"] for name in ("c_a", "c_b", "g")] == [0, 1, 2]
    assert figures() == before
    prepared = [f"ds[{name}].{what}" for name in ("c_b", "g") for what in ("last_ds", "value", "unknown_sec")]
    assert {name: after[name] for name in prepared} == {name: state[name] for name in prepared}
    assert names_in(path.parent) == ["sw.rrd"]
    rrdtool("dump", str(path), str(tmp_path / "xml"))
    files.write(path, [update(last + 600, "sw.rrd", layout, c_a="1", c_b="2", g="3")])
    assert files.counts["migrated"] == 1


def test_what_was_known_of_the_step_that_is_not_over_moves_too(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "x.rrd" for folder in ("one", "two")]
    last = 0
    for path in paths:
        last = filled(path)
    files = RrdFiles(tmp_path)
    layout = Layout(300, (Archive("AVERAGE", 1, 60),))
    one = update(last + 200, "x.rrd", layout, g="9", c_b="200000", c_new="1")
    files.write(paths[0], [one])
    librrd.update(paths[1], ["g", "c_b"], [f"{last + 200}:9:200000"])
    for function, step in (("AVERAGE", 300), ("MIN", 300), ("AVERAGE", 1500), ("MAX", 1500)):
        grown, plain = (librrd.fetch(path, function, last - 9000, last + 200, step) for path in paths)
        order = [grown.names.index(name) for name in plain.names]
        assert [tuple(row[place] for place in order) for row in grown.rows] == list(plain.rows)


def test_fewer_sources_and_rows_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "www" / "sw.rrd"
    last = filled(path)
    files = RrdFiles(tmp_path)
    before = definition(rrdtool("info", str(path)))
    files.write(path, [update(last + 300, "sw.rrd", Layout(300, (Archive("MAX", 5, 10),)), g="3")])
    assert definition(rrdtool("info", str(path))) == before
    assert files.counts == {"written": 1}


def test_a_longer_interval_lengthens_the_heartbeat_and_leaves_the_archives(tmp_path: Path) -> None:
    path = tmp_path / "www" / "sw.rrd"
    last = filled(path)
    layout = Layout(900, (Archive("AVERAGE", 1, 5000),))
    one = update(last + 300, "sw.rrd", layout, g="3")
    RrdFiles(tmp_path).write(path, [replace(one, sources=(DataSource("g", heartbeat=1800),))])
    info = librrd.info(path)
    assert info["ds[g].minimal_heartbeat"] == 1800
    assert (info["step"], info["rra[0].rows"]) == (300, 40)


# -- what cannot be used ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "too short"),
        (b"hello" * 100, "no RRD file"),
        (b"RRD\x00" + b"\xff" * 4000, "another kind"),
    ],
)
def test_a_foreign_file_is_named_and_left_alone(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "www" / "la.rrd"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RrdError, match=said) as caught:
        RrdFiles(tmp_path).write(path, [update(la="1")])
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("size", [600, 900, 2000])
def test_a_file_that_is_cut_off_is_found_before_librrd_maps_it(tmp_path: Path, size: int) -> None:
    path = write(RrdFiles(tmp_path), update(la="1"))
    os.truncate(path, size)
    with pytest.raises(RrdError, match=r"cut off|shorter than its head"):
        RrdFiles(tmp_path).write(path, [update(START + 300, la="1")])


@pytest.mark.parametrize("place", range(0, 128, 5))
def test_a_broken_head_never_reaches_librrd_as_something_huge(tmp_path: Path, place: int) -> None:
    path = write(RrdFiles(tmp_path), update(la="1"))
    data = bytearray(path.read_bytes())
    data[place : place + 8] = b"\xff" * 8
    path.write_bytes(data)
    try:
        RrdFiles(tmp_path).write(path, [update(START + 300, la="1")])
    except RrdError as error:
        assert error.reason  # noqa: PT017 - some bytes of the head mean nothing


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    os.mkfifo(tmp_path / "www" / "la.rrd")
    with pytest.raises(RrdError, match="it is not a file"):
        write(RrdFiles(tmp_path), update(la="1"))


@pytest.mark.parametrize(
    "name",
    ["../x.rrd", "a/b.rrd", ".x.rrd", "x\n.rrd", "x\0.rrd", "x.txt", ".rrd", "a" * 300 + ".rrd", "\udcff.rrd", ""],
)
def test_hostile_names_of_files_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NameRefusedError):
        RrdFiles(tmp_path).place("www", name)


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "/etc", ".ssh", "a\nb"])
def test_hostile_names_of_hosts_are_refused(tmp_path: Path, name: str) -> None:
    files = RrdFiles(tmp_path / "rrd")
    with pytest.raises(NameRefusedError):
        files.place(name, "la.rrd")
    with pytest.raises(NameRefusedError):
        files.drop(name)
    with pytest.raises(NameRefusedError):
        files.rename("www", name)


@pytest.mark.parametrize("name", ["disk,var log.rrd", "tcp.http.h,a?b=c&d%20.rrd", "-x.rrd", "größe.rrd", "a:b\\c.rrd"])
def test_odd_names_are_names(tmp_path: Path, name: str) -> None:
    path = write(RrdFiles(tmp_path), update(file=name, la="1"))
    write(RrdFiles(tmp_path), update(START + 300, file=name, la="2"))
    assert [one.name for one in (tmp_path / "www").iterdir()] == [name]
    assert librrd.info(path)["ds[la].last_ds"] == "2"


def test_a_dropped_host_loses_its_files_and_nothing_else(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    write(files, update(la="1"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.rrd").write_text("mine")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "www" / "notes").write_text("mine")
    files.drop("www")
    files.drop("linked")
    files.drop("nobody")
    assert names_in(tmp_path / "www") == ["notes"]
    assert names_in(tmp_path / "elsewhere") == ["x.rrd"]
    assert files.known() == 0


def test_a_renamed_host_takes_its_files_along(tmp_path: Path) -> None:
    files = RrdFiles(tmp_path)
    write(files, update(la="1"), update(START + 300, la="2"))
    write(files, update(file="b.rrd", la="1"))
    files.rename("www", "web")
    assert names_in(tmp_path / "web") == ["b.rrd", "la.rrd"]
    assert not (tmp_path / "www").exists()
    write(files, update(file="b.rrd", la="9"), update(file="b.rrd", la="9", at=START + 5))
    files.rename("www", "web")
    assert librrd.info(tmp_path / "web" / "b.rrd")["ds[la].last_ds"] == "1"


FULL = """
import os, sys
from pathlib import Path
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.schema import Archive, DataSource, Layout, Update
from tests.support.rrd import START, update
files = RrdFiles(Path.cwd())
a, b = files.place("www", "a.rrd"), files.place("www", "b.rrd")
files.write(a, [update(file="a.rrd", la="1")])
# A copy with holes, as `cp --sparse` makes it.
data = a.read_bytes()
with b.open("wb") as copy:
    copy.write(data[:1200])
    copy.truncate(len(data))
with open("fill", "wb", buffering=0) as rest:
    try:
        while True:
            rest.write(bytes(4096))
    except OSError:
        pass
def attempt(path, one):
    try:
        RrdFiles(Path.cwd()).write(path, [one])
        print("written")
    except RrdError as error:
        print(error.reason)
attempt(a, update(START + 300, file="a.rrd", la="2"))
attempt(b, update(START + 300, file="b.rrd", la="2"))
attempt(files.place("www", "new.rrd"), update(file="new.rrd", la="1"))
wide = Layout(300, (Archive("AVERAGE", 1, 20000),))
attempt(a, update(START + 600, file="a.rrd", layout=wide, la="2"))
print(sorted(os.listdir("www")), len(a.read_bytes()) == len(data))
"""


def test_a_full_disk_fails_what_needs_room_and_kills_nobody(tmp_path: Path) -> None:
    lines = on_a_tiny_disk(tmp_path / "disk", FULL).splitlines()
    assert lines[0] == "written"
    assert lines[1] == "No space left on device"
    assert lines[2] == "librrd does not say why; is the disk full?"
    assert lines[3].startswith(("it cannot be given more room: [Errno 28]", "librrd does not say why"))
    assert lines[4] == "['a.rrd', 'b.rrd'] True"


def test_a_large_file_does_not_take_the_last_of_the_disk(tmp_path: Path) -> None:
    script = """
from pathlib import Path
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.schema import Archive, Layout
from tests.support.rrd import START, update
files = RrdFiles(Path.cwd())
def attempt(rows, at):
    layout = Layout(300, (Archive("AVERAGE", 1, rows),))
    try:
        files.write(files.place("www", "a.rrd"), [update(at, "a.rrd", layout, la="1")])
        print("written")
    except RrdError as error:
        print(error.reason)
attempt(1_000_000, START)
attempt(100_000, START)
attempt(1_000_000, START + 300)
"""
    free = "it would take 7 MiB, and [0-9] are free"
    lines = on_a_tiny_disk(tmp_path / "disk", script, kib=4096).splitlines()
    assert re.fullmatch(free, lines[0])
    assert lines[1] == "written"
    assert re.fullmatch(free, lines[2])
