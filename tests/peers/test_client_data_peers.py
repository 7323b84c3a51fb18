"""Agents' messages, judged by hexmon and by the real xymond_client: colours, first lines, groups, figures.

`python -m tests.peers.hunt_clients` goes on where this ends.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.judge.clients.contract import ClientJudging
from hexmon.model.color import Color
from tests.peers.client_compare import Comparison
from tests.peers.client_oddities import ODDITIES
from tests.peers.client_rule_words import kinds_for, odd_analysis
from tests.peers.client_samples import samples
from tests.peers.hunt_clients import differences
from tests.support.xymond_client import XymondClients, xymond_clients

pytestmark = pytest.mark.peers

FILES = 12  # of settings for each system; each judges messages of six hosts
RULES = """\
DISK %^/(srv|data) 97 99
DISK /tmp IGNORE
INODE * 80 95
LOAD 4.0 8.0
UP 10m 200d
CLOCK 30 red
MEMPHYS 95 101
PROC sshd 1 3 GROUP=unix
PROC none-such 0 0
PORT LOCAL=%[.:]22$ STATE=LISTEN "TEXT=Secure shell"
LOG %. %error|fail COLOR=yellow IGNORE=retry
FILE /etc/passwd mode=644 owner=root
DIR /var/spool size<1000 TRACK
SVC Spooler status=started GROUP=windows
"""


@pytest.fixture(scope="module")
def clients() -> Iterator[XymondClients]:
    with xymond_clients() as opened:
        yield opened


@pytest.fixture(scope="module")
def comparison(clients: XymondClients) -> Comparison:
    return Comparison(clients)


@pytest.mark.parametrize("analysis", ["", RULES], ids=["usual limits", "rules"])
@pytest.mark.parametrize("name", samples())
def test_recorded_messages(comparison: Comparison, name: str, analysis: str) -> None:
    sample = samples()[name]
    hosts = f"127.0.0.1 {sample.host} #\n"
    assert list(map(str, comparison.differences(hosts, analysis, [sample.message()], name))) == []


@pytest.mark.parametrize("name", samples())
def test_made_up_messages_and_rules(comparison: Comparison, name: str) -> None:
    found = [str(one) for seed in range(FILES) for one in differences(comparison, name, seed)]
    assert found == []


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        pytest.param(["--clear-color=green"], ClientJudging(clear_color=Color.GREEN), id="green for clear"),
        pytest.param(["--no-clear-msgs"], ClientJudging(clear_msgs=False), id="no clear msgs"),
        pytest.param(["--no-clear-files"], ClientJudging(clear_files=False), id="no clear files"),
        pytest.param(["--no-clear-ports"], ClientJudging(clear_ports=False), id="no clear ports"),
        pytest.param(["--uptime-status"], ClientJudging(uptime_column=True), id="uptime by itself"),
        pytest.param(["--unknownclientosok"], ClientJudging(unknown_systems=True), id="unknown systems"),
        pytest.param(
            ["--no-ps-listing", "--no-port-listing", "--no-cpu-listing"],
            ClientJudging(list_processes=False, list_ports=False, list_cpu=False),
            id="no listings",
        ),
    ],
)
@pytest.mark.parametrize("name", ["linux", "sunos", "bbwin", "zvm"])
def test_options(clients: XymondClients, options: list[str], settings: ClientJudging, name: str) -> None:
    comparison = Comparison(clients, options=options, settings=settings)
    sample = samples()[name]
    hosts = f"127.0.0.1 {sample.host} #\n"
    odd = sample.message(os_type="none-such")
    seen = [one for message in (sample.message(), odd) for one in comparison.differences(hosts, "", [message], name)]
    assert list(map(str, seen)) == []
    assert list(map(str, differences(comparison, name, 1))) == []


@pytest.mark.parametrize("name", ["linux", "bbwin", "zos"])
def test_the_same_dice_make_the_same_rules(name: str) -> None:
    first, second = (odd_analysis(random.Random(7), kinds_for(name)) for _ in range(2))  # noqa: S311
    assert first == second


def test_every_oddity_says_what_each_does() -> None:
    assert all(one.what and one.xymon and one.hexmon for one in ODDITIES)
    assert len({one.what for one in ODDITIES}) == len(ODDITIES)


def test_the_docs_list_every_oddity() -> None:
    page = (Path(__file__).parents[2] / "docs" / "clients-and-xymon.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and "xymond_client 4.3.30" not in line]
    assert rows == [f"| {one.what} | {one.xymon} | {one.hexmon} |" for one in ODDITIES]
