"""What client-local.cfg asks for becomes sections, and nothing that it may not ask for."""

import os
import threading
from pathlib import Path

import pytest

from hexmon.agent import logfetch
from hexmon.agent.logfetch import Fetched, Limits, LogFetch
from hexmon.agent.logs import Remembered
from hexmon.agent.wanted import read_wanted

NOW = 1_795_161_600.0


def fetch(text: str, limits: Limits | None = None, remembered: dict[str, Remembered] | None = None) -> Fetched:
    return LogFetch(limits or Limits()).fetch(read_wanted(text), remembered or {}, NOW)


def sections(fetched: Fetched) -> dict[str, str]:
    found = {}
    for part in ("\n" + fetched.sections.decode(errors="surrogateescape")).split("\n[")[1:]:
        name, _, text = part.partition("]\n")
        found[name] = text.rstrip("\n")
    return found


def test_a_log_comes_with_its_facts_and_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\nbad two\n[x\n")
    found = sections(fetch(f"log:{log}:99\nignore one\ndeltacount bads:BAD"))
    assert found[f"msgs:{log}"] == "<...CURRENT...>\nbad two\n.x"
    assert found[f"deltacount:{log}"] == "bads: 1"
    assert f"\nsize:{log.stat().st_size}\n" in found[f"logfile:{log}"]


def test_a_log_that_is_asked_for_as_a_file_too_has_its_facts_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("x\n")
    names = set(sections(fetch(f"log:{tmp_path}/log:9\nfile:{tmp_path}/log:md5\n")))
    assert names == {f"msgs:{tmp_path}/log", f"file:{tmp_path}/log"}


def test_what_is_missing_is_an_error_in_its_section(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    found = sections(fetch(f"log:{gone}:9\nfile:{gone}\ndir:{gone}\nlinecount:{gone}\na:a\n"))
    assert found[f"msgs:{gone}"] == f"Cannot open logfile {gone} : No such file or directory"
    assert found[f"file:{gone}"] == "ERROR: No such file or directory"
    assert found[f"dir:{gone}"] == "ERROR: No such file or directory"
    assert found[f"linecount:{gone}"] == f"ERROR: Cannot open file {gone}: No such file or directory"


def test_pipes_and_devices_are_looked_at_but_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    wanted = f"log:{pipe}:9\nfile:{pipe}:md5\nlinecount:{pipe}\na:a\nlog:/dev/zero:9\nfile:/dev/zero:md5\n"
    found = sections(fetch(wanted))
    assert found[f"msgs:{pipe}"] == f"Cannot open logfile {pipe} : Not a regular file"
    assert found["msgs:/dev/zero"] == "Cannot open logfile /dev/zero : Not a regular file"
    assert found[f"file:{pipe}"].startswith("type:10000 (FIFO)\n")
    assert "md5" not in found[f"file:{pipe}"]
    assert "md5" not in found["file:/dev/zero"]
    assert "Not a regular file" in found[f"linecount:{pipe}"]


def test_commands_of_a_server_run_only_where_they_are_allowed(tmp_path: Path) -> None:
    wanted = f"file:`touch {tmp_path}/ran; echo {tmp_path}`\n"
    refused = fetch(wanted)
    assert refused.sections == b""
    assert "commands are not allowed" in refused.problems[0]
    assert not (tmp_path / "ran").exists()
    assert list(sections(fetch(wanted, Limits(commands=True)))) == [f"file:{tmp_path}"]
    assert (tmp_path / "ran").exists()


def test_a_command_that_never_ends_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    wanted = f"file:`echo {tmp_path}; sleep 1000 & sleep 1000`\n"
    assert list(sections(fetch(wanted, Limits(commands=True, seconds=0.2)))) == [f"file:{tmp_path}"]


def test_names_that_could_begin_a_section_of_their_own_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a]b").touch()
    (tmp_path / "c\n[ps]\nd").touch()
    (tmp_path / "fine").touch()
    found = fetch(f"file:<{tmp_path}/*>\nfile:a]b\nfile:`echo 'x]y'`\n", Limits(commands=True))
    assert list(sections(found)) == [f"file:{tmp_path}/fine"]
    assert len(found.problems) == 4


def test_patterns_of_names(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", "other"):
        (tmp_path / name).write_text("x\n")
    (tmp_path / "dir.log").mkdir()
    found = list(sections(fetch(f"file:<{tmp_path}/*.log>\nlog:<{tmp_path}/none*>:9\n")))
    assert found == [
        f"msgs:{tmp_path}/none*",
        f"logfile:{tmp_path}/none*",
        f"file:{tmp_path}/dir.log/",
        f"file:{tmp_path}/b.log",
        f"file:{tmp_path}/a.log",
    ]


def test_a_pattern_that_cannot_be_used_is_told_and_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("x\n")
    found = fetch(f"log:{tmp_path}/log:99\nignore (\ntrigger )(\nlinecount:{tmp_path}/log\nbad:(\ngood:x\n")
    assert sections(found)[f"msgs:{tmp_path}/log"] == "<...CURRENT...>\nx"
    assert sections(found)[f"linecount:{tmp_path}/log"] == "good: 1"
    assert all("is not an extended regular expression" in problem for problem in found.problems)
    assert len(found.problems) >= 2


def test_a_name_in_any_encoding(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xe9")
    Path(name).write_text("x\n")
    assert os.fsencode(f"[file:{name}]\ntype:100000 (file)\n") in fetch(f"file:<{tmp_path}/*>").sections


def test_a_dead_file_system_costs_its_own_section_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    stat = Path.stat

    def dead(self: Path, **how: bool) -> os.stat_result:
        if self.name == "dead":
            free.wait(20)
        return stat(self, **how)

    monkeypatch.setattr(Path, "stat", dead)
    (tmp_path / "fine").touch()
    fetcher = LogFetch(Limits(seconds=0.05))
    fetcher._patience.seconds = 0.1
    wanted = read_wanted(f"dir:{tmp_path}/dead\nlog:{tmp_path}/dead:9\nfile:{tmp_path}/fine\n")
    found = sections(fetcher.fetch(wanted, {}, NOW))
    free.set()
    assert found[f"dir:{tmp_path}/dead"] == "ERROR: no answer within 0.1 seconds"
    assert found[f"msgs:{tmp_path}/dead"].startswith("Cannot open logfile")
    assert found[f"file:{tmp_path}/fine"].startswith("type:100000 (file)")


def test_a_question_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(1 << 40)
    found = sections(fetch(f"linecount:{tmp_path}/big\na:a\nfile:{tmp_path}/big:md5\n", Limits(seconds=0.05)))
    assert found[f"linecount:{tmp_path}/big"] == "ERROR: not done within 0.05 seconds"
    assert found[f"file:{tmp_path}/big"] == "ERROR: not done within 0.05 seconds"


def test_a_server_that_wants_too_much_gets_a_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a log ended that had no room is not forgotten: its lines come with the next report."""
    monkeypatch.setattr(logfetch, "_MOST_BYTES", 1_500)
    for name in "abc":
        (tmp_path / name).write_text("x\n" * 400)
    wanted = "".join(f"log:{tmp_path}/{name}:800\n" for name in "abc")
    remembered = {f"{tmp_path}/{name}": Remembered(inode=7, ends=(3,)) for name in "abc"}
    found = fetch(wanted, remembered=remembered)
    assert {name for name in sections(found) if name.startswith("msgs:")} == {
        f"msgs:{tmp_path}/{name}" for name in "bc"
    }
    assert found.remembered[f"{tmp_path}/a"] == Remembered(inode=7, ends=(3,))
    assert "more is wanted than 1500 bytes" in found.problems[0]


def test_a_server_that_wants_too_many_gets_some_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfetch, "_MOST_ITEMS", 5)
    for number in range(20):
        (tmp_path / str(number)).touch()
    found = fetch(f"file:<{tmp_path}/*>\n" * 100)
    assert len(sections(found)) == 5
    assert len(found.problems) == 1
