"""What MAIL, SCRIPT and the mails of sites say. How it compares to xymond_alert: tests/peers/test_wording_peers.py."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts import wording, wording_site
from hexmon.model import ages
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind
from hexmon.model.names import StatusKey
from tests.support.deliveries import AT, a_message

FORMS = ("TEXT", "PLAIN", "SMS", "PAGER", "SCRIPT")
LINK = "https://monitor.test/x"
TEXT = b"red <!-- [flags:A] --> down\r\n&red one\n&yellow two\nmore\n"
HEAD = "www.example.com:http"

SUBJECTS: dict[str, tuple[dict[str, Any], str]] = {
    "red": ({}, f"Xymon [123456] {HEAD} CRITICAL (RED)"),
    "yellow": ({"color": Color.YELLOW}, f"Xymon [123456] {HEAD} warning (YELLOW)"),
    "purple": ({"color": Color.PURPLE}, f"Xymon [123456] {HEAD} stopped reporting (PURPLE)"),
    "a reminder": ({"kind": Kind.REMINDER}, f"Xymon [123456] {HEAD} CRITICAL (RED)"),
    "a recovery": ({"kind": Kind.RECOVERY}, f"Xymon {HEAD} recovered"),
    "disabled": ({"kind": Kind.DISABLED}, f"Xymon {HEAD} disabled"),
    "a notice": ({"kind": Kind.NOTICE}, f"Xymon {HEAD} NOTICE"),
    "a test": ({"kind": Kind.TEST}, f"Xymon {HEAD} TEST of hexmon"),
    "no cookie": ({"cookie": -1}, f"Xymon [0] {HEAD} CRITICAL (RED)"),
}


@pytest.mark.parametrize(("words", "subject"), SUBJECTS.values(), ids=SUBJECTS)
def test_subjects(words: dict[str, Any], subject: str) -> None:
    message = a_message(**words, line=12)
    assert [wording.subject(message, form) for form in FORMS] == [subject, subject, "", "", ""]
    if words.get("kind") is not Kind.TEST:
        assert wording.subject(message, "TEXT", cfid=True) == f"{subject} [cfid:12]"


BODIES: dict[str, tuple[dict[str, Any], dict[str, bytes]]] = {
    "an alert": (
        {},
        {
            "TEXT": b"red  down \n&red one\n&yellow two\nmore\n\nSee https://monitor.test/x\n",
            "PLAIN": b"red  down \n&red one\n&yellow two\nmore\n\n",
            "SMS": b"www.example.com:http red [123456]\n&red one\n&yellow two",
            "PAGER": b"",
            "SCRIPT": b"www.example.com:http red [123456]\n"
            b"red <!-- [flags:A] --> down \n&red one\n&yellow two\nmore\n\n"
            b"See https://monitor.test/x\n",
        },
    ),
    "the end": (
        {"kind": Kind.RECOVERY, "text": b"green fine"},
        {
            "TEXT": b"green fine\nSee https://monitor.test/x\n",
            "SMS": b"www.example.com:http RECOVERED",
            "SCRIPT": b"www.example.com:http red [0]\ngreen fine\nSee https://monitor.test/x\n",
        },
    ),
    "disabled": ({"kind": Kind.DISABLED, "text": b"red"}, {"PLAIN": b"red\n", "SMS": b"www.example.com:http DISABLED"}),
    "a notice": (
        {"kind": Kind.NOTICE, "text": b"hello\nyou"},
        dict.fromkeys(FORMS, b"www.example.com:http INFO\nhello\nyou"),
    ),
    "a modifier": (
        {"text": b"green fine\n", "causes": (b"&red too high\n",)},
        {
            "PLAIN": b"red\n&red too high\n\ngreen fine\n\n",
            "SMS": b"www.example.com:http red [123456]\n&red too high",
        },
    ),
    "what it explains": (
        {"text": b"red", "explains": (Item(StatusKey("a", "conn"), Color.RED, "down", 5),)},
        {
            "PLAIN": b"red\n\nThis explains 1 square, for which no messages are sent:\n  red    a:conn [5]: down\n",
            "SMS": b"www.example.com:http red [123456]",
        },
    ),
    "a list": (
        {
            "items": (
                Item(StatusKey("a", "conn"), Color.YELLOW, "so so"),
                Item(StatusKey("b", "conn"), Color.RED, "down", 5),
                Item(StatusKey("c", "conn"), Color.GREEN),
            )
        },
        {
            "TEXT": b"red: 1\n  red    b:conn [5]: down\n\nyellow: 1\n  yellow a:conn: so so\n\nrecovered: 1\n"
            b"  green  c:conn\n\nSee https://monitor.test/x\n"
        },
    ),
    "no text": ({"text": b""}, {"PLAIN": b"\n", "SMS": b"www.example.com:http red [123456]"}),
}


@pytest.mark.parametrize(("words", "bodies"), BODIES.values(), ids=BODIES)
def test_bodies(words: dict[str, Any], bodies: dict[str, bytes]) -> None:
    message = a_message(**{"text": TEXT, **words})
    assert {form: wording.body(message, form, LINK) for form in bodies} == bodies


def test_there_is_no_link_where_nobody_said_where_the_pages_are() -> None:
    assert b"See" not in wording.body(a_message(), "TEXT")


def test_a_long_list_is_cut() -> None:
    items = tuple(Item(StatusKey(f"h{number}", "conn"), Color.RED) for number in range(1200))
    text = wording.body(a_message(items=items), "TEXT")
    assert text.count(b"\n") < 520
    assert b"and 700 more" in text
    assert len(wording.subject(a_message(items=items), "TEXT")) < 100


SITE = {"site": "HomeLab", "display": "the web", "ip": "192.0.2.3", "text": b"red Connection refused\nmore\n"}
SENTENCES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an outage": (
        {},
        "[OUTAGE] HomeLab - Service Down: the web",
        "the web in HomeLab new outage: Connection refused (192.0.2.3) at 12:05 AM UTC, down for 5 mins 0 secs",
    ),
    "a reminder": (
        {"kind": Kind.REMINDER},
        "[REMINDER] HomeLab - Ongoing Outage: the web",
        "the web in HomeLab is down: Connection refused (192.0.2.3) at 12:05 AM UTC, down for 5 mins 0 secs",
    ),
    "a recovery": (
        {"kind": Kind.RECOVERY},
        "[RECOVERY] HomeLab - Service Restored: the web",
        "the web in HomeLab is UP (192.0.2.3) at 12:05 AM UTC, outage lasted 5 mins 0 secs",
    ),
    "a change of a device": (
        {"kind": Kind.NOTICE, "text": b"the web in HomeLab: Gi0/1 appeared oper=up admin=up at 12:05 AM UTC\n"},
        "[OUTAGE] HomeLab - Change: the web",
        "the web in HomeLab: Gi0/1 appeared oper=up admin=up at 12:05 AM UTC",
    ),
    "only the colour": (
        {"text": b"red"},
        "[OUTAGE] HomeLab - Service Down: the web",
        "the web in HomeLab new outage: red (192.0.2.3) at 12:05 AM UTC, down for 5 mins 0 secs",
    ),
    "a reason with signs that HTML writes otherwise": (
        {"text": b"red wanted '&lt;b&gt;'\n"},
        "[OUTAGE] HomeLab - Service Down: the web",
        "the web in HomeLab new outage: wanted '<b>' (192.0.2.3) at 12:05 AM UTC, down for 5 mins 0 secs",
    ),
    "another coding": (
        {"text": b"red \xff\n"},
        "[OUTAGE] HomeLab - Service Down: the web",
        "the web in HomeLab new outage: ÿ (192.0.2.3) at 12:05 AM UTC, down for 5 mins 0 secs",
    ),
}


@pytest.mark.parametrize(("words", "subject", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_mails_of_sites(words: dict[str, Any], subject: str, sentence: str) -> None:
    message = a_message(**{**SITE, **words})
    assert wording_site.subject(message) == subject
    text = wording_site.body(message, UTC).decode()
    assert text == f"{sentence}\n\n---\nhexmon Notification\nSite: HomeLab\n"


def test_the_time_of_the_site() -> None:
    assert ages.clock(AT, ZoneInfo("America/New_York")) == "7:05 PM EST"
    assert ages.clock(AT, ZoneInfo("Europe/Berlin")) == "1:05 AM CET"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((-5, "0 secs"), (0, "0 secs"), (59.9, "59 secs"), (60, "1 mins 0 secs"), (3599, "59 mins 59 secs")),
        *((3600, "1 hrs 0 mins"), (86399, "23 hrs 59 mins"), (86400, "1 days 0 hrs"), (1e7, "115 days 17 hrs")),
    ],
)
def test_ages(seconds: float, words: str) -> None:
    assert ages.age(seconds) == words


@given(st.binary(), st.lists(st.binary(), max_size=3), st.sampled_from([*Kind]), st.sampled_from([*FORMS, "SITE"]))
def test_any_text_can_be_said(text: bytes, causes: list[bytes], kind: Kind, form: str) -> None:
    message = a_message(kind, text=text, causes=tuple(causes))
    assert isinstance(wording.body(message, form, LINK), bytes)
    assert "\n" not in wording.subject(message, form)
    assert isinstance(wording_site.body(message), bytes)
