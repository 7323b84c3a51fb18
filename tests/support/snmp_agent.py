"""A little SNMP agent of versions 1 and 2c, for a `with serve_datagrams(agent)`; it can be made to misbehave."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from hexmon.probes.snmp.ber import (
    SEQUENCE,
    Oid,
    Reader,
    integer,
    object_id,
    octets,
    parse_oid,
    sequence,
    tlv,
)  # fmt: skip
from hexmon.probes.snmp.pdu import GET, GET_BULK, RESPONSE
from tests.support.snmprec import ADDRESS, COUNTER, COUNTER64, GAUGE, INTEGER, OBJECT, OCTETS, TICKS, Recording, Told

_TAGS = {COUNTER: 0x41, GAUGE: 0x42, TICKS: 0x43, COUNTER64: 0x46}
_END_OF_VIEW = tlv(0x82, b"")
_NO_SUCH_OBJECT = tlv(0x80, b"")
_MOST = 100  # variables of an answer

Pair = tuple[Oid, bytes]


def encoded(kind: str, value: Told) -> bytes:
    """A value of a recording as it is sent."""
    if isinstance(value, bytes):
        return octets(value)
    if isinstance(value, int):
        return integer(value, _TAGS.get(kind, 2))
    if kind == OBJECT:
        return object_id(parse_oid(value))
    if kind == ADDRESS:
        return tlv(0x40, bytes(map(int, value.split("."))))
    assert kind in (OCTETS, INTEGER)
    return octets(value.encode())


class Asked:
    """A question as the agent reads it."""

    def __init__(self, data: bytes) -> None:
        message = Reader(data).enter(SEQUENCE)
        self.version = message.integer()
        self.community = message.octets()
        self.kind, body = message.choice(GET, 0xA1, GET_BULK)
        self.number, self.first, self.second = body.integer(), body.integer(), body.integer()
        listed = body.enter(SEQUENCE)
        self.oids: list[Oid] = []
        while listed.more:
            self.oids.append(listed.enter(SEQUENCE).object_id())

    def answer(self, pairs: Sequence[Pair], status: int = 0, index: int = 0, *, number: int | None = None) -> bytes:
        """The message that answers it."""
        values = sequence(*(sequence(object_id(oid), value) for oid, value in pairs))
        head = integer(self.number if number is None else number) + integer(status) + integer(index)
        pdu = tlv(RESPONSE, head + values)
        return sequence(integer(self.version), octets(self.community), pdu)


class Agent:
    """Answers from a recording. `asked` keeps every question; `spoil` may answer in another way, or None as usual."""

    def __init__(self, device: Recording, spoil: Callable[[Asked], Iterable[bytes] | None] | None = None) -> None:
        self.values = {oid: encoded(*told) for oid, told in device.values.items()}
        self.order = sorted(self.values)
        self.asked: list[Asked] = []
        self._spoil = spoil

    def __call__(self, data: bytes) -> Iterable[bytes]:
        asked = Asked(data)
        self.asked.append(asked)
        spoiled = self._spoil(asked) if self._spoil else None
        return [self.usual(asked)] if spoiled is None else spoiled

    def usual(self, asked: Asked) -> bytes:
        if asked.kind == GET:
            return asked.answer([(oid, self.values.get(oid, _NO_SUCH_OBJECT)) for oid in asked.oids])
        if asked.kind == GET_BULK:
            return asked.answer(self._bulk(asked.oids, asked.second))
        pairs = [self.after(oid) for oid in asked.oids]
        for index, (_, value) in enumerate(pairs, 1):
            if value is _END_OF_VIEW:
                return asked.answer([(oid, tlv(5, b"")) for oid in asked.oids], 2, index)
        return asked.answer(pairs)

    def after(self, oid: Oid) -> Pair:
        at = bisect_right(self.order, oid)
        return (self.order[at], self.values[self.order[at]]) if at < len(self.order) else (oid, _END_OF_VIEW)

    def _bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Pair]:
        pairs: list[Pair] = []
        row = list(oids)
        for _ in range(repetitions):
            found = [self.after(oid) for oid in row]
            pairs += found
            row = [oid for oid, _ in found]
        return pairs[:_MOST]
