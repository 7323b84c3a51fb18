"""What can be set about the board: the `[board]` section."""

from dataclasses import dataclass, field
from typing import Literal

from hexmon.config.settings import Seconds
from hexmon.model.color import ALERT_COLORS, BY_WORD, OK_COLORS, Color

GhostMode = Literal["allow", "drop", "log", "match"]


@dataclass(frozen=True, kw_only=True)
class BoardSettings:
    """The life of a status. Durations are seconds; the words are Xymon's (xymond(8), xymonserver.cfg(5)).

    `ok_colors` and `alert_colors` are colour words; `delay_red` and `delay_yellow` map a test to seconds and apply to
    hosts without a tag of their own; `purple` False never turns a silent status purple. Of a status `longest_text`
    bytes are kept, of a host `most_tests` squares.
    """

    status_lifetime: Seconds = 1800.0
    flap_count: int = 5
    flap_seconds: Seconds = 1800.0
    checkpoint: Seconds = 60.0
    longest_text: int = 1024 * 1024
    most_tests: int = 2000
    ghosts: GhostMode = "log"
    alert_colors: tuple[str, ...] = ("red", "yellow", "purple")
    ok_colors: tuple[str, ...] = ("green", "blue", "clear")
    ack_each_color: bool = False
    ack_cookie_expiration: Seconds = 86400.0
    delay_red: dict[str, Seconds] = field(default_factory=dict)
    delay_yellow: dict[str, Seconds] = field(default_factory=dict)
    purple: bool = True
    purple_grace: Seconds = 600.0
    purple_interval: Seconds = 60.0
    client_lifetime: Seconds = 960.0
    ping_column: str = "conn"
    info_column: str = "info"
    trends_column: str = "trends"
    client_column: str = "clientlog"

    def alerting(self) -> frozenset[Color]:
        """Never green or blue, whatever is written."""
        return _colors(self.alert_colors, ALERT_COLORS) - {Color.GREEN, Color.BLUE}

    def fine(self) -> frozenset[Color]:
        """Never red, and never what alerts."""
        return _colors(self.ok_colors, OK_COLORS) - {Color.RED} - self.alerting()


def _colors(words: tuple[str, ...], default: frozenset[Color]) -> frozenset[Color]:
    return frozenset(BY_WORD[word.lower()] for word in words if word.lower() in BY_WORD) or default
