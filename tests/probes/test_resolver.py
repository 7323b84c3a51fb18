"""Names to addresses, remembered for a while."""

import asyncio
import threading

import pytest

from hexmon.probes import resolver as module
from hexmon.probes.resolver import IpFamily, SystemResolver, Unresolved, first_of_each, lookup_name
from tests.support.clock import FakeClock


class Names:
    """Stands for the system's lookup; counts questions and can be held up."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {"a.test": "127.0.0.5"}
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, name: str) -> tuple[tuple[str, ...], str]:
        self.asked.append(name)
        assert self.go_on.wait(5)
        return tuple(self.known.get(name, "").split()), "unknown"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(module, "lookup_name", names)
    return names


async def test_answers_are_remembered_for_a_while(names: Names) -> None:
    clock = FakeClock()
    resolver = SystemResolver(clock, keep=60)
    assert await resolver.resolve("a.test") == "127.0.0.5"
    await clock.advance(59)
    assert await resolver.resolve("A.test.") == "127.0.0.5"
    assert names.asked == ["a.test"]
    await clock.advance(2)
    names.known["a.test"] = "127.0.0.6"
    assert await resolver.resolve("a.test") == "127.0.0.6"
    resolver.close()


async def test_failures_are_remembered_shorter(names: Names) -> None:
    clock = FakeClock()
    resolver = SystemResolver(clock, keep_failure=10)
    for _ in range(2):
        with pytest.raises(Unresolved, match="unknown"):
            await resolver.resolve("b.test")
    assert names.asked == ["b.test"]
    await clock.advance(11)
    names.known["b.test"] = "127.0.0.7"
    assert await resolver.resolve("b.test") == "127.0.0.7"
    resolver.close()


async def test_questions_about_one_name_share_a_lookup_and_giving_up_does_not_end_it(names: Names) -> None:
    resolver = SystemResolver(FakeClock())
    names.go_on.clear()
    async with asyncio.TaskGroup() as group:
        patient = [group.create_task(resolver.resolve("a.test")) for _ in range(3)]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await resolver.resolve("a.test")
        names.go_on.set()
    assert [task.result() for task in patient] == ["127.0.0.5"] * 3
    assert names.asked == ["a.test"]
    resolver.close()


async def test_the_memory_is_bounded(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MEMORY", 3)
    resolver = SystemResolver(FakeClock())
    for name in ("1.test", "2.test", "3.test", "4.test"):
        names.known[name] = "127.0.0.1"
        await resolver.resolve(name)
    assert len(resolver._answers) <= 3
    resolver.close()


@pytest.mark.parametrize(
    ("found", "family", "wanted"),
    [
        pytest.param("::1 127.0.0.1", "ipv4", "127.0.0.1 ::1", id="IPv4 first, as xymonnet has only that"),
        pytest.param("::1 127.0.0.1", "ipv6", "::1 127.0.0.1", id="or IPv6, where that is preferred"),
        pytest.param("127.0.0.2 127.0.0.1 ::2 ::1", "ipv4", "127.0.0.2 ::2", id="one of each family"),
        pytest.param("::2 ::1", "ipv4", "::2", id="IPv6 only"),
    ],
)
async def test_which_addresses_of_a_name_count(names: Names, found: str, family: IpFamily, wanted: str) -> None:
    names.known["c.test"] = found
    resolver = SystemResolver(FakeClock(), family=family)
    assert await resolver.resolve_all("c.test") == tuple(wanted.split())
    assert await resolver.resolve("c.test") == wanted.split()[0]
    resolver.close()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        pytest.param("localhost", "127.0.0.1", id="the hosts file, IPv4 first"),
        pytest.param("::1", "::1", id="an address is its own answer"),
        pytest.param("no-such-host.invalid", "", id="no such name"),
        pytest.param("x" * 70 + ".test", "", id="a label that is too long"),
    ],
)
def test_the_system_is_asked(name: str, address: str) -> None:
    found, reason = lookup_name(name)
    assert (first_of_each(found, "ipv4") or ("",))[0] == address
    assert bool(reason) is not bool(address)
