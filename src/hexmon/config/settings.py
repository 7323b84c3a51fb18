"""A TOML file and the environment to one typed value, with every mistake named at once.

A value may be `${ENV}`; a secret may be given as `key_file`; `HEXMON_SECTION__KEY` sets any key.
"""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from hexmon.config.decode import Place, decode, known_keys
from hexmon.config.expand import Expander
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.timespec import parse_duration_strict

T = TypeVar("T")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?\Z")
_PREFIX = "HEXMON_"


def _seconds(value: object) -> object:
    """`"30m"`, `"1h30m"`, `"60s"`, `"10"` and plain numbers; a bare number is seconds here, unlike in Xymon's files."""
    if not isinstance(value, str):
        return value
    if match := _SECONDS.match(value):
        return float(match[1])
    seconds = parse_duration_strict(value)
    if seconds is None:
        raise ValueError(f'\'{value}\' is not a duration such as "60s", "30m", "2h" or "1d"')
    return seconds


def parse_seconds(text: str) -> float:
    """`"5m"` or `"30"` (seconds). Raises ValueError that says what is wrong."""
    value = _seconds(text)
    assert isinstance(value, float)  # noqa: S101 - a text always becomes a number, or raises
    return value


def checked(read: Callable[[Any], object]) -> AfterValidator:
    """For `Annotated`: a text that `read` must be able to read; its ValueError says what is wrong."""

    def check(value: Any) -> Any:
        read(value)
        return value

    return AfterValidator(check)


def named(name: str) -> Any:
    """For `Annotated`: what people write for a field that is called the same with a _ behind it (`for_`)."""
    return Field(alias=name)


def from_text(read: Callable[[str], object]) -> BeforeValidator:
    """For `Annotated`: a text may stand where a table is meant."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


LIST = BeforeValidator(_as_list)  # for `Annotated`: a single value is a list of one


def within(low: int, high: int) -> AfterValidator:
    """For `Annotated`: a whole number from `low` to `high`."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    return AfterValidator(check)


def _above_zero(value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError("must be above 0")
    return value


Seconds = Annotated[float, BeforeValidator(_seconds)]
PositiveSeconds = Annotated[Seconds, AfterValidator(_above_zero)]
PositiveCount = Annotated[int, AfterValidator(_above_zero)]


def load_settings(kind: type[T], path: Path | None, environ: Mapping[str, str]) -> T:
    """Decode the file at `path` (None: no file) over the defaults of the dataclass `kind`.

    Raises ConfigError with every mistake, each with the file's line where the key is written.
    """
    text = path.read_text(encoding="utf-8") if path else ""
    source = str(path) if path else "environment"
    try:
        tree: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError((Problem(Origin(source, int(line[1]) if line else None), str(error)),)) from error
    problems: list[Problem] = []
    _from_environment(tree, environ, kind)
    full = Expander(environ, Path(source).parent, problems).expand(tree, Origin(source))

    def locate(place: Place) -> Origin:
        return Origin(source, line_of(text, [part for part in place if isinstance(part, str)]))

    try:
        value = decode(kind, full, locate)
    except ConfigError as error:
        raise ConfigError((*problems, *error.problems)) from None
    if problems:
        raise ConfigError(tuple(problems))
    return value


def _from_environment(tree: dict[str, Any], environ: Mapping[str, str], kind: type) -> None:
    top = known_keys(kind, ())
    for name, text in environ.items():
        *sections, key = name[len(_PREFIX) :].lower().split("__")
        # A plain HEXMON_SOMETHING may belong to somebody else; HEXMON_SECTION__KEY is ours and must be right.
        if not name.startswith(_PREFIX) or not (sections or key in top):
            continue
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[key] = _scalar(text)


def _scalar(text: str) -> Any:
    """A value from the environment as TOML would read it; what is not TOML is a text."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of a TOML file on which a key is written: the first one that begins with it inside its section.

    Of a key in `{...}` it is that of the key before.
    """
    headings: dict[str, int] = {}
    keys: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[+([^\]]+)\]", line):
            current = match[1].strip()
            headings.setdefault(current, number)
        elif match := re.match(r"\s*\"?([^\s\"=]+)\"?\s*=", line):
            keys.setdefault(f"{current}.{match[1]}".lstrip("."), number)
    name = ".".join(path)
    places = (keys.get(".".join(path[:length])) for length in range(len(path), 0, -1))
    return headings.get(name) or next((place for place in places if place is not None), None)
