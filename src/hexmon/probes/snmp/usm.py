"""Version 3 with the user-based security model (RFC 3412, 3414): who asks is proved, and so is who answers."""

import hmac
import secrets
from collections.abc import Callable
from typing import Final

from hexmon.probes.snmp.ber import OCTETS, SEQUENCE, BadEncoding, Reader, integer, octets, parse_oid, sequence
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.snmp.pdu import GET, REPORT, Answer, Question, read_answer
from hexmon.probes.snmp.usm_keys import DIGESTS, decrypt, encrypt, localized_key, privacy_key, sign

_AUTHENTICATED: Final = 1
_ENCRYPTED: Final = 2
_REPORTABLE: Final = 4
_LARGEST: Final = 16000  # octets of a message that we take
_MODEL: Final = 3
_WINDOW: Final = 150  # seconds, RFC 3414 section 2.2.3
_STATS: Final = parse_oid("1.3.6.1.6.3.15.1.1")
_NOT_IN_WINDOW: Final = 2
_UNKNOWN_ENGINE: Final = 4

# What a report says by the counter that it names (RFC 3414 section 5), in words.
_REPORTS: Final = {
    1: "the device does not offer this level of security to the user",
    _NOT_IN_WINDOW: "not in time window",
    3: "unknown user",
    _UNKNOWN_ENGINE: "unknown engine ID",
    5: "wrong password or protocol of authentication",
    6: "wrong password or protocol of privacy",
}


class Denied(Exception):  # noqa: N818 - the name says what is so
    """The device answered that it will not answer; the text says why."""


class _Head:
    """What is around the inner part of a message."""

    __slots__ = ("_data", "_signed", "authenticated", "boots", "encrypted", "engine", "number", "salt", "time", "user")

    def __init__(self, data: bytes, message: Reader) -> None:
        if message.integer() != _MODEL:
            raise BadEncoding("another version of SNMP")
        head = message.enter(SEQUENCE)
        self.number = head.integer()
        head.integer()
        flags = head.octets()
        if head.integer() != _MODEL or len(flags) != 1:
            raise BadEncoding("another security model")
        self.authenticated = bool(flags[0] & _AUTHENTICATED)
        self.encrypted = bool(flags[0] & _ENCRYPTED)
        security = message.enter(OCTETS).enter(SEQUENCE)
        self.engine = security.octets()
        self.boots, self.time = security.integer(), security.integer()
        if not (0 <= self.boots < 1 << 31 and 0 <= self.time < 1 << 31):
            raise BadEncoding("no time of an engine")
        self.user = security.octets()
        tag, start, end = security.element()
        if tag != OCTETS:
            raise BadEncoding("no octets")
        self._data, self._signed = data, (start, end)
        self.salt = security.octets()

    def is_signed(self, protocol: str, key: bytes) -> bool:
        start, end = self._signed
        blank = self._data[:start] + bytes(end - start) + self._data[end:]
        return hmac.compare_digest(sign(protocol, key, blank), self._data[start:end])

    def with_signature(self, protocol: str, key: bytes) -> bytes:
        """The message, which has zeros there, with its signature."""
        start, end = self._signed
        return self._data[:start] + sign(protocol, key, self._data) + self._data[end:]


class Usm:
    """One user on one device. It learns the device's engine ID and clock from the first report."""

    bulk = True

    def __init__(self, options: SnmpOptions, monotonic: Callable[[], float]) -> None:
        self._options = options
        self._monotonic = monotonic
        self._engine = b""
        self._boots, self._time, self._noted = 0, 0, monotonic()
        self._auth_key, self._privacy_key = b"", b""
        self._salt = secrets.randbits(64)
        self._mended = False

    @property
    def met(self) -> bool:
        """Whether the device has told its engine ID."""
        return bool(self._engine)

    def wrap(self, question: Question, number: int, vlan: int = 0) -> bytes:
        """The question; as long as the engine is not known, one that asks for nothing but that."""
        if not self._engine:
            return self._message(number, sequence(octets(b""), octets(b""), Question(GET, ()).encode(number)), b"")
        context = (f"vlan-{vlan}" if vlan else self._options.context).encode()
        inner = sequence(octets(self._engine), octets(context), question.encode(number))
        salt = b""
        if self._privacy_key:
            salt = self._next_salt()
            stamp = (self._boots, self._engine_time())
            inner = octets(encrypt(self._options.privacy_protocol, self._privacy_key, stamp, salt, inner))
        return self._message(number, inner, salt)

    def _message(self, number: int, inner: bytes, salt: bytes) -> bytes:
        user = self._options.user.encode() if self._engine else b""
        blank = bytes(DIGESTS[self._options.auth_protocol][1]) if self._auth_key else b""
        flags = _REPORTABLE | (_AUTHENTICATED if blank else 0) | (_ENCRYPTED if salt else 0)
        head = sequence(integer(number), integer(_LARGEST), octets(bytes((flags,))), integer(_MODEL))
        clock = integer(self._boots) + integer(self._engine_time())
        security = sequence(octets(self._engine), clock, octets(user), octets(blank), octets(salt))
        message = sequence(integer(_MODEL), head, octets(security), inner)
        if not blank:
            return message
        return _Head(message, Reader(message).enter(SEQUENCE)).with_signature(
            self._options.auth_protocol, self._auth_key
        )

    def _engine_time(self) -> int:
        return self._time + int(self._monotonic() - self._noted) if self._engine else 0

    def _next_salt(self) -> bytes:
        """Never the same twice: with DES the boots of the engine are its first half (RFC 3414 section 8.1.1.1)."""
        self._salt = (self._salt + 1) & 0xFFFF_FFFF_FFFF_FFFF
        salt = self._salt.to_bytes(8, "big")
        return self._boots.to_bytes(4, "big") + salt[4:] if self._options.privacy_protocol == "DES" else salt

    def unwrap(self, data: bytes) -> Answer:
        """An answer counts only with the security that the question had; reports may come without."""
        message = Reader(data).enter(SEQUENCE)
        head = _Head(data, message)
        if self._engine and head.engine != self._engine:
            raise BadEncoding("of another engine")
        proved = head.authenticated and self._is_proved(head)
        answer = read_answer(self._inner(message, head), len(data))
        if answer.kind == REPORT:
            self._note(head, answer)
            return Answer(REPORT, head.number, answer.status, answer.index, answer.values, answer.size)
        if (self._auth_key and not proved) or (self._privacy_key and not head.encrypted) or not self._engine:
            raise BadEncoding("less secure than the question")
        return answer

    def _is_proved(self, head: _Head) -> bool:
        if not self._auth_key or not head.is_signed(self._options.auth_protocol, self._auth_key):
            raise BadEncoding("a wrong signature")
        now = self._engine_time()
        if head.boots < self._boots or (head.boots == self._boots and head.time < now - _WINDOW):
            raise BadEncoding("too old")
        self._boots, self._time, self._noted = head.boots, head.time, self._monotonic()
        return True

    def _inner(self, message: Reader, head: _Head) -> Reader:
        if head.encrypted:
            if not self._privacy_key:
                raise BadEncoding("encrypted, and nobody asked for that")
            protocol, stamp = self._options.privacy_protocol, (head.boots, head.time)
            try:
                plain = decrypt(protocol, self._privacy_key, stamp, head.salt, message.octets())
            except ValueError as error:
                raise BadEncoding(str(error)) from None
            inner = Reader(plain).enter(SEQUENCE)
        else:
            inner = message.enter(SEQUENCE)
        inner.octets()
        inner.octets()
        return inner

    def _note(self, head: _Head, report: Answer) -> None:
        """The first report tells who the device is; later ones change nothing but by what is proved in them."""
        if self._engine or not head.engine:
            return
        if _counter(report) != _UNKNOWN_ENGINE:
            raise BadEncoding("a report that does not tell the engine")
        self.adopt(head.engine, head.boots, head.time)

    def adopt(self, engine: bytes, boots: int, time: int) -> None:
        """Speak to the device of that engine ID, whose clock says that."""
        self._engine = engine
        self._boots, self._time, self._noted = boots, time, self._monotonic()
        options = self._options
        if options.auth_password:
            self._auth_key = localized_key(options.auth_protocol, options.auth_password, engine)
            if options.privacy_password:
                self._privacy_key = privacy_key(
                    options.auth_protocol, options.privacy_protocol, options.privacy_password, engine
                )

    def learn(self, report: Answer) -> None:
        """Whether asking again is of use after that report: if not, Denied says why not."""
        counter = _counter(report)
        if counter in (_UNKNOWN_ENGINE, _NOT_IN_WINDOW) and not self._mended:
            # The first may be met on the way to the engine ID, the second once: the clock is known now.
            self._mended = counter == _NOT_IN_WINDOW
            return
        raise Denied(_REPORTS.get(counter, "the device refuses the message and does not say why"))


def _counter(report: Answer) -> int:
    """Which of the counters of RFC 3414 a report names, 0 for none of them."""
    for oid, _ in report.values:
        if oid[: len(_STATS)] == _STATS and len(oid) > len(_STATS):
            return oid[len(_STATS)]
    return 0
