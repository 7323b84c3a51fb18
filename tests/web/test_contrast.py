"""Every theme can be read: the contrast of each pair of text and ground (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from itertools import product

import pytest

from hexmon.web.assets import STATIC

CSS = (STATIC / "hexmon.css").read_text()
TEXTS = ("ink", "quiet", "link", "green-ink", "yellow-ink", "red-ink", "purple-ink", "blue-ink")
GROUNDS = ("ground", "panel", "raised")
WASHES = ("red-wash", "yellow-wash", "purple-wash")
LOUD_GLYPHS = ("red", "purple", "blue")  # green and clear recede on purpose; their word is in the label


def themes() -> dict[str, dict[str, str]]:
    found = {}
    for name, block in re.findall(r"/\* theme ([^*]+?) \*/\s*[^{]+\{(.*?)\}", CSS, re.DOTALL):
        found[name] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    return found


THEMES = themes()


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_all_themes_set_the_same_colours() -> None:
    assert set(THEMES) == {"light", "dark", "dark, chosen", "contrast"}
    assert len({frozenset(theme) for theme in THEMES.values()}) == 1
    assert THEMES["dark"] == THEMES["dark, chosen"]


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_text_is_at_least_4_5_to_1(theme: str) -> None:
    colors = THEMES[theme]
    pairs = [*product(TEXTS, GROUNDS), *product(("ink", "quiet"), WASHES)]
    pairs += [(f"{name}-ink", f"{name}-wash") for name in ("red", "yellow", "purple")]
    weak = {pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_glyphs_that_matter_are_at_least_3_to_1(theme: str) -> None:
    colors = THEMES[theme]
    ratios = {name: round(contrast(colors[name], colors["panel"]), 2) for name in LOUD_GLYPHS}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}
