"""What becomes of a status under another name."""

from msgspec.structs import replace

from hexmon.board.bounds import MOST_ACK_INFOS, MOST_MODIFIERS
from hexmon.model.names import StatusKey
from hexmon.model.status import AckInfo, Modifier, Status


def moved(status: Status, key: StatusKey) -> Status:
    """The same square by another name; colour and text stay."""
    return replace(status, key=key)


def with_ack_info(present: tuple[AckInfo, ...], info: AckInfo) -> tuple[AckInfo, ...] | None:
    """The newest first; one of the same level and user is replaced where it is. None: there are too many."""
    same = [(one.level, one.user) == (info.level, info.user) for one in present]
    if not any(same):
        return (info, *present) if len(present) < MOST_ACK_INFOS else None
    return tuple(info if is_same else one for one, is_same in zip(present, same, strict=True))


def with_modifier(present: tuple[Modifier, ...], modifier: Modifier) -> tuple[Modifier, ...] | None:
    """The newest first; one of the same source is replaced where it is. None: there are too many."""
    if all(one.source != modifier.source for one in present):
        return (modifier, *present) if len(present) < MOST_MODIFIERS else None
    return tuple(modifier if one.source == modifier.source else one for one in present)


def fresher(coming: Status, present: Status | None) -> Status:
    """Of two statuses that claim one name the one that was reported later; the older one's birth stays."""
    if present is None:
        return coming
    kept = coming if coming.updated > present.updated else present
    return replace(kept, created=min(coming.created, present.created))
