"""The tokens of agents: a file with a name, the hash of a secret, and the hosts that may be reported for with it.

A line is `NAME SHA256 [HOSTS]`. The secret itself is shown once, when it is made; 256 bits of chance need no slow hash.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hexmon.ingest.scope import check_patterns
from hexmon.model.origin import Origin, Problem

_HEAD = "# Tokens of agents; `hexmon agent-token` writes this file. NAME SHA256-OF-THE-TOKEN [HOSTS]\n"
_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_PREFIX = "hexmon_"  # so that people and scanners of repositories know what they have found


class AgentToken(msgspec.Struct, frozen=True):
    """One line of the file; `hosts` are patterns, empty: as the settings have it for that name."""

    name: str
    digest: str
    hosts: str = ""

    def line(self) -> str:
        """As it is written."""
        return f"{self.name} {self.digest} {self.hosts}".rstrip() + "\n"


class TokenError(ValueError):
    """What was asked for cannot be done with the file."""


def digest_of(secret: str) -> str:
    """By which a token is known."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def read_tokens(text: str, source: str) -> tuple[list[AgentToken], list[Problem]]:
    """The tokens of a file; a line that cannot be used is left out, and named."""
    tokens: list[AgentToken] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(None, 2)
        if not words or words[0].startswith("#"):
            continue
        try:
            tokens.append(_token(words))
        except ValueError as error:
            hint = "`hexmon agent-token add NAME` writes such lines"
            problems.append(Problem(Origin(source, number), str(error), hint))
    return tokens, problems


def _token(words: list[str]) -> AgentToken:
    name, digest, hosts = (*words, "", "")[:3]
    _check_name(name)
    if not _HASH.match(digest):
        raise ValueError(f"'{name}' is not followed by a SHA-256 in 64 small hexadecimal digits")
    if hosts:
        check_patterns(hosts)
    return AgentToken(name, digest, hosts.strip())


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise ValueError(f"'{name[:80]}' is not a name: 1 to 64 letters, digits and . _ @ -")


def add_token(path: Path, name: str, hosts: str = "") -> str:
    """A new token for that name, kept as its hash; returns the secret. Raises TokenError, OSError."""
    try:
        _check_name(name)
        if hosts:
            check_patterns(hosts)
    except ValueError as error:
        raise TokenError(str(error)) from error
    secret = _PREFIX + secrets.token_urlsafe(32)
    with _changing(path) as lines:
        if any(_is_of(line, name) for line in lines):
            raise TokenError(f"'{name}' has a token already; revoke it first, or choose another name")
        lines.append(AgentToken(name, digest_of(secret), hosts.strip()).line())
    return secret


def revoke_token(path: Path, name: str) -> None:
    """The token of that name is not taken any more. Raises TokenError, OSError."""
    with _changing(path) as lines:
        left = [line for line in lines if not _is_of(line, name)]
        if len(left) == len(lines):
            raise TokenError(f"there is no token of the name '{name}'")
        lines[:] = left


def _is_of(line: str, name: str) -> bool:
    return line.split(None, 1)[:1] == [name]


@contextmanager
def _changing(path: Path) -> Iterator[list[str]]:
    """The lines of the file, to be changed; nobody else changes them meanwhile, and half a file is never seen."""
    path = path.resolve()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else [_HEAD]
        yield lines
        _write(path, lines)
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, lines: Iterable[str]) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(beside, "x", encoding="utf-8", opener=_private) as file:
        file.writelines(line if line.endswith("\n") else f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:  # root writes it for the user that hexmon runs as
        owner = path.stat() if path.exists() else path.parent.stat()
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.rename(path)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
