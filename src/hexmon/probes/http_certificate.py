"""Whether the certificate of a connection is one that a request may be sent to, decided before it is sent."""

import hashlib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from hexmon.model.observation import Certificate
from hexmon.probes.http_options import HttpOptions

CERTIFICATE_MESSAGE = b"\x0b"
"""What the handshake message with the certificates begins with (RFC 8446 4, RFC 5246 7.4)."""
NO_TLS = "no TLS, so no certificate with that SSL fingerprint"
_MISMATCH = "SSL fingerprint mismatch"


def objection(options: HttpOptions, chain: Sequence[bytes], found: Certificate | None, now: float) -> str:
    """Why not, "" when nothing is wrong. `chain` is what the server sent (PEM or DER), its own first; `found` is read.

    A server without a certificate (anonymous Diffie-Hellman) has nothing that could be as it should be.
    """
    if not chain:
        return _MISMATCH if options.fingerprint else "the server shows no SSL certificate"
    if options.fingerprint and _fingerprint(chain[0]) != options.fingerprint:
        return _MISMATCH
    return _not_in_force(found, now) if options.check_expiry else ""


def certificates_in(message: bytes) -> list[bytes]:
    """The server's certificate, as DER, from the message of the handshake that has it; nothing where there is none.

    That of TLS 1.3 has a context of one byte (0: none) before the list, and a length tells which one this is.
    """
    body = message[4:]
    for start in (0, 1):
        size = int.from_bytes(body[start : start + 3])
        if size > 3 and size == len(body) - start - 3:
            length = int.from_bytes(body[start + 3 : start + 6])
            der = body[start + 6 : start + 6 + length]
            return [der] if 0 < length == len(der) else []
    return []


def _fingerprint(data: bytes) -> str:
    """Lower-case hex, of the DER as it was sent."""
    try:
        der = ssl.PEM_cert_to_DER_cert(data.decode("ascii")) if data.startswith(b"-----") else data
    except ValueError:
        return ""
    return hashlib.sha256(der).hexdigest()


def _not_in_force(found: Certificate | None, now: float) -> str:
    if found is None:
        return "Certificate parsing error: its dates cannot be read"
    if now > found.not_after:
        return f"SSL certificate expired on {_moment(found.not_after)}"
    return "" if now >= found.not_before else f"SSL certificate not valid before {_moment(found.not_before)}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
