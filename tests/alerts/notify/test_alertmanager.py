"""What Alertmanager is told, and what becomes of its refusals. The real one is in tests/peers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.notify.alertmanager import AlertmanagerOptions, AlertmanagerWebhookOptions
from hexmon.alerts.notify.alertmanager_format import NEVER, fingerprint, rfc3339
from hexmon.alerts.notify.contract import Outcome
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind
from hexmon.model.names import StatusKey
from tests.support.deliveries import AT, a_message, send
from tests.support.recorder import recording
from tests.support.servers import black_hole, closed_port, http_reply

BUSY = http_reply("503 Service Unavailable", headers="Retry-After: 9\r\n")
LINK = "https://monitor.test/status/www.example.com/http"
LABELS = {"alertname": "http", "instance": "www.example.com", "monitor": "hexmon", "severity": "critical"}
ANNOTATIONS = {
    "summary": "www.example.com.http is RED: nothing answers",
    "description": "nothing answers\n🔴 http://www.example.com/ - refused",
    "color": "red",
    "incident": "0123456789abcdef0123456789abcdef",
}


class TestPush:
    async def test_an_alert(self) -> None:
        async with recording() as server:
            sent = await send("alertmanager", urls=(f"{server.url}/prefix/",), token="t0")  # noqa: S106 - a test's
            asked = server.one
        assert sent.outcome is Outcome.SENT
        assert (asked.method, asked.target) == ("POST", "/prefix/api/v2/alerts")
        assert asked.headers["authorization"] == "Bearer t0"
        assert asked.value == [
            {
                "labels": LABELS,
                "annotations": ANNOTATIONS,
                "startsAt": "2026-11-21T00:00:00.000Z",
                "endsAt": "2026-11-28T00:05:00.000Z",
                "generatorURL": LINK,
            }
        ]

    @pytest.mark.parametrize(
        ("kind", "others", "ends"),
        [
            pytest.param(Kind.REMINDER, {}, "2026-11-21T01:05:00.000Z", id="held from the last news on"),
            pytest.param(
                Kind.ALERT, {"ack_until": AT + 600}, "2026-11-21T01:15:00.000Z", id="from the end of an ack on"
            ),
            pytest.param(Kind.NOTICE, {}, "2026-11-21T00:10:00.000Z", id="a notice for five minutes"),
            pytest.param(Kind.TEST, {}, "2026-11-21T00:10:00.000Z", id="a test for five minutes"),
        ],
    )
    async def test_until_when(self, kind: Kind, others: dict[str, Any], ends: str) -> None:
        async with recording() as server:
            await send("alertmanager", a_message(kind, **others), urls=(server.url,), hold=3600.0)
            assert server.one.value[0]["endsAt"] == ends

    @pytest.mark.parametrize("kind", [Kind.RECOVERY, Kind.DISABLED])
    async def test_an_end_asks_first_what_is_there(self, kind: Kind) -> None:
        other = {**LABELS, "severity": "warning"}
        there = b'[{"labels": %s, "annotations": {"a": "b"}, "more": 1}, {"labels": %s}]'
        body = there % (repr(other).replace("'", '"').encode(), repr(LABELS).replace("'", '"').encode())
        async with recording(http_reply(body=body), http_reply()) as server:
            sent = await send("alertmanager", a_message(kind), urls=(server.url,))
            question, push = server.asked
        assert sent.outcome is Outcome.SENT
        assert question.method == "GET"
        assert question.target == (
            "/api/v2/alerts?filter=alertname%3D%22http%22&filter=instance%3D%22www.example.com%22"
            "&filter=monitor%3D%22hexmon%22"
        )
        assert push.value[0]["labels"] == LABELS
        assert push.value[0]["endsAt"] == "2026-11-21T00:05:00.000Z"
        assert push.value[1:] == [{"labels": other, "annotations": {"a": "b"}, "endsAt": "2026-11-21T00:05:00.000Z"}]

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(http_reply(body=b"<html>"), id="no JSON"),
            pytest.param(http_reply(body=b'{"a": 1}'), id="another JSON"),
            pytest.param(http_reply(body=b"[" * 100_000), id="a tower of brackets"),
            pytest.param(http_reply("404 Not Found"), id="another server"),
            pytest.param(http_reply("500 Oh"), id="a broken one"),
        ],
    )
    async def test_an_end_waits_for_one_that_does_not_tell(self, answer: bytes) -> None:
        async with recording(answer) as server:
            sent = await send("alertmanager", a_message(Kind.RECOVERY), urls=(server.url,))
            assert len(server.asked) == 1
        assert sent.outcome is Outcome.LATER

    @pytest.mark.parametrize(
        ("answers", "outcome", "detail", "retry_after"),
        [
            ((http_reply(), http_reply()), Outcome.SENT, "HTTP 200", None),
            ((http_reply(), http_reply("400 Bad")), Outcome.SENT, "1 of 2 did not take it: HTTP 400", None),
            ((BUSY, http_reply("400 Bad")), Outcome.LATER, "HTTP 503; HTTP 400", 9.0),
            ((http_reply("400 Bad"), http_reply("403 No")), Outcome.REFUSED, "HTTP 400; HTTP 403", None),
        ],
    )
    async def test_two_of_them(
        self, answers: tuple[bytes, bytes], outcome: Outcome, detail: str, retry_after: float | None
    ) -> None:
        async with recording(answers[0]) as first, recording(answers[1]) as second:
            sent = await send("alertmanager", urls=(first.url, second.url))
            assert len(first.asked) == len(second.asked) == 1
        assert (sent.outcome, sent.detail, sent.retry_after) == (outcome, detail, retry_after)

    async def test_a_silent_one_does_not_hold_up_the_other(self) -> None:
        with black_hole() as port:
            async with recording() as server:
                sent = await send("alertmanager", urls=(f"http://127.0.0.1:{port}", server.url))
                assert len(server.asked) == 1
        assert sent.outcome is Outcome.SENT
        assert sent.detail == "1 of 2 did not take it: one did not answer in time"

    async def test_none_is_there(self) -> None:
        sent = await send("alertmanager", urls=(f"http://127.0.0.1:{closed_port()}",))
        assert sent.outcome is Outcome.LATER

    async def test_a_message_for_many(self) -> None:
        items = tuple(Item(StatusKey(f"h{n}", "conn"), Color.PURPLE, f"no {n}", n, AT - n) for n in (60, 120))
        async with recording() as server:
            await send("alertmanager", a_message(items=items), urls=(server.url,))
            first, second = server.one.value
        assert first["labels"] == {
            "alertname": "conn",
            "instance": "h60",
            "monitor": "hexmon",
            "severity": "warning",
        }
        assert first["annotations"]["summary"] == "h60.conn is PURPLE: no 60"
        assert (first["startsAt"], second["startsAt"]) == ("2026-11-21T00:04:00.000Z", "2026-11-21T00:03:00.000Z")


class TestWebhook:
    async def test_firing(self) -> None:
        environment = {"environment": lambda _key: {"XMH_CLASS": "linux"}}
        async with recording() as server:
            sent = await send(
                "alertmanager-webhook",
                a_message(pages=("shops", "other"), site="HQ"),
                url=f"{server.url}/hook",
                labels={"team": "web"},
                tools=environment,
            )
            asked = server.one
        labels = {**LABELS, "page": "shops", "class": "linux", "site": "HQ", "team": "web"}
        square = {name: LABELS[name] for name in ("alertname", "instance", "monitor")}
        assert sent.outcome is Outcome.SENT
        assert asked.headers["content-type"] == "application/json"
        assert asked.value == {
            "version": "4",
            "groupKey": '{}:{alertname="http", instance="www.example.com", monitor="hexmon"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "test",
            "groupLabels": square,
            "commonLabels": labels,
            "commonAnnotations": ANNOTATIONS,
            "externalURL": "https://monitor.test/",
            "alerts": [
                {
                    "status": "firing",
                    "labels": labels,
                    "annotations": ANNOTATIONS,
                    "startsAt": "2026-11-21T00:00:00.000Z",
                    "endsAt": NEVER,
                    "generatorURL": LINK,
                    "fingerprint": fingerprint(square),
                }
            ],
        }

    async def test_resolved_has_the_same_fingerprint(self) -> None:
        async with recording() as server:
            for message in (a_message(color=Color.YELLOW, worst=Color.YELLOW), a_message(Kind.RECOVERY)):
                await send("alertmanager-webhook", message, url=server.url)
            first, last = (one.value for one in server.asked)
        assert (first["status"], last["status"]) == ("firing", "resolved")
        assert last["alerts"][0]["endsAt"] == "2026-11-21T00:05:00.000Z"
        assert first["alerts"][0]["fingerprint"] == last["alerts"][0]["fingerprint"]
        assert first["groupKey"] == last["groupKey"]

    async def test_what_many_have_in_common(self) -> None:
        items = tuple(Item(StatusKey(f"h{n}", "conn"), Color.RED, f"no {n}", n, AT - n) for n in (60, 120))
        async with recording() as server:
            await send("alertmanager-webhook", a_message(items=items), url=server.url)
            body = server.one.value
        assert body["groupLabels"] == {"alertname": "conn", "monitor": "hexmon"}
        assert body["commonLabels"] == {"alertname": "conn", "monitor": "hexmon", "severity": "critical"}
        assert body["commonAnnotations"] == {"color": "red"}
        assert [one["labels"]["instance"] for one in body["alerts"]] == ["h60", "h120"]


def test_a_fingerprint_as_prometheus_makes_it() -> None:
    """The empty set's is the offset of FNV-1a; the other was told by a real Alertmanager."""
    assert fingerprint({}) == "cbf29ce484222325"
    assert fingerprint({"alertname": "a", "instance": "b"}) == fingerprint({"instance": "b", "alertname": "a"})


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (lambda: AlertmanagerOptions(urls=()), "at least one"),
        (lambda: AlertmanagerWebhookOptions(url="http://a/", token="t", username="u"), "not both"),  # noqa: S106
    ],
)
def test_options_that_make_no_sense(options: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        options()


@given(st.floats(allow_nan=False))
def test_any_moment_has_a_form(moment: float) -> None:
    text = rfc3339(moment)
    assert len(text) == 24
    assert text.endswith("Z")
