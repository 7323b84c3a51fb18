"""The small files beside the URLs: credentials (netrc), cookies, passphrases.

Each is read again when it has changed. What is in them is never told to anybody but the server it is for.
"""

import netrc
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

_LARGEST = 1024 * 1024  # bytes of a file
_MOST_HOSTS = 1000  # whose cookies are remembered
_MOST_COOKIES = 50  # of one host
_MOST_OF_HOST = 16 * 1024  # bytes of them
_FIELDS = 7  # of a cookie: domain, tail match, path, secure, expiry, name, value
_HTTP_ONLY = "#HttpOnly_"

Content = TypeVar("Content")


class _Files(Generic[Content]):
    """What `read` makes of each file; it may raise OSError."""

    def __init__(self, read: Callable[[str], Content], missing: Callable[[str], Content]) -> None:
        self._read = read
        self._missing = missing
        self._known: dict[str, tuple[tuple[int, int, int], Content]] = {}

    def get(self, path: str) -> Content:
        try:
            found = os.stat(path)  # noqa: PTH116 - before every request that uses it
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            known = self._known.get(path)
            if known is None or known[0] != stamp:
                if found.st_size > _LARGEST:
                    return self._missing(f"larger than {_LARGEST} bytes")
                known = self._known[path] = (stamp, self._read(path))
        except OSError as error:
            return self._missing(error.strerror or str(error))
        return known[1]


class Credentials(msgspec.Struct, frozen=True):
    """The machines of a netrc file (ftp(1)): user and password by name; `problem` says why there are none."""

    machines: Mapping[str, tuple[str, str]] = {}
    problem: str = ""

    def of(self, host: str) -> tuple[str, str] | None:
        """Those of exactly that host; `default` is for people, not for a monitor."""
        return self.machines.get(host.lower())


def _read_netrc(path: str) -> Credentials:
    try:
        found = netrc.netrc(path).hosts
    except netrc.NetrcParseError as error:
        # Its message may quote a password.
        return Credentials(problem=f"{path}, line {error.lineno}: not understood")
    except UnicodeDecodeError:
        return Credentials(problem=f"{path}: not text")
    machines = {name.lower(): (user, password) for name, (user, _, password) in found.items() if name != "default"}
    return Credentials({name: (user or "", password or "") for name, (user, password) in machines.items()})


def _no_netrc(problem: str) -> Credentials:
    return Credentials(problem=f"netrc: {problem}")


def _read_passphrase(path: str) -> bytes:
    return Path(path).read_bytes().partition(b"\n")[0].rstrip(b"\r")


_netrc_files = _Files(_read_netrc, _no_netrc)
_passphrases = _Files(_read_passphrase, lambda _: b"")

credentials_in = _netrc_files.get
"""The credentials of a netrc file."""


def passphrase_of(certificate: str) -> bytes:
    """The first line of the file beside a certificate that ends in `.pass`; empty without one."""
    return _passphrases.get(str(Path(certificate).with_suffix(".pass")))


class _CookieFile(msgspec.Struct, frozen=True):
    """The lines of a file of cookies in Netscape's format, by domain."""

    lines: Mapping[str, tuple[str, ...]] = {}

    def of(self, host: str) -> Iterable[str]:
        """Those of the host and of the domains above it; libcurl looks at path, time and the rest."""
        labels = host.split(".")
        for start in range(len(labels)):
            yield from self.lines.get(".".join(labels[start:]), ())


def _read_cookies(path: str) -> _CookieFile:
    found: dict[str, list[str]] = {}
    for line in Path(path).read_text(encoding="latin-1").splitlines():
        if line.startswith("#") and not line.startswith(_HTTP_ONLY):
            continue
        if line.count("\t") >= _FIELDS - 1 and "\0" not in line:
            domain = line.removeprefix(_HTTP_ONLY).partition("\t")[0].lstrip(".").lower()
            found.setdefault(domain, []).append(line)
    return _CookieFile({domain: tuple(lines) for domain, lines in found.items()})


class Cookies:
    """The cookies that checks send: those of a file, and those that servers have set since this process began.

    The latter are kept by file and host, are sent back to that host only, and are never written anywhere.
    """

    def __init__(self) -> None:
        self._files = _Files(_read_cookies, lambda _: _CookieFile())
        self._learned: OrderedDict[tuple[str, str], tuple[bytes, ...]] = OrderedDict()

    def lines(self, path: str, host: str) -> list[bytes]:
        """What the host may get, in Netscape's format."""
        file = [line.encode("latin-1") for line in self._files.get(path).of(host)]
        return [*file, *self._learned.get((path, host), ())]

    def learn(self, path: str, host: str, lines: Iterable[bytes]) -> None:
        """Remember all cookies of a session with that host, as libcurl lists them."""
        known = {line.encode("latin-1") for line in self._files.get(path).of(host)}
        kept: list[bytes] = []
        room = _MOST_OF_HOST
        for line in lines:
            room -= len(line)
            if line not in known and room >= 0 and len(kept) < _MOST_COOKIES:
                kept.append(line)
        self._learned.pop((path, host), None)
        if kept:
            self._learned[path, host] = tuple(kept)
        if len(self._learned) > _MOST_HOSTS:
            self._learned.popitem(last=False)


cookies = Cookies()
