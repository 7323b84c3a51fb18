"""How long certificates live, as a square."""

from typing import Any

import msgspec
import pytest

from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView, JudgeSettings, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.observation import Certificate, ChainLink
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


def sslcert(host: Host, *certificates: Certificate, **settings: Any) -> Verdict | None:
    latest = {host.checks[0].identity: saw(host.checks[0], page(200, certificates=certificates))}
    view = HostView(host=host, latest=latest, settings=JudgeSettings(**settings))
    verdicts = judge_host(view, NOW)
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


def link(days: float, subject: str = "CN=between") -> ChainLink:
    return ChainLink(subject=subject, issuer="CN=root", not_after=NOW + days * DAY)


@pytest.mark.parametrize(
    ("fields", "color", "says"),
    [
        pytest.param(
            {"chain": (link(5.5),)},
            Color.RED,
            ["&red The certificate CN=between above it expires in 5 days"],
            id="a link that ends before the certificate breaks it",
        ),
        pytest.param({"chain": (link(200),)}, Color.GREEN, [], id="one that ends later is not judged"),
        pytest.param(
            {"chain": (link(5.5),), "trusted": True, "path_not_after": NOW + 100 * DAY},
            Color.GREEN,
            [],
            id="one that the path does not need may end",
        ),
        pytest.param(
            {"chain": (link(20.5),), "trusted": True, "path_not_after": NOW + 20.5 * DAY},
            Color.YELLOW,
            ["&yellow The certificate CN=between above it expires in 20 days"],
            id="one that the path needs is told once",
        ),
        pytest.param(
            {"trusted": True, "path_not_after": NOW + 3.5 * DAY},
            Color.RED,
            ["&red The way to its authority expires in 3 days"],
            id="an authority of this machine ends first",
        ),
        pytest.param({"trusted": False, "distrust": "self-signed"}, Color.GREEN, [], id="distrust has no colour"),
        pytest.param(
            {"chain": (link(5.5, "CN=<b>"),)},
            Color.RED,
            ["&red The certificate CN=&lt;b&gt; above it expires in 5 days"],
            id="a subject is no markup",
        ),
    ],
)
def test_what_is_above_a_certificate(fields: dict[str, Any], color: Color, says: list[str]) -> None:
    verdict = sslcert(with_items(), msgspec.structs.replace(certificate(100), **fields))
    assert verdict is not None
    told = [line for line in verdict.report.text.decode().splitlines() if line.startswith("&")]
    assert (verdict.report.color, told) == (color, ["&green SSL certificate for https://a/ expires in 100 days", *says])


def test_trust_is_told() -> None:
    path = {"trusted": True, "path_not_after": NOW + 90 * DAY}
    for fields, line in (
        ({"trusted": False, "distrust": "self-signed <i>"}, "Not verified: self-signed &lt;i&gt;"),
        (path, "Verified: yes, until 2027-02-19 00:00:00 GMT"),
    ):
        verdict = sslcert(with_items(), msgspec.structs.replace(certificate(100), **fields))
        assert verdict is not None
        assert line in verdict.report.text.decode().splitlines()


@pytest.mark.parametrize(
    ("items", "settings", "color"),
    [
        pytest.param({}, {"ssl_key_bits": 2048}, Color.GREEN, id="a key that is long enough"),
        pytest.param({}, {"ssl_key_bits": 4096}, Color.YELLOW, id="a short key is yellow"),
        pytest.param({}, {"ssl_bits": 512}, Color.RED, id="a weak cipher is red for everybody"),
        pytest.param({"SSLMINBITS": "128"}, {"ssl_bits": 512}, Color.GREEN, id="a host's own bits go first"),
        pytest.param({}, {"ssl_warn_days": 120}, Color.YELLOW, id="everybody's days to warn"),
        pytest.param({}, {"ssl_warn_days": 120, "ssl_alarm_days": 110}, Color.RED, id="everybody's days to alarm"),
        pytest.param({"SSLDAYS": "9:3"}, {"ssl_alarm_days": 110}, Color.GREEN, id="a host's own days go first"),
    ],
)
def test_limits_of_everybody(items: dict[str, str], settings: dict[str, int], color: Color) -> None:
    verdict = sslcert(with_items(**items), certificate(100), **settings)
    assert verdict is not None
    assert verdict.report.color is color


def test_the_column_can_have_another_name_or_none() -> None:
    host = with_items()
    latest = {host.checks[0].identity: saw(host.checks[0], page(200, certificates=(certificate(5),)))}
    for column, squares in (("cert", ["http", "cert"]), ("", ["http"])):
        view = HostView(host=host, latest=latest, settings=JudgeSettings(ssl_column=column))
        assert [verdict.report.key.test for verdict in judge_host(view, NOW)] == squares


def test_all_that_came_with_it_is_listed() -> None:
    verdict = sslcert(with_items(), msgspec.structs.replace(certificate(100), chain=(link(200), link(300, "CN=root"))))
    assert verdict is not None
    lines = verdict.report.text.decode().splitlines()
    assert lines[lines.index("Sent with it:") + 1 :] == [
        "\tCN=between, until 2027-06-09 00:00:00 GMT",
        "\tCN=root, until 2027-09-17 00:00:00 GMT",
    ]


def test_no_password_and_no_markup_of_others_gets_into_the_text() -> None:
    odd = msgspec.structs.replace(
        certificate(100, "https://joe:s3cret@a/?b=c@d"), subject="/CN=<script>", not_after=1e18
    )
    verdict = sslcert(with_items(), odd)
    assert verdict is not None
    lines = verdict.report.text.decode().splitlines()
    assert lines[2].startswith("&green SSL certificate for https://a/?b=c@d expires in ")
    assert "\tsubject:/CN=&lt;script&gt;" in lines
    assert "\texpire date:?" in lines
