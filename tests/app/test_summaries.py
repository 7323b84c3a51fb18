"""The colours of our pages, as other servers hear of them."""

import logging
from typing import Any

import pytest

from hexmon.app.summaries import SummarySender
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.ingest.addresses import Address
from hexmon.ingest.client import SendError
from hexmon.ingest.protocol import parse_summary
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Report
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from tests.support.builders import a_report
from tests.support.clock import FakeClock
from tests.support.inventory import an_inventory_of
from tests.web.fake import FakeHistory

HOSTS = """\
    127.0.0.1 top
    page sales Sales
    127.0.0.2 shop # nonongreen
    subpage ny New York
    127.0.0.3 ny # NK:http
    summary Vegas.All 127.0.0.9 http://us.example/xymon/
    summary Vegas.Sales 127.0.0.9 http://us.example/xymon/sales/
    summary Vegas.NY 127.0.0.9 http://us.example/page/sales/ny
    summary Vegas.NYfile 127.0.0.9 http://us.example/xymon/sales/ny/ny.html
    summary Vegas.Bad 127.0.0.9 http://us.example/xymon/nongreen.html
    summary Vegas.Critical 127.0.0.9 http://us.example/critical
    summary Vegas.Odd 127.0.0.9 http://us.example/somewhere/else/
    summary Oslo.All 127.0.0.8:1999 http://us.example/
    """


class Bench:
    """A board with its pages, and what was sent to whom."""

    def __init__(self, hosts: str = HOSTS) -> None:
        self.clock, bus = FakeClock(), LocalBus()
        self.board = Board(self.clock, MemoryJournal(), bus, BoardSettings(), an_inventory_of(hosts))
        app = create_app(WebContext(self.board, FakeHistory(), bus, self.clock))
        self.sender = SummarySender(self.board, self.clock, app.state.colors.of, self.exchange)
        self.live = app.state.live
        self.sent: list[tuple[Address, bytes]] = []
        self.away: set[str] = set()

    async def exchange(self, address: Address, message: bytes) -> bytes:
        if address.host in self.away:
            raise SendError(f"{address}: Connection refused")
        self.sent.append((address, message))
        return b""

    async def round(self, **colors: Color) -> dict[str, Color]:
        """Report http of these hosts, send, and take what was sent as the other server does."""
        for host, color in colors.items():
            self.board.report(a_report(color, host=host, test="http"))
        await self.live.catch_up()
        await self.sender.run()
        taken = [parse_summary(message, "127.0.0.1", 1800.0) for _, message in self.sent]
        reports = [one for one in taken if isinstance(one, Report)]
        assert len(reports) == len(self.sent)
        return {report.key.test: report.color for report in reports}


async def test_every_summary_is_the_colour_of_the_page_that_its_url_names() -> None:
    colors = await Bench().round(top=Color.YELLOW, shop=Color.RED, ny=Color.GREEN)
    assert colors == {
        "Vegas.All": Color.RED,
        "Vegas.Sales": Color.RED,
        "Vegas.NY": Color.GREEN,
        "Vegas.NYfile": Color.GREEN,
        "Vegas.Bad": Color.YELLOW,  # the host that is nonongreen does not count
        "Vegas.Critical": Color.GREEN,
        "Vegas.Odd": Color.RED,
        "Oslo.All": Color.RED,
    }
    assert (await Bench().round(ny=Color.YELLOW))["Vegas.Critical"] is Color.YELLOW


async def test_a_summary_goes_to_its_address_with_the_url_and_the_date() -> None:
    bench = Bench()
    await bench.round(top=Color.GREEN)
    sent = {message.split()[1].decode(): (str(address), message) for address, message in bench.sent}
    assert sent["summary.Oslo.All"][0] == "127.0.0.8:1999"
    address, message = sent["summary.Vegas.Sales"]
    assert address == "127.0.0.9:1984"
    assert message.startswith(b"summary summary.Vegas.Sales green http://us.example/xymon/sales/ Sat Nov 21 ")


async def test_a_server_that_is_away_keeps_no_other_from_hearing_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.away = {"127.0.0.8"}
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert "Vegas.All" in await bench.round(top=Color.GREEN)
    assert ["Oslo.All could not be sent" in record.message for record in caplog.records] == [True]
    bench.away = set()
    assert "Oslo.All" in await bench.round(top=Color.GREEN)


async def test_without_a_summary_line_nothing_is_sent() -> None:
    assert await Bench("127.0.0.1 www").round(www=Color.RED) == {}


async def test_a_line_whose_address_is_nonsense_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench("127.0.0.1 www\nsummary a.b 127.0.0.1:x http://us/\nsummary a.c 127.0.0.1 http://us/")
    assert await bench.round(www=Color.RED) == {"a.c": Color.RED}
    assert "is not a port" in caplog.text


async def test_what_is_sent_is_shown_by_the_server_that_receives_it() -> None:
    bench, other = Bench(), Bench("127.0.0.1 www")
    await bench.round(shop=Color.RED)
    for _, message in bench.sent:
        report: Any = parse_summary(message, "127.0.0.1", 1800.0)
        other.board.report(report)
    status = other.board.status(StatusKey("summary", "Vegas.Sales"))
    assert status is not None
    assert status.color is Color.RED
