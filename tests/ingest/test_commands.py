import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.board.bounds import MOST_COLLECTORS
from hexmon.ingest import messages as say
from hexmon.ingest.access import Senders
from hexmon.ingest.commands import COMMANDS
from hexmon.ingest.messages import AnyCommand
from hexmon.ingest.outside import Outside
from hexmon.model.events import DataReported, NoticeSent
from hexmon.model.names import StatusKey
from hexmon.model.status import Report
from tests.fuzz.fuzz_messages import mutated
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

HOSTS = """\
192.0.2.1 www.example.com # CLASS:web
192.0.2.2 db.example.com # CLIENT:dbalias
0.0.0.0 anywhere.example.com
"""
LOCAL = """\
# nobody
[os=linux]
for linux
[class=web]
for the class
  indented
[host=%^db]
for the host
[anywhere.example.com]
anywhere
[db*]
too late
[broken
[host=(]
never
"""


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path, HOSTS, FakeClock(), files={"client-local.cfg": LOCAL})


@pytest.fixture
def guarded(tmp_path: Path) -> Monitor:
    trusted = ("198.51.100.0/24",)
    lists = Senders(status=trusted, maint=trusted, www=trusted, admin=trusted)
    return Monitor(tmp_path, HOSTS, FakeClock(), files={"x.cfg": "A=1\n"}, senders=lists)


def test_every_command_has_a_handler() -> None:
    commands = set(AnyCommand.__args__) - {Report}
    assert set(COMMANDS) == commands


TRUSTED, STRANGER, ITSELF = "198.51.100.1", "203.0.113.1", "192.0.2.1"


@pytest.mark.parametrize(
    "message",
    [
        "query www.example.com.disk",
        "xymondlog www.example.com.disk",
        "xymondxlog www.example.com.disk",
        "xymondboard",
        "xymondxboard",
        "hostinfo",
        "config x.cfg",
        "clientlog www.example.com",
        "hostdatasave www.example.com",
    ],
)
def test_strangers_get_nothing(guarded: Monitor, message: str) -> None:
    guarded.say("status www,example,com.disk red x", TRUSTED)
    guarded.say("client www,example,com.linux\n[a]\n", TRUSTED)
    assert guarded.say(message, STRANGER) == b""
    assert guarded.say(message, TRUSTED) != b""


def test_a_host_may_speak_for_itself_and_for_nobody_else(guarded: Monitor) -> None:
    guarded.say("status www,example,com.disk red x", ITSELF)
    guarded.say("status db,example,com.disk red x", ITSELF)
    guarded.say("combo\nstatus www,example,com.cpu red x\n\nstatus db,example,com.cpu red x", ITSELF)
    guarded.say("status anywhere,example,com.disk red x", STRANGER)
    shown = [str(status.key) for status in guarded.board.statuses()]
    assert shown == ["www.example.com.disk", "www.example.com.cpu", "anywhere.example.com.disk"]
    assert guarded.say("query www.example.com.disk", ITSELF) == b"red x\n"
    assert guarded.say("query www.example.com.disk", "192.0.2.2") == b""
    assert guarded.say("xymondlog www.example.com.disk", ITSELF) == b""


def test_a_relay_does_not_lend_its_rights(guarded: Monitor) -> None:
    guarded.say("status db,example,com.disk red x\nStatus message received from 192.0.2.2\n", STRANGER)
    assert list(guarded.board.statuses()) == []


def test_only_a_host_with_an_address_may_disable_itself(guarded: Monitor) -> None:
    for host in ("www", "anywhere"):
        guarded.say(f"status {host},example,com.disk red x", TRUSTED)
    guarded.say("disable anywhere,example,com.disk 5 x", STRANGER)
    guarded.say("disable www,example,com.disk 5 x", STRANGER)
    assert guarded.say("query anywhere.example.com.disk", TRUSTED) == b"red x\n"
    assert guarded.say("query www.example.com.disk", TRUSTED) == b"red x\n"
    guarded.say("disable www,example,com.disk 5 x", ITSELF)
    assert guarded.say("query www.example.com.disk", TRUSTED) == b"blue x\n"


def test_what_strangers_may_not_change(guarded: Monitor) -> None:
    guarded.say("status www,example,com.disk red x", TRUSTED)
    cookie = guarded.say("xymondboard test=disk fields=cookie", TRUSTED).decode().strip()
    before = guarded.board.status(StatusKey("www.example.com", "disk"))
    for message in (
        f"xymondack {cookie} 60 x",
        "ackinfo www,example,com.disk\n1\n600\njoe\nx",
        "drop www.example.com",
        "rename www.example.com disk space",
        "modify www,example,com.disk green S x",
        "notify www,example,com.disk x",
        "usermsg a b",
    ):
        guarded.say(message, STRANGER)
    assert guarded.board.status(StatusKey("www.example.com", "disk")) is before
    assert guarded.dispatcher.counts["Refused"] == 7


def test_a_refusal_is_logged_once_for_each_sender_and_command(
    guarded: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            guarded.say("drop www.example.com", STRANGER)
    assert [record.getMessage() for record in caplog.records] == [
        "messages: refused Drop from 203.0.113.1: it is not in the list 'admin'"
    ]


def test_summaries_ping_and_the_schedule_are_for_everybody(guarded: Monitor) -> None:
    guarded.say("summary summary.a.b green x", STRANGER)
    assert guarded.say("xymondboard fields=testname,color", TRUSTED) == b"a.b|green\n"
    assert guarded.say("ping", STRANGER).startswith(b"xymond 4.3.30")
    assert guarded.say("senderstats", STRANGER) != b""


def test_a_scheduled_command_is_checked_when_it_runs(guarded: Monitor) -> None:
    clock = guarded.clock
    assert isinstance(clock, FakeClock)
    guarded.say("status www,example,com.disk red x", TRUSTED)
    at = int(clock.now()) + 60
    guarded.say(f"schedule {at} drop www.example.com disk", STRANGER)
    guarded.say(f"schedule {at + 60} drop www.example.com disk", TRUSTED)
    assert guarded.say("schedule", STRANGER).count(b"\n") == 2
    assert guarded.dispatcher.run_due() == 0
    clock.wall += 60
    assert guarded.dispatcher.run_due() == 1
    assert guarded.say("query www.example.com.disk", TRUSTED) == b"red x\n"
    clock.wall += 6000  # late, as after a stop: it runs all the same
    assert guarded.dispatcher.run_due() == 1
    assert guarded.say("query www.example.com.disk", TRUSTED) == b""
    assert guarded.say("schedule", STRANGER) == b""


def test_scheduled_questions_do_no_harm(monitor: Monitor) -> None:
    monitor.say("schedule 1 xymondboard")
    monitor.say("schedule 1 extcombo ")
    assert monitor.dispatcher.run_due() == 2


LOCAL_CASES = {
    "the system": ("client nobodyelse.linux", b""),
    "the class of hosts.cfg": ("client www,example,com.linux", b"for the class\n  indented\n"),
    "the class of hosts.cfg before that of the message": (
        "client www,example,com.linux db",
        b"for the class\n  indented\n",
    ),
    "the host before its class": ("client db,example,com.linux web", b"for the host\n"),
    "an alias": ("client dbalias.linux", b"for the host\n"),
    "a plain name": ("client anywhere,example,com.linux", b"anywhere\n"),
    "another collector": ("client/x db,example,com.linux", b"for the host\n"),
    "a status of the colour client": ("status db,example,com.coll client", b""),
}


@pytest.mark.parametrize(("message", "expected"), LOCAL_CASES.values(), ids=LOCAL_CASES.keys())
def test_what_an_agent_is_told(monitor: Monitor, message: str, expected: bytes) -> None:
    assert monitor.say(message + "\n[date]\n") == expected


def test_what_the_board_refuses_is_not_judged_either(monitor: Monitor) -> None:
    judged: list[str] = []
    monitor.dispatcher.outside = Outside(judge=lambda message: judged.append(message.collector))
    for number in range(MOST_COLLECTORS + 5):
        monitor.say(f"client/c{number} db,example,com.linux\n[date]\n")
    monitor.say("client/c3 db,example,com.linux\n[date]\n")
    assert judged == [*(f"c{number}" for number in range(MOST_COLLECTORS)), "c3"]


def test_client_local_is_read_again_when_it_changes(monitor: Monitor) -> None:
    clock = monitor.clock
    assert isinstance(clock, FakeClock)
    assert monitor.say("client dbalias.linux\n") == b"for the host\n"
    path = monitor.folder / "etc" / "client-local.cfg"
    path.write_text("[linux]\nanother and longer text\n")
    assert monitor.say("client dbalias.linux\n") == b"for the host\n"
    clock.mono += 6
    assert monitor.say("client dbalias.linux\n") == b"another and longer text\n"
    path.unlink()
    clock.mono += 6
    assert monitor.say("client dbalias.linux\n") == b""


def test_files_stay_inside_their_folders(monitor: Monitor) -> None:
    etc, download = monitor.folder / "etc", monitor.folder / "download"
    (monitor.folder / "secret.cfg").write_text("secret")
    (etc / "link.cfg").symlink_to(monitor.folder / "secret.cfg")
    (etc / "sub").mkdir()
    (etc / "sub" / "x.cfg").write_text("inside\n")
    (etc / "some.txt").write_text("text")
    (download / "link").symlink_to(monitor.folder / "secret.cfg")
    (download / "dir").mkdir()
    (download / "good").write_bytes(b"\0bytes")
    assert monitor.say("config sub/x.cfg") == b"inside\n"
    assert monitor.say("download good") == b"\0bytes"
    for name in ("../secret.cfg", "link.cfg", "some.txt", "sub", ".cfg", "nothing.cfg", "x\0.cfg", "sub/../link.cfg"):
        assert monitor.say(f"config {name}") == b"", name
    for name in ("../secret.cfg", "link", "dir", "nothing", "x" * 5000):
        assert monitor.say(f"download {name}") == b"", name


def test_downloads_are_kept_until_they_are_flushed(monitor: Monitor) -> None:
    path = monitor.folder / "download" / "f"
    path.write_bytes(b"one")
    assert monitor.say("download f") == b"one"
    path.write_bytes(b"two")
    assert monitor.say("download f") == b"one"
    monitor.say("flush filecache")
    assert monitor.say("download f") == b"two"


def test_reload_and_rotate_are_passed_on(monitor: Monitor) -> None:
    for message in ("reload", "rotate", "reload\n", "reloading"):
        monitor.say(message)
    assert monitor.reloads == ["reload", "rotate", "reload"]


def test_an_extcombo_holds_messages_of_any_kind(monitor: Monitor) -> None:
    followed = monitor.bus.follow("test", [DataReported, NoticeSent])
    parts = [
        b"status www,example,com.disk red x",
        b"data www,example,com.x\n1",
        b"ping",
        b"usermsg a b",
        b"extcombo 1 2\n",
    ]
    offsets = [60]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    header = b"extcombo " + b" ".join(b"%d" % offset for offset in offsets)
    assert monitor.say(header.ljust(59) + b"\n" + b"".join(parts)) == b""
    assert monitor.say("query www.example.com.disk") == b"red x\n"
    assert followed.depth() == 2


def test_hostdatasave_is_answered_in_the_words_of_xymond(monitor: Monitor) -> None:
    assert monitor.say("hostdatasave").startswith(b"ERROR: hostdatasave requires HOSTNAME")
    assert monitor.say("hostdatasave www.example.com 5 x").startswith(b"ERROR: hostdatasave requires HOSTNAME")
    assert monitor.say("hostdatasave www.example.com nope").startswith(b"ERROR: hostdatasave requires HOSTNAME")
    assert monitor.say("hostdatasave nobody") == b"ERROR: unknown host nobody\n"
    assert monitor.say("hostdatasave www.example.com") == b"ERROR: no CLICHG channel reader is listening\n"


def test_a_mistake_of_ours_is_an_empty_answer(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(monitor.board, "drop", broken)
    assert monitor.say("drop www.example.com") == b""
    assert monitor.dispatcher.counts["Failed"] == 1
    assert "not handled: b'drop www.example.com'" in caplog.text


def test_a_combo_in_steps_does_the_same(monitor: Monitor) -> None:
    statuses = b"\n\n".join(b"status www,example,com.t%d green x" % number for number in range(250))
    tickets = list(monitor.dispatcher.handle_in_steps(b"combo\n" + statuses, "127.0.0.1"))
    assert len(tickets) == 3
    assert all(tickets)
    assert len(monitor.board.squares("www.example.com")) == 250


def test_refreshes_need_not_wait_for_the_journal(monitor: Monitor) -> None:
    handle = monitor.dispatcher.handle
    assert handle(b"status www,example,com.disk green x", "127.0.0.1").ticket > 0
    assert handle(b"status www,example,com.disk green y", "127.0.0.1").ticket == 0
    assert handle(b"combo\nstatus www,example,com.disk red y", "127.0.0.1").ticket > 0


def test_no_message_is_an_exception(monitor: Monitor) -> None:
    for message in mutated(3000, seed=5):
        monitor.say(message)
    assert monitor.dispatcher.counts["Failed"] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_are_an_exception(monitor: Monitor, message: bytes) -> None:
    monitor.say(message)
    assert monitor.dispatcher.counts["Failed"] == 0


def test_useless_commands_are_counted(monitor: Monitor) -> None:
    monitor.say("nonsense")
    assert monitor.dispatcher.counts[say.Useless.__name__] == 1
