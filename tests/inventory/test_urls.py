"""URLs as hosts.cfg writes them."""

import re
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.urls import UrlError, WebAddress, parse_url
from hexmon.probes.http_options import place_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("http://a", WebAddress("http://a/"), id="only a host"),
        pytest.param("http://a?b", WebAddress("http://a/?b"), id="no path, but a query"),
        pytest.param("HTTPS://a/", WebAddress("https://a/"), id="in capitals"),
        pytest.param("http://a/b;c=d%3Be#f", WebAddress("http://a/b;c=d%3Be#f"), id="the path stays as it is"),
        pytest.param("httpsc://a/", WebAddress("https://a/", tls="1.2"), id="one version of TLS"),
        pytest.param("http10://a/", WebAddress("http://a/", version="1.0"), id="HTTP/1.0"),
        pytest.param("https11d://a/", WebAddress("https://a/", version="1.1", tls="1.3"), id="HTTP/1.1 and TLS 1.3"),
        pytest.param("httpsd11://a/", WebAddress("https://a/", version="1.1", tls="1.3"), id="in the other order"),
        pytest.param("https20://a/", WebAddress("https://a/", version="2"), id="HTTP/2"),
        pytest.param("HTTPS30H://a/", WebAddress("https://a/", version="3", ciphers="h"), id="HTTP/3, strong ciphers"),
        pytest.param("httpsm://a/", WebAddress("https://a/", ciphers="m"), id="ciphers of 128 bits"),
        pytest.param("http://a=127.0.0.1/", WebAddress("http://a/", "127.0.0.1"), id="from an address"),
        pytest.param("http://a:8080=127.0.0.1/x", WebAddress("http://a:8080/x", "127.0.0.1"), id="and a port"),
        pytest.param("http://a:8080=[::1]/x", WebAddress("http://a:8080/x", "::1"), id="from an IPv6 address"),
        pytest.param("http://a=::1/x", WebAddress("http://a/x", "::1"), id="without brackets"),
        pytest.param("http://[::1]:8080/", WebAddress("http://[::1]:8080/"), id="an IPv6 address as the host"),
        pytest.param("http://a:/", WebAddress("http://a/"), id="a colon without a port"),
        pytest.param("http://a/x=127.0.0.1", WebAddress("http://a/x=127.0.0.1"), id="= in the path"),
        pytest.param("http://u:p=q@a/", WebAddress("http://u:p=q@a/"), id="= in a password"),
        pytest.param("http://u@a/", WebAddress("http://u@a/"), id="a user without a password"),
        pytest.param("http://u%40x:p%3aq%2f@a/", WebAddress("http://u%40x:p%3Aq%2F@a/"), id="escaped credentials"),
        pytest.param("http://u@x:p/q@a/", None, id="a slash in a password ends the host"),
        pytest.param("http://u@x:p@a/", WebAddress("http://u%40x:p@a/"), id="the last @ counts"),
        pytest.param("http://us:p:q@a=127.0.0.1/@", WebAddress("http://us:p%3Aq@a/@", "127.0.0.1"), id="all of it"),
        pytest.param("https://CERT:me.pem@a/", WebAddress("https://a/", certificate="me.pem"), id="a certificate"),
        pytest.param(
            "https10://CERT:me.pem@a:8443=127.0.0.1/",
            WebAddress("https://a:8443/", "127.0.0.1", version="1.0", certificate="me.pem"),
            id="a certificate with all else",
        ),
    ],
)
def test_urls(text: str, address: WebAddress | None) -> None:
    if address is None:
        with pytest.raises(UrlError):
            parse_url(text)
    else:
        assert parse_url(text) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param(
            "http://proxy:3128/http://a/b", WebAddress("http://a/b", proxy="http://proxy:3128"), id="with a port"
        ),
        pytest.param("http://proxy/http://a", WebAddress("http://a/", proxy="http://proxy:80"), id="the usual port"),
        pytest.param(
            "http://fred:Wilma1@proxy:3128/http://u:p@a/",
            WebAddress("http://u:p@a/", proxy="http://fred:Wilma1@proxy:3128"),
            id="credentials of both",
        ),
        pytest.param(
            "http://proxy:3128=127.0.0.1/http://a/",
            WebAddress("http://a/", proxy="http://127.0.0.1:3128"),
            id="the address of the proxy",
        ),
        pytest.param(
            "http://proxy=::1/http://a/", WebAddress("http://a/", proxy="http://[::1]:80"), id="an IPv6 address"
        ),
        pytest.param(
            "http://proxy/https://a/", WebAddress("https://a/", proxy="http://proxy:80"), id="an https site behind it"
        ),
        pytest.param(
            "http10://proxy/http://a/", WebAddress("http://a/", version="1.0", proxy="http://proxy:80"), id="letters"
        ),
        pytest.param(
            "http://proxy/httpsc20://a/",
            WebAddress("https://a/", version="2", tls="1.2", proxy="http://proxy:80"),
            id="letters of the target",
        ),
        pytest.param("http://a/b/http://c/", WebAddress("http://a/b/http://c/"), id="a URL deeper in the path is none"),
        pytest.param("http://a/?u=/http://c/", WebAddress("http://a/?u=/http://c/"), id="nor one in the query"),
        pytest.param("https://a/http://c/", WebAddress("https://a/http://c/"), id="nor one behind https"),
    ],
)
def test_proxies(text: str, address: WebAddress) -> None:
    assert parse_url(text) == address


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        pytest.param("https2://a/", "'https2' asks for SSLv2, which no TLS library speaks any more", id="SSLv2"),
        pytest.param("https310://a/", "'https310' asks for SSLv3, which no TLS library speaks any more", id="SSLv3"),
        pytest.param("http://p/https2://a/", "'https2' asks for SSLv2, which no TLS", id="behind a proxy"),
        pytest.param("http://p/http://a=127.0.0.1/", "'=127.0.0.1' has no effect: the proxy", id="=IP behind a proxy"),
    ],
)
def test_what_has_no_effect_is_told_and_the_url_is_used(text: str, mistake: str) -> None:
    address = parse_url(text)
    assert [one.message[: len(mistake)] for one in address.mistakes] == [mistake]
    assert address.plain in ("http://a/", "https://a/")


def test_old_letters_leave_the_others_in_force() -> None:
    address = parse_url("https210c://a/")
    assert (address.version, address.tls, len(address.mistakes)) == ("1.0", "1.2", 1)


@pytest.mark.parametrize(
    "text",
    [
        "a", "http:a", "ftp://a/", "http://", "http://:80/", "https9://a/", "https1://a/", "http://a:x/", "http://a:0/",
        "http://a:65536/", "http://a=127.0.0/", "http://a=127.0.0.1:80/", "http://[x]/", "http://[::1/",
        "http://proxy/http://", "http://proxy:x/http://a/", "http://proxy/https9://a/",
    ],
)  # fmt: skip
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(UrlError):
        parse_url(text)


def test_the_url_without_its_credentials() -> None:
    assert parse_url("http://u:p%40@a:81=127.0.0.1/b@c?d@e").plain == "http://a:81/b@c?d@e"


PIECES = [
    "http",
    "https",
    "2",
    "10",
    "m",
    "://",
    "u",
    ":",
    "p",
    "@",
    "CERT:",
    "a",
    "[::1]",
    ":80",
    "=",
    "127.0.0.1",
    "/",
]


@given(text=st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, "%41", "?", "#", "é"]), max_size=12).map("".join)))
def test_any_text_is_a_url_or_a_mistake(text: str) -> None:
    try:
        address = parse_url(text)
    except UrlError:
        return
    assert re.match(r"https?://", address.url)
    assert "@" not in address.plain.partition("://")[2].partition("/")[0]
    # The probe, too, finds a host in it, unless there are characters that no host has.
    host = address.plain.partition("://")[2].partition("/")[0]
    if host.isascii() and host.isprintable() and "%" not in host:
        assert place_of(address.url) is not None


@given(name=st.text(min_size=1), password=st.text())
def test_credentials_survive(name: str, password: str) -> None:
    parts = urlsplit(parse_url(f"http://{quote(name, safe='')}:{quote(password, safe='')}@a/").url)
    if not name.startswith("CERT"):
        assert (unquote(parts.username or ""), unquote(parts.password or "")) == (name, password)
