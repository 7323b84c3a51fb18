"""TLS sessions of probes: what is offered, and what the certificates say.

Nothing stops a session here: an expired or self-signed certificate is a fact for the sslcert column, not a failure.
"""

import hashlib
import ssl
import warnings
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from cryptography.hazmat.primitives import hashes

from hexmon.model.observation import Certificate, ChainLink
from hexmon.probes.certificates import alternative_names, key_of, load, name_text, serial_of, signature_of
from hexmon.probes.trust import Authorities, judge_chain

# Old servers are seen as they are: the weakness of their session shows in the cipher's bits.
_EVERY_CIPHER = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
_LONGEST_CHAIN = 16
_MEMORY = 32_768


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


Session = tuple[str, int, str]
"""The cipher, its bits, the protocol."""


def session_certificate(session: ssl.SSLSocket, service: str, host: str, now: float) -> Certificate | None:
    """The certificate of a session that was just opened; None when the server showed none we can read."""
    cipher = session.cipher()
    if cipher is None:
        return None
    name, _, bits = cipher
    return read_chain(peer_chain(session), service, (name, bits or 0, session.version() or ""), host, now)


def peer_chain(session: ssl.SSLSocket) -> tuple[bytes, ...]:
    """What the server sent, its own certificate first, as DER.

    Python has no public way to the others before 3.13, and a build without the private one has only the first.
    """
    for owner in (session, getattr(session, "_sslobj", None)):
        chain = getattr(owner, "get_unverified_chain", None)
        if chain is not None:
            return tuple(one if isinstance(one, bytes) else one.public_bytes(_DER) for one in chain() or ())
    leaf = session.getpeercert(binary_form=True)
    return () if leaf is None else (leaf,)


_DER = 2  # _ssl.ENCODING_DER


class _Known(msgspec.Struct, gc=False):
    """A chain that was read, and from when to when that is what it means."""

    certificate: Certificate
    generation: int
    since: float
    until: float


_authorities = Authorities()
_known: dict[tuple[bytes, str, Session, str], _Known] = {}


def read_chain(chain: Sequence[bytes], service: str, session: Session, host: str, now: float) -> Certificate | None:
    """The certificates that a server sent, each DER or PEM, its own first; `now` is epoch seconds.

    `host` is the name (or IP literal) that the certificate should be for. None when the first is no certificate.
    Remembered by fingerprints, since the same ones come back at every check, until a date on the way passes.
    """
    digest = hashlib.sha256()
    for data in chain[:_LONGEST_CHAIN]:
        digest.update(hashlib.sha256(data).digest())
    key = (digest.digest(), service, session, host)
    generation = _authorities.look(now)
    known = _known.get(key)
    if known is None or known.generation != generation or not known.since <= now < known.until:
        found = _read(chain[:_LONGEST_CHAIN], service, session, host, now)
        if found is None:
            return None
        if len(_known) >= _MEMORY:
            _known.clear()
        known = _known[key] = _Known(found[0], generation, *found[1])
    return known.certificate


def _read(
    chain: Sequence[bytes], service: str, session: Session, host: str, now: float
) -> tuple[Certificate, tuple[float, float]] | None:
    first = read_certificate(chain[0], service, session) if chain else None
    leaf = load(chain[0]) if first is not None else None
    if first is None or leaf is None:
        return None
    others = [one for data in chain[1:] if (one := load(data)) is not None]
    trust = judge_chain(leaf, others, host, now, _authorities)
    links = tuple(
        ChainLink(name_text(one.subject), name_text(one.issuer), one.not_valid_after_utc.timestamp()) for one in others
    )
    certificate = msgspec.structs.replace(
        first, chain=links, trusted=trust.trusted, distrust=trust.distrust, path_not_after=trust.path_not_after
    )
    return certificate, (trust.since, trust.until)


@lru_cache(maxsize=4096)
def read_certificate(data: bytes, service: str, session: Session) -> Certificate | None:
    """One certificate, DER or PEM, without its chain; None for what is none."""
    loaded = load(data)
    if loaded is None:
        return None
    key_type, key_bits = key_of(loaded)
    cipher, cipher_bits, protocol = session
    return Certificate(
        service=service,
        subject=name_text(loaded.subject),
        issuer=name_text(loaded.issuer),
        not_before=loaded.not_valid_before_utc.timestamp(),
        not_after=loaded.not_valid_after_utc.timestamp(),
        key_bits=key_bits,
        key_type=key_type,
        signature=signature_of(loaded),
        serial=serial_of(loaded),
        names=alternative_names(loaded),
        sha256=loaded.fingerprint(hashes.SHA256()).hex(),
        cipher=cipher,
        cipher_bits=cipher_bits,
        protocol=protocol,
    )


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
