"""What is wrong with a file, by the checks of a FILE of analysis.cfg."""

from collections.abc import Callable, Iterator, Mapping

from hexmon.judge.clients.file_facts import FileFacts
from hexmon.judge.clients.rules import HASHES, FileCheck
from hexmon.judge.clients.shown import word

_AGES = 2**32  # of a file from the future is huge, as in xymond_client
_FUTURE = 2**31
_TIMES = {"ctime": "status changed", "mtime": "was modified", "atime": "was accessed"}

_Checker = Callable[[FileFacts, FileCheck, int], str | None]


def failures(facts: FileFacts, checks: tuple[FileCheck, ...], now: float) -> Iterator[str]:
    """A sentence for each check that a file fails. `now` (epoch seconds) is for agents that do not say their time."""
    clock = facts.clock or int(now)
    for check in checks:
        said = _CHECKERS[check.property](facts, check, clock)
        if said is not None:
            yield f"File {said}"


def _type(facts: FileFacts, check: FileCheck, _: int) -> str | None:
    good = facts.is_link if check.value == "symlink" else facts.kind == check.value
    return None if good else f"is a {facts.kind} - should be {check.value}"


def _mode(facts: FileFacts, check: FileCheck, _: int) -> str | None:
    mode, wanted = facts.mode, check.value
    return None if mode == wanted else f"is mode {mode:03o} - should be {wanted:03o}"


def _size(facts: FileFacts, check: FileCheck, _: int) -> str | None:
    return _limit(f"has size {facts.size} ", facts.size, check)


def _links(facts: FileFacts, check: FileCheck, _: int) -> str | None:
    return _limit(f"has linkcount {facts.links} ", facts.links, check)


def _time(facts: FileFacts, check: FileCheck, clock: int) -> str | None:
    moment, what = facts.times[check.property], _TIMES[check.property]
    if check.sign == "=":
        return _limit(f"{what} at {moment}", moment, check)
    age = (clock - moment) % _AGES
    when = f"{age} seconds ago" if age < _FUTURE else f"{_AGES - age} seconds in the future"
    return _limit(f"{what} {when}", age, check)


def _limit(said: str, found: int, check: FileCheck) -> str | None:
    wanted = int(check.value)
    if check.sign == "=":
        return None if found == wanted else f"{said} - should be {wanted}"
    good = found >= wanted if check.sign == ">" else found <= wanted
    return None if good else f"{said} - should be {check.sign}{wanted}"


def _owned(kind: str, found: Callable[[FileFacts], int | str | None]) -> _Checker:
    def check_owner(facts: FileFacts, check: FileCheck, _: int) -> str | None:
        owner = found(facts)
        if owner == check.value:
            return None
        shown = f"(No {'owner' if kind == 'user' else kind} data)" if owner is None else word(str(owner))
        return f"is owned by {kind} {shown}  - should be {check.value}"

    return check_owner


def _hash(facts: FileFacts, check: FileCheck, _: int) -> str | None:
    name = check.property.upper()
    found = facts.hashes.get(check.property)
    if found == check.value:
        return None
    return f"has {name} hash {f'(No {name} data)' if found is None else word(found)}  - should be {check.value}"


_CHECKERS: Mapping[str, _Checker] = {
    "type": _type,
    "mode": _mode,
    "size": _size,
    "links": _links,
    "owner": _owned("user", lambda facts: facts.owner),
    "ownerid": _owned("user", lambda facts: facts.owner_id),
    "group": _owned("group", lambda facts: facts.group),
    "groupid": _owned("group", lambda facts: facts.group_id),
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(HASHES, _hash),
}
