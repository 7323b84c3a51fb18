"""Where a setting was written, and what may be wrong with it."""

import msgspec


class Origin(msgspec.Struct, frozen=True, gc=False):
    """`hosts.cfg:41`, `api:host/7`, `built in`."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


class Problem(msgspec.Struct, frozen=True, gc=False):
    """One mistake in what people wrote. `fatal` keeps the old configuration in force."""

    origin: Origin
    message: str
    hint: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.origin}: {self.message}{hint}"


class ConfigError(Exception):
    """A configuration that cannot be used, with all its mistakes."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


BUILT_IN = Origin("built in")
