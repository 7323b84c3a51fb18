"""In what hexmon differs from xymond_client 4.3.30 on purpose."""

from hexmon.model.status import ClientMessage


def excused(name: str, analysis: str, message: ClientMessage, theirs: object) -> bool:
    """Whether that square is one of these."""
    del name, analysis, message, theirs
    return False
