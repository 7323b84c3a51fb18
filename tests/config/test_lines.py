"""Lines, continuation, includes and directories, each line with its origin."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.lines import Tool, decode_text, expand_bytes, read_file, read_lines
from hexmon.model.origin import Problem


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "hosts.cfg"


def texts(path: Path, tool: Tool = "all") -> list[str]:
    problems: list[Problem] = []
    lines = read_lines(path, problems, tool=tool)
    assert problems == []
    return [line.text for line in lines if line.text]


def mistakes(path: Path) -> list[str]:
    problems: list[Problem] = []
    read_lines(path, problems)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a b\n", ["a b"], id="a line"),
        pytest.param("a b", ["a b"], id="a last line without its newline"),
        pytest.param("  \ta b \t\n", ["a b"], id="surrounding blanks go"),
        pytest.param("a \\\n  b\n", ["a   b"], id="a backslash at the end joins the next line"),
        pytest.param("a\\\nb\n", ["ab"], id="without adding a blank"),
        pytest.param("a \\  \t\n b\n", ["a  b"], id="blanks may follow the backslash"),
        pytest.param("a \\\r\n b\r\n", ["a  b"], id="so may a carriage return"),
        pytest.param("a \\\n\\\nb\n", ["a b"], id="several lines"),
        pytest.param("a \\", ["a"], id="a backslash at the very end joins nothing"),
        pytest.param("# x \\\nb\n", ["# x b"], id="comments go on as well"),
        pytest.param("a \\ b\n", ["a \\ b"], id="a backslash elsewhere is a letter"),
        pytest.param("includes x\nInclude x\n", ["includes x", "Include x"], id="other words are no includes"),
        pytest.param("\ufeffa\n", ["a"], id="a byte order mark is no text"),
        pytest.param("a\x0cb\u2028c\n", ["a\x0cb\u2028c"], id="only a newline ends a line"),
    ],
)
def test_logical_lines(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert texts(write(tmp_path, {"hosts.cfg": content})) == expected


def test_a_line_that_is_not_utf8_is_read_as_latin1(tmp_path: Path) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_bytes("group Zürich\n".encode() + b"group Z\xfcrich\n")
    assert texts(path) == ["group Zürich", "group Zürich"]
    assert expand_bytes(path) == path.read_bytes()


def test_every_line_knows_where_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path, {"hosts.cfg": "one\n\ntwo \\\n more\ninclude sub/x.cfg\nthree\n", "sub/x.cfg": "\nin\n"})
    lines = [line for line in read_lines(path, []) if line.text]
    assert [str(line.origin) for line in lines] == ["hosts.cfg:1", "hosts.cfg:3", "sub/x.cfg:2", "hosts.cfg:6"]


def test_included_names_are_relative_to_the_folder_of_the_top_file(tmp_path: Path) -> None:
    files = {"hosts.cfg": "include sub/a.cfg\n", "sub/a.cfg": "include b.cfg\n", "b.cfg": "top", "sub/b.cfg": "sub"}
    assert texts(write(tmp_path, files)) == ["top"]


def test_an_absolute_name_is_taken_as_it_is(tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"hosts.cfg": "there\n"})
    assert texts(write(tmp_path / "here", {"hosts.cfg": f"include {other}\n"})) == ["there"]


@pytest.mark.parametrize("word", ["include", "source", ".", "optional include", "optional  source", "\t include"])
def test_every_word_for_an_include(tmp_path: Path, word: str) -> None:
    assert texts(write(tmp_path, {"hosts.cfg": f"{word} \t a b.cfg \n", "a b.cfg": "in\n"})) == ["in"]


@pytest.mark.parametrize(
    ("tool", "expected"),
    [("all", ["d", "n", "e"]), ("display", ["d", "e"]), ("net", ["n", "e"]), ("daemon", ["e"])],
)
def test_dispinclude_and_netinclude_are_for_their_tools(tmp_path: Path, tool: Tool, expected: list[str]) -> None:
    files = {"hosts.cfg": "dispinclude d\nnetinclude n\ninclude e\n", "d": "d", "n": "n", "e": "e"}
    assert texts(write(tmp_path, files), tool) == expected


def test_what_came_by_such_an_include_says_so(tmp_path: Path) -> None:
    files = {"hosts.cfg": "dispinclude d\nnetinclude n\n", "d": "include e", "n": "n", "e": "e"}
    lines = read_lines(write(tmp_path, files), [])
    assert [(line.text, line.audience) for line in lines] == [("e", "display"), ("n", "net")]


def test_a_directory_has_its_files_by_name_and_then_its_folders(tmp_path: Path) -> None:
    ignored = [".x", "x~", "x,v", "README", "README.txt", "x.rpmsave", "x.rpmnew", "x.rpmorig", "x.dpkg-new"]
    ignored += ["x.dpkg-orig", "RCS/x", ".hidden/x"]
    wanted = ["10", "2", "B", "a", "x.bak", "c/1", "c/d/1", "k/2"]
    files = {f"d/{name}": name for name in [*reversed(wanted), *ignored]}
    assert texts(write(tmp_path, {"hosts.cfg": "directory d\n", **files})) == wanted


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"hosts.cfg": "x\ninclude othr.cfg\n", "other.cfg": "y"},
            ["hosts.cfg:2: the file othr.cfg does not exist; did you mean other.cfg?"],
            id="a name that is nearly right",
        ),
        pytest.param(
            {"hosts.cfg": "include zzz\n"},
            ["hosts.cfg:1: the file zzz does not exist; write 'optional' before it if that is all right"],
            id="a name that resembles nothing",
        ),
        pytest.param(
            {"hosts.cfg": "directory d.d\n"},
            ["hosts.cfg:1: the directory d.d does not exist; write 'optional' before it if that is all right"],
            id="a directory that is not there",
        ),
        pytest.param(
            {"hosts.cfg": "optional include zzz\noptional directory d\n"}, [], id="optional ones may be missing"
        ),
        pytest.param(
            {"hosts.cfg": "include d\ndirectory f\n", "d/x": "", "f": ""},
            [
                "hosts.cfg:1: d is a directory; write: directory d",
                "hosts.cfg:2: f is a file; write: include f",
            ],
            id="the wrong word",
        ),
        pytest.param(
            {"hosts.cfg": "include a\n", "a": "x\ninclude b\n", "b": "include hosts.cfg\n"},
            ["b:1: hosts.cfg includes itself; take this line away"],
            id="a circle",
        ),
    ],
)
def test_mistakes(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert mistakes(write(tmp_path, files)) == expected


def test_a_missing_top_file_is_fatal(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_lines(tmp_path / "none.cfg", problems) == []
    assert [problem.fatal for problem in problems] == [True]
    assert "none.cfg: cannot be read: No such file or directory" in str(problems[0])


def test_nesting_has_an_end(tmp_path: Path) -> None:
    files = {f"{number}": f"include {number + 1}\n" for number in range(60)}
    assert mistakes(write(tmp_path, {"hosts.cfg": "include 0\n", **files})) == [
        "31:1: more than 32 files include one another"
    ]


def test_folders_that_contain_themselves_are_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, {"hosts.cfg": "directory d\n", "d/x": "in"})
    (tmp_path / "d" / "again").symlink_to(tmp_path / "d")
    (tmp_path / "d" / "more").symlink_to(tmp_path / "d")
    assert texts(path) == ["in"]


def test_all_files_and_folders_that_were_looked_at_are_told(tmp_path: Path) -> None:
    files = {"hosts.cfg": "include a\noptional include later\ndirectory d\n", "a": "", "d/x": "", "d/e/y": ""}
    path = write(tmp_path, files)
    read = read_file(path, [])
    assert {str(one.relative_to(tmp_path)) for one in read.paths} == {
        "hosts.cfg", "a", "later", "d", "d/x", "d/e", "d/e/y",
    }  # fmt: skip


def test_the_text_for_the_config_command(tmp_path: Path) -> None:
    files = {
        "hosts.cfg": "# one\n\n  include a\n dispinclude d\ninclude gone\nx # y \\\n  z\nlast",
        "a": "in a \nno newline",
        "d": "d",
    }
    expected = "# one\n\nin a \nno newline\n dispinclude d\ninclude gone\nx # y   z\nlast"
    assert decode_text(expand_bytes(write(tmp_path, files))) == expected


@given(content=st.binary(max_size=400))
def test_any_bytes_are_lines(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "hosts.cfg"
    path.write_bytes(content)
    problems: list[Problem] = []
    read_lines(path, problems)
    assert all(not problem.fatal for problem in problems)
    decode_text(expand_bytes(path))
