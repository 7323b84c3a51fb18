"""Values inside JSON documents: RFC 9535 paths, over documents that may be hostile."""

import sys
from collections.abc import Callable
from functools import lru_cache
from types import FrameType
from typing import Any, TypeVar

import msgspec
import re2
from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import ExpressionType, FilterFunction

from hexmon.model.patterns import LONGEST, PatternError

LARGEST = 256 * 1024  # bytes of a document: reading it holds up everything else
_MOST_CALLS = 500_000  # of Python functions for one question: half a second
_SHOWN = 200  # characters of a value

Found = TypeVar("Found")


class JsonError(ValueError):
    """Not a document that can be looked into; its text says why."""


class _TooLong(Exception):  # noqa: N818 - it says what is so
    """The question has used up its calls."""


class _Search(FilterFunction):
    """`search` of RFC 9535 in linear time, and `match` when it is `whole`."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - the library's own form
    return_type = ExpressionType.LOGICAL

    def __init__(self, whole: bool) -> None:
        self._whole = whole

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = _compiled(pattern)
        if compiled is None:
            return False
        subject = value.encode(errors="replace")
        return bool(compiled.fullmatch(subject) if self._whole else compiled.search(subject))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(), options) if len(pattern) <= LONGEST else None
    except (re2.error, UnicodeEncodeError):
        return None


def _environment() -> JSONPathEnvironment:
    environment = JSONPathEnvironment(strict=True)
    environment.function_extensions["search"] = _Search(whole=False)
    environment.function_extensions["match"] = _Search(whole=True)
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=1024)
def compile_json_path(path: str) -> JSONPath | CompoundJSONPath:
    """A path such as `$.checks[?@.name=='db'].state`; raises PatternError."""
    if len(path) > LONGEST:
        raise PatternError(f"longer than {LONGEST} characters")
    try:
        return _ENVIRONMENT.compile(path)
    except (JSONPathError, RecursionError, ValueError) as error:
        raise PatternError(f"{path!r} is not a JSONPath: {str(error).partition(chr(10))[0]}") from None


def look_up(document: bytes, path: str, wanted: str) -> tuple[bool, str]:
    """Whether a value at the path is the wanted one, and the first that is there, as JSON, cut to what people read.

    To be run in a thread of its own: it may take half a second. Raises JsonError, and PatternError for the path.
    """
    compiled = compile_json_path(path)
    root = _decoded(document)
    try:
        return _within_limits(lambda: _looked(compiled, root, wanted))
    except _TooLong:
        raise JsonError("the answer is too large for this path") from None
    except RecursionError:
        raise JsonError("the answer is nested too deeply") from None
    except JSONPathError as error:
        raise JsonError(f"the path cannot be followed: {str(error).partition(chr(10))[0]}") from None


def _decoded(document: bytes) -> Any:
    if len(document) > LARGEST:
        raise JsonError(f"larger than {LARGEST} bytes")
    try:
        return msgspec.json.decode(document)
    except RecursionError:
        raise JsonError("the answer is nested too deeply") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise JsonError(f"not JSON: {error}") from None


def _looked(compiled: JSONPath | CompoundJSONPath, root: Any, wanted: str) -> tuple[bool, str]:
    first: list[object] = []
    # The library takes a text for a document that is still to be read.
    for match in compiled.finditer(_written(root).decode() if isinstance(root, str) else root):
        if _equals(match.obj, wanted):
            return True, shown(match.obj)
        first = first or [match.obj]
    return False, shown(first[0]) if first else "nothing there"


def _equals(value: object, wanted: str) -> bool:
    """A wanted text is that text, or JSON: `5`, `true`, `null`, `"5"`, `{"a": 1}`."""
    if isinstance(value, str) and value == wanted:
        return True
    try:
        other = msgspec.json.decode(wanted)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        return not isinstance(other, bool) and value == other
    return _written(value) == _written(other)


def _written(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def shown(value: object) -> str:
    """A value as JSON, cut."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _within_limits(question: Callable[[], Found]) -> Found:
    """Count the calls of this thread: a path with `..` or a filter may take the square of the document's size."""
    left = _MOST_CALLS

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooLong

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return question()
    finally:
        sys.setprofile(before)
