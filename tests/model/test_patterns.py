"""Patterns: what they find, and that nobody can make them take long."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model import patterns
from hexmon.model.patterns import PatternError, PatternSet, compile_pattern, ends_in_time, lines_in, over_lines


@pytest.mark.parametrize(
    ("pattern", "subject", "found"),
    [
        pytest.param("www", "my.WWW.example.com", True, id="anywhere, in any case"),
        pytest.param("^www", "my.www.example.com", False, id="unless it is anchored"),
        pytest.param("a.c", "abc", True, id="a dot is any character"),
        pytest.param("a-b_c1", "xA-B_C1x", True, id="words without special characters are taken literally"),
        pytest.param(r"disk\s9\d", "disk 99", True, id="classes"),
        pytest.param("^(cpu|disk)$", "disk", True, id="alternatives"),
        pytest.param("^(?!conn$)", "http", True, id="negative look-ahead"),
        pytest.param("^(?!conn$)", "conn", False, id="negative look-ahead, refused"),
        pytest.param(r"(a)\1", "xaax", True, id="back references"),
        pytest.param("é", "caf\u00e9", True, id="other letters"),
        pytest.param("", "anything", True, id="an empty pattern is found everywhere"),
        pytest.param("b$", b"a\nb", True, id="bytes"),
        pytest.param("^\xff", b"\xc3\xbf", True, id="bytes that are UTF-8"),
    ],
)
def test_search(pattern: str, subject: str | bytes, found: bool) -> None:
    assert compile_pattern(pattern).search(subject) is found


def test_case_can_matter() -> None:
    assert not compile_pattern("WWW", ignore_case=False).search("www")


@pytest.mark.parametrize(
    "pattern", ["[", "(", "*", "a{2,1}", "(?P<n", "\\", "(?<=a*)b[", "x" * 5000, "(?=a)" + "(" * 3000]
)
def test_nonsense_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", r"^(a+)+\1$", r"(?=(a+)+b)a"])
def test_a_hostile_pattern_ends_in_time(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.01)
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return
    assert not compiled.search("a" * 60 + "!")


@given(st.text(max_size=30), st.binary(max_size=60))
def test_any_text_is_a_pattern_or_an_error(text: str, subject: bytes) -> None:
    with contextlib.suppress(PatternError):
        compile_pattern(text).search(subject)


_PIECES = st.lists(
    st.sampled_from(["a", "B", ".", "^", "$", "(a|b)", "(?=a)", "\\d", "[ab]", "1", "b+", "(?!b)a", "\\.", "-"]),
    min_size=1,
    max_size=4,
).map("".join)


@given(st.lists(_PIECES, max_size=6), st.text(alphabet="aAbB1.-\xe4", max_size=5))
def test_patterns_searched_for_together_are_found_as_alone(texts: list[str], subject: str) -> None:
    usable = [text for text in texts if _is_usable(text)]
    found = PatternSet(usable).occurring(subject) - {""}
    assert found == {text for text in usable if compile_pattern(text).search(subject)}


def _is_usable(text: str) -> bool:
    try:
        compile_pattern(text)
    except PatternError:
        return False
    return True


class _Exhausted:
    """A set that has run out of memory: it finds nothing, not even what is everywhere."""

    def Match(self, _subject: bytes) -> list[int]:  # noqa: N802 - its name in google-re2
        return []


def test_a_search_for_many_that_fails_is_made_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = PatternSet(["a", "b", "(?=a)"])
    monkeypatch.setattr(found, "_set", _Exhausted())
    assert found.occurring("xa") - {""} == {"a", "(?=a)"}


def test_a_set_refuses_what_is_no_pattern() -> None:
    with pytest.raises(PatternError):
        PatternSet(["a", "("])


LINE_PATTERNS = [
    "b", "^b", "b$", "^b$", "^$", "a|^", r"b\s", r"\sb", "[^a]", "[^a]*", "a[^x]*b", r"\bb\b", r"\Bb", "(?s)a.*b",
    "(?-i)B", r"\Ab", r"b\z", "(?-m)^b", "(?m)b$", r"\Qb\E", "(?!a)b", r"b(?!\s)", "(a)\\1", "\xe9",
]  # fmt: skip


@given(st.sampled_from(LINE_PATTERNS), st.text(alphabet="abB \r\n\xe9", max_size=40))
def test_lines_are_found_as_if_each_was_looked_at(text: str, subject: str) -> None:
    pattern = compile_pattern(text)
    encoded = subject.encode()
    assert list(lines_in(pattern, encoded)) == [line for line in encoded.split(b"\n") if pattern.search(line)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("^b$", True, id="every line has two ends"),
        pytest.param("^c", False, id="but not every place is one"),
        pytest.param("(?!a)^b", True, id="for the other engine too"),
        pytest.param("B", True, id="in any case"),
        pytest.param("(?-i)^B", False, id="unless it says otherwise"),
    ],
)
def test_over_lines(text: str, found: bool) -> None:
    assert over_lines(compile_pattern(text)).search(b"a\nb\na") is found


@pytest.mark.parametrize(
    ("text", "subject", "in_time"),
    [
        pytest.param("(a|aa)+$", b"a" * 60 + b"!", True, id="linear patterns always do"),
        pytest.param("(?!x)(a|aa)+$", b"a" * 60 + b"!", False, id="one that tries everything"),
        pytest.param("(?!x)(a|aa)+$", b"\n".join([b"aaaa!"] * 100), True, id="on lines that are short enough"),
        pytest.param("(?!x)y", b"y" * 50_000_000, False, id="a text that is too long"),
    ],
)
def test_what_ends_in_time(text: str, subject: bytes, in_time: bool) -> None:
    assert ends_in_time(compile_pattern(text), subject) is in_time
