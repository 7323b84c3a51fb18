"""How far a machine's clock is off, as seen when its message is judged."""

import re
from collections.abc import Iterator
from math import floor

from hexmon.judge.clients.contract import View
from hexmon.judge.clients.notes import Note
from hexmon.judge.clients.numbers import after
from hexmon.judge.clients.rules import Clock

_EPOCH = re.compile(r"epoch: *([0-9]{1,15})(?:\.([0-9]{1,9}))?")
_WINDOWS_EPOCH = re.compile(r"epoch:\s*([0-9]{0,15})()")  # without a number it is 0
_NO_LIMIT = Clock(most=0)


def clock_notes(view: View, *, fraction: bool) -> Iterator[Note]:
    """What [clock] says, with its colour where CLOCK has a limit; nothing when the agent sent no `epoch:`.

    A message that waited in a cache on its way tells how long in [msgcache]. With `fraction` a time without one is
    none: all agents but those of Windows send it, and of theirs it does not count; so has Xymon it.
    """
    match = (_EPOCH if fraction else _WINDOWS_EPOCH).search(view.data.text("clock"))
    if match is None or (fraction and match[2] is None):
        return
    waited = after(view.data.text("msgcache"), "Cachedelay:")
    part = float(f"0.{match[2]}") if fraction else 0.0
    sent = int(match[1] or 0) + part + sum(waited)
    off = floor(view.now - sent)
    rule = view.rules.first(Clock) or _NO_LIMIT
    text = f"System clock is {off} seconds off"
    if rule.most > 0 and abs(off) > rule.most:
        yield Note(rule.color, f"{text} (max {rule.most})", rule.groups)
    else:
        yield Note(None, text)
