"""Questions and answers of SNMP (RFC 3416), and the messages of versions 1 and 2c around them (RFC 1157, 1901)."""

from typing import Final, Protocol

import msgspec

from hexmon.probes.snmp.ber import SEQUENCE, BadEncoding, Oid, Reader, Value, integer, octets, sequence, variables

GET: Final = 0xA0
GET_NEXT: Final = 0xA1
RESPONSE: Final = 0xA2
GET_BULK: Final = 0xA5
REPORT: Final = 0xA8

TOO_BIG: Final = 1
NO_SUCH_NAME: Final = 2

# RFC 3416 section 3, in order.
_STATUSES: Final = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip


class Question(msgspec.Struct, frozen=True, gc=False):
    """`repetitions` counts for GET_BULK only."""

    kind: int
    oids: tuple[Oid, ...]
    repetitions: int = 0

    def encode(self, number: int) -> bytes:
        """The question as bytes; `number` is its request-id."""
        second, third = (0, self.repetitions) if self.kind == GET_BULK else (0, 0)
        return sequence(integer(number), integer(second), integer(third), variables(self.oids), tag=self.kind)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """`status` is 0 when nothing was wrong; `index` says which variable it was, from 1 on, 0 for none."""

    kind: int
    number: int
    status: int
    index: int
    values: tuple[tuple[Oid, Value], ...]
    size: int = 0

    @property
    def wrong(self) -> str:
        """The name of its status."""
        return _STATUSES[self.status] if 0 <= self.status < len(_STATUSES) else f"error {self.status}"


class Dialect(Protocol):
    """A version of SNMP: how questions become messages, and messages answers."""

    bulk: bool

    def wrap(self, question: Question, number: int, vlan: int = 0) -> bytes:
        """The message that asks it, about the device or one VLAN of it."""
        ...

    def unwrap(self, data: bytes) -> Answer:
        """The answer in a message, whatever it answers. Raises BadEncoding for what is no message for us."""
        ...


def read_answer(reader: Reader, size: int) -> Answer:
    """The next element, which is an answer or a report."""
    kind, body = reader.choice(RESPONSE, REPORT)
    number, status, index = body.integer(), body.integer(), body.integer()
    values: list[tuple[Oid, Value]] = []
    listed = body.enter(SEQUENCE)
    while listed.more:
        pair = listed.enter(SEQUENCE)
        values.append((pair.object_id(), pair.value()))
    return Answer(kind, number, status, index, tuple(values), size)


class Community:
    """Versions 1 and 2c: a password in the clear."""

    def __init__(self, community: bytes, *, bulk: bool) -> None:
        self._version = int(bulk)
        self._community = community
        self.bulk = bulk

    def wrap(self, question: Question, number: int, vlan: int = 0) -> bytes:
        community = self._community + f"@{vlan}".encode() if vlan else self._community
        return sequence(integer(self._version), octets(community), question.encode(number))

    def unwrap(self, data: bytes) -> Answer:
        message = Reader(data).enter(SEQUENCE)
        if message.integer() != self._version:
            raise BadEncoding("another version of SNMP")
        message.octets()  # some devices answer with another community, and mean it
        return read_answer(message, len(data))
