"""Odd alerts.cfg files, hosts to alert about and events, made up by a seeded dice.

Left out is what xymond_alert 4.3.30 plainly does wrong or cannot do (docs/alerts.cfg.md lists it): a `$` that names no
macro, FOR and CHANNEL, words that begin with SCRIPT, durations beyond 32 bits, a backslash at the end of an included
file. Its `--test` knows no class, and reads beyond the last group: that is one nobody asks for, and of a good length.
"""

import calendar
import random
from collections.abc import Sequence

from tests.support.xymond_alert_test import Event

HOSTS = ("www.foo.com", "db.foo.com", "top.foo.com", "both.foo.com", "mail-1", "a", "WWW", "sub.foo.com", "x.y", "h10")
TESTS = ("http", "conn", "cpu", "disk", "HTTP", "sslcert", "a_b", "procs")
PAGES = ("web", "db", "web/sub", "web/sub/deep", "other", "Web", "/")
TITLES = ("Front", "Back end", "<b>Bold</b> one", "a &amp; b", "NONE", "UPPER", "x,y", "")
GROUPS = ("linux", "unix-team", "dba", "Linux", "web,dba", "ops,linux,web")
GROUPS_LENGTH = 20  # 4.3.30 takes what lies behind other lengths in memory for a part of the last group
COLORS = ("red", "red", "red", "yellow", "yellow", "purple", "green", "blue", "clear")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland")
HOLIDAYS = """HOLIDAYLIKEWEEKDAY={like}
New Year:type=static month=1 day=1
Good Friday:type=easter offset=-2
Easter Monday:type=easter offset=1
First Advent:type=4advent offset=-21
[us]
Independence Day:type=static month=7 day=4
[de]
Unity:type=static month=10 day=3
Labour:type=static month=5 day=1
"""
_2020, _2031 = 1_577_836_800, 1_924_992_000
_DURATIONS = (
    "5",
    "10",
    "30",
    "1h",
    "1h30m",
    "90m",
    "2d",
    "1w",
    "0",
    "1",
    "x",
    "",
    "5x3",
    "1h1",
    "-5",
    "2H",
    "10s",
    "007",
)
_TIMES = (
    "W:0800:1800", "*:0000:2400", "60:1000:1400", "6:2330:0200", "*:2200:0600", "W:0900:0900", "0:0000:2359",
    "12345:0800:1200", "W:0800:1800,60:1000:1400", "w:0700:1900", "W:800:1800", "7:0800:1000", "W:0800", "W", "",
    "x,W:0800:1800", "W:0800:1200,x", "W:0800:1800,", "MON:0800:1000", "W:0800-1800", "*W:0800:1000",
    "W:0800:1800:x", "W:2400:1000", "W:0860:2500", "3:*", ":0800:1000", "W:*:*", "W:09:00:10:00",
)  # fmt: skip
_MAILS = (
    "a@example.com", "ops@example.com", "b", "sms+&host&@example.com", "&SERVICE&-&color&@example.com", "o'neil@x",
    "a,b@x", "x=y", '"quoted#"', "&host&&service&", "stop@x", "root", "mailinglist@x", "&x&", "d\xe9j\xe0@x",
)  # fmt: skip
_PROGRAMS = ("/usr/local/bin/page", "sms.sh", "/x/y=z", "a,b")
_SCRIPT_PEOPLE = ("123", "ops", "STOP", "IGNORE", "b=c", "+49-170", "p@x")
_NOISE = (
    "bogus", "HSOT=x", "bogus=1", "STOPPED", "SRVICE=http", ";", "FORMATS=SMS", "AND", "COLOUR=red", "\"", "GROUPS=x",
)  # fmt: skip
_FORMATS = ("TEXT", "PLAIN", "SMS", "PAGER", "SCRIPT", "sms", "Plain", "BOGUS", "", "TEXTS")
_COLOR_LISTS = (
    "red", "yellow", "red,yellow", "purple", "!red", "!yellow,!purple", "!red,yellow", "red,!yellow", "RED", "blue",
    "", "bogus", "red,bogus", "bogus,!red", "!bogus", "yellow,!red,red", "green,red", "*", "red,,yellow", ",!red",
    "clear,blue,green", "!", "Yellow,PURPLE", "redd",
)  # fmt: skip
_PATTERNS = (
    "%^www", "%foo", "%.", "%^[wd].*\\.foo", "%\\d", "%(http|conn)", "%^(?!db).", "%", "%(", "%[z-a]", "%^web", "%SUB",
    "%e+", "%^a\\b", "%(?i)WWW", "%o{2}", "%^.{1,4}\\z", "%dba|unix", "%\\.COM", "%*", "%a**", "%^/",
)  # fmt: skip
_WISHES = ("RECOVERED", "NORECOVERED", "NOTICE", "NONOTICE", "recovered", "RECOVEREDS", "Notice")
_LISTS = ("HOST", "SERVICE", "PAGE", "DISPLAYGROUP", "GROUP", "CLASS")
_NAMES: dict[str, Sequence[str]] = {
    "HOST": HOSTS,
    "SERVICE": TESTS,
    "PAGE": PAGES,
    "DISPLAYGROUP": (*TITLES[:-1], "Back"),
    "GROUP": GROUPS,
    "CLASS": ("linux", "win32"),
}


class Dice:
    """Throws of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.pick = self.random.choice
        self.macros: list[str] = []
        self.oddness = self.pick((0.0, 0.1, 0.3))  # how much of a file is not as it should be

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def odd(self) -> bool:
        return self.chance(self.oddness)

    # Values

    def case(self, word: str) -> str:
        return self.pick((word.lower(), word.capitalize())) if self.chance(0.15) else word

    def names(self, kind: str) -> str:
        if self.chance(0.12):
            return "*"
        if self.chance(0.25):
            return self.pick(_PATTERNS)
        if self.odd():
            return self.pick(("", ",", "!", "*,x", "!!a", ",www.foo.com", "!x,", "x,*", "%"))
        items = [self.pick(_NAMES[kind]).replace(" ", "_") for _ in range(self.random.randint(1, 3))]
        if self.chance(0.3):
            items = [f"!{item}" if self.chance(0.7) else item for item in items]
        return ",".join(items)

    def duration(self) -> str:
        return self.pick(_DURATIONS) if self.odd() else self.pick(_DURATIONS[:8])

    def filter(self) -> str:
        chance = self.random.random()
        if chance < 0.6:
            kind = self.pick(_LISTS[:5]) if self.chance(0.95) else "CLASS"
            name = ("EX" if self.chance(0.25) else "") + kind
            plural = kind not in ("GROUP", "CLASS") and self.chance(0.1)
            return f"{self.case(name + 'S' * plural)}={self.names(kind)}"
        if chance < 0.75:
            colors = self.pick(_COLOR_LISTS) if self.odd() else self.pick(_COLOR_LISTS[:8])
            return f"{self.case(self.pick(('COLOR', 'COLOR', 'COLORS')))}={colors}"
        if chance < 0.85:
            times = self.pick(_TIMES) if self.odd() else self.pick(_TIMES[:10])
            return f"{self.case(self.pick(('TIME', 'TIME', 'EXTIME', 'TIMES', 'EXTIMES')))}={times}"
        if chance < 0.95:
            sign = self.pick((">", "<", ">=", "<="))
            sign = self.pick(("=", "", "!", ">>", "=>", "<>")) if self.odd() and self.chance(0.3) else sign
            return f"{self.case('DURATION')}{sign}{self.duration()}"
        return self.pick(_WISHES)

    def modifier(self) -> str:
        chance = self.random.random()
        if chance < 0.35:
            return f"{self.case('FORMAT')}={self.pick(_FORMATS) if self.odd() else self.pick(_FORMATS[:5])}"
        if chance < 0.7:
            return f"{self.case('REPEAT')}={self.duration()}"
        return self.case(self.pick(("STOP", "UNMATCHED", "NOALERT")))

    def recipient(self) -> str:
        chance = self.random.random()
        if chance < 0.7:
            addresses = " ".join(self.pick(_MAILS) for _ in range(self.pick((1, 1, 1, 2, 3))))
            if self.odd():
                return self.pick(("MAIL", "MAIL=", f"MAIL={addresses}", f"MAIL MAIL {addresses}", addresses, "MAILX"))
            return f"{self.case('MAIL')}{self.pick((' ', ' ', ' ', '='))}{addresses}"
        if chance < 0.9:
            people = " ".join(self.pick(_SCRIPT_PEOPLE) for _ in range(self.pick((1, 1, 2))))
            if self.odd():
                return self.pick(("SCRIPT", "SCRIPT /x", f"SCRIPT= {people}", "SCRIPT=/x", f"SCRIPT MAIL {people}"))
            return f"{self.case('SCRIPT')}{self.pick((' ', '='))}{self.pick(_PROGRAMS)} {people}"
        return self.case("IGNORE") if not self.odd() else self.pick(("IGNOREX", "IGNORE=1", "IGNORE x"))

    # Lines

    def blank(self) -> str:
        return self.pick((" ", " ", " ", "  ", "\t", " \t ", " \\\n ", "\\\n\t")) if self.chance(0.2) else " "

    def words(self, words: Sequence[str]) -> str:
        text = words[0] if words else ""
        for word in words[1:]:
            text += self.blank() + word
        return text

    def tail(self) -> list[str]:
        """What stands behind recipients."""
        return [self.modifier() if self.chance(0.6) else self.filter() for _ in range(self.random.randint(0, 2))]

    def noise(self, words: list[str]) -> list[str]:
        if self.odd() and self.chance(0.5):
            words.insert(self.random.randint(0, len(words)), self.pick(_NOISE))
        return words

    def rule(self) -> str:
        words = [self.filter() for _ in range(self.pick((1, 1, 2, 2, 3, 4)))]
        if self.chance(0.5):
            words = ["HOST=*", *words] if self.chance(0.3) else words
        if self.chance(0.6):
            words += [self.recipient(), *self.tail()]
        return self.words(self.noise(words))

    def more(self) -> str:
        """A line that adds to a rule or changes its last recipient."""
        if self.chance(0.2):
            words = [self.modifier(), *self.tail()]
            words += [self.recipient(), *self.tail()] if self.chance(0.2) else []
        else:
            words = [self.recipient(), *self.tail()]
            words += [self.recipient(), *self.tail()] if self.odd() else []
        return self.words(self.noise(words))

    def macro(self) -> str:
        name = self.pick(("A", "WEB", "web", "A-b", "x_1", "WEBS", "T"))
        value = self.pick(
            (
                lambda: self.names("HOST"),
                self.filter,
                self.recipient,
                lambda: self.pick(_TIMES[:8]),
                lambda: f"{self.filter()} {self.recipient()}",
                lambda: f"www.foo.com,{self.use()}",
                lambda: "red,yellow",
            )
        )()
        self.macros.append(name)
        return f"${name}={value}"

    def use(self) -> str:
        return f"${self.pick(self.macros)}" if self.macros else "a"

    def with_macro(self) -> str:
        use = self.use()
        return self.pick(
            (
                f"HOST={use} MAIL m@x",
                f"HOST=x,{use},{use}.com MAIL m@x",
                f"SERVICE=http {use}",
                f"{use} MAIL m@x",
                f"TIME={use} MAIL m@x",
                f"HOST=%^{use}|a MAIL q@{use}",
                f"MAIL {use} {use}",
                use,
            )
        )

    def comment(self) -> str:
        return self.pick(("", "", "# a comment", "#", "  ", "# HOST=* MAIL x \\\n goes on", "\t# c", '# "'))

    def line(self) -> str:
        chance = self.random.random()
        if chance < 0.4:
            line = self.rule()
        elif chance < 0.8:
            line = self.more()
        elif chance < 0.85:
            line = self.macro()
        elif chance < 0.9 and self.macros:
            line = self.with_macro()
        else:
            return self.comment()
        if self.chance(0.08):
            line += self.pick((" # said why", " #", "# no blank", ' "#" x', " '#'"))
        return self.pick(("", "", "", "", " ", "\t")) + line + self.pick(("", "", "", " ", "\t"))


SOUP = (
    "HOST=*", "HOST=*", "HOST=www.foo.com", "EXHOST=a", "SERVICE=http", "SERVICE=%.", "COLOR=red", "COLOR=!red",
    "PAGE=web", "DURATION>5", "DURATION<1h", "TIME=*:0000:2400", "RECOVERED", "NOTICE", "MAIL", "MAIL",
    "MAIL=x@y", "SCRIPT", "SCRIPT=/p", "IGNORE", "STOP", "UNMATCHED", "NOALERT", "FORMAT=SMS", "FORMAT=TEXT",
    "REPEAT=5", "REPEAT=1h", "a@b", "c", "/q", "bogus", "x=y", "\"", "'", "\"a", "b'", "#", "#x", "\\", "a\\b",
    "\\#", "EXTIME=W:0800:1800", "GROUP=*", "DISPLAYGROUP=NONE", "mail", "Stop", "script", "IGNORE", "MAILING",
    "NOALERTX", "DURATION", "format=pager", "EXPAGE=/", ",", "*", "%", "=",
)  # fmt: skip
"""Words that lines are made of without any sense."""


def odd_alerts(seed: int, size: int = 14) -> dict[str, bytes]:
    """An alerts.cfg of about that many lines, and the files that it includes, by name."""
    dice = Dice(seed)
    lines = [dice.line() for _ in range(dice.random.randint(1, size))]
    if dice.chance(0.2):
        lines = [dice.words([dice.pick(SOUP) for _ in range(dice.random.randint(1, 8))]) for _ in range(size)]
    if dice.chance(0.5):
        lines.insert(0, f"HOST=* MAIL first@x {dice.modifier()}")
    files: dict[str, bytes] = {}
    if dice.chance(0.3):
        start = dice.random.randrange(len(lines))
        some, lines[start : start + 4] = lines[start : start + 4], []
        word, name = dice.pick((("include", "more.cfg"), ("directory", "d"), ("optional include", "more.cfg")))
        files[f"{name}/10" if word == "directory" else name] = _encoded(some, dice)
        lines.insert(start, f"{word}{dice.pick((' ', '  ', chr(9)))}{name}")
    if dice.chance(0.1):
        lines.insert(
            dice.random.randint(0, len(lines)), dice.pick(("optional include no.cfg", "optional directory nod"))
        )
    if dice.odd() and dice.chance(0.3):
        lines.insert(dice.random.randint(0, len(lines)), dice.pick(("include no.cfg", "directory nod")))
    return {"alerts.cfg": _encoded(lines, dice), **files}


def _encoded(lines: list[str], dice: Dice) -> bytes:
    end = dice.pick(("\n", "\n", "\n", "\r\n"))
    if lines and lines[-1].rstrip().endswith("\\"):
        lines = [*lines, ""]  # it would wait for ever for what comes behind the last line
    return (end.join(line.replace("\n", end) for line in lines) + dice.pick((end, end, ""))).encode()


def odd_hosts(seed: int) -> dict[str, bytes]:
    """A hosts.cfg with pages, groups, classes, holidays and other names, and a holidays.cfg."""
    dice = Dice(seed)
    lines: list[str] = []
    names = list(HOSTS)
    dice.random.shuffle(names)
    pages = ["", "page web Web", "subpage sub Sub", "subparent sub deep Deep", "page db Data", "page other Other"]
    for page in pages:
        lines.append(page)
        for _ in range(dice.random.randint(0, 3)):
            if dice.chance(0.4):
                title = dice.pick(TITLES)
                lines.append(f"{dice.pick(('group', 'group-compress', 'group-only cpu|http'))} {title}".rstrip())
            name = names.pop() if names and dice.chance(0.9) else dice.pick(HOSTS)
            tags = [
                tag for tag in ("CLASS:linux", "holidays=us", "holidays=de", f"CLIENT:{name}-2") if dice.chance(0.2)
            ]
            lines.append(f"127.0.0.{len(lines) + 1} {name} # {' '.join(['noconn', *tags])}")
    like = dice.pick((-1, 0, 0, 6, 3))
    return {"hosts.cfg": "\n".join([*lines, ""]).encode(), "holidays.cfg": HOLIDAYS.format(like=like).encode()}


def odd_event(seed: int) -> Event:
    """Something that happens to a host."""
    dice = Dice(seed)
    host = dice.pick(HOSTS) if dice.chance(0.85) else dice.pick(("nosuch", "www.foo.com-2", "DB.foo.com", "www"))
    now = dice.random.randrange(_2020, _2031)
    if dice.chance(0.4):  # at the edge of an hour, and on a day that may be a holiday
        now -= now % 1800 - dice.pick((0, 59, 60, -1))
    if dice.chance(0.2):
        year, day = dice.random.randint(2020, 2030), dice.pick(((1, 1), (7, 4), (10, 3), (5, 1)))
        now = _noon(year, *day) + dice.random.randint(-50_000, 50_000)
    return Event(
        host=host,
        test=dice.pick(TESTS),
        color=dice.pick(COLORS),
        minutes=dice.pick((0, 1, 4, 5, 6, 9, 10, 11, 29, 30, 31, 60, 61, 90, 91, 3000, 20_000)),
        groups=f"{dice.pick(GROUPS)},".ljust(GROUPS_LENGTH, "n") if dice.chance(0.4) else "",
        now=now,
        zone=dice.pick(ZONES),
    )


def _noon(year: int, month: int, day: int) -> int:
    return calendar.timegm((year, month, day, 12, 0, 0))
