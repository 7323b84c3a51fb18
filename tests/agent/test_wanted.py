"""The reply to a client message says what to collect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.agent.wanted import Wanted, read_wanted

CASES = {
    "a log with its most bytes": ("log:/var/log/mail:10240", [Wanted(kind="log", name="/var/log/mail", most=10240)]),
    "what stands below a log": (
        "log:/x:1\nignore MARK \n trigger  Oops\ndeltacount errors:I/O error: sd\ndeltacount  two  words\nother",
        [
            Wanted(
                kind="log", name="/x", most=1, ignore=("MARK",), trigger=("Oops",),
                counts=(("errors", "I/O error: sd"), ("two", " words")),
            )
        ],
    ),
    "a log without its most bytes is not understood": ("log:/var/log/messages", []),
    "a most that is no number is none": ("log:/x:many", [Wanted(kind="log", name="/x")]),
    "an absurd most is cut": (f"log:/x:{'9' * 5000}", []),
    "a file with a checksum": ("file:/etc/passwd:SHA256", [Wanted(kind="file", name="/etc/passwd", hash="sha256")]),
    "a checksum that nobody knows": ("file:/etc/passwd:crc", [Wanted(kind="file", name="/etc/passwd")]),
    "a folder": ("dir:/var/log", [Wanted(kind="dir", name="/var/log")]),
    "lines to count": (
        "linecount:/x\ndiskerrors:I/O error.*hd\n  badlogins Failed login\nnothing",
        [Wanted(kind="linecount", name="/x", counts=(("diskerrors", "I/O error.*hd"), ("badlogins", "Failed login")))],
    ),
    "a command may hold colons": (
        "log:`date +/var/log/%H:%M`:99\nfile:`ls`:md5",
        [
            Wanted(kind="log", name="date +/var/log/%H:%M", how="command", most=99),
            Wanted(kind="file", name="ls", how="command", hash="md5"),
        ],
    ),
    "a pattern of names": ("log:</var/log/*.log>:9", [Wanted(kind="log", name="/var/log/*.log", how="glob", most=9)]),
    "drives of Windows": (
        "log:C:\\logs\\a.log:9\nfile:D:/x:md5",
        [Wanted(kind="log", name="C:\\logs\\a.log", most=9), Wanted(kind="file", name="D:/x", hash="md5")],
    ),
    "what is for somebody else": ("clientversion:4.3\nhello\nignore x\n\n# log:/x:1\nproc=a", []),
    "the version for a client in the middle of a log": (
        "log:/x:1\nclientversion:1\nignore a",
        [Wanted(kind="log", name="/x", most=1, ignore=("a",))],
    ),
    "nothing where a name belongs": ("log::9\nfile:\ndir:", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES.keys())
def test_what_is_understood(text: str, wanted: list[Wanted]) -> None:
    assert list(read_wanted(text)) == wanted


LINES = st.one_of(
    st.text(max_size=40),
    st.tuples(
        st.sampled_from(["log:", "file:", "dir:", "linecount:", "ignore ", "trigger ", "deltacount ", "`", "<", " "]),
        st.text("/ab:`<>*1 \t\\\0\udcff", max_size=30),
    ).map("".join),
)


@given(st.lists(LINES, max_size=20).map("\n".join))
def test_no_text_is_too_odd(text: str) -> None:
    for one in read_wanted(text):
        assert one.name
        assert one.most >= 0
        assert one.kind == "log" or not (one.ignore or one.trigger or one.most)


def test_a_reply_full_of_beginnings_has_an_end() -> None:
    assert len(read_wanted("dir:/x\n" * 100_000)) == 2000
