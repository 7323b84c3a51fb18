"""Messages of somebody who may report for some hosts only: what is about others is left out."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from hexmon.ingest import messages as say
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.client import combined
from hexmon.ingest.protocol import parse
from hexmon.ingest.queries import host_of
from hexmon.ingest.scope import HostScope
from hexmon.model.inventory import Inventory
from hexmon.model.status import Report

log = logging.getLogger(__name__)

_STEP = 100  # parts of a big message that are handled before others get their turn
_MOST_REFUSALS = 1_000  # that are remembered as told

# What has no host, and may be said and asked by everybody who reports.
_HARMLESS = (say.Nothing, say.Ping, say.GetConfig, say.GetDownload)
_LONGEST_NAME = 255


class Handler(Protocol):
    """Who understands the messages."""

    def handle(self, message: bytes, sender: str) -> Answer:
        """Do what a message says. Never raises."""
        ...


class Names(Protocol):
    """Who knows the hosts."""

    @property
    def inventory(self) -> Inventory:
        """Those that exist."""
        ...

    def canonical(self, host: str) -> str | None:
        """A host's own spelling of a name or an alias; None when messages for it are not accepted."""
        ...


class Scopes:
    """Passes on what somebody may say: reports, data and questions about hosts of their scope, and nothing else.

    `refused` counts the messages, and parts of messages, that were left out.
    """

    def __init__(self, handler: Handler, names: Names) -> None:
        self.refused = 0
        self._handler = handler
        self._names = names
        self._told: set[tuple[str, str]] = set()

    def handle(self, message: bytes, sender: str, who: str, scope: HostScope) -> Answer:
        """The answer to a message; to what is refused, the empty one. Never raises."""
        parts = list(self._parts(message))
        allowed = [part for part in parts if self._allows(part, who, scope)]
        if len(allowed) == len(parts):
            return self._handler.handle(message, sender)
        if not allowed:
            return NO_ANSWER
        answer = self._handler.handle(combined(allowed, len(allowed))[0], sender)
        return Answer(ticket=answer.ticket, later=answer.later)  # the parts of a message have no replies

    def handle_in_steps(self, message: bytes, sender: str, who: str, scope: HostScope) -> Iterator[int]:
        """A big message of many parts: journal tickets, with pauses in which others are served. Never raises."""
        parts = iter(self._parts(message))
        while some := list(islice(parts, _STEP)):
            allowed = [part for part in some if self._allows(part, who, scope)]
            yield self._handler.handle(combined(allowed, _STEP)[0], sender).ticket if allowed else 0

    def _parts(self, message: bytes, *, inner: bool = False) -> Iterator[bytes]:
        """The messages that a message is made of, each of one command; most are made of one."""
        command = parse(message)
        if isinstance(command, say.Combo):
            yield from (part for part in command.parts if part.startswith(b"status"))
        elif isinstance(command, say.ExtCombo):
            if not inner:  # they do not nest
                for part in command.parts:
                    yield from self._parts(part, inner=True)
        elif isinstance(command, say.Modifications) and len(command.items) > 1:
            first, *others = message.partition(b"\0")[0].split(b"\n\nmodify")
            yield first
            yield from (b"modify" + part for part in others)
        else:
            yield message

    def _allows(self, message: bytes, who: str, scope: HostScope) -> bool:
        command = parse(message)
        if isinstance(command, _HARMLESS) or (isinstance(command, say.Notice) and command.kind == "usermsg"):
            return True
        host = _host(command)
        if self._holds(scope, host) if host else isinstance(command, say.Useless):
            return True
        self._refuse(type(command).__name__, host, who)
        return False

    def _holds(self, scope: HostScope, host: str) -> bool:
        if len(host) > _LONGEST_NAME:
            return False
        known = self._names.inventory.find(host)
        if known is not None:
            return scope.holds(known.name)
        # Ghosts that are accepted may be reports for a known host; whom is only asked for names that might do.
        name = self._names.canonical(host) if scope.holds(host) else ""
        return name is None or scope.holds(name)

    def _refuse(self, what: str, host: str, who: str) -> None:
        self.refused += 1
        if (who, what) not in self._told and len(self._told) < _MOST_REFUSALS:
            self._told.add((who, what))
            about = f" about {host[:255]!r}" if host else ""
            log.warning("messages: refused %s%s from %r, who may only report for some hosts", what, about, who)


def _host(command: say.AnyCommand) -> str:
    """Whom a report, data or a question is about; empty for what only those may say who report for all hosts."""
    if isinstance(command, Report | say.Data):
        return command.key.host
    if isinstance(command, say.ClientData | say.Useless):
        return command.host
    if isinstance(command, say.Query) and command.verb == "query":
        return host_of(command.words)
    if isinstance(command, say.Modifications) and len(command.items) == 1:
        return command.items[0].key.host
    return ""
