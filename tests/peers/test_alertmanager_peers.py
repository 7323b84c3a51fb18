"""A real Alertmanager takes what hexmon pushes, and its own webhooks look like hexmon's."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
import pytest

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.alertmanager_format import NEVER, fingerprint
from hexmon.alerts.notify.contract import NotifyTools, Outcome
from hexmon.alerts.notify.http import Request, ask
from hexmon.clock import SystemClock
from hexmon.model.color import Color
from hexmon.model.incident import Kind, Message
from tests.support.daemons import alertmanager
from tests.support.deliveries import a_channel, a_delivery, a_message, notify_tools
from tests.support.recorder import Recorder, recording
from tests.support.servers import closed_port

pytestmark = pytest.mark.peers

LABELS = {
    "alertname": "http",
    "instance": "www.example.com",
    "monitor": "hexmon",
    "severity": "critical",
    "page": "shops/north",
    "class": "linux",
}


class Lab:
    """An Alertmanager, its receiver, and a channel that pushes to it."""

    def __init__(self, url: str, receiver: Recorder, tools: NotifyTools) -> None:
        self.url = url
        self.receiver = receiver
        self.tools = tools
        self.started = tools.clock.now() - 300

    def message(self, kind: Kind = Kind.ALERT, **others: Any) -> Message:
        values = {"at": self.tools.clock.now(), "started": self.started, "pages": ("shops/north",)}
        return a_message(kind, **{**values, **others})

    async def push(self, message: Message, **options: Any) -> None:
        channel = a_channel("alertmanager", **{"urls": (self.url,), **options})
        sent = await NOTIFIERS["alertmanager"].send(a_delivery(message), channel, self.tools)
        assert sent.outcome is Outcome.SENT, sent

    async def alerts(self) -> list[dict[str, Any]]:
        answer = await ask(Request(url=f"{self.url}/api/v2/alerts", method="GET"), self.tools, 10)
        found: list[dict[str, Any]] = msgspec.json.decode(answer.body)
        return found

    async def heard(self, number: int) -> Mapping[str, Any]:
        """The newest of so many notifications."""
        found: Mapping[str, Any] = (await self.receiver.until(number))[number - 1].value
        return found


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with recording() as receiver:
        words = {"clock": SystemClock(), "environment": lambda _key: {"XMH_CLASS": "linux"}}
        with alertmanager(f"{receiver.url}/hook") as url, notify_tools(**words) as tools:
            yield Lab(url, receiver, tools)


async def test_firing_and_resolved(lab: Lab) -> None:
    await lab.push(lab.message())
    (shown,) = await lab.alerts()
    assert shown["labels"] == LABELS
    assert shown["status"]["state"] in ("active", "unprocessed")
    assert moment(shown["startsAt"]) == pytest.approx(lab.started, abs=0.01)
    assert moment(shown["endsAt"]) == pytest.approx(lab.tools.clock.now() + 7 * 86400, abs=60)
    assert shown["generatorURL"] == "https://monitor.test/status/www.example.com/http"
    assert shown["annotations"]["summary"] == "www.example.com.http is RED: nothing answers"
    assert shown["fingerprint"] == fingerprint(LABELS)

    told = await lab.heard(1)
    assert (told["status"], told["receiver"]) == ("firing", "recorder")
    assert told["alerts"][0]["endsAt"] == NEVER

    await lab.push(lab.message(Kind.RECOVERY))
    told = await lab.heard(2)
    (alert,) = told["alerts"]
    assert (told["status"], alert["status"]) == ("resolved", "resolved")
    assert alert["labels"] == LABELS
    assert moment(alert["startsAt"]) == pytest.approx(lab.started, abs=0.01)
    assert moment(alert["endsAt"]) == pytest.approx(lab.tools.clock.now(), abs=30)
    assert await lab.alerts() == []


async def test_a_reminder_keeps_it_and_says_nothing_new(lab: Lab) -> None:
    await lab.push(lab.message())
    await lab.push(lab.message(Kind.REMINDER, count=2), hold=3600.0)
    (shown,) = await lab.alerts()
    assert moment(shown["startsAt"]) == pytest.approx(lab.started, abs=0.01)


async def test_yellow_that_becomes_red_is_one_alert_at_a_time(lab: Lab) -> None:
    await lab.push(lab.message(color=Color.YELLOW, worst=Color.YELLOW))
    assert (await lab.heard(1))["commonLabels"]["severity"] == "warning"
    await lab.push(lab.message(count=2))
    (shown,) = await lab.alerts()
    assert shown["labels"]["severity"] == "critical"
    both = [await lab.heard(number) for number in (2, 3)]
    found = {(one["commonLabels"]["severity"], one["status"]) for one in both}
    assert found == {("warning", "resolved"), ("critical", "firing")}


async def test_the_end_is_heard_also_under_other_labels(lab: Lab) -> None:
    """The host has moved to another page since it was announced."""
    await lab.push(lab.message(pages=("old",)))
    assert (await lab.heard(1))["commonLabels"]["page"] == "old"
    await lab.push(lab.message(Kind.RECOVERY, pages=("new",)))
    told = await lab.heard(2)
    assert (told["status"], told["commonLabels"]["page"]) == ("resolved", "old")
    assert await lab.alerts() == []


async def test_an_end_that_was_never_announced_is_no_news(lab: Lab) -> None:
    await lab.push(lab.message(Kind.RECOVERY))
    await lab.push(lab.message(Kind.ALERT, started=lab.started + 1))
    assert (await lab.heard(1))["status"] == "firing"


async def test_one_of_two_is_dead(lab: Lab) -> None:
    dead = f"http://127.0.0.1:{closed_port()}"
    await lab.push(lab.message(), urls=(dead, lab.url))
    assert len(await lab.alerts()) == 1
    await lab.push(lab.message(Kind.RECOVERY), urls=(lab.url, dead))
    assert await lab.alerts() == []


async def test_any_text_is_taken(lab: Lab) -> None:
    text = b'red \x00 "\xff\\ \xf0\x9f\x94\xa5\n' + b"x" * 100_000
    await lab.push(lab.message(text=text, note="a\nb"), labels={"team": 'a"\\\n b', "empty": ""})
    (shown,) = await lab.alerts()
    assert shown["labels"]["team"] == 'a"\\ b'
    assert "empty" not in shown["labels"]
    await lab.push(lab.message(Kind.RECOVERY), labels={"team": "other"})
    assert await lab.alerts() == []


async def test_our_webhook_has_the_form_of_theirs(lab: Lab) -> None:
    await lab.push(lab.message())
    theirs = await lab.heard(1)
    async with recording() as receiver:
        channel = a_channel("alertmanager-webhook", url=receiver.url, receiver="recorder")
        await NOTIFIERS["alertmanager-webhook"].send(a_delivery(lab.message()), channel, lab.tools)
        ours = receiver.one.value
    assert set(ours) == set(theirs)
    for name in ("version", "status", "receiver", "truncatedAlerts", "commonLabels", "commonAnnotations"):
        assert ours[name] == theirs[name], name
    (one,), (other,) = ours["alerts"], theirs["alerts"]
    assert set(one) == set(other)
    for name in ("status", "labels", "annotations", "generatorURL", "endsAt"):
        assert one[name] == other[name], name
    assert moment(one["startsAt"]) == pytest.approx(moment(other["startsAt"]), abs=0.01)
    assert len(one["fingerprint"]) == len(other["fingerprint"]) == 16


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
