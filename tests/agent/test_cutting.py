"""What of a log is sent: ignored, triggering, current and skipped lines."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.agent.cutting import CURRENT, SKIPPED, Patterns, cut
from hexmon.agent.expressions import Budget, Caseless


def patterns(ignore: str = "", trigger: str = "", counts: str = "") -> Patterns:
    return Patterns(
        ignore=tuple(Caseless(word, Budget()) for word in ignore.split()),
        trigger=tuple(Caseless(word, Budget()) for word in trigger.split()),
        counts=tuple((word, Caseless(word, Budget())) for word in counts.split()),
    )


TEN = b"".join(b"line %d\n" % number for number in range(10))
HUNDRED = b"".join(b"%04d\n" % number for number in range(100))

CASES = {
    "nothing new has no mark": (b"a\nb\n", 4, patterns(), 99, b"a\nb\n"),
    "what is new begins behind a mark": (b"a\nb\nc\n", 2, patterns(), 99, b"a\n" + CURRENT + b"b\nc\n"),
    "half a line that was completed is new": (b"a\nbc\n", 3, patterns(), 99, b"a\n" + CURRENT + b"bc\n"),
    "when even more is new nothing marks it": (b"a\nb\n", -5, patterns(), 99, b"a\nb\n"),
    "ignored lines are left out in any case": (b"a MARK\nb\nc mark\n", 99, patterns("Mark"), 99, b"b\n"),
    "the first new line may be ignored, too": (b"a\nx\nc\n", 2, patterns("^x$"), 99, b"a\n" + CURRENT + b"c\n"),
    "a line ends where its last letter is": (b"ab\nabc\n", 99, patterns("b$"), 99, b"abc\n"),
    "a line cannot begin a section": (b"[a]\n [b]\n[\n", 99, patterns(), 99, b".a]\n [b]\n.\n"),
    "zeros are left out": (b"a\0b\n\0\0", 99, patterns(), 99, b"ab\n"),
    "without triggers the end is sent, exactly so long": (
        HUNDRED, 999, patterns(), 36, SKIPPED + b"0096\n0097\n0098\n0099\n",
    ),
    "less room than the mark": (HUNDRED, 999, patterns(), 5, SKIPPED),
    "a trigger comes with the five lines before and four behind it": (
        HUNDRED, 999, patterns(trigger="0050"), 60,
        SKIPPED + b"".join(b"%04d\n" % number for number in range(45, 55)) + SKIPPED + b"0098\n0099\n",
    ),
    "triggers are sent even when there is no room": (
        HUNDRED, 999, patterns(trigger="0002"), 1, SKIPPED + b"".join(b"%04d\n" % number for number in range(7)),
    ),
    "triggers near each other share their lines": (
        HUNDRED, 999, patterns(trigger="0020 0022 0030"), 1,
        SKIPPED + b"".join(b"%04d\n" % number for number in range(15, 27))
        + SKIPPED + b"".join(b"%04d\n" % number for number in range(27, 35)),
    ),
    "the mark is kept as a trigger": (
        HUNDRED, 450, patterns(), 70,
        SKIPPED + b"".join(b"%04d\n" % number for number in range(85, 90)) + CURRENT
        + b"".join(b"%04d\n" % number for number in range(90, 95)) + SKIPPED,
    ),
    "half a line at the end goes when lines are missing": (TEN + b"half", 999, patterns(trigger="line.3"), 30,
        SKIPPED + TEN[:56]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "new", "wanted", "most", "sent"), CASES.values(), ids=CASES.keys())
def test_what_is_sent(data: bytes, new: int, wanted: Patterns, most: int, sent: bytes) -> None:
    assert cut(data, new, wanted, most).text == sent


def test_new_lines_are_counted_also_those_that_are_ignored() -> None:
    found = cut(b"one\none two\nTWO\nignored one\n", 4, patterns("ignored", counts="one two none"), 99)
    assert found.counts == (("one", 2), ("two", 2), ("none", 0))
    assert dict(cut(b"one\n", -9, patterns(counts="one"), 99).counts) == {"one": 1}


LINE = st.text("abx[\0 ", max_size=6).map(str.encode)


@given(st.lists(LINE, max_size=60), st.integers(-10, 300), st.integers(0, 400), st.sampled_from(["", "a", "x", "b x"]))
def test_what_is_sent_are_lines_of_the_log_in_order(lines: list[bytes], new: int, most: int, trigger: str) -> None:
    data = b"".join(line + b"\n" for line in lines)
    text = cut(data, new, patterns("ab", trigger), most).text
    plain = [line.replace(b"\0", b"") for line in lines]
    whole = [re.sub(rb"^\[", b".", line) for line in plain if b"ab" not in line]
    assert not re.search(rb"(?m)^\[", text)
    assert len(text) <= max(most, len(data)) + 30 * len(SKIPPED) + len(CURRENT)
    if len(b"".join(whole)) + len(whole) + len(CURRENT) <= most:
        assert text.replace(CURRENT, b"").split(b"\n")[:-1] == whole
        assert text.count(CURRENT) <= 1
    rest = iter(whole)
    if SKIPPED not in text:
        sent = text.replace(CURRENT, b"").split(b"\n")[:-1]
        assert all(line in rest for line in sent)
