"""What was probably meant: the known word that is one slip away from a written one."""

from collections.abc import Iterable

_SHORT = 3


class Suggestions:
    """Finds the known word that differs by one letter more, less, changed, or by two letters swapped; any case.

    Words of up to three letters are only found by swapped letters: `ftp` and `sftp` are different things. Without
    `changed` nor by a changed or an added last letter: for names of which anybody may have a neighbour (snmp, snpp).
    """

    def __init__(self, words: Iterable[str], *, changed: bool = True) -> None:
        self._changed = changed
        self._words = {word.lower(): word for word in words}
        self._longest = max(map(len, self._words), default=0)
        self._shorter: dict[str, list[str]] = {}
        for lower in self._words:
            for shorter in _shortened(lower):
                self._shorter.setdefault(shorter, []).append(lower)

    def closest(self, word: str) -> str | None:
        """The known word that was probably meant; None for a known one and for one that resembles nothing."""
        lower = word.lower()
        if lower in self._words or len(lower) > self._longest + 1:
            return None
        candidates = {known for key in (lower, *_shortened(lower)) for known in self._shorter.get(key, ())}
        candidates.update(key for key in _shortened(lower) if key in self._words)
        slips = sorted((abs(len(known) - len(lower)), known) for known in candidates if self._slip(lower, known))
        return self._words[slips[0][1]] if slips else None

    def _slip(self, word: str, known: str) -> bool:
        if not self._changed and (
            word.startswith(known) or (len(word) == len(known) and sorted(word) != sorted(known))
        ):
            return False
        return _one_slip(word, known)


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def _one_slip(word: str, known: str) -> bool:
    if sorted(word) == sorted(known):
        return _swapped(word, known)
    if min(len(word), len(known)) <= _SHORT:
        return False
    if len(word) == len(known):
        return sum(ours != theirs for ours, theirs in zip(word, known, strict=True)) == 1
    return word in _shortened(known) or known in _shortened(word)


def _swapped(word: str, known: str) -> bool:
    places = [place for place, (ours, theirs) in enumerate(zip(word, known, strict=True)) if ours != theirs]
    return len(places) == 2 and places[1] == places[0] + 1
