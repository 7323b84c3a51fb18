"""Conversations with a monitor, made up by a seeded dice: what two monitors must answer alike.

A line may hold `{cookie:HOST.TEST}`, to be replaced by the cookie that square has on the monitor it goes to.
"""

import random
from collections.abc import Callable, Iterator

HOSTS = """\
0.0.0.0 .default. # COMMENT:"from the default"
127.0.0.1 mon.example.com # testip
127.0.0.9 one.example.com # CLIENT:OneExeAliase http://127.0.0.9/ NOPROPRED:disk
page web Web servers
group Front row
127.0.0.10 www.example.com # NAME:"Front one" DESCR:"Linux:main web" noclear CLASS:webclass
group-only disk|cpu Back row
127.0.0.11 db.example.com # nonongreen dialup DOCURL:http://127.0.0.1/doc ssldays=20:5
subpage sub1 Sub one
127.0.0.12 app # noinfo TRENDS:* NET:lan
0.0.0.0 Mixed.Case.Example # notrends noclient multihomed
127.0.0.13 down.example.com # DOWNTIME=*:*:0000:2359:"night work"
127.0.0.14 late.example.com # DOWNTIME=disk,http:*:0000:2359:"disks are changed"
"""

HOST_WORDS = (
    "mon.example.com",
    "one,example,com",
    "OneExeAliase",
    "oneexealiase",
    "www,example,com",
    "WWW.Example,com",
    "db,example,com",
    "app",
    "APP",
    "Mixed,Case,Example",
    "mixed.case.example",
    "down,example,com",
    "late.example.com",
)
GHOSTS = ("ghost,one", "ghost.two", "nobody", "gho$t", "www", "ghost,one,")
TESTS = ("disk", "cpu", "http", "disk", "CpU", "we_ird-1", "a:b", "conn")
BAD_TESTS = ("b@d", "sp%ce", "ünï", "")
COLORS = ("green", "yellow", "red", "clear", "GREEN", "Red", "blue", "yellow,", "red\t")
BAD_COLORS = ("mauve", "gree", "12", "-")
LIFETIMES = ("", "", "", "+5", "+90", "+2h", "+1d", "+1w", "+1h30m", "+30m5", "+10x", "+abc", "+0", "+")
GROUPS = ("", "", "", "/group:dba", "/group:dba,web")
TEXTS = (
    "",
    " all is well",
    " Fri Nov 20 08:00:00 2026 OK\n&green fine\n",
    " a|pipe and a \\ and\ttab\n",
    "\nsecond line\n\nfourth",
    " <b>bold</b> &amp; &red ball",
    " ünï códe",
    " trailing  ",
    "  two blanks",
    " x\r\ny\r\n",
    "\n",
    " " + "long " * 150,
)
FIELDS = (
    "hostname,testname,color,lastchange,logtime,validtime,acktime,disabletime,sender,ackmsg,dismsg,msg,client,acklist,stats,"
    "modifiers,XMH_IP,XMH_DISPLAYNAME,XMH_PAGEPATH,line1"
)
NAMED = (
    "hostname",
    "testname",
    "color",
    "lastchange",
    "logtime",
    "validtime",
    "acktime",
    "disabletime",
    "sender",
    "line1",
    "ackmsg",
    "dismsg",
    "msg",
    "client",
    "acklist",
    "stats",
    "modifiers",
    "XMH_IP",
    "XMH_PAGEPATH",
    "XMH_ALLPAGEPATHS",
    "XMH_DISPLAYNAME",
    "XMH_COMMENT",
    "XMH_RAW",
    "XMH_DGNAME",
    "XMH_NET",
    "XMH_DESCRIPTION",
    "nonsense",
    "ip",
    "BBH_IP",
)
CRITERIA = (
    "host=^www",
    "host=example",
    "host=EXAMPLE",
    "host=app|db",
    "page=web",
    "page=^web/sub1$",
    "page=^$",
    "net=lan",
    "ip=127.0.0.1[12]",
    "XMH_IP=^127",
    "XMH_DISPLAYNAME=Front",
    "test=^disk$",
    "test=c",
    "test=DISK",
    "test=info|trends",
    "color=red",
    "color=red,yellow",
    "color=green",
    "color=blue,clear",
    "msg=well",
    "msg=status",
    r"msg=all\sis",
    "ackmsg=work",
    "dismsg=work",
    "dismsg=.",
    "lastchange>1000",
    "lastchange<1000",
    "acktime>0",
    "acktime=0",
    "disabletime=-1",
    "disabletime!=0",
    "disabletime>=1",
    "validtime<=2147483647",
    "tag=DOWN",
    "nonsense",
    "color=",
    "color=mauve",
    "stats=1",
)
SERVICES = (
    "www.example.com.disk",
    "one,example,com.cpu",
    "OneExeAliase.cpu",
    "app.DISK",
    "ghost.two.cpu",
    "www.example.com",
)

Maker = Callable[["Dice"], str]


class Dice:
    """Throws of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.pick = self.random.choice
        self._ids = 0

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def host(self) -> str:
        return self.pick(GHOSTS) if self.chance(0.06) else self.pick(HOST_WORDS)

    def test(self) -> str:
        return self.pick(BAD_TESTS) if self.chance(0.03) else self.pick(TESTS)

    def square(self) -> str:
        return f"{self.host()}.{self.test()}"

    def blank(self) -> str:
        return self.pick((" ", " ", " ", "  ", "\t", " \t "))


def status(dice: Dice) -> str:
    color = dice.pick(BAD_COLORS) if dice.chance(0.03) else dice.pick(COLORS)
    text = dice.pick(TEXTS)
    head = f"status{dice.pick(LIFETIMES)}{dice.pick(GROUPS)}"
    return f"{head}{dice.blank()}{dice.square()}{dice.blank()}{color}{text}"


def plain_status(dice: Dice) -> str:
    return (
        f"status {dice.pick(HOST_WORDS)}.{dice.pick(TESTS)} {dice.pick(COLORS[:4])} {dice.pick(('one', 'two'))} words"
    )


def combo(dice: Dice) -> str:
    return "combo\n" + "\n\n".join(plain_status(dice) for _ in range(dice.random.randint(1, 5)))


def extcombo(dice: Dice) -> str:
    makers: tuple[Maker, ...] = (plain_status, plain_status, data, modify, disable, enable)
    parts = [dice.pick(makers)(dice).encode() for _ in range(dice.random.randint(1, 4))]
    offsets = [100]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    header = ("extcombo " + " ".join(map(str, offsets))).ljust(99) + "\n"
    return header + b"".join(parts).decode()


def data(dice: Dice) -> str:
    return f"data {dice.square()}\n[x.rrd]\nDS:a:GAUGE:600:U:U 1\n"


def summary(dice: Dice) -> str:
    return f"summary summary.{dice.pick(('Vegas.All', 'Reno.web.sub'))} {dice.pick(COLORS[:4])} http://127.0.0.1/ text"


def client(dice: Dice) -> str:
    collector = dice.pick(("", "", "", "/extra"))
    # xymond keeps the first answer it gave a host, whatever that host says it is later.
    host = dice.host()
    kind = ("linux", "freebsd", "aix")[{"o": 0, "w": 1}.get(host[:1].lower(), 2)]
    body = f"[date]\n{dice.pick(('Fri', 'Sat'))} Nov 20\n[df]\nFilesystem\n[uptime]\n up 3 days\n"
    return f"client{collector} {host}.{kind}\n{body}"


def disable(dice: Dice) -> str:
    host = dice.pick([*HOST_WORDS[1:], "ghost.two"])
    target = f"{host}.{dice.test()}" if dice.chance(0.7) else f"{host}{dice.pick(('.*', '*'))}"
    duration = dice.pick(("5", "2h", "-1", "1d", "90", "-1"))
    reason = dice.pick(("", " Planned work", " two\nlines\n", "\nnext line"))
    return f"disable {target} {duration}{reason}"


def enable(dice: Dice) -> str:
    # Not in a planned downtime: xymond forgets its cause then, though it lasts.
    host = dice.pick([word for word in HOST_WORDS if not word.startswith(("down", "late"))])
    return f"enable {host}.{dice.test() if dice.chance(0.7) else '*'}"


def modify(dice: Dice) -> str:
    # Not where something may be disabled: in xymond a modifier lifts that at once.
    one = (
        f"modify mon.example.com.{dice.test()} {dice.pick(COLORS[:4])} {dice.pick(('SRC1', 'SRC2'))} because of a test"
    )
    return (
        one if dice.chance(0.8) else f"{one}\n\nmodify mon.example.com.{dice.test()} {dice.pick(COLORS[:4])} SRC3 other"
    )


def acknowledge(dice: Dice) -> str:
    verb = dice.pick(("xymondack", "hobbitdack", "ack ack_event"))
    host = dice.pick(("www.example.com", "one.example.com", "app"))
    minus = dice.pick(("", "", "-"))
    square = f"{host}.{dice.pick(TESTS[:3])}"
    return f"{verb} {minus}{{cookie:{square}}} {dice.pick(('60', '2h', '1d'))} working on it\nAcked by: me"


def ackinfo(dice: Dice) -> str:
    lines = (dice.square(), dice.pick("123"), dice.pick(("600", "-1", "5000")), dice.pick(("joe", "ann")), "at level")
    return "ackinfo " + "\n".join(lines) + "\n"


def drop(dice: Dice) -> str:
    host = dice.pick(("www.example.com", "one.example.com", "app", "ghost.two"))
    return f"drop {host} {dice.pick(TESTS)}"


def rename(dice: Dice) -> str:
    host = dice.pick(("www.example.com", "one.example.com", "app"))
    return f"rename {host} {dice.pick(TESTS[:3])} new{dice.random.randint(1, 99999)}"


def schedule(dice: Dice) -> str:
    later = f"schedule {dice.pick((1900000000, 2000000000))} disable www.example.com.disk 60 later|on\n"
    return dice.pick((later, later, "schedule cancel 1", f"schedule cancel {dice.random.randint(1, 20)}", "schedule"))


def notice(dice: Dice) -> str:
    return dice.pick((f"notify {dice.square()} text", "notes abc\ntext", "usermsg x y", "dummy", "page x", "nonsense"))


def query(dice: Dice) -> str:
    if dice.chance(0.5):
        return f"query {dice.square()}"
    words = [dice.pick(("xymondlog", "hobbitdlog")), dice.pick(SERVICES)]
    if dice.chance(0.5):
        words.append("fields=" + ",".join(dice.random.sample(NAMED[:18], dice.random.randint(1, 6))))
    return " ".join(words)


def board(dice: Dice) -> str:
    words = [dice.pick(("xymondboard", "hobbitdboard"))]
    words += [dice.pick(CRITERIA) for _ in range(dice.random.randint(0, 2))]
    if dice.chance(0.2):
        words.append(dice.pick(SERVICES))
    return " ".join([*words, f"fields={FIELDS}"])


def hostinfo(dice: Dice) -> str:
    host_criteria = [one for one in CRITERIA if one.startswith(("host", "page", "net", "ip", "XMH", "tag"))]
    words = ["hostinfo", *(dice.pick(host_criteria) for _ in range(dice.random.randint(0, 2)))]
    if dice.chance(0.5):
        names = dice.random.sample([name for name in NAMED if name.startswith(("XMH", "BBH"))], 3)
        words.append("fields=" + ",".join(names))
    return " ".join(words)


def lists(dice: Dice) -> str:
    host = dice.pick(("www.example.com", "app", "one.example.com", "OneExeAliase", "nobody"))
    return dice.pick(
        ("ghostlist", "schedule", "multisrclist", f"clientlog {host}", f"clientlog {host} section=df,uptime,nosuch")
    )


MAKERS: tuple[tuple[Maker, int], ...] = (
    (status, 40),
    (combo, 8),
    (extcombo, 4),
    (data, 2),
    (summary, 2),
    (client, 4),
    (disable, 5),
    (enable, 4),
    (modify, 4),
    (acknowledge, 5),
    (ackinfo, 4),
    (drop, 2),
    (rename, 2),
    (schedule, 2),
    (notice, 3),
    (query, 8),
    (board, 6),
    (hostinfo, 3),
    (lists, 4),
)


def conversation(seed: int, length: int) -> Iterator[str]:
    """That many messages; the same for the same seed."""
    dice = Dice(seed)
    makers = [maker for maker, _ in MAKERS]
    weights = [weight for _, weight in MAKERS]
    # xymond shows a host that only sent nonsense; hexmon one that has a square.
    yield "combo\n" + "\n\n".join(f"status {host}.cpu green begin" for host in HOST_WORDS)
    for _ in range(length):
        yield dice.random.choices(makers, weights)[0](dice)
