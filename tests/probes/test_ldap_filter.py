"""Search filters as text and as bytes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.ldap_filter import FilterError, encode_filter

Tree = tuple[Any, ...]


def element_of(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and end of one element."""
    size, start = data[at + 1], at + 2
    if size >= 128:
        start += size - 128
        size = int.from_bytes(data[at + 2 : start], "big")
    return data[at], data[start : start + size], start + size


def parts_of(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, content, at = element_of(data, at)
        found.append((tag, content))
    return found


def tree_of(data: bytes) -> Tree:
    """A filter, decoded by what RFC 4511 says and nothing of ours."""
    tag, content, end = element_of(data)
    assert end == len(data)
    parts = [] if tag == 0x87 else parts_of(content)
    if tag in (0xA0, 0xA1, 0xA2):
        return ("&|!"[tag - 0xA0], *(tree_of(bytes((one[0],)) + _length(one[1]) + one[1]) for one in parts))
    if tag == 0x87:
        return ("present", content)
    if tag == 0xA4:
        pieces = parts_of(parts[1][1])
        return ("substrings", parts[0][1], *((["initial", "any", "final"][kind - 0x80], text) for kind, text in pieces))
    if tag == 0xA9:
        return ("extensible", *parts)
    return ({0xA3: "=", 0xA5: ">=", 0xA6: "<=", 0xA8: "~="}[tag], parts[0][1], parts[1][1])


def _length(content: bytes) -> bytes:
    size = len(content)
    return bytes((size,)) if size < 128 else bytes((0x84,)) + size.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("(cn=Babs Jensen)", ("=", b"cn", b"Babs Jensen"), id="an equality, RFC 4515"),
        pytest.param("(!(cn=Tim Howes))", ("!", ("=", b"cn", b"Tim Howes")), id="a negation, RFC 4515"),
        pytest.param(
            "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
            (
                "&",
                ("=", b"objectClass", b"Person"),
                ("|", ("=", b"sn", b"Jensen"), ("substrings", b"cn", ("initial", b"Babs J"))),
            ),
            id="sets, RFC 4515",
        ),
        pytest.param(
            "(o=univ*of*mich*)",
            ("substrings", b"o", ("initial", b"univ"), ("any", b"of"), ("any", b"mich")),
            id="substrings, RFC 4515",
        ),
        pytest.param("(seeAlso=)", ("=", b"seeAlso", b""), id="an empty value, RFC 4515"),
        pytest.param(
            "(cn:caseExactMatch:=Fred Flintstone)",
            ("extensible", (0x81, b"caseExactMatch"), (0x82, b"cn"), (0x83, b"Fred Flintstone")),
            id="a matching rule, RFC 4515",
        ),
        pytest.param(
            "(cn:=Betty Rubble)", ("extensible", (0x82, b"cn"), (0x83, b"Betty Rubble")), id="without a rule, RFC 4515"
        ),
        pytest.param(
            "(sn:dn:2.4.6.8.10:=Barney Rubble)",
            ("extensible", (0x81, b"2.4.6.8.10"), (0x82, b"sn"), (0x83, b"Barney Rubble"), (0x84, b"\xff")),
            id="a rule for names too, RFC 4515",
        ),
        pytest.param(
            "(:DN:2.4.6.8.10:=Dino)",
            ("extensible", (0x81, b"2.4.6.8.10"), (0x83, b"Dino"), (0x84, b"\xff")),
            id="a rule without an attribute, RFC 4515",
        ),
        pytest.param(
            r"(o=Parens R Us \28for all your parenthetical needs\29)",
            ("=", b"o", b"Parens R Us (for all your parenthetical needs)"),
            id="escaped parentheses, RFC 4515",
        ),
        pytest.param(r"(cn=*\2A*)", ("substrings", b"cn", ("any", b"*")), id="an escaped asterisk, RFC 4515"),
        pytest.param(r"(bin=\00\00\00\04)", ("=", b"bin", b"\0\0\0\4"), id="bytes, RFC 4515"),
        pytest.param(r"(sn=Lu\c4\8di\c4\87)", ("=", b"sn", "Lučić".encode()), id="escaped UTF-8, RFC 4515"),
        pytest.param("(sn=Lučić)", ("=", b"sn", "Lučić".encode()), id="UTF-8"),
        pytest.param("(cn=*)", ("present", b"cn"), id="a presence"),
        pytest.param("(a;lang-de=x)", ("=", b"a;lang-de", b"x"), id="an attribute with an option"),
        pytest.param("(2.5.4.3=x)", ("=", b"2.5.4.3", b"x"), id="an attribute by number"),
        pytest.param("(a>=5)", (">=", b"a", b"5"), id="at least"),
        pytest.param("(a<=5)", ("<=", b"a", b"5"), id="at most"),
        pytest.param("(a~=5)", ("~=", b"a", b"5"), id="about"),
        pytest.param("(a=b=c)", ("=", b"a", b"b=c"), id="another equals sign"),
        pytest.param("(&)", ("&",), id="always true, RFC 4526"),
        pytest.param("cn=x", ("=", b"cn", b"x"), id="without parentheses, as LDAP tools take it"),
        pytest.param(" ( & ( a=1 ) ( b=2 ) ) ", ("&", ("=", b"a", b"1 "), ("=", b"b", b"2 ")), id="blanks between"),
        pytest.param(f"(cn={'x' * 300})", ("=", b"cn", b"x" * 300), id="a long value"),
    ],
)
def test_a_filter(text: str, wanted: Tree) -> None:
    assert tree_of(encode_filter(text)) == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(cn=", "')' is missing"),
        ("(cn=x))", "behind the filter"),
        ("(cn=x)y", "behind the filter"),
        ("", "no comparison"),
        ("()", "no comparison"),
        ("(cn)", "no comparison"),
        ("(=x)", "no comparison"),
        ("(:=x)", "no comparison"),
        ("(c n=x)", "no comparison"),
        ("(!)", "where '(' should be"),
        ("(!(a=b)(c=d))", "where ')' should be"),
        ("(&(a=b)c)", "where ')' should be"),
        (r"(cn=\zz)", "two hexadecimal digits"),
        (r"(cn=\2)", "two hexadecimal digits"),
        ("(cn=**)", "write one *"),
        ("(cn=\ud800)", "half a character"),
        ("(!" * 100 + "(a=b)" + ")" * 100, "nested deeper"),
        ("(&" * 100_000, "nested deeper"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_filter(text: str, says: str) -> None:
    with pytest.raises(FilterError, match=says.replace("*", r"\*").replace("(", r"\(").replace(")", r"\)")):
        encode_filter(text)


@given(st.text(alphabet="(&|!)=*:<>~\\ a2;.-\x00é\ud800", max_size=40))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        found = encode_filter(text)
    except FilterError:
        return
    tree_of(found)


names = st.sampled_from(["cn", "objectClass", "a;x-y", "2.5.4.3"])
values = st.binary(max_size=10)


def escaped(value: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in value)


comparisons = st.tuples(st.sampled_from(["=", ">=", "<=", "~="]), names, values).map(
    lambda one: (f"({one[1]}{one[0]}{escaped(one[2])})", (one[0], one[1].encode(), one[2]))
)
filters: st.SearchStrategy[tuple[str, Tree]] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("&|"), st.lists(inner, max_size=3)).map(
            lambda one: (f"({one[0]}{''.join(text for text, _ in one[1])})", (one[0], *(tree for _, tree in one[1])))
        ),
        inner.map(lambda one: (f"(!{one[0]})", ("!", one[1]))),
    ),
    max_leaves=8,
)


@given(filters)
def test_filters_come_back_as_they_were(case: tuple[str, Tree]) -> None:
    text, wanted = case
    assert tree_of(encode_filter(text)) == wanted
