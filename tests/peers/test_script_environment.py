"""The whole environment of a SCRIPT, as the real xymond_alert and hexmon give it; and both fed by the same reports."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from hexmon.alerts.notify.contract import NotifyTools, Outcome
from hexmon.alerts.notify.script import send
from hexmon.inventory.xmh import XMH_NAMES, xmh_value
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Kind, Message, Way, incident_id
from hexmon.model.names import StatusKey
from hexmon.probes.programs import Programs
from tests.peers.alert_words import CHANNEL, HOSTS, NOW, inventory
from tests.support.clock import FakeClock
from tests.support.monitor import Running, monitor, wait_for
from tests.support.page_channel import PageChannel, page_channel
from tests.support.xymond_alert import XymondAlert, xymond_alert

pytestmark = pytest.mark.peers

INVENTORY = inventory()
WRITER = """#!/bin/sh
env -0 > "$HEARD.new" && mv "$HEARD.new" "$HEARD"
"""
RULES = "HOST=*\n\tSCRIPT {script} me FORMAT={form} REPEAT=1d RECOVERED NOTICE\n"

# xymond_alert gives on what its own start has set, and what it wanted to know of the server's settings.
ITS_OWN = (
    *("XYMON", "XYMS", "MACHINE", "SVCCODES", "CGIBINURL", "ALERT", "MAIL", "MAXMSG_", "HOSTSCFG", "FQDN", "HEARD"),
    *("FROZEN_TIME", "LD_PRELOAD", "TZ", "SHLVL", "PWD", "OLDPWD", "_"),
)


def _of_the_alert(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if not name.startswith(ITS_OWN)}


@pytest.mark.parametrize("host", INVENTORY.hosts)
async def test_every_variable_is_the_same(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = tmp_path / "heard"
    monkeypatch.setenv("BBALPHAMSG", "of another message")
    monkeypatch.setenv("OF_THE_MONITOR", "is given on")
    with xymond_alert("", HOSTS, NOW) as peer:
        peer.rules(RULES.format(script=peer.home / "bin" / "one", form="TEXT"))
        peer.move_to(NOW + 60)
        address = INVENTORY.hosts[host].ip
        peer.page(host, "http", "red", "green", text=f"status {host}.http red it is\n", ip=address)
        (theirs,) = peer.heard()
    monkeypatch.setenv("HEARD", str(heard))
    program = _program(tmp_path)
    programs = Programs()
    tools = NotifyTools(clock=FakeClock(), curl=cast("Any", None), programs=programs, environment=_items)
    sent = await send(_delivery(host, program), CHANNEL, tools)
    assert sent.outcome is Outcome.SENT
    mine = _of_the_alert(_values(heard))
    its = _of_the_alert(theirs.values) | {"BBALPHAMSG": "red it is\n\n"}  # no link: nobody said where the pages are
    its.pop("PROGRAM")
    assert theirs.values["BBALPHAMSG"].startswith("red it is\n\nSee ")
    assert mine == its


def _program(folder: Path) -> Path:
    program = folder / "script"
    program.write_text(WRITER)
    program.chmod(0o755)
    return program


def _items(key: StatusKey) -> Mapping[str, str]:
    values = ((name, xmh_value(INVENTORY.hosts[key.host], INVENTORY, name)) for name in XMH_NAMES)
    return {name: value for name, value in values if value is not None}


def _values(heard: Path) -> dict[str, str]:
    parts = heard.read_bytes().decode("latin-1").split("\0")
    return {name: value for name, equals, value in (part.partition("=") for part in parts) if equals}


def _delivery(host: str, program: Path) -> Delivery:
    key, at = StatusKey(host, "http"), NOW + 60
    message = Message(
        kind=Kind.ALERT,
        key=key,
        color=Color.RED,
        worst=Color.RED,
        at=at,
        started=at,
        text=b"red it is\n",
        cookie=4711,
        line=2,
        incident=incident_id(key, at),
        ip=INVENTORY.hosts[host].ip,
    )
    way = Way(method="SCRIPT", channel="script", program=str(program), address="me")
    return Delivery(number=1, way=way, message=message, created=at)


# The same reports to both servers

# Moments, numbers that are drawn, and what differs between two machines.
DIFFERENT = frozenset({"ACKCODE", "BBNUMERIC", "EVENTSTART", "DOWNSECS", "DOWNSECSMSG", "ALERTID", "MACHIP"})
# Nothing for hexmon to look at by itself.
FEW_HOSTS = '127.0.0.1 www.example.com # noconn CLIENT:alias CLASS:cls "COMMENT:a b"\n'
REPORTS = {
    "no newline": b"status www,example,com.a red down",
    "a newline": b"status www,example,com.b red down\n",
    "two newlines": b"status www,example,com.c red down\n\n",
    "lines": b"status www,example,com.d red down\nmore\n&red bad\n\nlast",
    "only the colour": b"status www,example,com.e red",
    "only the colour and a newline": b"status www,example,com.f red\n",
    "spaces": b"status www,example,com.g    red   far   away  \n  indented  \n ",
    "flags": b"status www,example,com.h red <!-- [flags:OrdAstLe] --> down\nmore\n",
    "carriage returns": b"status www,example,com.i red down\r\nmore\r\n",
    "a group and a lifetime": b"status+10m/group:g1,g2 www,example,com.j red down\nmore\n",
    "another coding": b"status www,example,com.k red \xff\xfe \xe9\n\xc3\xa9\n",
    "yellow, in capitals": b"status www,example,com.l YELLOW so so\n",
    "a host by its alias": b"status alias.m red down\n",
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Servers"]:
    folder = tmp_path_factory.mktemp("serve")
    rules = RULES.format(script=_program(folder), form="TEXT")
    (folder / "alerts.cfg").write_text(rules.replace("HOST=*", "HOST=www.example.com"))
    with page_channel(FEW_HOSTS) as channel, xymond_alert("", FEW_HOSTS, NOW) as peer:
        peer.rules(RULES.format(script=peer.home / "bin" / "one", form="TEXT"))
        with monitor(folder, FEW_HOSTS, HEARD=str(folder / "heard")) as ours:
            yield Servers(channel, peer, ours)


class Servers:
    """The same words to xymond, whose page channel is read to xymond_alert, and to `hexmon serve`."""

    def __init__(self, channel: PageChannel, peer: XymondAlert, ours: Running) -> None:
        self._channel, self._peer, self._ours = channel, peer, ours
        self._heard = ours.folder / "heard"

    def reset(self, test: bytes) -> None:
        """A square that exists, and is well."""
        for say in (self._channel.xymond.say, self._ours.ask):
            say(b"status www,example,com.%s green fine" % test)

    def tell(self, message: bytes) -> tuple[dict[str, str], dict[str, str]]:
        """What both scripts are told of it."""
        self._channel.xymond.say(message)
        (page,) = self._channel.pages(1)
        self._peer.move_to(self._peer.now + 60)
        self._peer.raw(page)
        (theirs,) = self._peer.heard()
        self._heard.unlink(missing_ok=True)
        self._ours.ask(message)
        wait_for(lambda: True if self._heard.exists() else None, 20.0, message)
        return _comparable(theirs.values), _comparable(_values(self._heard))


def _comparable(values: Mapping[str, str]) -> dict[str, str]:
    names = [name for name in values if name.startswith(("BB", "XMH_")) or name in ("RCPT", "RECOVERED", "CFID")]
    told = {name: values[name] for name in names if name not in DIFFERENT}
    text, see, _ = told["BBALPHAMSG"].partition("See http")
    return told | {"BBALPHAMSG": text + see}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_both_servers_tell_the_same_of_a_report_and_of_its_end(servers: "Servers", report: bytes) -> None:
    theirs, ours = servers.tell(report)
    assert ours == theirs
    well = report.replace(b"red", b"green", 1).replace(b"YELLOW", b"green")
    theirs, ours = servers.tell(well)
    assert theirs["RECOVERED"] == "1"
    assert ours == theirs


@pytest.mark.parametrize(
    "text",
    [
        b" word",
        b" some\nlines\n",
        b"   spaces  ",
        b"\nlater",
        b" \n later",
        b"\t\ttabs",
        b"",
        b" ",
        b" \xff <!-- x -->\r\n&red a\n",
    ],
)
def test_both_servers_tell_the_same_of_a_notice(servers: "Servers", text: bytes) -> None:
    servers.reset(b"n")
    theirs, ours = servers.tell(b"notify www,example,com.n" + text)
    assert ours == theirs


def test_both_servers_tell_the_same_of_a_disable(servers: "Servers") -> None:
    servers.tell(b"status www,example,com.o red down\nmore\n")
    theirs, ours = servers.tell(b"disable www,example,com.o 60 why")
    assert theirs["RECOVERED"] == "2"
    assert ours == theirs
