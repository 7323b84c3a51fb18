"""DS settings of analysis.cfg: figures that colour squares while they are bad."""

from collections.abc import Callable

import pytest

from hexmon.app.graph_rules import STANDS, GraphRules
from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.graphs.datasets.contract import DataSource, Source, Update
from hexmon.model.color import Color
from hexmon.model.events import StatusReported
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor
from tests.support.analysis_files import analysis
from tests.support.builders import a_board, a_report
from tests.support.clock import FakeClock

GREEN, YELLOW, RED = Color.GREEN, Color.YELLOW, Color.RED
NAME = "www.example.com"
CONN = StatusKey(NAME, "conn")
SETTINGS = """
DS conn tcp.conn.rrd:sec >0.5 COLOR=red
DS conn %^(tcp.conn|tcp.slow):sec >0.1 COLOR=yellow "TEXT=&N is &V"
DS nosuch tcp.conn.rrd:sec >0
DS busy la.rrd:la >=200 HOST=db.example.com
DS traffic %^ifstat:bytesSent >1000000
"""


class Bench:
    def __init__(self, settings: str = SETTINGS) -> None:
        self.clock, self.bus = FakeClock(), LocalBus()
        monitor = Monitor(site="Office", key=StatusKey("Office.gw", "conn"), type="ping", name="gw", address="")
        hosts = (NAME, "db.example.com", Host(name="Office.gw", monitor=monitor))
        self.board: Board = a_board(*hosts, clock=self.clock, bus=self.bus)
        self.waiting: list[Callable[[], None]] = []
        self.rules = GraphRules(self.board, self.waiting.append, analysis(settings))

    def report(self, color: Color = GREEN, test: str = "conn", host: str = NAME) -> None:
        self.clock.wall += 60
        self.board.report(a_report(color, host=host, test=test))

    def figures(self, file: str = "tcp.conn.rrd", host: str = NAME, **values: str) -> None:
        """They come, and the event loop has its turn."""
        source = Source(kind="status", host=host, test="conn", text=b"", at=self.clock.wall)
        sources = tuple(DataSource(name) for name in values)
        found = Update(folder=host, file=file, sources=sources, values=tuple(values.values()), at=self.clock.wall)
        self.rules.judge(source, iter([found]))
        waiting, self.waiting[:] = list(self.waiting), []
        for work in waiting:
            work()

    def shown(self, test: str = "conn", host: str = NAME) -> tuple[Color, bytes]:
        status = self.board.status(StatusKey(host, test))
        assert status is not None
        return status.color, b"".join(one.cause for one in status.modifiers)


def test_a_bad_figure_colours_the_square_until_it_is_well() -> None:
    bench = Bench()
    bench.report()
    bench.figures(sec="0.7")
    assert bench.shown() == (RED, b"&red sec=0.7 (> 0.50)\n")
    bench.report()
    bench.figures(sec="0.25")
    assert bench.shown() == (YELLOW, b"&yellow sec is 0.25\n")
    bench.report()
    assert bench.shown()[0] is YELLOW
    bench.figures(sec="0.05")
    assert bench.shown() == (GREEN, b"")
    assert bench.rules.counts == {"bad": 5, "colored": 2, "cleared": 1, "refused": 0}  # nosuch is bad, too


def test_the_reporters_own_colour_comes_back() -> None:
    bench = Bench()
    bench.report(YELLOW)
    bench.figures(sec="0.7")
    bench.report(YELLOW)
    bench.figures(sec="0.01")
    assert bench.shown() == (YELLOW, b"")


def test_others_that_override_the_colour_go_on() -> None:
    bench = Bench()
    bench.report()
    bench.board.modify(CONN, YELLOW, "other", b"because")
    bench.figures(sec="0.7")
    bench.figures(sec="0.01")
    assert bench.shown() == (YELLOW, b"&yellow because\n")


def test_what_nobody_repeats_ends_with_the_second_report() -> None:
    bench = Bench()
    bench.report()
    bench.figures(sec="0.7")
    shown = []
    for _ in range(3):
        shown.append(bench.shown()[0])
        bench.report()
    assert shown == [RED, RED, GREEN]


@pytest.mark.parametrize("value", ["U", "nan", "inf", "", "x" * 9999, "9" * 9999])
def test_what_is_unknown_is_neither_good_nor_bad(value: str) -> None:
    bench = Bench()
    bench.report()
    bench.figures(sec=value)
    assert bench.shown() == (GREEN, b"")
    bench.figures(sec="0.7")
    bench.figures(sec=value)
    assert bench.shown()[0] is RED


def test_of_several_files_the_worst_counts() -> None:
    bench = Bench()
    bench.report()
    bench.figures(sec="0.7")
    bench.figures("tcp.slow.rrd", sec="0.3")
    assert bench.shown()[0] is RED
    bench.figures(sec="0.01")
    assert bench.shown() == (YELLOW, b"&yellow sec is 0.3\n")
    bench.clock.wall += STANDS + 1
    bench.figures(sec="0.01")
    assert bench.shown() == (GREEN, b""), "nobody has said anything of the other file for a while"


def test_counters_are_judged_as_they_come() -> None:
    bench = Bench()
    bench.report(test="traffic")
    bench.figures("ifstat.eth0.rrd", bytesReceived="5", bytesSent="123456789012345")
    assert bench.shown("traffic") == (RED, b"&red bytesSent=123456789012345 (> 1000000.00)\n")


def test_settings_are_for_hosts() -> None:
    bench = Bench()
    for host in (NAME, "db.example.com"):
        bench.report(test="busy", host=host)
        bench.figures("la.rrd", host=host, la="250")
    assert (bench.shown("busy")[0], bench.shown("busy", "db.example.com")[0]) == (GREEN, RED)


def test_names_of_hosts_come_in_any_case_and_strangers_are_passed_over() -> None:
    bench = Bench()
    bench.report()
    bench.figures(host="WWW.example.com", sec="0.7")
    bench.figures(host="stranger.example.com", sec="0.7")
    bench.figures(host="Office.gw", sec="0.7")
    assert bench.shown()[0] is RED


def test_no_square_is_made() -> None:
    bench = Bench()
    bench.figures(sec="0.7")
    assert bench.board.status(CONN) is None


def test_settings_change() -> None:
    bench = Bench("")
    bench.report()
    bench.figures(sec="0.7")
    assert bench.shown()[0] is GREEN
    bench.rules.use(analysis(SETTINGS))
    bench.figures(sec="0.7")
    assert bench.shown()[0] is RED
    bench.rules.use(analysis("LOAD 1 2"))
    bench.figures(sec="0.7")
    bench.report()
    bench.report()
    assert bench.shown()[0] is GREEN


def test_after_a_restart_it_is_known_who_coloured_the_square() -> None:
    bench = Bench()
    bench.report()
    bench.figures(sec="0.7")
    fresh = GraphRules(bench.board, bench.waiting.append, analysis(SETTINGS))
    bench.rules = fresh
    bench.figures(sec="0.01")
    assert bench.shown() == (GREEN, b"")


def test_what_the_board_says_itself_is_no_report() -> None:
    """Or each figure would be read again for the colour that it has made."""
    bench = Bench()
    heard = bench.bus.follow("test", [StatusReported])
    bench.report()
    bench.figures(sec="0.7")
    bench.report()
    assert [event.repeated for event in heard._events] == [False, True, False]  # type: ignore[union-attr]


def test_a_thousand_texts_are_one_errand() -> None:
    bench = Bench()
    bench.report()
    source = Source(kind="status", host=NAME, test="conn", text=b"", at=bench.clock.wall)
    for number in range(1000):
        found = Update(folder=NAME, file="tcp.conn.rrd", sources=(DataSource("sec"),), values=(f"0.{number}",), at=1.0)
        bench.rules.judge(source, [found])
    assert len(bench.waiting) == 1
