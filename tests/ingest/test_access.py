import pytest

from hexmon.ingest.access import ANYWHERE, Access, ListName, Senders, plain_address
from hexmon.ingest.addresses import Address, parse_address, parse_addresses

ACCESS = Access(Senders(status=("192.0.2.0/24", "2001:db8::/32"), maint=("192.0.2.7,192.0.2.9",), admin=("127.0.0.1",)))

CASES: dict[str, tuple[ListName | None, str, str | None, bool]] = {
    "a list that is not set lets everybody": ("www", "203.0.113.1", None, True),
    "what no list guards": (None, "203.0.113.1", None, True),
    "a sender inside a network": ("status", "192.0.2.200", None, True),
    "a sender outside of it": ("status", "203.0.113.1", None, False),
    "an IPv6 sender inside a network": ("status", "2001:db8:1::5", None, True),
    "an IPv6 sender outside of it": ("status", "2001:db9::5", None, False),
    "an IPv4 sender written as IPv6": ("status", "::ffff:192.0.2.4", None, True),
    "several addresses in one entry": ("maint", "192.0.2.9", None, True),
    "a single address": ("maint", "192.0.2.8", None, False),
    "a host speaks about itself": ("status", "203.0.113.1", "203.0.113.1", True),
    "a host speaks about itself in another spelling": ("status", "2001:DB9:0::1", "2001:db9::1", True),
    "a host without a fixed address": ("status", "203.0.113.1", ANYWHERE, True),
    "another host": ("status", "203.0.113.1", "203.0.113.2", False),
    "the local queue": ("admin", ANYWHERE, None, True),
    "no address at all": ("status", "nonsense", None, False),
}


@pytest.mark.parametrize(("name", "sender", "host", "allowed"), CASES.values(), ids=CASES.keys())
def test_who_may_say_what(name: ListName | None, sender: str, host: str | None, allowed: bool) -> None:
    assert ACCESS.allows(name, sender, host) is allowed


def test_mistakes_in_the_lists_are_named_and_admit_nobody() -> None:
    access = Access(Senders(status=("192.0.2.0/33", "example.com")))
    assert [str(problem) for problem in access.problems] == [
        "[senders]: status: '192.0.2.0/33' is not a network; write 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32",
        "[senders]: status: 'example.com' is not a network; write 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32",
    ]
    assert not access.allows("status", "192.0.2.1")
    assert not access.everybody


def test_without_lists_everybody_may() -> None:
    assert Access().everybody
    assert Access(Senders(status=None, www=())).everybody


def test_remembered_senders_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.ingest.access._REMEMBERED", 3)
    access = Access(Senders(status=("192.0.2.0/29",)))
    answers = [access.allows("status", f"192.0.2.{last}") for last in range(12)]
    assert answers == [True] * 8 + [False] * 4


def test_the_spelling_of_a_sender() -> None:
    spellings = ["192.0.2.1", "::ffff:192.0.2.1", "2001:DB8::0:1", "fe80::1%eth0"]
    assert [plain_address(word) for word in spellings] == ["192.0.2.1", "192.0.2.1", "2001:db8::1", "fe80::1"]


ADDRESSES = {
    "monitor.example.com": Address("monitor.example.com", 1984),
    "127.0.0.1:2000": Address("127.0.0.1", 2000),
    "[::1]:2000": Address("::1", 2000),
    "[::1]": Address("::1", 1984),
    "::1": Address("::1", 1984),
    "tcp://127.0.0.1": Address("127.0.0.1", 1984),
    "tls://monitor.example.com": Address("monitor.example.com", 1985, "tls"),
    "TLS://[::1]:7": Address("::1", 7, "tls"),
    "*:1984": Address("", 1984),
    ":0": Address("", 0),
    "https://web.example.com/xymon-msg": Address("web.example.com", 443, "https", "https://web.example.com/xymon-msg"),
}


@pytest.mark.parametrize(("text", "expected"), ADDRESSES.items(), ids=ADDRESSES.keys())
def test_addresses(text: str, expected: Address) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", "ftp://host", "host:port", "host:99999", "host:-1", "tls://"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|known|names no server"):
        parse_address(text)


def test_lists_of_addresses() -> None:
    assert [str(one) for one in parse_addresses("a,b:5 [::1]")] == ["a:1984", "b:5", "[::1]:1984"]
    assert [str(one) for one in parse_addresses(ANYWHERE, "a b:5")] == ["a:1984", "b:5"]
    assert [str(one) for one in parse_addresses(ANYWHERE, "")] == [f"{ANYWHERE}:1984"]
