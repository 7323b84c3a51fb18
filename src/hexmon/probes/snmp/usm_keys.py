"""Keys and ciphers of the user-based security model (RFC 3414, 3826, 7860; AES of 192 and 256 bits as net-snmp)."""

import hashlib
import hmac
from functools import lru_cache
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

_PASSWORD_OCTETS: Final = 1 << 20
_BLOCK: Final = 16

# The hash behind each authentication protocol, and how many octets of its HMAC are sent.
DIGESTS: Final = {
    "MD5": ("md5", 12),
    "SHA": ("sha1", 12),
    "SHA224": ("sha224", 16),
    "SHA256": ("sha256", 24),
    "SHA384": ("sha384", 32),
    "SHA512": ("sha512", 48),
}
# How many octets of key each privacy protocol takes; half of those of DES are not key but the start of its vector.
KEY_OCTETS: Final = {"DES": 16, "AES": 16, "AES192": 24, "AES256": 32}


@lru_cache(maxsize=256)
def _key_of_password(digest: str, password: bytes) -> bytes:
    """A megabyte of password, hashed: milliseconds, so it is remembered."""
    repeated = password * (_PASSWORD_OCTETS // len(password) + 1)
    return hashlib.new(digest, repeated[:_PASSWORD_OCTETS], usedforsecurity=False).digest()


def localized_key(protocol: str, password: str, engine: bytes) -> bytes:
    """The key of a password on the device with that engine ID. `password` is not empty."""
    digest = DIGESTS[protocol][0]
    key = _key_of_password(digest, password.encode())
    return hashlib.new(digest, key + engine + key, usedforsecurity=False).digest()


def privacy_key(auth_protocol: str, privacy_protocol: str, password: str, engine: bytes) -> bytes:
    """Lengthened by hashes of itself where the digest is too short for the cipher (draft-blumenthal-aes-usm)."""
    wanted = KEY_OCTETS[privacy_protocol]
    key = localized_key(auth_protocol, password, engine)
    while len(key) < wanted:
        key += hashlib.new(DIGESTS[auth_protocol][0], key, usedforsecurity=False).digest()
    return key[:wanted]


def sign(protocol: str, key: bytes, message: bytes) -> bytes:
    """The authentication parameters of a message that has zeros in their place."""
    digest, size = DIGESTS[protocol]
    return hmac.digest(key, message, digest)[:size]


def encrypt(protocol: str, key: bytes, stamp: tuple[int, int], salt: bytes, data: bytes) -> bytes:
    """`stamp` is the boots and the time of the engine; `salt` the privacy parameters, eight octets."""
    if protocol == "DES":
        padded = data + bytes(-len(data) % 8)
        encryptor = _des(key, salt).encryptor()
        return encryptor.update(padded) + encryptor.finalize()
    block, cipher = _vector(stamp, salt), Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - CFB is made of it
    out = bytearray()
    for start in range(0, len(data), _BLOCK):
        block = _xor(data[start : start + _BLOCK], cipher.update(block))
        out += block
    return bytes(out)


def decrypt(protocol: str, key: bytes, stamp: tuple[int, int], salt: bytes, data: bytes) -> bytes:
    """The way back. Raises ValueError for what cannot have been encrypted like that."""
    if len(salt) != 8:
        raise ValueError("privacy parameters of a wrong length")
    if protocol == "DES":
        decryptor = _des(key, salt).decryptor()
        return decryptor.update(data) + decryptor.finalize()
    before = (_vector(stamp, salt) + data)[: -(-len(data) // _BLOCK) * _BLOCK]
    cipher = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - CFB is made of it
    return _xor(data, cipher.update(before))


def _des(key: bytes, salt: bytes) -> Cipher[CBC]:
    """DES is triple DES with one key three times."""
    return Cipher(TripleDES(key[:8] * 3), CBC(_xor(key[8:16], salt)))


def _vector(stamp: tuple[int, int], salt: bytes) -> bytes:
    return stamp[0].to_bytes(4, "big") + stamp[1].to_bytes(4, "big") + salt


def _xor(left: bytes, right: bytes) -> bytes:
    size = min(len(left), len(right))
    return (int.from_bytes(left[:size], "big") ^ int.from_bytes(right[:size], "big")).to_bytes(size, "big")
