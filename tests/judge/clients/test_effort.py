"""No agent's message takes long to judge, whatever is in it and whatever the settings are."""

from collections.abc import Callable
from time import thread_time

import pytest

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.line_search import Effort, HurryError, TooSlowError, hasty
from hexmon.judge.clients.rules import Disk, File, Log, Proc, Rule
from hexmon.judge.clients.selection import Selected
from hexmon.model.color import Color
from tests.support.client_rules import HOST, NOW, a_client_message, squares

DF = "[df]\nFilesystem 1024-blocks Used Available Capacity Mounted on\n"
SLOW = "%(a+)+{}(?!b)$"

BODIES: dict[str, str] = {
    "many file systems": DF + "".join(f"a 1 1 1 9% /m{number}\n" for number in range(20_000)),
    "names of file systems that patterns stumble over": DF + f"a 1 1 1 9% {'a' * 40}\n" * 5_000,
    "many logs": "".join(f"[msgs:{'a' * 30}{number}]\n{'a' * 30}\n" for number in range(4_000)),
    "many files": "".join(f"[file:{'a' * 30}{number}]\n" for number in range(9_000)),
    "many processes": "[ps]\nCMD\n" + "".join(f"{number} {'a' * 30}\n" for number in range(9_000)),
}
SETTINGS: dict[str, Callable[[int], list[Rule]]] = {
    "many settings": lambda number: _settings(f"%other{number}x"),
    "patterns that backtrack": lambda number: _settings(SLOW.format(number)),
}


def _settings(text: str) -> list[Rule]:
    wanted = Expression(text)
    return [Disk(names=wanted), Log(file=Expression("*"), match=wanted), File(name=wanted), Proc(pattern=wanted)]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("body", ["many file systems", "many logs", "many processes"])
def test_searching_ends(body: str, settings: str) -> None:
    rules = [rule for number in range(100) for rule in SETTINGS[settings](number)]
    begun = thread_time()
    effort = Effort(meter=thread_time)
    judge_client(a_client_message(BODIES[body]), HOST, Selected(*rules), NOW, ClientJudging(), effort)
    assert thread_time() - begun < 10.0  # without an end it is minutes


def test_a_row_of_figures_is_not_looked_at_again_and_again() -> None:
    """Headings and rows of any length: it must not take the square of it."""
    row = ["9%"] * 100_000
    row[::15_000] = ["x"] * len(row[::15_000])
    row[30_000] = "1"
    begun = thread_time()
    squares("[df]\n" + "x " * 30_000 + "Capacity Mounted\n" + " ".join(row) + "\n")
    assert thread_time() - begun < 2.0


def test_a_square_says_when_not_everything_was_looked_at() -> None:
    rules = [Disk(names=Expression(f"%other{number}x")) for number in range(100)]
    report = squares(BODIES["many file systems"], *rules)["disk"]
    assert report.color is Color.YELLOW
    assert "&yellow The patterns took too long: not all filesystems were looked at\n" in report.text.decode()


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("body", BODIES)
def test_who_is_in_a_hurry_hears_it_soon(body: str, settings: str) -> None:
    rules = [rule for number in range(100) for rule in SETTINGS[settings](number)]
    message = a_client_message(BODIES[body])
    with pytest.raises(HurryError):
        judge_client(message, HOST, Selected(*rules), NOW, ClientJudging(), hasty(thread_time))


def test_an_ordinary_message_is_judged_in_a_hurry() -> None:
    body = (
        DF + "a 1 1 1 9% /\n" * 20 + "[ps]\nCMD\n" + "cron\nsshd\n" * 100 + "[msgs:/var/log/messages]\n" + "x\n" * 200
    )
    rules = [rule for number in range(50) for rule in _settings(f"%other{number}")]
    assert judge_client(
        a_client_message(body), HOST, Selected(*rules), NOW, ClientJudging(), hasty(thread_time)
    ).reports


def test_what_is_used_up_stays_used_up() -> None:
    effort = Effort(searches=2)
    assert effort.names(Expression("a"), "a")
    assert effort.names(Expression("%a"), "a")
    assert not effort.used_up
    for _ in range(2):
        with pytest.raises(TooSlowError):
            effort.names(Expression("a"), "a")
    assert effort.used_up
