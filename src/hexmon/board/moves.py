"""What becomes of a status under another name."""

from msgspec.structs import replace

from hexmon.model.names import StatusKey
from hexmon.model.status import Status


def moved(status: Status, key: StatusKey) -> Status:
    """The same square by another name; colour and text stay."""
    return replace(status, key=key)


def fresher(coming: Status, present: Status | None) -> Status:
    """Of two statuses that claim one name the one that was reported later; the older one's birth stays."""
    if present is None:
        return coming
    kept = coming if coming.updated > present.updated else present
    return replace(kept, created=min(coming.created, present.created))
