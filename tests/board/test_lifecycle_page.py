"""docs/status-lifecycle.md is made of what the steps say about themselves.

HEXMON_WRITE_DOCS=1 writes the page anew.
"""

import inspect
import os
from pathlib import Path

from hexmon.board.transition import STEPS

PAGE = Path(__file__).parents[2] / "docs" / "status-lifecycle.md"

OPENING = """\
# The life of a status

What happens to a square when a report about it arrives, in this order. The page is made of the docstrings of the steps
in `board/transition.py`; a test compares them.

A report is made by whoever watches the square: an agent, a script, hexmon's own checks. Three kinds are made by the
board itself and go the same way: a `disable` (blue, at once), a `modify` (another colour until further notice) and
silence. Silence is looked for every minute, but not in the first ten minutes after a start or after the clock was set:
a square whose validity is over turns purple; clear instead, where the host's `conn` is red, yellow, blue or clear and
the host has no `noclear`, or where the host is `dialup`. A summary disappears instead.
"""


def page() -> str:
    sections = [
        f"## {number}. {title(step.__name__)}\n\n{inspect.getdoc(step)}\n" for number, step in enumerate(STEPS, 1)
    ]
    return "\n".join([OPENING, *sections])


def title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def test_the_page_says_what_the_steps_do() -> None:
    if os.environ.get("HEXMON_WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_every_step_says_what_it_does() -> None:
    assert all(inspect.getdoc(step) for step in STEPS)
