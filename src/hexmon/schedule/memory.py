"""What was seen of every host, and how often in a row its squares failed; survives a reload."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from hexmon.judge.data import data_of, has_figures
from hexmon.judge.host import host_silent, judge_host, needs_explaining, probed_as, square_failed
from hexmon.judge.ping import wants_path
from hexmon.judge.view import CONN, HostView, JudgeSettings, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation
from hexmon.model.status import DataMessage

EXPLAINED = frozenset({Reason.HOST_DOWN, Reason.DEPENDS, Reason.ROUTE})
_LONG_AGO = float("-inf")

ColorOf = Callable[[StatusKey], Color | None]


def nobody_knows(_key: StatusKey) -> Color | None:
    """The colour of a square that nobody else reports either."""
    return None


@dataclass(slots=True)
class HostMemory:
    """One host. `probed` and `failing_since` are monotonic seconds, `down_since` epoch seconds.

    `settled` are the squares whose failure was judged to be their own: nothing needs to explain the next one.
    """

    host: Host
    latest: dict[str, Observation] = field(default_factory=dict)
    failures: dict[StatusKey, int] = field(default_factory=dict)
    down_since: dict[StatusKey, float] = field(default_factory=dict)
    probed: dict[StatusKey, float] = field(default_factory=dict)
    failing_since: dict[StatusKey, float] = field(default_factory=dict)
    settled: set[StatusKey] = field(default_factory=set)

    def adopt(self, host: Host) -> None:
        """Take over the host's new definition; what belongs to checks that are gone is forgotten."""
        self.host = host
        identities = {check.identity for check in host.checks}
        keys = {check.key for check in host.checks}
        keys |= {StatusKey(host.name, check.column) for check in host.checks if check.column}
        self.latest = {identity: seen for identity, seen in self.latest.items() if identity in identities}
        by_key: tuple[dict[StatusKey, float] | dict[StatusKey, int], ...] = (
            self.failures,
            self.down_since,
            self.probed,
            self.failing_since,
        )
        for memory in by_key:
            for gone in memory.keys() - keys:
                del memory[gone]
        self.settled &= keys

    def count(self, verdict: Verdict, now: float) -> None:
        """One more failed round of a square, or the end of them."""
        key = verdict.report.key
        if verdict.failed:
            self.failures[key] = self.failures.get(key, 0) + 1
            self.down_since.setdefault(key, now)
        elif verdict.failed is not None:
            self.failures.pop(key, None)
            self.down_since.pop(key, None)

    def settle(self, key: StatusKey, explained: bool) -> None:
        """Remember whether the failure was the square's own."""
        if key in self.failing_since and not explained:
            self.settled.add(key)
        else:
            self.settled.discard(key)

    def strip(self, test: str) -> None:
        """Let go of pages and banners: they were judged, and there may be very many. Pings are asked for again."""
        if test == CONN:
            return
        for identity, seen in self.latest.items():
            if seen.reply.evidence and seen.check.key.test == test:
                reply = msgspec.structs.replace(seen.reply, evidence=b"")
                self.latest[identity] = msgspec.structs.replace(seen, reply=reply)


class Memory:
    """All hosts. `color_of` answers for squares that other programs report."""

    def __init__(self, settings: JudgeSettings, color_of: ColorOf = nobody_knows) -> None:
        self._hosts: dict[str, HostMemory] = {}
        self._settings = settings
        self._color_of = color_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._hosts)

    def observations(self) -> Iterator[Observation]:
        """The latest of every check."""
        for known in self._hosts.values():
            yield from known.latest.values()

    def of(self, host: str) -> HostMemory | None:
        """What is known of that host."""
        return self._hosts.get(host)

    def adopt(self, host: Host) -> None:
        """Add a host or take over its new definition."""
        known = self._hosts.get(host.name)
        if known is None:
            self._hosts[host.name] = HostMemory(host)
        elif known.host.checks == host.checks:
            known.host = host
        else:
            known.adopt(host)

    def forget(self, host: str) -> None:
        """A host that is watched no longer."""
        self._hosts.pop(host, None)

    def remember(self, key: StatusKey, observations: Sequence[Observation], began: float) -> None:
        """Keep what one round of a square saw; `began` is its monotonic start."""
        known = self._hosts.get(key.host)
        if known is None:
            return
        known.probed[key] = began
        for observation in observations:
            known.latest[observation.check.identity] = observation
        if any(needs_explaining(observation, known.host) for observation in observations):
            known.failing_since.setdefault(key, began)
        else:
            known.failing_since.pop(key, None)

    def judge(self, host: str, tests: Collection[str] | None, now: float) -> list[Verdict]:
        """The verdicts on those squares of a host; counts the failed ones."""
        known = self._hosts.get(host)
        if known is None:
            return []
        verdicts = judge_host(self._view(known), now, tests)
        explained = any(verdict.reason in EXPLAINED for verdict in verdicts)
        for verdict in verdicts:
            known.count(verdict, now)
            known.settle(verdict.report.key, explained)
            known.strip(verdict.report.key.test)
        return verdicts

    def data(self, host: str, tests: Collection[str] | None) -> list[DataMessage]:
        """The figures that those checks of a host have brought."""
        known = self._hosts.get(host)
        if known is None or not any(map(has_figures, known.host.checks)):
            return []
        messages = data_of(self._view(known), tests)
        for check in known.host.checks:
            if check.data:
                known.strip(check.key.test)
        return messages

    def unanswered(self, verdict: Verdict) -> Observation | None:
        """The ping behind a verdict on conn whose text is to tell the way to the host; None when it is not."""
        known = self._hosts.get(verdict.report.key.host)
        if known is None or verdict.report.key.test != CONN:
            return None
        view = self._view(known)
        ping = next(iter(view.observations(CONN)), None)
        return ping if ping is not None and wants_path(verdict, ping, view) else None

    def _view(self, known: HostMemory) -> HostView:
        return HostView(
            host=known.host,
            latest=known.latest,
            failures=known.failures,
            down_since=known.down_since,
            failed=self.failed,
            silent=self.silent,
            host_of=self._host_of,
            settings=self._settings,
        )

    def failed(self, key: StatusKey) -> bool | None:
        """Whether the last probe of a square failed; for a square of others, whether it is red; None: unknown."""
        known = self._hosts.get(key.host)
        ours = square_failed(known.host, key.test, known.latest) if known is not None else None
        if ours is not None:
            return ours
        color = self._color_of(key)
        return None if color is None else color is Color.RED

    def probed_as(self, key: StatusKey) -> StatusKey:
        """The square whose round tells of that one; most are their own."""
        known = self._hosts.get(key.host)
        return key if known is None else StatusKey(key.host, probed_as(known.host, key.test))

    def silent(self, host: str) -> bool:
        """Whether the host did not answer its last ping."""
        known = self._hosts.get(host)
        return known is not None and host_silent(known.host, known.latest)

    def is_explained_by(self, key: StatusKey, other: StatusKey, began: float) -> bool:
        """Whether enough is known of `other` to judge what `key` saw in the round that began then.

        Enough is a probe that began no earlier than that round; a failing one only has to be younger than the failure.
        """
        probed = self._time(other, "probed")
        if probed >= began:
            return True
        return bool(self.failed(other)) and probed >= self._time(key, "failing_since")

    def is_settled(self, key: StatusKey) -> bool:
        """Whether its failure is known to be its own, or there is none."""
        known = self._hosts.get(key.host)
        return known is None or key not in known.failing_since or key in known.settled

    def _time(self, key: StatusKey, table: str) -> float:
        known = self._hosts.get(key.host)
        times: dict[StatusKey, float] = getattr(known, table) if known is not None else {}
        return times.get(key, _LONG_AGO)

    def _host_of(self, name: str) -> Host | None:
        known = self._hosts.get(name)
        return known.host if known is not None else None
