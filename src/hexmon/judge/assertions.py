"""What was expected of an answer, in colours and in words."""

from collections.abc import Iterable

from hexmon.judge.page_text import as_line, cut
from hexmon.model.color import Color
from hexmon.model.observation import Assertion, Outcome, Reply

STATUS = "status"
ANSWERED = frozenset({Outcome.OK, Outcome.UNEXPECTED})  # there is an answer to look at
_SHORT, _LONG = 100, 1000


def color_of(one: Assertion) -> Color:
    """Red, or yellow for a mere warning and for what could not be looked at."""
    if one.held:
        return Color.GREEN
    return Color.RED if one.held is False and one.severe else Color.YELLOW


def of_status(reply: Reply) -> list[Assertion]:
    """What the HTTP status was to be: part of the fetch itself."""
    return [one for one in reply.assertions if one.what == STATUS]


def of_content(reply: Reply) -> list[Assertion]:
    """All others."""
    return [one for one in reply.assertions if one.what != STATUS]


def looked_at(assertions: Iterable[Assertion], reply: Reply) -> list[Assertion]:
    """Without those that nobody could look at because no answer came: why it did not is told already."""
    came = reply.outcome in ANSWERED
    return [one for one in assertions if came or one.held is not None]


def failing(assertions: Iterable[Assertion]) -> list[Assertion]:
    """Those that did not hold, or that nobody could look at."""
    return [one for one in assertions if not one.held]


def causes(assertions: Iterable[Assertion]) -> list[str]:
    """A few words for each that did not hold, for the first line of a report; not yet safe beside HTML."""
    return [cut(f"{one.what} {_sentence(one)}", _SHORT) for one in failing(assertions)]


def lines(assertions: Iterable[Assertion]) -> list[str]:
    """`&red json: wanted $.state=up, found "down"`."""
    return [f"&{color_of(one).word} {one.what}: {as_line(_sentence(one), _LONG)}" for one in assertions]


def _sentence(one: Assertion) -> str:
    if one.held is None:
        return f"not checked: {one.found or 'there was nothing to look at'}"
    unit = " seconds" if one.what == "time" else ""
    wanted = f"at most {one.wanted}{unit}" if unit else one.wanted
    found = f", found {one.found}{unit if _is_number(one.found) else ''}" if one.found else ""
    return f"{'' if one.held else 'wanted '}{wanted}{found}"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
