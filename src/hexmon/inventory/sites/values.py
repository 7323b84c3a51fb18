"""What the values of options must be like: a reader takes what was written and gives what it means, or refuses. Pure.

What is refused is named without its value where that may be a secret.
"""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from hexmon.probes.http_options import read_place

MOST = 1_000_000_000  # of any number: thirty years of seconds
_TRUE = frozenset({"true", "yes", "ok", "1", "good", "positive", "on", "y", "t"})
_FALSE = frozenset({"false", "no", "fail", "0", "bad", "negative", "off", "n", "f"})
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\Z")
_MAC = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}\Z")
_HEX = re.compile(r"[0-9A-Fa-f]*\Z")
_FINGERPRINT = 64  # hex digits of a SHA-256
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_SHOWN = 60
_MOST_PORT = 65535

Reader = Callable[[object], object]


class Wrong(ValueError):  # noqa: N818 - it says what is so; the mistake is somebody else's
    """A value that cannot be used: what is wrong with it, and what was probably meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def shown(value: object) -> str:
    """A value as it was written, for messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value)[: _LONGEST_SHOWN + 1])
    return f"'{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '...'}'"


def text(value: object) -> str:
    """A text, which may be empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        raise Wrong(f"a text is needed, not {shown(value).strip(chr(39))}", "put it in quotes")
    raise Wrong(f"a text is needed, not {shown(value)}")


def secret_text(value: object) -> str:
    """The same, never repeated in a message."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        raise Wrong("a text is needed", "put it in quotes")
    raise Wrong(f"a text is needed, not {shown(value)}")


def filled(value: object) -> str:
    """A text that says something."""
    found = text(value)
    if not found.strip():
        raise Wrong("must not be empty")
    return found


def some(value: object) -> str:
    """A text of at least one letter, blanks too."""
    found = text(value)
    if not found:
        raise Wrong("must not be empty")
    return found


def secret_filled(value: object) -> str:
    """The same for a secret."""
    found = secret_text(value)
    if not found.strip():
        raise Wrong("must not be empty")
    return found


def name(value: object) -> str:
    """A text in one line, for a name."""
    found = filled(value).strip()
    if _CONTROLS.search(found):
        raise Wrong("must be a single line without control characters")
    return found


def header_value(value: object) -> str:
    """A text that may stand in a header line."""
    found = filled(value)
    if _CONTROLS.search(found) or not found.isascii():
        raise Wrong(f"{shown(found)} cannot stand in a header line")
    return found


def whole(low: int, high: int = MOST) -> Callable[[object], int]:
    """A reader of whole numbers in that range. Neither true nor a number in quotes is one."""
    limits = f"from {low} to {high}" if high != MOST else f"of at least {low}"

    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise Wrong(f"a whole number {limits} is needed, not {shown(value)}", _without_quotes(value))

    return read


def seconds(value: object) -> float:
    """A number of seconds, 0 too."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST:
        return float(value)
    raise Wrong(f"a number of seconds is needed, not {shown(value)}", _without_quotes(value))


def _without_quotes(value: object) -> str:
    if isinstance(value, str) and value.strip().isdecimal():
        return "write it without quotes"
    if isinstance(value, float) and value == int(value):
        return f"write {int(value)}"
    return ""


def boolean(value: object) -> bool:
    """Any of the words for yes and for no, in any case; nothing at all is no, a number other than 0 yes."""
    if value is None:
        return False
    if isinstance(value, bool | int):
        return bool(value)
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Wrong(f"{shown(value)} is neither yes nor no", "write true or false")


def choice(*words: str) -> Callable[[object], str]:
    """A reader of one of these words, as they are written here."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        meant = next((word for word in words if isinstance(value, str) and word.lower() == value.strip().lower()), "")
        hint = f"did you mean {meant}?" if meant else ""
        raise Wrong(f"{shown(value)} is none of {', '.join(words)}", hint)

    return read


def version(value: object) -> str:
    """A version of SNMP: 1, 2c or 3; YAML takes two of them for numbers."""
    word = str(value).lower() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if word in ("1", "2c", "3"):
        return word
    raise Wrong(f"{shown(value)} is none of 1, 2c, 3", "did you mean 2c?" if word in ("2", "v2c", "v2") else "")


def email_address(value: object) -> str:
    """An address of mail in APMonitor's form."""
    found = filled(value).strip()
    if not _EMAIL.match(found):
        raise Wrong(f"{shown(found)} is not an email address")
    return found


def secret_url(value: object) -> str:
    """An http or https URL that may hold a token."""
    found = secret_filled(value).strip()
    if not _is_web(found):
        raise Wrong("is not a valid URL with scheme and host", _scheme_hint(found))
    return found


def web_url(value: str) -> str:
    """The address of a page. Raises Wrong."""
    if not _is_web(value):
        raise Wrong(f"{shown(value)} is not a valid URL with scheme and host", _scheme_hint(value))
    return value


def _is_web(url: str) -> bool:
    return url.isascii() and not re.search(r"\s", url) and read_place(url) is not None


def _scheme_hint(url: str) -> str:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    return "" if scheme in ("http", "https") else "write http:// or https:// and a host"


def mac(value: object) -> str:
    """`XX:XX:XX:XX:XX:XX` in capitals."""
    found = filled(value).strip().upper()
    if _MAC.match(found):
        return found
    bare = re.sub(r"[^0-9A-F]", "", found)
    colons = ":".join(bare[place : place + 2] for place in range(0, 12, 2))
    looks = len(bare) == 12 and len(found) <= 17
    raise Wrong(f"{shown(value)} is not a valid MAC address", f"did you mean {colons}?" if looks else "")


def fingerprint(value: object) -> str:
    """A SHA-256 in lower-case hexadecimal; colons may be written."""
    digits = filled(value).replace(":", "").replace(" ", "")
    if not _HEX.match(digits):
        raise Wrong("must be hexadecimal digits, with or without colons")
    if len(digits) != _FINGERPRINT:
        raise Wrong(f"a SHA-256 has 64 hexadecimal digits, this has {len(digits)}", _other_hash(len(digits)))
    return digits.lower()


def _other_hash(digits: int) -> str:
    known = {32: "MD5", 40: "SHA-1", 128: "SHA-512"}
    return f"this looks like a {known[digits]}" if digits in known else ""


def port_number(value: object) -> int:
    """A port of TCP or UDP."""
    return whole(1, _MOST_PORT)(value)


def payload(sent: str, kind: str) -> bytes:
    """The bytes that `send` means as text, hex or base64. Raises Wrong."""
    if kind == "text":
        return sent.encode()
    if kind == "hex":
        digits = re.sub(r"[\s:]", "", sent)
        if not _HEX.match(digits) or len(digits) % 2:
            raise Wrong("is not hexadecimal: pairs of the digits 0-9 and a-f", "blanks and colons may be between them")
        return bytes.fromhex(digits)
    try:
        return base64.b64decode(re.sub(r"\s", "", sent), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("is not base64") from None
