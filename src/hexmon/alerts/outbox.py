"""The outbox: what was decided goes out, in order for each square and recipient, as often as it takes.

Everything in it is durable before the first attempt and marked when it is done: a crash between the two costs one
duplicate, never a message. No channel waits for another.
"""

import asyncio
import dataclasses
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from hexmon.alerts.grouping import Grouping, Wait, merge_plan, merged
from hexmon.alerts.lanes import Lane
from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent, attempt
from hexmon.alerts.sender import LaneKey, Parcel, Sender
from hexmon.alerts.world import Hook, no_hook
from hexmon.board.store import Journal
from hexmon.clock import Clock
from hexmon.model.incident import Delivery, DeliverySaved, DeliveryState
from hexmon.model.names import StatusKey

log = logging.getLogger(__name__)

LEASE = 600.0  # seconds for which what waits is held; longer than any pause
_COLLECT = 0.02  # seconds for which marks of what was sent may wait while more is being sent
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 300.0
_LONGEST_ERROR = 300


@dataclass(frozen=True, kw_only=True)
class Post:
    """What the outbox works with. `hook` is told the name of every step, for tests that end the process there."""

    channels: Mapping[str, Channel]
    notifiers: Mapping[str, NotifierType]
    tools: NotifyTools
    grouping: Grouping = field(default_factory=Grouping)
    owner: str = ""  # who holds what waits here
    hook: Hook = no_hook


class Outbox:
    """Sends deliveries. `offer` never waits; the sending happens in tasks of `run`."""

    def __init__(self, clock: Clock, journal: Journal, post: Post) -> None:
        self.counters: Counter[tuple[str, str]] = Counter()
        self.dead = 0
        self._clock = clock
        self._journal = journal
        self._post = post
        self._lanes: dict[LaneKey, Lane] = {}
        self._senders: dict[tuple[str, str], Sender] = {}
        self._group: asyncio.TaskGroup | None = None
        self._marks: list[Delivery] = []
        self._flusher: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._under_way = 0

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for lane_key in list(self._lanes):
                self._pump(lane_key)
            await asyncio.get_running_loop().create_future()

    def use(self, channels: Mapping[str, Channel]) -> None:
        """Other channels are in force. What waits goes out through them."""
        self._post = dataclasses.replace(self._post, channels=channels)
        for sender in self._senders.values():
            sender.channel = channels.get(sender.channel.name, sender.channel)

    def offer(self, deliveries: Iterable[Delivery]) -> None:
        """Take durable deliveries in; they go out at once where nothing stands before them."""
        touched: dict[LaneKey, list[StatusKey]] = {}
        for delivery in deliveries:
            lane_key = delivery.way.lane
            lane = self._lanes.get(lane_key)
            if lane is None:
                lane = self._lanes[lane_key] = Lane()
            if lane.put(delivery):
                touched.setdefault(lane_key, []).append(delivery.message.key)
        for lane_key, keys in touched.items():
            self._pump(lane_key, keys)

    def tick(self) -> None:
        """Look for pauses that are over. To be called about once a second."""
        now = self._clock.now()
        for lane_key, lane in list(self._lanes.items()):
            if lane.wake_at and lane.wake_at <= now:
                lane.wake_at = 0.0
                self._pump(lane_key)
        for sender in self._senders.values():
            self._start(sender)

    def drop(self, host: str, test: str | None) -> None:
        """Nobody wants to hear of that square, or of that host, any more."""
        now = self._clock.now()
        for lane in self._lanes.values():
            gone = lane.remove(host, test)
            self._save([replace(one, state=DeliveryState.DROPPED, ended=now) for one in gone])

    def waiting(self) -> int:
        """How many deliveries are not yet sent."""
        return sum(map(len, self._lanes.values()))

    def oldest(self) -> float:
        """When the oldest of those that wait was decided; 0.0 when none waits."""
        return min((one.created for lane in self._lanes.values() for one in lane), default=0.0)

    def failing(self) -> dict[str, str]:
        """The channels whose last attempts all failed, and the last reason."""
        return {sender.channel.name: sender.reason for sender in self._senders.values() if sender.failing}

    def retry(self, delivery: Delivery) -> None:
        """Send a dead letter once more, from the beginning."""
        again = replace(delivery, state=DeliveryState.WAITING, attempts=0, next_at=0.0, ended=0.0, error="")
        ticket = self._save([again])
        self._journal.when_durable(ticket, lambda: self.offer([again]))

    async def drained(self) -> None:
        """Wait until nothing is under way. What pauses is left for the next start."""
        await self._idle.wait()

    # -- deciding what goes next ----------------------------------------------------------------------------------

    def _pump(self, lane_key: LaneKey, keys: Sequence[StatusKey] | None = None) -> None:
        """Hand what may go to its sender: of all squares of the lane, or of these."""
        lane, now = self._lanes.get(lane_key), self._clock.now()
        if self._group is None or lane is None:
            return
        if not lane:
            del self._lanes[lane_key]
            return
        channel = self._post.channels.get(lane_key[0])
        if channel is None:
            self._without_channel(lane, lane_key[0], now)
            return
        sender = self._sender(channel, lane_key[1])
        for parcel in self._parcels(lane, channel, now, keys):
            lane.take(parcel.deliveries)
            lane.recent.append(now)
            sender.ready.append((lane_key, parcel))
        self._start(sender)

    def _parcels(self, lane: Lane, channel: Channel, now: float, keys: Sequence[StatusKey] | None) -> Sequence[Parcel]:
        if not channel.group_from:
            return [Parcel(one, (one,)) for one in lane.ready(now, keys)]
        parcels: list[Parcel] = []
        settings = dataclasses.replace(self._post.grouping, group_from=channel.group_from)
        waiting = lane.waiting(now)
        while waiting:
            decision = merge_plan(waiting, [*lane.recent, *[now] * len(parcels)], now, settings)
            if isinstance(decision, Wait):
                lane.wake_at = decision.until
                break
            parcels.append(Parcel(merged(decision.deliveries, now)[0], decision.deliveries))
            # The rest of a square that is on its way waits for it.
            busy = {one.message.key for one in decision.deliveries}
            waiting = [one for one in waiting if one.message.key not in busy]
        return parcels

    def _without_channel(self, lane: Lane, name: str, now: float) -> None:
        """A channel that the configuration no longer has: its messages are dead, and visible."""
        gone = list(lane)
        lane.done(gone)
        self._bury(gone, f"there is no channel '{name}'", now)

    def _sender(self, channel: Channel, program: str) -> Sender:
        sender = self._senders.get((channel.name, program))
        if sender is None:
            most = self._post.notifiers[channel.type].concurrency
            sender = self._senders[channel.name, program] = Sender(channel, program, most, self._clock)
        return sender

    # -- sending --------------------------------------------------------------------------------------------------

    def _start(self, sender: Sender) -> None:
        while self._group is not None and (job := sender.next()) is not None:
            lane_key, parcel = job
            self._under_way += 1
            self._idle.clear()
            self._group.create_task(self._send(sender, lane_key, parcel))

    async def _send(self, sender: Sender, lane_key: LaneKey, parcel: Parcel) -> None:
        try:
            self._post.hook("sending")
            notifier = self._post.notifiers[sender.channel.type]
            sent = await attempt(parcel.whole, sender.channel, notifier, self._post.tools)
            self._post.hook("sent")
            self._ended(sender, lane_key, parcel, sent)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._flush()
                self._idle.set()

    def _ended(self, sender: Sender, lane_key: LaneKey, parcel: Parcel, sent: Sent) -> None:
        now = self._clock.now()
        lane = self._lanes[lane_key]
        self.counters[sender.channel.name, sent.outcome.value] += 1
        recovered = sender.ended(sent.outcome is not Outcome.LATER, sent.detail)
        tried = [
            replace(one, attempts=one.attempts + 1, error=sent.detail[:_LONGEST_ERROR]) for one in parcel.deliveries
        ]
        if sent.outcome is Outcome.SENT:
            lane.done(tried)
            self._mark(_all_sent(tried, now))
        elif sent.outcome is Outcome.REFUSED or tried[0].attempts >= sender.channel.attempts:
            lane.done(tried)
            self._bury(tried, sent.detail, now)
        else:
            next_at = now + (_pause(tried[0].attempts) if sent.retry_after is None else sent.retry_after)
            later = [replace(one, next_at=next_at) for one in tried]
            lane.again(later)
            self._save(later)
            if tried[0].attempts == 1:
                log.warning("channel %s: %s; it will be tried again", sender.channel.name, sent.detail)
        if recovered:
            self._hurry(sender, now)
        self._pump(lane_key, None if recovered else [one.message.key for one in tried])
        self._start(sender)

    def _hurry(self, sender: Sender, now: float) -> None:
        """The channel works again: what pauses need not wait for its turn."""
        for lane_key, lane in list(self._lanes.items()):
            if lane_key[:2] == (sender.channel.name, sender.program):
                lane.hurry(now)

    def _bury(self, deliveries: Sequence[Delivery], reason: str, now: float) -> None:
        self.dead += len(deliveries)
        for one in deliveries:
            log.error("given up: %s to %s by %s: %s", one.message.key, one.way.address, one.way.channel, reason)
        self._save(
            [replace(one, state=DeliveryState.DEAD, ended=now, error=reason[:_LONGEST_ERROR]) for one in deliveries]
        )

    def _mark(self, sent: Sequence[Delivery]) -> None:
        """Note what was sent; in a burst many at once, for each append wakes the writer's thread."""
        if not self._marks:
            self._flusher = asyncio.get_running_loop().call_later(_COLLECT, self._flush)
        self._marks.extend(sent)

    def _flush(self) -> None:
        if self._flusher is not None:
            self._flusher.cancel()
        marks, self._marks, self._flusher = self._marks, [], None
        self._save(marks)

    def _save(self, deliveries: Sequence[Delivery]) -> int:
        if not deliveries:
            return 0
        lease = self._clock.now() + LEASE
        return self._journal.append([DeliverySaved(one, self._post.owner, lease) for one in deliveries])


def _all_sent(deliveries: Sequence[Delivery], now: float) -> list[Delivery]:
    """The first went out, with the news of all; the others say that it carried theirs."""
    first, *others = merged(deliveries, now)
    return [replace(first, state=DeliveryState.SENT, ended=now), *others]


def _pause(attempts: int) -> float:
    """Seconds before the next attempt: 1, 2, 4, ... up to five minutes."""
    return float(min(_FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), _LONGEST_PAUSE))
