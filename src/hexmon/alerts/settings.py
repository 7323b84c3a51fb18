"""What holds for all alerts: the section [alerts] of hexmon.toml."""

from dataclasses import dataclass

from hexmon.config.settings import PositiveSeconds, Seconds

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class AlertSettings:
    """Seconds, unless said otherwise.

    `hold` is how long the alert of a child waits for its parents' verdict, `settle` how long after their recovery it
    has for a report of its own. More than `group_from` messages to one recipient within `group_seconds` become one
    with a list; 0: never; a channel's own group_from goes first. `url` is where the pages are, for links in messages.
    """

    __pydantic_config__ = _STRICT
    repeat: PositiveSeconds = 1800.0  # between two messages to who has no REPEAT
    cfid: bool = False  # [cfid:N] in the subject: the line of alerts.cfg
    url: str = ""
    hold: Seconds = 30.0
    settle: Seconds = 300.0
    group_from: int = 5
    group_seconds: Seconds = 30.0
