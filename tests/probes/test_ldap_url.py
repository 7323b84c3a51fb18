"""LDAP URLs."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.ldap_filter import encode_filter
from hexmon.probes.ldap_url import LdapUrl, LdapUrlError, parse_ldap_url

PLAIN = LdapUrl(
    host="h", port=389, security="", base="", attributes=(), scope="base", filter=encode_filter("(objectClass=*)")
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("ldap://h", {}, id="a host"),
        pytest.param("ldap://h/", {}, id="an empty base: the root DSE"),
        pytest.param("LDAP://h/", {}, id="in capitals"),
        pytest.param("ldap:///o=x", {"host": "", "base": "o=x"}, id="no host"),
        pytest.param("ldap://h:1389/o=x", {"port": 1389, "base": "o=x"}, id="a port"),
        pytest.param("ldap://h:/o=x", {"base": "o=x"}, id="a colon without a port"),
        pytest.param("ldap://[2001:db8::7]:1389/", {"host": "2001:db8::7", "port": 1389}, id="IPv6"),
        pytest.param("ldap://[::1]", {"host": "::1"}, id="IPv6 without a port"),
        pytest.param("ldaps://h/", {"security": "starttls"}, id="ldaps is StartTLS"),
        pytest.param("ldaps://h:389/", {"security": "starttls"}, id="ldaps on the usual port, too"),
        pytest.param("ldaps://h:1636/", {"security": "starttls", "port": 1636}, id="and on any other"),
        pytest.param("ldaps://h:636/", {"security": "tls", "port": 636}, id="but not where TLS comes first"),
        pytest.param("ldaps://h:3269/", {"security": "tls", "port": 3269}, id="nor at the global catalogue"),
        pytest.param("ldap://h:636/", {"port": 636}, id="ldap is never TLS"),
        pytest.param("ldap://h/o=x?cn,sn", {"base": "o=x", "attributes": ("cn", "sn")}, id="attributes"),
        pytest.param("ldap://h/o=x??one", {"base": "o=x", "scope": "one"}, id="one level"),
        pytest.param("ldap://h/o=x??SUB", {"base": "o=x", "scope": "sub"}, id="the subtree"),
        pytest.param("ldap://h/?*,%2b", {"attributes": ("*", "+")}, id="operational attributes"),
        pytest.param(
            "ldap://h/o=x??sub?(&(a=1)(b=2))",
            {"base": "o=x", "scope": "sub", "filter": encode_filter("(&(a=1)(b=2))")},
            id="a filter",
        ),
        pytest.param("ldap://h/???cn=x", {"filter": encode_filter("(cn=x)")}, id="a filter without parentheses"),
        pytest.param("ldap://h/????bindname=cn%3da", {}, id="an extension"),
        pytest.param(
            "ldap://h/o=University%20of%20Michigan,c=US", {"base": "o=University of Michigan,c=US"}, id="RFC 4516"
        ),
        pytest.param("ldap://h/o=A B", {"base": "o=A B"}, id="a blank, from a quoted tag"),
        pytest.param("ldap://h/o=a%3fb,o=Lu%C4%8Di", {"base": "o=a?b,o=Luči"}, id="a question mark, and UTF-8"),
        pytest.param("ldap://h/o=%ff", {"base": "o=\udcff"}, id="a byte that is no UTF-8"),
        pytest.param("ldap://h/???(a=%5c2a)", {"filter": encode_filter(r"(a=\2a)")}, id="both ways to escape"),
        pytest.param("ldap://h/o=a/b#c", {"base": "o=a/b#c"}, id="a slash, and a fragment that is none"),
    ],
)
def test_a_url(text: str, fields: dict[str, Any]) -> None:
    assert parse_ldap_url(text) == msgspec.structs.replace(PLAIN, **fields)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://h/", "not an LDAP URL"),
        ("ldapi:///o=x", "not an LDAP URL"),
        ("ldap:h", "not an LDAP URL"),
        ("ldap://h/\n", "not an LDAP URL"),
        ("ldap://h/\ud800", "not an LDAP URL"),
        ("ldap://u:secret@h/", "no user and password"),
        ("ldap://h:x/", "port 'x' is not a number"),
        ("ldap://h:0/", "port '0' is not a number"),
        ("ldap://h:65536/", "port '65536' is not a number"),
        ("ldap://a:b:c/", "port 'b:c'"),
        ("ldap://[::g]/", "not an IPv6 address"),
        ("ldap://[::1/", "not a host with its port"),
        ("ldap://h%00/", "not a host name"),
        ("ldap://h%20h/", "not a host name"),
        ("ldap://h/??all", "'all' is not a scope"),
        ("ldap://h/???(cn=", "filter '(cn=' cannot be used"),
        ("ldap://h/????a?b", "four question marks"),
        ("ldap://h/????!bindname=x", "extension '!bindname'"),
        ("ldap://h/????x-bindpw=secret", "'x-bindpw' would show"),
    ],
)
def test_what_is_no_url(text: str, says: str) -> None:
    with pytest.raises(LdapUrlError) as caught:
        parse_ldap_url(text)
    assert says in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_a_url_that_is_none_does_not_show_a_password_either() -> None:
    with pytest.raises(LdapUrlError) as caught:
        parse_ldap_url("ldapx://u:secret@h/")
    assert "secret" not in str(caught.value)


@given(st.text(alphabet="ldaps:/?%20@[]()=*&!,.\x00é\ud800xyz1", max_size=30))
def test_any_text_is_a_url_or_refused(rest: str) -> None:
    try:
        found = parse_ldap_url(f"ldap://{rest}")
    except LdapUrlError:
        return
    assert 0 < found.port < 65536


parts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@given(
    parts,
    st.lists(st.sampled_from(["cn", "sn", "*", "+", "1.1"]), max_size=3),
    st.sampled_from(["base", "one", "sub"]),
    st.binary(max_size=8),
    st.integers(1, 65535),
)
def test_urls_come_back_as_they_were(base: str, names: list[str], scope: str, value: bytes, port: int) -> None:
    escaped = "".join(f"\\{byte:02x}" for byte in value)
    condition = f"(a={escaped})"
    text = f"ldap://h:{port}/{quoted(base)}?{','.join(map(quoted, names))}?{scope}?{quoted(condition)}"
    found = parse_ldap_url(text)
    assert (found.base, found.attributes, found.scope, found.port) == (base, tuple(names), scope, port)
    assert found.filter == encode_filter(condition)
