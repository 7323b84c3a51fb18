"""Questions and answers of DNS (RFC 1035) as bytes and as text; what is decoded of one answer is bounded."""

import ipaddress
import struct
from collections.abc import Iterator

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset
import msgspec

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")  # behind the owner's name: type, class, TTL, length of the data
_POINTER = 0xC0
_LONGEST_LABEL = 63

# A message of 64 KB whose names are chains of pointers takes dnspython half a second: of each so many are read.
MOST_RECORDS = 100
_LONGEST_DATA = 2000
_LONGEST_TEXT = 16_000
_SECTIONS = ("Answers", "NS records", "Additional records")

NAME_NOT_FOUND, NO_DATA, BAD_ANSWER = "Name not found", "No data returned from server", "Bad response from server"
_WORDS = {
    dns.rcode.FORMERR: "Server could not understand query",
    dns.rcode.SERVFAIL: "Server failed",
    dns.rcode.NXDOMAIN: NAME_NOT_FOUND,
    dns.rcode.NOTIMP: "Not implemented",
    dns.rcode.REFUSED: "Server refused query",
}
# What goes wrong while strangers' bytes are decoded; dnspython's own errors and those of its converters.
_UNREADABLE = (dns.exception.DNSException, ValueError, KeyError, IndexError, struct.error, NotImplementedError)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question, as text and as it is sent."""

    number: int
    name: dns.name.Name
    kind: dns.rdatatype.RdataType
    wire: bytes


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said to one question.

    `words` are empty when it answered it, else say why not. `records` counts the answers, `soas` the SOA records
    among them; `ttl` (seconds) is the smallest of those that were read, -1 without any.
    """

    words: str
    text: str
    rcode: int
    truncated: bool
    records: int
    soas: int
    ttl: int


def record_type(word: str) -> int | None:
    """The number of `mx`, `15` or `TYPE15`; None for what is no type of records."""
    text = f"TYPE{word}" if word.isascii() and word.isdigit() else word
    try:
        return int(dns.rdatatype.from_text(text))
    except (dns.exception.DNSException, ValueError):
        return None


def question_name(name: str, kind: int) -> dns.name.Name:
    """The name to ask for: of an IP address whose PTR is wanted, its name in `arpa.`. Raises ValueError."""
    try:
        if kind == dns.rdatatype.PTR and _is_address(name):
            return dns.reversename.from_address(name)
        return dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"'{name}' is no name in DNS: {error}") from None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def make_query(name: str, kind: int) -> Query:
    """A question with a random id that wants recursion and asks for the AD flag (RFC 6840). Raises ValueError."""
    wanted = question_name(name, kind)
    message = dns.message.make_query(
        wanted, dns.rdatatype.RdataType.make(kind), use_edns=False, flags=dns.flags.RD | dns.flags.AD
    )
    return Query(number=message.id, name=wanted, kind=dns.rdatatype.RdataType.make(kind), wire=message.to_wire())


def read_answer(wire: bytes, query: Query) -> Answer | None:
    """The answer to that question, however broken; None for what is another message."""
    if len(wire) < _HEADER.size:
        return None
    number, flags, *_ = _HEADER.unpack_from(wire)
    if number != query.number or not flags & dns.flags.QR or dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        return None
    cut = _cut(wire)
    message = _decoded(cut.wire)
    if message is None:
        return no_answer(query, flags & 0xF, bool(flags & dns.flags.TC))
    if not _same_question(message, query):
        return None
    ttls = [rrset.ttl for rrset in message.answer]
    return Answer(
        words=_words(message, cut),
        text=_text(message, cut, query),
        rcode=int(message.rcode()),
        truncated=bool(flags & dns.flags.TC),
        records=cut.counts[0],
        soas=cut.soas,
        ttl=min(ttls, default=-1),
    )


def _words(message: dns.message.Message, cut: "_Cut") -> str:
    rcode = message.rcode()
    if rcode != dns.rcode.NOERROR:
        return _WORDS.get(rcode, f"Server answered {dns.rcode.to_text(rcode)}")
    if cut.damaged or message.errors:
        return BAD_ANSWER
    return "" if cut.counts[0] else NO_DATA


def no_answer(query: Query, rcode: int = 0, truncated: bool = False) -> Answer:
    """Somebody answered, and it cannot be read."""
    text = f"id: {query.number}\n"
    return Answer(words=BAD_ANSWER, text=text, rcode=rcode, truncated=truncated, records=0, soas=0, ttl=-1)


def continued(answer: Answer, wire: bytes, query: Query) -> Answer:
    """One more message of a transfer: its records are counted, not read."""
    if len(wire) < _HEADER.size:
        return msgspec.structs.replace(answer, words=BAD_ANSWER)
    number, flags, *_ = _HEADER.unpack_from(wire)
    cut = _cut(wire)
    good = number == query.number and flags & dns.flags.QR and not flags & 0xF and not cut.damaged and cut.counts[0]
    return msgspec.structs.replace(
        answer,
        words="" if good else BAD_ANSWER,
        records=answer.records + cut.counts[0],
        soas=answer.soas + cut.soas,
    )


def _decoded(wire: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(wire, one_rr_per_rrset=True, continue_on_error=True)
    except _UNREADABLE:
        return None


def _same_question(message: dns.message.Message, query: Query) -> bool:
    """A server may leave the question out when it could not read it."""
    if not message.question:
        return message.rcode() != dns.rcode.NOERROR
    asked = message.question[0]
    return (asked.name, asked.rdtype, asked.rdclass) == (query.name, query.kind, dns.rdataclass.IN)


# The beginning of a message


class _Cut(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a message with so many records, a message itself.

    `counts` are the records that the whole one really has in its three sections, `soas` the SOA among the answers.
    """

    wire: bytes
    counts: tuple[int, int, int]
    soas: int
    damaged: bool


def _cut(wire: bytes) -> _Cut:
    number, flags, questions, *claimed = _HEADER.unpack_from(wire)
    found, kept = [0, 0, 0], [0, 0, 0]
    soas, end = 0, _HEADER.size
    damaged = False
    try:
        position = end = _after_questions(wire, questions)
        for section, count in enumerate(claimed):
            for _ in range(count):
                position, kind = _after_record(wire, position)
                found[section] += 1
                soas += section == 0 and kind == dns.rdatatype.SOA
                if sum(kept) < MOST_RECORDS:
                    kept[section] += 1
                    end = position
    except (IndexError, struct.error):
        damaged = True
    answers, authority, additional = found
    return _Cut(
        wire=_HEADER.pack(number, flags, questions, *kept) + wire[_HEADER.size : end],
        counts=(answers, authority, additional),
        soas=soas,
        damaged=damaged,
    )


def _after_questions(wire: bytes, count: int) -> int:
    position = _HEADER.size
    for _ in range(count):
        position = _after_name(wire, position) + 4
    return position


def _after_record(wire: bytes, position: int) -> tuple[int, int]:
    """Where the next record begins, and the type of this one."""
    position = _after_name(wire, position)
    kind, _, _, length = _RECORD.unpack_from(wire, position)
    position += _RECORD.size + length
    if position > len(wire):
        raise IndexError
    return position, kind


def _after_name(wire: bytes, position: int) -> int:
    """Names end with an empty label or with a pointer, which is not followed here."""
    while length := wire[position]:
        if length >= _POINTER:
            return position + 2
        if length > _LONGEST_LABEL:
            raise IndexError
        position += 1 + length
    return position + 1


# Text


def _text(message: dns.message.Message, cut: _Cut, query: Query) -> str:
    """Header, question and the three sections."""
    lines = [
        f"id: {message.id}",
        f"flags: {_flags(message.flags)}",
        f"opcode: {dns.opcode.to_text(message.opcode())}",
        f"rcode: {dns.rcode.to_text(message.rcode())}",
        "Questions:",
        f"\t{_name(query.name)}\t\t{dns.rdatatype.to_text(query.kind)}",
    ]
    room = _LONGEST_TEXT
    for title, rrsets, count in zip(_SECTIONS, message.sections[1:], cut.counts, strict=True):
        lines.append(f"{title}:")
        shown = []
        for line in _records(rrsets):
            room -= len(line)
            if room < 0:
                break
            shown.append(line)
        lines += shown
        if len(shown) < count:
            lines.append(f"\t... and {count - len(shown)} more")
    return "\n".join(lines) + "\n"


def _flags(flags: int) -> str:
    return f"{dns.flags.to_text(flags & ~0x000F).lower()}"


def _name(name: dns.name.Name) -> str:
    text = name.to_text(omit_final_dot=True)
    return f"{'' if text == '.' else text:<15}."


def _records(rrsets: list[dns.rrset.RRset]) -> Iterator[str]:
    for rrset in rrsets:
        class_of = "" if rrset.rdclass == dns.rdataclass.IN else f"{dns.rdataclass.to_text(rrset.rdclass)}\t"
        kind = dns.rdatatype.to_text(rrset.rdtype)
        for rdata in rrset:
            try:
                data = rdata.to_text()
            except _UNREADABLE:
                data = "(cannot be shown)"
            if len(data) > _LONGEST_DATA:
                data = f"{data[:_LONGEST_DATA]} ..."
            yield f"\t{_name(rrset.name)}\t{rrset.ttl}\t{class_of}{kind}\t{data}"
