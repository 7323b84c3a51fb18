import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from hexmon.ingest.access import ANYWHERE
from hexmon.ingest.forwarded import UNKNOWN, AmbiguousError, Proxies, forwarded, forwarded_for

PROXIES = Proxies(["127.0.0.0/8", "198.51.100.0/24", "2001:db8:1::/48"])


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), value.encode("latin-1")) for name, value in pairs])


def xff(*values: str) -> Headers:
    return headers(*(("X-Forwarded-For", value) for value in values))


@pytest.mark.parametrize(
    ("peer", "sent", "sender"),
    [
        pytest.param("192.0.2.1", xff(), "192.0.2.1", id="no proxy"),
        pytest.param("192.0.2.1", xff("192.0.2.9"), "192.0.2.1", id="who is no proxy is not believed"),
        pytest.param("::ffff:192.0.2.1", xff("192.0.2.9"), "192.0.2.1", id="nor in another spelling"),
        pytest.param("127.0.0.1", xff(), "127.0.0.1", id="a proxy that says nothing is the sender"),
        pytest.param("127.0.0.1", xff("192.0.2.9"), "192.0.2.9", id="a proxy is believed"),
        pytest.param("::ffff:127.0.0.1", xff("192.0.2.9"), "192.0.2.9", id="in any spelling"),
        pytest.param("127.0.0.1", xff("203.0.113.1, 192.0.2.9"), "192.0.2.9", id="not what the client wrote itself"),
        pytest.param("127.0.0.1", xff("203.0.113.1", "192.0.2.9"), "192.0.2.9", id="nor in a header of its own"),
        pytest.param("127.0.0.1", xff("192.0.2.9, 198.51.100.1"), "192.0.2.9", id="a proxy behind a proxy"),
        pytest.param("127.0.0.1", xff("198.51.100.2, 198.51.100.1"), "198.51.100.2", id="a sender among the proxies"),
        pytest.param("127.0.0.1", xff("192.0.2.9:4711"), "192.0.2.9", id="with a port"),
        pytest.param("127.0.0.1", xff("[2001:db8::9]:4711"), "2001:db8::9", id="IPv6 with a port"),
        pytest.param("127.0.0.1", xff("2001:DB8:0::9"), "2001:db8::9", id="IPv6 in one spelling"),
        pytest.param("127.0.0.1", xff("::ffff:192.0.2.9"), "192.0.2.9", id="IPv4 in IPv6"),
        pytest.param("127.0.0.1", xff("unknown"), UNKNOWN, id="a proxy that does not know"),
        pytest.param("127.0.0.1", xff(""), UNKNOWN, id="an empty header"),
        pytest.param("127.0.0.1", xff(ANYWHERE), UNKNOWN, id="the word for hosts without an address is none"),
        pytest.param("127.0.0.1", xff("::ffff:0.0.0.0"), UNKNOWN, id="nor so"),
        pytest.param(
            "127.0.0.1", xff("192.0.2.9, unknown"), UNKNOWN, id="what stands left of nonsense is not believed"
        ),
        pytest.param("127.0.0.1", headers(("Forwarded", "for=192.0.2.9")), "192.0.2.9", id="Forwarded"),
        pytest.param(
            "127.0.0.1",
            headers(("Forwarded", 'for=203.0.113.1, proto=https;For="[2001:db8::9]:47";by=x')),
            "2001:db8::9",
            id="Forwarded, quoted",
        ),
        pytest.param(
            "127.0.0.1", headers(("Forwarded", "for=192.0.2.9, for=_hidden")), UNKNOWN, id="Forwarded, hidden"
        ),
        pytest.param("127.0.0.1", headers(("Forwarded", "proto=https")), UNKNOWN, id="Forwarded without a sender"),
        pytest.param(
            "127.0.0.1",
            headers(("Forwarded", "for=192.0.2.9"), ("X-Forwarded-For", "192.0.2.9")),
            "192.0.2.9",
            id="both agree",
        ),
    ],
)
def test_who_the_sender_is(peer: str, sent: Headers, sender: str) -> None:
    assert PROXIES.sender(peer, sent) == sender


def test_headers_that_disagree_are_not_chosen_from() -> None:
    with pytest.raises(AmbiguousError):
        PROXIES.sender("127.0.0.1", headers(("Forwarded", "for=203.0.113.1"), ("X-Forwarded-For", "192.0.2.9")))


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert Proxies().sender("127.0.0.1", xff("192.0.2.9")) == "127.0.0.1"


TEXTS = st.text(st.characters(max_codepoint=255, exclude_categories=["Cs"]), max_size=120)


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4))
def test_no_header_raises_or_makes_a_sender_of_everybody(one: list[str], other: list[str]) -> None:
    forwarded(one)
    forwarded_for(other)
    sent = headers(*(("X-Forwarded-For", value) for value in one), *(("Forwarded", value) for value in other))
    try:
        assert PROXIES.sender("127.0.0.1", sent) not in (ANYWHERE, "::", "")
    except AmbiguousError:
        return


@given(st.lists(TEXTS, max_size=4), TEXTS)
def test_what_a_client_writes_never_changes_what_the_proxy_adds(written: list[str], last: str) -> None:
    assert PROXIES.sender("127.0.0.1", xff(*written, "192.0.2.9")) == "192.0.2.9"
    assert PROXIES.sender("127.0.0.1", xff(f"{last}, 192.0.2.9")) == "192.0.2.9"


def test_very_long_headers_take_no_time() -> None:
    assert PROXIES.sender("127.0.0.1", xff("198.51.100.3," * 100_000)) == UNKNOWN
    assert forwarded(['for="' + "\\" * 100_000]) == [""]
    assert len(forwarded(["for=a," * 100_000])) < 10_000
