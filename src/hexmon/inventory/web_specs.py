"""The fields of web tags: expressions, digests, and data to send, with their backslash escapes. Pure."""

import hashlib
import re

import msgspec

from hexmon.inventory.tag_values import Mistake
from hexmon.model.patterns import PatternError, compile_pattern
from hexmon.model.posix import compile_posix
from hexmon.probes.http_options import Expectation

FILE = "file:"
FORM = "application/x-www-form-urlencoded"
SOAP = "application/soap+xml; charset=utf-8"
_ESCAPE = re.compile(rb"\\(?:[xX]([0-9A-Fa-f]{1,2})|(.?))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\", b"": b""}
_CONTENT_TYPE = re.compile(r"\(content-type=([^)]*)\)", re.IGNORECASE)
_DIGEST = re.compile(r"#([A-Za-z0-9_-]+):([0-9A-Fa-f]+)\Z")
_OPENSSL_NAMES = {"rmd160": "ripemd160"}

Mistakes = tuple[Mistake, ...]


def unescape(text: str) -> tuple[bytes, Mistakes]:
    r"""`\n`, `\r`, `\t`, `\\` and `\xNN` become what they stand for; of any other escape only the backslash goes."""
    unknown: dict[str, None] = {}

    def replaced(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes((int(match[1], 16),))
        letter = _LETTERS.get(match[2])
        if letter is None:
            unknown[match[2].decode("latin-1")] = None
        return match[2] if letter is None else letter

    data = _ESCAPE.sub(replaced, text.encode(errors="surrogateescape"))
    return data, tuple(Mistake(f"'\\{letter}' is taken as '{letter}'", f"write: \\\\{letter}") for letter in unknown)


def as_text(data: bytes) -> str:
    """Bytes as a pattern or a header has them: UTF-8, other bytes kept."""
    return data.decode(errors="surrogateescape")


class Content(msgspec.Struct, frozen=True):
    """What the answer must contain, or the file whose first line says it."""

    expect: tuple[Expectation, ...] = ()
    file: str = ""
    mistakes: Mistakes = ()


def read_content(text: str, *, negate: bool = False) -> Content:
    """The last field of `cont`, `post` and their like: an expression, `#ALGORITHM:HEX` or `file:PATH`.

    Nothing is an expression, too: it holds for every page that came.
    """
    if text.startswith(FILE):
        return Content(file=text[len(FILE) :])
    if text.startswith("#"):
        expectation = digest(text, negate=negate)
        return Content((expectation,), mistakes=problems_of(expectation))
    raw, mistakes = unescape(text)
    expectation = body(as_text(raw), negate=negate)
    return Content((expectation,), mistakes=(*mistakes, *problems_of(expectation)))


def first_line(data: bytes, *, negate: bool = False) -> Expectation:
    """What the first line of a file asks for: an expression as it stands, or a digest."""
    line = as_text(data.split(b"\n", 1)[0].rstrip(b"\r"))
    return digest(line, negate=negate) if line.startswith("#") else body(line, negate=negate)


def body(pattern: str, *, negate: bool = False) -> Expectation:
    """A POSIX extended regular expression for the body."""
    problem = ""
    try:
        compile_posix(pattern)
    except PatternError as error:
        problem = str(error)
    return Expectation(what="body", wanted=pattern, negate=negate, problem=problem)


def digest(text: str, *, negate: bool = False) -> Expectation:
    """`#md5:HEX`; what OpenSSL calls its algorithms is known, too."""
    match = _DIGEST.match(text)
    if match is None:
        problem = f"'{text}' is not a digest (write: #sha256:HEX, or \\x23 for a # that is text)"
        return Expectation(what="digest", wanted=text[1:], negate=negate, problem=problem)
    algorithm = _OPENSSL_NAMES.get(match[1].lower(), match[1].lower())
    wanted = f"{algorithm}:{match[2].lower()}"
    return Expectation(what="digest", wanted=wanted, negate=negate, problem=_digest_problem(algorithm, match[2]))


def _digest_problem(algorithm: str, digits: str) -> str:
    try:
        size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    except ValueError:
        size = 0
    if not size:
        return f"'{algorithm}' is not a digest that can be computed here (md5, sha1, sha256, ...)"
    if len(digits) != 2 * size:
        return f"a digest of {algorithm} has {2 * size} digits, this one {len(digits)}"
    return ""


def statuses(good: str, bad: str) -> Expectation:
    """Perl regular expressions for the HTTP status."""
    problem = next((text for pattern in (good, bad) if (text := pattern_problem(pattern))), "")
    return Expectation(what="status", wanted=good, bad=bad, problem=problem)


def pattern_problem(pattern: str) -> str:
    """What is wrong with a Perl regular expression, "" for nothing."""
    try:
        compile_pattern(pattern)
    except PatternError as error:
        return str(error)
    return ""


def problems_of(*expectations: Expectation) -> Mistakes:
    """What is wrong with them, for the line they are written in."""
    return tuple(Mistake(one.problem) for one in expectations if one.problem)


class Data(msgspec.Struct, frozen=True):
    """What is sent: `body`, or what is in `file`; `content_type` "" for the usual one."""

    body: bytes = b""
    file: str = ""
    content_type: str = ""
    mistakes: Mistakes = ()


def read_data(text: str) -> Data:
    """The data of `post` and `soap`: text with escapes or `file:PATH`, perhaps behind `(content-type=TYPE)`."""
    content_type = ""
    mistakes: Mistakes = ()
    match = _CONTENT_TYPE.match(text)
    if match is not None:
        raw, mistakes = unescape(match[1])
        content_type = _one_line(as_text(raw))
        text = text[match.end() :]
    if text.startswith(FILE):
        return Data(file=text[len(FILE) :], content_type=content_type, mistakes=mistakes)
    data, more = unescape(text)
    return Data(data, content_type=content_type, mistakes=(*mistakes, *more))


def _one_line(text: str) -> str:
    """A header that holds a line break would be two."""
    return " ".join(text.split())
