"""Messages in plain words, and how they are made to fit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.notify.limits import cut, cut_escaped, fenced, html, markdown, slack, utf8, utf16
from hexmon.alerts.notify.service import singles
from hexmon.alerts.notify.words import in_words, span, square_url
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind, incident_id
from hexmon.model.names import StatusKey
from tests.support.deliveries import AT, a_delivery, a_message, notify_tools

MIXED = tuple(
    Item(StatusKey(f"h{number}", "conn"), color, f"no {number}", number, AT - number)
    for number, color in enumerate((Color.RED, Color.RED, Color.PURPLE, Color.GREEN, Color.BLUE), 1)
)


@pytest.mark.parametrize(
    ("kind", "others", "title", "summary"),
    [
        (Kind.ALERT, {}, "www.example.com.http is RED", "nothing answers"),
        (Kind.ALERT, {"text": b"purple"}, "www.example.com.http is RED", ""),
        (Kind.ALERT, {"text": b"no colour word"}, "www.example.com.http is RED", "no colour word"),
        (Kind.ALERT, {"text": b"redundant word"}, "www.example.com.http is RED", "redundant word"),
        (Kind.ALERT, {"text": b"yellow Sat Nov 21 00:00:00 CET 2026 - slow"}, "www.example.com.http is RED", "- slow"),
        (Kind.ALERT, {"text": b"red &yellow a\r\nb"}, "www.example.com.http is RED", "a"),
        (Kind.REMINDER, {"at": AT + 7800}, "www.example.com.http is still RED after 2 h 15 m", "nothing answers"),
        (Kind.RECOVERY, {}, "www.example.com.http recovered after 5 m", "nothing answers"),
        (Kind.DISABLED, {}, "www.example.com.http was disabled", "nothing answers"),
        (Kind.NOTICE, {"text": b"works"}, "Notice about www.example.com.http", "works"),
        (Kind.TEST, {}, "TEST: www.example.com.http is RED", "nothing answers"),
        (Kind.ALERT, {"key": StatusKey("NAME", "a\r\nb")}, "NAME.a b is RED", "nothing answers"),
        (
            Kind.ALERT,
            {"items": MIXED},
            "5 squares: 2 red, 1 purple, 1 disabled, 1 recovered (h1.conn, h2.conn, h3.conn, ...)",
            "",
        ),
        (Kind.RECOVERY, {"items": MIXED[3:4]}, "1 square: 1 recovered (h4.conn)", ""),
    ],
)
async def test_titles(kind: Kind, others: dict[str, Any], title: str, summary: str) -> None:
    with notify_tools() as tools:
        words = in_words(a_delivery(a_message(kind, **others)), tools)
    assert (words.title, words.summary) == (title, summary)


async def test_lists_end() -> None:
    items = tuple(Item(StatusKey(f"h{number}", "conn"), Color.RED) for number in range(100))
    with notify_tools() as tools:
        words = in_words(a_delivery(a_message(text=b"", items=items)), tools)
    assert words.detail.splitlines()[::29] == ["🔴 h0.conn", "🔴 h29.conn"]
    assert words.detail.endswith("\nand 70 more")


async def test_links() -> None:
    def ack(_delivery: object) -> str:
        return "https://monitor.test/ack"

    def words_with(kind: Kind = Kind.ALERT, **others: Any) -> tuple[str, str]:
        with notify_tools(**{"ack_link": ack, **others}) as tools:
            words = in_words(a_delivery(a_message(kind)), tools)
        return words.link, words.ack

    assert words_with() == ("https://monitor.test/status/www.example.com/http", "https://monitor.test/ack")
    assert words_with(Kind.RECOVERY)[1] == ""
    assert words_with(url="")[0] == ""
    assert words_with(url="http://a/b")[0] == "http://a/b/status/www.example.com/http"
    assert words_with(ack_link=lambda _delivery: "x" * 501)[1] == ""


@pytest.mark.parametrize(
    ("key", "url"),
    [
        (StatusKey("a", "b/c d"), "http://m/status/a/b%2Fc%20d"),
        (StatusKey("../x", "?#"), "http://m/status/..%2Fx/%3F%23"),
        (StatusKey("a" * 501, "b"), ""),
        (StatusKey("\u00fc" * 100, "b"), ""),
    ],
)
def test_pages(key: StatusKey, url: str) -> None:
    assert square_url("http://m/", key) == url


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (59.9, "59 s"), (60, "1 m"), (3600, "1 h"), (7800, "2 h 10 m"), (86400, "1 d"), (273600, "3 d 4 h")],
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_list_as_single_messages() -> None:
    message = a_message(Kind.ALERT, items=MIXED, explains=MIXED, incident="")
    found = singles(message)
    assert [one.kind for one in found] == [Kind.ALERT, Kind.ALERT, Kind.ALERT, Kind.RECOVERY, Kind.DISABLED]
    assert [one.color for one in found] == [Color.RED, Color.RED, Color.PURPLE, Color.RED, Color.RED]
    assert [one.incident for one in found] == [incident_id(item.key, item.since) for item in MIXED]
    assert all(not one.items and not one.explains for one in found)
    assert singles(found[0]) == (found[0],)


def test_what_is_still_bad_in_a_list_of_ends() -> None:
    assert [one.kind for one in singles(a_message(Kind.RECOVERY, items=MIXED[:1]))] == [Kind.ALERT]


@given(st.text(max_size=200), st.integers(0, 120), st.sampled_from([utf16, utf8]))
def test_what_is_cut_fits_and_says_so(text: str, limit: int, size: Any) -> None:
    found = cut(text, limit, size)
    assert size(found) <= limit
    assert found == text if size(text) <= limit else not found or found.endswith("…")
    assert text.startswith(found.removesuffix("…"))


@given(st.text(max_size=200), st.integers(1, 120), st.sampled_from([html, slack, markdown]))
def test_no_escape_is_cut_in_half(text: str, limit: int, escape: Any) -> None:
    found = cut_escaped(text, limit, escape)
    assert utf16(found) <= limit
    kept = found.removesuffix("…") if found != escape(text) else found
    assert any(escape(text[:length]) == kept for length in range(len(text) + 1))


@given(st.text(max_size=200), st.integers(0, 120))
def test_nothing_ends_a_fence_but_its_end(text: str, limit: int) -> None:
    found = fenced(text, limit)
    assert utf16(found) <= limit or not found
    assert found.count("```") == (2 if found else 0)
    assert "`" not in found[3:-3]
