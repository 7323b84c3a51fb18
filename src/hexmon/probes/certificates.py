"""Reading X.509 certificates, also those that break the rules: what they say, in plain values."""

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

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
_OTHER_KEYS = {"Ed25519PublicKey": ("Ed25519", 256), "Ed448PublicKey": ("Ed448", 456)}


def load(data: bytes) -> x509.Certificate | None:
    """DER or PEM; None for what is no certificate, or one with a key that nobody knows."""
    with warnings.catch_warnings():
        # Serial numbers and dates that RFC 5280 forbids are common; they do not keep us from reading the rest.
        warnings.simplefilter("ignore")
        try:
            pem = data.startswith(b"-----")
            loaded = x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
            key_of(loaded)
            # These are read when they are asked for: what is broken in them must show here.
            _ = (loaded.subject, loaded.issuer, loaded.not_valid_after_utc, loaded.not_valid_before_utc)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            return None
    return loaded


def key_of(certificate: x509.Certificate) -> tuple[str, int]:
    """The kind of its public key, and its bits."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    return _OTHER_KEYS.get(type(key).__name__, (type(key).__name__, 0))


def name_text(name: x509.Name) -> str:
    """`/C=DE/O=Example/CN=www.example.com`, the one-line form of OpenSSL."""
    return "".join(f"/{_SHORT_NAMES.get(part.oid, part.oid.dotted_string)}={_text(part.value)}" for part in name)


def short_name(name: x509.Name) -> str:
    """The common name, the organisation, or all of it: what people call it."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if parts := name.get_attributes_for_oid(oid):
            return _text(parts[-1].value)
    return name_text(name)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def signature_of(certificate: x509.Certificate) -> str:
    """The name of its signature's algorithm, or the number of an unknown one."""
    oid = certificate.signature_algorithm_oid
    return _SIGNATURES.get(oid, oid.dotted_string)


def serial_of(certificate: x509.Certificate) -> str:
    """Its serial number in hexadecimal digits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers that are not positive
        return f"{certificate.serial_number:x}"


def alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and addresses it is for (RFC 5280 4.2.1.6)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return ()
    names = found.get_values_for_type(x509.DNSName)
    return (*names, *(str(address) for address in found.get_values_for_type(x509.IPAddress)))
