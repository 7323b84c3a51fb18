"""A link acknowledges what it was made for, and nothing else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.links import ack_link, ack_path, sign, verify
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Kind, Message, Way, incident_id
from hexmon.model.names import StatusKey

KEY, OTHER = b"k" * 32, b"o" * 32
WWW = StatusKey("www.example.com", "http")
INCIDENT = incident_id(WWW, 1_795_262_400.0)
TOKEN = sign(KEY, 123456, INCIDENT)
URL = "https://monitor.example.com/"


def test_a_token_says_for_which_incident_it_is() -> None:
    assert verify(KEY, 123456, TOKEN) == INCIDENT
    assert TOKEN.startswith(f"{INCIDENT}.")


@pytest.mark.parametrize(
    ("key", "cookie", "token"),
    [
        pytest.param(KEY, 123457, TOKEN, id="another cookie"),
        pytest.param(OTHER, 123456, TOKEN, id="another key"),
        pytest.param(b"", 123456, sign(b"", 123456, INCIDENT), id="no key at all"),
        pytest.param(KEY, 123456, "", id="no token"),
        pytest.param(KEY, 123456, INCIDENT, id="the incident alone"),
        pytest.param(KEY, 123456, f"{INCIDENT}.", id="no signature"),
        pytest.param(KEY, 123456, TOKEN[:-1], id="cut off by a mail program"),
        pytest.param(KEY, 123456, TOKEN + "=", id="something behind it"),
        pytest.param(KEY, 123456, TOKEN.swapcase(), id="in another case"),
        pytest.param(KEY, 123456, "0" + TOKEN[1:], id="another incident"),
        pytest.param(KEY, 123456, TOKEN.partition(".")[2], id="the signature alone"),
        pytest.param(KEY, 123456, "é." + TOKEN.partition(".")[2], id="not ASCII"),
    ],
)
def test_what_was_not_signed_is_nothing(key: bytes, cookie: int, token: str) -> None:
    assert verify(key, cookie, token) == ""


@given(st.integers(), st.text())
def test_nothing_that_is_made_up_is_valid(cookie: int, token: str) -> None:
    assert verify(KEY, cookie, token) == ""


@given(st.binary(min_size=1), st.integers(), st.text(min_size=1))
def test_whatever_is_signed_is_known_again(key: bytes, cookie: int, incident: str) -> None:
    assert verify(key, cookie, sign(key, cookie, incident)) == incident


def a_delivery(**facts: object) -> Delivery:
    message = Message(
        kind=Kind.ALERT, key=WWW, color=Color.RED, worst=Color.RED, at=1.0, started=1.0, cookie=7, incident=INCIDENT
    )  # fmt: skip
    changed = msgspec.structs.replace(message, **facts)
    return Delivery(number=1, way=Way(method="MAIL", channel="mail"), message=changed, created=1.0)


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.REMINDER])
def test_a_message_about_trouble_has_a_link(kind: Kind) -> None:
    link = ack_link(KEY, URL, a_delivery(kind=kind))
    assert link == URL + ack_path(KEY, 7, INCIDENT)
    assert verify(KEY, 7, link.partition("?t=")[2]) == INCIDENT


@pytest.mark.parametrize(
    ("key", "url", "facts"),
    [
        pytest.param(KEY, "", {}, id="nobody knows where the pages are"),
        pytest.param(b"", URL, {}, id="no key"),
        pytest.param(KEY, URL, {"cookie": -1}, id="no cookie"),
        pytest.param(KEY, URL, {"incident": ""}, id="no incident"),
        pytest.param(KEY, URL, {"kind": Kind.RECOVERY}, id="a recovery"),
        pytest.param(KEY, URL, {"kind": Kind.DISABLED}, id="a disable"),
        pytest.param(KEY, URL, {"kind": Kind.NOTICE}, id="a notice"),
        pytest.param(KEY, URL, {"kind": Kind.TEST}, id="a test"),
    ],
)
def test_where_there_is_nothing_to_acknowledge_there_is_no_link(key: bytes, url: str, facts: dict[str, object]) -> None:
    assert ack_link(key, url, a_delivery(**facts)) == ""
