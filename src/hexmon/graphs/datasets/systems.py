"""Which system a figure is from: the word on its first line, as get_ostype of xymond_rrd(8) reads it."""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[A-Za-z0-9/_-]{0,40}")
_LINUX = ("linux", "redhat", "debian", "suse", "mandrake", "redhatas")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "solaris": ("solaris", "sunos"),
    "hpux": ("hpux", "hp-ux"),
    "aix": ("aix",),
    "osf": ("osf", "osf1"),
    "win32": ("win32",),
    "bbwin": ("bbwin",),
    "powershell": ("powershell",),
    "freebsd": ("freebsd",),
    "netbsd": ("netbsd",),
    "openbsd": ("openbsd",),
    "linux22": ("linux22", "debian3"),
    "linux": _LINUX,
    "rhel3": ("rhel3", "redhates"),
    "snmp": ("snmp", "snmpnetstat", "netware_snmp"),
    "darwin": ("darwin", "macosx"),
    "sco_sv": ("sco_sv", "unixware"),
    "zvm": ("zvm",),
    "zvse": ("zvse",),
    "zos": ("zos",),
}
_BY_WORD = {word: name for name, words in _NAMES.items() for word in words}


def system_and_rest(text: str) -> tuple[str, str]:
    """The system ("" for one that nobody knows), and what follows its line."""
    first, _, rest = text.partition("\n")
    found = _WORD.match(first)
    word = found[0].lower() if found else ""
    return ("irix" if word.startswith("irix") else _BY_WORD.get(word, "")), rest
