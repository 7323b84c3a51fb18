"""Settings of analysis.cfg that can never count, because an earlier one always does. Pure."""

from collections.abc import Iterable, Iterator

from hexmon.judge.clients import rules
from hexmon.judge.clients.rules import EVERYWHERE, Qualifiers, Rule
from hexmon.model.origin import Origin, Problem

_ALL_NAMES = ("*", "%.", "%.*", "%^.*", "%^.*$")
_Slot = tuple[object, ...]


def without_effect(settings: Iterable[Rule]) -> Iterator[Problem]:
    """A note for each: of limits the first that fits counts, and one without qualifiers fits every host."""
    seen: dict[_Slot, dict[Qualifiers, Origin]] = {}
    for rule in settings:
        slots = _slots(rule)
        if not slots:
            continue
        before = next((found for slot in slots if (found := _covering(seen.get(slot, {}), rule.qualifiers))), None)
        if before is None:
            seen.setdefault(slots[0], {}).setdefault(rule.qualifiers, rule.origin)
        elif not _counts(rule):
            yield Problem(
                rule.origin,
                f"this setting never counts: {before} comes first and holds for the same",
                "write what is special above what is general (DEFAULT goes last)",
                fatal=False,
            )


def _covering(seen: dict[Qualifiers, Origin], qualifiers: Qualifiers) -> Origin | None:
    return seen.get(EVERYWHERE) or seen.get(qualifiers)


def _slots(rule: Rule) -> tuple[_Slot, ...]:
    """What the setting decides, and what decides that too when it comes first; nothing where all of a kind count."""
    kind = type(rule)
    match rule:
        case rules.FileSystems(names=None):
            return ()
        case rules.FileSystems(names=names):
            everything: _Slot = (kind,)
            text = names.text if names else ""
            return (everything,) if text in _ALL_NAMES else ((kind, text), everything)
        case rules.Memory(kind=area) | rules.AddressSpaces(kind=area):
            return ((kind, area),)
        case rules.Load() | rules.Up() | rules.Clock() | rules.Paging() | rules.VirtualSize():
            return ((kind,),)
        case _:
            return ()


def _counts(rule: Rule) -> bool:
    """Whether it counts file systems: every such setting is looked at."""
    return isinstance(rule, rules.FileSystems) and (rule.least != 0 or rule.most is not None)
