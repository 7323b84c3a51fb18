"""gosrvmon's placeholder URLs."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.notify.contract import Outcome
from hexmon.alerts.notify.http import url_bytes
from hexmon.alerts.notify.placeholders import expand, go_duration, go_time
from hexmon.model.incident import Kind
from hexmon.model.names import StatusKey
from tests.support.deliveries import AT, a_message, send
from tests.support.recorder import recording
from tests.support.servers import http_reply

ALL = "{HOST}|{TIME}|{TIMESTAMP}|{RTT}|{RTTSTR}|{STATE}|{UP}|{DOWN}"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ALERT, "www.example.com|2026-11-21+00%3A05%3A00+%2B0000+UTC|1795219500|-1|-1ns|down|false|true"),
        (Kind.REMINDER, "www.example.com|2026-11-21+00%3A05%3A00+%2B0000+UTC|1795219500|-1|-1ns|down|false|true"),
        (Kind.TEST, "www.example.com|2026-11-21+00%3A05%3A00+%2B0000+UTC|1795219500|-1|-1ns|down|false|true"),
        (Kind.RECOVERY, "www.example.com|2026-11-21+00%3A05%3A00+%2B0000+UTC|1795219500|-1|-1ns|up|true|false"),
        (Kind.DISABLED, "www.example.com|2026-11-21+00%3A05%3A00+%2B0000+UTC|1795219500|-1|-1ns|up|true|false"),
    ],
)
def test_all_of_them(kind: Kind, expected: str) -> None:
    assert expand(ALL, a_message(kind), UTC) == expected


def test_the_time_of_an_answer() -> None:
    assert expand("{RTT} {RTTSTR}", a_message(rtt_ns=20_123_456), UTC) == "20123456 20.123456ms"


def test_another_zone() -> None:
    assert go_time(AT, ZoneInfo("Europe/Paris")) == "2026-11-21 01:05:00 +0100 CET"
    assert expand("{TIME}", a_message(), ZoneInfo("Asia/Dubai")) == "2026-11-21+04%3A05%3A00+%2B0400+%2B04"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a b", "a+b"),
        ("a&b=c/d?e", "a%26b%3Dc%2Fd%3Fe"),
        ("ü-_.~", "%C3%BC-_.~"),
        ("{STATE}", "%7BSTATE%7D"),
        ("a\r\nb", "a%0D%0Ab"),
    ],
)
def test_a_host_is_query_escaped(host: str, expected: str) -> None:
    assert expand("{HOST}", a_message(key=StatusKey(host, "conn")), UTC) == expected


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (-1, "-1ns"),
        (999, "999ns"),
        (1_000, "1µs"),
        (1_500, "1.5µs"),
        (20_123_456, "20.123456ms"),
        (1_000_000_000, "1s"),
        (30_000_000_000, "30s"),
        (61_500_000_000, "1m1.5s"),
        (3_600_000_000_000, "1h0m0s"),
        (90_061_000_000_001, "25h1m1.000000001s"),
    ],
)
def test_durations_as_go_writes_them(nanoseconds: int, text: str) -> None:
    assert go_duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", Outcome.SENT),
        ("204 No Content", Outcome.SENT),
        ("304 Not Modified", Outcome.SENT),
        ("400 Bad Request", Outcome.REFUSED),
        ("503 Later", Outcome.LATER),
    ],
)
async def test_what_is_a_success(status: str, outcome: Outcome) -> None:
    async with recording(http_reply(status)) as server:
        sent = await send("url", url=f"{server.url}/bot/send?text={{HOST}}+is+{{STATE}}")
        assert (server.one.method, server.one.target) == ("GET", "/bot/send?text=www.example.com+is+down")
    assert sent.outcome is outcome


async def test_redirects_are_followed_also_to_others() -> None:
    async with recording() as elsewhere:
        async with recording(http_reply("302 Found", headers=f"Location: {elsewhere.url}/there\r\n")) as server:
            sent = await send("url", url=f"{server.url}/")
        assert elsewhere.one.target == "/there"
    assert sent.outcome is Outcome.SENT


@given(st.text(max_size=80), st.floats(allow_nan=False), st.integers(-(10**18), 10**18))
def test_any_message_makes_a_url(host: str, at: float, rtt: int) -> None:
    message = a_message(key=StatusKey(host, "conn"), at=at, rtt_ns=rtt)
    assert url_bytes(f"http://www.test/?{expand(ALL, message, ZoneInfo('Pacific/Kiritimati'))}").isascii()
