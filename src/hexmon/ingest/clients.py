"""An agent's message: it is kept, judged, and answered with what the agent is to watch."""

from msgspec.structs import replace

from hexmon.board.board import Board
from hexmon.ingest import messages as say
from hexmon.ingest.answer import Answer
from hexmon.ingest.files import Files
from hexmon.ingest.outside import Outside
from hexmon.model.status import ClientMessage


def take_client(board: Board, files: Files, outside: Outside, command: say.ClientData, now: float) -> Answer:
    """`now`: epoch seconds. What the board refuses is too much to be judged, too."""
    host = board.canonical(command.host)
    message = ClientMessage(
        host=host or command.host,
        collector=command.collector,
        os_type=command.os_type,
        host_class=command.host_class,
        sender=command.sender,
        received=now,
        message=command.message,
    )
    ticket = board.client(message)
    if host is None or not _is_kept(board, message):
        return Answer(ticket=ticket)
    if outside.save_next:
        outside.save_next.client_came(host)
    host_class = _class_of(board, host, command)
    later = outside.judge(replace(message, host_class=host_class))
    reply = files.client_local(host, host_class, command.os_type) if command.answered else b""
    return Answer(reply, ticket, later)


def _is_kept(board: Board, message: ClientMessage) -> bool:
    kept = board.clients(message.host)
    return any(one.collector == message.collector and one.received == message.received for one in kept)


def _class_of(board: Board, host: str, command: say.ClientData) -> str:
    """The class of hosts.cfg, else of this message, else of the host's ordinary client."""
    known = board.inventory.find(host)
    given = (known.host_class if known else "") or command.host_class
    return given or next((one.host_class for one in board.clients(host) if one.host_class), "")
