"""Why there is no TLS session, for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.host import judge_host
from hexmon.judge.tls_words import why_no_session
from hexmon.judge.view import HostView
from hexmon.model.observation import Outcome, Reply
from tests.support.network import TIMEOUT, a_host, saw


def a_failure(detail: str) -> Reply:
    return Reply(outcome=Outcome.TLS, summary="SSL error", detail=detail)


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("SSL certificate problem: certificate has expired", "Its certificate has expired"),
        ("SSL certificate problem: self-signed certificate", "Its certificate is self-signed"),
        (
            "SSL certificate problem: self-signed certificate in certificate chain",
            "Its certificate comes from an authority that this machine does not know",
        ),
        (
            "SSL certificate problem: unable to get local issuer certificate",
            "Its certificate comes from an authority that this machine does not know",
        ),
        (
            "SSL: certificate subject name 'lab.test' does not match target hostname '127.0.0.1'",
            "Its certificate is for another name",
        ),
        (
            "SSL: no alternative certificate subject name matches target host name 'x'",
            "Its certificate is for another name",
        ),
        ("error:0A00042E:SSL routines::tlsv1 alert protocol version", "No version of TLS in common"),
        ("UNSUPPORTED_PROTOCOL", "No version of TLS in common"),
        ("WRONG_VERSION_NUMBER", "It does not speak TLS here"),
        ("TLS connect error: error:0A00010B:SSL routines::wrong version number", "It does not speak TLS here"),
        ("NO_SHARED_CIPHER", "No cipher in common"),
        (
            "SSLV3_ALERT_HANDSHAKE_FAILURE",
            "It refuses our offer: no cipher in common, or it wants a client certificate",
        ),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "It wants a client certificate, or another one than ours"),
        ("tlsv1 alert unknown ca", "It wants a client certificate, or another one than ours"),
        ("UNEXPECTED_EOF_WHILE_READING", "It closed the connection in the midst of the handshake"),
    ],
)
def test_what_libraries_say_in_plain_words(detail: str, words: str) -> None:
    assert why_no_session(a_failure(detail)) == f"{words} ({detail})"


def test_what_nobody_knows_is_passed_on_and_the_rest_is_no_matter_of_tls() -> None:
    assert why_no_session(a_failure("gremlins")) == "gremlins"
    assert why_no_session(a_failure("")) == ""
    assert why_no_session(TIMEOUT) == ""


@pytest.mark.parametrize("tag", ["https://a/", "imaps"])
def test_it_is_told_in_the_square(tag: str) -> None:
    host = a_host(tag)
    view = HostView(host=host, latest={host.checks[0].identity: saw(host.checks[0], a_failure("WRONG_VERSION_NUMBER"))})
    lines = judge_host(view, 0.0)[0].report.text.decode().splitlines()
    assert "It does not speak TLS here (WRONG_VERSION_NUMBER)" in lines


@given(st.text(max_size=200))
def test_anything_may_be_said(detail: str) -> None:
    assert why_no_session(a_failure(detail)).lower().find(detail.lower()) >= 0
