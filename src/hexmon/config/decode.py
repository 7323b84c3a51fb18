"""What people wrote, by the dataclass that says what may be written: a typed value, or every mistake with its place."""

import difflib
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from hexmon.model.origin import ConfigError, Origin, Problem

T = TypeVar("T")
Place = tuple[str | int, ...]
Locate = Callable[[Place], Origin]

# Keys that may be given as `key_file`, for what others must not read: urls_file is a list, all others one line.
SECRETS = frozenset(
    {"url", "urls", "proxy", "user", "password", "token", "secret", "prefix", "suffix"}
    | {"api_key", "routing_key", "integration_key", "user_key"}
)
_HIDDEN_KEYS = SECRETS | {"headers"}


@dataclass(frozen=True)
class Dialect:
    """How mistakes are told: words for where the library speaks of Python, and whether places in lists are counted."""

    words: Mapping[str, str]
    counted: bool


TOML = Dialect(
    {
        "tuple_type": 'a list is needed, such as ["...", "..."]',
        "dataclass_type": "a table is needed: [section] and lines KEY = VALUE",
        "dict_type": "a table is needed: [section] and lines KEY = VALUE",
        "string_type": "a text in quotes is needed",
    },
    counted=False,
)
YAML = Dialect(
    {
        "tuple_type": "a list is needed: lines that begin with -, or [..., ...]",
        "dataclass_type": "lines KEY: VALUE are needed",
        "dict_type": "lines KEY: VALUE are needed",
        "string_type": "a text is needed; put it in quotes",
    },
    counted=True,
)
_WORDS: Mapping[str, str] = {
    "missing": "is needed and missing",
    "bool_type": "true or false is needed",
    "bool_parsing": "true or false is needed",
    "int_type": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "float_parsing": "a number is needed",
}
_HIDDEN = "***"
_QUOTED = re.compile(r"'[^']*'")
_TELLING = re.compile(r"\w{4,}")
_SCHEMES = frozenset({"http", "https"})


def decode(kind: type[T], value: object, where: Origin | Locate, path: Place = (), *, dialect: Dialect = TOML) -> T:
    """The value of that kind. `path` is what leads to it from the top of the file, `where` the origin of a path.

    Raises ConfigError with every mistake. Secrets are not repeated in it.
    """
    locate: Locate = (lambda _path: where) if isinstance(where, Origin) else where
    try:
        known: Any = kind  # mypy: a type[T] is not seen to be hashable
        return cast("T", _adapter(known).validate_python(value))
    except ValidationError as error:
        problems = tuple(_problems(kind, value, error, dialect, (locate, path)))
    # Without the error that led to it: its text repeats what was written, secrets too.
    raise ConfigError(problems)


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Making one costs more than reading a whole file with it."""
    return TypeAdapter(kind)


def _problems(
    kind: Any, value: object, error: ValidationError, dialect: Dialect, place: tuple[Locate, Place]
) -> Iterator[Problem]:
    locate, before = place
    for item in error.errors(include_url=False):
        own = _written(item["loc"], value)
        path = (*before, *own)
        message, hint = _said(kind, item, own, dialect.words)
        name = dotted(path if dialect.counted else tuple(part for part in path if isinstance(part, str)))
        yield Problem(locate(path), f"{name}: {message}" if name else message, hint)


def dotted(path: Place) -> str:
    """`rules[2].tell[1].channel`; people count from one."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)


def _written(loc: tuple[str | int, ...], value: Any) -> Place:
    """The path in what was written: the library puts names of types of its own in between."""
    path: list[str | int] = []
    for number, part in enumerate(loc, 1):
        if _has(value, part):
            value = value[part]
        elif number < len(loc) or not (isinstance(value, dict) and isinstance(part, str)):
            continue  # only a key that is missing, or is one too many, stands nowhere
        path.append(part)
    return tuple(path)


def _said(kind: Any, item: Any, path: Place, words: Mapping[str, str]) -> tuple[str, str]:
    what = item["type"]
    if what == "unexpected_keyword_argument":
        key = str(path[-1])
        close = difflib.get_close_matches(key, known_keys(kind, path[:-1]), 1)
        return "unknown setting", f"did you mean {close[0]}?" if close else ""
    if what in ("literal_error", "enum"):
        return _choice(item)
    message = words.get(what) or _WORDS.get(what) or str(item["msg"]).removeprefix("Value error, ")
    return _discreet(message, kind, path, item.get("input")), ""


def _choice(item: Any) -> tuple[str, str]:
    expected = str(item["ctx"]["expected"])
    close = difflib.get_close_matches(str(item["input"]).lower(), [text[1:-1] for text in _QUOTED.findall(expected)], 1)
    return f"'{item['input']}' is not one of {expected}", f"did you mean {close[0]}?" if close else ""


def _discreet(message: str, kind: Any, path: Place, value: object) -> str:
    """The message without anything of the secrets in the value that it is about."""
    secret = is_secret(kind, path)
    if secret:
        message = _QUOTED.sub(f"'{_HIDDEN}'", message)
    for part in path:
        kind = _inside(_plain(kind), part)
    hidden = {word for text in _secrets(kind, value, secret=secret) for word in _TELLING.findall(text)}
    for word in sorted(hidden - _SCHEMES, key=len, reverse=True):
        message = message.replace(word, _HIDDEN)
    return message


def _secrets(kind: Any, value: object, *, secret: bool) -> Iterator[str]:
    """Every text in the value that nobody may see."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            own = secret or is_secret(kind, (str(key),))
            yield from _secrets(_inside(_plain(kind), str(key)), item, secret=own)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(_inside(_plain(kind), 0), item, secret=secret)
    elif secret:
        yield str(value)


def known_keys(kind: Any, path: Place) -> list[str]:
    """What may be written at that place; nothing where anything may."""
    for part in path:
        kind = _inside(_plain(kind), part)
    kind = _plain(kind)
    if typing.get_origin(kind) is tuple:  # one that was written without its list
        kind = _plain(_inside(kind, 0))
    return [name.rstrip("_") for name in kind.__dataclass_fields__] if is_dataclass(kind) else []


def _plain(kind: Any) -> Any:
    """Without Annotated and without None; of other unions the first dataclass."""
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        members = [_plain(member) for member in typing.get_args(kind)]
        kind = next((member for member in members if is_dataclass(member)), members[0])
    return kind


def _inside(kind: Any, part: str | int) -> Any:
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return hints.get(str(part), hints.get(f"{part}_"))
    arguments = typing.get_args(kind)
    if not arguments:
        return None
    return arguments[0] if isinstance(part, int) else arguments[-1]


def is_secret(kind: Any, path: Place) -> bool:
    """Whether nobody may see what stands there: by its name, or because its dataclass keeps it out of its `repr`."""
    for part in path:
        plain = _plain(kind)
        field = plain.__dataclass_fields__.get(str(part)) if is_dataclass(plain) else None
        if part in _HIDDEN_KEYS or (field is not None and not field.repr):
            return True
        kind = _inside(plain, part)
    return False


def shown(value: object) -> object:
    """The same tables, lists and dataclasses with every secret hidden, for dumps."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: _HIDDEN if is_secret(type(value), (name,)) and getattr(value, name) else shown(getattr(value, name))
            for name in value.__dataclass_fields__
        }
    if isinstance(value, Mapping):
        return {key: _HIDDEN if key in _HIDDEN_KEYS and item else shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value
