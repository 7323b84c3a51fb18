"""POSIX patterns, compared with the regcomp(3) and regexec(3) of the C library on this machine."""

import ctypes
import ctypes.util

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hexmon.model import patterns
from hexmon.model.patterns import PatternError
from hexmon.model.posix import compile_posix

_LIBC = ctypes.CDLL(ctypes.util.find_library("c"))
_EXTENDED, _NOSUB = 1, 8
_LIBC.newlocale.restype = _LIBC.uselocale.restype = ctypes.c_void_p
_C_LOCALE = ctypes.c_void_p(_LIBC.newlocale(0x1FBF, b"C", None))  # LC_ALL_MASK


def libc(pattern: bytes, subject: bytes) -> bool | None:
    """What the C library says in the C locale; None for a pattern that it refuses."""
    before = ctypes.c_void_p(_LIBC.uselocale(_C_LOCALE))
    try:
        return _libc(pattern, subject)
    finally:
        _LIBC.uselocale(before)


def _libc(pattern: bytes, subject: bytes) -> bool | None:
    compiled = ctypes.create_string_buffer(256)  # regex_t has 64 bytes
    if _LIBC.regcomp(compiled, pattern, _EXTENDED | _NOSUB):
        return None
    try:
        return bool(_LIBC.regexec(compiled, subject, 0, None, 0) == 0)
    finally:
        _LIBC.regfree(compiled)


def ours(pattern: bytes, subject: bytes) -> bool | None:
    try:
        compiled = compile_posix(pattern.decode(errors="surrogateescape"))
    except PatternError:
        return None
    return compiled.search(subject)


CASES = [
    ("a.c", "xa\ncx", True, "a dot is also a new line"),
    ("^b", "a\nb", False, "a caret is the start of the text only"),
    ("a$", "a\nb", False, "a dollar is the end of the text only"),
    ("a$", "ba\n", False, "not the place before the last new line"),
    ("OK", "ok", False, "case matters"),
    ("[[:space:]]+x[^[:alpha:]]", "\t x1", True, "classes"),
    ("[]a]z", "]z", True, "a bracket that comes first is a member"),
    ("[^]a]z", "]z", False, "also behind the caret"),
    (r"[\n]", "n", True, "a backslash is a plain character in brackets"),
    (r"[\]]", r"\]", True, "it does not keep the bracket open"),
    ("[[.-.]x]", "-", True, "a collating symbol"),
    ("[[=a=]]", "a", True, "an equivalence class"),
    ("[a-]", "-", True, "a hyphen at the end"),
    ("[+--]", ",", True, "a range up to the hyphen"),
    ("[a-c-e]", "d", None, "a hyphen between two ranges"),
    ("[z-a]", "", None, "a range that runs backwards"),
    ("[[:letter:]]", "", None, "an unknown class"),
    ("[[:digit:]-z]", "", None, "a class in a range"),
    ("[a", "", None, "no end of the bracket"),
    ("[[:alpha:", "", None, "no end of the class"),
    ("a{2}b{1,}c{,2}", "aab", True, "intervals"),
    ("a{", "a{", None, "a brace without a number"),
    ("{1}", "", None, "a brace at the start"),
    (r"a\{1}", "a{1}", True, "an escaped brace"),
    ("a}", "a}", True, "a closing brace alone"),
    ("a)", "a)", True, "a closing parenthesis alone"),
    ("(a", "", None, "an open parenthesis"),
    ("*a", "", None, "nothing to repeat"),
    ("^*", "", None, "a repeated anchor"),
    ("(?:a)", "", None, "Perl's groups"),
    ("a+?b", "b", True, "a question mark behind a plus makes it optional, not lazy"),
    ("a**", "", True, "stars upon stars"),
    ("(|a)b", "b", True, "an empty alternative"),
    ("()", "", True, "empty parentheses"),
    ("", "x", True, "nothing"),
    (r"\d", "5", False, "Perl's digits: a plain letter here"),
    (r"\d", "d", True, "an unknown escape is the character"),
    (r"\<foo\>", "a foo b", True, "the limits of a word"),
    (r"\<oo", "foo", False, "no word starts there"),
    (r"\<.o\>", "to", True, "the limits of a word beside a dot"),
    (r"\bx\b", "a-x-b", True, "a word boundary"),
    (r"\Boo", "foo", True, "no word boundary"),
    (r"\`a\'", "a", True, "the ends of the text"),
    (r"\w\W\s\S", "a- b", True, "GNU's classes"),
    (r"(a|b)c\1", "xacb aca", True, "a back reference"),
    (r"(a|b)c\1", "xacb", False, "a back reference to something else"),
    (r"(a)\10", "aa0", True, "a digit behind a back reference"),
    (r"(a\1)", "", None, "a back reference within its group"),
    (r"\2(a)", "", None, "a back reference to nothing"),
    (r"(a)|b\1", "", None, "a back reference to another alternative"),
    ("a\\", "", None, "a backslash at the end"),
    ("é+", "\u00e9", True, "letters beyond ASCII are bytes"),
    ("^.{2}$", "\u00e9", True, "and count as such"),
    ("a{32768}", "", None, "too many repeats"),
    ("x{1001}", "x" * 1001, True, "many repeats"),
]


@pytest.mark.parametrize(("pattern", "subject", "found"), [pytest.param(*row[:3], id=row[3]) for row in CASES])
def test_the_table(pattern: str, subject: str, found: bool | None) -> None:
    assert libc(pattern.encode(), subject.encode()) is found
    assert ours(pattern.encode(), subject.encode()) is found


_ATOMS = st.sampled_from(
    [rb"\<", rb"\>", rb"\b", rb"\w", rb"\W", rb"\s", rb"\S", b"\\`", b"\\'", rb"\.", rb"\\", b"[ab]", b"[^a]", b"\xe9"]
) | st.sampled_from(
    [
        b"[[:alpha:]_]",
        b"[^[:space:]]",
        b"[]x]",
        b"[a-c1-]",
        b"[[.a.]-c]",
        b"[[=b=]^]",
        *(b"%c" % c for c in b"abc1_ \n.^$-/<"),
    ]
)
_REPEATS = st.sampled_from([b"", b"", b"", b"*", b"+", b"?", b"{2}", b"{0}", b"{,1}", b"{1,}", b"{0,2}", b"+?", b"**"])


def _grow(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    groups = st.builds(lambda text, repeat: b"(" + text + b")" + repeat, inner, _REPEATS)
    return groups | st.builds(lambda a, b: a + b"|" + b, inner, inner) | st.builds(lambda a, b: a + b, inner, inner)


_PATTERNS = st.recursive(st.builds(lambda a, b: a + b, _ATOMS, _REPEATS) | st.just(b""), _grow, max_leaves=8)
_SUBJECTS = st.lists(st.sampled_from(list(b"aabbc1_ \n.<-/\xe9]x^$")), max_size=10).map(bytes)


@given(_PATTERNS, _SUBJECTS)
def test_sensible_patterns_mean_what_the_c_library_says(pattern: bytes, subject: bytes) -> None:
    assert ours(pattern, subject) is libc(pattern, subject)


@given(st.lists(st.sampled_from(list(rb"ab1,0{}()[]|*+?^$.\-:=<>bwWsS`' ")), max_size=10).map(bytes), _SUBJECTS)
@example(b"[--a]", b"-")
@example(b"[---]", b"-")
@example(b"[[.a.]--]", b"-")
@example(rb"a{1\,\0}", b"a")
@example(rb"a{\01}", b"a")
def test_any_characters_mean_what_the_c_library_says(pattern: bytes, subject: bytes) -> None:
    assert ours(pattern, subject) is libc(pattern, subject)


@given(st.sampled_from(["alpha", "space", "punct", "graph", "print", "cntrl", "blank", "xdigit", "digit"]), st.binary())
def test_classes_have_the_members_that_the_c_library_gives_them(name: str, subject: bytes) -> None:
    subject = subject.replace(b"\0", b"")
    pattern = f"[[:{name}:]]".encode()
    assert ours(pattern, subject) is libc(pattern, subject)


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_an_error(text: str) -> None:
    ours(text.encode(), b"abc")


@pytest.mark.parametrize("pattern", ["(" * 4000, "a" * 5000, "\ud800", "((a{999}){999}){999}("])
def test_nonsense_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_posix(pattern)


def test_a_hostile_pattern_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.01)
    assert not compile_posix("(a|aa)+$").search(b"a" * 60 + b"!")
    assert compile_posix("(" * 2000 + ")" * 2000).search(b"")
    assert compile_posix(r"^(a|aa)+c(a)\2$").look(b"a" * 60 + b"!") is None
