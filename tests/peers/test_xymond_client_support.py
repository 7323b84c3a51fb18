"""What the comparison with xymond_client stands on: all that it makes is read back, message by message."""

import pytest

from tests.peers.client_samples import client_message, samples
from tests.support.client_rules import HOST, a_client_message
from tests.support.xymond_client import Seen, judged_by_xymon, xymond_clients

pytestmark = pytest.mark.peers

HOSTS = f"127.0.0.1 {HOST.name} #\n"
SQUARES = {"mqcollect": {"mq"}, "snmpcollect": {"ifmib", "ups", "system"}}
DISK = "[df]\nFilesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 15 85 {}% /\n"


def of(seen: list[Seen], test: str) -> list[Seen]:
    return [one for one in seen if one.test == test]


def test_every_message_has_its_squares() -> None:
    messages = [a_client_message(DISK.format(used)) for used in range(100)]
    seen = judged_by_xymon(HOSTS, "DISK * 50 90 GROUP=one,two\n", messages)
    disks = of(seen, "disk")
    assert [disk.message for disk in disks] == list(range(100))
    assert [disk.color for disk in disks] == 50 * ["green"] + 40 * ["yellow"] + 10 * ["red"]
    assert disks[99].groups == ("one", "two")
    assert disks[0].line1 == "Fri Nov 20 08:00:00 UTC 2026 - Filesystems ok"


def test_figures_and_long_messages_come_whole() -> None:
    listing = "x" * 79 + "\n"
    body = f"[ifstat]\nsome figures\n[ps]\n{listing * 4000}"
    seen = judged_by_xymon(HOSTS, "PROC none\n", [a_client_message(body), a_client_message(body)])
    assert [one.text for one in of(seen, "ifstat")] == ["linux\nsome figures"] * 2
    assert of(seen, "ifstat")[0].is_data
    assert all(listing * 4000 in procs.text for procs in of(seen, "procs"))


def test_its_time_is_the_tests() -> None:
    message = a_client_message("[uptime]\n up 3 days, load average: 0.1, 0.2, 0.3\n[clock]\nepoch: 999940.5\n")
    (cpu,) = of(judged_by_xymon(HOSTS, "", [message], now=1_000_000), "cpu")
    assert "System clock is 59 seconds off" in cpu.text


def test_options_reach_it() -> None:
    assert not of(judged_by_xymon(HOSTS, "", [a_client_message("")], ["--no-clear-msgs"]), "msgs")


def test_a_message_that_it_does_not_survive_costs_only_its_own_squares() -> None:
    zvm = samples()["zvm"]
    long = client_message(
        zvm, f"[date]\nnow\n[cpu]\nAVGPROC-031% 02\nPAGING-8/SEC\n{'x' * 4000}\n[uptime]\nUptime: 1 Days\n"
    )
    hosts = f"{HOSTS}127.0.0.1 {zvm.host} #\n"
    with xymond_clients() as clients:
        before, none, after = clients.judge_each(hosts, "", [zvm.message(), long, samples()["linux"].message()])
    assert none is None
    assert "paging" in {one.test for one in before or ()}
    assert "raid" in {one.test for one in after or ()}


@pytest.mark.parametrize("name", samples())
def test_every_recorded_message_is_understood(name: str) -> None:
    sample = samples()[name]
    seen = judged_by_xymon(f"127.0.0.1 {sample.host} #\n", "", [sample.message()])
    squares = {one.test for one in seen if not one.is_data}
    assert squares >= SQUARES.get(name, {"cpu", "disk"})
