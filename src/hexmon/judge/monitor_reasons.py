"""Why a monitor of a YAML site is not up, in the words that APMonitor documents. Pure."""

from collections.abc import Callable, Mapping

from hexmon.judge import assertions
from hexmon.judge.fetch import status_of
from hexmon.judge.page_text import cut
from hexmon.judge.port import port_fault
from hexmon.judge.tls_words import why_no_session
from hexmon.model.observation import Observation, Outcome, Reply
from hexmon.model.text import readable
from hexmon.probes.snmp.options import SnmpOptions

_LONGEST = 300
_LONGEST_TEXT = 100  # of what was expected
_LONGEST_LIST = 200  # of what a device says
_NO_HOST = "host unreachable"
_NO_ANSWER = "connection timeout"
_NO_NAME = "DNS error"
_NO_TEXT = "expected content not found: '{}'"
_WALK = "walk failed"
_TEXT = "text"


def down_reason(observation: Observation) -> str:
    """One line of plain text, not yet safe beside HTML; "" when it is up. Not for what could not be tried."""
    reason = _REASONS.get(observation.check.key.test, _other)(observation)
    return cut(reason, _LONGEST)


def _ping(observation: Observation) -> str:
    return "" if observation.reply.outcome is Outcome.OK else _NO_HOST


def _other(observation: Observation) -> str:
    reply = observation.reply
    return "" if reply.outcome is Outcome.OK else reply.summary or str(reply.outcome)


def _unreached(reply: Reply, silence: str) -> str:
    """What is the same for all who connect; "" for anything else."""
    words = {Outcome.REFUSED: "connection refused", Outcome.TIMEOUT: silence, Outcome.UNREACHABLE: _NO_HOST}
    if reply.outcome is Outcome.UNRESOLVED:
        return _joined(_NO_NAME, reply.detail)
    return words.get(reply.outcome, "")


def _joined(summary: str, detail: str) -> str:
    return f"{summary}: {detail}" if detail and detail not in summary else summary


# http, quic


def _http(observation: Observation) -> str:
    return _fetch(observation, _NO_ANSWER)


def _quic(observation: Observation) -> str:
    return _fetch(observation, "timeout")


def _fetch(observation: Observation, silence: str) -> str:
    reply = observation.reply
    if reply.outcome in assertions.ANSWERED:
        return _answer(observation)
    if reason := _unreached(reply, silence):
        return reason
    return _joined(reply.summary, why_no_session(reply) or reply.detail)


def _answer(observation: Observation) -> str:
    """The status before the text: what an error page says does not count."""
    reply, status = observation.reply, status_of(observation)
    content = assertions.of_content(reply)
    good = status < 400 if content else 200 <= status < 300
    if wanted := assertions.of_status(reply):
        good = all(one.held for one in wanted)
    if not good:
        return f"error response code {status}"
    return _missing(reply)


def _missing(reply: Reply) -> str:
    """What was expected of the content and is not so, "" for nothing."""
    wrong = assertions.failing(assertions.of_content(reply))
    if not wrong:
        return ""
    if wrong[0].what == _TEXT and wrong[0].held is False:
        return _NO_TEXT.format(cut(wrong[0].wanted, _LONGEST_TEXT))
    return ", ".join(assertions.causes(wrong))


# tcp, udp


def _exchange(observation: Observation) -> str:
    reply = observation.reply
    if reply.outcome is Outcome.OK:
        return ""
    if reply.outcome is Outcome.UNEXPECTED:
        return _missing(reply) or reply.summary
    expect = getattr(observation.check.options, "expect", b"")
    if reply.outcome is Outcome.TIMEOUT and reply.facts.get("open") and expect:
        return _NO_TEXT.format(cut(readable(expect), _LONGEST_TEXT))
    return _unreached(reply, _NO_ANSWER) or f"socket error: {_joined(reply.summary, reply.detail)}"


# ports, port, host


def _ports(observation: Observation) -> str:
    device = observation.reply.device
    if observation.reply.outcome is not Outcome.OK:
        return _poll_failed(observation.reply)
    return "" if device is not None and device.interfaces else "no interfaces found"


def _port(observation: Observation) -> str:
    device, options = observation.reply.device, observation.check.options
    if observation.reply.outcome is not Outcome.OK or device is None or not isinstance(options, SnmpOptions):
        return _poll_failed(observation.reply)
    interface = next((one for one in device.interfaces if one.index == options.index), None)
    return cut(port_fault(options, interface, device.macs_known), _LONGEST_LIST)


def _host(observation: Observation) -> str:
    return "" if observation.reply.outcome is Outcome.OK else _poll_failed(observation.reply)


def _poll_failed(reply: Reply) -> str:
    """A device that answers and has not what was asked for is told in its own words."""
    if reply.outcome is Outcome.UNEXPECTED:
        return reply.summary
    if reply.summary.startswith(_WALK):
        return f"SNMP {reply.summary}"
    # The poll's own end and that of the check are one silence, in whichever of them it ends.
    summary = "timeout" if reply.outcome is Outcome.TIMEOUT else reply.summary
    return f"SNMP failed: {_joined(summary, reply.detail)}"


_REASONS: Mapping[str, Callable[[Observation], str]] = {
    "conn": _ping,
    "http": _http,
    "quic": _quic,
    "tcp": _exchange,
    "udp": _exchange,
    "ports": _ports,
    "port": _port,
    "host": _host,
}
