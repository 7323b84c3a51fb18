"""Regular expressions as Go has them (blackbox.yml): RE2 runs them as they are, in linear time."""

import re
from functools import lru_cache
from typing import Any

import re2

_MEMORY = 8 << 20
_GROUP = re.compile(r"\$\{(\w{1,40})\}|\$(\w{1,40})|\$\$")


def _options() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # byte for byte
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


@lru_cache(maxsize=1024)
def compile_regexp(text: str) -> Any:
    """Ready for `search` in bytes. Raises ValueError."""
    try:
        return re2.compile(text.encode("utf-8", "surrogateescape"), _options())
    except re2.error as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"'{text}' is not a regular expression: {why}") from None


def expanded(template: str, match: Any) -> bytes:
    """The template with `${1}` or `$name` as Go's Regexp.Expand has them; groups that are not there are empty."""

    def group(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            return "$"
        try:
            value = match.group(int(name) if name.isdecimal() else name)
        except (IndexError, KeyError):
            return ""
        return (value or b"").decode("latin-1")

    return _GROUP.sub(group, template).encode("latin-1", "replace")
