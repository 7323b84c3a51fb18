"""The DS settings beside the real xymond_rrd, which is given the status messages of conn and sends `modify`."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source
from hexmon.judge.clients.ds import judge_values
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import DataSet
from hexmon.judge.clients.selection import Selected
from hexmon.model.color import BY_WORD, Color
from tests.support.analysis_files import analysis
from tests.support.client_rules import HOST
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged, unprivileged_user

pytestmark = pytest.mark.peers

FILE = """
DS conn tcp.conn.rrd:sec >0.1 COLOR=yellow "TEXT=&N is &V, over &U and &L"
DS conn tcp.conn.rrd:sec >0.5 COLOR=red
DS conn %^tcp:sec >=2 <=3 COLOR=purple
DS conn tcp.smtp.rrd:sec >0 COLOR=red
DS traffic ifstat.eth0.rrd:bytesSent >1000
DS traffic %^ifstat:bytesReceived <1000 COLOR=yellow "TEXT=only &V"
DS odd %^odd:a >=5 <=7
DS odd %^odd:b <1 COLOR=yellow
"""
CONN = Expression("tcp.conn.rrd")
RULES = (
    DataSet(
        column="conn",
        file=CONN,
        data_set="sec",
        limits=((">", 0.1),),
        color=Color.YELLOW,
        text="&N is &V, over &U and &L",
    ),
    DataSet(column="conn", file=CONN, data_set="sec", limits=((">", 0.5),)),
    DataSet(
        column="conn", file=Expression("%^tcp"), data_set="sec", limits=((">=", 2.0), ("<=", 3.0)), color=Color.PURPLE
    ),
    DataSet(column="conn", file=Expression("tcp.smtp.rrd"), data_set="sec", limits=((">", 0.0),)),
)
BEGUN = 1795161600


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder that an unprivileged program can use."""
    with tempfile.TemporaryDirectory(prefix="xymond-rrd-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        (home / "etc").mkdir()
        (home / "rrd").mkdir()
        (home / "etc/hosts.cfg").write_text(f"127.0.0.1 {HOST.name} #\n")
        (home / "etc/analysis.cfg").write_text(FILE)
        if os.geteuid() == 0:
            shutil.chown(home / "rrd", unprivileged_user().pw_uid)
        yield home


def arrived(listener: socket.socket) -> bytes:
    """All that was sent by a program that has ended: it waits for us to take it."""
    said = b""
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.setblocking(True)
                while some := connection.recv(65536):
                    said += some
    return said


def a_ping(seconds: float) -> str:
    """A status of conn as xymond_channel hands it on."""
    fields = f"{BEGUN}.0|127.0.0.1||{HOST.name}|conn|{BEGUN + 1800}|green||green|{BEGUN}|0||0||0||0||||"
    text = f"status conn green x\n\n&green 127.0.0.1 is alive ({seconds * 1000:g} ms)\n"
    return f"@@status#1/{HOST.name}|{fields}\n{text}"


def a_data_message(name: str, text: str) -> str:
    return f"@@data#1/{HOST.name}|{BEGUN}.0|127.0.0.1||{HOST.name}|{name}|linux|\ndata {HOST.name}.{name}\n{text}"


def said_by_xymon(home: Path, listener: socket.socket, message: str) -> list[tuple[str, Color, str]]:
    """The columns, colours and causes of all its modifications for one message."""
    environment = {
        "XYMONHOME": str(home),
        "XYMONVAR": str(home),
        "XYMONTMP": str(home / "rrd"),
        "HOSTSCFG": f"!{home / 'etc/hosts.cfg'}",
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": str(listener.getsockname()[1]),
        "TEST2RRD": "conn=tcp,ifstat,trends",
        "GRAPHS": "tcp",
    }
    subprocess.run(
        [*as_unprivileged(), peer("xymond_rrd"), f"--rrddir={home / 'rrd'}", "--no-cache"],
        input=f"{message}\n@@\n@@shutdown\n@@\n".encode(),
        env={**os.environ, **environment},
        cwd=home,
        capture_output=True,
        timeout=60,
        check=True,
    )
    found = re.findall(r"modify \S+\.(\w+) (\w+) rrdds (.*)", arrived(listener).decode())
    return [(column, BY_WORD[color], cause) for column, color, cause in found]


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.25, 0.75, 2.0, 2.5, 3.5])
def test_the_worst_of_what_xymon_says(seconds: float) -> None:
    with a_home() as home, socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = said_by_xymon(home, listener, a_ping(seconds))
    found = judge_values(Selected(*RULES), "tcp.conn.rrd", {"sec": seconds})
    ours = [one for one in found.values() if one is not None]
    assert len(ours) == bool(theirs)
    if theirs:
        _, color, cause = max(theirs, key=lambda one: one[1])
        cause = re.sub(r"\.?0+(?=[ ,])", "", cause, count=1)  # it says the figure with six decimals
        assert (ours[0].color, ours[0].cause.decode()) == (color, cause)


IFSTAT = """linux
eth0      Link encap:Ethernet  HWaddr 02:00:00:00:00:01
          RX bytes:77 (77.0 b)  TX bytes:123456 (120.5 KiB)
"""
TRENDS = """[odd.rrd]
DS:a:GAUGE:600:U:U {}
DS:b:GAUGE:600:U:U {}
"""


def both(name: str, text: str) -> tuple[list[tuple[str, Color, str]], list[tuple[str, Color, str]]]:
    """What Xymon and hexmon say of a data message."""
    with a_home() as home, socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = said_by_xymon(home, listener, a_data_message(name, text))
    told: list[tuple[str, Color, str]] = []
    source = Source(kind="data", host=HOST.name, test=name, text=f"data {HOST.name}.{name}\n{text}".encode(), at=BEGUN)
    for update in DATASETS[name](source):
        values = {one.name: float(text) for one, text in zip(update.sources, update.values, strict=True) if text != "U"}
        rules = Selected(*(rule for rule in analysis(FILE).rules if isinstance(rule, DataSet)))
        found = judge_values(rules, update.file, values).items()
        told += [(column, one.color, one.cause.decode()) for column, one in found if one is not None]
    return theirs, told


def test_counters_are_judged_as_they_come() -> None:
    theirs, ours = both("ifstat", IFSTAT)
    assert max(theirs) == ("traffic", Color.RED, "bytesSent=123456 (> 1000.00)")
    assert ours == [max(theirs)], "of one column the worst"
    assert ("traffic", Color.YELLOW, "only 77") in theirs


@pytest.mark.parametrize(("a", "b"), [("5", "1"), ("7", "2"), ("8", "1.5"), ("6.5", "0.5")])
def test_limits_of_any_figures(a: str, b: str) -> None:
    theirs, ours = both("trends", TRENDS.format(a, b))
    theirs = [(column, color, cause.replace("( ", "(")) for column, color, cause in theirs]
    assert ours == sorted(theirs, key=lambda one: -one[1])[:1]


def test_what_is_unknown_counts_as_0_for_xymon_only() -> None:
    theirs, ours = both("trends", TRENDS.format("U", "U"))
    assert (theirs, ours) == ([("odd", Color.YELLOW, "b=U (< 1.00)")], [])
