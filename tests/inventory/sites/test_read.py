"""From a site file to its monitors and their checks: defaults, lines, secrets, and never an exception."""

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.channels import read_channels
from hexmon.alerts.rules_site import rules_of
from hexmon.inventory.sites import options
from hexmon.inventory.sites.build import link, site_inventory
from hexmon.inventory.sites.read import SiteFile, read_site, read_site_file
from hexmon.model.names import HOST_NAME
from hexmon.model.origin import ConfigError, Origin
from hexmon.model.site import MONITOR_TYPES, EmailServer, Monitor, OutageEmail, OutageWebhook
from hexmon.probes.exchange import ExchangeOptions
from hexmon.probes.http_options import Expectation, HttpOptions
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.snmp.options import SnmpOptions
from tests.support.sites import HOOK, MAIL, a_file, a_monitor, mistakes, read, the_check, the_monitor

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "sites" / "example.yaml"
PAGE = ROOT / "docs" / "sites.md"


def problems_of(text: str, source: str = "sites/home.yaml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_site(text, source)
    return [str(problem) for problem in caught.value.problems]


# -- the example ------------------------------------------------------------------------------------------------------


def test_the_example_that_ships_has_no_mistakes() -> None:
    file = read_site_file(EXAMPLE, {})
    assert file.problems == ()
    assert {monitor.type for monitor in file.site.monitors} == set(MONITOR_TYPES)
    assert [str(check.key) for check in file.checks[:3]] == [
        "HomeLab.switch-port0.port",
        "HomeLab.office-switch.ports",
        "HomeLab.core-switch.ports",
    ]


def test_the_three_mistakes_of_the_original_example_are_told_at_once_with_what_was_meant() -> None:
    text = EXAMPLE.read_text()
    text = re.sub(r"  email_server:\n(?:    .*\n)+?(?=  outage_emails)", "", text)
    text = text.replace("- type: http\n    name: nvr0", "- type: https\n    name: nvr0")
    text = text.replace("notify_every_n_secs: 3600\n    after_every_n_notifications: 5", "notify_every_n_sec: 3600")
    lines = text.splitlines()
    at = {word: next(n for n, line in enumerate(lines, 1) if word in line) for word in ("outage_emails", "type: https")}
    misspelt = lines.index("    notify_every_n_sec: 3600") + 1
    assert problems_of(text) == [
        (
            f"sites/home.yaml:{at['outage_emails']}: site.outage_emails: no mail can be sent without 'email_server'; "
            "write email_server: with smtp_host, smtp_port and from_address"
        ),
        (
            f"sites/home.yaml:{misspelt}: monitors[10] (in3245622): there is no option 'notify_every_n_sec'; "
            "did you mean notify_every_n_secs?"
        ),
        (
            f"sites/home.yaml:{at['type: https']}: monitors[12] (nvr0): type 'https' is not valid; "
            "did you mean type: http?"
        ),
    ]


def test_the_webhook_of_the_original_example_is_taken_with_a_warning() -> None:
    text = EXAMPLE.read_text().replace("request_encoding: URL", "request_encoding: JSON")
    file = read_site(text, "home.yaml")
    assert [problem.message for problem in file.problems] == [
        "site.outage_webhooks[1]: request_prefix looks like a form, but JSON puts it into the text"
    ]


# -- what holds where nothing is said ---------------------------------------------------------------------------------


def test_what_a_site_is_without_a_word() -> None:
    site = read(a_file(name="My lab: 5")).site
    assert (site.name, site.stem, site.folder, site.page, site.source) == (
        "My lab: 5",
        "home",
        "My_lab__5",
        "My_lab__5",
        "home.yaml",
    )
    assert (site.email_server, site.outage_emails, site.outage_webhooks) == (None, (), ())
    assert (site.max_threads, site.max_retries, site.max_try_secs, site.retry_pause) == (None, 3, 20.0, 1.0)
    assert (site.check_every, site.notify_every, site.after_every, site.alarms) == (60.0, 600.0, 1, True)


def test_what_a_monitor_is_without_a_word() -> None:
    assert the_monitor("http") == Monitor(
        site="HomeLab",
        key=read(a_file(a_monitor("http"))).checks[0].key,
        type="http",
        name="web",
        address="http://127.0.0.1/",
        checksum=hashlib.sha256(b'{"address": "http://127.0.0.1/", "name": "web", "type": "http"}').hexdigest(),
        origin=Origin("home.yaml", 1),
    )


def test_mail_and_webhooks_as_they_are_read() -> None:
    nothing = {"email_outages": "bad", "email_recoveries": 0, "email_reminders": None}
    emails = [{"email": "a@x.test"}, {"email": "b@x.test", **nothing}]
    server = MAIL | {"smtp_username": "me", "smtp_password": "p", "smtp_verify": "no"}
    file = read(a_file(email_server=server, outage_emails=emails, outage_webhooks=[HOOK | {"request_suffix": "!"}]))
    assert file.site.email_server == EmailServer(
        smtp_host="smtp.example.com",
        smtp_port=587,
        from_address="a@example.com",
        smtp_username="me",
        smtp_password="p",  # noqa: S106 - an example
        use_tls=True,
        smtp_verify=False,
    )
    assert file.site.outage_emails == (
        OutageEmail(email="a@x.test", line=1),
        OutageEmail(email="b@x.test", outages=False, recoveries=False, reminders=False, line=1),
    )
    assert file.site.outage_webhooks == (
        OutageWebhook(
            endpoint_url="http://127.0.0.1/",
            request_method="POST",
            request_encoding="URL",
            request_suffix="!",
            line=1,
        ),
    )


SITE = {
    "check_every_n_secs": 10,
    "notify_every_n_secs": 3600,
    "after_every_n_notifications": 8,
    "max_retries": 1,
    "max_try_secs": 5,
    "alarms": False,
}


def test_a_monitor_has_what_its_site_says_and_its_own_words_go_first() -> None:
    inherited = the_monitor(site=SITE)
    assert (inherited.check_every, inherited.notify_every, inherited.after_every) == (10.0, 3600.0, 8)
    assert (inherited.max_retries, inherited.max_try_secs, inherited.alarms) == (1, 5.0, False)
    own: dict[str, Any] = {
        "check_every_n_secs": 20,
        "notify_every_n_secs": 60,
        "after_every_n_notifications": 2,
        "max_retries": 9,
        "max_try_secs": 3,
        "alarms": "yes",
        "email": "n",
        "display": 0,
        "heartbeat_url": "https://127.0.0.1/hb",
        "heartbeat_every_n_secs": 300,
    }
    monitor = the_monitor(site=SITE, **own)
    assert (monitor.check_every, monitor.notify_every, monitor.after_every) == (20.0, 60.0, 2)
    assert (monitor.max_retries, monitor.max_try_secs, monitor.alarms) == (9, 3.0, True)
    assert (monitor.email, monitor.display) == (False, False)
    assert (monitor.heartbeat_url, monitor.heartbeat_every) == ("https://127.0.0.1/hb", 300.0)
    assert the_monitor(heartbeat_url="https://127.0.0.1/hb").heartbeat_every is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [(word, True) for word in ("true", "yes", "ok", "1", "good", "positive", "on", "y", "t", " TRUE ", True, 7, -5)]
    + [(word, False) for word in ("false", "no", "fail", "0", "bad", "negative", "off", "n", "f", "oFF", False)],
)
def test_words_for_yes_and_no(written: Any, meant: bool) -> None:
    assert the_monitor(email=False, display_=written).display is meant


def test_plain_words_of_yaml_are_those_words_too() -> None:
    text = "site: {name: a}\nmonitors:\n- {type: ping, name: yes, address: a, display: off, email: ~}\n"
    monitor = read_site(text, "a.yaml").site.monitors[0]
    assert (monitor.name, monitor.display, monitor.email) == ("yes", False, False)


# -- checks -----------------------------------------------------------------------------------------------------------

NO_ERROR = Expectation(what="status", wanted="^[123][0-9][0-9]$")
PLAIN = "Content-Type: text/plain; charset=utf-8"


def http(**words: Any) -> HttpOptions:
    usual: dict[str, Any] = {
        "url": "http://127.0.0.1/",
        "follow": 10,
        "expect": (Expectation(what="status", wanted="^2[0-9][0-9]$"),),
        "check_expiry": True,
    }
    return HttpOptions(**usual | words)


@pytest.mark.parametrize(
    ("kind", "words", "test", "probe", "address", "wanted"),
    [
        pytest.param("ping", {}, "conn", "icmp", "127.0.0.1", IcmpOptions(count=1, retries=0, limit=20.0), id="ping"),
        pytest.param("ping", {"address": "[::1]", "max_try_secs": 3}, "conn", "icmp", "::1",
                     IcmpOptions(count=1, retries=0, limit=3.0), id="ping of an IPv6 address"),
        pytest.param("http", {}, "http", "http", "", http(), id="a page"),
        pytest.param("http", {"expect": "a < b"}, "http", "http", "",
                     http(expect=(NO_ERROR, Expectation(what="text", wanted="a < b"))), id="a page with a text"),
        pytest.param("http", {"send": "é"}, "http", "http", "",
                     http(method="POST", body="é".encode(), headers=(PLAIN,)), id="a POST"),
        pytest.param("http", {"send": "", "content_type": "application/json"}, "http", "http", "",
                     http(method="POST", headers=("Content-Type: application/json",)), id="an empty POST"),
        pytest.param("http", {"ssl_fingerprint": "AB:" * 31 + "AB", "ignore_ssl_expiry": "ok"}, "http", "http", "",
                     http(fingerprint="ab" * 32, check_expiry=False), id="a pinned certificate"),
        pytest.param("quic", {"address": "quic://127.0.0.1:4433/x"}, "quic", "http", "",
                     http(url="https://127.0.0.1:4433/x", version="3"), id="HTTP/3"),
        pytest.param("tcp", {}, "tcp", "exchange", "127.0.0.1", ExchangeOptions(transport="tcp", port=22), id="a port"),
        pytest.param("tcp", {"address": "tcp://[::1]:25", "send": "EHLO x\r\n", "expect": "250"}, "tcp", "exchange",
                     "::1", ExchangeOptions(transport="tcp", port=25, send=b"EHLO x\r\n", expect=b"250"), id="a talk"),
        pytest.param("udp", {"send": "01 02:ff", "content_type": "hex", "expect": "ok"}, "udp", "exchange", "127.0.0.1",
                     ExchangeOptions(transport="udp", port=53, send=b"\x01\x02\xff", expect=b"ok"), id="a datagram"),
        pytest.param("ports", {}, "ports", "snmp", "127.0.0.1", SnmpOptions(kind="ports"), id="a switch"),
        pytest.param("host", {"address": "snmp://sec%72et@[::1]:1161", "version": "1"}, "host", "snmp", "::1",
                     SnmpOptions(kind="host", port=1161, version="1", community="secret"), id="a machine"),
        pytest.param("host", {"address": "snmp://url@127.0.0.1", "community": "own"}, "host", "snmp", "127.0.0.1",
                     SnmpOptions(kind="host", community="own"), id="the option goes before the URL"),
        pytest.param("port", {"port": 0, "mac": "00:00:5e:00:53:0a", "always_up": "y"}, "port", "snmp", "127.0.0.1",
                     SnmpOptions(kind="port", index=0, mac="00:00:5E:00:53:0A", always_up=True), id="an interface"),
        pytest.param("ports", {"vlan_contexts": "yes"}, "ports", "snmp", "127.0.0.1",
                     SnmpOptions(kind="ports", vlan_contexts=True), id="a switch with a table of MACs for each VLAN"),
        pytest.param("ports", {"version": 3, "username": "me", "auth_protocol": "MD5", "auth_password": "a" * 8,
                               "privacy_password": "b" * 8, "context": "c"}, "ports", "snmp", "127.0.0.1",
                     SnmpOptions(kind="ports", version="3", user="me", auth_protocol="MD5", auth_password="a" * 8,
                                 privacy_password="b" * 8, context="c"), id="version 3"),
    ],
)  # fmt: skip
def test_checks(kind: str, words: dict[str, Any], test: str, probe: str, address: str, wanted: Any) -> None:
    check = the_check(kind, **words)
    assert (check.key.host, check.key.test, check.probe, check.address) == ("HomeLab.web", test, probe, address)
    assert check.options == wanted
    assert check.judging.monitor
    assert not check.dns


def test_how_often_and_how_long() -> None:
    file = read(a_file(a_monitor("tcp", address="tcp://db.example.com:5432", max_retries=5), retry_pause_secs=0.25))
    check = file.checks[0]
    assert (check.interval, check.timeout, check.attempts, check.retry_pause) == (60.0, 20.0, 5, 0.25)
    assert (check.address, check.dns) == ("db.example.com", True)


# -- hosts and pages --------------------------------------------------------------------------------------------------


def test_each_monitor_is_a_host_on_the_page_of_its_site() -> None:
    inventory = site_inventory(
        read(a_file(a_monitor(name="Fire Wall"), a_monitor("http", name="b", display=False), name="Ho/me"))
    )
    assert list(inventory.hosts) == ["Ho_me.Fire_Wall", "Ho_me.b"]
    wall, hidden = inventory.hosts.values()
    assert (wall.display_name, wall.page, wall.ip, wall.nodisp, hidden.nodisp) == (
        "Fire Wall", "Ho_me", "127.0.0.1", False, True,
    )  # fmt: skip
    assert wall.monitor == inventory.sites[0].monitors[0]
    assert (hidden.ip, hidden.index) == ("127.0.0.1", 1)
    assert inventory.pages[""].children == ("Ho_me",)
    page = inventory.pages["Ho_me"]
    assert page.title == "Ho/me"
    assert [place.host for place in page.groups[0].hosts] == list(inventory.hosts)
    assert inventory.find("ho_me.fire_wall") == wall
    assert wall.policy.noflap_all, "a monitor that is up again is told, however often that happens"


def test_names_that_would_be_the_same_host_get_one_of_their_own() -> None:
    names = ["a b", "a_b", "A B", "..", "東京", "大阪", "x" * 300]
    file = read(a_file(*(a_monitor(name=name) for name in names), name=".."))
    hosts = [monitor.key.host for monitor in file.site.monitors]
    digest = hashlib.sha256(b"a_b").hexdigest()[:8]
    assert hosts[:2] == ["__.a_b", f"__.a_b-{digest}"]
    assert len({host.lower() for host in hosts}) == len(names)
    assert all(HOST_NAME.match(host) for host in hosts)
    assert file.site.folder == "__"
    again = read(a_file(*(a_monitor(name=name) for name in names), name=".."))
    assert [monitor.key.host for monitor in again.site.monitors] == hosts


# -- lines, JSON, secrets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["sites/a.yaml", "sites/a.json"])
def test_lines(source: str) -> None:
    table = a_file(a_monitor("http", expect=""), 5, outage_emails=[{"email": "nobody"}], colour=1)
    text = json.dumps(table, indent=1)
    lines = text.splitlines()
    at = {word: next(n for n, line in enumerate(lines, 1) if word in line) for word in ("expect", "colour", "nobody")}
    assert problems_of(text, source)[1:4] == [
        f"{source}:{at['nobody']}: site.outage_emails[1]: email: 'nobody' is not an email address",
        f"{source}:{at['colour']}: site: there is no option 'colour'",
        f"{source}:{at['expect']}: monitors[1] (web): expect: must not be empty",
    ]


def test_json_has_what_yaml_has_not() -> None:
    text = '{"site": {"name": "\\ud83d\\ude00 \\/"},\n\t"monitors": [{"type":"ping","name":"a","address":"::1"}]}'
    assert read_site(text, "x.JSON").site.name == "😀 /"


def test_the_checksum_is_that_of_the_original_before_anything_is_put_in() -> None:
    written = a_monitor("http", heartbeat_url="https://127.0.0.1/${WORD}", name="é")
    monitor = read(a_file(written), WORD="abc").site.monitors[0]
    assert monitor.heartbeat_url == "https://127.0.0.1/abc"
    assert monitor.checksum == hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()


def test_secrets_stand_in_files_and_are_shown_nowhere(tmp_path: Path) -> None:
    secrets = {option: f"s3cr3t-{number:05}" for number, option in enumerate(sorted(options.SECRETS))}
    secrets["heartbeat_url"] = "https://127.0.0.1/s3cr3t-heart"
    secrets["endpoint_url"] = "https://127.0.0.1/s3cr3t-hook"
    for option, value in secrets.items():
        (tmp_path / option).write_text(f"{value}\nmore\n")

    def there(*names: str) -> dict[str, str]:
        return {f"{name}_file": name for name in names}

    hook: dict[str, Any] = {**HOOK, **there("endpoint_url", "request_prefix", "request_suffix")}
    del hook["endpoint_url"]
    table = a_file(
        a_monitor("host", name="a", **there("community", "heartbeat_url")),
        a_monitor("host", name="b", version=3, username="me", **there("auth_password", "privacy_password")),
        a_monitor("host", name="c", address="snmp://s3cr3t-url@127.0.0.1"),
        email_server=MAIL | {"smtp_username": "me"} | there("smtp_password"),
        outage_emails=[{"email": "a@x.test"}],
        outage_webhooks=[hook],
    )
    path = tmp_path / "home.json"
    path.write_text(json.dumps(table))
    looked: list[Path] = []
    file = read_site_file(path, {}, on_path=looked.append)
    assert file.site.monitors[0].heartbeat_url == secrets["heartbeat_url"]
    assert file.checks[0].options.community == secrets["community"]
    assert file.checks[1].options.privacy_password == secrets["privacy_password"]
    assert file.checks[2].options.community == "s3cr3t-url"
    assert file.site.email_server is not None
    assert file.site.email_server.smtp_password == secrets["smtp_password"]
    assert file.site.outage_webhooks[0].request_suffix == secrets["request_suffix"]
    assert {path.name for path in looked} == {"home.json", *secrets}
    found = rules_of([file.site])
    channels = read_channels(found.channels, "home.yaml")
    for one in (file, site_inventory(file), found.rules, channels, *file.checks, *file.site.monitors):
        assert "s3cr3t" not in repr(one)


@pytest.mark.parametrize(
    ("options_", "said"),
    [
        pytest.param(
            {"heartbeat_url": "https://127.0.0.1/${NOT_THERE}"},
            ["${NOT_THERE} is not set in the environment"],
            id="a variable that is not set",
        ),
        pytest.param(
            {"heartbeat_url_file": "no-such-file", "heartbeat_every_n_secs": 5},
            ["heartbeat_url_file: no-such-file cannot be read: No such file or directory"],
            id="a file that is not there, and nothing more",
        ),
        pytest.param(
            {"heartbeat_url_file": "x", "heartbeat_url": "http://127.0.0.1/"},
            ["heartbeat_url_file: x cannot be read: No such file or directory",
             "'heartbeat_url_file' and 'heartbeat_url' both say it; take one of them away"],
            id="both",
        ),
        pytest.param(
            {"name_file": "x"},
            ["monitors[1] (web): there is no option 'name_file'; did you mean name?"],
            id="only secrets may be in files",
        ),
        pytest.param(
            {"heartbeat_url": "s3cr3t token"},
            [("monitors[1] (web): heartbeat_url: is not a valid URL with scheme and host; "
             "write http:// or https:// and a host")],
            id="a secret that is wrong",
        ),
    ],
)  # fmt: skip
def test_mistakes_about_secrets(options_: dict[str, Any], said: list[str]) -> None:
    assert mistakes(a_file(a_monitor(**options_))) == said


# -- parents ----------------------------------------------------------------------------------------------------------


def family(*monitors: tuple[str, Any], **site: Any) -> dict[str, Any]:
    return a_file(*(a_monitor(name=name, parent_name=parents) for name, parents in monitors), **site)


def parents_of(file: SiteFile) -> dict[str, list[str]]:
    return {one.name: [key.host for key in one.parents] for one in file.site.monitors}


def test_parents_are_one_or_several_and_may_come_later() -> None:
    file = read(family(("a", "c"), ("b", ["a", "HomeLab/c", "a"]), ("c", None), ("d/e", None), ("f", "d/e")))
    assert parents_of(file) == {
        "a": ["HomeLab.c"],
        "b": ["HomeLab.a", "HomeLab.c"],
        "c": [],
        "d/e": [],
        "f": ["HomeLab.d_e"],
    }
    need = read(a_file(a_monitor(name="a"), a_monitor(name="b", parent_name="a", parents_need="any")))
    assert [monitor.need for monitor in need.site.monitors] == ["all", "any"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(family(("gateway", None), ("b", "gatewayy")),
                     ["monitors[2] (b): parent_name: there is no monitor 'gatewayy'; did you mean 'gateway'?"],
                     id="a name that nobody has"),
        pytest.param(family(("gateway", None), ("b", "HomeLab/gatewy")),
                     ["monitors[2] (b): parent_name: there is no monitor 'gatewy'; did you mean 'gateway'?"],
                     id="the same with the name of the site"),
        pytest.param(family(("a", "a")),
                     [("monitors[1] (a): parent_name: 'a' cannot stand behind itself: a -> a is a circle; "
                      "take one of these relations away")], id="itself"),
        pytest.param(family(("a", "b"), ("b", "c"), ("c", ["d", "a"]), ("d", None)),
                     [("monitors[3] (c): parent_name: 'a' cannot stand behind itself: a -> b -> c -> a is a circle; "
                      "take one of these relations away")], id="a circle is named"),
        pytest.param(family(("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")),
                     [("monitors[2] (b): parent_name: 'a' cannot stand behind itself: a -> b -> a is a circle; "
                      "take one of these relations away"),
                      ("monitors[4] (d): parent_name: 'c' cannot stand behind itself: c -> d -> c is a circle; "
                      "take one of these relations away")], id="every circle"),
        pytest.param(family(("a", 5)), ["monitors[1] (a): parent_name: a name or a list of names is needed, not '5'"],
                     id="no name"),
        pytest.param(a_file(a_monitor(parents_need="any")),
                     ["monitors[1] (web): parents_need is only valid with parent_name"], id="need without parents"),
        pytest.param(a_file(a_monitor(name="a", parent_name="b"), a_monitor("http", name="b")),
                     [("monitors[1] (a): parent_name: ping (layer 3) does not depend on http (layer 7): "
                      "'b' may fail while 'a' works")], id="a lower layer on a higher one, a warning"),
        pytest.param(a_file(a_monitor("http", name="a", parent_name=["b", "c"]), a_monitor(name="b"),
                            a_monitor("host", name="c")), [], id="a higher layer on a lower one"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_parents(table: Any, said: list[str]) -> None:
    assert mistakes(table) == said


def test_a_warning_is_not_fatal() -> None:
    file = read(a_file(a_monitor(name="a", parent_name="b"), a_monitor("tcp", name="b")))
    assert [problem.fatal for problem in file.problems] == [False]
    assert parents_of(file)["a"] == ["HomeLab.b"]


def test_parents_in_other_sites() -> None:
    one = read(family(("a", "Other Lab/x"), ("b", None)), "one.yaml")
    other = read(family(("x", None), ("y", ["HomeLab/b", "x"]), name="Other Lab"), "other.yaml")
    linked, problems = link([one, other])
    assert problems == ()
    assert [parents_of(file) for file in linked] == [
        {"a": ["Other_Lab.x"], "b": []},
        {"x": [], "y": ["Other_Lab.x", "HomeLab.b"]},
    ]


@pytest.mark.parametrize(
    ("foreign", "said"),
    [
        ("Othr Lab/x", "one.yaml:1: parent_name: there is no site 'Othr Lab'; did you mean 'Other Lab'?"),
        ("Other Lab/xx", "one.yaml:1: parent_name: there is no monitor 'xx' in Other Lab"),
        ("Other Lab/back", ("one.yaml:1: parent_name: 'Other Lab/back' cannot be a parent: "
         "Other_Lab.back.conn -> HomeLab.a.conn -> Other_Lab.back.conn is a circle; take one of these relations away")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("need", ["all", "any"])
def test_what_is_wrong_between_sites(foreign: str, said: str, need: str) -> None:
    monitors = [a_monitor(name="a", parent_name=["b", foreign], parents_need=need), a_monitor(name="b")]
    one = read(a_file(*monitors), "one.yaml")
    back = family(("x", None), ("back", "HomeLab/a" if "back" in foreign else None), name="Other Lab")
    linked, problems = link([read(back, "other.yaml"), one])
    assert [str(problem) for problem in problems] == [said]
    # Where any of them suffices, one that is left out would let the others explain more.
    assert parents_of(linked[1])["a"] == (["HomeLab.b"] if need == "all" else [])


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("HomeLab", "b.yaml", "b.yaml: site.name: a.yaml is called 'HomeLab', too; give one of them another name"),
        ("homelab", "b.yaml", ("b.yaml: site.name: 'homelab' has the same folder as 'HomeLab' of a.yaml: homelab; "
         "give one of them another name")),
        ("Other", "x/A.yml", ("x/A.yml: the files of its graphs would be those of a.yaml, which is called alike; "
         "give one of them another name")),
    ],
)  # fmt: skip
def test_sites_that_are_called_alike(name: str, source: str, said: str) -> None:
    linked, problems = link([read(a_file(), "a.yaml"), read(a_file(name=name), source)])
    assert [str(problem) for problem in problems] == [said]
    assert [file.site.source for file in linked] == ["a.yaml"]


# -- the page, and anything at all ------------------------------------------------------------------------------------


def rows_of_the_page() -> dict[str, list[list[str]]]:
    """By the option: the cells of each row of a table that begins with it."""
    rows: dict[str, list[list[str]]] = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            for option in re.findall(r"`([a-z_]+)`", cells[0]):
                rows.setdefault(option, []).append(cells[1:])
    return rows


TABLES = {
    name: getattr(options, name) for name in ("SITE", "EMAIL_SERVER", "OUTAGE_EMAIL", "OUTAGE_WEBHOOK", "MONITOR")
}


@pytest.mark.parametrize("table", TABLES)
def test_the_page_has_every_option_with_its_default(table: str) -> None:
    rows = rows_of_the_page()
    for name, option in TABLES[table].items():
        usual = "needed" if option.needed else option.usual
        assert name in rows, name
        assert any(cells[0].replace("`", "") == usual for cells in rows[name]), (name, usual, rows[name])


def test_the_page_has_no_other_options() -> None:
    known = {name for table in TABLES.values() for name in table}
    assert rows_of_the_page().keys() - known == set()


def test_the_page_names_the_types_that_an_option_is_for() -> None:
    rows = rows_of_the_page()
    for name, option in options.MONITOR.items():
        if option.types != options.EVERY:
            told = {word for cells in rows[name] for word in re.findall(r"[a-z]+", cells[1])}
            assert option.types <= told, (name, option.types, rows[name])


WORDS = [*options.MONITOR, *options.SITE, *options.EMAIL_SERVER, *options.OUTAGE_WEBHOOK, *options.OUTAGE_EMAIL]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [*MONITOR_TYPES, "snmp", "GET", "JSON", "hex", "3", "${X}", "a/b", "snmp://a@[::1]:1", "http://a"]
    )
)
KEYS = st.sampled_from([*WORDS, "site", "monitors", "community_file", "x-y"]) | st.text(max_size=6)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


def tables(words: Any) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from([*words]) | KEYS, VALUES, max_size=6)


MONITORS = st.builds(lambda kind, more: a_monitor(kind) | more, st.sampled_from(MONITOR_TYPES), tables(options.MONITOR))


@given(
    VALUES
    | st.fixed_dictionaries(
        {"site": tables(options.SITE) | VALUES, "monitors": st.lists(MONITORS | VALUES, max_size=3)}
    ),
    st.sampled_from(["a.yaml", "a.json"]),
)
def test_whatever_is_written_is_a_site_or_its_mistakes(value: Any, source: str) -> None:
    try:
        file = read_site(json.dumps(value), source, {"X": "x"}, Path("/nowhere"))
    except ConfigError as error:
        problems = error.problems
    else:
        whole_life(file)
        problems = file.problems
    assert all(str(problem) for problem in problems)


NAMES = st.text(min_size=1, max_size=8)


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=2)), min_size=1, max_size=5), NAMES)
def test_whatever_things_are_called(monitors: list[tuple[str, list[str]]], site: str) -> None:
    table = a_file(*(a_monitor("http", name=name, parent_name=parents) for name, parents in monitors), name=site)
    with suppress(ConfigError):
        whole_life(read_site(json.dumps(table), "a.json"))


def whole_life(file: SiteFile) -> None:
    """A file that is accepted is of use to all that come after."""
    (linked,), _ = link([file])
    inventory = site_inventory(linked)
    assert len(inventory.hosts) == len(inventory.by_alias) == len(linked.site.monitors)
    assert all(HOST_NAME.match(name) for name in inventory.hosts)
    read_channels(rules_of([linked.site]).channels, "a.yaml")


@given(st.text(max_size=200))
def test_whatever_text_stands_in_a_file(text: str) -> None:
    for source in ("a.yaml", "a.json"):
        with pytest.raises(ConfigError):
            read_site(text, source)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file or directory"):
        read_site_file(tmp_path / "none.yaml", source="none.yaml")
