"""Who may report for some hosts says nothing about others, in whatever message it is hidden."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.board.settings import BoardSettings
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.client import combined
from hexmon.ingest.scope import HostScope
from hexmon.ingest.scoped import Scopes
from hexmon.model.inventory import Inventory
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

HOSTS = """\
127.0.0.1 web1.example.com # CLIENT:app
127.0.0.2 db1.example.com  # CLIENT:web7
127.0.0.3 web2.example.com
"""
SCOPE = HostScope(["web*"])
SENDER = "192.0.2.7"
Say = Callable[[bytes], bytes]


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    files = {"some.cfg": "A=1\n", "client-local.cfg": "[linux]\nlog:/x:1\n"}
    made = Monitor(tmp_path, HOSTS, FakeClock(), files=files)
    for host in ("web1", "db1"):
        made.say(f"status {host}.example.com.disk green fine")
    return made


@pytest.fixture
def scopes(monitor: Monitor) -> Scopes:
    return Scopes(monitor.dispatcher, monitor.board)


@pytest.fixture
def say(scopes: Scopes) -> Say:
    def said(message: bytes) -> bytes:
        reply = scopes.handle(message, SENDER, "web", SCOPE).reply
        return reply if isinstance(reply, bytes) else b"".join(reply)

    return said


def squares(monitor: Monitor) -> set[str]:
    return {f"{status.key} {status.color.word}" for status in monitor.board.statuses()}


BEFORE = {"web1.example.com.disk green", "db1.example.com.disk green"}

ALLOWED = {
    "a status": b"status web1,example,com.cpu red x",
    "a status by an alias": b"status app.cpu red x",
    "a status that says who sent it": b"status web1,example,com.cpu red x\nStatus message received from 127.0.0.2\n",
    "a combo": b"combo\nstatus web1,example,com.cpu red x\n\nstatus web2,example,com.cpu red x",
    "an extcombo": combined([b"status web1,example,com.cpu red x", b"data web1,example,com.t\n1"])[0],
    "a lifetime and a group": b"status+2h/group:a WEB1,example,com.cpu red x",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_may_be_said(say: Say, monitor: Monitor, what: str) -> None:
    assert say(ALLOWED[what]) == b""
    assert "web1.example.com.cpu red" in squares(monitor)


def test_what_may_be_asked(say: Say) -> None:
    assert say(b"query web1.example.com.disk") == b"green fine\n"
    assert say(b"ping").startswith(b"xymond 4.")
    assert say(b"config some.cfg") == b"A=1\n"
    assert say(b"client web1,example,com.linux\n[date]\nx\n") == b"log:/x:1\n"


DISK = b"db1,example,com.disk red taken over"
REFUSED = {
    "a status": b"status " + DISK,
    "in capitals": b"status DB1,EXAMPLE,COM.disk red x",
    "by an alias that looks like one of theirs": b"status web7.disk red x",
    "of a host nobody knows": b"status dbx,example,com.disk red x",
    "with a name that never ends": b"status web" + b"1" * 1000 + b".disk red x",
    "in a combo": b"combo\nstatus " + DISK,
    "in an extcombo": combined([b"status " + DISK, b"status " + DISK])[0],
    "in a combo in an extcombo": combined([b"combo\nstatus " + DISK, b"ping"])[0],
    "from somebody who may": b"status " + DISK + b"\nStatus message received from 127.0.0.2\n",
    "client data": b"client db1,example,com.linux\n[date]\nx\n",
    "client data that says who sent it": b"client db1,example,com.linux\n[proxy]\nClientIP:127.0.0.2\n",
    "client data as a status": b"status db1,example,com.x client y",
    "data": b"data db1,example,com.trends\n1",
    "modify": b"modify db1,example,com.disk red a b",
    "modify behind one of theirs": b"modify web1.example.com.no red a b\n\nmodify db1,example,com.disk red a b",
    "a summary": b"summary summary.a.b red http://127.0.0.1/ x",
    "disable": b"disable web1,example,com.disk 10 x",
    "enable": b"enable web1,example,com.disk",
    "drop": b"drop web1.example.com",
    "rename": b"rename web1.example.com web2.example.com",
    "acknowledge": b"xymondack 1 10 x",
    "notify": b"notify web1,example,com.disk x",
    "notes": b"notes web1 x",
    "schedule": b"schedule 1 status " + DISK,
    "ackinfo": b"ackinfo web1,example,com.disk\n1\n60\nx\ny\n",
    "the board": b"xymondboard",
    "a log": b"xymondlog web1.example.com.disk",
    "a client log": b"clientlog web1.example.com",
    "a query": b"query db1.example.com.disk",
    "the hosts": b"hostinfo",
    "ghosts": b"ghostlist",
    "senders": b"senderstats",
    "the schedule": b"schedule",
    "reload": b"reload",
    "keeping a client message": b"hostdatasave web1.example.com",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(say: Say, scopes: Scopes, monitor: Monitor, what: str) -> None:
    records = len(monitor.journal.records)
    assert say(REFUSED[what]) == b""
    assert squares(monitor) == BEFORE
    assert len(monitor.journal.records) == records
    assert scopes.refused >= 1
    assert (list(monitor.board.ghosts), monitor.board.scheduled(), monitor.reloads) == ([], [], [])
    assert not monitor.board.clients("db1.example.com")


def test_of_a_message_of_many_parts_only_those_about_others_are_left_out(say: Say, monitor: Monitor) -> None:
    parts = [b"status web1,example,com.a red 1", b"status " + DISK, b"status web2,example,com.b red \xff\0 2"]
    say(combined(parts)[0])
    say(b"combo\nstatus web1,example,com.c red\n\nstatus " + DISK + b"\n\nstatus web2,example,com.d red")
    wanted = {"web1.example.com.a", "web2.example.com.b", "web1.example.com.c", "web2.example.com.d"}
    assert squares(monitor) - BEFORE == {f"{square} red" for square in wanted}


def test_of_several_modifications_only_those_about_others_are_left_out(say: Say, monitor: Monitor) -> None:
    say(b"modify web1.example.com.disk red a b\n\nmodify db1.example.com.disk red a b\n\nmodify web1.example.com.disk")
    assert squares(monitor) == {"web1.example.com.disk red", "db1.example.com.disk green"}


def test_an_extcombo_in_another_is_not_read(say: Say, monitor: Monitor) -> None:
    inner = combined([b"status " + DISK, b"status web1,example,com.a red"])[0]
    assert say(combined([inner, b"status web1,example,com.b red"])[0]) == b""
    assert squares(monitor) - BEFORE == {"web1.example.com.b red"}


def test_a_nul_ends_a_message_here_too(say: Say, monitor: Monitor) -> None:
    say(
        b"modify web1.example.com.x red a b\n\nmodify db1.example.com.disk red a b\0"
        b"\n\nmodify web1.example.com.disk red a b"
    )
    assert squares(monitor) == BEFORE


def test_a_big_message_is_handled_in_steps(scopes: Scopes, monitor: Monitor) -> None:
    parts = [f"status {host}.example.com.t{n} red x".encode() for n in range(300) for host in ("web1", "db1")]
    steps = list(scopes.handle_in_steps(combined(parts, 1000)[0], SENDER, "web", SCOPE))
    assert len(steps) == 6
    assert max(steps) > 0
    assert {str(status.key.host) for status in monitor.board.statuses() if status.key.test != "disk"} == {
        "web1.example.com"
    }
    assert scopes.refused == 300
    assert list(scopes.handle_in_steps(b"extcombo x", SENDER, "web", SCOPE)) == [0]


def test_a_refusal_is_logged_once(say: Say, scopes: Scopes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            say(b"status " + DISK)
    assert len(caplog.messages) == 1
    assert "'web'" in caplog.messages[0]
    assert "db1.example.com" in caplog.messages[0]
    assert scopes.refused == 3


@pytest.mark.parametrize("ghosts", ["allow", "match", "drop"])
def test_ghosts_that_are_accepted_are_of_their_scope(tmp_path: Path, ghosts: str) -> None:
    monitor = Monitor(tmp_path, HOSTS, FakeClock(), settings=BoardSettings(ghosts=ghosts))  # type: ignore[arg-type]
    scopes = Scopes(monitor.dispatcher, monitor.board)
    scope = HostScope(["%dmz", "web5"])
    for host in ("db1.dmz", "db9.lan", "web5"):
        scopes.handle(f"status {host}.x red x".encode(), SENDER, "web", scope)
    expected = {"db1.dmz.x red", "web5.x red"} if ghosts == "allow" else set()
    assert squares(monitor) == expected


class Heard:
    """A handler that only remembers."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def handle(self, message: bytes, sender: str) -> Answer:  # noqa: ARG002
        self.messages.append(message)
        return NO_ANSWER


class Anybody:
    inventory = Inventory()

    def canonical(self, host: str) -> str | None:  # noqa: ARG002
        return None


@given(st.binary(max_size=300), st.sampled_from([b"", b"combo\n", b"extcombo ", b"modify ", b"status ", b"client "]))
def test_no_message_raises(message: bytes, start: bytes) -> None:
    heard = Heard()
    Scopes(heard, Anybody()).handle(start + message, SENDER, "web", SCOPE)
    list(Scopes(heard, Anybody()).handle_in_steps(start + message, SENDER, "web", SCOPE))


@given(st.lists(st.sampled_from([b"status web1.a red x", b"status " + DISK, b"ping", b"data web1.x\n1"]), max_size=12))
def test_what_is_allowed_arrives_in_its_order(parts: list[bytes]) -> None:
    heard = Heard()
    for message in combined(parts, 20):
        Scopes(heard, Anybody()).handle(message, SENDER, "web", SCOPE)
    allowed = [part for part in parts if DISK not in part]
    assert heard.messages == combined(allowed, 20)
