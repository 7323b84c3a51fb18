"""Values that stand elsewhere: `${NAME}` in the environment, `key_file` in a file of its own."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hexmon.config.decode import SECRETS
from hexmon.model.origin import Origin, Problem

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FILE = "_file"


def _nobody(_path: Path) -> None:
    """Nobody wants to know."""


class Expander:
    """Puts them in. Relative paths are relative to `folder`; what is not there is told to `problems`.

    `secrets` are the keys that may be given as `key_file`.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        folder: Path,
        problems: list[Problem],
        secrets: frozenset[str] = SECRETS,
    ) -> None:
        self.on_path: Callable[[Path], object] = _nobody  # is told of every file before it is looked at
        self._environ = environ
        self._folder = folder
        self._problems = problems
        self._secrets = secrets

    def expand(self, value: Any, origin: Origin) -> Any:
        """The same tables and lists, complete."""
        if isinstance(value, Mapping):
            return self._with_files({key: self.expand(item, origin) for key, item in value.items()}, origin)
        if isinstance(value, list):
            return [self.expand(item, origin) for item in value]
        return self._substituted(value, origin) if isinstance(value, str) else value

    def _substituted(self, text: str, origin: Origin) -> str:
        def replace(match: re.Match[str]) -> str:
            if match[1] not in self._environ:
                self._problems.append(Problem(origin, f"${{{match[1]}}} is not set in the environment"))
            return self._environ.get(match[1], "")

        return _VARIABLE.sub(replace, text)

    def _with_files(self, table: dict[str, Any], origin: Origin) -> dict[str, Any]:
        """`password_file = "/run/secret"` becomes `password = <its first line>`, `urls_file` a list of its lines."""
        for key in [key for key in table if key.endswith(_FILE) and key.removesuffix(_FILE) in self._secrets]:
            path = self._folder / Path(str(table.pop(key))).expanduser()
            self.on_path(path)
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except (OSError, ValueError, RuntimeError) as error:
                reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "it is no text"
                self._problems.append(Problem(origin, f"{key}: {path} cannot be read: {reason}"))
                continue
            several = [line for line in lines if line.strip()]
            table[key.removesuffix(_FILE)] = several if key == "urls_file" else "".join(lines[:1])
        return table
