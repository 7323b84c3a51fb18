"""Plugins: arguments, macros, exit statuses, and those that cannot be run."""

import asyncio
import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from hexmon.clock import SystemClock
from hexmon.model.observation import Observation, Outcome
from hexmon.probes import exec as plugins
from hexmon.probes.exec import ExecOptions
from hexmon.probes.programs import Programs
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from tests.support.checks import a_check, observed


def a_plugin(folder: Path, script: str, name: str = "check_it") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


async def ran(*command: str, address: str = "127.0.0.1", **more: Any) -> Observation:
    return await observed(a_check("exec", ExecOptions(command=command), address=address, **more))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(0, Outcome.OK), (1, Outcome.UNEXPECTED), (2, Outcome.UNEXPECTED), (3, Outcome.ERROR), (77, Outcome.ERROR)],
)
async def test_the_exit_status_is_a_fact(tmp_path: Path, status: int, outcome: Outcome) -> None:
    script = f"echo 'STATE - words | t=5ms;10;20;0; size=2KB'; echo more; exit {status}"
    reply = (await ran(a_plugin(tmp_path, script))).reply
    assert (reply.outcome, reply.summary) == (outcome, "STATE - words")
    assert reply.evidence == b"STATE - words\nmore"
    assert reply.facts == {"exit_status": status, "t": 0.005, "t;warn": 0.01, "t;crit": 0.02, "t;min": 0, "size": 2048}
    assert [phase.name for phase in reply.phases] == ["plugin"]


async def test_arguments_are_handed_over_as_they_are(tmp_path: Path) -> None:
    plugin = a_plugin(tmp_path, 'for word; do echo "[$word]"; done')
    words = ("a b", "$(id)", "; exit 2", "*", "`id`", "")
    reply = (await ran(plugin, *words)).reply
    assert reply.evidence.decode().splitlines() == [f"[{word}]" for word in words]


async def test_macros_are_filled_in(tmp_path: Path) -> None:
    plugin = a_plugin(tmp_path, 'echo "$@"')
    words = ("$HOSTADDRESS$:80", "$HOSTNAME$", "$HOSTALIAS$", "$SERVICEDESC$", "5$$", "$5", "$HOSTADDRESS$$HOSTNAME$")
    reply = (await ran(plugin, *words, address="127.0.0.7")).reply
    assert reply.summary == "127.0.0.7:80 www.test www.test exec 5$ $5 127.0.0.7www.test"


async def test_little_of_our_environment_goes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXMON_SECRET", "hidden")
    monkeypatch.setenv("TZ", "Europe/Paris")
    reply = (await ran(a_plugin(tmp_path, "env"), "$HOSTADDRESS$")).reply
    found = dict(line.split("=", 1) for line in reply.evidence.decode().splitlines())
    assert found["TZ"] == "Europe/Paris"
    assert (found["NAGIOS_HOSTNAME"], found["NAGIOS_HOSTADDRESS"]) == ("www.test", "127.0.0.1")
    assert found["LC_ALL"] == "C.UTF-8"
    assert "HEXMON_SECRET" not in found


@pytest.mark.parametrize(
    ("script", "outcome", "summary", "detail"),
    [
        pytest.param("echo broken >&2; exit 3", Outcome.ERROR, "broken", "broken", id="only on standard error"),
        pytest.param("exit 1", Outcome.UNEXPECTED, "The plugin said nothing", "", id="nothing at all"),
        pytest.param("kill -SEGV $$", Outcome.ERROR, "The plugin was ended by signal 11 (SIGSEGV)", "", id="a crash"),
        pytest.param("kill -40 $$", Outcome.ERROR, "The plugin was ended by signal 40", "", id="a nameless signal"),
        pytest.param("exec yes", Outcome.ERROR, "it wrote more than 1024 KB and was ended", "", id="too much"),
        pytest.param("printf 'a\\033[2J\\000b\\r\\n'", Outcome.OK, "a.[2J.b", "", id="control characters"),
        pytest.param("printf '\\303\\251'", Outcome.OK, "\u00e9", "", id="UTF-8"),
    ],
)
async def test_odd_plugins(tmp_path: Path, script: str, outcome: Outcome, summary: str, detail: str) -> None:
    reply = (await ran(a_plugin(tmp_path, script))).reply
    assert (reply.outcome, reply.summary, reply.detail) == (outcome, summary, detail)


async def test_a_plugin_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    observation = await ran(a_plugin(tmp_path, "sleep 60"), timeout=0.3)
    assert (observation.reply.outcome, observation.reply.summary) == (
        Outcome.TIMEOUT,
        "The plugin did not end in time",
    )


async def test_waiting_for_a_place_does_not_count_as_time() -> None:
    clock = SystemClock()
    fast = a_check("exec", ExecOptions(command=("/bin/true",)), timeout=5.0)
    slow = a_check("exec", ExecOptions(command=("/bin/sleep", "60")), timeout=0.4)
    hopeless = a_check("exec", ExecOptions(command=("/bin/true",)), timeout=5.0, interval=0.05)
    async with open_tools(clock) as usual:
        tools = dataclasses.replace(usual, programs=Programs(most=1))
        async with asyncio.TaskGroup() as tasks:
            first, *others = [tasks.create_task(observe(check, tools, clock)) for check in (slow, fast, hopeless)]
        tools.programs.close()
    assert first.result().reply.outcome is Outcome.TIMEOUT
    waited, given_up = (task.result() for task in others)
    assert waited.reply.outcome is Outcome.OK
    assert waited.started >= first.result().started + 0.4
    assert given_up.reply.outcome is Outcome.PREVENTED
    assert given_up.reply.summary == "too many programs run at once on this monitor"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("/nowhere/check_it", "there is no /nowhere/check_it", id="a path"),
        pytest.param("check_nowhere", "is neither in a folder of plugins", id="a name"),
        pytest.param("/etc/passwd", "is not executable", id="a plain file"),
    ],
)
async def test_what_cannot_be_run_says_nothing_of_the_host(name: str, words: str) -> None:
    reply = (await ran(name)).reply
    assert reply.outcome is Outcome.PREVENTED
    assert words in reply.summary


async def test_plugins_are_found_in_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "FOLDERS", (str(tmp_path / "none"), str(tmp_path)))
    a_plugin(tmp_path, "echo here")
    for command in ("check_it", "$USER1$/check_it"):
        assert (await ran(command)).reply.summary == "here"


async def test_a_program_of_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_plugin(tmp_path, "echo there", "check_there")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.defpath}")
    assert (await ran("check_there")).reply.summary == "there"


async def test_a_name_is_looked_up_only_for_those_who_want_the_address(tmp_path: Path) -> None:
    plugin = a_plugin(tmp_path, "echo ok")
    assert (await ran(plugin, address="nobody.test")).reply.outcome is Outcome.OK
    assert (await ran(plugin, "$HOSTADDRESS$", address="nobody.test")).reply.outcome is Outcome.UNRESOLVED
