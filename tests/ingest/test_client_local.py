"""client-local.cfg: what an agent is told to watch."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.ingest.client_local import ClientLocal, read_client_local
from hexmon.ingest.files import Files, load_client_local
from hexmon.ingest.settings import FileSettings
from hexmon.model.origin import Origin


def read(text: str, *, merge: bool = False) -> ClientLocal:
    lines = [Line(line, Origin("client-local.cfg", number)) for number, line in enumerate(text.split("\n"), 1)]
    return read_client_local(lines, merge=merge)


FILE = """\
[os=linux|sunos]
by system
[class=%^web]
by class
[host=%^db]
by host
[plain]
by name
[pre*]
by prefix
"""


@pytest.mark.parametrize(
    ("host", "host_class", "os_type", "best", "merged"),
    [
        ("db1.example.com", "web", "linux", "by host", ["by system", "by class", "by host"]),
        ("x.example.com", "website", "linux", "by class", ["by system", "by class"]),
        ("x.example.com", "other", "SunOS", "by system", ["by system"]),
        ("x.example.com", "other", "aix", "", []),
        ("plain", "", "aix", "by name", ["by name"]),
        ("x.example.com", "Plain", "linux", "by name", ["by system", "by name"]),
        ("x.example.com", "", "plain", "by name", ["by name"]),
        ("plain.example.com", "", "aix", "", []),
        ("prefixed", "", "aix", "by prefix", ["by prefix"]),
        ("x.example.com", "prefixed", "aix", "", []),
    ],
)
def test_which_section_is_for_whom(host: str, host_class: str, os_type: str, best: str, merged: list[str]) -> None:
    assert read(FILE).select(host, host_class, os_type).decode() == (f"{best}\n" if best else "")
    every = read(FILE, merge=True).select(host, host_class, os_type).decode()
    assert every == "".join(f"{line}\n" for line in merged)


def test_the_first_of_equal_sections_counts_and_an_empty_one_too() -> None:
    assert read("[host=a]\n[host=*]\nall\n").select("a", "", "") == b""
    assert read("[host=*]\nall\n[host=a]\none\n").select("a", "", "") == b"all\n"


def test_mistakes_have_their_lines_and_leave_other_sections_alone() -> None:
    found = read("log:/a:10\nlog:/b:10\n[good]\nyes\n[host=(]\nnever\n[broken\nnever\n[]\n[other]\nyes too\n")
    assert [str(problem).split(";")[0] for problem in found.problems] == [
        "client-local.cfg:1: 'log:/a:10' is in no section",
        "client-local.cfg:5: [host=(]: '(' is not a regular expression: missing ) at position 1",
        "client-local.cfg:7: '[broken' is not a section",
        "client-local.cfg:9: '[]' is not a section",
    ]
    assert not any(problem.fatal for problem in found.problems)
    assert (found.select("good", "", ""), found.select("other", "", "")) == (b"yes\n", b"yes too\n")


def test_lines_are_passed_on_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "client-local.cfg"
    path.write_bytes(b"[linux]\n  log:/caf\xe9:10 \n# no\n\n\tignore \xff\r\n")
    found, problems = load_client_local(path)
    assert problems == ()
    assert found.select("x", "", "linux") == b"  log:/caf\xe9:10 \n\tignore \xff\n"


def test_what_is_included_is_watched_and_a_file_that_cannot_be_read_keeps_the_old(tmp_path: Path) -> None:
    now = 1000.0
    path, more = tmp_path / "client-local.cfg", tmp_path / "more.cfg"
    path.write_text("include more.cfg\n")
    more.write_text("[linux]\none\n")
    files = Files(FileSettings(client_local=path), lambda: now)
    assert files.client_local("x", "", "linux") == b"one\n"
    more.write_text("[linux]\nanother\n")
    now += 6
    assert files.client_local("x", "", "linux") == b"another\n"
    assert not files.problems
    more.unlink()
    now += 6
    assert files.client_local("x", "", "linux") == b"another\n"
    assert [str(problem.origin) for problem in files.problems] == ["client-local.cfg:1"]
    more.write_text("[linux]\nthe third\n")
    os.utime(more, (1, 1))
    now += 6
    assert files.client_local("x", "", "linux") == b"the third\n"
    assert not files.problems
    path.unlink()
    now += 6
    assert files.client_local("x", "", "linux") == b""
    assert not files.problems


@given(st.text(), st.text(max_size=20))
def test_no_text_raises(text: str, name: str) -> None:
    for merge in (False, True):
        read(text, merge=merge).select(name, name, name)
