"""Users and their passwords as Apache and nginx keep them: htpasswd files."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import cast

from hexmon.model.origin import Origin, Problem

_BCRYPT_BYTES = 72  # of a password; htpasswd ignores the rest, the library refuses it

# What a hash begins with, and who checks it.
_SCHEMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\$2[abxy]\$\d\d\$"), "bcrypt"),
    (re.compile(r"\$apr1\$"), "apr_md5_crypt"),
    (re.compile(r"\$5\$(?:rounds=\d+\$)?"), "sha256_crypt"),
    (re.compile(r"\$6\$(?:rounds=\d+\$)?"), "sha512_crypt"),
    (re.compile(r"\$1\$"), "md5_crypt"),
    (re.compile(r"\{SHA\}"), "ldap_sha1"),
    (re.compile(r"\{SSHA\}"), "ldap_salted_sha1"),
)


@cache
def _library() -> ModuleType:
    from passlib import hash as library

    return cast("ModuleType", library)


def _kind(word: str) -> tuple[str, str] | None:
    """What a hash begins with (its scheme and how much work it is), and the name of the scheme."""
    for start, scheme in _SCHEMES:
        if found := start.match(word):
            return found.group(), scheme
    return None


def _right(scheme: str, password: str, word: str) -> bool:
    secret = password.encode()
    if scheme == "bcrypt":
        secret = secret[:_BCRYPT_BYTES]
    verify: Callable[[bytes, str], bool] = getattr(_library(), scheme).verify
    try:
        return bool(verify(secret, word))
    except ValueError:  # the hash, or this password in it, is not as it should be
        return False


def _readable(word: str) -> bool:
    found = _kind(word)
    if found is None:
        return False
    try:
        getattr(_library(), found[1]).from_string(word)
    except ValueError:
        return False
    return True


class Passwords:
    """The users of one file."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        # One of every kind: what is checked in place of a user who is not there.
        self._stand_ins = {found[0]: word for word in self._hashes.values() if (found := _kind(word))}

    def __len__(self) -> int:
        """How many users there are."""
        return len(self._hashes)

    def hash_of(self, user: str) -> str | None:
        """The line of that user; None when there is none."""
        return self._hashes.get(user)

    def check(self, user: str, password: str) -> bool:
        """Whether that is the user's password: blocking, for as long as the scheme was meant to take.

        A failure takes the same time whoever the user is, and whether there is one: one check of each kind.
        """
        word = self._hashes.get(user)
        own = _kind(word) if word is not None else None
        if word is not None and own is not None and _right(own[1], password, word):
            return True
        for start, stand_in in self._stand_ins.items():
            if (own is None or start != own[0]) and (found := _kind(stand_in)):
                _right(found[1], password, stand_in)
        return False


def read_htpasswd(text: str, source: str) -> tuple[Passwords, list[Problem]]:
    """`USER:HASH` on each line; a line that cannot be used is left out, and named."""
    hashes: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        user, colon, word = line.strip().partition(":")
        word = word.partition(":")[0]  # nginx allows a comment behind
        if not colon or not user:
            problems.append(Problem(Origin(source, number), "not USER:HASH", "htpasswd -B FILE USER writes it"))
        elif not _readable(word):
            hint = "known are bcrypt (htpasswd -B), apr1 (-m), {SHA}, {SSHA}, $1$, $5$ and $6$"
            problems.append(Problem(Origin(source, number), f"the hash of '{user}' is not of a known kind", hint))
        else:
            hashes.setdefault(user, word)  # of two lines Apache takes the first
    return Passwords(hashes), problems
