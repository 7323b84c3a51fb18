r"""Odd messages of every kind, made up by a seeded dice: damaged, oddly spaced, oddly spelled, out of order, over time.

A message may hold `{cookie:HOST.TEST}`, to be replaced by the cookie that square has on the monitor it goes to.
Left out is what xymond 4.3.30 aborts or hangs on, and what makes it keep a row without a colour.
"""

import random
import re
from collections.abc import Callable, Iterator

from tests.peers.odd_words import (
    BLANKS,
    COLORS,
    DURATIONS,
    FIELDS,
    GROUPS,
    HOST_CRITERIA,
    ITEMS,
    LIFETIMES,
    ODD_COLORS,
    ODD_HOSTS,
    ODD_TESTS,
    REASONS,
    ROW_CRITERIA,
    SPELLINGS,
    TESTS,
    TEXTS,
)

COOKIE = re.compile(r"\{cookie:([^}]*)\.([^.}]*)\}")
Maker = Callable[["Dice"], str]


class Dice:
    """Throws of one seed. `odd` is how often something that is not meant to be understood comes up."""

    def __init__(self, seed: int, odd: float = 0.08) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.pick = self.random.choice
        self.odd = odd

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def some(self, things: tuple[str, ...] | list[str], most: int, least: int = 0) -> list[str]:
        return [self.pick(things) for _ in range(self.random.randint(least, most))]

    def host(self) -> str:
        return self.pick(ODD_HOSTS) if self.chance(self.odd) else self.pick(self.pick(SPELLINGS))

    def test(self) -> str:
        return self.pick(ODD_TESTS) if self.chance(self.odd) else self.pick(TESTS[: self.pick((4, 6, 13))])

    def square(self) -> str:
        if self.chance(self.odd / 2):
            return self.pick(
                ("gate", "gate.", ".cpu", ".", "a.b.c.d", "gate,cpu", "gate..cpu", "gate.cpu.", "summary.a.b")
            )
        return f"{self.host()}.{self.test()}"

    def blank(self) -> str:
        return self.pick(BLANKS)

    def join(self, *words: str) -> str:
        return "".join(word + (self.blank() if number < len(words) - 1 else "") for number, word in enumerate(words))


def status(dice: Dice) -> str:
    head = "status"
    if dice.chance(0.35):
        head += dice.pick(LIFETIMES)
    if dice.chance(0.15):
        head += dice.pick(GROUPS)
    color = dice.pick(ODD_COLORS) if dice.chance(dice.odd / 4) else dice.pick(COLORS[: dice.pick((4, 8, 18))])
    return dice.join(head, dice.square(), color) + dice.pick(TEXTS)


def short_status(dice: Dice) -> str:
    return f"status {dice.pick(dice.pick(SPELLINGS))}.{dice.pick(TESTS[:4])} {dice.pick(COLORS[:4])} short\n"


def combo(dice: Dice) -> str:
    parts = [dice.pick((status, short_status, short_status))(dice) for _ in range(dice.random.randint(1, 4))]
    if dice.chance(0.15):
        parts.append(dice.pick((data, modify, disable))(dice))
    separator = dice.pick(("\n\n", "\n\n", "\n\n", "\n\n\n", "\n", "\n \n", "\r\n\r\n"))
    parts = [part.replace("Status message received from", "Relayed by") for part in parts]  # one leaks into the next
    return f"combo{dice.pick(('', '', '', ' ', chr(13)))}\n" + separator.join(parts)


def extcombo(dice: Dice) -> str:
    makers: tuple[Maker, ...] = (status, short_status, short_status, data, modify, disable, enable, drop)
    parts = [dice.pick(makers)(dice).encode("latin-1", "replace") for _ in range(dice.random.randint(1, 4))]
    offsets = [60]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    words = [str(offset) for offset in offsets]
    if dice.chance(0.25):
        words[dice.random.randrange(len(words))] = dice.pick(("0", "-5", "999999", "70", "x", "1", "61", "+65"))
    return ("extcombo " + dice.pick((" ", "  ")).join(words)).ljust(59) + "\n" + b"".join(parts).decode("latin-1")


def data(dice: Dice) -> str:
    return dice.join("data", dice.square()) + dice.pick(
        ("\n1\n", "", " x\n", "\nStatus message received from 127.1.1.1\n")
    )


def summary(dice: Dice) -> str:
    name = dice.pick(("summary.a.b", "summary.a", "summary.a.b.c", "summary.X.y", "summary.", "summary", "router.cpu"))
    return dice.join("summary", name, dice.pick(COLORS[:4])) + dice.pick((" http://127.0.0.1/ text", "", "\n"))


def client(dice: Dice) -> str:
    head = dice.pick(("client", "client", "client", "client/extra", "client/", "client/a/b", "client/X"))
    # xymond keeps the first system and class it heard of a host.
    spellings = dice.pick(SPELLINGS)
    system = ("linux", "aix", "freebsd")[SPELLINGS.index(spellings) % 3]
    square = f"{dice.pick(spellings)}.{system}" if dice.chance(0.9) else dice.pick(("gate", "stranger.linux", "gate.."))
    body = dice.pick((
        "\n[date]\nx\n[df]\ny\n[uptime]\n z\n", "\n", "", "\n[proxy]\nClientIP:127.3.3.3\n[a]\n1\n",
        "\r\n[date]\r\nq\r\n",
        "\n[df]\n[df]\ntwice\n", "\n[a]\n1\n[proxy]\nClientIP: 127.3.3.4 x\n", "\nno section\n", "\n [a]\n1\n[b c]\n2",
    ))  # fmt: skip
    return dice.join(head, square) + body


def disable(dice: Dice) -> str:
    every = f"{dice.host()}{dice.pick(('.*', '*', '.', ',*', '.**', ' *'))}"
    target = every if dice.chance(0.3) else dice.square()
    return dice.join("disable", target, dice.pick(DURATIONS[: dice.pick((5, 19))])) + dice.pick(REASONS)


def enable(dice: Dice) -> str:
    # Not where something is planned: xymond forgets the cause.
    host = dice.pick([host for host in _hosts() if not host.lower().startswith(("planned", "partly"))])
    target = f"{host}{dice.pick(('.*', '*'))}" if dice.chance(0.3) else f"{host}.{dice.test()}"
    return dice.join("enable", target) + dice.pick(("", "", "\n", " ", " now please", "\tx"))


def modify(dice: Dice) -> str:
    def one() -> str:
        # Not where something is planned: xymond makes the modifier blue and forgets the cause.
        square = dice.square().replace("planned", "gate")
        square = "gate.cpu" if square.lower().startswith(("partly", "planned")) else square
        words = [square, dice.pick(COLORS[: dice.pick((4, 17))]), dice.pick(("src", "SRC", "other", "a.b"))]
        words += ["because", "of"][: dice.random.randint(1, 2)]
        return f"modify {dice.pick(('', '', ' '))}" + " ".join(words)

    return "\n\n".join(one() for _ in range(dice.pick((1, 1, 1, 2, 3)))) + dice.pick(
        ("", "\n", " \n", "\r\n", " x|y\\z")
    )


def acknowledge(dice: Dice) -> str:
    verb = dice.pick(("xymondack", "hobbitdack", "ack ack_event"))
    cookie = f"{{cookie:{dice.pick(SPELLINGS)[0]}.{dice.pick(TESTS[:4])}}}"
    if dice.chance(0.1):
        cookie = dice.pick(("999999999", "abc", "-", "", "1000001"))
    return " ".join(
        (verb, dice.pick(("", "", "-")) + cookie, dice.pick(("5", "1h", "2d", "60", "0", "1h30m", "007")))
    ) + (dice.pick((" mine", "", "\nmine\n", " mine|x\nAcked by: a\n", "  mine ")))


def ackinfo(dice: Dice) -> str:
    lines = [
        dice.pick(("1", "2", "1", "x", "-1", "0", " 3")), dice.pick(("600", "5", "-1", "86400", "0", "x", " 60 ")),
        dice.pick(("ann", "bob", "ann smith", "a|b", "")), dice.pick(("text", "a:b", "a|b\\", "", "t\nmore")),
    ]  # fmt: skip
    if dice.chance(0.1):
        lines.pop(dice.random.randrange(4))
    return dice.join("ackinfo", dice.square()) + dice.pick(("\n", "\n", "\n", " \n")) + "\n".join(lines) + "\n"


def _hosts() -> list[str]:
    return [host for spellings in SPELLINGS for host in spellings]


def _stored(dice: Dice) -> str:
    """A host as drop and rename want it."""
    return dice.pick(dice.pick(SPELLINGS)[:1] * 4 + ("stranger", "Gate.Example.Net", "gw1", "gate,example,net"))


def drop(dice: Dice) -> str:
    # Not the last square, nor the whole host: xymond goes on showing its generated columns.
    words = ["drop", _stored(dice), dice.pick(("mem", "disk", "net_1", "NET_1", "a:b", "none", "te;st"))]
    return dice.join(*words) + dice.pick(("", "", " ", "\tx"))


def rename(dice: Dice) -> str:
    new = f"new{dice.random.randint(1, 99999)}"
    return dice.join("rename", _stored(dice), dice.pick(("mem", "disk", "net_1", "Disk", "none")), new) + dice.pick(
        ("", "", " ", "\tx")
    )


def schedule(dice: Dice) -> str:
    at = dice.pick(("{now+5}", "{now+3000}", "1900000000", "0", "2000000000", "{now}"))
    command = dice.pick((short_status, disable, enable, modify, drop))(dice)
    return dice.pick((
        f"schedule {at} {command}", f"schedule {at} {command}", f"schedule  {at} {command}",
        f"schedule cancel {dice.random.randint(1, 9)}", "schedule", "schedule ", "schedule cancel",
        "schedule cancel x", "schedule  cancel 2",
    ))  # fmt: skip


def notice(dice: Dice) -> str:
    square = dice.square()
    return dice.pick((
        f"notify {square} text", f"notify {dice.host()}.* text", "notify", f"notify\t{square}", "notes", "notes a\nb",
        "notes ../x", "usermsg", "usermsg id text", "usermsg\nx", "dummy", "dummy x", "page a.b", "pages",
        "meta a.b c\nd",
        "metadata", f"meta {square} name\nvalue\n\nmeta {square} other\nvalue", "ping", "pingx", "ping\n", "reload\n",
        "nonsense", "", "\n", " status gate.cpu red", "STATUS gate.cpu red", "Status gate.cpu red x", "statu", "combo",
        "query", "queryx gate.cpu", "hello", "flush filecache", "flush", "event", "clientx gate.linux",
        "\0status gate.cpu red",
    ))  # fmt: skip


def query(dice: Dice) -> str:
    verb = dice.pick(("query", "query", "xymondlog", "xymondlog", "hobbitdlog"))
    words = [verb, dice.square()]
    if verb != "query":
        words.append("fields=" + dice.pick((",", ",", ",", ", ", ",,")).join(steady(dice, 6)))
    return dice.join(*words) + dice.pick(("", "", "\n", " ", " x", "\t"))


def steady(dice: Dice, most: int) -> list[str]:
    """Fields that do not depend on what differs on purpose."""
    moving = {
        "clntstamp",
        "cookie",
        "flapinfo",
        "lastchange",
        "validtime",
        "sender",
        "stats",
        "dismsg",
        "flags",
        "logtime",
        "client",
    }
    known = [name for name in (*FIELDS, *ITEMS) if name not in moving]
    return [*dice.some(known, most, 1), *(["nonsense"] if dice.chance(0.1) else [])]


def board(dice: Dice) -> str:
    words = [dice.pick(("xymondboard", "xymondboard", "hobbitdboard"))]
    words += dice.some(HOST_CRITERIA, 1) + dice.some(ROW_CRITERIA, 2)
    dice.random.shuffle(words[1:])
    return dice.join(*words, "fields=" + ",".join(steady(dice, 5))) + dice.pick(("", "", "\n", " ", "\r\n"))


def hostinfo(dice: Dice) -> str:
    words = ["hostinfo", *dice.some(HOST_CRITERIA, 2)]
    if dice.chance(0.6):
        words.append(
            "fields=" + ",".join([*dice.some(ITEMS, 5, 1), *dice.some(("matchedtag", "hostname", "color"), 1)])
        )
    return dice.join(*words) + dice.pick(("", "", "\n", " "))


def lists(dice: Dice) -> str:
    host = dice.host()
    section = "section=" + ",".join(dice.some(("df", "date", "uptime", "none", "DF", "a", "b c", "proxy", ""), 3))
    return dice.pick((
        f"clientlog {host}", f"clientlog {host} {section}", dice.join("clientlog", host, section),
        "ghostlist", "ghostlist\n", "multisrclist", "schedule", "clientlog", "clientlog ", "ghostlistx",
    ))  # fmt: skip


MAKERS: tuple[tuple[Maker, int], ...] = (
    (status, 30), (short_status, 12), (combo, 6), (extcombo, 5), (data, 2), (summary, 3), (client, 6), (disable, 8),
    (enable, 5), (modify, 5), (acknowledge, 6), (ackinfo, 5), (drop, 3), (rename, 3), (schedule, 4), (notice, 3),
    (query, 7), (board, 8), (hostinfo, 4), (lists, 5),
)  # fmt: skip
_FATAL = re.compile(
    rb"\A(config|download)|\Aextcombo[ \t]*(\n|\Z)|\bxymondboard|acklevel|ackinfo\s+\S*\*|\b(not)?down\b|\Adrop\s+000"
)


# What means something else, or what xymond takes otherwise on purpose, when it is damaged.
_WHOLE = (b"summary", b"drop", b"rename", b"extcombo", b"combo", b"schedule", b"client ", b"client/")


def _damaged(dice: Dice, message: bytes) -> bytes:
    """One byte of it changed, lost, doubled or new."""
    place = dice.random.randrange(len(message) + 1)
    before, after = message[:place], message[place:]
    return dice.pick((
        before + after[1:], before + after[:1] + after, before + dice.pick((b" ", b"\t", b"\n", b"\r", b".",
        b",")) + after,
        before + dice.pick((b"\0", b"\xff", b"\\", b"*", b"%", b"-", b"/")) + after, before, before + after.upper(),
    ))  # fmt: skip


def fatal(message: bytes) -> bool:
    """Whether it is what xymond does not survive; a question that is not damaged is none."""
    for part in message.split(b"\0"):
        if _FATAL.search(part) and not re.match(rb"(xymond|hobbitd)board", part):
            return True
    if message.startswith(b"extcombo") and re.search(rb"query|log |board|hostinfo|client", message):
        return True
    return b"down" in message and message.startswith((b"xymondboard", b"hostinfo", b"hobbitdboard"))


def messages(seed: int, length: int, odd: float = 0.08) -> Iterator[bytes | int]:
    """So many messages, and in between the seconds that pass; the same for the same seed."""
    dice = Dice(seed, odd)
    makers, weights = zip(*MAKERS, strict=True)
    everybody = [spellings[0] for spellings in SPELLINGS] + ["000.example.net"]
    yield b"combo\n" + "\n\n".join(f"status+10d {host}.cpu green begin" for host in everybody).encode()
    yield 700
    for _ in range(length):
        if dice.chance(0.12):
            yield dice.pick((1, 1, 2, 3, 130, 300, 700, 1000, 1900, 4000, 90000))
            continue
        text = dice.random.choices(makers, weights)[0](dice)
        narrow = dice.chance(0.5) and all(sign < "\u0100" for sign in text)
        message = text.encode("latin-1" if narrow else "utf-8")
        if dice.chance(dice.odd) and not message.startswith(_WHOLE) and b"{cookie" not in message:
            damaged = _damaged(dice, message)
            # To xymond the tests in DOWNTIME and delays have a case.
            louder = re.search(rb"(?i)planned|partly|slow", message) and damaged.lower() == message.lower()
            message = message if louder else damaged
        if not fatal(message):
            yield message
