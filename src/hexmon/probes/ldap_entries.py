"""Entries of a directory as text, within bounds. Pure."""

import base64
import re

from hexmon.probes.ldap_messages import read_entry

_LONGEST_VALUE = 1024
# What a password is kept in; a status is read by everybody.
_SECRETS = frozenset(
    {
        "authpassword",
        "krbprincipalkey",
        "ntpassword",
        "lmpassword",
        "olcrootpw",
        "sambalmpassword",
        "sambantpassword",
        "unicodepwd",
        "userpassword",
    }
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Entries:
    """Counts entries and writes down as many bytes of them as there is room for."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lines: list[bytes] = []
        self.count = 0

    @property
    def text(self) -> bytes:
        """`DN: cn=A,dc=b`, then each value behind a tab as `cn: A`; an empty line between entries."""
        return b"".join(self._lines)

    def add(self, content: bytes) -> None:
        """Take an entry as it came. What is beyond the room is not even decoded. Raises MessageError."""
        self.count += 1
        if self._room <= 0:
            return
        name, values = read_entry(content)
        self._write("\n" if self.count > 1 else "", "DN", name)
        for attribute, value in values:
            self._write("\t", _shown_name(attribute), _hidden(attribute, value))
            if self._room <= 0:
                self._lines.append(b"...\n")
                return

    def _write(self, indent: str, name: str, value: bytes | None) -> None:
        line = f"{indent}{name}{_shown(value)}\n".encode()
        self._lines.append(line)
        self._room -= len(line)


def _hidden(attribute: str, value: bytes | None) -> bytes | None:
    secret = attribute.partition(";")[0].lower() in _SECRETS
    return b"(not shown)" if secret and value is not None else value


def _shown_name(name: str) -> str:
    return _CONTROLS.sub("?", name[:_LONGEST_VALUE])


def _shown(value: bytes | None) -> str:
    """Text as it is, anything else in base64 behind two colons, as LDIF has it (RFC 2849)."""
    if value is None:
        return ":"
    cut = value[:_LONGEST_VALUE]
    more = f"... ({len(value)} bytes)" if len(value) > len(cut) else ""
    text = cut.decode("utf-8", "ignore" if more else "surrogateescape")
    if _CONTROLS.search(text):
        return f":: {base64.b64encode(cut).decode()}{more}"
    return f": {text}{more}"
