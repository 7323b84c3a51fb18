"""Chains of certificates: who would believe them, and why not."""

import datetime as dt
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.observation import Certificate
from hexmon.probes import tls
from hexmon.probes.tls import read_chain
from hexmon.probes.trust import NO_AUTHORITIES, Authorities, covers

SESSION = ("TLS_AES_256_GCM_SHA384", 256, "TLSv1.3")
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC).timestamp()
YEAR = 365 * 86400.0


class Maker:
    """Makes certificates; each has a key of its own. Times are in years from NOW."""

    def __init__(self) -> None:
        self.keys: dict[x509.Certificate, ec.EllipticCurvePrivateKey] = {}

    def make(  # noqa: PLR0913 - a certificate has that much
        self,
        name: str,
        issuer: x509.Certificate | None = None,
        *,
        names: tuple[str, ...] = (),
        ca: bool | None = None,
        start: float = -1,
        end: float = 1,
        use: x509.ObjectIdentifier | None = None,
    ) -> x509.Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.subject)
            .not_valid_before(dt.datetime.fromtimestamp(NOW + start * YEAR, dt.UTC))
            .not_valid_after(dt.datetime.fromtimestamp(NOW + end * YEAR, dt.UTC))
            .serial_number(x509.random_serial_number())
            .public_key(key.public_key())
        )
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
            )
        if use is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        made = builder.sign(key if issuer is None else self.keys[issuer], hashes.SHA256())
        self.keys[made] = key
        return made


MAKER = Maker()
ROOT = MAKER.make("Our Root", ca=True, end=9)
OLD_ROOT = MAKER.make("Old Root", ca=True, end=-0.1)
STRANGER = MAKER.make("Strange Root", ca=True)
BETWEEN = MAKER.make("Between", ROOT, ca=True, end=0.5)
GOOD = MAKER.make("www", BETWEEN, names=("www.test", "*.many.test"))


def der(*certificates: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(serialization.Encoding.DER) for one in certificates]


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(autouse=True)
def authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "authorities.pem"
    file.write_bytes(b"# words around them\n" + pem(ROOT) + b"more words\n" + pem(OLD_ROOT))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls._known.clear()
    yield file
    tls._known.clear()


def read(*chain: x509.Certificate, host: str = "www.test", now: float = NOW) -> Certificate:
    found = read_chain(der(*chain), "smtps", SESSION, host, now)
    assert found is not None
    return found


def test_a_chain_that_is_believed() -> None:
    found = read(GOOD, BETWEEN)
    assert (found.trusted, found.distrust) == (True, "")
    assert found.path_not_after == BETWEEN.not_valid_after_utc.timestamp()
    (link,) = found.chain
    assert (link.subject, link.issuer, link.not_after) == ("/CN=Between", "/CN=Our Root", found.path_not_after)
    assert (found.subject, found.service, found.cipher) == ("/CN=www", "smtps", SESSION[0])


SELF_SIGNED = MAKER.make("self", names=("www.test",))
HERS = MAKER.make("hers", STRANGER, names=("www.test",))
EXPIRED_BETWEEN = MAKER.make("Late", ROOT, ca=True, end=-0.5)
PLAIN = MAKER.make("plain", ROOT)
NO_AUTHORITY = MAKER.make("no authority", ROOT, names=("other.test",), ca=False)


@pytest.mark.parametrize(
    ("chain", "host", "reason"),
    [
        pytest.param(
            [MAKER.make("x", ROOT, names=("www.test",), start=-3, end=-1)], "www.test", "expired", id="expired"
        ),
        pytest.param(
            [MAKER.make("x", ROOT, names=("www.test",), start=0.5)], "www.test", "not yet valid", id="not yet valid"
        ),
        pytest.param([SELF_SIGNED], "www.test", "self-signed certificate", id="self-signed"),
        pytest.param([HERS, STRANGER], "www.test", "unknown authority 'Strange Root'", id="somebody's authority"),
        pytest.param(
            [GOOD],
            "www.test",
            "unknown authority 'Between', or the server does not send the certificates between",
            id="an incomplete chain",
        ),
        pytest.param(
            [GOOD, BETWEEN],
            "mail.test",
            "is for www.test, *.many.test, not for mail.test",
            id="another name",
        ),
        pytest.param(
            [MAKER.make("x", ROOT, names=tuple(f"{n}.test" for n in range(5)))],
            "www.test",
            "is for 0.test, 1.test, 2.test and 2 more, not for www.test",
            id="many other names",
        ),
        pytest.param([GOOD, BETWEEN], "127.0.0.1", "is for www.test, *.many.test, not for 127.0.0.1", id="an address"),
        pytest.param(
            [MAKER.make("www.test", ROOT)], "www.test", "names no host (subjectAltName)", id="only a common name"
        ),
        pytest.param(
            [MAKER.make("x", EXPIRED_BETWEEN, names=("www.test",)), EXPIRED_BETWEEN],
            "www.test",
            "the certificate of its authority 'Late' is expired",
            id="an expired one between",
        ),
        pytest.param(
            [MAKER.make("x", OLD_ROOT, names=("www.test",))],
            "www.test",
            "the certificate of its authority 'Old Root' is expired",
            id="an expired authority",
        ),
        pytest.param(
            [MAKER.make("x", NO_AUTHORITY, names=("www.test",)), NO_AUTHORITY],
            "www.test",
            "basicConstraints.cA must be asserted in a CA certificate",
            id="signed by a server's certificate",
        ),
        pytest.param(
            [MAKER.make("x", PLAIN, names=("www.test",)), PLAIN],
            "www.test",
            "missing required extension",
            id="signed by one that says nothing of authorities",
        ),
        pytest.param(
            [MAKER.make("x", ROOT, names=("www.test",), use=ExtendedKeyUsageOID.CODE_SIGNING)],
            "www.test",
            "it is not for servers",
            id="for signing programs",
        ),
        pytest.param(
            [MAKER.make("x", names=("www.test",), end=-0.5)],
            "mail.test",
            "expired; is for www.test, not for mail.test; self-signed certificate",
            id="everything wrong at once",
        ),
    ],
)
def test_why_a_chain_is_not_believed(chain: list[x509.Certificate], host: str, reason: str) -> None:
    found = read(*chain, host=host)
    assert found.trusted is False
    assert reason in found.distrust
    assert (found.distrust == reason) or "not acceptable" in found.distrust
    assert found.path_not_after == 0


def test_a_forged_signature_is_not_believed() -> None:
    imposter = Maker()
    other_root = imposter.make("Our Root", ca=True)
    found = read(imposter.make("www", other_root, names=("www.test",)), other_root)
    assert found.trusted is False
    assert found.distrust.startswith("not acceptable")


def test_the_order_of_the_chain_does_not_matter_and_strays_do_no_harm() -> None:
    assert read(GOOD, STRANGER, ROOT, BETWEEN, BETWEEN).trusted is True
    garbage = read_chain([*der(GOOD), b"garbage", *der(BETWEEN)], "x", SESSION, "www.test", NOW)
    assert garbage is not None
    assert (garbage.trusted, len(garbage.chain)) == (True, 1)


def test_pem_is_read_too() -> None:
    found = read_chain([pem(GOOD), pem(BETWEEN)], "x", SESSION, "www.test", NOW)
    assert found is not None
    assert found.trusted is True


def test_a_self_signed_certificate_among_the_authorities_is_believed(authorities: Path) -> None:
    authorities.write_bytes(pem(SELF_SIGNED))
    assert read(SELF_SIGNED, now=NOW + 3600).trusted is True


def test_verdicts_change_with_the_time() -> None:
    end = BETWEEN.not_valid_after_utc.timestamp()
    assert read(GOOD, BETWEEN, now=end).trusted is True
    assert read(GOOD, BETWEEN, now=end + 1).distrust == "the certificate of its authority 'Between' is expired"
    assert read(GOOD, BETWEEN, now=end).trusted is True
    early = MAKER.make("x", ROOT, names=("www.test",), start=0.5)
    begin = early.not_valid_before_utc.timestamp()
    assert read(early, now=begin - 1).distrust == "not yet valid"
    assert read(early, now=begin).trusted is True


def test_the_same_chain_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(GOOD, BETWEEN)
    assert read(GOOD, BETWEEN, now=NOW + 86400) is first
    monkeypatch.setattr(tls, "_MEMORY", 3)
    for number in range(8):
        read(GOOD, BETWEEN, host=f"{number}.test")
    assert len(tls._known) <= 3


def test_a_changed_file_of_authorities_is_noticed(authorities: Path) -> None:
    assert read(HERS, STRANGER).trusted is False
    authorities.write_bytes(pem(STRANGER))
    os.utime(authorities, (1, 1))
    assert read(HERS, STRANGER).trusted is False
    assert read(HERS, STRANGER, now=NOW + 61).trusted is True


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n", b"\xff" * 99]
)
def test_without_authorities_nothing_is_said(authorities: Path, content: bytes) -> None:
    authorities.write_bytes(content)
    found = read(GOOD, BETWEEN)
    assert (found.trusted, found.distrust) == (None, NO_AUTHORITIES)


def test_a_folder_of_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "abcdef01.0").write_bytes(pem(ROOT))
    (tmp_path / "abcdef02.0").symlink_to("nowhere")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    authorities = Authorities()
    assert authorities.look(NOW) == 1
    assert authorities.of_name(ROOT.subject) == ROOT


def test_a_long_chain_is_cut() -> None:
    many = [MAKER.make(f"{number}", STRANGER, ca=True) for number in range(30)]
    assert len(read(GOOD, *many).chain) == 15


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("www.test", "WWW.test.", True),
        ("*.test", "www.test", True),
        ("*.test", "a.b.test", False),
        ("*.test", "test", False),
        ("*.test", ".test", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("xn--wrfel-kva.test", "würfel.test", True),
        ("www.test", "x" * 70 + "ü.test", False),
    ],
)
def test_names(name: str, host: str, covered: bool) -> None:
    assert covers(name, host) is covered


@given(st.binary(max_size=60), st.text(max_size=80))
def test_no_host_and_no_garbage_is_too_strange(data: bytes, host: str) -> None:
    assert read_chain([data], "x", SESSION, host, NOW) is None
    assert read(GOOD, BETWEEN, host=host).trusted is (covers("*.many.test", host) or covers("www.test", host))


def test_broken_certificates_are_data() -> None:
    authority = trustme.CA()
    whole = x509.load_pem_x509_certificate(authority.issue_cert("www.test", "127.0.0.1").cert_chain_pems[0].bytes())
    (good,) = der(whole)
    dice = random.Random(7)  # noqa: S311 - the same mistakes every time
    for _ in range(3000):
        broken = bytearray(good)
        for _ in range(dice.randint(1, 3)):
            broken[dice.randrange(len(broken))] = dice.choice([0, 1, 255, dice.randrange(256)])
        found = read_chain([bytes(broken), bytes(broken)], "x", SESSION, "www.test", NOW)
        assert found is None or found.trusted is False
