"""What changed on a device since its last good poll: interfaces, the MACs behind them, the device itself. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from hexmon.model.device import Device, Interface
from hexmon.model.site_memory import Identity
from hexmon.model.site_state import InterfaceState

STATUS, MACS, DEVICE, NUMBERS = "status", "macs", "device", "numbers"
_ORDER = {DEVICE: 0, NUMBERS: 1, STATUS: 2, MACS: 3}
WHOLE = -1  # in place of an ifIndex: the device itself
_LISTED = 5

Baseline = Mapping[int, InterfaceState]


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One difference. `index` is the ifIndex (of one that is gone: the last), `id` the same for the same thing later.

    Values: of `status` the name, oper and admin, () where there is no such interface; of `macs` the MACs, sorted; of
    `device` its identity; of `numbers` a digest of all numbers, with the moves as `note`.
    """

    kind: str
    id: str
    index: int
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    note: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """The new baseline, and how it differs from the old one, in the order of the ifIndex."""

    baseline: dict[int, InterfaceState]
    changes: tuple[Change, ...] = ()


def identity_of(device: Device, before: Identity = Identity()) -> Identity:  # noqa: B008 - frozen
    """Who answers. What it does not tell this time is as it was."""
    return Identity(device.name or before.name, device.object_id or before.object_id, device.serial or before.serial)


def identity_change(before: Identity, after: Identity) -> Change | None:
    """Another device answers; None while all that both tell is the same."""
    old, new = msgspec.structs.astuple(before), msgspec.structs.astuple(after)
    if all(not was or was == is_now for was, is_now in zip(old, new, strict=True)):
        return None
    return Change(kind=DEVICE, id=DEVICE, index=WHOLE, label="", before=old, after=new)


def compare(baseline: Baseline, device: Device, *, learning: bool = False) -> Comparison:
    """`learning`: the device has just started, and MACs that are merely missing are not gone yet.

    An interface whose name is the only one of its kind, before and now, is the same whatever its ifIndex.
    """
    found = {interface.index: interface for interface in device.interfaces}
    names = _Names(baseline, found)
    before = names.partners(baseline, found)
    pairs = [(baseline.get(before.get(index, WHOLE)), index, interface) for index, interface in found.items()]
    after = {index: _state(was, interface, device.macs_known, learning) for was, index, interface in pairs}
    if not baseline:
        return Comparison(after)
    changes = [one for was, index, _ in pairs for one in _of_interface(names, index, was, after[index])]
    gone = baseline.keys() - set(before.values())
    changes += [one for index in gone for one in _of_interface(names, index, baseline[index], None)]
    changes += names.renumbered(baseline, after, before)
    changes.sort(key=lambda one: (one.index, _ORDER[one.kind]))
    return Comparison(after, tuple(changes))


class _Names:
    """Which names tell interfaces apart: those that are there once, before and now."""

    def __init__(self, baseline: Baseline, found: Mapping[int, Interface]) -> None:
        self._before = Counter(state.name for state in baseline.values())
        self._now = Counter(interface.name for interface in found.values())

    def single(self, name: str) -> bool:
        return bool(name) and self._before[name] <= 1 and self._now[name] <= 1

    def id(self, name: str, index: int) -> str:
        return name if self.single(name) else f"{name}#{index}"

    def label(self, name: str, index: int) -> str:
        clean = tidy(name)
        if not clean:
            return f"ifIndex {index}"
        return clean if self.single(name) else f"{clean} (ifIndex {index})"

    def partners(self, baseline: Baseline, found: Mapping[int, Interface]) -> dict[int, int]:
        """By the ifIndex of now that of before; interfaces that are new are left out."""
        known = {state.name: index for index, state in baseline.items() if self.single(state.name)}
        partners = {
            index: known[interface.name]
            for index, interface in found.items()
            if self.single(interface.name) and interface.name in known
        }
        taken = set(partners.values())
        for index in found.keys() & baseline.keys():
            if index not in partners and index not in taken:
                partners[index] = index
        return partners

    def renumbered(self, baseline: Baseline, after: Baseline, before: Mapping[int, int]) -> Iterator[Change]:
        moves = sorted((old, index) for index, old in before.items() if old != index)
        if moves:
            named = [f"{self.label(baseline[old].name, old)} {old} -> {new}" for old, new in moves[:_LISTED]]
            more = [f"{len(moves) - _LISTED} more"] if len(moves) > _LISTED else []
            yield Change(
                kind=NUMBERS, id=NUMBERS, index=WHOLE, label=str(len(moves)), before=_digest(baseline),
                after=_digest(after), note=", ".join(named + more),
            )  # fmt: skip


def _digest(baseline: Baseline) -> tuple[str]:
    text = "\n".join(f"{index} {state.name}" for index, state in sorted(baseline.items()))
    return (hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest(),)


def _state(was: InterfaceState | None, interface: Interface, macs_known: bool, learning: bool) -> InterfaceState:
    """The interface as the next poll is compared with it. MACs that nobody could read are as they were."""
    macs = tuple(sorted(set(interface.macs))) if macs_known else ()
    old = was.macs if was is not None else ()
    if not macs_known or (learning and set(macs) < set(old)):
        macs, macs_known = old, was is not None and was.macs_known
    return InterfaceState(interface.name, interface.oper, interface.admin, macs, macs_known)


def _of_interface(
    names: _Names, index: int, was: InterfaceState | None, after: InterfaceState | None
) -> Iterator[Change]:
    name = after.name if after is not None else was.name if was is not None else ""
    key, label = names.id(name, index), names.label(name, index)
    if status_of(was) != status_of(after):
        yield Change(
            kind=STATUS, id=f"{STATUS} {key}", index=index, label=label, before=status_of(was), after=status_of(after)
        )
    if was is None or after is None or not (was.macs_known and after.macs_known):
        return
    if was.macs != after.macs:
        yield Change(kind=MACS, id=f"{MACS} {key}", index=index, label=label, before=was.macs, after=after.macs)


def status_of(state: InterfaceState | None) -> tuple[str, ...]:
    """The value that is compared; () for an interface that is not there."""
    return (state.name, state.oper, state.admin) if state is not None else ()


def tidy(text: str, longest: int = 80) -> str:
    """A text of a device on one line, and not too long."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * longest]).split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"
