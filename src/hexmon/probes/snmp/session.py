"""Asking one device: the same question again while nothing comes, within the time of the poll."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from hexmon.probes.datagram import LARGEST, Datagrams
from hexmon.probes.snmp.ber import Absent, BadEncoding, Oid, Value
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.snmp.pdu import (
    GET,
    GET_NEXT,
    NO_SUCH_NAME,
    REPORT,
    RESPONSE,
    TOO_BIG,
    Answer,
    Community,
    Dialect,
    Question,
)
from hexmon.probes.snmp.usm import Denied, Usm

# Before the device has answered once, the first pause is this share of the poll's time; then it goes by how long the
# device takes for an answer. Each pause is longer than the one before.
_FIRST_SHARE: Final = 0.1
_FIRST: Final = (0.05, 1.0)  # at least, at most, seconds
_LEAST: Final = 0.1
_SLACK: Final = 3  # times as long as the slowest answer so far
_GROWTH: Final = 1.6
_MOST_TRIES: Final = 30
_MOST_GARBAGE: Final = 3  # answers that are none, and nothing else: no more will come
_MOST_REPORTS: Final = 4
_AT_ONCE: Final = 30  # variables of one Get
_OFFICIAL: Final = 0x7FFF_FFFF
_MOST_OCTETS: Final = 8 << 20  # of one poll


class Refusal(Exception):  # noqa: N818 - the name says what is so
    """The device answers with an error; `status` is its name (RFC 3416: "genErr")."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Garbage(Exception):  # noqa: N818 - the name says what is so
    """Something came, and nothing of it was an answer."""


class OutOfTime(Exception):  # noqa: N818 - the name says what is so
    """The time that a part of the poll may take is over."""


def dialect_of(options: SnmpOptions, monotonic: Callable[[], float]) -> Dialect:
    """The version of SNMP that the options name."""
    if options.version == "3":
        return Usm(options, monotonic)
    return Community(options.community.encode(), bulk=options.version == "2c")


class Session:
    """One poll of one device. `requests` counts the datagrams sent, `received` the octets that came.

    Times are those of `monotonic`, in seconds. `deadline` is when the poll ends; `patience` bounds how long one
    question is asked, None: until then. With `vlan` the questions are about that VLAN. What is asked raises
    TimeoutError (no answer), Garbage, Denied, Refusal and OSError; once the time is over, OutOfTime.
    """

    def __init__(self, link: Datagrams, dialect: Dialect, monotonic: Callable[[], float], seconds: float) -> None:
        self._link = link
        self._dialect = dialect
        self._monotonic = monotonic
        self._pause = min(max(seconds * _FIRST_SHARE, _FIRST[0]), _FIRST[1])
        self._slowest = 0.0
        self.seconds = seconds
        self.deadline = monotonic() + seconds
        self.patience: float | None = None
        self.vlan = 0
        self.answered = False
        self.requests = 0
        self.received = 0

    @property
    def bulk(self) -> bool:
        """Whether the device understands GetBulk."""
        return self._dialect.bulk

    @property
    def hint(self) -> str:
        """What a silence may mean, beyond that nobody is there."""
        if self.answered or not isinstance(self._dialect, Usm) or not self._dialect.met:
            return ""
        return "the device speaks version 3, but does not answer this user: is the password of privacy right?"

    async def ask(self, question: Question) -> Answer:
        """The answer, whatever its error status."""
        for _ in range(_MOST_REPORTS):
            answer = await self._exchange(question)
            if answer.kind != REPORT:
                self.answered = True
                return answer
            if not isinstance(self._dialect, Usm):
                raise Garbage("a report, which only version 3 has")
            self._dialect.learn(answer)
        raise Denied("it reports again and again, and does not answer")

    async def _exchange(self, question: Question) -> Answer:
        """An answer to an earlier copy of the question is one, too: all have the same number."""
        number = secrets.randbelow(_OFFICIAL) + 1
        heard = Heard(self._dialect, number)
        message = self._dialect.wrap(question, number, self.vlan)
        for pause in self._pauses():
            self.requests += 1
            asked = self._monotonic()
            try:
                answer = await self._link.ask(message, heard.accept, (pause,))
            except TimeoutError as error:
                if error.errno is not None:
                    raise
                if heard.wrong >= _MOST_GARBAGE:
                    break
                continue
            self._slowest = max(self._slowest, self._monotonic() - asked)
            self.received += answer.size
            if self.received > _MOST_OCTETS:
                raise Garbage("it answers more than anybody can use")
            return answer
        if heard.garbage:
            raise Garbage(heard.garbage)
        raise TimeoutError

    def _pauses(self) -> Sequence[float]:
        """How long to listen after each copy; together they end at the deadline, or with the patience."""
        left = self.deadline - self._monotonic()
        if left <= 0:
            raise OutOfTime
        left = min(left, self.patience or left)
        pauses: list[float] = []
        pause = min(self._pause, _SLACK * self._slowest + _LEAST) if self._slowest else self._pause
        while left > 0 and len(pauses) < _MOST_TRIES:
            pauses.append(min(pause, left))
            left -= pause
            pause *= _GROWTH
        return pauses

    async def get(self, oids: Sequence[Oid]) -> dict[Oid, Value]:
        """The values of those that the device has; the others are not in it."""
        values: dict[Oid, Value] = {}
        for start in range(0, len(oids), _AT_ONCE):
            wanted = tuple(oids[start : start + _AT_ONCE])
            values |= await (self._get(wanted) if self.bulk else self._get_by_next(wanted))
        return values

    async def _get(self, oids: tuple[Oid, ...]) -> dict[Oid, Value]:
        """Halves when one answer cannot hold them all, and when the device fails for one of them."""
        answer = await self.ask(Question(GET, oids))
        if not answer.status:
            asked = frozenset(oids)
            return {oid: value for oid, value in answer.values if oid in asked and not _is_absent(value)}
        if len(oids) == 1:
            if answer.status == TOO_BIG:
                raise Refusal(answer.wrong)
            return {}
        if answer.status != TOO_BIG and 0 < answer.index <= len(oids):
            return await self._get(oids[: answer.index - 1] + oids[answer.index :])
        half = len(oids) // 2
        return await self._get(oids[:half]) | await self._get(oids[half:])

    async def _get_by_next(self, oids: tuple[Oid, ...]) -> dict[Oid, Value]:
        """Version 1 fails the whole question for one object that is missing; what comes next is always there."""
        before = {oid: _just_before(oid) for oid in oids}
        rows = await self.next_of(tuple(before.values()))
        return {
            oid: found[1]
            for oid in oids
            if (found := rows.get(before[oid])) and found[0] == oid and not _is_absent(found[1])
        }

    async def next_of(self, oids: tuple[Oid, ...]) -> dict[Oid, tuple[Oid, Value]]:
        """For each of them what comes after it, with GetNext; nothing for those that are the last of all."""
        answer = await self.ask(Question(GET_NEXT, oids))
        if not answer.status:
            return dict(zip(oids, answer.values, strict=False))
        if len(oids) == 1:
            if answer.status == NO_SUCH_NAME:
                return {}
            raise Refusal(answer.wrong)
        if answer.status == NO_SUCH_NAME and 0 < answer.index <= len(oids):
            return await self.next_of(oids[: answer.index - 1] + oids[answer.index :])
        half = len(oids) // 2
        return await self.next_of(oids[:half]) | await self.next_of(oids[half:])


class Heard:
    """What came in answer to one question."""

    def __init__(self, dialect: Dialect, number: int) -> None:
        self._dialect = dialect
        self._number = number
        self.garbage = ""
        self.wrong = 0

    def accept(self, data: bytes) -> Answer | None:
        try:
            answer = self._dialect.unwrap(data)
        except BadEncoding as error:
            if len(data) >= LARGEST:  # it was cut off there
                return Answer(RESPONSE, self._number, TOO_BIG, 0, (), len(data))
            self.garbage = str(error)
            self.wrong += 1
            return None
        return answer if answer.number == self._number else None


def _is_absent(value: Value) -> bool:
    return value is None or isinstance(value, Absent)


def _just_before(oid: Oid) -> Oid:
    """What GetNext is asked with to find this one."""
    return oid[:-1] if oid[-1] == 0 else (*oid[:-1], oid[-1] - 1)
