"""Agents' messages made up by a seeded dice: what is recorded, with other figures, rows, spaces, cuts and repeats.

Left out is what xymond_client 4.3.30 plainly does wrong (client_oddities.py).
"""

import random
import re
from collections.abc import Callable, Sequence

from hexmon.model.status import ClientMessage
from tests.peers.client_samples import Sample, client_message, sections_text
from tests.support.xymond_client import NOW

_Sections = list[tuple[str, str]]

LIMITS = (0, 1, 2, 10, 49, 50, 51, 69, 70, 71, 79, 80, 81, 89, 90, 91, 94, 95, 96, 97, 98, 99, 100, 101, 104, 150, 200)
UPTIMES = (
    " 08:00:00 up 3 days,  2:03,  1 user,",
    " 08:00:00 up 1 day,  0:00,  0 users,",
    " 08:00:00 up 59 min,  1 user,",
    " 08:00:00 up  1:00,  1 user,",
    " 08:00:00 up 0 min,  1 user,",
    "  8:00AM  up 55 mins, 1 user,",
    "  8:00AM  up 1 hr, 1 user,",
    "  8:00AM  up 2 hrs, 1 user,",
    "  8:00AM  up 12 secs, 1 user,",
    "  8:00am  up 21 day(s), 20:58,  1 user,",
    "  8:00am  up 1 day(s),  1 user,",
    "  8:00am  up 30 day(s), 12 min(s),  1 user,",
    "  8:00am  up 3 hours 12 mins,  1 user,",
    " 08:00  up 2 days, 1 hr, 1 user,",
    " 08:00  up 2 days, 17 mins, 1 user,",
    " 08:00:00 up 178 days",
    " 08:00:00 up",
    "up 3 days, 1:02, 1 user,",
    "no idea",
    "",
)
LOADS = (
    "load average: 0.10, 0.20, 0.30", "load average: 1, 2, 3", "load averages: 4.99 5.00 5.01",
    "load averages: 9.9, 10.0, 10.1", "load average: 3.00, 5.01, 2.00", "load average: 3.00, 10.01, 2.00",
    "load average: 0,10, 0,20, 0,30", "load average: 1.0", "load average:", " load=12%", " load=0.52",
    "load average: 1.0, 99999.5, 2", "load average:12.1,12.2,12.3", "load average: a, b, c",
    "load average: .5, .75, 7.", "",
)  # fmt: skip
_WORDS = ("x", "-", "n/a", "0%", "12", "100%", "é", "<b>", "&amp;", "&red", "a=b", "/var", "%", "*", '"q"', "\xa0")


def odd_message(sample: Sample, dice: random.Random, **values: str) -> ClientMessage:
    """A message of that machine; the more changes the rarer."""
    sections: _Sections = list(sample.sections)
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 4, 6))):
        change = dice.choices(_CHANGES, weights=_WEIGHTS)[0]
        if sample.name in ("snmpcollect", "mqcollect") and change not in _WITHOUT_ORDER:
            continue
        change(sections, dice)
    body = sections_text(tuple(sections))
    if dice.random() < 0.1:
        body = body.rstrip("\n")
    if dice.random() < 0.03:
        body = body.replace("\n", "\r\n")
    if dice.random() < 0.03:
        body = body[: dice.randrange(len(body) + 1)]
        if re.search(r"(^|\n)\[[^\]\n]*\Z", body):
            body += "]"  # xymond_client reads on behind the message
    return client_message(sample, body, **values)


def _place(sections: _Sections, dice: random.Random, prefixes: Sequence[str] = ()) -> int:
    """The index of some section; -1 when there is none of those."""
    fit = [place for place, (name, _) in enumerate(sections) if not prefixes or name.startswith(tuple(prefixes))]
    return dice.choice(fit) if fit else -1


def _lines(sections: _Sections, place: int) -> list[str]:
    return sections[place][1].splitlines(keepends=True)


def _change_text(
    sections: _Sections, dice: random.Random, change: Callable[[str], str], prefixes: Sequence[str] = ()
) -> None:
    place = _place(sections, dice, prefixes)
    if place >= 0:
        name, text = sections[place]
        sections[place] = (name, change(text))


# Figures


_HEADINGS = (
    "Mounted", "Capacity", "Available", "Avail", "IUse%", "IFree", "CMD", "COMMAND", "%iused", "ifree", "Name",
    "Free", "%Used", "Cap",
)  # fmt: skip
_FIGURES = (
    "df", "inode", "free", "memory", "meminfo", "swap", "disk", "realmem", "freemem", "cics", "getvis", "nparts",
    "maxuser", "paging", "cpu", "top", "uptime", "vmtotal", "memsize", "prtconf", "ifmib", "ups", "system", "",
)  # fmt: skip


def _figures(sections: _Sections, dice: random.Random) -> None:
    """Percentages and numbers near the limits."""
    share = dice.choice((0.1, 0.3, 0.8))

    def other(found: re.Match[str]) -> str:
        if dice.random() > share:
            return found[0]
        if found[0].endswith("%"):
            return f"{dice.choice(LIMITS)}%"
        return str(_near(int(found[0]), dice))

    _change_text(sections, dice, lambda text: re.sub(r"(?<![\w.])\d{1,12}%?(?![\w.])", other, text), _FIGURES)


def _near(number: int, dice: random.Random) -> int:
    kind = dice.randrange(6)
    if kind == 0:
        return dice.choice(LIMITS)
    if kind == 1:
        return max(0, number + dice.choice((-1, 1)))
    if kind == 2:
        return number * dice.choice((2, 10, 1000))
    if kind == 3:
        return number // dice.choice((2, 10, 1000))
    return int(number * dice.uniform(0.5, 1.5))


def _percents(sections: _Sections, dice: random.Random) -> None:
    _change_text(
        sections,
        dice,
        lambda text: re.sub(r"\d+%", lambda _: f"{dice.choice(LIMITS)}%", text),
        ("df", "inode", "disk"),
    )


def _uptime(sections: _Sections, dice: random.Random) -> None:
    line = f"{dice.choice(UPTIMES)}  {dice.choice(LOADS)}\n"
    _change_text(sections, dice, lambda _: line, ("uptime",))


def _clock(sections: _Sections, dice: random.Random) -> None:
    moment = NOW - dice.choice((-3601, -61, -60, -2, -1, 0, 1, 2, 10, 15, 59, 60, 61, 62, 300, 301, 86400))
    digits = dice.choice(("", ".0", ".000000", ".5", ".123456", ".999999"))
    line = dice.choice(
        ("epoch: {}{}\n", "epoch:{}{}\n", "epoch {}{}\n", "epoch:  {}{}\nlocal: now\n", "x\nepoch: {}{}\n")
    )
    sections.append(("clock", line.format(moment, digits)))
    if dice.random() < 0.3:
        delay = dice.choice(("0", "1", "60", " 59", "300", "-60", "x", ""))
        sections.append(("msgcache", f"Cachedelay:{delay}\n"))


def _numbers_of_files(sections: _Sections, dice: random.Random) -> None:
    """Times around now, other modes, sizes, owners, kinds."""
    replacements = {
        r"(?m)^size:\d+": f"size:{dice.choice((0, 1, 403, 1023, 1024, 1025, 1048576, 48212, 5000000000))}",
        r"(?m)^mode:\d+": f"mode:{dice.choice((0, 600, 644, 640, 755, 1777, 4755))}",
        r"(?m)^mtime:\d+": f"mtime:{NOW - dice.choice((-5, 0, 1, 599, 600, 601, 3600, 86400, 86401))}",
        r"(?m)^ctime:\d+": f"ctime:{NOW - dice.choice((0, 1, 599, 600, 601, 3600, 86400, 86401))}",
        r"(?m)^atime:\d+": f"atime:{NOW - dice.choice((0, 1, 599, 600, 601, 3600, 86400, 86401))}",
        r"(?m)^clock:\d+": f"clock:{NOW - dice.choice((0, 1, 2, 60))}",
        r"(?m)^linkcount:\d+": f"linkcount:{dice.choice((1, 2, 3, 12))}",
        r"(?m)^owner:.*": dice.choice(
            ("owner:0 (root)", "owner:33 (www-data)", "owner:1000 ()", "owner:12", "owner:x")
        ),
        r"(?m)^group:.*": dice.choice(("group:0 (root)", "group:4 (adm)", "group:100 (a b)", "group:12")),
        r"(?m)^type:.*": dice.choice(
            (
                "type:100000 (file)",
                "type:40000 (directory)",
                "type:20000 (char-device)",
                "type:60000 (block-device)",
                "type:10000 (FIFO)",
                "type:140000 (socket)",
                "type:100000 (file, symlink -> /etc/x)",
                "type:0 (other)",
            )
        ),
        r"(?m)^(md5|sha1):.*": dice.choice(
            ("md5:5f4dcc3b5aa765d61d8327deb882cf99", "sha1:abc", "sha256:0", "rmd160:1")
        ),
    }
    chosen = dice.sample(sorted(replacements), 3)

    def change(text: str) -> str:
        for pattern in chosen:
            text = re.sub(pattern, replacements[pattern], text)
        return text

    _change_text(sections, dice, change, ("file:", "logfile:"))


# Rows


def _repeat_row(sections: _Sections, dice: random.Random) -> None:
    _change_rows(sections, dice, lambda rows, at: rows.insert(at, rows[at]))


def _drop_row(sections: _Sections, dice: random.Random) -> None:
    _change_rows(sections, dice, lambda rows, at: rows.pop(at))


def _swap_rows(sections: _Sections, dice: random.Random) -> None:
    _change_rows(sections, dice, lambda rows, at: rows.insert(0, rows.pop(at)))


def _blank_row(sections: _Sections, dice: random.Random) -> None:
    row = dice.choice(("\n", "   \n", "\t\n", "-\n", "x\n", "Total\n", "\r\n"))
    _change_rows(sections, dice, lambda rows, at: rows.insert(at, row))


def _cut_row(sections: _Sections, dice: random.Random) -> None:
    def cut(rows: list[str], at: int) -> None:
        rows[at] = rows[at][: dice.randrange(len(rows[at]))].rstrip("\n") + "\n"

    _change_rows(sections, dice, cut)


def _change_rows(sections: _Sections, dice: random.Random, change: Callable[[list[str], int], object]) -> None:
    place = _place(sections, dice)
    rows = _lines(sections, place) if place >= 0 else []
    if rows:
        change(rows, dice.randrange(len(rows)))
        sections[place] = (sections[place][0], "".join(rows))


def _word(sections: _Sections, dice: random.Random) -> None:
    """One word of a row is another one, or there is one more."""

    def change(rows: list[str], at: int) -> None:
        words = re.findall(r"\s+|\S+", rows[at].rstrip("\n"))
        if words:
            spot = dice.randrange(len(words))
            words[spot] = dice.choice((dice.choice(_WORDS), words[spot] + dice.choice(_WORDS), words[spot][1:], " "))
        rows[at] = "".join(words) + "\n"

    _change_rows(sections, dice, change)


def _spaces(sections: _Sections, dice: random.Random) -> None:
    way = dice.choice((r"\t", "  ", " ", "      "))
    _change_text(sections, dice, lambda text: re.sub(r"(?<=\S) +(?=\S)", way, text))


def _indent(sections: _Sections, dice: random.Random) -> None:
    by = dice.choice((" ", "\t", "   "))
    _change_text(sections, dice, lambda text: re.sub("(?m)^", by, text.rstrip("\n")) + "\n")


def _heading(sections: _Sections, dice: random.Random) -> None:
    """Another word for a column, or a heading that came in another case."""
    word = dice.choice(_HEADINGS)
    other = dice.choice((*_HEADINGS, word.lower(), word.upper(), f"{word}x", f"x{word}", ""))
    _change_text(sections, dice, lambda text: text.replace(word, other), ("df", "inode", "disk", "ps", "procs"))


# Sections


def _drop_section(sections: _Sections, dice: random.Random) -> None:
    place = _place(sections, dice)
    if place >= 0:
        del sections[place]


def _empty_section(sections: _Sections, dice: random.Random) -> None:
    text = dice.choice(("", "", "\n", " "))
    _change_text(sections, dice, lambda _: text)


def _repeat_section(sections: _Sections, dice: random.Random) -> None:
    place = _place(sections, dice)
    if place >= 0:
        sections.insert(dice.randrange(len(sections) + 1), sections[place])


def _move_section(sections: _Sections, dice: random.Random) -> None:
    if sections:
        sections.insert(dice.randrange(len(sections)), sections.pop(_place(sections, dice)))


def _rename_section(sections: _Sections, dice: random.Random) -> None:
    place = _place(sections, dice)
    if place >= 0:
        name, text = sections[place]
        others = (
            name.upper(),
            f"{name} ",
            f" {name}",
            f"{name}] x",
            f"{name}[",
            f"x{name}",
            "",
            "msgs",
            "odd",
            "proxy",
        )
        sections[place] = (dice.choice(others), text)


def _more(sections: _Sections, dice: random.Random) -> None:
    """Sections that few agents send."""
    more = (
        ("msgs:/var/log/odd", "Cannot open logfile /var/log/odd : No such file or directory\n"),
        ("msgs:/var/log/two", "an error here\nWARNING there\nError & <error>\n"),
        ("msgs", "System logs\n&red something bad\n&yellow or not\n"),
        ("msgs", "&clear nothing\n"),
        ("msgs", "all is well\n"),
        ("file:/etc/shadow", "ERROR: No such file or directory\n"),
        ("file:/etc/empty", ""),
        ("file:/run/sock", "type:140000 (socket)\nmode:777 (srwxrwxrwx)\nsize:0\n"),
        ("logfile:/var/log/two", "type:100000 (file)\nmode:600 (-rw-------)\nsize:2048K\n"),
        ("dir:/home", "12\t/home/anna\n2048\t/home\n"),
        ("dir:/none", "du: cannot access '/none'\n"),
        ("linecount:/var/log/two", "errors: 3\nerrors : 4\nodd\n:5\nC:\\x: 6\n"),
        ("linecount:C:\\log.txt", "all:  7\n"),
        ("deltacount:/var/log/two", "new: 0\n\nold:9\n"),
        ("netstat", "x\n"),
        ("ifstat", ""),
        ("vmstat", " 1 2 3\n"),
        ("vmstat", "header\n 4 5 6\n\n"),
        ("vmstat", "header\nTerminated\n"),
        ("who", "anna\n\n  \nbert\n"),
        ("mdstat", "md0 : active raid1 sdb1[1] sda1[0]\n      1 blocks [2/1] [_U]\n"),
        (
            "mdstat",
            "md0 : active raid1 a\n  1 blocks [2/2] [UU]\nmd1 : inactive b\n  1 blocks [3/2]\n recovery = 1.0%\n",
        ),
        ("mdstat", "Personalities :\nunused devices: <none>\n"),
        ("mdstat", "md12 : active raid0 a b\n      1 blocks 64k chunks\n"),
        ("clientversion", "4.3.30\n"),
    )
    sections.insert(dice.randrange(len(sections) + 1), dice.choice(more))


_WEIGHED: tuple[tuple[Callable[[_Sections, random.Random], None], int], ...] = (
    (_figures, 20),
    (_percents, 8),
    (_uptime, 10),
    (_clock, 6),
    (_numbers_of_files, 8),
    (_repeat_row, 4),
    (_drop_row, 5),
    (_swap_rows, 3),
    (_blank_row, 4),
    (_cut_row, 4),
    (_word, 8),
    (_spaces, 3),
    (_indent, 2),
    (_heading, 4),
    (_drop_section, 5),
    (_empty_section, 5),
    (_repeat_section, 2),
    (_move_section, 2),
    (_rename_section, 2),
    (_more, 10),
)
_WITHOUT_ORDER = (_figures, _spaces, _drop_row, _drop_section, _empty_section, _repeat_row)
_CHANGES = tuple(change for change, _ in _WEIGHED)
_WEIGHTS = tuple(weight for _, weight in _WEIGHED)
