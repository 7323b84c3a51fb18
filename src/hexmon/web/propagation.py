"""Which squares colour their host and page (NOPROP tags, hosts.cfg(5)); pure."""

from collections.abc import Iterable

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import Status

_AS_GREEN = frozenset({Color.GREEN, Color.CLEAR, Color.BLUE})


class Propagation(msgspec.Struct, frozen=True):
    """Tests that do not colour their host: by colour, and while acknowledged."""

    red: frozenset[str] = frozenset()
    yellow: frozenset[str] = frozenset()
    purple: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()


EVERYTHING = Propagation()


def propagation_of(host: Host, default: Propagation = EVERYTHING) -> Propagation:
    """What the NOPROP tags of a host make of the default: a plain list replaces it, +test and -test modify it."""
    items = host.items
    if not any(name.startswith("NOPROP") for name in items):
        return default
    yellow = items.get("NOPROPYELLOW", items.get("NOPROP", ""))
    return Propagation(
        red=_modified(default.red, items.get("NOPROPRED", "")),
        yellow=_modified(default.yellow, yellow),
        purple=_modified(default.purple, items.get("NOPROPPURPLE", "")),
        acknowledged=_modified(default.acknowledged, items.get("NOPROPACK", "")),
    )


def _modified(default: frozenset[str], value: str) -> frozenset[str]:
    names = [name for name in value.split(",") if name]
    if names and names[0][0] not in "+-":
        return frozenset(names)
    tests = set(default)
    for name in names:
        if name[0] == "-":
            tests.discard(name[1:])
        else:
            tests.add(name.removeprefix("+"))
    return frozenset(tests)


def _named(tests: frozenset[str], test: str) -> bool:
    return test in tests or "*" in tests


def propagated(status: Status, rules: Propagation, now: float) -> Color:
    """The colour that a square gives its host: green when it does not propagate; clear and blue count as green."""
    color, test = status.color, status.key.test
    if color in _AS_GREEN:
        return Color.GREEN
    if rules is EVERYTHING:
        return color
    silent = (
        (color >= Color.YELLOW and _named(rules.red, test))
        or (color is Color.YELLOW and _named(rules.yellow, test))
        or (color is Color.PURPLE and _named(rules.purple, test))
        or (is_acknowledged(status, now) and _named(rules.acknowledged, test))
    )
    return Color.GREEN if silent else color


def is_acknowledged(status: Status, now: float) -> bool:
    """Somebody works on it, and the time they asked for has not passed."""
    if status.acknowledged is not None and status.acknowledged.until > now:
        return True
    return any(info.valid_until > now for info in status.ack_infos)


def worst(colors: Iterable[Color]) -> Color:
    """The worst of them; green when there are none."""
    return max(colors, default=Color.GREEN)
