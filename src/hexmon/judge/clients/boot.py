"""How long ago a machine was started, and whether that is news."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.notes import Note
from hexmon.judge.clients.rules import Up

_DAY = 86400
_HOUR = 3600
_NEAR = 200  # characters behind " up " that can belong to it

_LEADING = re.compile(r" *([0-9]{1,9})")
_DAY_MARK = re.compile(r" day(?:s? |[^,]*,?) *")
_N = r"[ \t\n\r]*([0-9]{1,9})"
# How the rest is written, a word that must be somewhere in it, and what its numbers are worth in seconds.
_FORMS = (
    (re.compile(rf"{_N}:{_N}"), "", (_HOUR, 60)),
    (re.compile(rf"{_N}[ \t\n\r]*hours{_N}"), "", (_HOUR, 60)),
    (re.compile(_N), " secs", (1,)),
    (re.compile(_N), "min", (60,)),
)
_AN_HOUR = "1 hr"  # of the BSDs; Xymon knows no other hours of theirs, and forgets the days before it


def seconds_up(uptime: str) -> int | None:
    """Seconds since boot out of what uptime(1) printed; None when it does not say so in any known way."""
    begin = uptime.find(" up ")
    if begin < 0:
        return None
    rest = uptime[begin + len(" up") : begin + _NEAR]
    seconds, mark = 0, _DAY_MARK.search(rest)
    if mark is not None:
        days = _LEADING.match(rest)
        seconds = int(days[1]) * _DAY if days else 0
        rest = rest[mark.end() :]
    rest = rest.lstrip(" ")
    for form, word, worth in _FORMS:
        match = form.match(rest) if word in rest else None
        if match is not None:
            return seconds + sum(int(number) * each for number, each in zip(match.groups(), worth, strict=True))
    return _HOUR if rest.startswith(_AN_HOUR) else None


def up_in_words(seconds: int | None) -> str:
    """`up: 3 days`, or on the first day `up: 02:03`; empty when it is not known."""
    if seconds is None:
        return ""
    days, rest = divmod(seconds, _DAY)
    return f"up: {days} days" if days else f"up: {rest // _HOUR:02}:{rest % _HOUR // 60:02}"


def boot_notes(seconds: int | None, rules: HostRules) -> Iterator[Note]:
    """What UP, or Xymon's usual hour, finds about that."""
    if seconds is None:
        return
    rule = rules.first(Up) or Up()
    if rule.recent is not None and seconds < rule.recent:
        yield Note(rule.color, "Machine recently rebooted", rule.groups)
    if rule.ancient is not None and seconds > rule.ancient:
        yield Note(rule.color, f"Machine has been up more than {int(rule.ancient // _DAY)} days", rule.groups)
