"""Who sends over HTTP: users of an htpasswd file, agents with a token, machines with a certificate."""

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hexmon.clock import Clock
from hexmon.ingest.attempts import Attempts
from hexmon.ingest.authorization import Login, Token, read_authorization
from hexmon.ingest.htpasswd import Passwords, read_htpasswd
from hexmon.ingest.scope import HostScope, scope_of, split_patterns
from hexmon.ingest.settings import AgentSettings
from hexmon.ingest.tokens import AgentToken, digest_of, read_tokens
from hexmon.model.origin import ConfigError, Origin, Problem

log = logging.getLogger(__name__)

_CHECKS_AT_ONCE = 2  # of passwords: each holds a core for as long as its hash was meant to
_MOST_CHECKS = 200  # under way or waiting
_MOST_SCOPES = 10_000  # that are kept, compiled


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is, and the hosts they may report for; None: all."""

    name: str = ""
    scope: HostScope | None = None


NOBODY = Identity()
"""Who shows nothing, where nothing is asked for."""


class NotAllowedError(Exception):
    """It was not shown who is there."""


class TooManyError(Exception):
    """Too many attempts at once."""


class _File(msgspec.Struct):
    """A file that is read again when it changes."""

    path: Path
    stamp: tuple[int, int, int] | None = None

    def changed(self) -> bool:
        """Whether it is another one than at the last call. Raises OSError."""
        found = self.path.stat()
        before, self.stamp = self.stamp, (found.st_mtime_ns, found.st_size, found.st_ino)
        return before != self.stamp


class Credentials:
    """What is shown, and what it is worth. `problems` are those of the files.

    A line with a mistake is left out; a file that vanishes or cannot be read leaves in force what it said before.
    """

    def __init__(self, settings: AgentSettings, clock: Clock, *, certificates: bool = False) -> None:
        """Raises ConfigError for a file that is not there. `certificates`: senders may show one."""
        self.counters = {"users": 0, "tokens": 0, "certificates": 0, "nobody": 0, "failures": 0, "crowded": 0}
        self._settings = settings
        self._attempts = Attempts(clock)
        self._passwords = Passwords({})
        self._tokens: dict[str, tuple[AgentToken, HostScope | None]] = {}
        self._problems: dict[Path, list[Problem]] = {}
        self._files = {
            path: (_File(path), take)
            for path, take in ((settings.htpasswd, self._take_passwords), (settings.tokens, self._take_tokens))
            if path is not None
        }
        self._key = secrets.token_bytes(32)
        self._verified: dict[str, tuple[bytes, str]] = {}  # user -> seal of the password, hash it was checked with
        self._scopes: dict[tuple[str, ...], HostScope | None] = {}
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self._checking = 0
        self.required = settings.required if settings.required is not None else bool(self._files) or certificates
        self.refresh()
        if any(problem.origin.line is None for problem in self.problems):
            raise ConfigError(self.problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of all files."""
        return tuple(one for problems in list(self._problems.values()) for one in problems)

    def refresh(self) -> None:
        """Read what has changed. Blocking; raises nothing."""
        for path, (file, take) in self._files.items():
            try:
                if file.changed():
                    self._problems[path] = take(path.read_text(encoding="utf-8"), str(path))
            except (OSError, ValueError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
                problem = Problem(Origin(str(path)), f"cannot be read: {reason}")
                if self._problems.get(path, [problem]) != [problem]:
                    log.error("%s; who it named before is still let in", problem)  # noqa: TRY400 - no mistake of ours
                self._problems[path], file.stamp = [problem], None

    def _take_passwords(self, text: str, source: str) -> list[Problem]:
        self._passwords, problems = read_htpasswd(text, source)
        left = self._passwords.hash_of
        self._verified = {user: seal for user, seal in list(self._verified.items()) if left(user) is not None}
        return problems

    def _take_tokens(self, text: str, source: str) -> list[Problem]:
        tokens, problems = read_tokens(text, source)
        self._tokens = {token.digest: (token, self._scope_of(token)) for token in tokens}
        return problems

    def _scope_of(self, token: AgentToken) -> HostScope | None:
        if token.hosts:
            return HostScope(split_patterns(token.hosts, token.name))
        return self._scope([token.name])

    def _scope(self, names: Sequence[str]) -> HostScope | None:
        known = tuple(names)
        if known not in self._scopes:
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            self._scopes[known] = scope_of(known, self._settings.hosts)
        return self._scopes[known]

    async def identify(self, authorization: str | None, certificate: Sequence[str], address: str) -> Identity:
        """Who sends: by the Authorization header, else by the names in a certificate that was verified.

        Raises NotAllowedError, after a while where there were failures from that address before; TooManyError.
        """
        if authorization is not None and self._files:
            return await self._believed(authorization, address)
        if certificate:
            self.counters["certificates"] += 1
            return Identity(certificate[0], self._scope(certificate))
        if self.required:
            raise NotAllowedError
        self.counters["nobody"] += 1
        return NOBODY

    async def _believed(self, authorization: str, address: str) -> Identity:
        shown = read_authorization(authorization)
        known = self._by_token(shown) or self._remembered(shown)
        if known is None:
            if not await self._attempts.wait(address, shown.user if isinstance(shown, Login) else ""):
                self.counters["crowded"] += 1
                raise TooManyError
            known = await self._checked(shown) if isinstance(shown, Login) else None
        if known is None:
            self.counters["failures"] += 1
            self._attempts.failed(address)
            raise NotAllowedError
        return known

    def _by_token(self, shown: Login | Token | None) -> Identity | None:
        """A token by itself, or as the password of the user who has its name."""
        if shown is None:
            return None
        found = self._tokens.get(digest_of(shown.text if isinstance(shown, Token) else shown.password))
        if found is None or (isinstance(shown, Login) and shown.user != found[0].name):
            return None
        self.counters["tokens"] += 1
        return Identity(found[0].name, found[1])

    def _remembered(self, shown: Login | Token | None) -> Identity | None:
        """A password that was checked before, and whose hash is still the same."""
        if not isinstance(shown, Login) or shown.user not in self._verified:
            return None
        seal, word = self._verified[shown.user]
        if word != self._passwords.hash_of(shown.user) or not hmac.compare_digest(seal, self._seal(shown)):
            return None
        return self._user(shown.user)

    def _seal(self, login: Login) -> bytes:
        return hashlib.blake2b(f"{login.user}\0{login.password}".encode(), key=self._key).digest()

    def _user(self, name: str) -> Identity:
        self.counters["users"] += 1
        return Identity(name, self._scope([name]))

    async def _checked(self, login: Login) -> Identity | None:
        if self._checking >= _MOST_CHECKS:
            self.counters["crowded"] += 1
            raise TooManyError
        passwords = self._passwords
        self._checking += 1
        try:
            async with self._checks:
                right = await asyncio.to_thread(passwords.check, login.user, login.password)
        finally:
            self._checking -= 1
        word = passwords.hash_of(login.user)
        if not right or word is None:
            return None
        self._verified[login.user] = (self._seal(login), word)
        return self._user(login.user)
