"""What can be set about the client data that is kept: the `[hostdata]` section."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from hexmon.config.settings import Seconds, checked, within
from hexmon.model.color import BY_WORD, Color
from hexmon.model.names import TEST_NAME


def _read_column(text: str) -> None:
    if not TEST_NAME.match(text.removeprefix("!")):
        raise ValueError(f"'{text}' is not the name of a column, nor ! and one")


_STRICT = {"extra": "forbid"}
ColumnChoice = Annotated[str, checked(_read_column)]


@dataclass(frozen=True, kw_only=True)
class HostDataSettings:
    """When client data is kept (xymond --store-clientlogs, xymond_hostdata(8)).

    `columns` are those whose changes count, or with `!` those whose do not; none means all of them. Of a host at most
    `recent_count` times within `recent_period` seconds something is kept, and nothing when less than `minimum_free`
    per cent of the disk are free.
    """

    __pydantic_config__ = _STRICT
    enabled: bool = True
    folder: str = ""  # "": hostdata in data_dir
    colors: tuple[Literal["red", "yellow", "purple", "blue", "clear", "green"], ...] = ("red", "yellow", "purple")
    columns: tuple[ColumnChoice, ...] = ("!msgs",)
    recent_count: Annotated[int, within(0, 10_000)] = 5
    recent_period: Seconds = 3600.0
    minimum_free: Annotated[int, within(0, 100)] = 5
    days: Annotated[int, within(0, 100_000)] = 90  # 0: for ever

    def choice(self) -> Callable[[Color, str], bool]:
        """Whether a square of that column that turns into that colour is a reason to keep something."""
        colors = frozenset(BY_WORD[word] for word in self.colors)
        wanted = {name.lower() for name in self.columns if not name.startswith("!")}
        others = {name[1:].lower() for name in self.columns} - wanted

        def chosen(color: Color, test: str) -> bool:
            return color in colors and (test.lower() in wanted if wanted else test.lower() not in others)

        return chosen
