"""How long certificates live, as a square."""

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
_USUAL = JudgeSettings()


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


def sslcert(
    host: Host, *certificates: Certificate, settings: JudgeSettings = _USUAL, column: str = "sslcert"
) -> Verdict | None:
    latest = {host.checks[0].identity: saw(host.checks[0], page(200, certificates=certificates))}
    verdicts = judge_host(HostView(host=host, latest=latest, settings=settings), NOW)
    return next((verdict for verdict in verdicts if verdict.report.key.test == column), None)


def lines_of(verdict: Verdict | None) -> list[str]:
    assert verdict is not None
    return verdict.report.text.decode().splitlines()


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


def test_what_holds_for_all_hosts_gives_way_to_what_a_host_says() -> None:
    settings = JudgeSettings(ssl_warn_days=60, ssl_alarm_days=30, ssl_bits=256)
    for items, color in (({}, Color.RED), ({"SSLDAYS": "20:10", "SSLMINBITS": "128"}, Color.GREEN)):
        verdict = sslcert(with_items(**items), certificate(40, bits=128), settings=settings)
        assert verdict is not None
        assert verdict.report.color is color
    assert sslcert(with_items(), certificate(40), settings=settings).report.color is Color.YELLOW  # type: ignore[union-attr]


def test_a_short_key_is_yellow() -> None:
    verdict = sslcert(with_items(), certificate(100), settings=JudgeSettings(ssl_key_bits=3072))
    assert verdict is not None
    assert verdict.report.color is Color.YELLOW
    assert "&yellow Certificate public key size is less than 3072 bits" in lines_of(verdict)


def test_the_column_can_have_another_name_or_none() -> None:
    named = JudgeSettings(ssl_column="cert")
    assert sslcert(with_items(), certificate(5), settings=named) is None
    assert sslcert(with_items(), certificate(5), settings=named, column="cert") is not None
    assert sslcert(with_items(), certificate(5), settings=JudgeSettings(ssl_column=""), column="") is None


def a_chain(*ends: float, path: float = 0.0, trusted: bool | None = None, distrust: str = "") -> Certificate:
    """A certificate for a hundred days, with others above it that end in so many days; `path` in days as well."""
    links = tuple(ChainLink(f"/CN=ca{number}", "/CN=root", NOW + days * DAY) for number, days in enumerate(ends))
    return msgspec.structs.replace(
        certificate(100), chain=links, trusted=trusted, distrust=distrust, path_not_after=path and NOW + path * DAY
    )


@pytest.mark.parametrize(
    ("chain", "color", "above"),
    [
        pytest.param(a_chain(200.5, 300.5, path=100), Color.GREEN, [], id="what ends later is no news"),
        pytest.param(
            a_chain(20.5, 300.5),
            Color.YELLOW,
            ["&yellow The certificate /CN=ca0 above it expires in 20 days"],
            id="one in between ends first",
        ),
        pytest.param(
            a_chain(200.5, -3.5),
            Color.RED,
            ["&red The certificate /CN=ca1 above it expired 3 days ago"],
            id="one is over already, and nobody knows another way",
        ),
        pytest.param(
            a_chain(60.5, path=60.5, trusted=True),
            Color.GREEN,
            ["&green The certificate /CN=ca0 above it expires in 60 days"],
            id="the way ends with it: told once",
        ),
        pytest.param(
            a_chain(200.5, -3.5, path=100, trusted=True), Color.GREEN, [], id="one that the way does not need is over"
        ),
        pytest.param(
            a_chain(200.5, path=5.5, trusted=True),
            Color.RED,
            ["&red The way to its authority expires in 5 days"],
            id="the authority itself ends first",
        ),
    ],
)
def test_what_is_above_a_certificate(chain: Certificate, color: Color, above: list[str]) -> None:
    verdict = sslcert(with_items(), chain)
    assert verdict is not None
    assert verdict.report.color is color
    assert lines_of(verdict)[0] == f"{color.word} Sat Nov 21 00:00:00 2026"
    first, *others = [line for line in lines_of(verdict) if line.startswith("&")]
    assert first == "&green SSL certificate for https://a/ expires in 100 days"
    assert others == above


@pytest.mark.parametrize(
    ("chain", "line"),
    [
        (a_chain(path=90, trusted=True), "Verified: yes, until 2027-02-19 00:00:00 GMT"),
        (a_chain(trusted=False, distrust="self-signed certificate"), "Not verified: self-signed certificate"),
        (
            a_chain(trusted=None, distrust="this machine knows no <CA>"),
            "Not verified: this machine knows no &lt;CA&gt;",
        ),
        (a_chain(), None),
    ],
    ids=["trusted", "distrusted", "nobody to ask", "not looked at"],
)
def test_whether_it_is_believed_is_told_without_a_colour(chain: Certificate, line: str | None) -> None:
    verdict = sslcert(with_items(), chain)
    assert verdict is not None
    assert verdict.report.color is Color.GREEN
    told = [one for one in lines_of(verdict) if "erified" in one]
    assert told == ([] if line is None else [line])


def test_all_that_came_with_it_is_listed() -> None:
    lines = lines_of(sslcert(with_items(), a_chain(200, 300)))
    assert lines[lines.index("Sent with it:") + 1 :] == [
        "\t/CN=ca0, until 2027-06-09 00:00:00 GMT",
        "\t/CN=ca1, until 2027-09-17 00:00:00 GMT",
    ]


def test_no_password_and_no_markup_of_others_gets_into_the_text() -> None:
    odd = msgspec.structs.replace(
        certificate(100, "https://joe:s3cret@a/?b=c@d"), subject="/CN=<script>", not_after=1e18
    )
    lines = lines_of(sslcert(with_items(), odd))
    assert lines[2].startswith("&green SSL certificate for https://a/?b=c@d expires in ")
    assert "\tsubject:/CN=&lt;script&gt;" in lines
    assert "\texpire date:?" in lines


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
