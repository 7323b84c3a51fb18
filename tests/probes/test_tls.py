"""What certificates and sessions say."""

import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.tls import cipher_bits, context_for, read_certificate, usable_server_name

SESSION = ("TLS_AES_256_GCM_SHA384", 256, "TLSv1.3")
EXPIRED = dt.datetime(2020, 1, 31, 12, 0, tzinfo=dt.UTC)


def certificate(key: CertificateIssuerPrivateKeyTypes, *names: x509.GeneralName) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.COMMON_NAME, "w\xfcrfel.test"),
            x509.NameAttribute(NameOID.SURNAME, "x"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nobody")]))
        .not_valid_before(EXPIRED - dt.timedelta(days=30))
        .not_valid_after(EXPIRED)
        .serial_number(0xABCDEF)
        .public_key(key.public_key())
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


@pytest.mark.parametrize(
    ("key", "kind", "bits", "signature"),
    [
        pytest.param(rsa.generate_private_key(65537, 1024), "RSA", 1024, "RSA_WITH_SHA256", id="RSA"),  # noqa: S505 - old servers
        pytest.param(ec.generate_private_key(ec.SECP384R1()), "EC secp384r1", 384, "ECDSA_WITH_SHA256", id="EC"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), "Ed25519", 256, "ED25519", id="Ed25519"),
        pytest.param(dsa.generate_private_key(1024), "DSA", 1024, "DSA_WITH_SHA256", id="DSA"),  # noqa: S505 - have such keys
    ],
)
def test_keys(key: CertificateIssuerPrivateKeyTypes, kind: str, bits: int, signature: str) -> None:
    found = read_certificate(certificate(key).public_bytes(serialization.Encoding.DER), "smtps", SESSION)
    assert found is not None
    assert (found.key_type, found.key_bits, found.signature) == (kind, bits, signature)


def test_everything_a_certificate_says() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate(key, x509.DNSName("a.test"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    found = read_certificate(made.public_bytes(serialization.Encoding.PEM), "https://a.test/", SESSION)
    assert found is not None
    assert found.subject == "/C=DE/CN=w\xfcrfel.test/2.5.4.4=x"
    assert found.issuer == "/O=Nobody"
    assert found.not_after == EXPIRED.timestamp()
    assert found.not_before == EXPIRED.timestamp() - 30 * 86400
    assert found.names == ("a.test", "127.0.0.1")
    assert (found.serial, found.service) == ("abcdef", "https://a.test/")
    assert found.sha256 == made.fingerprint(hashes.SHA256()).hex()
    assert (found.cipher, found.cipher_bits, found.protocol) == SESSION


@given(st.binary(max_size=200), st.sampled_from([b"", b"-----BEGIN CERTIFICATE-----\n", b"\x30\x82"]))
def test_no_certificate_is_too_strange(data: bytes, start: bytes) -> None:
    assert read_certificate(start + data, "x", SESSION) is None


def test_the_names_of_ciphers_tell_their_strength() -> None:
    ciphers = context_for().get_ciphers()
    assert len(ciphers) > 20
    wrong = {
        cipher["name"]: cipher["strength_bits"]
        for cipher in ciphers
        if cipher_bits(cipher["name"]) != cipher["strength_bits"]
    }
    assert wrong == {}


def test_a_name_nobody_knows_has_no_strength() -> None:
    assert cipher_bits("TLS_NEW_SHA512") == 0


def test_contexts_are_shared_and_accept_anybody() -> None:
    assert context_for(("h2",)) is context_for(("h2",))
    assert context_for().verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.test", "www.test"),
        ("under_score.test", "under_score.test"),
        ("x" * 70, None),
        (".test", None),
        ("", None),
    ],
)
def test_names_that_can_be_sent(host: str, name: str | None) -> None:
    assert usable_server_name(host) == name
