"""protocols.cfg: the shipped table, the grammar, the mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.protocols import Service, built_in_services, read_protocols, system_port
from tests.support.peers import peer

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "protocols.cfg"


def no_port(_name: str) -> int | None:
    return None


def test_the_shipped_table_has_all_that_xymon_s_has() -> None:
    peer("xymonnet")
    theirs, problems = read_protocols(Path("/etc/xymon/protocols.cfg").read_text())
    assert problems == []
    ours = built_in_services()
    assert {name: service for name, service in ours.items() if name in theirs} == theirs
    assert set(ours) - set(theirs) == {"xmpp", "xmpp-client"}


def test_the_example_is_the_shipped_table() -> None:
    services, problems = read_protocols(EXAMPLE.read_text())
    assert problems == []
    assert services == built_in_services()


@pytest.mark.parametrize(
    ("name", "service"),
    [
        pytest.param(
            "smtp",
            Service(name="smtp", port=25, send=b"ehlo xymonnet\r\nquit\r\n", expect=b"220", banner=True),
            id="mail is greeted",
        ),
        pytest.param(
            "pop-3",
            Service(name="pop-3", port=110, send=b"quit\r\n", expect=b"+OK", banner=True),
            id="an alias has the settings of its service",
        ),
        pytest.param("ldaps", Service(name="ldaps", port=636, ssl=True), id="TLS only"),
        pytest.param("telnet", Service(name="telnet", port=23, telnet=True, banner=True), id="telnet negotiates"),
        pytest.param("bbd", Service(name="bbd", port=1984, send=b"dummy"), id="sends without listening"),
    ],
)
def test_built_in(name: str, service: Service) -> None:
    assert built_in_services()[name] == service


def test_binary_texts() -> None:
    services = built_in_services()
    assert services["ajp13"].send == bytes.fromhex("123400010a")
    assert services["oratns"].send[:2] == len(services["oratns"].send).to_bytes(2, "big")


def test_a_service_without_port_asks_the_system() -> None:
    text = "[one|two]\n  options banner\n[three]\n  port 3\n"
    services, _ = read_protocols(text, port_of={"one": 1, "three": 33}.get)
    assert [services[name].port for name in ("one", "two", "three")] == [1, None, 3]
    assert system_port("no-such-service") is None


def test_port_0_means_that_nobody_knows() -> None:
    services, problems = read_protocols("[one]\nport 0\n", port_of={"one": 1}.get)
    assert services["one"].port is None
    assert problems == []


def test_options_add_up_and_alpn_is_a_list() -> None:
    services, problems = read_protocols(
        "[x]\n options banner, ssl\n options alpn=xmpp,ALPN=h2,Telnet\n", port_of=no_port
    )
    assert problems == []
    assert services["x"] == Service(name="x", banner=True, ssl=True, telnet=True, alpn=("xmpp", "h2"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("port 7\n", ["f:1: 'port' before the first service; start the service with [NAME]"], id="early"),
        pytest.param("[a\nport 7\n", ["f:1: a service starts with [NAME]; the closing ] is missing"], id="no bracket"),
        pytest.param(
            "[a b]\n",
            ["f:1: 'a b' cannot be the name of a service; letters, digits and _ . / + - only"],
            id="a bad name",
        ),
        pytest.param('[a]\nsedn "x"\n', ["f:2: 'sedn' is not a setting of a service; did you mean 'send'?"], id="typo"),
        pytest.param("[a]\nsend x\n", ['f:2: the text must be in double quotes; write "x"'], id="no quotes"),
        pytest.param('[a]\nsend "x\n', ["f:2: the text must be in double quotes"], id="an open quote"),
        pytest.param(
            '[a]\nexpect "\\q"\n', ["f:2: '\\q' is not an escape; known: \\r \\n \\t \\\\ \\xNN"], id="a bad escape"
        ),
        pytest.param(
            "[a]\noptions baner,ssl\n",
            ["f:2: 'baner' is not an option of a service; did you mean 'banner'?"],
            id="a mistyped option",
        ),
        pytest.param("[a]\nport 65536\n", ["f:2: port '65536' is not a number from 0 to 65535"], id="a large port"),
        pytest.param("[a]\n[A]\n", ["f:2: [a] replaces the definition at f:1"], id="a name twice"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, expected: list[str]) -> None:
    _, problems = read_protocols(text, "f", no_port)
    assert [str(problem) for problem in problems] == expected
    assert not any(problem.fatal for problem in problems)


def test_the_other_lines_of_a_service_with_a_mistake_count() -> None:
    services, problems = read_protocols('[a]\nsedn "x"\nexpect "y"\nport 9\n', port_of=no_port)
    assert len(problems) == 1
    assert services["a"] == Service(name="a", port=9, expect=b"y")


def test_the_lines_below_a_wrong_name_are_not_those_of_the_service_above() -> None:
    services, _ = read_protocols("[a]\nport 1\n[b\nport 2\n", port_of=no_port)
    assert services == {"a": Service(name="a", port=1)}


def _quoted(data: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


@given(
    st.binary(max_size=50), st.binary(max_size=50), st.integers(1, 65535), st.sets(st.sampled_from(["ssl", "banner"]))
)
def test_any_bytes_can_be_written(send: bytes, expect: bytes, port: int, flags: set[str]) -> None:
    text = f"[n]\nsend {_quoted(send)}\nexpect {_quoted(expect)}\noptions {','.join(flags)}\nport {port}\n"
    services, problems = read_protocols(text)
    assert problems == []
    assert services["n"] == Service(
        name="n", send=send, expect=expect, port=port, ssl="ssl" in flags, banner="banner" in flags
    )


@given(
    st.lists(st.sampled_from(["[a|b]", "[", "send", ' "x\\', "port 1", "options ", "ssl,,alpn=", "\x00é", '"', "\\"]))
)
def test_no_text_is_too_strange(parts: list[str]) -> None:
    for joint in ("", " ", "\n"):
        services, problems = read_protocols(joint.join(parts), port_of=no_port)
        assert all(problem.origin.line for problem in problems)
        assert set(services) <= {"a", "b"}
