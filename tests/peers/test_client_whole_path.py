"""Recorded messages on port 1984 of `hexmon serve`, and of a real xymond with its xymond_client: the same squares.

What tests/peers/test_client_data_peers.py compares without a server goes its whole way here: the words of the first
line, analysis.cfg in force, the board, and the reply from client-local.cfg.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexmon.model.client import ClientData
from hexmon.model.status import ClientMessage
from tests.peers.client_oddities import Made, Square, excused
from tests.peers.client_samples import samples
from tests.peers.test_client_data_peers import RULES
from tests.support.monitor import monitor, wait_for
from tests.support.peers import peer
from tests.support.xymond import Xymond, unprivileged_user, xymond

pytestmark = pytest.mark.peers

LOCAL = "[linux]\nlog:/var/log/messages:10240\n[host=%bsd]\nfile:/etc/rc.conf\n[class=solaris]\ndir:/var/adm\n"
_FIELDS = b"xymondboard fields=hostname,testname,color,line1"
# A z system ends xymond_client; collectors have names of their own.
_NOT_HERE = ("zos", "zvm", "zvse", "snmpcollect", "mqcollect")
_PSEUDO = {"info", "trends", "clientlog", "conn", "hexmon", "xymon", "xymond"}


def hosts_cfg() -> str:
    return "".join(f"127.0.0.1 {sample.host} # noconn\n" for sample in samples().values())


@contextmanager
def xymond_client(daemon: Xymond) -> Iterator[None]:
    """Its worker for agents' messages."""
    command = [str(peer("xymond_channel")), "--channel=client", f"--log={daemon.home / 'client.log'}"]
    if os.geteuid() == 0:
        user = unprivileged_user()
        identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        command = ["nsenter", f"--ipc=/proc/{daemon.pid}/ns/ipc", "setpriv", *identity, *command]
    environment = {
        "XYMONHOME": str(daemon.home),
        "XYMONTMP": str(daemon.home / "tmp"),
        "XYMONVAR": str(daemon.home / "tmp"),
        "HOSTSCFG": str(daemon.home / "etc" / "hosts.cfg"),
        "XYMSRV": daemon.host,
        "XYMONDPORT": str(daemon.port),
    }
    worker = subprocess.Popen(
        [*command, str(peer("xymond_client")), "--collectors=default,mqcollect,snmpcollect"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(20)


def board(answer: bytes) -> dict[tuple[str, str], Made]:
    """Host and test to colour and first line."""
    found = {}
    for row in answer.decode("utf-8", "surrogateescape").splitlines():
        host, test, color, line = row.split("|", 3)
        if test not in _PSEUDO:
            found[host, test] = Made(color, line.partition(" ")[2].rstrip())
    return found


def test_recorded_messages_on_their_whole_way(tmp_path: Path) -> None:
    chosen = {name: one for name, one in samples().items() if one.os_type not in _NOT_HERE}
    (tmp_path / "analysis.cfg").write_text(RULES)
    (tmp_path / "client-local.cfg").write_text(LOCAL)
    files = {"analysis.cfg": RULES, "client-local.cfg": LOCAL}
    with (
        xymond(hosts_cfg(), files) as daemon,
        xymond_client(daemon),
        monitor(tmp_path, hosts_cfg(), HEXMON_AGENT__ENABLED="false") as ours,
    ):
        for sample in chosen.values():
            message = sample.message().message
            assert ours.ask(message) == daemon.say(message), sample.name
        messages = {sample.host: sample.message().message for sample in chosen.values()}
        theirs = wait_for(lambda: _complete(daemon, messages), 20, "the squares of all hosts")
        mine = board(ours.ask(_FIELDS))
    hosts = {sample.host: sample for sample in chosen.values()}
    assert len({host for host, _ in mine}) == len(hosts)
    different = [
        (key, mine.get(key), theirs.get(key))
        for key in sorted({*mine, *theirs})
        if mine.get(key) != theirs.get(key) and not _excused(hosts[key[0]].message(), key[1], mine, theirs)
    ]
    assert different == []


def _excused(
    message: ClientMessage,
    test: str,
    mine: Mapping[tuple[str, str], Made],
    theirs: Mapping[tuple[str, str], Made],
) -> bool:
    key = (message.host, test)
    return excused(Square(test, message, RULES, ClientData(message.message), mine.get(key), theirs.get(key)))


def _complete(daemon: Xymond, messages: Mapping[str, bytes]) -> dict[tuple[str, str], Made] | None:
    """Its board, once every host has squares and two looks saw the same; what came before its worker is sent again."""
    first = board(daemon.say(_FIELDS))
    missing = messages.keys() - {host for host, _ in first}
    for host in missing:
        daemon.say(messages[host])
    return first if not missing and first == board(daemon.say(_FIELDS)) else None
