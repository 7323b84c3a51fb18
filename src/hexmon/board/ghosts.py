"""Who reports though nobody knows them, and which squares have more than one reporter."""

from collections.abc import Iterator

import msgspec

from hexmon.model.names import StatusKey

_MOST = 10_000


class Ghost(msgspec.Struct, frozen=True, gc=False):
    """An unknown name that was heard of: `count` messages from `first` to `last`; `sender` is that of the last."""

    name: str
    sender: str
    last: float
    first: float = 0.0
    count: int = 1


class Ghosts:
    """Unknown names, the latest message of each; bounded, the longest silent leave first."""

    def __init__(self) -> None:
        self._known: dict[str, Ghost] = {}

    def saw(self, name: str, sender: str, now: float) -> None:
        """A message for that name was discarded."""
        lower = name.lower()
        known = self._known.pop(lower, None)
        self._known[lower] = (
            Ghost(known.name, sender, now, known.first, known.count + 1) if known else Ghost(name, sender, now, now)
        )
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def forget(self, name: str) -> None:
        """It is known now, or was dropped."""
        self._known.pop(name.lower(), None)

    def __iter__(self) -> Iterator[Ghost]:
        return iter(sorted(self._known.values(), key=lambda ghost: ghost.name.lower()))

    def __len__(self) -> int:
        return len(self._known)


class MultiSource(msgspec.Struct, frozen=True, gc=False):
    """A square that two senders report: the latest two, and when."""

    key: StatusKey
    senders: tuple[str, str]
    last: float


class MultiSources:
    """Squares with more than one reporter; bounded likewise."""

    def __init__(self) -> None:
        self._known: dict[StatusKey, MultiSource] = {}

    def saw(self, key: StatusKey, before: str, sender: str, now: float) -> None:
        """A report came from another sender than the one before."""
        self._known.pop(key, None)
        self._known[key] = MultiSource(key, (before, sender), now)
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def forget(self, host: str, test: str | None = None) -> None:
        """The square, or every square of the host, is gone."""
        for key in [key for key in self._known if key.host == host and test in (None, key.test)]:
            del self._known[key]

    def __iter__(self) -> Iterator[MultiSource]:
        return iter(sorted(self._known.values(), key=lambda one: (one.key.host.lower(), one.key.test.lower())))

    def __len__(self) -> int:
        return len(self._known)
