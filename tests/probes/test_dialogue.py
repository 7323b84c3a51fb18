"""Dialogues over TCP with little real servers."""

import asyncio
from typing import Any

import pytest

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.dialogue import DialogueOptions, Step
from tests.support.checks import a_check, observed
from tests.support.servers import Dialogue, closed_port, hangs_up, says, serve, tls_context


async def talk(port: int, *steps: Step, within: float = 0.5, **options: Any) -> Observation:
    return await observed(a_check("dialogue", DialogueOptions(port=port, steps=steps, **options), timeout=within))


@pytest.mark.parametrize(
    ("dialogue", "step", "outcome", "failed"),
    [
        pytest.param(says(b"220 hi\r\n"), Step(expect="^220 "), Outcome.OK, 0, id="the expected line"),
        pytest.param(says(b"a\n", b"b\n220 hi\n"), Step(expect="^220 "), Outcome.OK, 0, id="a later line"),
        pytest.param(hangs_up(b"220 hi"), Step(expect="hi$"), Outcome.OK, 0, id="the last line without an end"),
        pytest.param(
            hangs_up(b"554 no\n"), Step(expect="^220"), Outcome.UNEXPECTED, 1, id="another line, then the end"
        ),
        pytest.param(
            says(b"220\n"), Step(expect="^220$", send="quit"), Outcome.OK, 0, id="something is said in the end"
        ),
        pytest.param(says(b"554 no\n"), Step(expect="^220"), Outcome.TIMEOUT, 0, id="another line, then silence"),
    ],
)
async def test_a_line_is_waited_for(dialogue: Dialogue, step: Step, outcome: Outcome, failed: int) -> None:
    async with serve(dialogue) as port:
        reply = (await talk(port, step, within=0.3)).reply
    assert (reply.outcome, reply.facts["regex_failed"]) == (outcome, failed)


async def _chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answers = {b"NICK x\n": b"PING :4711\n", b"PONG 4711\n": b"welcome\n"}
    while line := await reader.readline():
        writer.write(answers[line])


async def test_groups_are_put_into_what_is_said() -> None:
    steps = (Step(send="NICK x"), Step(expect="PING :([^ ]+)", send="PONG ${1}"), Step(expect="^welcome"))
    async with serve(_chat) as port:
        reply = (await talk(port, *steps)).reply
    assert reply.outcome is Outcome.OK
    assert reply.evidence == b"PING :4711\nwelcome\n"


async def test_a_certificate_of_nobody_known_is_refused_unless_nobody_looks() -> None:
    async with serve(says(b"+OK\n"), tls=tls_context()) as port:
        strict = (await talk(port, Step(expect="OK"), tls=True)).reply
        lax = (await talk(port, Step(expect="OK"), tls=True, verify=False)).reply
    assert (strict.outcome, lax.outcome) == (Outcome.TLS, Outcome.OK)
    assert lax.certificates
    assert "unknown authority" in strict.detail


async def test_a_closed_port_is_refused() -> None:
    assert (await talk(closed_port())).reply.outcome is Outcome.REFUSED


async def test_a_line_without_an_end_is_cut() -> None:
    async with serve(says(b"x" * 200_000 + b"y\n")) as port:
        reply = (await talk(port, Step(expect="y$"))).reply
    assert reply.outcome is Outcome.OK
    assert len(reply.evidence) <= 64 * 1024
