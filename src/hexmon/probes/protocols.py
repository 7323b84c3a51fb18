"""protocols.cfg: how simple TCP services are spoken to.

The grammar is that of Xymon's file of the same name (protocols.cfg(5)): `[name|alias]` starts a service, and the lines
`send "text"`, `expect "text"`, `options a,b` and `port N` below it belong to all its names.
"""

import difflib
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Protocol

import msgspec

from hexmon.model.origin import Origin, Problem
from hexmon.probes.starttls import PROTOCOLS

SHIPPED = "protocols.cfg"
_DIRECTIVES = ("send", "expect", "options", "port")
_FLAGS = ("banner", "ssl", "telnet")
_OPTIONS = (*_FLAGS, "alpn=", "starttls=")
# How services that speak first begin. Whether a service does is not in the file, so its expected answer tells.
_GREETINGS = (b"220", b"* OK", b"+OK", b"200", b"201", b"SSH", b"RFB ", b"@RSYNCD", b"( success")
# The services that `:tls` brings from plain text to TLS, and the dialogue for it.
_STARTTLS_OF = {
    "smtp": "smtp",
    "submission": "smtp",
    "msa": "smtp",
    "imap": "imap",
    "imap2": "imap",
    "imap3": "imap",
    "imap4": "imap",
    "pop": "pop3",
    "pop3": "pop3",
    "pop-3": "pop3",
    "ftp": "ftp",
    "nntp": "nntp",
    "ldap": "ldap",
    "xmpp": "xmpp",
    "xmpp-client": "xmpp",
}
_SIMPLE_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\", b'"': b'"'}
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_HEX_ESCAPE = len("xNN")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*\Z', re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_./+-]+\Z")
_MAX_PORT = 65535


class SourceLine(Protocol):
    """A logical line and where it was written, as the readers of configuration files give it."""

    @property
    def text(self) -> str: ...

    @property
    def origin(self) -> Origin: ...


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One name of protocols.cfg. `port` is None when nobody knows it: then only NAME:PORT can be tested.

    `starttls` is the dialogue that leads to TLS in every test, "" for none: one of `starttls.PROTOCOLS`, perhaps with
    `:` and what it should know.
    """

    name: str
    port: int | None = None
    send: bytes = b""
    expect: bytes = b""
    ssl: bool = False
    telnet: bool = False
    banner: bool = False
    alpn: tuple[str, ...] = ()
    starttls: str = ""

    @property
    def greets(self) -> bool:
        """Whether the service speaks first, so that what we have to say can wait until then."""
        return bool(self.send) and self.expect.startswith(_GREETINGS)

    @property
    def way_to_tls(self) -> str:
        """The dialogue for `NAME:tls`; "" if there is none."""
        return self.starttls or ("" if self.ssl else _STARTTLS_OF.get(self.name, ""))

    @property
    def reads(self) -> bool:
        """Whether the answer of the service matters."""
        return self.banner or bool(self.expect)


class _PlainLine(msgspec.Struct, frozen=True):
    text: str
    origin: Origin


class _Draft:
    """A service while its lines are read."""

    def __init__(self, names: tuple[str, ...], origin: Origin) -> None:
        self.names = names
        self.origin = origin
        self.port: int | None = None
        self.send = b""
        self.expect = b""
        self.flags: set[str] = set()
        self.alpn: tuple[str, ...] = ()
        self.starttls = ""

    def services(self, port_of: Callable[[str], int | None]) -> Iterable[Service]:
        for name in self.names:
            yield Service(
                name=name,
                port=(port_of(name) if self.port is None else self.port) or None,
                send=self.send,
                expect=self.expect,
                ssl="ssl" in self.flags,
                telnet="telnet" in self.flags,
                banner="banner" in self.flags,
                alpn=self.alpn,
                starttls=self.starttls,
            )


class _LineError(Exception):
    """What is wrong with one line, and what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def system_port(name: str) -> int | None:
    """The port of /etc/services."""
    try:
        return socket.getservbyname(name, "tcp")
    except (OSError, UnicodeError):
        return None


def read_protocols(
    source: str | Iterable[SourceLine],
    origin_source: str = SHIPPED,
    port_of: Callable[[str], int | None] = system_port,
) -> tuple[dict[str, Service], list[Problem]]:
    """The services of a file by lower-case name, every alias on its own; a line that is wrong counts as absent.

    A name that is defined twice has its last definition. `port_of` knows the ports of services without a `port` line.
    """
    services: dict[str, Service] = {}
    problems: list[Problem] = []
    drafts: list[_Draft] = []
    known: dict[str, Origin] = {}
    lines = _plain_lines(source, origin_source) if isinstance(source, str) else source
    skipping = False
    for line in lines:
        text = line.text.strip()
        if not text or text.startswith("#"):
            continue
        try:
            if text.startswith("["):
                skipping = True
                drafts.append(_Draft(_names(text), line.origin))
                skipping = False
                problems.extend(_repeated(drafts[-1], known))
            elif not skipping:
                _read_setting(text, drafts)
        except _LineError as error:
            problems.append(Problem(line.origin, str(error), error.hint, fatal=False))
    for draft in drafts:
        services.update((service.name, service) for service in draft.services(port_of))
    return services, problems


@cache
def _shipped() -> Mapping[str, Service]:
    text = resources.files("hexmon.probes").joinpath(SHIPPED).read_text(encoding="utf-8")
    services, problems = read_protocols(text, f"built in {SHIPPED}")
    if problems:
        raise ValueError(f"the shipped {SHIPPED} is wrong: {problems[0]}")
    return services


def built_in_services() -> dict[str, Service]:
    """The table that is used without a protocols.cfg: all services that Xymon's own file knows."""
    return dict(_shipped())


def _plain_lines(text: str, source: str) -> Iterable[SourceLine]:
    for number, line in enumerate(text.splitlines(), 1):
        yield _PlainLine(line, Origin(source, number))


def _names(text: str) -> tuple[str, ...]:
    if not text.endswith("]"):
        raise _LineError("a service starts with [NAME]", "the closing ] is missing")
    names = tuple(name.strip().lower() for name in text[1:-1].split("|"))
    for name in names:
        if not _NAME.match(name):
            raise _LineError(f"'{name}' cannot be the name of a service", "letters, digits and _ . / + - only")
    return names


def _repeated(draft: _Draft, known: dict[str, Origin]) -> Iterable[Problem]:
    for name in draft.names:
        if name in known:
            yield Problem(draft.origin, f"[{name}] replaces the definition at {known[name]}", fatal=False)
        known[name] = draft.origin


def _read_setting(text: str, drafts: list[_Draft]) -> None:
    word, *rest = text.split(None, 1)
    value = rest[0] if rest else ""
    reader = _READERS.get(word.lower())
    if reader is None:
        raise _LineError(f"'{word}' is not a setting of a service", _meant(word, _DIRECTIVES))
    if not drafts:
        raise _LineError(f"'{word}' before the first service", "start the service with [NAME]")
    reader(drafts[-1], value)


def _read_send(draft: _Draft, value: str) -> None:
    draft.send = unquote(value)


def _read_expect(draft: _Draft, value: str) -> None:
    draft.expect = unquote(value)


def _read_port(draft: _Draft, value: str) -> None:
    if not value.isascii() or not value.isdigit() or int(value) > _MAX_PORT:
        raise _LineError(f"port '{value}' is not a number from 0 to {_MAX_PORT}")
    draft.port = int(value)


def _read_options(draft: _Draft, value: str) -> None:
    for option in filter(None, (word.strip() for word in value.split(","))):
        name, equals, argument = option.partition("=")
        if name.lower() == "alpn" and equals and argument:
            draft.alpn += (argument,)
        elif name.lower() == "starttls":
            draft.starttls = _starttls(argument)
        elif option.lower() in _FLAGS:
            draft.flags.add(option.lower())
        else:
            raise _LineError(f"'{option}' is not an option of a service", _meant(option, _OPTIONS))


def _starttls(argument: str) -> str:
    protocol, colon, rest = argument.partition(":")
    if protocol.lower() not in PROTOCOLS:
        raise _LineError(f"starttls: '{protocol}' is not a protocol with STARTTLS", _meant(protocol, PROTOCOLS))
    return f"{protocol.lower()}{colon}{rest}"


_READERS: Mapping[str, Callable[[_Draft, str], None]] = {
    "send": _read_send,
    "expect": _read_expect,
    "options": _read_options,
    "port": _read_port,
}


def unquote(value: str) -> bytes:
    r"""The bytes of a text in double quotes with the escapes \r \n \t \\ \" \xNN."""
    match = _QUOTED.match(value)
    if match is None:
        raise _LineError("the text must be in double quotes", f'write "{value}"' if value and '"' not in value else "")
    return _ESCAPE.sub(_unescaped, match[1].encode("utf-8", "surrogateescape"))


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == _HEX_ESCAPE:
        return bytes.fromhex(code[1:].decode())
    if code in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[code]
    raise _LineError(f"'\\{code.decode(errors='replace')}' is not an escape", r"known: \r \n \t \\ \xNN")


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.lower(), tuple(known), 1)
    return f"did you mean '{close[0]}'?" if close else "known: " + ", ".join(known)
