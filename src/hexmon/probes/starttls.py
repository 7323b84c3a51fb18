"""From plain text to TLS on the same connection: the little dialogues of STARTTLS, one per protocol."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from hexmon.probes.ldap_starttls import START_TLS, end_of_message, extended_result
from hexmon.probes.wire import Wire

_MOST_HEARD = 8 * 1024  # bytes of one dialogue
_CHUNK = 4096


class Refused(Exception):  # noqa: N818 - the name says what is so; it is a fact about the target
    """The server did not come to the handshake. `summary` is our words, `words` are the server's."""

    def __init__(self, summary: str, words: bytes = b"") -> None:
        super().__init__(summary)
        self.summary = summary
        self.words = words


class Talk:
    """What was said on a connection, and the part of it that nobody has looked at yet."""

    def __init__(self, wire: Wire, host: str, argument: str = "") -> None:
        self._wire = wire
        self.host = host
        self.argument = argument
        self.heard = b""
        self._seen = 0

    async def say(self, data: bytes) -> None:
        await self._wire.send(data)

    async def until(self, end: Callable[[bytes], int | None]) -> bytes:
        """Listen until `end` says how long the answer is in what is not yet seen, and return that. Raises Refused."""
        while (length := end(self.heard[self._seen :])) is None:
            if len(self.heard) >= _MOST_HEARD:
                raise Refused("the server talks without end before TLS")
            data = await self._wire.receive(_CHUNK)
            if not data:
                raise Refused("the server hung up before TLS", _last_line(self.heard))
            self.heard += data
        start, self._seen = self._seen, self._seen + length
        return self.heard[start : self._seen]

    def done(self) -> None:
        """Nothing may follow the last word in the clear: a text slipped in there would pass for an encrypted one."""
        if len(self.heard) > self._seen:
            raise Refused("the server talks on in the clear after agreeing to TLS")


def _last_line(data: bytes) -> bytes:
    return data.strip().rpartition(b"\n")[2].strip()


class _Lines(NamedTuple):
    """A dialogue of lines: the greeting, perhaps a hello and its offers, the wish, and the answer to it.

    `tag` is what the answers to commands begin with (IMAP); without it answers may have several lines of one code.
    """

    greeting: tuple[bytes, ...]
    ask: bytes
    agreed: bytes
    hello: bytes = b""
    offer: bytes = b""
    tag: bytes = b""


# The last line of an answer has a blank behind its code, or nothing (RFC 5321 4.2.1, RFC 959 4.2).
_LAST_OF_ANSWER = re.compile(rb"^\d{3}(?: [^\n]*|\r?)\n", re.MULTILINE)


def _end_of_line(unseen: bytes) -> int | None:
    return unseen.find(b"\n") + 1 or None


def _end_of_answer(unseen: bytes) -> int | None:
    """Of an answer of codes; what does not begin with a code is one line."""
    if not unseen[:3].isdigit():
        return _end_of_line(unseen)
    match = _LAST_OF_ANSWER.search(unseen)
    return None if match is None else match.end()


def _end_of_tagged(tag: bytes) -> Callable[[bytes], int | None]:
    def end(unseen: bytes) -> int | None:
        position = 0 if unseen.startswith(tag) else unseen.find(b"\n" + tag) + 1
        if position == 0 and not unseen.startswith(tag):
            return None
        return unseen.find(b"\n", position) + 1 or None

    return end


_LINES: Mapping[str, _Lines] = {
    "smtp": _Lines((b"220",), b"STARTTLS\r\n", b"220", b"EHLO hexmon\r\n", b"STARTTLS"),
    "imap": _Lines((b"* OK",), b"h1 STARTTLS\r\n", b"h1 OK", tag=b"h1 "),
    "pop3": _Lines((b"+OK",), b"STLS\r\n", b"+OK"),
    "ftp": _Lines((b"220",), b"AUTH TLS\r\n", b"234"),
    "nntp": _Lines((b"200", b"201"), b"STARTTLS\r\n", b"382"),
}


async def _lines(talk: Talk, row: _Lines) -> None:
    coded = row.agreed.isdigit()
    answer = _end_of_answer if coded else _end_of_tagged(row.tag) if row.tag else _end_of_line
    greeting = await talk.until(_end_of_answer if coded else _end_of_line)
    if not greeting.startswith(row.greeting):
        raise Refused("Unexpected service response", _last_line(greeting))
    if row.hello:
        await talk.say(row.hello)
        offers = await talk.until(answer)
        if row.offer not in offers.upper():
            raise Refused("the server does not offer STARTTLS", _last_line(offers))
    await talk.say(row.ask)
    agreed = await talk.until(answer)
    if not _last_line(agreed).startswith(row.agreed):
        raise Refused("the server refuses STARTTLS", _last_line(agreed))


_XMPP_TLS = b"urn:ietf:params:xml:ns:xmpp-tls"
_XMPP_FEATURES = re.compile(rb"</stream:features\s*>|<stream:features\s*/>|</stream:stream\s*>")
_XMPP_ANSWER = re.compile(rb"<(proceed|failure)\b[^>]*>(?:.*</failure\s*>)?", re.DOTALL)


def _end_at(pattern: re.Pattern[bytes]) -> Callable[[bytes], int | None]:
    def end(unseen: bytes) -> int | None:
        match = pattern.search(unseen)
        return None if match is None else match.end()

    return end


async def _xmpp(talk: Talk) -> None:
    """RFC 6120 5.4. The domain may be another than the host: `starttls=xmpp:DOMAIN`."""
    domain = quoteattr(talk.argument or talk.host).encode("utf-8", "replace")
    await talk.say(
        b"<?xml version='1.0'?><stream:stream to=" + domain + b" version='1.0' xmlns='jabber:client'"
        b" xmlns:stream='http://etherx.jabber.org/streams'>"
    )
    features = await talk.until(_end_at(_XMPP_FEATURES))
    if _XMPP_TLS not in features:
        raise Refused("the server does not offer STARTTLS", _last_line(features))
    await talk.say(b"<starttls xmlns='" + _XMPP_TLS + b"'/>")
    answer = await talk.until(_end_at(_XMPP_ANSWER))
    if b"<proceed" not in answer:
        raise Refused("the server refuses STARTTLS", _last_line(answer))


async def _ldap(talk: Talk) -> None:
    """RFC 4511 4.14."""
    await talk.say(START_TLS)
    try:
        code, words = extended_result(await talk.until(end_of_message))
    except ValueError:
        raise Refused("Unexpected service response", talk.heard) from None
    if code:
        raise Refused(f"the server refuses STARTTLS (result {code})", words)


_OTHERS: Mapping[str, Callable[[Talk], Awaitable[None]]] = {"xmpp": _xmpp, "ldap": _ldap}

PROTOCOLS = (*_LINES, *_OTHERS)
"""What may stand behind `starttls=` in protocols.cfg."""


async def agree(talk: Talk, protocol: str) -> None:
    """Have the dialogue of one of PROTOCOLS until the server expects the handshake. Raises Refused, OSError."""
    row = _LINES.get(protocol)
    if row is not None:
        await _lines(talk, row)
    else:
        await _OTHERS[protocol](talk)
    talk.done()
