"""The sentences about what changed on a device: those of APMonitor, and those that it lacks. Pure."""

from collections.abc import Callable, Sequence
from datetime import tzinfo

from hexmon.judge.device_changes import DEVICE, MACS, NUMBERS, STATUS, Change, tidy
from hexmon.model.ages import clock
from hexmon.model.site_memory import Pace

MOST_NOTICES = 50  # of one poll; what else changed is in the last of them
_MOST_MACS = 100  # named in one list
_MOST_TOGETHER = 200  # changes in one notice
_FIELDS = ("sysName", "sysObjectID", "serial")

Values = tuple[str, ...]


def notices(due: Sequence[Pace], zone: tzinfo) -> list[str]:
    """One sentence for each, without the name of the device."""
    if len(due) <= MOST_NOTICES:
        return [told(pace, zone) for pace in due]
    single, rest = due[: MOST_NOTICES - 1], due[MOST_NOTICES - 1 :]
    listed = [_what(pace, "") for pace in rest[:_MOST_TOGETHER]]
    if len(rest) > _MOST_TOGETHER:
        listed.append(f"{len(rest) - _MOST_TOGETHER} more")
    at = clock(max(pace.changed for pace in rest), zone)
    return [*(told(pace, zone) for pace in single), f"{len(rest)} more changes at {at}: {'; '.join(listed)}"]


def told(pace: Pace, zone: tzinfo) -> str:
    """What is new since the last message about it; and how often it changed, when more than once."""
    at = f" at {clock(pace.changed, zone)}"
    if pace.pending == 1:
        return _what(pace, at)
    if pace.told == pace.now:
        return f"{_counted(pace)} since {clock(pace.since, zone)}, {_again(pace)}{at}"
    return f"{_what(pace, at)}, {pace.pending} changes since {clock(pace.since, zone)}"


def line(change: Change) -> str:
    """One change for a list that has the moments beside it."""
    return _SENTENCES[change.kind](change.label, change.before, change.after, "") + _noted(change.kind, change.note)


def _what(pace: Pace, at: str) -> str:
    return _SENTENCES[pace.kind](pace.label, pace.told, pace.now, at) + _noted(pace.kind, pace.note)


def _noted(kind: str, note: str) -> str:
    return f" ({note})" if kind == NUMBERS and note else ""


def _counted(pace: Pace) -> str:
    names = {DEVICE: "the device changed", NUMBERS: "ifIndexes changed"}
    if pace.kind in names:
        return f"{names[pace.kind]} {pace.pending} times"
    return f"{pace.label} {pace.pending} {'MAC changes' if pace.kind == MACS else 'changes'}"


def _again(pace: Pace) -> str:
    if pace.kind != STATUS:
        return "as before"
    return f"again {_oper_admin(pace.now)}" if pace.now else "again absent"


def _status(label: str, before: Values, after: Values, at: str) -> str:
    if not before:
        return f"{label} appeared {_oper_admin(after)}{at}"
    if not after:
        return f"{label} disappeared (was {_oper_admin(before)}){at}"
    renamed = f", its name was {tidy(before[0])}" if before[0] != after[0] else ""
    return f"{label} {_oper_admin(after)} (was {_oper_admin(before)}){at}{renamed}"


def _oper_admin(value: Values) -> str:
    _, oper, admin = value
    return f"oper={tidy(oper)} admin={tidy(admin)}"


def _macs(label: str, before: Values, after: Values, at: str) -> str:
    appeared, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    lists = [f"{word}=[{_listed(macs)}]" for word, macs in (("appeared", appeared), ("disappeared", gone)) if macs]
    return f"{' '.join([label, 'MAC change', *lists])}{at}"


def _listed(macs: Sequence[str]) -> str:
    more = [f"{len(macs) - _MOST_MACS} more"] if len(macs) > _MOST_MACS else []
    return ", ".join([*(tidy(mac) for mac in macs[:_MOST_MACS]), *more])


def _device(_label: str, before: Values, after: Values, at: str) -> str:
    new = [(field, was, now) for field, was, now in zip(_FIELDS, before, after, strict=True) if was and was != now]
    parts = [f"{field}={tidy(now)} (was {tidy(was)})" for field, was, now in new]
    renamed = [field for field, _, _ in new] == ["sysName"]
    what = "the device was renamed, or another one answers" if renamed else "another device answers"
    return f"{what}: {', '.join(parts)}{at}"


def _numbers(label: str, _before: Values, _after: Values, at: str) -> str:
    return f"ifIndex of {label} interfaces changed{at}" if label != "1" else f"ifIndex of 1 interface changed{at}"


_SENTENCES: dict[str, Callable[[str, Values, Values, str], str]] = {
    STATUS: _status,
    MACS: _macs,
    DEVICE: _device,
    NUMBERS: _numbers,
}
