"""How the cards of a wall share one wide screen, so that nothing scrolls and pictures are as large as they can be."""

import math
from collections.abc import Iterator, Sequence

import msgspec

UNITS = 8  # pictures beside each other in a whole row of devices
_COLUMNS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20)
_ACROSS = (1, 2, 3, 4)
# In sixteenths of the width of a screen of 16:9. The text is what a card has besides its pictures (wall.css).
_WIDTH, _HEIGHT = 16.0, 7.7
_DEVICE_TEXT, _SERVICE_TEXT, _SHORT_TEXT = 0.45, 0.55, 0.4
_SHORT = 8  # so many columns of services have no heading above the picture
_SHAPE = 0.4  # how high a picture is for its width
_CROWDED = -1000.0  # less than any sum of pictures that can be seen


class Layout(msgspec.Struct, frozen=True):
    """`across`: rows of devices (UNITS pictures each) beside each other; `columns`: services beside each other."""

    across: int
    columns: int


def span_of(pictures: int) -> int:
    """How many units of a row a device takes: a whole row, or half of it."""
    return UNITS if pictures > UNITS // 2 else UNITS // 2


def layout(spans: Sequence[int], services: int) -> Layout:
    """The one with the largest pictures; where there is room for none, the one with the fewest rows.

    `spans` has a number of units for each device, in the order of the file.
    """
    return max(_layouts(spans, services), key=lambda one: _worth(one, spans, services))


def _layouts(spans: Sequence[int], services: int) -> Iterator[Layout]:
    for across in _ACROSS if spans else _ACROSS[:1]:
        for columns in _COLUMNS if services else _COLUMNS[:1]:
            yield Layout(across, columns)


def _worth(one: Layout, spans: Sequence[int], services: int) -> float:
    rows = (_rows(spans, one.across * UNITS), math.ceil(services / one.columns))
    widths = (_WIDTH / UNITS / one.across, _WIDTH / one.columns)
    texts = (_DEVICE_TEXT, _SHORT_TEXT if one.columns >= _SHORT else _SERVICE_TEXT)
    room = _HEIGHT - _sum_of(rows, texts)
    if room <= 0:
        return _CROWDED + room
    scale = room / max(_sum_of(rows, widths) * _SHAPE, room)
    return sum(spans) * math.log(scale * widths[0]) + services * math.log(scale * widths[1])


def _sum_of(rows: tuple[int, int], heights: tuple[float, float]) -> float:
    return rows[0] * heights[0] + rows[1] * heights[1]


def _rows(spans: Sequence[int], width: int) -> int:
    """How many rows of so many units they fill, when none changes its place."""
    rows, left = 0, 0
    for span in spans:
        if span > left:
            rows, left = rows + 1, width
        left -= span
    return rows
