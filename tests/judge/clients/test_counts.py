"""What agents count in their logs goes to the graphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.client_rules import figures


@pytest.mark.parametrize("kind", ["linecount", "deltacount"])
@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            "[{}:/var/log/a]\nerrors: 17\nlogins:\t204\n", "/var/log/a#errors:17\n/var/log/a#logins:204\n", id="each"
        ),
        pytest.param("[{}: C:\\log.txt]\nall:  7\r\n", "C;\\log.txt#all:7\n", id="colons of names are replaced"),
        pytest.param("[{}:/a]\nx: 1\n[{}:/b]\ny: 2\n", "/b#y:2\n/a#x:1\n", id="several files"),
        pytest.param("[{}:/a]\nx: 1\n[{}:/a]\ny: 2\n", "/a#y:2\n/a#x:1\n", id="twice the same file"),
        pytest.param("[{}:/a]\nodd\n:5\n::z:6\n\nx:\nb : 4\n", "/a#z:6\n/a#b :4\n", id="lines that are none"),
        pytest.param("[{}:/a]\n", "", id="nothing was counted"),
        pytest.param(f"[{{}}:/a]\nx: {'9' * 5000}\ny: 2\n", "/a#y:2\n", id="a figure of 5000 digits"),
    ],
)
def test_counts(kind: str, body: str, text: str) -> None:
    assert figures(body.replace("{}", kind))[f"{kind}s"] == text


def test_no_counts() -> None:
    assert not {"linecounts", "deltacounts"} & figures("[linecount]\nx: 1\n").keys()


def test_very_many_counts() -> None:
    text = figures("".join(f"[linecount:/{file}]\n" + "x: 1\n" * 5000 for file in range(20)))["linecounts"]
    assert text.count("\n") == 10_000


@given(st.text(alphabet="a:[]\n\r \t5é", max_size=60))
def test_any_lines(text: str) -> None:
    for line in figures(f"[linecount:/a]\n{text}").get("linecounts", "").split("\n")[:-1]:
        assert line.startswith("/a#")
