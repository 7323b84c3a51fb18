"""Odd hosts.cfg files, made up by a seeded dice: odd quotes, blanks, line ends, continuations, duplicates, groups.

Left out is what xymond 4.3.30 plainly reads wrong: pages without a title or with a slash in it,
subpages of no page, two
pages of one name, NOTBEFORE and NOTAFTER, and hosts with several lines of which a later one is preferred; and IPv6.
"""

import random

NAMES = (
    "alpha", "Beta.Example.COM", "g-1_x.test", "127.0.0.50", "10", "e.e.e", "UPPER", "under_score", "dash-",
    "x.y", "zeta:1",
    "summary2", "pagehost", "group1", "include", "n" * 60,
)  # fmt: skip
ADDRESSES = ("127.0.0.9", "0.0.0.0", "127.0.0.009", "255.255.255.255", "127.1.2.3", "000.0.0.0", "1.2.3.4")  # noqa: S104
BROKEN_ADDRESSES = ("127.0.0", "127.0.0.256", "127.0.0.999", "a.b.c.d", "127.0.0.x", "-1.0.0.0", "127,0,0,1")
BARE_TAGS = (
    "noinfo", "NOINFO", "notrends", "noclient", "nodisp", "nonongreen", "dialup", "DIALUP", "testip",
    "noclear", "nosslcert",
    "trace", "multihomed", "pulldata", "noflap", "prefer", "noconn", "noping", "conn", "ssh", "smtp:25",
    "!ftp", "?~x", "#", "##",
    "a#b", "|", "||", "\\\\", "a\\b", "=", ":", "NAME", "NAME:", "NAME: x", "COMMENT", "CLASS", "CLASS:",
    "NET:", "DOWNTIME",
    "DOWNTIME=", "noinfox", "xnoinfo", "no info", "NOCOLUMNS:", "LARRD:", "TRENDS", "TRENDS:", "OS:",
    "noflap=", "noflap:cpu",
    "pulldata=", "delayred", "delayred=", "delayred=cpu", "ssldays", "ssldays=", "ssldays=x", "sslbits=",
    "depends=()", "testipx",
)  # fmt: skip
VALUES = (
    "two words", "a|b", "a\\b", "\xe4\xf6", "'single'", "a=b", "a:b", "x,y", "*", "  padded  ", "tab\there",
    "#hash", "&amp;<b>",
    "", "1", "%s", "W:0800:1800", "*:0000:2400", "cpu:5,mem:1h", "http://127.0.0.1/%s?a=b#c", "end\\",
    "a,b:*:2300:0100:why not",
)  # fmt: skip
KEYS = (
    "NAME:", "COMMENT:", "DESCR:", "CLASS:", "OS:", "NET:", "CLIENT:", "NOCOLUMNS:", "TRENDS:", "NK:",
    "NKTIME=", "DOWNTIME=",
    "REPORTTIME=", "WARNPCT:", "NOPROP:", "NOPROPRED:", "noflap=", "delayred=", "delayyellow=", "ssldays=",
    "browser=", "DOC:",
    "INTERFACES:", "name:", "Class:", "WML:", "httphdr=", "depends=", "holidays=", "COMPACT:", "ACCEPTONLY:",
    "ldaplogin=",
    "pulldata=", "sslbits=", "UNKNOWN:", "unknown=",
)  # fmt: skip
TITLES = (
    "One",
    "Two words",
    '"Quoted title"',
    "a | b",
    "<i>x</i>",
    "\xc4",
    "trailing  ",
    "#3",
    "back\\slash",
    "include x",
)
NOISE = (
    "# comment", "#", "", "   ", "\t", "something", "127.0.0.1", "127.0.0.1 ", "title", "title Some title",
    "page", "subpage",
    "group", "group-only", "group-compress X", "summary a.b 127.0.0.1 http://x", "dialup 127.0.0.1 a",
    "virtual x", "PAGE up Up",
    "#127.0.0.1 no # noinfo", "optional", "include", "directory", "pagex y", "groupx", "# odd \\",
    "custpage c C", "0.0.0.0",  # noqa: S104
)  # fmt: skip
GROUPS = (
    "group", "group-compress", "group-sorted", "group-only cpu", "group-only cpu|disk", "group-except info",
    "group-except a|b|c",
    "altgroup", "group-compress-sorted", "group-sorted-compress",
)  # fmt: skip
PAGES = ("page", "subpage", "subparent", "vpage", "vsubpage", "vsubparent", "altpage")


class Dice:
    """Throws of one seed, and what they have named so far."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.pick = self.random.choice
        self.pages: list[str] = []
        self.again = self.random.random() < 0.3

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def blank(self) -> str:
        return self.pick((" ", " ", " ", "  ", "\t", " \t "))

    def tag(self) -> str:
        if self.chance(0.4):
            return self.pick(BARE_TAGS).replace(" ", "")
        key, value = self.pick(KEYS), self.pick(VALUES)
        style = self.random.randint(0, 5)
        if style == 0:
            return f'"{key}{value}"'
        if style == 1:
            return f"{key}{value.replace(' ', '_')}".replace("\t", "")
        if style == 2:
            return f'{key}"{value}"{self.pick(("", "tail", "x"))}'
        return f'{key}"{value}"'

    def tags(self, most: int = 5) -> str:
        count = self.random.randint(0, most)
        words = [self.tag() for _ in range(count)]
        if words and self.chance(0.05):
            words[-1] = words[-1].rstrip('"')  # an open quote
        gaps = ["\\\n", " \\\n  ", " \\\n\t"] if self.chance(0.2) else []
        return "".join(word + self.pick((" ", " ", "  ", "\t", *gaps)) for word in words)

    def host(self, number: int) -> str:
        name = self.pick(NAMES)
        # Of the hosts that come twice, what the first line says must win.
        name = name if self.again and self.chance(0.3) else f"{name}{number}"
        address = self.pick(BROKEN_ADDRESSES) if self.chance(0.06) else self.pick(ADDRESSES)
        tags = self.tags()
        if self.again:
            tags = tags.replace("prefer", "preferred").replace("noconn", "nocon")
            address = "127.0.0.7"
        mark = self.pick(("# ", "#", " # ", "#\t", "", "; ")) if self.chance(0.3) else "# "
        return f"{address}{self.blank()}{name}{self.blank()}{mark}{tags}"

    def page(self) -> str:
        kind = self.pick(PAGES) if self.pages else "page"
        name = f"p{len(self.pages)}"
        parent = f"{self.pick([*self.pages, 'nowhere'])}{self.blank()}" if kind.endswith("subparent") else ""
        self.pages.append(name)
        return f"{kind}{self.blank()}{parent}{name}{self.blank()}{self.pick(TITLES[:4])}"

    def group(self) -> str:
        return f"{self.pick(GROUPS)} {self.pick((*TITLES, ''))}"

    def line(self, number: int) -> str:
        chance = self.random.random()
        if chance < 0.62:
            line = self.host(number)
        elif chance < 0.72:
            line = self.page()
        elif chance < 0.82:
            line = self.group()
        elif chance < 0.87:
            line = f"0.0.0.0{self.blank()}.default.{self.blank()}# {self.tags(3)}"  # noqa: S104
        else:
            line = self.pick(NOISE)
        return self.pick(("", "", "", "", " ", "\t")) + line + self.pick(("", "", "", " ", "\t"))


def odd_files(seed: int, size: int = 40) -> dict[str, bytes]:
    """A hosts.cfg of about that many lines, and the files that it includes, by name."""
    dice = Dice(seed)
    lines = ["page first The first", *(dice.line(number) for number in range(size))]
    end = dice.pick(("\n", "\n", "\n", "\r\n"))
    files: dict[str, bytes] = {}
    for number in range(dice.random.randint(0, 3)):
        start = dice.random.randrange(1, len(lines))
        some, lines[start : start + 8] = lines[start : start + 8], []
        word, name = dice.pick(
            (("include", f"more{number}.cfg"), ("directory", f"d{number}"), ("optional include", "no"))
        )
        path = f"{name}/{dice.pick(('a', '10', 'x.cfg', 'y~', '.z'))}" if word == "directory" else name
        if word != "optional include":
            files[path] = _encoded(some, end, dice)
        lines.insert(start, f"{dice.pick(('', '', ' '))}{word}{dice.blank()}{name}{dice.pick(('', ' '))}")
    return {"hosts.cfg": _encoded(lines, end, dice), **files}


def _encoded(lines: list[str], end: str, dice: Dice) -> bytes:
    last = end if dice.chance(0.8) else ""
    return (end.join(line.replace("\n", end) for line in lines) + last).encode()
