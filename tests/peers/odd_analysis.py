"""Odd analysis.cfg files, made up by a seeded dice.

Left out is what xymond_client 4.3.30 plainly does wrong or cannot do (docs/analysis.cfg.md lists it): LOAD with one
number, UP with -1 for no limit, DISPLAYGROUP on a line of its own, colours that are none, settings without a name,
IFEXIST, types of files that are none, negative owners, DS without a limit, OS, numbers beyond 31 bits.
"""

import random

HOSTS = ("www.foo.com", "db.foo.com", "a", "*", "%^www", "%foo", "www.foo.com,db.foo.com", "!a", "%(", "%*", "")
_PAGES = ("web", "/", "web/sub", "%^web", "*", "%^/")
_CLASSES = ("linux", "win32", "web,db", "%^l")
_TIMES = ("W:0800:1800", "*:0000:2400", "60:1000:1400", "W:0800:1200,60:1000:1400")
_COLORS = ("red", "yellow", "green", "blue", "clear", "purple", "RED", "Yellow", "red;x")
_NUMBERS = ("0", "1", "2", "5", "90", "95", "101", "200", "201", "1000", "007")
_ODD_NUMBERS = ("x", "-1", "-5", "5x", "5.5", "", "+3", "1e3", "%", "90%%", "yellow", "0x10")
_REALS = ("0", "5", "5.0", "0.5", "12.25", "100")
_ODD_REALS = ("x", "-1", ".5", "5.", "5x", "")
_DURATIONS = ("10", "1h", "90m", "2d", "4w", "1h30m", "1w2d", "0")
_ODD_DURATIONS = ("x", "5x", "2H", "10s", "", "h", "1h1", "5 m")
_NAMES = ("cron", "httpd", "%http|cron", '"two words"', '"%a b"', "/usr/sbin/x", "%(", "a=b", "x:y", "CLOCK", "TRACK")
_FILES = ("/var/log/messages", "%^/var", "/a", '"/a b"', "%.", "*", "C:\\x")
_NOISE = ("bogus", "bogus=1", "LOAX", "5", ";", '""', "HSOT=x", "=")
_HASHES = ("md5", "sha1", "sha256", "sha512", "sha224", "sha384", "rmd160")
_TYPES = ("file", "dir", "char", "block", "fifo", "socket", "FILE")
_SETTINGS = (
    "load", "up", "clock", "disk", "disk", "memory", "proc", "proc", "proc", "port", "port", "log", "log", "file",
    "file", "directory", "service", "data_set", "mib", "queue", "channel", "paging", "vsize", "spaces", "cics",
    "getvis",
)  # fmt: skip


class Dice:
    """Throws of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.pick = self.random.choice
        self.oddness = self.pick((0.0, 0.1, 0.3))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def odd(self) -> bool:
        return self.chance(self.oddness)

    def case(self, word: str) -> str:
        return self.pick((word.lower(), word.capitalize())) if self.chance(0.15) else word

    def number(self) -> str:
        return self.pick(_ODD_NUMBERS) if self.odd() else self.pick(_NUMBERS)

    def quoted(self, key: str, value: str) -> str:
        """An option: its quotes, where it has some, around all of it or around the value."""
        inside = value.strip('"')
        if inside == value:
            return f"{key}={value}"
        return self.pick((f'"{key}={inside}"', f'{key}="{inside}"'))

    def some(self, *words: str) -> list[str]:
        """The first so many of them."""
        return list(words[: self.random.randint(0, len(words))])

    def mixed(self, *words: str) -> list[str]:
        """Some of them in any order."""
        found = [word for word in words if self.chance(0.4)]
        self.random.shuffle(found)
        return found

    # Settings

    def load(self) -> list[str]:
        reals = [self.pick(_ODD_REALS) if self.odd() else self.pick(_REALS) for _ in range(2)]
        return ["LOAD", *(word or '""' for word in reals)]

    def up(self) -> list[str]:
        times = [self.pick(_ODD_DURATIONS) if self.odd() else self.pick(_DURATIONS) for _ in range(2)]
        return ["UP", *self.some(*(word or '""' for word in times), self.pick(_COLORS))]

    def clock(self) -> list[str]:
        return ["CLOCK", *self.some(self.word(), self.pick(_COLORS))]

    def word(self) -> str:
        """A number as a word of its own."""
        return self.number() or '""'

    def level(self) -> str:
        return self.word() if self.chance(0.5) else f"{self.pick(_NUMBERS)}{self.pick('Uu%U')}"

    def disk(self) -> list[str]:
        word = self.pick(("DISK", "INODE"))
        if self.chance(0.2):
            return [word, self.pick(_FILES), self.case("IGNORE")]
        levels = self.some(self.level(), self.level(), self.word(), self.word(), self.pick(_COLORS))
        return [word, self.pick(_FILES), *levels] if self.chance(0.95) else [word]

    def memory(self) -> list[str]:
        words = "MEMREAL MEMPHYS PHYS MEMSWAP SWAP MEMACT ACTUAL ACT MEMCSA MEMECSA MEMSQA MEMESQA"
        return [self.pick(words.split()), *self.some(self.word(), self.word())]

    def counts(self) -> list[str]:
        return self.mixed(
            f"{self.case('MIN')}={self.number()}",
            f"{self.case('MAX')}={self.number()}",
            f"{self.case('COLOR')}={self.pick(_COLORS)}",
            self.pick((self.case("TRACK"), "TRACK=id", "TRACKED", "track=")),
        )

    def proc(self) -> list[str]:
        words = self.some(self.word(), self.word(), self.pick(_COLORS))
        for extra in self.counts():
            words.insert(self.random.randint(0, len(words)), extra)
        return ["PROC", self.pick(_NAMES), *words]

    def port(self) -> list[str]:
        keys = ("LOCAL", "EXLOCAL", "REMOTE", "EXREMOTE", "STATE", "EXSTATE")
        values = ("%[.:]22$", "*:80", "LISTEN", "%(80|443)$", '"a b"', "198.51.100.3:80", "")
        found = self.mixed(*(self.quoted(self.case(key), self.pick(values)) for key in keys))
        return ["PORT", *found, *self.counts(), *(["bogus"] if self.odd() else [])]

    def log(self) -> list[str]:
        patterns = ("ERROR", "%WARN|ERR", '"two words"', '"%a b"', "%(", "*", "CLOCK")
        if self.chance(0.5):
            return ["LOG", *self.some(self.pick(_FILES), self.pick(patterns), self.pick(_COLORS), self.pick(patterns))]
        return [
            "LOG",
            *self.mixed(
                self.quoted(self.case("FILE"), self.pick(_FILES)),
                self.quoted(self.case("MATCH"), self.pick(patterns)),
                self.quoted("IGNORE", self.pick(patterns)),
                f"COLOR={self.pick(_COLORS)}",
                self.case("OPTIONAL"),
            ),
        ]

    def file(self) -> list[str]:
        def compare(name: str, values: tuple[str, ...]) -> str:
            return f"{self.case(name)}{self.pick('<>=')}{self.pick(values)}"

        sizes = ("0", "5", "10K", "3m", "1G", "2T", "7x", "5 K") if self.odd() else ("0", "5", "10K", "3m", "1G", "2T")
        times = (*_NUMBERS[:6], "86400", "1128514608")
        return [
            "FILE",
            self.pick(_FILES),
            *self.mixed(
                self.pick(_COLORS),
                self.case("NOEXIST"),
                self.case("OPTIONAL"),
                self.pick(("TRACK", "track=x")),
                f"type={self.pick(_TYPES)}",
                *(self.pick((f"size<{self.pick(sizes)}", f"size>{self.pick(sizes)}")).replace(" ", "") for _ in "ab"),
                compare("links", _NUMBERS[:5]),
                f"mode={self.pick(('644', '0755', '600', '7777', '9', 'rw', '6x'))}",
                f"owner={self.pick(('root', '0', '5x', 'a'))}",
                f"ownerid={self.pick(('root', '500'))}",
                f"groupid={self.pick(('root', '0', 'wheel'))}",
                *(compare(name, times) for name in ("mtime", "ctime", "atime")),
                *(f"{self.case(name)}={self.pick(('abc', '5bd81afecf'))}" for name in _HASHES),
                *(["bogus"] if self.odd() else []),
            ),
        ]

    def directory(self) -> list[str]:
        words = (f"size<{self.pick(_NUMBERS)}", f"SIZE>{self.pick(_NUMBERS)}", self.pick(_COLORS), "TRACK")
        return ["DIR", self.pick(_FILES), *self.mixed(*words)]

    def service(self) -> list[str]:
        words = (
            self.quoted("status", self.pick(("started", "stopped", "%st", '"a b"'))),
            self.quoted(self.case("STARTUP"), self.pick(("automatic", "manual", "%dis"))),
            f"{self.pick(('col', 'COLOR'))}={self.pick(_COLORS)}",
        )
        return ["SVC", self.pick(_NAMES[:8]), *self.mixed(*words)]

    def data_set(self) -> list[str]:
        values = ("0.1", "5", "100", "7.25")
        lower, upper = f"{self.pick(('>', '>='))}{self.pick(values)}", f"{self.pick(('<', '<='))}{self.pick(values)}"
        limits = self.pick(([lower], [upper], [lower, upper], [upper, lower]))
        color = [f"COLOR={self.pick(_COLORS)}"] if self.chance(0.5) else []
        return [
            "DS",
            self.pick(("conn", "cpu")),
            self.pick(("tcp.conn.rrd:sec", "%^tcp:x:ds", "la.rrd:la")),
            *limits,
            *color,
        ]

    def mib(self) -> list[str]:
        words = (
            "key=%^eth",
            f"min={self.number()}",
            f"MAX={self.number()}",
            "match=%up",
            f"color={self.pick(_COLORS)}",
        )
        return ["MIB", self.pick(("ifmib:ifInOctets", "%x:y", "a:b")), *self.mixed(*words)]

    def queue(self) -> list[str]:
        keys = ("depth-warning", "depth-critical", "AGE-warning", "age-critical")
        words = (*(f"{key}={self.number()}" for key in keys), self.pick(("TRACK", "TRACK=q")))
        return ["MQ_QUEUE", self.pick(("Q1", "MGR:Q1", "%^M:%^Q", "M:Q:1", "*")), *self.mixed(*words)]

    def channel(self) -> list[str]:
        words = ("warning=BIND,RETRYING", 'alert="%STOP|BIND"')
        return ["MQ_CHANNEL", self.pick(("C1", "MGR:C1", "*")), *self.mixed(*words)]

    def paging(self) -> list[str]:
        return ["PAGING", *self.some(self.word(), self.word())]

    def vsize(self) -> list[str]:
        return ["VSIZE", *self.some(self.word(), self.word())]

    def spaces(self) -> list[str]:
        return [self.pick(("MAXUSER", "NPARTS")), *self.some(self.word(), self.word())]

    def getvis(self) -> list[str]:
        return ["GETVIS", "BG", *self.some(self.word(), self.word(), self.word(), self.word())]

    def cics(self) -> list[str]:
        words = ["CICS", self.pick(("APP", "*", "%^A"))]
        for area in self.some("DSA", "EDSA") if self.chance(0.7) else self.some("EDSA", "dsa"):
            words += [area, self.word(), self.word()]
        return words

    # Lines

    def qualifier(self, *, own_line: bool) -> str:
        ex = "EX" if self.chance(0.3) else ""
        lists = (
            f"{self.case(ex + 'HOST')}={self.pick(HOSTS)}",
            f"{self.case(ex + 'HOST')}={self.pick(HOSTS)}",
            f"{self.case(ex + 'PAGE')}={self.pick(_PAGES)}",
            f"{self.case(ex + 'CLASS')}={self.pick(_CLASSES)}",
            f"{ex}TIME={self.pick(_TIMES)}",
            self.quoted(self.case("TEXT"), self.pick(("Web", '"two words"'))),
            f"GROUP={self.pick(('web', 'web,dba'))}",
        )
        group = self.quoted(f"{ex}DISPLAYGROUP", self.pick(("Web", '"Front end"', "NONE")))
        return self.pick(lists if own_line else (*lists, group))

    def setting(self) -> list[str]:
        words: list[str] = getattr(self, self.pick(_SETTINGS))()
        return [self.case(words[0]), *words[1:]]

    def line(self) -> str:
        chance = self.random.random()
        if chance < 0.12:
            return self.pick(("", "# a comment", "  ", "#", '# "', "\t# x"))
        if chance < 0.3:
            words = [self.qualifier(own_line=True) for _ in range(self.pick((1, 1, 2, 3)))]
        elif chance < 0.37:
            words = [self.pick(("DEFAULT", "DEFAULT", "default", "DEFAULTS"))]
        else:
            words = self.setting()
            for _ in range(self.pick((0, 0, 1, 2))):
                words.append(self.qualifier(own_line=False))
            if self.chance(0.15):
                words += [*self.setting(), *([self.qualifier(own_line=False)] if self.chance(0.5) else [])]
        if (
            self.odd()
            and self.chance(0.3)
            and words[0].upper() not in ("PROC", "LOG", "DISK", "INODE", "DS", "UP", "SVC")
        ):
            words.append(self.pick(_NOISE))
        return self.pick(("", "", " ", "\t")) + self.blanks(words) + self.pick(("", "", " ", " # why"))

    def blanks(self, words: list[str]) -> str:
        text = ""
        for word in words:
            text += (self.pick((" ", " ", "  ", "\t", " \\\n ")) if self.chance(0.2) else " ") + word
        return text[1:]


def odd_analysis(seed: int, size: int = 12) -> dict[str, bytes]:
    """An analysis.cfg of about that many lines, and the files that it includes, by name."""
    dice = Dice(seed)
    lines = [dice.line() for _ in range(dice.random.randint(1, size))]
    files: dict[str, bytes] = {}
    if dice.chance(0.2):
        some, lines[1:3] = lines[1:3], [dice.pick(("include more.cfg", "directory d"))]
        files["more.cfg"] = files["d/10"] = _encoded(some)
    return {"analysis.cfg": _encoded(lines), **files}


def _encoded(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
