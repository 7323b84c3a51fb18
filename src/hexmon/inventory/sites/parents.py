"""`parent_name`: names of monitors to squares, within a file and between files; circles are refused. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from hexmon.config.suggest import Suggestions
from hexmon.inventory.sites.tables import closest
from hexmon.model.site import MonitorType

RANKS: Mapping[MonitorType, int] = {
    "ports": 2,
    "port": 2,
    "ping": 3,
    "tcp": 4,
    "udp": 4,
    "http": 7,
    "quic": 7,
}
"""Layers of the OSI model; a `host` is asked through its agent, and has none."""

_LONGEST = 30  # names of a circle that are told


def split_foreign(name: str, sites: Iterable[str]) -> tuple[str, str] | None:
    """`SITE/NAME` as the site and the monitor; None when it begins with no known site."""
    for site in sites:
        if name.startswith(f"{site}/"):
            return site, name[len(site) + 1 :]
    return None


def suggestion(name: str, known: Sequence[str]) -> str:
    """What was probably meant."""
    meant = Suggestions(known).closest(name) or closest(name, known)
    return f"did you mean '{meant}'?" if meant else ""


def rank_warning(child: tuple[str, MonitorType], parent: tuple[str, MonitorType]) -> str:
    """What is odd about a lower layer that depends on a higher one; "" for nothing."""
    low, high = RANKS.get(child[1]), RANKS.get(parent[1])
    if low is None or high is None or low >= high:
        return ""
    return (
        f"{child[1]} (layer {low}) does not depend on {parent[1]} (layer {high}): "
        f"'{parent[0]}' may fail while '{child[0]}' works"
    )


def circle(parents: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A circle among these relations, its first name again at the end; empty without one."""
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        stack = [(start, iter(parents.get(start, ())))] if start not in done else []
        places = {start: 0}
        while stack:
            name, rest = stack[-1]
            if len(path) < len(stack):
                path.append(name)
            following = next(rest, None)
            if following is None:
                done.add(name)
                path.pop()
                del places[name]
                stack.pop()
            elif following in places:
                return (*path[places[following] :], following)
            elif following not in done:
                places[following] = len(stack)
                stack.append((following, iter(parents.get(following, ()))))
    return ()


def circle_in_words(names: Sequence[str]) -> str:
    """`a -> b -> a`, the middle of a long one left out."""
    shown = list(names)
    if len(shown) > _LONGEST:
        half = _LONGEST // 2
        shown[half:-half] = [f"... {len(shown) - 2 * half} more ..."]
    return " -> ".join(shown)
