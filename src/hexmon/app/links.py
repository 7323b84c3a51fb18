"""What the links of messages and the pages about them do."""

from hexmon.app.parts import Parts


async def acknowledge(parts: Parts, cookie: int, seconds: float, text: str, whole_host: bool) -> bool:
    """File an acknowledgement; whether there was something to acknowledge. Returns when it is durable."""
    ticket = parts.board.acknowledge(cookie, seconds, text.encode(), whole_host)
    await parts.storage.journal.durable(ticket)
    return ticket > 0
