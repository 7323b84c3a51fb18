"""What 120,000 statuses of 400 bytes weigh, and what one refresh costs."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.row import Row

_HOSTS = 10_000
_TESTS = 12
_TEXT = 400
_COMBO = 50
_REFRESHES = 240_000


def run() -> list[Row]:
    """Each side in a process of its own; the peer only where it is installed."""
    ours = _child("ours")
    theirs = _child("xymond")
    peer = theirs.get("megabytes")
    megabytes = ours["megabytes"]
    return [
        Row(
            figure="memory for 120,000 statuses of 400 bytes",
            unit="MB",
            ours=megabytes,
            peer_name="xymond",
            peer=peer,
            ratio=round(megabytes / peer, 2) if peer else None,
            want="<= 3 x xymond",
            note="resident set of the process: the board, its library and the interpreter" + theirs.get("note", ""),
        ),
        Row(
            figure="one refresh of an unchanged status, on the board alone",
            unit="us",
            ours=ours["refresh"],
            want="<= 8 us",
            note="Board.report, no followers, 120,000 squares in turn",
        ),
        Row(
            figure="one change of colour, on the board alone",
            unit="us",
            ours=ours["change"],
            note="Board.report with a journal that keeps nothing",
        ),
        Row(
            figure="xymondboard, 140,000 rows",
            unit="s",
            ours=ours["board"],
            want="<= 0.5 s",
            note="the default fields, as one answer; it is made in slices of 500 rows",
        ),
    ]


def _child(side: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.memory", side]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _resident(pid: int | str) -> float:
    """Megabytes of the process that are in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError(f"process {pid} has no resident set")


def _message(host: int, test: int, color: str = "green") -> bytes:
    start = f"status h{host},example,com.test{test} {color} Sat Nov 21 08:00:00 2026 "
    return start.encode() + b"x" * (_TEXT - len(start)) + b"\n"


def _ours() -> dict[str, float]:
    from hexmon.board.answers import Answers
    from hexmon.board.board import Board
    from hexmon.board.settings import BoardSettings
    from hexmon.board.store import MemoryJournal
    from hexmon.bus import LocalBus
    from hexmon.clock import SystemClock
    from hexmon.ingest.protocol import parse
    from hexmon.model.inventory import Host, Inventory
    from hexmon.model.status import Report

    names = [f"h{number}.example.com" for number in range(_HOSTS)]
    inventory = Inventory(
        hosts={name: Host(name=name, index=index) for index, name in enumerate(names)},
        by_alias={name: name for name in names},
    )
    board = Board(SystemClock(), MemoryJournal(keep=False), LocalBus(), BoardSettings(), inventory)

    def report(host: int, test: int, color: str = "green") -> Report:
        found = parse(_message(host, test, color), "127.0.0.1")
        assert isinstance(found, Report)
        return found

    for test in range(_TESTS):
        for host in range(_HOSTS):
            board.report(report(host, test))
    for test in range(_TESTS):  # a second round: as it is after five minutes
        for host in range(_HOSTS):
            board.report(report(host, test))
    megabytes = _resident("self")

    def cost(reports: list[Report]) -> float:
        began = time.perf_counter()
        for one in reports:
            board.report(one)
        return round((time.perf_counter() - began) / len(reports) * 1e6, 2)

    few = _REFRESHES // _HOSTS // 4
    refresh = cost([report(host, test) for test in range(few) for host in range(_HOSTS)])
    change = cost([report(host, test, "red") for test in range(2) for host in range(_HOSTS)])
    began = time.perf_counter()
    answer = Answers(board).board(b"")
    took = time.perf_counter() - began
    assert answer.count(b"\n") == _HOSTS * (_TESTS + 2)
    return {"megabytes": megabytes, "refresh": refresh, "change": change, "board": round(took, 3)}


def _xymond() -> dict[str, float | str]:
    from tests.support.peers import peers
    from tests.support.xymond import xymond

    if peers()["xymond"].find() is None:
        return {"note": "; xymond is not installed"}
    hosts = "".join(f"127.0.0.1 h{number}.example.com #\n" for number in range(_HOSTS))
    with xymond(hosts, options=["--no-purple"]) as peer:
        for _ in range(2):
            for test in range(_TESTS):
                for first in range(0, _HOSTS, _COMBO):
                    parts = [_message(host, test) for host in range(first, first + _COMBO)]
                    peer.say(b"combo\n" + b"\n".join(parts))
        rows = peer.say(b"xymondboard fields=hostname").count(b"\n")
        if rows != _HOSTS * (_TESTS + 2):
            raise RuntimeError(f"xymond took {rows} rows")
        return {"megabytes": _resident(peer.pid)}


if __name__ == "__main__":
    print(json.dumps({"ours": _ours, "xymond": _xymond}[sys.argv[1]]()))
