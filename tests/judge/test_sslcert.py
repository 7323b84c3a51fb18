"""How long certificates live, as a square."""

import msgspec
import pytest

from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.observation import Certificate
from tests.support.network import OK, a_host, page, saw

NOW = 1_795_219_200.0
DAY = 86400.0


def certificate(days: float, service: str = "https://a/", bits: int = 256) -> Certificate:
    return Certificate(
        service=service,
        subject="CN=a",
        issuer="CN=ca",
        not_before=NOW - DAY,
        not_after=NOW + days * DAY,
        key_bits=2048,
        signature="sha256WithRSAEncryption",
        cipher="TLS_AES_256_GCM_SHA384",
        cipher_bits=bits,
    )


def sslcert(host: Host, *certificates: Certificate) -> Verdict | None:
    latest = {host.checks[0].identity: saw(host.checks[0], page(200, certificates=certificates))}
    verdicts = judge_host(HostView(host=host, latest=latest), NOW)
    return next((verdict for verdict in verdicts if verdict.report.key.test == "sslcert"), None)


def with_items(**items: str) -> Host:
    return msgspec.structs.replace(a_host("https://a/"), items=items)


@pytest.mark.parametrize(
    ("days", "ssldays", "color", "says"),
    [
        pytest.param(31.5, "", Color.GREEN, "expires in 31 days", id="more than a month"),
        pytest.param(30.5, "", Color.GREEN, "expires in 30 days", id="thirty whole days are enough"),
        pytest.param(29.9, "", Color.YELLOW, "expires in 29 days", id="less than thirty"),
        pytest.param(10.1, "", Color.YELLOW, "expires in 10 days", id="ten whole days"),
        pytest.param(9.9, "", Color.RED, "expires in 9 days", id="less than ten"),
        pytest.param(-0.1, "", Color.RED, "expired 0 days ago", id="just expired"),
        pytest.param(-2.1, "", Color.RED, "expired 2 days ago", id="expired"),
        pytest.param(40, "60:30", Color.YELLOW, "expires in 40 days", id="a host's own warning"),
        pytest.param(20, "60:30", Color.RED, "expires in 20 days", id="a host's own alarm"),
        pytest.param(20, "x:y", Color.YELLOW, "expires in 20 days", id="what is no number is ignored"),
    ],
)
def test_days_left(days: float, ssldays: str, color: Color, says: str) -> None:
    verdict = sslcert(with_items(SSLDAYS=ssldays), certificate(days))
    assert verdict is not None
    assert verdict.report.color is color
    assert f"&{color.word} SSL certificate for https://a/ {says}" in verdict.report.text.decode().splitlines()


def test_a_weak_cipher_is_red() -> None:
    verdict = sslcert(with_items(SSLMINBITS="256"), certificate(100, bits=128))
    assert verdict is not None
    assert verdict.report.color is Color.RED
    assert b"&red Minimum available SSL encryption is 128 bits (should be 256)" in verdict.report.text


def test_the_worst_of_several_decides_and_all_are_told() -> None:
    verdict = sslcert(with_items(), certificate(100), certificate(20, "imaps"))
    assert verdict is not None
    assert verdict.report.text.decode().splitlines()[0] == "yellow Sat Nov 21 00:00:00 2026"
    assert [line for line in verdict.report.text.decode().splitlines() if line.startswith("&")] == [
        "&green SSL certificate for https://a/ expires in 100 days",
        "&yellow SSL certificate for imaps expires in 20 days",
    ]


def test_a_host_without_certificates_has_no_such_square() -> None:
    assert sslcert(with_items()) is None
    assert sslcert(with_items(FLAG_NOSSLCERT="nosslcert"), certificate(1)) is None


def test_probing_one_square_tells_the_certificates_of_all() -> None:
    host = a_host("imaps", "https://a/", "smtp")
    latest = {
        host.checks[0].identity: saw(
            host.checks[0], msgspec.structs.replace(OK, certificates=(certificate(5, "imaps"),))
        ),
        host.checks[1].identity: saw(host.checks[1], page(200, certificates=(certificate(100),))),
        host.checks[2].identity: saw(host.checks[2], OK),
    }
    view = HostView(host=host, latest=latest)
    verdicts = judge_host(view, NOW, {"http"})
    assert [verdict.report.key.test for verdict in verdicts] == ["http", "sslcert"]
    assert verdicts[1].report.color is Color.RED
    assert [verdict.report.key.test for verdict in judge_host(view, NOW, {"smtp"})] == ["smtp"]
