"""Texts with figures as programs print them, a maker for each kind; some of them spoilt."""

import random
import re
from collections.abc import Callable, Iterator, Mapping

from tests.peers import dataset_texts_scripts as scripts
from tests.peers import dataset_texts_unix as unix
from tests.peers.dataset_dice import Dice, Text

MAKERS: Mapping[str, Callable[[Dice], Text]] = {
    maker.__name__: maker
    for maker in (
        unix.cpu,
        unix.other_cpu,
        unix.disk,
        unix.windows_disk,
        unix.other_disk,
        unix.memory,
        unix.other_memory,
        unix.conn,
        unix.http,
        unix.service,
        unix.netstat_behind,
        unix.netstat_before,
        unix.netstat_bytes,
        unix.vmstat,
        unix.ifstat,
        unix.ifmib,
        unix.iostat,
        scripts.apache,
        scripts.sendmail,
        scripts.mailq,
        scripts.iishealth,
        scripts.citrix,
        scripts.ntpstat,
        scripts.temperature,
        scripts.counts,
        scripts.trends,
        scripts.devmon,
        scripts.ncv,
        scripts.monitors,
        scripts.mainframes,
        scripts.netapp,
        scripts.dbcheck,
        scripts.beastat,
    )
}


def texts(name: str, seed: int, count: int) -> Iterator[Text]:
    """So many of a maker; the same for the same seed."""
    dice = random.Random(f"{name} {seed}")  # noqa: S311
    for _ in range(count):
        yield MAKERS[name](dice)


_ODD_NUMBERS = ("-", "", "1e5", "12.5", "-3", "99999999999", "0x1f", "nan", "1,024", "007")


def mutated(text: Text, dice: Dice) -> Text:
    """The same with some lines, words or numbers that are not as they should be."""
    rows = text.text.split("\n")
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(rows))
        rows[place : place + 1] = dice.choice(_MUTATIONS)(rows[place], dice)
        rows = rows or [""]
    return Text(text.kind, text.test, "\n".join(rows))


def _odd_number(row: str, dice: Dice) -> list[str]:
    numbers = list(re.finditer(r"\d+", row))
    if not numbers:
        return [row]
    one = dice.choice(numbers)
    return [row[: one.start()] + dice.choice(_ODD_NUMBERS) + row[one.end() :]]


def _one_word_less(row: str, dice: Dice) -> list[str]:
    words = row.split(" ")
    del words[dice.randrange(len(words))]
    return [" ".join(words)]


def _more_blanks(row: str, dice: Dice) -> list[str]:
    place = dice.randint(0, len(row))
    return [row[:place] + dice.choice((" ", "\t", "  ")) + row[place:]]


_MUTATIONS: tuple[Callable[[str, Dice], list[str]], ...] = (
    lambda _row, _dice: [],
    lambda row, _dice: [row, row],
    lambda row, dice: [row[: dice.randint(0, len(row))]],
    _odd_number,
    _odd_number,
    _one_word_less,
    _more_blanks,
)
