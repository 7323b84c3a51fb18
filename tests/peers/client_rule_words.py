"""analysis.cfg files and the hosts that they are for, made up by a seeded dice.

Left out is what xymond_client 4.3.30 plainly does wrong (client_oddities.py).
"""

import random
from collections.abc import Callable, Sequence

from tests.peers.client_words import LIMITS

COLORS = ("red", "yellow", "green", "blue", "clear", "purple")
MOUNTS = (
    "/", "/var", "/srv/data", "/home", "/boot", "/usr", "/data", "C", "D", "DOSRES", "*", "/no/such", "%^/",
    "%^/.", "%var|usr", "%^/(srv|home)", "%.", "C,D,E", "/var,/usr", "!/var,*", "%(?-i)^c$", "%^c$",
)  # fmt: skip
PROCESSES = (
    "sshd", "cron", "init", "apache2", "svchost.exe", "svchost", "%svchost", "%^/usr/sbin", "%^sshd", "%^-bash",
    "%init", "CICSPROD", "TCPIP", "none-such", "*", "%ora_pmon", "/usr/sbin/apache2", "ROOT", "%(?-i)ROOT",
    '"/usr/sbin/cron -f"', '"%apache2 -k .*start"', "%.", "<b>", "sshd,cron", "CMD", "%^CMD$", "%^\\[kthreadd",
)  # fmt: skip
ADDRESSES = (
    "%[.:]22$", "%[.:](80|443)$", "*:80", "0.0.0.0:22", "%^127", "%^192\\.0\\.2\\.2[.:]", "*.22", "*", ":::22",
    "%.", "%[.:]22",
)  # fmt: skip
STATES = (
    "LISTEN", "ESTABLISHED", "TIME_WAIT", "LISTENING", "%LISTEN", "%^(LISTEN|ESTAB)", "listen",
    "LISTEN,ESTABLISHED", "Establsh", "*",
)  # fmt: skip
LOGS = (
    "/var/log/messages", "/var/log/app.log", "/var/log/two", "/var/adm/messages", "%.", "*", "%messages$",
    "eventlog:System", "%^eventlog", "/var/log/odd", "/no/such",
)  # fmt: skip
PATTERNS = (
    "error", "ERROR", "WARNING", "%error", "%(?-i)WARNING", "%error|fail|warn", "%.", "root", "%Failed.*root",
    '"Failed password"', "*", "%^nov", "%^$", "%slow$", "<main>", "%full.*&", "%^Nov.*kernel", "&red", "%well",
)  # fmt: skip
FILES = (
    "/etc/passwd", "/var/run/nologin", "/var/log", "/var/log/messages", "/var/log/two", "/etc/shadow",
    "/etc/empty", "/run/sock", "%^/etc", "%.", "*", "%win.ini$", "C:\\Windows\\win.ini", "/no/such",
    "%^/var/(run|log)",
)  # fmt: skip
DIRECTORIES = ("/var/spool", "/home", "/none", "%^/var", "*", "%.", "d:\\data")
SERVICES = ("BBWin", "Spooler", "W3SVC", "*", "%SQL", "%^a", "none-such", "bbwin", "gupdate,wuauserv", "XymonPSClient")
VALUES = (
    "ifmib:ifOperStatus", "ifmib:ifInErrors", "ups:upsLoad", "ups:upsBatteryStatus", "%^ups", "*",
    "system:upsTemperature", "%if.*Errors",
)  # fmt: skip
GROUPS = ("web", "dba", "unix", "web,dba", "ops")
_SIZES = ("0", "1", "403", "1023", "1024", "1K", "1k", "48212", "1M", "1M", "2G", "1T", "100")
_AGES = ("0", "1", "600", "601", "3600", "86400", "90000000")
HOSTS = ("www.example.com", "old.example.com", "db.example.com", "win.example.com", "a-b.example.com", "x.example.com")
_HOST_PATTERNS = (
    "*", "%^www", "%example", "%(?-i)WWW", "WWW.EXAMPLE.COM", "www.example.com,db.example.com", "%^(db|win)",
    "none.such",
)  # fmt: skip
PAGES = ("web", "db", "web/sub", "other")
_ZONES_OF_DAY = (
    "*:0000:2400", "W:0700:0900", "5:0800:1000", "*:0900:1700", "6:0000:2400", "60:0000:2400", "*:2200:0830",
    "W:0801:0900", "5:0700:0800", "5:0000:0759,5:0800:0800",
)  # fmt: skip


def odd_analysis(dice: random.Random, kinds: Sequence[str] = ()) -> str:
    """A file; with `kinds` only such settings."""
    lines: list[str] = []
    for _ in range(dice.choice((0, 1, 2, 3, 5, 8, 14))):
        if dice.random() < 0.25:
            lines.append(_block(dice))
        lines.append(_setting(dice, kinds))
        if dice.random() < 0.1:
            lines.append(dice.choice(("", "# remark", "  # indented remark", "   ")))
    return "\n".join([*lines, ""])


def _setting(dice: random.Random, kinds: Sequence[str]) -> str:
    name = dice.choice([kind for kind in _SETTINGS if not kinds or kind in kinds])
    line = _SETTINGS[name](dice)
    word = dice.choices((line.split(" ")[0], line.split(" ")[0].lower()), (9, 1))[0]
    words = [word, *line.split(" ")[1:]]
    if dice.random() < 0.3:
        words.append(_qualifier(dice))
    if dice.random() < 0.3:
        words.append(f"GROUP={dice.choice(GROUPS)}")
    if dice.random() < 0.1:
        words.append(dice.choice(("TEXT=named", '"TEXT=some words"', 'TEXT="other words"')))
    indent = dice.choice(("", "", "\t", "    "))
    return indent + dice.choice((" ", " ", " ", "  ", "\t")).join(words)


def _block(dice: random.Random) -> str:
    if dice.random() < 0.3:
        return dice.choice(("DEFAULT", "default"))
    words = [_qualifier(dice) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    if dice.random() < 0.15:
        words.append(f"GROUP={dice.choice(GROUPS)}")
    return " ".join(words)


def _qualifier(dice: random.Random) -> str:
    name = dice.choice(("HOST", "HOST", "EXHOST", "CLASS", "EXCLASS", "TIME", "EXTIME"))
    values = {
        "HOST": (*HOSTS, *_HOST_PATTERNS),
        "CLASS": ("linux", "win32", "%^lin", "bsd", "*", "LINUX", "dbserver", "linux,bbwin"),
        "TIME": _ZONES_OF_DAY,
    }
    value = dice.choice(values[name.removeprefix("EX")])
    return f"{dice.choices((name, name.lower()), (9, 1))[0]}={value}"


def _some(dice: random.Random, *words: str) -> str:
    """The first of them, and the others up to somewhere."""
    return " ".join(words[: dice.randrange(1, len(words) + 1)])


def _limit(dice: random.Random) -> str:
    return str(dice.choice(LIMITS))


def _level(dice: random.Random) -> str:
    """Per cent, or units that must remain."""
    units = dice.choice((0, 1, 201, 1000, 662460, 4107508, 9999999999))
    return dice.choice((_limit(dice), f"{_limit(dice)}%", f"{units}U", f"{units}u", str(units)))


def _file_system(name: str) -> Callable[[random.Random], str]:
    def line(dice: random.Random) -> str:
        mount = dice.choice(MOUNTS)
        if dice.random() < 0.12:
            return f"{name} {mount} {dice.choice(('IGNORE', 'ignore'))}"
        counts = (str(dice.choice((0, 1, 2, 3))), str(dice.choice((-1, 0, 1, 2, 5))), dice.choice(COLORS))
        return _some(dice, f"{name} {mount}", _level(dice), _level(dice), *counts)

    return line


def _pair(*names: str) -> Callable[[random.Random], str]:
    return lambda dice: _some(dice, dice.choice(names), _limit(dice), _limit(dice))


def _load(dice: random.Random) -> str:
    figures = ("0.2", "5", "5.0", "5.5", "10.0", "12", "0", "7.55", "4.12", "61", "90.5", ".5", "1e1")
    return f"LOAD {dice.choice(figures)} {dice.choice(figures)}"


def _up(dice: random.Random) -> str:
    spans = ("1h", "10m", "2d", "4w", "60", "0", "1", "-1", "12", "1h30m", "200d")
    return _some(dice, "UP", dice.choice(spans), dice.choice(spans), dice.choice(COLORS))


def _clock(dice: random.Random) -> str:
    return _some(dice, "CLOCK", dice.choice(("0", "1", "15", "59", "60", "61", "300", "-1")), dice.choice(COLORS))


def _proc(dice: random.Random) -> str:
    words = [f"PROC {dice.choice(PROCESSES)}"]
    least, most, color = dice.choice((0, 0, 1, 1, 2, 3)), dice.choice((-1, 0, 1, 1, 2, 3, 9)), dice.choice(COLORS)
    kind = dice.randrange(4)
    if kind == 1:
        words += [str(least), str(most), color][: dice.randrange(1, 4)]
    elif kind == 2:
        words += dice.sample([f"min={least}", f"max={most}", f"color={color}"], dice.randrange(1, 4))
    words += _track(dice)
    return " ".join(words)


def _track(dice: random.Random) -> list[str]:
    return dice.choice(([], [], [], ["TRACK"], ["TRACK=some-id"], ["track=x"]))


def _log(dice: random.Random) -> str:
    file, match = dice.choice(LOGS), dice.choice(PATTERNS)
    words = [f"LOG {file} {match}"] if dice.random() < 0.8 else [f'LOG "file={file}" match={match}']
    words += dice.choice(([], [], [f"COLOR={dice.choice(COLORS)}"], [dice.choice(COLORS)]))
    words += dice.choice(([], [], [f"IGNORE={dice.choice(PATTERNS)}"]))
    words += dice.choice(([], [], [], ["OPTIONAL"]))
    return " ".join(words)


def _file(dice: random.Random) -> str:
    checks = [
        f"size>{dice.choice(_SIZES)}", f"size<{dice.choice(_SIZES)}", f"size={dice.choice(_SIZES)}",
        f"mode={dice.choice(('644', '600', '755', '1777', '0644', '0'))}",
        f"owner={dice.choice(('root', '0', '33', 'www-data', 'anna'))}", f"ownerid={dice.choice(('root', '0', '33'))}",
        f"groupid={dice.choice(('root', '0', '4', 'adm'))}",
        f"mtime>{dice.choice(_AGES)}", f"mtime<{dice.choice(_AGES)}", f"ctime>{dice.choice(_AGES)}",
        f"ctime<{dice.choice(_AGES)}", f"atime<{dice.choice(_AGES)}", f"atime>{dice.choice(_AGES)}",
        f"type={dice.choice(('file', 'dir', 'char', 'block', 'fifo', 'socket'))}",
        "md5=5f4dcc3b5aa765d61d8327deb882cf99", "sha1=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "sha256=0", "rmd160=1",
        "noexist", "NOEXIST", "optional", dice.choice(COLORS), dice.choice(COLORS), dice.choice(COLORS),
    ]  # fmt: skip
    words = [f"FILE {dice.choice(FILES)}", *dice.sample(checks, dice.choice((0, 1, 1, 2, 3))), *_track(dice)]
    return " ".join(words)


def _dir(dice: random.Random) -> str:
    limit = f"size{dice.choice('<>')}{dice.choice((0, 1239, 1240, 1241, 2048, 5000))}"
    words = [f"DIR {dice.choice(DIRECTORIES)}", *dice.choice(([], [dice.choice(COLORS)])), limit, *_track(dice)]
    return " ".join(words)


def _port(dice: random.Random) -> str:
    criteria = [
        f"LOCAL={dice.choice(ADDRESSES)}",
        f"EXLOCAL={dice.choice(ADDRESSES)}",
        f"REMOTE={dice.choice(ADDRESSES)}",
        f"EXREMOTE={dice.choice(ADDRESSES)}",
        f"STATE={dice.choice(STATES)}",
        f"EXSTATE={dice.choice(STATES)}",
        f"state={dice.choice(STATES)}",
    ]
    limits = [f"MIN={dice.choice((0, 1, 2, 4))}", f"MAX={dice.choice((-1, 0, 1, 2, 5))}"]
    words = ["PORT", *dice.sample(criteria, dice.choice((1, 1, 2, 3)))]
    words += dice.sample(limits, dice.choice((0, 0, 1, 2)))
    words += dice.choice(([], [], [f"COLOR={dice.choice(COLORS)}"], [f"col={dice.choice(COLORS)}"]))
    return " ".join([*words, *_track(dice)])


def _svc(dice: random.Random) -> str:
    words = [f"SVC {dice.choice(SERVICES)}"]
    words += dice.choice(([], [f"status={dice.choice(('started', 'stopped', '%st', '*'))}"]))
    words += dice.choice(([], [f"startup={dice.choice(('automatic', 'manual', 'disabled', '%a'))}"]))
    words += dice.choice(([], [f"color={dice.choice(COLORS)}"]))
    return " ".join(words)


def _mib(dice: random.Random) -> str:
    name = dice.choice(VALUES)
    match = dice.choice(("batteryNormal", "%^battery", "1", "x"))
    checks = [f"min={_limit(dice)}", f"max={_limit(dice)}", f"match={match}"]
    words = [f"MIB {name}", *dice.sample(checks, dice.randrange(1, 3))]
    words += dice.choice(([], [f"key={dice.choice(('eth0', '%eth', '*', 'none'))}"]))
    words += dice.choice(([], [f"color={dice.choice(COLORS)}"]))
    return " ".join(words)


def _queue(dice: random.Random) -> str:
    name = dice.choice(("ORDERS.IN", "*", "%^ORDERS", "INVOICES", "PROD.QM1:INVOICES", "%PROD:%.", "x:ORDERS.IN"))
    numbers = ("0", "1", "12", "100", "212", "213", "7200", "-1")
    words = ("depth-warning", "depth-critical", "age-warning", "age-critical")
    chosen = dice.sample(words, dice.choice((1, 2, 4)))
    return " ".join([f"MQ_QUEUE {name}", *(f"{word}={dice.choice(numbers)}" for word in chosen)])


def _channel(dice: random.Random) -> str:
    states = ("RETRYING", "RUNNING", "%R", "BINDING,RETRYING", "*", "none")
    name = dice.choice(("TO.BRANCH", "*", "%BRANCH", "PROD.QM1:FROM.BRANCH", "x:*"))
    words = [f"{word}={dice.choice(states)}" for word in dice.sample(("warning", "alert"), dice.choice((0, 1, 2)))]
    return " ".join([f"MQ_CHANNEL {name}", *words])


def _cics(dice: random.Random) -> str:
    figures = f"{_limit(dice)} {_limit(dice)}"
    other = dice.choice(("", f" EDSA {_limit(dice)} {_limit(dice)}"))
    return f"CICS {dice.choice(('CICSPROD', '*', '%^CICS', 'CICS1'))} {dice.choice(('DSA', 'EDSA'))} {figures}{other}"


def _getvis(dice: random.Random) -> str:
    name = dice.choice(("SVA", "F1", "*", "Z1", "%^[ZO]"))
    return _some(dice, f"GETVIS {name}", _limit(dice), _limit(dice), _limit(dice), _limit(dice))


_SETTINGS: dict[str, Callable[[random.Random], str]] = {
    "LOAD": _load,
    "UP": _up,
    "CLOCK": _clock,
    "DISK": _file_system("DISK"),
    "INODE": _file_system("INODE"),
    "MEMPHYS": _pair("MEMPHYS", "MEMREAL", "PHYS"),
    "MEMSWAP": _pair("MEMSWAP", "SWAP"),
    "MEMACT": _pair("MEMACT", "ACTUAL", "ACT"),
    "PROC": _proc,
    "LOG": _log,
    "FILE": _file,
    "DIR": _dir,
    "PORT": _port,
    "SVC": _svc,
    "MIB": _mib,
    "MQ_QUEUE": _queue,
    "MQ_CHANNEL": _channel,
    "CICS": _cics,
    "GETVIS": _getvis,
    "VSIZE": _pair("VSIZE"),
    "MAXUSER": _pair("MAXUSER"),
    "NPARTS": _pair("NPARTS"),
    "PAGING": _pair("PAGING"),
    "MEMCSA": _pair("MEMCSA", "MEMECSA", "MEMSQA", "MEMESQA"),
}
_COMMON = ("PROC", "PORT", "DISK", "LOG", "FILE", "DIR")
_UNIX = (*_COMMON, "LOAD", "UP", "CLOCK", "INODE", "MEMPHYS", "MEMSWAP", "MEMACT")
_WINDOWS = (*_COMMON, "LOAD", "UP", "CLOCK", "MEMPHYS", "MEMSWAP", "MEMACT", "SVC", "SVC")
_Z = (*_COMMON, "LOAD", "UP", "PAGING", "CICS")
_KINDS = {
    "bbwin": _WINDOWS,
    "powershell": _WINDOWS,
    "zos": (*_Z, "MAXUSER", "MEMCSA"),
    "zvm": _Z,
    "zvse": (*_Z, "NPARTS", "GETVIS", "VSIZE"),
    "mqcollect": ("MQ_QUEUE", "MQ_CHANNEL"),
    "snmpcollect": ("MIB",),
}


def kinds_for(sample: str) -> tuple[str, ...]:
    """The settings that mean something for the messages of that system."""
    return _KINDS.get(sample, _UNIX)


def odd_hosts_cfg(dice: random.Random, hosts: Sequence[str]) -> str:
    """These hosts on some pages, some of them without some columns."""
    lines = []
    for host in hosts:
        if dice.random() < 0.3:
            lines.append(dice.choice(("page web Web", "subpage sub Sub", "page db Db", "group some group")))
        columns = dice.sample(("cpu", "disk", "procs", "msgs", "files", "inode", "ports", "svcs"), 2)
        tags = dice.choices(("", f"NOCOLUMNS:{','.join(columns)}", f"NOCOLUMNS:{columns[0]}"), (8, 1, 1))[0]
        lines.append(f"127.0.0.1 {host} # {tags}")
    return "\n".join([*lines, ""])
