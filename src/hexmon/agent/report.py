"""The agent's loop: collect, send, and begin again on a grid."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from hexmon.agent.collect import client_message
from hexmon.clock import Clock

log = logging.getLogger(__name__)

Send = Callable[[bytes], Awaitable[object]]


async def report_once(send: Send, host: str, now: float, host_class: str = "") -> None:
    """Collect in a thread (a dead file system may hang there) and send; raises what `send` raises."""
    message = await asyncio.to_thread(client_message, host, now, host_class)
    await send(message)


async def report_forever(send: Send, host: str, clock: Clock, interval: float = 300.0, host_class: str = "") -> None:
    """Report at once and then each `interval` seconds, without drift; a server that is away is tried again."""
    begun = clock.monotonic()
    while True:
        try:
            await report_once(send, host, clock.now(), host_class)
        except (OSError, TimeoutError) as error:
            log.warning("the report of %s was not taken: %s", host, error)
        rounds = int((clock.monotonic() - begun) / interval) + 1
        await clock.sleep_until(begun + rounds * interval)
