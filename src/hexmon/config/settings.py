"""A TOML file and the environment to one typed value, with every mistake named at once.

A value may be `${ENV}`; a secret may be given as `key_file`; `HEXMON_SECTION__KEY` sets any key.
"""

import math
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator

from hexmon.config.decode import SECRETS, Place, decode, known_keys
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.timespec import parse_duration_strict

T = TypeVar("T")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
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


def checked(read: Callable[[str], object]) -> AfterValidator:
    """For `Annotated`: a text that `read` must be able to read; its ValueError says what is wrong."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


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
    expanded = _expanded(tree, environ, Origin(source), problems)

    def locate(place: Place) -> Origin:
        return Origin(source, line_of(text, [part for part in place if isinstance(part, str)]))

    try:
        value = decode(kind, expanded, locate)
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


def _expanded(value: Any, environ: Mapping[str, str], origin: Origin, problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        found = {key: _expanded(item, environ, origin, problems) for key, item in value.items()}
        return _with_files(found, origin, problems)
    if isinstance(value, list):
        return [_expanded(item, environ, origin, problems) for item in value]
    return _substituted(value, environ, origin, problems) if isinstance(value, str) else value


def _substituted(text: str, environ: Mapping[str, str], origin: Origin, problems: list[Problem]) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] not in environ:
            problems.append(Problem(origin, f"${{{match[1]}}} is not set in the environment"))
        return environ.get(match[1], "")

    return _VARIABLE.sub(replace, text)


def _with_files(table: dict[str, Any], origin: Origin, problems: list[Problem]) -> dict[str, Any]:
    """`password_file = "/run/secret"` becomes `password = <its first line>`, `urls_file` a list of all its lines."""
    for key in [key for key in table if key.endswith("_file") and key[:-5] in SECRETS]:
        path = Path(origin.source).parent / Path(str(table.pop(key))).expanduser()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "it is no text"
            problems.append(Problem(origin, f"{key}: {path} cannot be read: {reason}"))
            continue
        table[key[:-5]] = [line for line in lines if line.strip()] if key == "urls_file" else "".join(lines[:1])
    return table


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of a TOML file on which a key is written: the first one that begins with it inside its section."""
    if not path:
        return None
    sections, key = path[:-1], path[-1]
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[+([^\]]+)\]", line):
            current = match[1].strip()
            if current == ".".join(path):
                return number
        elif current == ".".join(sections) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
    return None
