"""files: what files and directories of an agent's machine are like."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.file_facts import read_facts
from hexmon.judge.clients.rules import Directory, File, FileCheck, FileProperty
from hexmon.model.color import Color
from tests.support.client_rules import figures, squares

GREEN, CLEAR, BLUE, YELLOW, RED = Color.GREEN, Color.CLEAR, Color.BLUE, Color.YELLOW, Color.RED
CLOCK = 1795161600

FACTS = f"""type:100000 (file)
mode:644 (-rw-r--r--)
linkcount:2
owner:0 (root)
group:4 (adm)
size:1432
clock:{CLOCK} (2026/11/20-08:00:00)
atime:{CLOCK - 50} (2026/11/20-07:59:10)
ctime:{CLOCK - 500} (2026/11/20-07:51:40)
mtime:{CLOCK - 5000} (2026/11/20-06:36:40)
md5:5f4dcc3b5aa765d61d8327deb882cf99
"""
LINK = '<a href="/clientlog/www.example.com?section={0}:{1}">{1}</a>'


def check(name: FileProperty, sign: Literal["<", "=", ">"], value: int | str) -> FileCheck:
    return FileCheck(name, sign, value)


def file(*checks: FileCheck, name: str = "/f", **fields: object) -> File:
    return File(name=Expression(name), checks=checks, **fields)  # type: ignore[arg-type]


def directory(name: str = "/d", **fields: object) -> Directory:
    return Directory(name=Expression(name), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (check("type", "=", "file"), ""),
        (check("type", "=", "dir"), "File is a file - should be dir"),
        (check("type", "=", "symlink"), "File is a file - should be symlink"),
        (check("mode", "=", 0o644), ""),
        (check("mode", "=", 0o7), "File is mode 644 - should be 007"),
        (check("size", ">", 1432), ""),
        (check("size", ">", 1433), "File has size 1432  - should be >1433"),
        (check("size", "<", 1432), ""),
        (check("size", "<", 1431), "File has size 1432  - should be <1431"),
        (check("size", "=", 1432), ""),
        (check("size", "=", 1), "File has size 1432  - should be 1"),
        (check("links", ">", 2), ""),
        (check("links", ">", 3), "File has linkcount 2  - should be >3"),
        (check("links", "<", 1), "File has linkcount 2  - should be <1"),
        (check("links", "=", 2), ""),
        (check("links", "=", 3), "File has linkcount 2  - should be 3"),
        (check("owner", "=", "root"), ""),
        (check("owner", "=", "www"), "File is owned by user root  - should be www"),
        (check("ownerid", "=", 0), ""),
        (check("ownerid", "=", 33), "File is owned by user 0  - should be 33"),
        (check("group", "=", "adm"), ""),
        (check("group", "=", "wheel"), "File is owned by group adm  - should be wheel"),
        (check("groupid", "=", 4), ""),
        (check("groupid", "=", 5), "File is owned by group 4  - should be 5"),
        (check("ctime", ">", 500), ""),
        (check("ctime", ">", 501), "File status changed 500 seconds ago - should be >501"),
        (check("ctime", "<", 499), "File status changed 500 seconds ago - should be <499"),
        (check("mtime", "<", 5000), ""),
        (check("mtime", "<", 600), "File was modified 5000 seconds ago - should be <600"),
        (check("mtime", "=", CLOCK - 5000), ""),
        (check("mtime", "=", CLOCK), f"File was modified at {CLOCK - 5000} - should be {CLOCK}"),
        (check("atime", ">", 86400), "File was accessed 50 seconds ago - should be >86400"),
        (check("md5", "=", "5f4dcc3b5aa765d61d8327deb882cf99"), ""),
        (check("md5", "=", "0"), "File has MD5 hash 5f4dcc3b5aa765d61d8327deb882cf99  - should be 0"),
        (check("sha256", "=", "0"), "File has SHA256 hash (No SHA256 data)  - should be 0"),
        (check("rmd160", "=", "0"), "File has RMD160 hash (No RMD160 data)  - should be 0"),
    ],
)
def test_checks(wanted: FileCheck, said: str) -> None:
    report = squares(f"[file:/f]\n{FACTS}", file(wanted, groups=("g",)))["files"]
    told = [line for line in report.text.decode().split("\n")[1:-3] if line]
    color = "red" if said else "green"
    assert told == [f"&{color} {LINK.format('file', '/f')}", *([said] if said else [])]
    assert (report.color.word, report.groups) == (color, ("g",) if said else ())
    assert report.text.split(b"\n")[0].endswith(b" - Files NOT ok" if said else b" - Files ok")


@pytest.mark.parametrize(
    ("facts", "wanted", "said"),
    [
        pytest.param("type:120777 (symlink)\n", check("type", "=", "file"), "is a  - should be file", id="no type"),
        pytest.param("type:100000 (file, symlink -> /x)\n", check("type", "=", "symlink"), "", id="a link to a file"),
        pytest.param("type:100000 (file, symlink -> /x)\n", check("type", "=", "file"), "", id="which is a file"),
        pytest.param("type:40000 (directory)\n", check("type", "=", "dir"), "", id="a directory"),
        pytest.param("type:20000 (char-device)\n", check("type", "=", "char"), "", id="a device"),
        pytest.param("type:60000 (block-device)\n", check("type", "=", "block"), "", id="another device"),
        pytest.param("type:10000 (FIFO)\n", check("type", "=", "fifo"), "", id="a fifo"),
        pytest.param("type:140000 (socket)\n", check("type", "=", "socket"), "", id="a socket"),
        pytest.param("size:2K\n", check("size", "=", 2048), "", id="a size with its unit"),
        pytest.param("size:5000000000\n", check("size", "=", 5_000_000_000), "", id="a large size"),
        pytest.param(
            "size:" + "9" * 5000 + "\n",
            check("size", "<", 1),
            f"has size {2**63 - 1}  - should be <1",
            id="5000 digits",
        ),
        pytest.param("size:x\n", check("size", "=", 0), "", id="a size that is none"),
        pytest.param("size:1\nsize:2\n", check("size", "=", 2), "", id="said twice"),
        pytest.param("mode:1777 (drwx)\n", check("mode", "=", 0o1777), "", id="sticky"),
        pytest.param("", check("owner", "=", "a"), "is owned by user (No owner data)  - should be a", id="no owner"),
        pytest.param("", check("group", "=", "a"), "is owned by group (No group data)  - should be a", id="no group"),
        pytest.param("owner:0 ()\n", check("owner", "=", ""), "", id="an owner without a name"),
        pytest.param(
            "owner:0 (<b>)\n", check("owner", "=", "a"), "is owned by user &lt;b&gt;  - should be a", id="markup"
        ),
        pytest.param("clock:100\nmtime:105\n", check("mtime", ">", 86400), "", id="from the future is old"),
        pytest.param(
            "clock:100\nmtime:105\n",
            check("mtime", "<", 600),
            "was modified 5 seconds in the future - should be <600",
            id="and not new",
        ),
        pytest.param(f"mtime:{CLOCK - 7}\n", check("mtime", "<", 7), "", id="an agent that does not say its time"),
        pytest.param(
            f"mtime:{CLOCK - 8}\n", check("mtime", "<", 7), "was modified 8 seconds ago - should be <7", id="late"
        ),
    ],
)
def test_facts(facts: str, wanted: FileCheck, said: str) -> None:
    text = squares(f"[file:/f]\n{facts}", file(wanted))["files"].text.decode()
    assert (f"\nFile {said}\n" in text) is bool(said)
    assert ("&red " in text) is bool(said)


MISSING = "ERROR: No such file or directory\n"


@pytest.mark.parametrize(
    ("facts", "rule", "said"),
    [
        pytest.param(MISSING, file(check("size", ">", 1)), "File is missing", id="missing"),
        pytest.param(MISSING, file(check("size", ">", 1), optional=True), "", id="OPTIONAL"),
        pytest.param(MISSING, file(absent=True), "", id="NOEXIST"),
        pytest.param(FACTS, file(check("size", ">", 9999), absent=True), "File exists", id="NOEXIST, and it does"),
        pytest.param(FACTS, file(check("size", ">", 9999), optional=True), "File has size", id="OPTIONAL, and there"),
        pytest.param(MISSING, file(name="/g"), "", id="another file"),
        pytest.param(MISSING, file(name="*"), "File is missing", id="all files"),
        pytest.param(MISSING, file(name="%^/F"), "File is missing", id="a pattern"),
        pytest.param(MISSING, file(name="%("), "", id="a pattern that cannot be used"),
        pytest.param("", file(), "", id="nothing is said of it"),
    ],
)
def test_files_that_are_or_are_not(facts: str, rule: File, said: str) -> None:
    report = squares(f"[file:/f]\n{facts}", rule)["files"]
    assert report.color is (RED if said else GREEN)
    assert said in report.text.decode()


def test_the_worst_of_all_and_what_is_bad_first() -> None:
    body = f"[file:/a]\n{FACTS}[file:/b]\n{MISSING}[x]\n[file:/c]\n{MISSING}[dir:/d]\n7\t/d\n[logfile:/e]\n{FACTS}"
    rules = (
        file(check("mode", "=", 0), check("size", "=", 0), name="/a", color=YELLOW, groups=("y",)),
        file(name="/b"),
        file(name="/c", color=BLUE),
        directory(below=1),
    )
    report = squares(body, *rules)["files"]
    assert report.text.decode().split("\n")[1:-3] == [
        "",
        f"&red {LINK.format('dir', '/d')}",
        "Directory has size 7  - should be <1",
        "",
        f"&red {LINK.format('file', '/b')}",
        "File is missing",
        "",
        "",
        f"&yellow {LINK.format('file', '/a')}",
        "File is mode 644 - should be 000",
        "File has size 1432  - should be 0",
        "",
        "",
        f"&blue {LINK.format('file', '/c')}",
        "File is missing",
    ]
    assert (report.color, report.groups) == (RED, ("y",))


def test_a_log_is_told_when_a_setting_means_it() -> None:
    assert squares(f"[logfile:/f]\n{FACTS}")["files"].color is CLEAR
    assert b"section=logfile:/f" in squares(f"[logfile:/f]\n{FACTS}", file())["files"].text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param(directory(), "", id="no limit"),
        pytest.param(directory(below=1240, above=1240), "", id="at both limits"),
        pytest.param(directory(below=1239), "Directory has size 1240  - should be <1239", id="too large"),
        pytest.param(directory(above=1241), "Directory has size 1240  - should be >1241", id="too small"),
        pytest.param(
            directory(below=2000, above=1241), "Directory has size 1240  - should be >1241", id="both limits count"
        ),
        pytest.param(directory("/other", below=1), "", id="another directory"),
        pytest.param(directory("%^/d", below=1), "Directory has size 1240  - should be <1", id="a pattern"),
    ],
)
def test_directories(rule: Directory, said: str) -> None:
    report = squares("[dir:/d]\n4\t/d/a\n12\t/a/d\n1240\t/d\n9\t/d/d\n", rule)["files"]
    assert report.color is (RED if said else GREEN)
    assert said in report.text.decode()


@pytest.mark.parametrize("text", ["", "du: cannot access '/d'\n", "12 /d/x\n", "/d\n", " 12 /d\n"])
def test_a_directory_without_a_size(text: str) -> None:
    report = squares(f"[dir:/d]\n{text}", directory(below=1))["files"]
    assert report.color is YELLOW
    assert b"\nCould not determine size of directory /d\n" in report.text


def test_nothing_to_judge() -> None:
    report = squares("[uptime]\nup\n", file())["files"]
    assert report.text.decode().split("\n")[:2] == [
        "clear Fri Nov 20 08:00:00 UTC 2026 - Files ok",
        "No files checked",
    ]
    assert "files" not in squares("[uptime]\nup\n", settings=ClientJudging(clear_files=False))
    assert squares(f"[file:/f]\n{FACTS}")["files"].color is GREEN


def test_sizes_of_what_is_tracked() -> None:
    body = f"[file:C:\\f]\n{FACTS}[file:/g]\n{FACTS}[file:/h]\n{MISSING}[logfile:/l]\n{FACTS}[dir:/d]\n7 /d\n[x]\n"
    rules = (file(name="*", track=""), file(name="/g", track="a:g"), directory(track=""), file(name="/l", absent=True))
    assert figures(body, *rules)["filesizes"] == "/d:7\n/l:1432\na;g:1432\nC;\\f:1432\n"
    assert "filesizes" not in figures(body, file(name="*"))


def test_names_are_no_markup() -> None:
    text = squares('[file:/a"><b>&red]\n', file(name="*"))["files"].text.decode()
    assert '?section=file:/a%22%3E%3Cb%3E%26red">/a"&gt;&lt;b&gt;&amp;red</a>\n' in text
    assert "..." in squares(f"[file:/{'a' * 5000}]\n")["files"].text.decode()


def test_very_many_files() -> None:
    body = "".join(f"[file:/{number}]\n{MISSING}" for number in range(12_000)) + f"[file:/ok]\n{FACTS}"
    settings = ClientJudging(longest=10_000)
    report = squares(body, file(name="%^/9"), settings=settings)["files"]
    text = report.text.decode()
    assert report.color is RED
    assert "File is missing" in text
    assert "\n[2001 files were not looked at]\n" in text
    assert " files more]\n" in text
    assert len(text) < 30_000


def test_a_pattern_that_takes_too_long_says_so() -> None:
    slow = "%(?!x)(a|aa)+$"
    name = "a" * 60 + "!"
    report = squares(f"[file:{name}]\n{FACTS}[dir:{name}]\n1 {name}\n", file(name=slow), directory(slow))["files"]
    assert report.color is YELLOW
    assert report.text.decode().count(f"\n{slow}: the pattern took too long, nothing is known of it\n") == 2


@given(st.text(alphabet="typesizmodecwnrgulkh:()0129 KT\n\r-,\x00é>", max_size=120))
def test_any_facts(text: str) -> None:
    facts = read_facts(text)
    assert facts.size < 2**104
    squares(f"[file:/f]\n{text}", file(check("size", "<", 1), check("mtime", "<", 1), check("owner", "=", "x")))
    squares(f"[dir:/f]\n{text}", directory("/f", below=1))
