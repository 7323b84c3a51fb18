"""YAML sites: who is told, how often, in which words; to a real mail server and real webhooks."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from hexmon.alerts.channels import read_channels
from hexmon.alerts.heartbeat import HeartbeatSettings, targets_of
from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Outcome
from hexmon.alerts.paced import NO_REMINDERS, site_pacing
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_site import SiteRules, rules_of
from hexmon.alerts.topology import NO_TOPOLOGY, Relation, Topology, build
from hexmon.inventory.sites.build import site_inventory
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.site import Site
from tests.support.alert_lab import AlertLab
from tests.support.alert_lab import rules_of as rules_in_cfg
from tests.support.deliveries import notify_tools
from tests.support.recorder import recording
from tests.support.servers import http_reply
from tests.support.sites import HOOK, MAIL, a_file, a_monitor, read
from tests.support.smtp_server import smtp_server

MINUTE = 60.0
OPS = [{"email": "ops@x.test"}]


def site_of(*monitors: Any, **options: Any) -> Site:
    return read(a_file(*monitors, **options)).site


def compiled(*monitors: Any, **options: Any) -> SiteRules:
    return rules_of([site_of(*monitors, **{"email_server": MAIL, "outage_emails": OPS, **options})])


class SiteLab(AlertLab):
    """A board with the monitors of a site, and the rules of its people before those of alerts.cfg."""

    def __init__(self, table: Any, cfg: str = "") -> None:
        file = read(table)
        inventory = site_inventory(file)
        self.compiled = rules_of([file.site])
        self.channels = read_channels(self.compiled.channels, "home.yaml")
        super().__init__(cfg or "HOST=nobody\n MAIL nobody", *inventory.hosts.values())
        book = RuleBook(rules=(*self.compiled.rules, *self.rules.rules))
        self.rules = book
        self.inventory = inventory
        self._build()

    def _topology(self) -> Topology:
        return build(self.inventory)[0] if hasattr(self, "inventory") else NO_TOPOLOGY

    async def deliver(self) -> list[Outcome]:
        """Everything that was decided since, by its channel."""
        new, self._read = self.sent[self._read :], len(self.sent)
        with notify_tools(clock=self.clock) as tools:
            channels = [self.channels[one.way.channel] for one in new]
            pairs = zip(new, channels, strict=True)
            return [(await NOTIFIERS[to.type].send(one, to, tools)).outcome for one, to in pairs]


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is in Berlin: sentences have its time."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# -- rules ------------------------------------------------------------------------------------------------------------


def test_monitors_that_are_told_of_alike_share_a_rule() -> None:
    slow: dict[str, Any] = {"notify_every_n_secs": 3600, "after_every_n_notifications": 8}
    found = compiled(*(a_monitor(name=f"m{number}", **(slow if number % 2 else {})) for number in range(1000)))
    assert len(found.rules) == 2
    first, second = found.rules
    assert first.criteria.hosts is not None
    assert first.criteria.hosts.match("HomeLab.m0")
    assert not first.criteria.hosts.match("HomeLab.m1")
    assert (first.recipients[0].pacing, second.recipients[0].pacing) == (site_pacing(600, 1), site_pacing(3600, 8))


def test_the_channels_of_a_site() -> None:
    hook = {**HOOK, "request_method": "GET", "request_encoding": "HTML", "request_prefix": "a", "request_suffix": "b"}
    found = compiled(outage_webhooks=[HOOK, hook], max_try_secs=7, name="Home Lab")
    assert list(found.channels) == [f"site.Home_Lab.{name}" for name in ("mail", "webhook1", "webhook2")]
    channels = read_channels(found.channels, "home.yaml")
    mail, _, last = (channels[name] for name in found.channels)
    assert (mail.timeout, last.timeout) == (7.0, 7.0)
    options = last.options
    assert (options.url, options.method, options.encoding) == ("http://127.0.0.1/", "GET", "HTML")
    assert (options.prefix, options.suffix, options.zone) == ("a", "b", "")


@pytest.mark.parametrize(
    ("server", "place", "security", "login", "verify"),
    [
        pytest.param({}, "smtp.example.com:587", "starttls", "", True, id="STARTTLS"),
        pytest.param({"smtp_port": 465, "use_tls": "no"}, "smtp.example.com:465", "tls", "", True, id="465"),
        pytest.param({"use_tls": False, "smtp_port": 25}, "smtp.example.com:25", "none", "", True, id="in clear"),
        pytest.param({"smtp_host": "::1"}, "[::1]:587", "starttls", "", True, id="an IPv6 address"),
        pytest.param(
            {"smtp_username": "me", "smtp_password": "x"}, "smtp.example.com:587", "starttls", "me", True, id="a login"
        ),
        pytest.param({"smtp_username": "me"}, "smtp.example.com:587", "starttls", "", True, id="half a login is none"),
        pytest.param({"smtp_verify": "no"}, "smtp.example.com:587", "starttls", "", False, id="any certificate"),
    ],
)
def test_the_mail_server_of_a_site(server: Any, place: str, security: str, login: str, verify: bool) -> None:
    found = compiled(email_server=MAIL | server)
    options = read_channels(found.channels, "home.yaml")["site.HomeLab.mail"].options
    assert (options.server, options.security, options.username, options.verify) == (place, security, login, verify)
    assert options.sender == "a@example.com"


def test_a_site_without_people_has_neither_rules_nor_channels() -> None:
    assert rules_of([site_of(), site_of(email_server=MAIL)]) == SiteRules()


def test_reminders_that_nobody_wants_are_ten_years_away() -> None:
    (rule,) = compiled(outage_emails=[{"email": "a@x.test", "email_reminders": "no"}]).rules
    assert rule.recipients[0].pacing == NO_REMINDERS


# -- who hears what ---------------------------------------------------------------------------------------------------

STORY = ["alert", "reminder", "recovery"]


@pytest.mark.parametrize("outages", [True, False])
@pytest.mark.parametrize("reminders", [True, False])
@pytest.mark.parametrize("recoveries", [True, False])
def test_an_address_hears_what_it_wants_to_hear(outages: bool, reminders: bool, recoveries: bool) -> None:
    wishes = {"email_outages": outages, "email_reminders": reminders, "email_recoveries": recoveries}
    lab = SiteLab(a_file(email_server=MAIL, outage_emails=[{"email": "ops@x.test", **wishes}]))
    lab.report("HomeLab.web.conn", "red", "timeout")
    lab.pass_time(11 * MINUTE)
    lab.report("HomeLab.web.conn", "green")
    wanted = dict(zip(STORY, (outages, reminders, recoveries), strict=True))
    assert [one.message.kind.value for one in lab.sent] == [kind for kind in STORY if wanted[kind]]
    lab.board.notice("notify", "HomeLab.web.conn", "hexmon", b"eth0 appeared")
    lab.turn()
    assert ("notice" in [one.message.kind.value for one in lab.sent]) is outages


@pytest.mark.parametrize(
    ("site", "monitor", "told"),
    [
        pytest.param({}, {}, ["mail", "webhook1"], id="both"),
        pytest.param({}, {"email": "no"}, ["webhook1"], id="email: no leaves the webhooks"),
        pytest.param({}, {"alarms": "no"}, [], id="alarms: no"),
        pytest.param({"alarms": "no"}, {}, [], id="alarms: no, of the site"),
        pytest.param({"alarms": "no"}, {"alarms": "yes"}, ["mail", "webhook1"], id="the monitor's word goes first"),
        pytest.param({}, {"display": "no"}, ["mail", "webhook1"], id="what is not shown is told all the same"),
    ],
)
def test_switches(site: dict[str, Any], monitor: dict[str, Any], told: list[str]) -> None:
    words = {"email_server": MAIL, "outage_emails": OPS, "outage_webhooks": [HOOK], **site}
    lab = SiteLab(a_file(a_monitor(**monitor), a_monitor(name="other"), **words))
    lab.report("HomeLab.web.conn", "red", "timeout")
    assert [one.way.channel.removeprefix("site.HomeLab.") for one in lab.sent] == told


def test_reminders_follow_the_curve() -> None:
    pace: dict[str, Any] = {"notify_every_n_secs": 3600, "after_every_n_notifications": 8}
    lab = SiteLab(a_file(a_monitor(**pace), outage_webhooks=[HOOK]))
    lab.report("HomeLab.web.conn", "red", "timeout")
    lab.pass_time(7 * 3600)
    since = [round(one.created - lab.sent[0].created) for one in lab.sent]
    assert since == [0, 844, 2419, 4613, 7313, 10407, 13782, 17326, 20926, 24526]


def test_other_squares_of_such_a_host_and_other_colours_are_nothing_to_the_site() -> None:
    lab = SiteLab(a_file(outage_webhooks=[HOOK]))
    lab.report("HomeLab.web.cpu", "red")
    lab.report("HomeLab.web.conn", "yellow")
    assert lab.sent == []


def test_rules_of_alerts_cfg_hold_for_monitors_too_and_cannot_silence_their_people() -> None:
    cfg = "HOST=%^HomeLab\n  MAIL first@x.test STOP\nHOST=*\n  MAIL never@x.test\n"
    lab = SiteLab(a_file(email_server=MAIL, outage_emails=OPS), cfg)
    lab.report("HomeLab.web.conn", "red", "timeout")
    assert [one.way.address for one in lab.sent] == ["ops@x.test", "first@x.test"]
    assert [one.way.format for one in lab.sent] == ["SITE", "TEXT"]
    silent = SiteLab(a_file(email_server=MAIL, outage_emails=OPS), "HOST=*\n  IGNORE\n")
    silent.report("HomeLab.web.conn", "red", "timeout")
    assert [one.way.address for one in silent.sent] == ["ops@x.test"]
    assert rules_in_cfg(cfg).rules


def test_who_is_told_again_after_a_mute_hears_of_an_outage() -> None:
    lab = SiteLab(a_file(a_monitor(alarms="no"), email_server=MAIL, outage_emails=OPS))
    lab.report("HomeLab.web.conn", "red", "timeout")
    lab.pass_time(30 * MINUTE)
    assert lab.sent == []
    lab.engine.use(RuleBook(rules=rules_of([site_of(email_server=MAIL, outage_emails=OPS)]).rules), lab._topology())
    assert lab.told() == ["alert HomeLab.web.conn red -> ops@x.test"]


# -- sentences --------------------------------------------------------------------------------------------------------

DOWN = "timeout"
SAID = {
    "first down": "the web in HomeLab new outage: timeout (http://127.0.0.1/x) at 1:00 AM CET, down for 0 secs",
    "still down": "the web in HomeLab is down: timeout (http://127.0.0.1/x) at 1:10 AM CET, down for 10 mins 0 secs",
    "up again": "the web in HomeLab is UP (http://127.0.0.1/x) at 1:11 AM CET, outage lasted 11 mins 3 secs",
}
SUBJECTS = {
    "first down": "[OUTAGE] HomeLab - Service Down: the web",
    "still down": "[REMINDER] HomeLab - Ongoing Outage: the web",
    "up again": "[RECOVERY] HomeLab - Service Restored: the web",
}
CHANGES = {
    "status": "sw in HomeLab: Gi0/2 oper=down admin=up (was oper=up admin=up) at 2:15 PM",
    "new": "sw in HomeLab: Gi0/3 appeared oper=up admin=up at 2:15 PM",
    "gone": "sw in HomeLab: Gi0/3 disappeared (was oper=up admin=up) at 2:15 PM",
    "a MAC": "sw in HomeLab: Gi0/1 MAC change appeared=[00:00:5E:00:53:01] at 2:22 PM",
    "other MACs": "sw in HomeLab: Gi0/1 MAC change appeared=[00:00:5E:00:53:01, 00:00:5E:00:53:02] "
    "disappeared=[00:00:5E:00:53:03] at 2:22 PM",
}


def outage(lab: SiteLab, square: str = "HomeLab.the_web.http") -> None:
    """It is down at midnight UTC, for eleven minutes and three seconds."""
    lab.report(square, "red", f"{DOWN}\nmore about it")
    lab.pass_time(11 * MINUTE + 3)
    lab.report(square, "green", "all is well")


ENCODINGS = [(method, encoding) for method in ("GET", "POST") for encoding in ("URL", "HTML", "JSON", "CSVQUOTED")]


def said_by(method: str, encoding: str, target: str, body: str) -> str:
    """The sentence that a webhook got."""
    text = unquote(target.partition("?m=")[2]) if method == "GET" else body
    if method == "POST" and encoding == "JSON":
        text = json.loads(text)["message"]
    text = unquote(text) if encoding == "URL" else text
    text = text.removeprefix("<").removesuffix(">")
    return text[1:-1].replace('""', '"') if encoding == "CSVQUOTED" and text.startswith('"') else text


@pytest.mark.usefixtures("berlin")
async def test_an_outage_reaches_a_mail_server_and_webhooks_of_every_kind() -> None:
    monitor = a_monitor("http", name="the web", address="http://127.0.0.1/x")
    async with smtp_server() as server, recording(http_reply("200 OK")) as hooks:
        mail = MAIL | {"smtp_host": "127.0.0.1", "smtp_port": server.port, "use_tls": False}
        urls = [
            {
                "endpoint_url": f"{hooks.url}/{method}/{encoding}?m=",
                "request_method": method,
                "request_encoding": encoding,
                "request_prefix": "<",
                "request_suffix": ">",
            }
            for method, encoding in ENCODINGS
        ]
        lab = SiteLab(a_file(monitor, email_server=mail, outage_emails=OPS, outage_webhooks=urls))
        outage(lab)
        outcomes = await lab.deliver()
    assert set(outcomes) == {Outcome.SENT}
    read_mails = [mail.read for mail in server.mails]
    assert [mail.recipients for mail in server.mails] == [("ops@x.test",)] * 3
    assert [mail["Subject"] for mail in read_mails] == list(SUBJECTS.values())
    assert [mail["From"] for mail in read_mails] == ["a@example.com"] * 3
    assert [mail.get_content() for mail in read_mails] == [
        f"{sentence}\n\n---\nhexmon Notification\nSite: HomeLab\n" for sentence in SAID.values()
    ]
    heard: dict[tuple[str, str], list[str]] = {}
    for one in hooks.asked:
        method, encoding = one.target.split("?")[0].strip("/").split("/")
        assert one.method == method
        heard.setdefault((method, encoding), []).append(said_by(method, encoding, one.target, one.body.decode()))
    assert list(heard) == ENCODINGS
    for sentences in heard.values():
        assert sentences == list(SAID.values())


@pytest.mark.parametrize("sentence", CHANGES.values(), ids=CHANGES)
async def test_what_changed_on_a_device_is_told_at_once_in_its_own_words(sentence: str) -> None:
    async with smtp_server() as server, recording(http_reply("200 OK")) as hooks:
        mail = MAIL | {"smtp_host": "127.0.0.1", "smtp_port": server.port, "use_tls": False}
        hook = HOOK | {"endpoint_url": f"{hooks.url}/", "request_encoding": "JSON"}
        options: dict[str, Any] = {"email_server": mail, "outage_emails": OPS, "outage_webhooks": [hook]}
        lab = SiteLab(a_file(a_monitor("ports", name="sw"), **options))
        lab.report("HomeLab.sw.ports", "green")
        for _ in range(2):
            lab.board.notice("notify", "HomeLab.sw.ports", "hexmon", sentence.encode())
            lab.turn()
        assert await lab.deliver() == [Outcome.SENT] * 4
    assert [mail.read["Subject"] for mail in server.mails] == ["[OUTAGE] HomeLab - Change: sw"] * 2
    assert [mail.read.get_content().partition("\n")[0] for mail in server.mails] == [sentence] * 2
    assert [json.loads(one.body)["message"] for one in hooks.asked] == [sentence] * 2


@pytest.mark.parametrize(
    "reason",
    [
        "port ifIndex=0 00:00:5E:00:53:F7 is down (admin=up)",
        "port ifIndex=0 is up but pinned MAC 00:00:5E:00:53:F7 absent",
        "port ifIndex=0 wrong MAC: expected 00:00:5E:00:53:F7, got 00:00:5E:00:53:01",
        "SNMP failed: timeout",
        "expected content not found: '<b>x</b>'",
        "SSL certificate expired on 2026-01-01 00:00:00",
    ],
)
@pytest.mark.usefixtures("berlin")
async def test_reasons_pass_as_they_are(reason: str) -> None:
    async with recording(http_reply("200 OK")) as hooks:
        hook = HOOK | {"endpoint_url": f"{hooks.url}/", "request_encoding": "JSON"}
        lab = SiteLab(a_file(a_monitor("port", name="sw"), outage_webhooks=[hook]))
        lab.report("HomeLab.sw.port", "red", reason)
        await lab.deliver()
    assert json.loads(hooks.one.body) == {
        "message": f"sw in HomeLab new outage: {reason} (snmp://127.0.0.1) at 1:00 AM CET, down for 0 secs"
    }


# -- heartbeats and parents -------------------------------------------------------------------------------------------


async def test_the_mail_about_a_parent_lists_what_stands_behind_it() -> None:
    async with smtp_server() as server:
        mail = MAIL | {"smtp_host": "127.0.0.1", "smtp_port": server.port, "use_tls": False}
        monitors = (a_monitor(name="gw"), a_monitor("http", name="web", parent_name="gw"))
        lab = SiteLab(a_file(*monitors, email_server=mail, outage_emails=OPS))
        lab.report("HomeLab.gw.conn", "red", "timeout")
        lab.report("HomeLab.web.http", "red", "timeout")
        lab.pass_time(11 * MINUTE)
        assert lab.told() == [f"{kind} HomeLab.gw.conn red -> ops@x.test" for kind in ("alert", "reminder")]
        lab._read = 0
        await lab.deliver()
    reminder = server.mails[1].read.get_content()
    assert "\nThis explains 1 square, for which no messages are sent:\n  red    HomeLab.web:http" in reminder
    assert reminder.endswith("\n\n---\nhexmon Notification\nSite: HomeLab\n")


def inventory_of(*monitors: Any) -> Inventory:
    return site_inventory(read(a_file(*monitors)))


def test_heartbeats_of_monitors_join_the_others() -> None:
    url = "https://127.0.0.1/hb"
    inventory = inventory_of(
        a_monitor(name="a", heartbeat_url=url, heartbeat_every_n_secs=300, check_every_n_secs=10),
        a_monitor(name="b", heartbeat_url=url, check_every_n_secs=10),
        a_monitor(name="c"),
    )
    targets, problems = targets_of(HeartbeatSettings(url="https://127.0.0.1/own"), inventory)
    assert problems == ()
    assert [(one.name, one.every, one.key and one.key.test) for one in targets] == [
        ("hexmon", 60.0, None),
        ("HomeLab.a.conn", 300.0, "conn"),
        ("HomeLab.b.conn", 10.0, "conn"),
    ]
    assert "127.0.0.1" not in repr(targets)


def test_parents_of_monitors_are_relations_of_the_one_graph() -> None:
    inventory = inventory_of(
        a_monitor(name="gw"),
        a_monitor(name="sw", parent_name="gw"),
        a_monitor("http", name="web", parent_name=["gw", "sw"], parents_need="any"),
    )
    topology, problems = build(inventory)
    assert problems == ()
    web = inventory.hosts["HomeLab.web"].monitor
    assert web is not None
    gateway, switch = StatusKey("HomeLab.gw", "conn"), StatusKey("HomeLab.sw", "conn")
    assert topology.relations(web.key) == (Relation((gateway, switch), "any", web.origin),)
    assert topology.relations(switch)[0].parents == (gateway,)
    assert {gateway, switch} <= topology.probed


def test_of_several_parents_one_that_is_not_there_explains_nothing() -> None:
    monitors = [a_monitor(name="gw"), a_monitor(name="a"), a_monitor(name="b")]
    for need, left in (("any", ()), ("all", (StatusKey("HomeLab.gw", "conn"),))):
        family = [*monitors[:2], a_monitor(name="b", parent_name=["gw", "a"], parents_need=need)]
        inventory = inventory_of(*family)
        del inventory.hosts["HomeLab.a"]  # type: ignore[attr-defined]
        del inventory.by_alias["homelab.a"]  # type: ignore[attr-defined]
        found = build(inventory)[0].relations(StatusKey("HomeLab.b", "conn"))
        assert tuple(key for relation in found for key in relation.parents) == left
