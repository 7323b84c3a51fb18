"""Whether an answer is as it was expected to be: expectations to assertions, without a colour."""

import asyncio
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from hexmon.model.observation import Assertion
from hexmon.model.patterns import Pattern, PatternError, compile_pattern, is_linear
from hexmon.model.posix import compile_posix
from hexmon.probes.http_options import BODY_LIMIT, Expectation

NOTHING = 999
"""The status of an answer that did not come (hosts.cfg(5), httpstatus)."""

_NO_ANSWER = "nothing was retrieved"
_QUICK = 4 * 1024  # bytes of a body that the slowest pattern passes over in ten milliseconds
_SHOWN = 200  # characters of what came
_HEADER = re.compile(rb"([^\r\n:]+):[ \t]*([^\r\n]*)")


class Hash(Protocol):
    """What hashlib gives."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class Answer(msgspec.Struct, frozen=True):
    """What came: `head` is the status line and the headers, `body` as far as it was kept, `seconds` all that it took.

    `digests` are those of the whole body, by the name of the algorithm.
    """

    status: int
    head: bytes
    body: bytes
    seconds: float
    digests: Mapping[str, Hash] = {}

    def headers(self, name: str) -> list[bytes]:
        """The values of all headers of that name."""
        wanted = name.encode(errors="surrogateescape").lower()
        return [value.rstrip() for found, value in _HEADER.findall(self.head) if found.strip().lower() == wanted]

    @property
    def text(self) -> bytes:
        """The body as xymonnet sees it: up to the first NUL."""
        return self.body.partition(b"\0")[0]


Finding = tuple[bool | None, str]


async def assess(expected: Sequence[Expectation], answer: Answer) -> tuple[Assertion, ...]:
    """One assertion for each expectation. What may take long is done in a thread."""
    if any(_may_take_long(one, answer) for one in expected):
        return await asyncio.to_thread(_assess, expected, answer)
    return _assess(expected, answer)


def unanswered(expected: Sequence[Expectation]) -> tuple[Assertion, ...]:
    """The same when nothing was retrieved: only the status can be looked at."""
    nothing = Answer(NOTHING, b"", b"", math.inf)
    return tuple(
        _one(one, nothing) if one.what == "status" or one.problem else _assertion(one, (None, _NO_ANSWER))
        for one in expected
    )


def hashes_for(expected: Sequence[Expectation]) -> dict[str, Hash]:
    """What must be computed while the body comes in."""
    names = {one.wanted.partition(":")[0] for one in expected if one.what == "digest" and not one.problem}
    found: dict[str, Hash] = {}
    for name in names:
        try:
            made = hashlib.new(name, usedforsecurity=False)
        except ValueError:
            continue
        if made.digest_size:
            found[name] = made
    return found


def _may_take_long(expectation: Expectation, answer: Answer) -> bool:
    if expectation.problem:
        return False
    if expectation.what == "json":
        return True
    if expectation.what == "body":
        return len(answer.body) > _QUICK or not is_linear(_compiled(expectation))
    return expectation.what == "header" and not is_linear(_compiled(expectation))


def _compiled(expectation: Expectation) -> Pattern | None:
    compiler = compile_posix if expectation.what == "body" else compile_pattern
    try:
        return compiler(expectation.wanted)
    except PatternError:
        return None


def _assess(expected: Sequence[Expectation], answer: Answer) -> tuple[Assertion, ...]:
    return tuple(_one(one, answer) for one in expected)


def _one(expectation: Expectation, answer: Answer) -> Assertion:
    if expectation.problem:
        return _assertion(expectation, (None, expectation.problem))
    try:
        held, found = _LOOKS[expectation.what](expectation, answer)
    except PatternError as error:
        held, found = None, str(error)
    return _assertion(expectation, (held, found))


def _assertion(expectation: Expectation, finding: Finding) -> Assertion:
    held, found = finding
    return Assertion(
        what=expectation.what, wanted=_in_words(expectation), found=found, held=held, severe=expectation.severe
    )


def _in_words(expectation: Expectation) -> str:
    """What was wanted, for people: `$.state=up`, `not ERROR`, `2..`."""
    text = expectation.wanted
    match expectation.what:
        case "json":
            text = f"{expectation.name}={text}"
        case "header":
            text = f"{expectation.name}: {text}"
        case "status" if expectation.bad:
            text = f"not {expectation.bad}"
        case _:
            pass
    return f"not {text}" if expectation.negate else text


def _is(expectation: Expectation, so: bool) -> bool:
    return so is not expectation.negate


def _cut(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


_TOO_LONG = (None, "took too long to look for")


def _body(expectation: Expectation, answer: Answer) -> Finding:
    """Headers and body are searched one after the other, so that `^` is the beginning of either."""
    if not expectation.wanted:
        return True, ""
    pattern = compile_posix(expectation.wanted)
    found = pattern.look(answer.text)
    if expectation.headers and not found:
        found = pattern.look(answer.head) or found
    if found is None:
        return _TOO_LONG
    first = "the first " if len(answer.body) >= BODY_LIMIT else ""
    return _is(expectation, found), "it" if found else f"nothing in {first}{len(answer.body)} bytes"


def _text(expectation: Expectation, answer: Answer) -> Finding:
    """Byte for byte, also behind a NUL."""
    found = expectation.wanted.encode(errors="surrogateescape") in answer.body
    first = "the first " if len(answer.body) >= BODY_LIMIT else ""
    return _is(expectation, found), "it" if found else f"nothing in {first}{len(answer.body)} bytes"


def _digest(expectation: Expectation, answer: Answer) -> Finding:
    name, _, digits = expectation.wanted.partition(":")
    computed = answer.digests.get(name)
    if computed is None:
        return None, f"{name!r} is not a digest that can be computed here"
    found = computed.hexdigest()
    return _is(expectation, found == digits.lower()), f"{name}:{found}"


def _type(expectation: Expectation, answer: Answer) -> Finding:
    values = answer.headers("Content-Type")
    value = re.split(rb"[; \t]", values[-1], maxsplit=1)[0] if values else b""
    wanted = expectation.wanted.encode(errors="surrogateescape")
    return _is(expectation, value.lower() == wanted.lower()), _cut(value) or "no content type"


def _status(expectation: Expectation, answer: Answer) -> Finding:
    """A good status is one that `wanted` finds; when there is a pattern of bad ones, that alone decides."""
    status = str(answer.status)
    good = compile_pattern(expectation.wanted).search(status)
    if expectation.bad:
        good = not compile_pattern(expectation.bad).search(status)
    return _is(expectation, good), status


def _header(expectation: Expectation, answer: Answer) -> Finding:
    pattern = compile_pattern(expectation.wanted)
    values = answer.headers(expectation.name)
    looked = [pattern.look(value) for value in values]
    if True not in looked and None in looked:
        return _TOO_LONG
    return _is(expectation, True in looked), _cut(b", ".join(values)) if values else "no such header"


def _json(expectation: Expectation, answer: Answer) -> Finding:
    # Few ask for it, and every start would pay for the library.
    from hexmon.probes.http_json import JsonError, look_up

    try:
        so, found = look_up(answer.body, expectation.name, expectation.wanted)
    except JsonError as error:
        return False, str(error)
    return _is(expectation, so), found


def _time(expectation: Expectation, answer: Answer) -> Finding:
    try:
        most = float(expectation.wanted)
    except ValueError:
        return None, f"{expectation.wanted!r} is not a number of seconds"
    return _is(expectation, answer.seconds <= most), f"{answer.seconds:.3f}"


_LOOKS: Mapping[str, Callable[[Expectation, Answer], Finding]] = {
    "body": _body,
    "text": _text,
    "digest": _digest,
    "type": _type,
    "status": _status,
    "header": _header,
    "json": _json,
    "time": _time,
}
