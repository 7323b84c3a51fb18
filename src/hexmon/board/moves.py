"""What becomes of a status under another name."""

from msgspec.structs import replace

from hexmon.board.bounds import LONGEST_NAME, LONGEST_NOTE, MOST_ACK_INFOS, MOST_MODIFIERS
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import AckInfo, Modifier, Status

_MODIFIER_LIFE = 2


def moved(status: Status, key: StatusKey) -> Status:
    """The same square by another name; colour and text stay."""
    return replace(status, key=key)


def with_ack_info(present: tuple[AckInfo, ...], info: AckInfo) -> tuple[AckInfo, ...] | None:
    """The newest first; one of the same level and user is replaced where it is. None: there are too many."""
    same = [(one.level, one.user) == (info.level, info.user) for one in present]
    if not any(same):
        return (info, *present) if len(present) < MOST_ACK_INFOS else None
    return tuple(info if is_same else one for one, is_same in zip(present, same, strict=True))


def with_modifier(status: Status, source: str, color: Color, cause: bytes) -> tuple[Status, Color] | None:
    """The status with a source's word on its colour, and what is shown now. None: too many have a say.

    The newest comes first; one of the same source is replaced where it is.
    """
    cause = b"&%s %s\n" % (color.word.encode(), cause[:LONGEST_NOTE])
    modifier = Modifier(source[:LONGEST_NAME], color, cause, _MODIFIER_LIFE)
    present = status.modifiers
    if all(one.source != modifier.source for one in present):
        if len(present) >= MOST_MODIFIERS:
            return None
        modifiers = (modifier, *present)
    else:
        modifiers = tuple(modifier if one.source == modifier.source else one for one in present)
    return replace(status, modifiers=modifiers), max(one.color for one in modifiers)


def without_modifier(status: Status, source: str) -> tuple[Status, Color]:
    """The status without that source's, and the colour that is left: of the others, or the reporter's own."""
    left = tuple(one for one in status.modifiers if one.source != source)
    own = status.color if status.color is Color.PURPLE else status.reported
    return replace(status, modifiers=left), max((one.color for one in left), default=own)


def fresher(coming: Status, present: Status | None) -> Status:
    """Of two statuses that claim one name the one that was reported later; the older one's birth stays."""
    if present is None:
        return coming
    kept = coming if coming.updated > present.updated else present
    return replace(kept, created=min(coming.created, present.created))
