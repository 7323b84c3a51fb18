"""The colours of pictures: a series that can be told from others by everybody, on light and on dark ground. Pure."""

import re
from typing import Literal

import msgspec

ThemeName = Literal["light", "dark", "contrast"]
_COLOR = re.compile(r"#?([0-9a-fA-F]{6})([0-9a-fA-F]{2})?\Z")
_LINE_CONTRAST = 3.0
_STEPS = 20
_DULL = 0.03928

# Light ground and dark ground. The hues are those of Okabe and Ito, which the common kinds of colour blindness tell
# apart; neighbours differ in lightness too.
SERIES: tuple[tuple[str, str], ...] = (
    ("0072B2", "56A9E8"),  # blue
    ("C8500A", "F0803C"),  # vermilion
    ("00875F", "2FC295"),  # green
    ("A4508B", "DA93C3"),  # purple
    ("9A6700", "E6B325"),  # gold
    ("4B5563", "B4BDC8"),  # grey
    ("2F93C9", "9AD4F7"),  # sky
    ("7A4B2A", "C79A74"),  # brown
    ("0B7285", "3BC9DB"),  # teal
    ("C2255C", "F783AC"),  # pink
)
RED = ("C81E1E", "FF6B6B")
_PAIRS = {color: pair for pair in (*SERIES, RED) for color in pair}


class Theme(msgspec.Struct, frozen=True):
    """The colours of a picture apart from its series: of the page's ground, text, and lines."""

    name: ThemeName
    ground: str
    ink: str
    quiet: str
    grid: str
    major: str

    @property
    def dark(self) -> bool:
        """Whether series must be bright."""
        return self.name != "light"


THEMES: dict[str, Theme] = {
    "light": Theme("light", "FFFFFF", "1B2026", "59636E", "59636E1C", "59636E38"),
    "dark": Theme("dark", "1B1F24", "E4E8EC", "9AA5B1", "9AA5B11C", "9AA5B138"),
    "contrast": Theme("contrast", "000000", "FFFFFF", "D8D8D8", "FFFFFF30", "FFFFFF60"),
}


def nth(place: int, theme: Theme) -> str:
    """The colour of the series with that number, from 0: six digits."""
    return SERIES[place % len(SERIES)][theme.dark]


def adapt(color: str, theme: Theme) -> str:
    """A colour that somebody wrote, as it can be seen on the theme's ground; what is no colour stays.

    Those of the palette become their counterpart. Others get lighter or darker until they stand out as lines should
    (WCAG 2.2, 1.4.11: 3 to 1). What is see-through stays so.
    """
    found = _COLOR.match(color)
    if found is None:
        return color
    solid, alpha = found[1].upper(), found[2] or ""
    if solid in _PAIRS:
        return f"#{_PAIRS[solid][theme.dark]}{alpha}"
    towards = 255 if theme.dark else 0
    parts = [int(solid[place : place + 2], 16) for place in (0, 2, 4)]
    for step in range(_STEPS + 1):
        mixed = "".join(f"{round(part + (towards - part) * step / _STEPS):02X}" for part in parts)
        if contrast(mixed, theme.ground) >= _LINE_CONTRAST:
            return f"#{mixed}{alpha}"
    return color


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 for two colours of six digits."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= _DULL else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
