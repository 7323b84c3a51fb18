"""The message in an HTTP request: the body as it is, or the one value of a form that plainly is one."""

import re
import zlib
from urllib.parse import unquote_to_bytes

from hexmon.ingest.protocol import PARSERS

_LONGEST_FORM = 1024 * 1024  # what old CGI programs took; nothing that long is sent as a form
_WORDS = b"|".join(re.escape(prefix.rstrip(b"\n /")) for prefix, _ in PARSERS)
_COMMAND = re.compile(rb"(?:" + _WORDS + rb")(?:[+/][^ \t\r\n]*+)?(?:[ \t\r\n]|\Z)").match
_NEVER_IN_A_FORM = re.compile(rb"[\x00-\x20\x7f-\xff]").search


class EncodingError(ValueError):
    """A Content-Encoding that is not known, or a body that does not keep to it."""


class TooLongError(ValueError):
    """More bytes than a message may have."""


def begins_with_command(message: bytes) -> bool:
    """Whether a message begins with a word of the protocol, and that word ends there."""
    return _COMMAND(message) is not None


def message_of(body: bytes) -> bytes:
    """The message that a body holds.

    curl and wget call every body a form, so the Content-Type says nothing. A form has no blanks, no line breaks and
    no bytes above 126; a message of more than one word has a blank. What has none of them is decoded, and taken for a
    form when that brings forth a command; everything else is the message, byte for byte.
    """
    text = body.rstrip(b"\r\n")
    if not text or len(text) > _LONGEST_FORM or _NEVER_IN_A_FORM(text):
        return body
    first = text.partition(b"&")[0]
    for encoded in (first, first.partition(b"=")[2]):
        value = unquote_to_bytes(encoded.replace(b"+", b" "))
        if begins_with_command(value):
            return body if value == text else value
    return body


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """A body without its Content-Encoding (gzip, deflate), of `most` bytes. Raises EncodingError, TooLongError."""
    if encoding in ("", "identity"):
        return body
    if encoding in ("gzip", "x-gzip"):
        return _inflated(body, 31, most)
    if encoding != "deflate":
        raise EncodingError(f"Content-Encoding '{encoding[:40]}' is not known; there are gzip and deflate")
    # Half of the world leaves out the header that the standard (RFC 9110, 8.4.1.2) asks for.
    return _inflated(body, 15 if _has_zlib_header(body) else -15, most)


def _has_zlib_header(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _inflated(body: bytes, window: int, most: int) -> bytes:
    stream = zlib.decompressobj(window)
    try:
        message = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise EncodingError("the body is not what its Content-Encoding says") from error
    if len(message) > most:
        raise TooLongError(f"more than {most} bytes when unpacked")
    if not stream.eof or stream.unused_data:
        raise EncodingError("the body ends too early, or too late, for its Content-Encoding")
    return message
