"""The real xymond and hexmon hear the same odd messages in the same seconds: what both answer and show is compared.

Time stands still between the messages, for both, so that every moment is the same to the second.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hexmon.board.entries import Entry
from hexmon.board.settings import BoardSettings
from hexmon.model.color import WORDS
from hexmon.model.names import StatusKey
from tests.peers.odd_words import FIELDS, HOSTS
from tests.peers.oddities import COOKIE, messages
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor
from tests.support.frozen_time import FrozenTime, frozen_time
from tests.support.xymond import Xymond, xymond

pytestmark = pytest.mark.peers

START = 1_795_219_200
CLIENT_LOCAL = "[linux]\nlog:/var/log/x:10\n\n# none\n[host=^gate]\ndir:/b\n"
SEEDS = int(os.environ.get("HEXMON_ODD_SEEDS", "40"))  # sequences of messages
LENGTH = 60
# 4.3.30 shares one ring of change times between all squares, and says for ever that it has client data.
SETTINGS = BoardSettings(flap_count=0, client_lifetime=1e9)
_OPTIONS = ["--flap-count=0", "--checkpoint-interval=1000000000"]
_QUESTION = f"xymondboard fields={','.join(FIELDS)}".encode()


@dataclass(frozen=True)
class Mode:
    """A way to run both monitors."""

    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


PLAIN = Mode()
MODES = {
    "plain": PLAIN,
    "never purple": Mode(("--no-purple",), settings={"purple": False}),
    "an acknowledgement for each colour": Mode(("--ack-each-color",), settings={"ack_each_color": True}),
    "other colours": Mode(
        environment={"ALERTCOLORS": "red,clear", "OKCOLORS": "green", "STATUSLIFETIME": "7"},
        settings={"alert_colors": ("red", "clear"), "ok_colors": ("green",), "status_lifetime": 420.0},
    ),
    "delays for all": Mode(
        environment={"DELAYRED": "cpu:10,mem:5", "DELAYYELLOW": "cpu:5,disk:30"},
        settings={"delay_red": {"cpu": 600.0, "mem": 300.0}, "delay_yellow": {"cpu": 300.0, "disk": 1800.0}},
    ),
}
Say = Callable[[bytes], bytes]
Row = dict[str, str]


class Pair:
    """Both monitors, in the same second."""

    def __init__(self, monitor: Monitor, clock: FakeClock, real: Xymond, moment: FrozenTime) -> None:
        self.monitor = monitor
        self.clock = clock
        self.real = real
        self.moment = moment
        self.named: list[str] = []
        self.released: set[StatusKey] = set()
        self.recolored: set[StatusKey] = set()
        self.moved: set[StatusKey] = set()  # squares whose colour the board had replaced for a while

    def wait(self, seconds: int) -> None:
        """Let time pass, and what falls due then happen."""
        self.clock.wall += seconds
        self.clock.mono += seconds
        self.moment.move_to(int(self.clock.wall))
        for _ in range(3):  # it looks after what is due between two messages
            self.real.say(b"ping")
        self.monitor.board.tick()
        self.monitor.dispatcher.run_due()

    def ask(self, message: bytes) -> tuple[list[str], list[str]]:
        """The lines of both answers, ours first."""
        if message.startswith((b"meta", b"ackinfo", b"modify", b"extcombo")):
            # Xymond notes the hosts of useless ones, too.
            words = message.decode("latin-1").replace(",", ".").split()
            self.named += [f"{part}|" for word in words for part in (word, word.rpartition(".")[0])]
        ours = self.monitor.say(self._filled(message, self.monitor.say))
        theirs = self.real.say(self._filled(message, self.real.say))
        if b"schedule" in message:
            self.wait(0)
        return _lines(ours), _lines(theirs)

    def _filled(self, message: bytes, say: Say) -> bytes:
        text = message.decode("latin-1")
        for shift in ("+5", "+3000", ""):
            text = text.replace("{now" + shift + "}", str(int(self.clock.wall) + int(shift or 0)))

        def cookie(found: "re.Match[str]") -> str:
            host = found[1].replace(".", "[.]")
            return (
                say(f"xymondboard host=^{host}$ test=^{found[2]}$ fields=cookie".encode()).decode().strip() or "7777777"
            )

        return COOKIE.sub(cookie, text).encode("latin-1")

    def boards(self) -> tuple[list[Row], list[Row]]:
        ours, theirs = (_rows(say(_QUESTION)) for say in (self.monitor.say, self.real.say))
        return ours, theirs


def _lines(answer: bytes) -> list[str]:
    text = answer.decode("latin-1")
    return ["xymond"] if text.startswith("xymond 4.3.30") else text.split("\n")


def _rows(answer: bytes) -> list[Row]:
    return [
        dict(zip(FIELDS, line.split("|", len(FIELDS) - 1), strict=False))
        for line in answer.decode("latin-1").split("\n")
        if line
    ]


def compared(ours: list[str], theirs: list[str]) -> str:
    """The lines that differ."""
    return "\n   ".join(difflib.unified_diff(theirs, ours, "theirs", "ours", n=0, lineterm=""))


def differences(
    seed: int, length: int, folder: Path, moment: FrozenTime, odd: float = 0.08, mode: Mode = PLAIN
) -> Iterator[str]:
    """What the two answer or show differently, up to the first difference of the boards."""
    moment.move_to(START)
    clock = FakeClock(START)
    files = {"client-local.cfg": CLIENT_LOCAL}
    settings = replace(SETTINGS, **mode.settings)
    monitor = Monitor(folder, HOSTS, clock, files=files, settings=settings, local=utc)
    environment = {**moment.environment, "TZ": "UTC", **mode.environment}
    with xymond(HOSTS, files, options=[*_OPTIONS, *mode.options], environment=environment) as real:
        pair = Pair(monitor, clock, real, moment)
        for number, message in enumerate(messages(seed, length, odd)):
            if isinstance(message, int):
                pair.wait(message)
            else:
                ours, theirs = pair.ask(message)
                if ours != theirs and not excused(pair, message, ours, theirs):
                    yield f"{number}: {message!r}:\n   {compared(ours, theirs)}"
            ours_rows, their_rows = pair.boards()
            if any(row["testname"] == "*" or row["color"] not in WORDS for row in their_rows):
                return
            cells = different_cells(pair, ours_rows, their_rows)
            if cells and re.search("purple|client", str(message).lower()):  # it makes a row of the first one
                return
            if cells:
                yield f"board after {number}: {message!r}:\n   " + "\n   ".join(cells)
                return


def utc(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)


def excused(pair: Pair, message: bytes, ours: list[str], theirs: list[str]) -> bool:
    """Whether the answers differ as docs/migrate/xymon.md says."""
    if message.startswith(b"ghostlist"):
        named = ("xymond.test|", "|", *pair.named)
        return [one for one in ours if not one.startswith(named)] == [
            one for one in theirs if not one.startswith(named)
        ]
    if message.startswith(b"multisrclist"):  # to it a disable, a modify and silence are senders, too
        moved = tuple(f"{key.host}:{key.test}|" for key in pair.moved)
        return set(ours) ^ set(theirs) == {line for line in set(ours) ^ set(theirs) if line.startswith(moved)}
    if message.startswith(b"clientlog"):  # what is older than 16 minutes
        return set(theirs) <= set(ours)
    if b"fields=" not in message.split(b"\0")[0]:
        return [line.split("|")[:3] for line in ours] == [line.split("|")[:3] for line in theirs]
    return False


def different_cells(pair: Pair, ours: list[Row], theirs: list[Row]) -> list[str]:
    """What the boards show differently, without what docs/migrate/xymon.md says is different."""
    entries = pair.monitor.board.entries
    for entry in entries.values():
        pair.moved |= {status.key for status in entry.squares.values() if status.gap is not None}
    for row in (*ours, *theirs):
        without_design(row, pair)
    mine, real = (
        {f"{row['hostname']}.{row['testname']}": row for row in rows if stays(row, entries)} for rows in (ours, theirs)
    )
    for name in mine.keys() & real.keys():
        without_silence(mine[name], real[name])
    found = [
        f"{name}: {cell}: ours {mine.get(name, {}).get(cell)!r}, theirs {real.get(name, {}).get(cell)!r}"
        for name in mine.keys() | real.keys()
        for cell in (FIELDS if name in mine and name in real else FIELDS[2:3])
        if mine.get(name, {}).get(cell) != real.get(name, {}).get(cell)
    ]
    if not found and list(mine) != list(real):
        found = [compared(list(mine), list(real))]
    return found


def stays(row: Row, entries: Mapping[str, Entry]) -> bool:
    """Xymond goes on showing the generated columns when the last square is dropped, or the client data are too old."""
    entry = entries.get(row["hostname"])
    if row["testname"] in ("info", "trends"):
        return entry is not None and bool(entry.squares or entry.clients)
    return row["testname"] != "clientlog" or (entry is not None and bool(entry.clients))


def without_design(row: Row, pair: Pair) -> None:
    summary = row["hostname"] == "summary"
    row["cookie"] = "yes" if row.get("cookie") and not summary else ""
    status = pair.monitor.board.status(StatusKey(row["hostname"], row["testname"]))
    if status is not None and status.cookie is not None and status.cookie.expires < pair.clock.wall:
        row["cookie"] = ""  # it forgets an expired one when somebody tries to use it
    row["flapinfo"] = ""
    key = StatusKey(row["hostname"], row["testname"])
    if not row.get("line1", "").lower().startswith(row["color"]):
        pair.recolored.add(key)
    if key in pair.moved or key.test.startswith("new"):
        row["lastchange"] = row["sender"] = "-"
    if key in pair.recolored:
        row["flags"] = "-"  # xymond looks for them behind the colour that it shows
    if row["color"] == "purple" and key.host.startswith("partly"):  # it is looked at every minute, to no effect
        row["logtime"] = row["validtime"] = "-"
    if key.host.startswith("slow") and row["color"] == "purple":
        pair.released.add(key)
    if key in pair.released:  # a red under `delayred` that came after purple is yellow with the next report
        row.update(dict.fromkeys(("color", "cookie", "stats", "flags"), "-"))


def without_silence(ours: Row, theirs: Row) -> None:
    """Xymond names itself as the sender of what it says of a silent square, and forgets the cause of a downtime."""
    if theirs["sender"] == "xymond":
        ours["sender"] = "xymond"
    if theirs["sender"] in ("xymond", "-") and not theirs["dismsg"]:
        ours["dismsg"] = ""
    if theirs["hostname"].startswith("partly") and {ours["color"], theirs["color"]} == {"purple", "clear"}:
        for cell in ("color", "logtime", "validtime", "cookie", "stats"):
            ours[cell] = theirs[cell]  # it looks every minute whether conn explains the silence
    if theirs["validtime"] == "2147483647" and theirs["disabletime"] == "0":  # enabled: it waits for ever
        ours["validtime"] = theirs["validtime"]


@pytest.fixture(scope="module")
def moment() -> Iterator[FrozenTime]:
    with frozen_time(START) as moment:
        yield moment


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_odd_messages_have_the_same_effect(mode: Mode, moment: FrozenTime, tmp_path: Path) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        assert list(differences(seed, LENGTH, folder, moment, mode=mode)) == [], f"seed {seed}"
