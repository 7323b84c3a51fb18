"""What a sender shows in the Authorization header: a user with a password (RFC 7617), or a token (RFC 6750)."""

import base64
import binascii

import msgspec

_LONGEST = 4096  # characters of what follows the scheme
LONGEST_PASSWORD = 1024  # more is no password, but work for whoever hashes it


class Login(msgspec.Struct, frozen=True):
    """A user and a password, both still to be believed."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


class Token(msgspec.Struct, frozen=True):
    """A token, still to be believed."""

    text: str

    def __repr__(self) -> str:
        return "Token()"


def read_authorization(value: str) -> Login | Token | None:
    """The value of the header; None when it is none of both."""
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    if len(rest) > _LONGEST:
        return None
    if scheme.lower() == "bearer":
        return Token(rest) if rest else None
    return _login(rest) if scheme.lower() == "basic" else None


def _login(word: str) -> Login | None:
    try:
        raw = base64.b64decode(word.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    user, colon, password = _text(raw).partition(":")
    if not colon or not user or "\0" in password or len(password) > LONGEST_PASSWORD:
        return None
    return Login(user, password)


def _text(raw: bytes) -> str:
    """Curl sends the letters of its terminal, most often UTF-8; the PowerShell client Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def basic(user: str, password: str) -> str:
    """The header's value for a user."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
