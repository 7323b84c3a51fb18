"""What runmqsc printed becomes the square mq."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.rules import Channel, Queue, Rule
from hexmon.judge.clients.selection import Selected
from hexmon.model.color import Color
from tests.support.client_rules import HOST, NOW, a_client_message, squares

GREEN, YELLOW, RED = Color.GREEN, Color.YELLOW, Color.RED

START = "Starting MQSC for queue manager QM1.PROD.\n\n       1 : dis ql(*) curdepth\n"


def a_queue(name: str, depth: str, age: str | None = None) -> str:
    if age is None:
        return f"AMQ8409: Display Queue details.\n   QUEUE({name})    TYPE(QLOCAL)\n   CURDEPTH({depth})\n"
    return f"AMQ8450: Display queue status details.\n   QUEUE({name})   CURDEPTH({depth})\n   MSGAGE({age})\n"


def a_channel(name: str, state: str) -> str:
    return (
        f"AMQ8417: Display Channel Status details.\n   CHANNEL({name})   CHLTYPE(SDR)\n"
        f"   CONNAME(198.51.100.1(1414))   CURRENT\n   STATUS({state})    SUBSTATE( )\n"
    )


ORDERS = Queue(name=Expression("ORDERS.IN"), warn_depth=100, panic_depth=200, warn_age=300, panic_age=600)


@pytest.mark.parametrize(
    ("body", "color", "told"),
    [
        pytest.param(
            a_queue("ORDERS.IN", "99"), GREEN, "&green Queue QM1.PROD:ORDERS.IN has depth 99 (warn: 100,", id="short"
        ),
        pytest.param(
            a_queue("ORDERS.IN", "100"), YELLOW, "&yellow Queue QM1.PROD:ORDERS.IN has depth 100 (warn", id="long"
        ),
        pytest.param(a_queue("ORDERS.IN", "200"), RED, "has depth 200 (critical: 200, warn: 100)", id="very long"),
        pytest.param(
            a_queue("ORDERS.IN", "1", "299"), GREEN, "&green Queue QM1.PROD:ORDERS.IN has age 299", id="young"
        ),
        pytest.param(a_queue("ORDERS.IN", "1", "300"), YELLOW, "has age 300 (warn: 300, critical: 600)", id="old"),
        pytest.param(a_queue("ORDERS.IN", "1", "600"), RED, "&red Queue QM1.PROD:ORDERS.IN has age 600", id="very old"),
        pytest.param(a_queue("ORDERS.IN", "1", " "), GREEN, "has depth 1 ", id="an empty queue has no age"),
        pytest.param(a_queue("OTHER", "99999"), GREEN, "", id="a queue without a setting"),
        pytest.param(a_queue("ORDERS.IN", " "), GREEN, "", id="a queue without a depth"),
    ],
)
def test_queues(body: str, color: Color, told: str) -> None:
    report = squares(START + body, ORDERS, os_type="mqcollect")["mq"]
    assert report.color is color
    assert told in report.text.decode()
    assert (b"&" in report.text) is bool(told)


CHANNELS: tuple[Rule, ...] = (
    Channel(name=Expression("TO.LAB"), warn=Expression("RETRYING,STOPPED"), panic=Expression("%^INDOUBT")),
    Channel(name=Expression("*"), panic=Expression("%BIND|RETRYING"), groups=("mq",)),
)


@pytest.mark.parametrize(
    ("name", "state", "color"),
    [
        ("TO.LAB", "RUNNING", GREEN),
        ("TO.LAB", "RETRYING", YELLOW),
        ("TO.LAB", "INDOUBT", RED),
        ("TO.HQ", "RUNNING", GREEN),
        ("TO.HQ", "RETRYING", RED),
        ("TO.HQ", "BINDING", RED),
    ],
)
def test_channels(name: str, state: str, color: Color) -> None:
    report = squares(START + a_channel(name, state), *CHANNELS, os_type="mqcollect")["mq"]
    assert report.color is color
    assert f"&{color.word} Channel QM1.PROD:{name} has status {state}\n" in report.text.decode()
    assert report.groups == (("mq",) if color is RED and name == "TO.HQ" else ())


def test_the_worst_comes_first_and_all_that_was_printed_last() -> None:
    body = START + a_queue("ORDERS.IN", "5") + a_queue("ORDERS.IN", "150") + a_channel("TO.HQ", "RETRYING")
    text = squares(body, ORDERS, *CHANNELS, os_type="mqcollect")["mq"].text.decode()
    assert text.startswith("red Fri Nov 20 08:00:00 2026\n\n&red Channel ")
    places = [text.index(word) for word in ("&red", "&yellow", "&green", "[date]", "Starting MQSC")]
    assert places == sorted(places)


def test_every_manager_is_judged_by_its_own_settings() -> None:
    rule = Queue(manager=Expression("QM2"), name=Expression("A"), panic_depth=1)
    body = START + a_queue("A", "5") + "Starting MQSC for queue manager QM2.\n" + a_queue("A", "5")
    text = squares(body, rule, os_type="mqcollect")["mq"].text.decode()
    assert "Queue QM2:A has depth 5 (critical: 1, warn: none)" in text
    assert "Queue QM1.PROD" not in text


def test_messages_of_newer_versions_have_a_letter() -> None:
    body = START + a_queue("ORDERS.IN", "300").replace("AMQ8409:", "AMQ8409I:")
    assert squares(body, ORDERS, os_type="mqcollect")["mq"].color is RED


def test_very_many_queues_are_not_all_told() -> None:
    body = START + "".join(a_queue(f"ORDERS.{number}", "300") for number in range(21_000))
    rule = Queue(name=Expression("%^ORDERS"), panic_depth=1)
    text = squares(body, rule, os_type="mqcollect", settings=ClientJudging(longest=100))["mq"].text.decode()
    assert "&red 19000 more\n" in text
    assert "Only the first 20000" in text
    assert "characters more]" in text


_WORDS = st.sampled_from(
    ["AMQ8409:", "AMQ8450I:", "AMQ8417:", "\n", "QUEUE(", "A)", "CURDEPTH(9", "9" * 5000, "MSGAGE(", " "]
)


@given(words=st.lists(_WORDS | st.text(max_size=6), max_size=60))
def test_whatever_was_printed_it_is_judged(words: list[str]) -> None:
    body = START + "".join(words).encode(errors="replace").decode()
    assert "mq" in squares(body, ORDERS, *CHANNELS, os_type="mqcollect")


def figures(body: str, *rules: Rule) -> list[str]:
    judged = judge_client(a_client_message(START + body, "mqcollect"), HOST, Selected(*rules), NOW)
    return [one.text.decode() for one in judged.figures if one.key.test == "mqueues"]


@pytest.mark.parametrize(
    ("body", "track", "said"),
    [
        pytest.param(a_queue("IN", "3"), "", ["QM1.PROD:IN depth=3\n"], id="depth"),
        pytest.param(a_queue("IN", "3", "12"), "", ["QM1.PROD:IN depth=3 age=12\n"], id="depth and age"),
        pytest.param(
            a_queue("IN", "3", "12") + a_queue("IN", "4"),
            "",
            ["QM1.PROD:IN depth=4 age=12\n"],
            id="one after the other",
        ),
        pytest.param(a_queue("IN", "3"), "all orders", ["all_orders depth=3\n"], id="by another name"),
        pytest.param(a_queue("IN", "3"), None, [], id="not tracked"),
        pytest.param(a_queue("OTHER", "3"), "", [], id="a queue without a setting"),
    ],
)
def test_figures_of_queues(body: str, track: str | None, said: list[str]) -> None:
    assert figures(body, Queue(name=Expression("IN"), track=track)) == said
