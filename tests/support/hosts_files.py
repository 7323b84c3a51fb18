"""Varied hosts.cfg files, the same ones for the same seed, such as administrators write them.

What xymond 4.3.30 plainly does wrong is left out: pages without a title (it shows whatever its buffer held) or with a
slash in it (it shows what is behind), NOTBEFORE and NOTAFTER (it cuts their values), and several lines for one host
that are preferred to its first one (which of them wins depends on whether the host is the first of the file).
"""

import random
from collections.abc import Sequence

FLAGS = (
    "noinfo", "notrends", "noclient", "nodisp", "nonongreen", "nobb2", "nosslcert", "trace", "notrace", "noconn",
    "noping", "dialup", "testip", "ldapyellowfail", "noclear", "NOCLEAR", "hidehttp", "sni", "nosni", "headermatch",
    "Dialup", "nodisplay", "pulldata", "noflap", "PULLDATA=127.0.0.9:1985", "noflap=cpu,disk",
)  # fmt: skip
VALUES = (
    'NAME:"A nice name"', "NAME:plain", 'COMMENT:"in | the cellar"', "DESCR:router:core", 'DESCR:"switch:4th floor"',
    "CLASS:web", "OS:linux", "NET:dmz", "NK:http,conn", "NKTIME=W:0800:1800", "TRENDS:*,!users", "LARRD:*", "WML:conn",
    "NOPROP:cpu", "NOPROPRED:+ftp,-smtp", "NOPROPYELLOW:cpu", "NOPROPPURPLE:cpu", "NOPROPACK:cpu", "WARNPCT:98.5",
    "REPORTTIME=W:0700:2000", "WARNSTOPS:3", "DOWNTIME=*:2300:2400,W:0000:0100", 'DOWNTIME=conn:*:2300:2400:"at night"',
    "ssldays=30:10", "sslbits=128", "depends=(http:gw/conn)", 'browser="Mozilla/4.0 (x)"', "httphdr=X-A:b",
    "holidays=dk", "delayred=cpu:10", "delayyellow=disk:5,cpu:2", "ldaplogin=u:p", "NOCOLUMNS:disk,cpu",
    "COMPACT:all=a|b", "INTERFACES:eth.*", "ACCEPTONLY:cpu", "DOC:http://127.0.0.1/doc/%s",
    'NAME:"a \\ b"', "name:lower",
)  # fmt: skip
TESTS = (
    "ssh", "smtp", "smtp:2525", "ftp:8021:s", "?telnet", "!ftp", "~imap", "?!~pop3:s", "pop-3", "ssh@127.0.0.3", "conn",
    "http://127.0.0.1/", "https://127.0.0.1:8443/x?a=b&c", "http://u:p@www=127.0.0.1/", "cont;http://127.0.0.1/;x.y",
    "content=http://127.0.0.1/", "httpstatus;http://127.0.0.1/;2..;4..", "post;http://127.0.0.1/;a=b;", "dns",
    "dns=mx:a", "ntp", "rpc=nfs", "ldap", "apache", "badhttp:1:2:3", "badconn-W-0800-1800:1:2:4", "route:gw,gw2",
    "!conn", "conn=worst,127.0.0.8,127.0.0.9", "oracle", "devmon:tests(if)", 'X:"y z"', '"quoted tag"',
    'half"quoted tag"behind', "CUST:PAGE,3", "#hash", "http10://127.0.0.1/",
)  # fmt: skip
TITLES = ("Plain", "Two words", "<b>Bold</b> and <i>so</i> on", "A < B", "Z\u00fcrich", '"quoted"', "a | b")


class HostsFile:
    """Writes one file line by line."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - varied, not secret
        self.lines: list[str] = []
        self.names: dict[str, int] = {}  # and how many more lines each may have
        self.pages: list[str] = []
        self.in_page = False

    def text(self, size: int) -> str:
        kinds = (self.host, self.page, self.group, self.noise, self.default, self.again)
        for _ in range(size):
            self.random.choices(kinds, weights=(60, 10, 12, 8, 2, 8))[0]()
        return "\n".join(self.lines) + "\n"

    def pick(self, things: Sequence[str], most: int) -> list[str]:
        return [self.random.choice(things) for _ in range(self.random.randint(0, most))]

    def address(self) -> str:
        if self.random.random() < 0.1:
            return "0.0.0.0"  # noqa: S104 - hosts.cfg's word for "look up the name"
        return f"127.{self.random.randint(0, 255)}.{self.random.randint(0, 255)}.{self.random.randint(1, 254)}"

    def host(self) -> None:
        number = len(self.lines)
        name = self.random.choice((f"host{number}", f"www{number}.example.com", f"h-{number}_x.test"))
        weak = self.define(name, prefer=self.random.random() < 0.1)
        self.names[name] = 1 if weak else 5

    def again(self) -> None:
        """A host that is known already, on another page."""
        names = [name for name, more in self.names.items() if more]
        if names:
            name = self.random.choice(names)
            self.names[name] -= 1
            self.define(name, prefer=False)

    def define(self, name: str, *, prefer: bool) -> bool:
        """Whether the line may be outdone by another one."""
        tags = [*self.pick(FLAGS, 2), *self.pick(VALUES, 3), *self.pick(TESTS, 4), *["prefer"][: int(prefer)]]
        self.random.shuffle(tags)
        sign = "@" if self.random.random() < 0.05 else ""
        gap = self.random.choice((" ", "   ", "\t"))
        hash_ = "# " if tags or self.random.random() < 0.5 else ""
        address = self.address()
        self.write(f"{address}{gap}{sign}{name} {hash_}{self.joined(tags)}")
        return not prefer and (address.startswith("0") or "noconn" in tags)

    def joined(self, tags: Sequence[str]) -> str:
        gaps = (" ", " ", " ", "  ", "\t", " \\\n", " \\\n    ")
        return "".join(tag + self.random.choice(gaps) for tag in tags[:-1]) + "".join(tags[-1:])

    def write(self, line: str) -> None:
        self.lines.append(self.random.choice(("", "", "", "  ", "\t")) + line)

    def page(self) -> None:
        number = len(self.pages)
        kind = self.random.choice(("page", "subpage", "subparent", "vpage", "vsubparent", "subpage"))
        if not self.in_page:
            kind = "page"
        name = f"p{number}" if self.random.random() < 0.8 or not self.pages else self.random.choice(self.pages)
        parent = f"{self.random.choice(self.pages)} " if kind.endswith("subparent") else ""
        self.write(f"{kind} {parent}{name} The page {name} by {number}")
        self.pages.append(name)
        self.in_page = True

    def group(self) -> None:
        words = ("group", "group", "group-compress", "group-sorted", "group-only conn|http", "group-except cpu")
        self.write(f"{self.random.choice(words)} {self.random.choice((*TITLES, ''))}".rstrip())

    def default(self) -> None:
        tags = [*self.pick(FLAGS, 2), *self.pick(VALUES[4:30], 2)]
        self.write(f"0.0.0.0 .default. # {self.joined(tags)}")

    def noise(self) -> None:
        noise = (
            "# a comment", "", "   # one more \\\n# that goes on", "title A title", "summary row.col 127.0.0.1 http://x/",
            "custpage other Other", "custgroup-only a|b Other", "300.1.2.3 nobody # ssh", "127.0.0 nobody",
            "something else", "#127.0.0.1 nobody # ssh",
        )  # fmt: skip
        self.lines.append(self.random.choice(noise))


def hosts_file(seed: int, size: int = 80) -> str:
    """A file of about `size` lines."""
    return HostsFile(seed).text(size)
