"""How a pass tells people: each recipient of a site by itself, all at the same time; and the heartbeats."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import NotifyTools, Outcome, Sent, Unsendable, attempt
from hexmon.alerts.notify.http import Request, ask, hidden, is_success
from hexmon.app.site_channels import Recipient, SiteChannels
from hexmon.app.site_console import Console
from hexmon.model.incident import Delivery, Kind, Message
from hexmon.model.site import Monitor

_PAUSE = 1.0  # seconds before another attempt
_REDIRECTS = 10
_NAMES = {Kind.TEST: "the test message", Kind.NOTICE: "the change"}

NameOfMachine = Callable[[], Awaitable[str]]


class Teller:
    """Sends for one site. Of a channel no more at once than its type may send."""

    def __init__(
        self, channels: SiteChannels, tools: NotifyTools, name_of_machine: NameOfMachine, console: Console
    ) -> None:
        self._channels = channels
        self._tools = tools
        self._name_of_machine = name_of_machine
        self._console = console
        self._numbers = iter(range(1, 1 << 62))
        self._rooms: dict[str, asyncio.Semaphore] = {}

    async def tell(self, monitor: Monitor, messages: Sequence[Message]) -> bool:
        """Whether one of those who want to know has them all, or nobody wants to. The messages are of one kind."""
        recipients = list(self._channels.recipients(monitor, messages[0].kind))
        if not recipients:
            self._console.explain(monitor.name, "nobody is told of this")
            return True
        sent = await self.send_all(recipients, messages, monitor.name)
        return any(sent)

    async def send_all(self, recipients: Iterable[Recipient], messages: Sequence[Message], name: str) -> list[bool]:
        """Who has all of them."""
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(self._send(recipient, messages, name)) for recipient in recipients]
        return [task.result() for task in sending]

    async def _send(self, recipient: Recipient, messages: Sequence[Message], name: str) -> bool:
        """One after the other, so that they arrive in their order."""
        kind = NOTIFIERS[recipient.channel.type]
        room = self._rooms.setdefault(recipient.channel.name, asyncio.Semaphore(kind.concurrency))
        for message in messages:
            async with room:
                sent = await self._try(recipient, message)
            what = _NAMES.get(message.kind, f"the {message.kind.value}")
            if sent.outcome is not Outcome.SENT:
                self._console.say(name, f"{what} was not sent to {recipient.label}: {sent.detail}")
                return False
            self._console.explain(name, f"{what} was sent to {recipient.label}")
        return True

    async def _try(self, recipient: Recipient, message: Message) -> Sent:
        """As often as the site tries anything, but within the time of one attempt: who hangs is not asked again."""
        clock, channel = self._tools.clock, recipient.channel
        tools = self._tools
        if channel.type == "mail":
            tools = replace(tools, host=await self._name_of_machine())
        delivery = Delivery(number=next(self._numbers), way=recipient.way, message=message, created=message.at)
        until = clock.monotonic() + channel.timeout
        sent = await attempt(delivery, channel, NOTIFIERS[channel.type], tools)
        for _ in range(channel.attempts - 1):
            pause = max(_PAUSE, sent.retry_after or 0.0)
            if sent.outcome is not Outcome.LATER or clock.monotonic() + pause >= until:
                break
            await clock.sleep_until(clock.monotonic() + pause)
            sent = await attempt(delivery, channel, NOTIFIERS[channel.type], tools)
        return sent

    async def beat(self, monitor: Monitor) -> bool:
        """Send the heartbeat of a monitor that is up; whether it was taken."""
        request = Request(url=monitor.heartbeat_url, method="GET", follow=_REDIRECTS)
        clock = self._tools.clock
        why = ""
        for left in reversed(range(monitor.max_retries)):
            try:
                answer = await ask(request, self._tools, monitor.max_try_secs)
                if is_success(answer.status):
                    self._console.explain(monitor.name, "the heartbeat was taken")
                    return True
                why = f"HTTP {answer.status}"
            except (OSError, Unsendable) as error:
                why = hidden(str(error), request)
            if left:
                await clock.sleep_until(clock.monotonic() + _PAUSE)
        self._console.say(monitor.name, f"the heartbeat was not taken: {why}")
        return False
