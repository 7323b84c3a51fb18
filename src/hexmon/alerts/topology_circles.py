"""Keeps a growing graph of squares free of circles. Pure."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from hexmon.model.names import StatusKey

Child = str | StatusKey  # all squares of a host, or one square


class Circles:
    """The relations so far. Each new one is looked at from both ends in turns: the shorter way decides."""

    def __init__(self) -> None:
        self._above: dict[Child, list[tuple[StatusKey, ...]]] = {}
        self._below: dict[StatusKey, list[Child]] = {}
        self._of_host: dict[str, dict[StatusKey, None]] = {}

    def parents(self) -> Iterable[StatusKey]:
        """Every square that something stands behind."""
        return (key for key, children in self._below.items() if children)

    def add(self, child: Child, parents: tuple[StatusKey, ...]) -> tuple[StatusKey, ...] | None:
        """None when the child now stands behind these parents; else the circle, which is not added.

        It begins and ends with the same square; each but the first is a parent of the one before it.
        """
        for key in parents:
            self._below.setdefault(key, [])
            self._of_host.setdefault(key.host, {})[key] = None
        if self._closes(child, parents):
            return self._circle(child, parents)
        self._above.setdefault(child, []).append(parents)
        for key in parents:
            self._below[key].append(child)
        return None

    def _closes(self, child: Child, parents: Sequence[StatusKey]) -> bool:
        if any(_means(child, key) for key in parents):
            return True
        up = _walk(parents, self._up, lambda key: _means(child, key))
        down = _walk(self._squares(child), self._down, frozenset(parents).__contains__)
        # Each of the two would meet every circle: when one ends without having met any, there is none.
        return any(met for pair in zip(up, down, strict=False) for met in pair)

    def _circle(self, child: Child, parents: Sequence[StatusKey]) -> tuple[StatusKey, ...]:
        """The shortest one."""
        came_from: dict[StatusKey, StatusKey | None] = dict.fromkeys(parents)
        waiting = deque(parents)
        while not _means(child, waiting[0]):
            key = waiting.popleft()
            for above in self._up(key):
                if above not in came_from:
                    came_from[above] = key
                    waiting.append(above)
        path = [waiting[0]]
        while (before := came_from[path[-1]]) is not None:
            path.append(before)
        return (path[0], *reversed(path))

    def _up(self, key: StatusKey) -> Iterator[StatusKey]:
        for child in (key, key.host):
            for parents in self._above.get(child, ()):
                yield from parents

    def _down(self, key: StatusKey) -> Iterator[StatusKey]:
        for child in self._below.get(key, ()):
            yield from self._squares(child)

    def _squares(self, child: Child) -> Sequence[StatusKey]:
        """Those that others may stand behind."""
        if isinstance(child, StatusKey):
            return (child,) if child in self._below else ()
        return tuple(self._of_host.get(child, ()))


def _means(child: Child, key: StatusKey) -> bool:
    return key == child if isinstance(child, StatusKey) else key.host == child


def _walk(
    start: Iterable[StatusKey], step: Callable[[StatusKey], Iterable[StatusKey]], goal: Callable[[StatusKey], bool]
) -> Iterator[bool]:
    """Whether each square that can be reached is the goal."""
    seen = set(start)
    stack = list(seen)
    while stack:
        key = stack.pop()
        yield goal(key)
        for other in step(key):
            if other not in seen:
                seen.add(other)
                stack.append(other)
