"""TLS sessions of probes: what is offered, and what the certificate says.

Nothing is verified here: an expired or self-signed certificate is a fact for the sslcert column, not a failure.
"""

import ssl
import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from hexmon.model.observation import Certificate

# Old servers are seen as they are: the weakness of their session shows in the cipher's bits.
_EVERY_CIPHER = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
_SHORT_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}
_SIGNATURES = {
    value: name
    for name, value in vars(SignatureAlgorithmOID).items()
    if not name.startswith("_") and isinstance(value, x509.ObjectIdentifier)
}


@lru_cache(maxsize=32)
def context_for(alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A client context that accepts any certificate and any version the library still speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers(_EVERY_CIPHER)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def usable_server_name(host: str) -> str | None:
    """The name to ask for (SNI); None for what cannot be put there, such as labels over 63 bytes."""
    try:
        host.encode("idna")
    except UnicodeError:
        return None
    return host if host and not host.startswith(".") else None


def session_certificate(session: ssl.SSLSocket, service: str) -> Certificate | None:
    """The certificate of a session that was just opened; None when the server showed none we can read."""
    der = session.getpeercert(binary_form=True)
    cipher = session.cipher()
    if der is None or cipher is None:
        return None
    name, _, bits = cipher
    return read_certificate(der, service, (name, bits or 0, session.version() or ""))


@lru_cache(maxsize=4096)
def read_certificate(data: bytes, service: str, session: tuple[str, int, str]) -> Certificate | None:
    """DER or PEM to facts; `session` is cipher, its bits, protocol; None for what is no certificate.

    Remembered, since the same ones come back at every check.
    """
    try:
        loaded = _load(data)
        key_type, key_bits = _key(loaded)
    except (ValueError, UnsupportedAlgorithm):
        return None
    cipher, cipher_bits, protocol = session
    return Certificate(
        service=service,
        subject=_name(loaded.subject),
        issuer=_name(loaded.issuer),
        not_before=loaded.not_valid_before_utc.timestamp(),
        not_after=loaded.not_valid_after_utc.timestamp(),
        key_bits=key_bits,
        key_type=key_type,
        signature=_signature(loaded),
        serial=f"{loaded.serial_number:x}",
        names=_alternative_names(loaded),
        sha256=loaded.fingerprint(hashes.SHA256()).hex(),
        cipher=cipher,
        cipher_bits=cipher_bits,
        protocol=protocol,
    )


def _load(data: bytes) -> x509.Certificate:
    with warnings.catch_warnings():
        # Serial numbers and dates that RFC 5280 forbids are common; they do not keep us from reading the rest.
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificate(data) if data[:5] == b"-----" else x509.load_der_x509_certificate(data)


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    return _OTHER_KEYS.get(type(key).__name__, (type(key).__name__, 0))


_OTHER_KEYS = {"Ed25519PublicKey": ("Ed25519", 256), "Ed448PublicKey": ("Ed448", 456)}


def _name(name: x509.Name) -> str:
    """`/C=DE/O=Example/CN=www.example.com`, the one-line form of OpenSSL."""
    return "".join(f"/{_SHORT_NAMES.get(part.oid, part.oid.dotted_string)}={_text(part.value)}" for part in name)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _signature(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    return _SIGNATURES.get(oid, oid.dotted_string)


def _alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    names = found.get_values_for_type(x509.DNSName)
    return (*names, *(str(address) for address in found.get_values_for_type(x509.IPAddress)))


def cipher_bits(cipher: str) -> int:
    """The strength that the name of a cipher promises; 0 when it says nothing."""
    name = cipher.upper().replace("-", "_")
    return next((bits for word, bits in _CIPHER_BITS if word in name), 0)


_CIPHER_BITS = (
    ("AES_256", 256),
    ("AES256", 256),
    ("CHACHA20", 256),
    ("CAMELLIA256", 256),
    ("CAMELLIA_256", 256),
    ("ARIA256", 256),
    ("AES_128", 128),
    ("AES128", 128),
    ("CAMELLIA128", 128),
    ("CAMELLIA_128", 128),
    ("ARIA128", 128),
    ("SEED", 128),
    ("IDEA", 128),
    ("RC4", 128),
    ("3DES", 112),
    ("DES_CBC3", 112),
    ("DES", 56),
)
