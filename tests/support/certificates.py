"""Certificates that sign themselves, as devices have them, and servers that show them."""

import datetime as dt
import hashlib
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

Key = ec.EllipticCurvePrivateKey
LAST_YEAR = dt.datetime(2025, 11, 3, 4, 5, 6, tzinfo=dt.UTC)
NEXT_CENTURY = dt.datetime(2101, 2, 3, tzinfo=dt.UTC)


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


class SelfSigned:
    """A certificate with its key; `ends` and `begins` are its dates, `names` its names as they are encoded."""

    def __init__(
        self,
        key: Key | None = None,
        *,
        name: str = "www.test",
        begins: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        ends: dt.datetime = NEXT_CENTURY,
        names: bytes = b"",
    ) -> None:
        self.key = key or new_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        extension: x509.ExtensionType = x509.SubjectAlternativeName([x509.DNSName(name)])
        if names:
            extension = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(extension, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pin(self) -> str:
        """SHA-256 of its DER, lower-case hex."""
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """The files of certificate and key."""
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        paths[0].write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths

    def put_into(self, context: ssl.SSLContext, folder: Path) -> ssl.SSLContext:
        """Let the next sessions of the server show it."""
        context.load_cert_chain(*self.write(folder, self.pin))
        return context


def server_context() -> ssl.SSLContext:
    """A server's context without a certificate."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
