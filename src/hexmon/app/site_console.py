"""What a pass over a YAML site says to people: the lines between fences that APMonitor prints, and more when asked for.

Nothing secret is ever among it: addresses are shown without user and password, URLs that are only called not at all.
"""

from collections.abc import Callable

from hexmon.alerts.notify.words import one_line


class Console:
    """Lines with `[Site/Monitor] ` before them. `verbose`: 1 also decisions, 2 also figures."""

    def __init__(self, site: str, write: Callable[[str], object], verbose: int = 0) -> None:
        self._site = site
        self._write = write
        self._verbose = verbose

    def fenced(self, monitor: str, label: str, sentence: str) -> None:
        """`[Site/Monitor] ##### LABEL: SENTENCE #####`."""
        self.say(monitor, f"##### {label}: {sentence} #####")

    def say(self, monitor: str, text: str) -> None:
        """What is always said. `monitor` "" is the site itself."""
        tag = f"{self._site}/{monitor}" if monitor else self._site
        self._write(one_line(f"[{tag}] {text}"))

    def explain(self, monitor: str, text: str, level: int = 1) -> None:
        """What is said from that level of -v on."""
        if self._verbose >= level:
            self.say(monitor, text)


def change_label(notice: str) -> str:
    """What the line about a change of a device is called."""
    if " MAC change" in notice:
        return "PORT MAC CHANGE"
    return "PORT CHANGE" if " oper=" in notice else "DEVICE CHANGE"
