"""`hostdatasave HOST [MINUTES]`: keep the next client message of a host."""

from typing import Protocol

from hexmon.board.reader import Reader
from hexmon.ingest import messages as say

_USAGE = "ERROR: hostdatasave requires HOSTNAME and an optional lifetime from 1 to 1440 minutes\n"
_NOBODY = "ERROR: no CLICHG channel reader is listening\n"


class SaveNext(Protocol):
    """Who keeps client messages."""

    def arm(self, host: str, seconds: float) -> None:
        """Keep the next message of that host, if it comes within that time."""
        ...

    def client_came(self, word: str) -> None:
        """A message of that host is on the board now."""
        ...


def arm(board: Reader, keeper: SaveNext | None, command: say.HostDataSave) -> bytes:
    """Ask for it; the answer is in xymond's words."""
    if not command.minutes:
        return _USAGE.encode()
    host = board.canonical(command.host)
    if host is None:
        return f"ERROR: unknown host {command.host}\n".encode(errors="surrogateescape")
    if keeper is None:
        return _NOBODY.encode()
    keeper.arm(host, command.minutes * 60.0)
    return f"OK: next client report for {host} armed for {command.minutes} minutes\n".encode(errors="surrogateescape")
