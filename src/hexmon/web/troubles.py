"""The list that every page begins with: what is wrong, the causes first; pure."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from hexmon.model.color import Color
from hexmon.model.names import StatusKey

PING = "conn"


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """A square in an alert colour; `explains` are the troubles that would not be without this one."""

    key: StatusKey
    color: Color
    since: float
    line: str
    acknowledged: bool = False
    explains: tuple["Trouble", ...] = ()


def _rank(trouble: Trouble) -> tuple[bool, int, float, StatusKey]:
    return (trouble.acknowledged, -trouble.color, -trouble.since, trouble.key)


def arranged(troubles: Iterable[Trouble], before: Callable[[str], Sequence[str]]) -> list[Trouble]:
    """Worst and newest first, the acknowledged last; what a host that is down explains is folded under its ping.

    `before(host)` names the hosts in front of it (its `route:`).
    """
    all_of = {trouble.key: trouble for trouble in troubles}
    down = {key.host for key, trouble in all_of.items() if key.test == PING and trouble.color is Color.RED}
    folded: dict[StatusKey, list[Trouble]] = {}
    for key, trouble in all_of.items():
        folded.setdefault(_cause(key, down, before), []).append(trouble)
    roots = []
    for key, group in folded.items():
        root = all_of[key]
        rest = sorted((trouble for trouble in group if trouble.key != key), key=_rank)
        roots.append(msgspec.structs.replace(root, explains=tuple(rest)) if rest else root)
    return sorted(roots, key=_rank)


def _cause(key: StatusKey, down: set[str], before: Callable[[str], Sequence[str]]) -> StatusKey:
    """Follow the route up to the first host that is down; hosts that name each other explain nothing."""
    host, seen = key.host, {key.host}
    while True:
        above = next((router for router in before(host) if router in down and router != host), None)
        if above is None:
            break
        if above in seen:
            return key
        seen.add(above)
        host = above
    return StatusKey(host, PING) if host in down else key
