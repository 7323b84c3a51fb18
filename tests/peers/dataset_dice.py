"""Names and numbers by the dice, for texts with figures."""

import random
from collections.abc import Callable
from dataclasses import dataclass

Dice = random.Random
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Text:
    """A status (its text begins with a colour) or a data message (its text is below the first line)."""

    kind: str
    test: str
    text: str


def word(dice: Dice, most: int = 9) -> str:
    return "".join(dice.choice(_LETTERS + "0123456789") for _ in range(dice.randint(1, most))).capitalize()


def name(dice: Dice) -> str:
    return dice.choice(_LETTERS) + word(dice).lower()


def number(dice: Dice, most: int = 10**9) -> int:
    return dice.choice((0, 1, dice.randint(0, 99), dice.randint(0, most)))


def real(dice: Dice, most: float = 100.0, digits: int = 2) -> str:
    return f"{dice.uniform(0, most):.{digits}f}"


def color(dice: Dice) -> str:
    return dice.choice(("green", "yellow", "red"))


def rows(dice: Dice, row: Callable[[], str], most: int = 5) -> str:
    return "".join(row() + "\n" for _ in range(dice.randint(0, most)))


def mount(dice: Dice) -> str:
    return dice.choice(("/", "/" + "/".join(name(dice) for _ in range(dice.randint(1, 3)))))
