"""What both kinds of relay share: how they listen, whom they hear, how they reach a server."""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Sequence

from hexmon.agent.relaying import guard_of
from hexmon.app.relay_settings import RelayConfiguration
from hexmon.ingest.access import Access, Senders
from hexmon.ingest.addresses import Address
from hexmon.ingest.client import SendError, combined, exchange_async
from hexmon.ingest.messages import Combo, ExtCombo
from hexmon.ingest.protocol import parse
from hexmon.ingest.settings import MessageSettings

log = logging.getLogger(__name__)

_MOST_REFUSALS = 1_000
_PATIENCE = 5.0  # seconds beyond the time limit of an exchange, for one that drips


def unpacked(message: bytes) -> Sequence[bytes]:
    """The messages in a combo or an extcombo."""
    command = parse(message)
    return command.parts if isinstance(command, Combo | ExtCombo) else ()


def packed(messages: Sequence[bytes]) -> bytes:
    """One extcombo of them all."""
    return combined(messages, len(messages))[0]


async def exchange(
    address: Address,
    timeout: float,  # noqa: ASYNC109 - it is also the limit of each step
    tls: ssl.SSLContext | None,
    message: bytes,
) -> bytes:
    """Send a message, return the reply. Raises OSError, whose cause is TimeoutError when it took too long."""
    try:
        async with asyncio.timeout(timeout + _PATIENCE):
            return await exchange_async(address, message, timeout, tls)
    except TimeoutError as error:
        raise SendError(f"{address}: no answer in time") from error


def message_settings(configuration: RelayConfiguration) -> MessageSettings:
    """How to listen; who comes while too much is on its way is reset."""
    settings = configuration.settings
    return MessageSettings(
        addresses=settings.listen,
        addresses_key="listen",
        addresses_hint="does something else listen there? Set --listen, `listen` of relay.toml, or HEXMON_RELAY_LISTEN",
        certificate=configuration.locate(settings.certificate),
        key=configuration.locate(settings.key),
        client_ca=configuration.locate(settings.client_ca),
        timeout=30.0 + settings.timeout,
        max_buffered=settings.memory,
        max_waiting=settings.memory,
    )


class Guard:
    """The access lists of the relay itself."""

    def __init__(self, configuration: RelayConfiguration, counts: Counter[str]) -> None:
        lists = vars(configuration.settings.senders)
        self._access = Access(Senders(**{name: words or None for name, words in lists.items()}))
        self._counts = counts
        self._told: set[tuple[str, str]] = set()

    def allows(self, message: bytes, sender: str) -> bool:
        """Whether that address may say that; each refusal is told once."""
        if self._access.everybody:
            return True
        name = guard_of(message)
        if self._access.allows(name, sender):
            return True
        self._counts["refused"] += 1
        if (sender, name or "") not in self._told and len(self._told) < _MOST_REFUSALS:
            self._told.add((sender, name or ""))
            log.warning("refused %r from %s: it is not in the list '%s'", message[:60], sender, name)
        return False
