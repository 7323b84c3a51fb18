import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.ingest.authorization import Login, Token, basic, read_authorization


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (basic("web1", "secret"), Login("web1", "secret")),
        ("basic " + encoded(b"web1:a:b "), Login("web1", "a:b ")),
        ("BASIC   " + encoded(b"web1:"), Login("web1", "")),
        ("Basic " + encoded("web1:k\u00e4se".encode()), Login("web1", "k\u00e4se")),
        ("Basic " + encoded("web1:k\u00e4se".encode("latin-1")), Login("web1", "k\u00e4se")),
        ("Bearer abc.def-", Token("abc.def-")),
        ("bearer  abc ", Token("abc")),
    ],
)
def test_what_is_shown(value: str, shown: Login | Token) -> None:
    assert read_authorization(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        "", "Basic", "Basic ", "Bearer", "Digest username=x", "Basic !!!!", "Basic " + encoded(b"no colon"),
        "Basic " + encoded(b":nobody"), "Basic " + encoded(b"a:b\0c"), "Basic \u20ac",
        "Basic " + encoded(b"a:" + b"x" * 2000), "Bearer " + "x" * 5000, encoded(b"a:b"),
    ],
)  # fmt: skip
def test_what_shows_nothing(value: str) -> None:
    assert read_authorization(value) is None


def test_secrets_are_not_in_what_is_logged() -> None:
    assert "secret" not in repr([Login("web1", "secret"), Token("secret")])


@given(st.text(max_size=100), st.sampled_from(["Basic ", "Bearer ", ""]))
def test_no_value_raises(text: str, scheme: str) -> None:
    read_authorization(scheme + text)


@given(st.binary(max_size=100))
def test_no_credentials_raise(raw: bytes) -> None:
    read_authorization("Basic " + encoded(raw))


@given(st.text(min_size=1).filter(lambda text: ":" not in text), st.text().filter(lambda text: "\0" not in text))
def test_what_is_written_is_read(user: str, password: str) -> None:
    assert read_authorization(basic(user, password)) == Login(user, password)
