"""Updates as lines for another program."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.metric_lines import MetricLines
from hexmon.graphs.schema import DataSource, Update

DATA_SETS: Mapping[str, str] = {"cpu": "la", "conn": "tcp", "http": "tcp", "logs": "trends", "files": "disk"}
LINES = MetricLines(lambda test: DATA_SETS.get(test, test), ["weather"])


def update(test: str, file: str, **values: str) -> Update:
    sources = tuple(DataSource(name) for name in values)
    return Update(folder="www", file=file, sources=sources, values=tuple(values.values()), at=1000.9, test=test)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        pytest.param(update("cpu", "la.rrd", la="121"), b"la 1000:121 www la", id="a plain file"),
        pytest.param(update("x", "x.rrd", a="1", b="U"), b"a:b 1000:1:U www x", id="several values"),
        pytest.param(update("conn", "tcp.conn.rrd", sec="0.1"), b"sec 1000:0.1 www tcp conn", id="of two words"),
        pytest.param(
            update("http", "tcp.http.a.test,b.c.rrd", sec="0.1"),
            b"sec 1000:0.1 www tcp http a.test,b.c",
            id="of a page",
        ),
        pytest.param(update("disk", "disk,var.log.rrd", pct="1"), b"pct 1000:1 www disk ,var.log", id="of a disk"),
        pytest.param(update("files", "files,root.rrd", pct="1"), b"pct 1000:1 www files ,root", id="by another name"),
        pytest.param(
            update("mq", "mq,a.b.rrd", lambda_="1"), b"lambda_ 1000:1 www mq a.b", id="of a file for each name"
        ),
        pytest.param(update("trends", "a.b.rrd", x="1"), b"x 1000:1 www a.b.rrd", id="a name that was chosen"),
        pytest.param(update("logs", "a.b.rrd", x="1"), b"x 1000:1 www a.b.rrd", id="... by another name"),
        pytest.param(update("weather", "a,b.rrd", x="1"), b"x 1000:1 www a,b.rrd", id="... by a script"),
        pytest.param(update("x", "x y\n.rrd", a="1"), b"a 1000:1 www x_y_", id="words have no blanks"),
    ],
)
def test_lines(found: Update, line: bytes) -> None:
    assert LINES.line(found) == line + b"\n"


@pytest.mark.parametrize("found", [update("x", "x.rrd", a="1 2"), update("x", "x.rrd", a="1\n")])
def test_what_no_line_can_say(found: Update) -> None:
    assert LINES.line(found) is None


@given(test=st.text(), file=st.text(), value=st.text())
def test_it_is_one_line(test: str, file: str, value: str) -> None:
    line = LINES.line(update(test, file, a=value))
    assert line is None or line.count(b"\n") == 1
