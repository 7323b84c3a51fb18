"""Patterns without regard to case mean what regcomp(3) of glibc makes of them."""

import ctypes
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.agent.expressions import Budget, Caseless
from hexmon.model.patterns import PatternError

_EXTENDED, _ICASE, _NOSUB = 1, 2, 8
_LIBC = ctypes.CDLL(None)


def glibc(pattern: bytes, subject: bytes) -> bool | None:
    """Whether it occurs; None when glibc refuses the pattern."""
    compiled = ctypes.create_string_buffer(256)
    if _LIBC.regcomp(compiled, pattern, _EXTENDED | _ICASE | _NOSUB):
        return None
    try:
        return bool(_LIBC.regexec(compiled, subject, 0, None, 0) == 0)
    finally:
        _LIBC.regfree(compiled)


def ours(pattern: str, subject: bytes) -> bool | None:
    try:
        return Caseless(pattern, Budget()).search(subject)
    except PatternError:
        return None


CASES = [
    "error",
    "[^a]",
    "[[:upper:]]b",
    "[^[:lower:]1]",
    r"\w+\W",
    "[a-Z]",
    "[Z-a]",
    "[_-a]",
    "[A-z]",
    r"\a",
    "[[=a=]]",
    "É",
]


@pytest.mark.parametrize("pattern", CASES)
def test_as_glibc_does_it(pattern: str) -> None:
    for subject in (b"a", b"A", b"b", b"AB", b"1", b"_", b"^", b"Error", b"a b"):
        assert ours(pattern, subject) == glibc(pattern.encode(), subject), subject


@given(st.text("aAbBZ[]^-\\w.|()*+?:lower1", max_size=12), st.text("aAbBzZ1_ -^", max_size=8))
def test_any_pattern(pattern: str, subject: str) -> None:
    assert ours(pattern, subject.encode()) == glibc(pattern.encode(), subject.encode())


def test_patterns_that_could_take_for_ever_share_a_little_time() -> None:
    budget = Budget(0.2)
    slow, quick = Caseless(r"((a+)+)+\1\2c", budget), Caseless("ab", budget)
    subject = b"a" * 60 + b"b"
    begun = monotonic()
    assert not any(slow.search(subject) for _ in range(100_000))
    assert monotonic() - begun < 10
    assert budget.left <= 0
    assert quick.search(subject)
