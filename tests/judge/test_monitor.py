"""Monitors of sites: what is up and what is down, in which words, and what is told below them."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.host import explainers, judge_host, looks_bad, needs_explaining, square_failed
from hexmon.judge.monitor_reasons import down_reason
from hexmon.judge.view import HostView, JudgeSettings, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.device import Device, Interface, Neighbour
from hexmon.model.inventory import BadTest, Host, HostPolicy
from hexmon.model.names import StatusKey
from hexmon.model.observation import Assertion, Certificate, Check, Judging, Observation, Outcome, Phase, Reply
from hexmon.model.site import MONITOR_TYPES, MonitorType
from hexmon.model.text import first_reason
from hexmon.probes.exchange import ExchangeOptions
from hexmon.probes.snmp.options import SnmpOptions
from tests.support.devices import A, B, a_device, a_monitor, an_interface

NOW = 1_795_219_200.0
OK = Reply(outcome=Outcome.OK, summary="OK")
PREVENTED = Reply(outcome=Outcome.PREVENTED, summary="no permission to open a raw socket")
_PROBES = {"ping": "icmp", "http": "http", "quic": "http", "tcp": "exchange", "udp": "exchange"}


def a_reply(outcome: Outcome, summary: str = "", detail: str = "", **more: Any) -> Reply:
    return Reply(outcome=outcome, summary=summary, detail=detail, **more)


def page(status: int, *, expect: str | None = None, there: bool = True, **more: Any) -> Reply:
    """An answer with the assertions that sites make: any success, or no error and the text."""
    limits = ("^2[0-9][0-9]$", 300) if expect is None else ("^[123][0-9][0-9]$", 400)
    asserted = [Assertion(what="status", wanted=limits[0], found=str(status), held=status < limits[1])]
    if expect is not None:
        asserted.append(
            Assertion(what="text", wanted=expect, found="it" if there else "nothing in 9 bytes", held=there)
        )
    outcome = Outcome.OK if status < 300 else Outcome.UNEXPECTED
    facts = {"http_status": float(status), "open": 1.0}
    return a_reply(outcome, "whatever", facts=facts, assertions=tuple(asserted), **more)


def answer(found: bool, wanted: str = "220", evidence: bytes = b"554 no") -> Reply:
    text = Assertion(what="text", wanted=wanted, found="it" if found else "nothing in 6 bytes", held=found)
    outcome = Outcome.OK if found else Outcome.UNEXPECTED
    return a_reply(outcome, "OK" if found else "Unexpected service response", assertions=(text,), evidence=evidence)


def polled(device: Device) -> Reply:
    return a_reply(Outcome.OK, "OK", device=device)


def observation(kind: MonitorType, reply: Reply, took: float = 0.0123, **options: Any) -> Observation:
    monitor = a_monitor(kind=kind)
    known = SnmpOptions(kind=kind, **options) if kind in ("ports", "port", "host") else None
    check = Check(
        key=monitor.key, probe=_PROBES.get(kind, "snmp"), address="192.0.2.6", options=known, spec=f"{kind} x",
        judging=Judging(monitor=True), attempts=3,
    )  # fmt: skip
    return Observation(check=check, reply=reply, started=NOW, took=took, address="192.0.2.6")


def a_host(seen: Observation, **monitor: Any) -> Host:
    key = seen.check.key
    kind: Any = "ping" if key.test == "conn" else key.test
    return Host(name=key.host, checks=(seen.check,), monitor=a_monitor(kind=kind, **monitor))


def judged(seen: Observation, host: Host | None = None, **view: Any) -> Verdict:
    host = host or a_host(seen)
    (verdict,) = judge_host(HostView(host=host, latest={seen.check.identity: seen}, **view), NOW)
    return verdict


@pytest.mark.parametrize(
    ("interval", "attempts", "validity", "head"),
    [
        pytest.param(60.0, 3, 1800.0, b"status+30 ", id="that of the board, for one that is checked often"),
        pytest.param(1500.0, 1, 3010.0, b"status+50 ", id="one round may be missed"),
        pytest.param(86400.0, 3, 172_839.0, b"status+2881 ", id="once a day, with three attempts and their pauses"),
    ],
)
def test_a_monitor_that_is_checked_seldom_is_believed_until_it_is_checked_again(
    interval: float, attempts: int, validity: float, head: bytes
) -> None:
    seen = observation("ping", OK)
    check = msgspec.structs.replace(seen.check, interval=interval, attempts=attempts, retry_pause=3.0 * (attempts > 1))
    report = judged(msgspec.structs.replace(seen, check=check)).report
    assert report.validity == validity
    assert report.head is not None
    assert report.head.startswith(head)


TIMEOUT = a_reply(Outcome.TIMEOUT, "Server timeout")
REFUSED = a_reply(Outcome.REFUSED, "Connection refused")
UNREACHABLE = a_reply(Outcome.UNREACHABLE, "No route to host")
UNRESOLVED = a_reply(Outcome.UNRESOLVED, "DNS error", "Name or service not known")
RESET = a_reply(Outcome.ERROR, "Connection reset by peer", facts={"open": 1.0})
LONG = "x" * 500


@pytest.mark.parametrize(
    ("kind", "reply", "reason"),
    [
        pytest.param("ping", OK, "", id="a ping that is answered"),
        pytest.param("ping", a_reply(Outcome.TIMEOUT, "no answer"), "host unreachable", id="one that is not"),
        pytest.param("ping", UNREACHABLE, "host unreachable", id="one that a router refuses"),
        pytest.param("ping", UNRESOLVED, "host unreachable", id="an unknown name"),
        pytest.param("http", page(200), "", id="200"),
        pytest.param("http", page(204), "", id="204"),
        pytest.param("http", page(302), "error response code 302", id="302 that leads nowhere"),
        pytest.param("http", page(404), "error response code 404", id="404"),
        pytest.param("http", page(500), "error response code 500", id="500"),
        pytest.param("http", page(200, expect="ok"), "", id="the text is there"),
        pytest.param("http", page(304, expect="ok"), "", id="and a redirect shows it"),
        pytest.param(
            "http", page(200, expect="ok", there=False), "expected content not found: 'ok'", id="the text is missing"
        ),
        pytest.param(
            "http", page(500, expect="ok"), "error response code 500", id="a text on an error page does not count"
        ),
        pytest.param(
            "http", page(404, expect="ok", there=False), "error response code 404", id="the status comes first"
        ),
        pytest.param(
            "http",
            page(200, expect=LONG, there=False),
            f"expected content not found: '{'x' * 97}...'",
            id="a long text",
        ),
        pytest.param(
            "http", a_reply(Outcome.OK, "OK", facts={"http_status": 201.0}), "", id="nothing was asked of the status"
        ),
        pytest.param(
            "http",
            a_reply(Outcome.OK, "OK", facts={"http_status": 303.0}),
            "error response code 303",
            id="but it must be a success",
        ),
        pytest.param("http", TIMEOUT, "connection timeout", id="http that is too slow"),
        pytest.param("http", REFUSED, "connection refused", id="http refused"),
        pytest.param("http", UNREACHABLE, "host unreachable", id="http without a way"),
        pytest.param("http", UNRESOLVED, "DNS error: Name or service not known", id="http of an unknown name"),
        pytest.param(
            "http",
            a_reply(Outcome.TLS, "SSL fingerprint mismatch"),
            "SSL fingerprint mismatch",
            id="another certificate",
        ),
        pytest.param(
            "http",
            a_reply(Outcome.TLS, "SSL certificate expired on 2026-01-02 03:04:05 UTC"),
            "SSL certificate expired on 2026-01-02 03:04:05 UTC",
            id="an expired certificate",
        ),
        pytest.param(
            "http",
            a_reply(Outcome.TLS, "SSL error", "wrong version number"),
            "SSL error: It does not speak TLS here (wrong version number)",
            id="no TLS",
        ),
        pytest.param(
            "http",
            a_reply(Outcome.ERROR, "Too many redirects", "more than 10"),
            "Too many redirects: more than 10",
            id="a ring",
        ),
        pytest.param("quic", page(200), "", id="quic"),
        pytest.param("quic", TIMEOUT, "timeout", id="quic that is silent"),
        pytest.param("quic", page(503), "error response code 503", id="quic with an error"),
        pytest.param("tcp", OK, "", id="a connection"),
        pytest.param("tcp", answer(True), "", id="with its text"),
        pytest.param("tcp", answer(False), "expected content not found: '220'", id="without it"),
        pytest.param("tcp", a_reply(Outcome.TIMEOUT, "connect timeout"), "connection timeout", id="a black hole"),
        pytest.param("tcp", REFUSED, "connection refused", id="a closed port"),
        pytest.param("tcp", RESET, "socket error: Connection reset by peer", id="a reset"),
        pytest.param("tcp", UNRESOLVED, "DNS error: Name or service not known", id="tcp of an unknown name"),
        pytest.param("udp", OK, "", id="a datagram"),
        pytest.param("udp", REFUSED, "connection refused", id="a closed UDP port"),
        pytest.param("udp", TIMEOUT, "connection timeout", id="no reply"),
        pytest.param("udp", answer(False), "expected content not found: '220'", id="another reply"),
        pytest.param("ports", polled(a_device(an_interface(1))), "", id="a switch"),
        pytest.param("ports", polled(a_device()), "no interfaces found", id="without interfaces"),
        pytest.param("ports", OK, "no interfaces found", id="without anything"),
        pytest.param(
            "ports", a_reply(Outcome.UNEXPECTED, "no interfaces found"), "no interfaces found", id="as the poll says"
        ),
        pytest.param(
            "ports", a_reply(Outcome.ERROR, "walk failed: genErr"), "SNMP walk failed: genErr", id="a walk that fails"
        ),
        pytest.param("ports", a_reply(Outcome.TIMEOUT, "timeout"), "SNMP failed: timeout", id="a silent switch"),
        pytest.param("host", TIMEOUT, "SNMP failed: timeout", id="a silence that outlasts the check"),
        pytest.param("host", polled(Device(values={"cpu_load": 1.0})), "", id="a host that tells"),
        pytest.param(
            "host", a_reply(Outcome.ERROR, "unknown user"), "SNMP failed: unknown user", id="one that refuses"
        ),
        pytest.param(
            "host", UNRESOLVED, "SNMP failed: DNS error: Name or service not known", id="a host of an unknown name"
        ),
        pytest.param(
            "port", a_reply(Outcome.TIMEOUT, "timeout"), "SNMP failed: timeout", id="a silent switch of a port"
        ),
        pytest.param("port", OK, "SNMP failed: OK", id="a port without an answer"),
    ],
)
def test_up_and_down(kind: MonitorType, reply: Reply, reason: str) -> None:
    seen = observation(kind, reply)
    assert down_reason(seen) == reason
    verdict = judged(seen)
    first = verdict.report.text.decode().split("\n")[0]
    kind_shown = f"{kind}: up, 12.3 ms"
    assert first == (f"red {reason}" if reason else f"green {kind_shown}")
    assert verdict.report.color is (Color.RED if reason else Color.GREEN)
    assert (verdict.failed, verdict.reason) == (bool(reason), Reason.FAILED if reason else Reason.OK)
    assert verdict.report.key == seen.check.key
    assert looks_bad(seen) is needs_explaining(seen, a_host(seen)) is bool(reason)
    assert square_failed(a_host(seen), seen.check.key.test, {seen.check.identity: seen}) is bool(reason)
    assert explainers([seen.check], a_host(seen)) == ()


def test_a_text_that_has_not_come_when_the_time_is_over() -> None:
    seen = observation("tcp", a_reply(Outcome.TIMEOUT, "Server timeout", facts={"open": 1.0}))
    options = ExchangeOptions(transport="tcp", port=25, expect=b"220")
    seen = msgspec.structs.replace(seen, check=msgspec.structs.replace(seen.check, options=options))
    assert down_reason(seen) == "expected content not found: '220'"
    closed = msgspec.structs.replace(seen, reply=TIMEOUT)
    assert down_reason(closed) == "connection timeout"


@pytest.mark.parametrize(
    ("macs", "oper", "always_up", "reason"),
    [
        pytest.param((A,), "up", True, "", id="as it should be"),
        pytest.param((A, B), "up", True, f"port ifIndex=3 wrong MAC: expected {A}, got {B}", id="one more"),
        pytest.param((), "down", True, f"port ifIndex=3 {A} is down (admin=up)", id="down"),
        pytest.param((), "down", False, "", id="down and free to be so"),
    ],
)
def test_the_port_of_the_options_is_looked_at(macs: tuple[str, ...], oper: str, always_up: bool, reason: str) -> None:
    device = a_device(an_interface(2, None, "down", B), an_interface(3, None, oper, *macs))
    seen = observation("port", polled(device), index=3, mac=A, always_up=always_up)
    assert down_reason(seen) == reason


def test_a_device_without_that_port() -> None:
    seen = observation("port", polled(a_device(an_interface(2))), index=3, mac=A)
    assert down_reason(seen) == "port ifIndex=3 does not exist"


@pytest.mark.parametrize("kind", MONITOR_TYPES)
def test_what_could_not_be_tried_is_clear_and_counts_for_nothing(kind: MonitorType) -> None:
    seen = observation(kind, PREVENTED)
    verdict = judged(seen)
    assert (verdict.report.color, verdict.failed, verdict.reason) == (Color.CLEAR, None, Reason.NOT_TESTED)
    assert verdict.report.text.decode().startswith(f"clear {kind}: not tested, no permission to open a raw socket\n")
    assert not looks_bad(seen)
    assert square_failed(a_host(seen), seen.check.key.test, {seen.check.identity: seen}) is False


def test_nothing_softens_a_monitor() -> None:
    seen = observation("http", REFUSED)
    everything = HostPolicy(
        dialup=True,
        bad=(BadTest("http", 5, 5, 5),),
        depends=(("http", (StatusKey("x", "conn"),)),),
    )
    host = msgspec.structs.replace(a_host(seen), policy=everything)
    settings = JudgeSettings(no_page=frozenset({"http"}))
    verdict = judged(seen, host, failed=lambda _key: True, settings=settings)
    assert verdict.report.color is Color.RED


def test_a_monitor_has_one_square_and_tells_of_the_certificate_there() -> None:
    shown = Certificate(
        service="https://x/",
        subject="/CN=<b>x",
        issuer="/CN=x",
        not_before=0,
        not_after=NOW + 86400 * 10,
        key_bits=256,
        sha256="ab" * 32,
    )
    verdict = judged(observation("http", page(200, certificates=(shown,))))
    text = verdict.report.text.decode()
    assert (
        f"&green certificate /CN=&lt;b&gt;x until 2026-12-01 00:00:00 UTC (10 days left), SHA-256 {'ab' * 32}" in text
    )
    late = msgspec.structs.replace(shown, not_after=NOW - 86400 * 3)
    assert "&red certificate" in judged(observation("http", page(200, certificates=(late,)))).report.text.decode()


def test_the_body_of_a_fetch() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /a<b\r\n\r\nHTTP/2 200\r\nX: y\r\n\r\nbody"
    reply = page(200, expect="a & b", evidence=head, phases=(Phase("connect", 0.001), Phase("tls", 0.0204)))
    reply = msgspec.structs.replace(reply, facts={**reply.facts, "redirects": 1.0, "http_version": 2.0})
    seen = observation("http", reply)
    text = judged(seen, a_host(seen, address="https://www.test/")).report.text.decode()
    assert text.split("\n") == [
        "green http: up, 12.3 ms",
        "",
        "http https://www.test/, at 192.0.2.6",
        "HTTP/1.1 302 Found: to /a&lt;b",
        "HTTP status 200, HTTP/2",
        "connect 1.0 ms, tls 20.4 ms",
        "whatever",
        "",
        "&green text: a &amp; b, found it",
        "",
    ]


def test_what_a_service_said_is_shown_as_text() -> None:
    text = judged(observation("tcp", answer(False, evidence=b"554 <no>\r\n\0&"))).report.text.decode()
    assert "&red text: wanted 220, found nothing in 6 bytes" in text
    assert "554 &lt;no&gt;\n.&amp;\n" in text


def test_the_reason_is_plain_for_sentences_and_safe_for_pages() -> None:
    text = judged(observation("http", page(200, expect="<b>&amp;", there=False))).report.text
    assert text.startswith(b"red expected content not found: '&lt;b&gt;&amp;amp;'\n")
    assert first_reason(text) == "expected content not found: '<b>&amp;'"


def test_the_body_of_a_poll() -> None:
    device = a_device(
        Interface(index=1, name="Gi0/1", oper="up", admin="up", macs=(A, B), speed=1000.0, alias="up<link"),
        Interface(index=12, name="Gi0/12", oper="down", admin="up"),
        Interface(index=13, name="Gi0/13", oper="down", admin="down"),
        neighbours=(Neighbour(index=1, host="sw2", port="Gi0/24"), Neighbour(index=1, host="ap", protocol="CDP")),
        values={"if1_in": 5.0, "cpu_load": 12.504, "memory_pct": None, "total_bits_in": 123456789012345.0},
        notes=("ARP: timeout",),
        location="<Lab>",
    )
    assert judged(observation("ports", polled(device))).report.text.decode().split("\n")[2:] == [
        "ports snmp://192.0.2.6, at 192.0.2.6",
        "",
        "name: sw1",
        "location: &lt;Lab&gt;",
        "up for: 1.0 days",
        "",
        "   ifIndex  name             oper  admin  speed        MACs  neighbour",
        "&green 1        Gi0/1 (up&lt;link)  up    up     1000 Mbit/s  2     sw2 Gi0/24 (LLDP), ap (CDP)",
        "&red 12       Gi0/12           down  up                  0",
        "&clear 13       Gi0/13           down  down                0",
        "",
        "cpu_load : 12.5",
        "total_bits_in : 123456789012345",
        "",
        "ARP: timeout",
        "",
    ]


def test_a_huge_device_has_a_text_of_bounded_size() -> None:
    interfaces = tuple(Interface(index=number, name="x" * 255, alias="y" * 255) for number in range(5000))
    text = judged(observation("ports", polled(Device(interfaces=interfaces)))).report.text
    assert b"and 4000 more interfaces" in text
    assert len(text) < 200_000


hostile = st.text(max_size=40)


@given(name=hostile, alias=hostile, oper=hostile, neighbour=hostile, note=hostile)
def test_no_text_of_a_device_breaks_a_report(name: str, alias: str, oper: str, neighbour: str, note: str) -> None:
    device = a_device(
        Interface(index=1, name=name, alias=alias, oper=oper, admin=oper),
        neighbours=(Neighbour(index=1, host=neighbour, port=neighbour),),
        notes=(note,),
        name=name,
        location=alias,
        values={name: 1.0},
    )
    text = judged(observation("ports", polled(device))).report.text.decode()
    assert "<" not in text
    assert len(re.findall(r"^&(?!lt;|gt;|amp;|quot;|#)", text, re.MULTILINE)) == 1  # of the interface, else entities


@given(st.sampled_from(MONITOR_TYPES), st.sampled_from(Outcome), hostile, hostile, st.binary(max_size=50))
def test_whatever_a_probe_says_there_is_one_line_with_a_reason(
    kind: MonitorType, outcome: Outcome, summary: str, detail: str, evidence: bytes
) -> None:
    verdict = judged(observation(kind, a_reply(outcome, summary, detail, evidence=evidence)))
    first = verdict.report.text.split(b"\n")[0].decode()
    assert first.startswith(verdict.report.color.word)
    assert verdict.report.color in (Color.GREEN, Color.RED, Color.CLEAR)
