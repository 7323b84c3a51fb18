"""The sections of an agent's message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.client import ClientData


@pytest.mark.parametrize(
    ("message", "found"),
    [
        pytest.param(
            "client www.linux linux\n[date]\nFri\n[ps]\nCMD\nx\n", {"date": "Fri\n", "ps": "CMD\nx\n"}, id="each"
        ),
        pytest.param("[a]\nx", {"a": "x"}, id="from the beginning, to the end"),
        pytest.param("client\nno section\n", {}, id="none"),
        pytest.param("client\n[a]\n[b]\n\n[c]", {"a": "", "b": "\n", "c": ""}, id="without text"),
        pytest.param("x\n[msgs:C:\\a b:c]\ny\n", {"msgs:C:\\a b:c": "y\n"}, id="names with colons and blanks"),
        pytest.param("x\n[a]b\nc\n", {"a": "b\nc\n"}, id="text behind the bracket"),
        pytest.param("x\n[a\nb]\n", {"a": "b]\n"}, id="no bracket"),
        pytest.param("x\n[]\nb\n[c]\nd\n", {"c": "d\n"}, id="no name"),
        pytest.param("x\n[a]\n1\n[a]\n2\n", {"a": "2\n"}, id="the last of several counts"),
        pytest.param("x\n[a]\n [b]\n", {"a": " [b]\n"}, id="a bracket within a line"),
    ],
)
def test_sections(message: str, found: dict[str, str]) -> None:
    data = ClientData(message.encode())
    assert {name: data.get(name) for name in data.names} == found
    assert dict(data.below("")) == found


def test_sections_of_a_kind_come_as_often_as_they_were_sent() -> None:
    data = ClientData(b"x\n[msgs:/a]\n1\n[file:/a]\n\n[msgs:/b]\n2\n[msgs:/a]\n3\n")
    assert list(data.below("msgs:")) == [("/a", "1\n"), ("/b", "2\n"), ("/a", "3\n")]
    assert data.text("msgs:/a") == "3\n"


@given(st.lists(st.tuples(st.text(alphabet="a:/ [", min_size=1, max_size=5), st.text(alphabet="b] \n", max_size=9))))
def test_nothing_is_lost(wanted: list[tuple[str, str]]) -> None:
    message = "client\n" + "".join(f"[msgs:{name}]\n{text}\n" for name, text in wanted)
    assert list(ClientData(message.encode()).below("msgs:")) == [(name, f"{text}\n") for name, text in wanted]


@given(st.binary(max_size=60))
def test_any_message(message: bytes) -> None:
    list(ClientData(b"[a]\n" + message).below(""))
