"""Names of RPC programs: those of /etc/rpc, and the usual ones where that file is missing."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path("/etc/rpc")
_LARGEST = 1_000_000
_HIGHEST = 0xFFFFFFFF

_USUAL = """
portmapper 100000 portmap sunrpc rpcbind
rstatd 100001 rstat
rusersd 100002 rusers
nfs 100003 nfsprog
ypserv 100004 ypprog
mountd 100005 mount showmount
ypbind 100007
walld 100008 rwall
yppasswdd 100009 yppasswd
rquotad 100011 rquota quota
sprayd 100012 spray
nlockmgr 100021
statmon 100023
status 100024
bootparam 100026
ypupdated 100028 ypupdate
keyserv 100029 keyserver
ypxfrd 100069
nfs_acl 100227
fypxfrd 600100069
"""


class ProgramNames(msgspec.Struct, frozen=True):
    """Both ways: any name, in lower case, to its number; a number to its first name."""

    numbers: Mapping[str, int]
    names: Mapping[int, str]

    def number(self, name: str) -> int | None:
        """The number of a program by name or number; None when nobody knows it."""
        if name.isascii() and name.isdigit() and len(name) <= 10:
            return int(name) if int(name) <= _HIGHEST else None
        return self.numbers.get(name.lower())


def read_names(text: str) -> ProgramNames:
    """From the lines of rpc(5): `name number alias alias # comment`. Of two lines for one name the first counts."""
    numbers: dict[str, int] = {}
    names: dict[int, str] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) < 2 or not (words[1].isascii() and words[1].isdigit()) or len(words[1]) > 10:
            continue
        number = int(words[1])
        names.setdefault(number, words[0])
        for name in (words[0], *words[2:]):
            numbers.setdefault(name.lower(), number)
    return ProgramNames(numbers, names)


@cache
def program_names(path: Path = _FILE) -> ProgramNames:
    """The names of this machine, read once; what the file does not have is added from the usual ones."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST)
    except OSError:
        text = ""
    return read_names(f"{text}\n{_USUAL}")
