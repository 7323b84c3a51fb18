"""alerts.yaml: what each word becomes, every mistake at once, and never an exception."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.channels import unknown_channels
from hexmon.alerts.heartbeat import CheckHeartbeat
from hexmon.alerts.paced import NO_REMINDERS, USUAL, site_pacing
from hexmon.alerts.pacing import delay
from hexmon.alerts.recipients import way_to
from hexmon.alerts.rules import Bezier, Constant, Format, Method, Recipient, Rule
from hexmon.alerts.rules_yaml import AlertsFile, load, read_rules
from hexmon.alerts.topology import Parent
from hexmon.alerts.yaml_shapes import (
    AlertsShape,
    Curve,
    Match,
    OverrideShape,
    ParentShape,
    Rotation,
    RuleShape,
    Tell,
    ThresholdShape,
)
from hexmon.config.decode import known_keys
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin

EXAMPLE = Path(__file__).parents[2] / "examples" / "alerts.yaml"
PAGE = Path(__file__).parents[2] / "docs" / "alerts.yaml.md"
KEY = StatusKey("web1", "http")
PEOPLE = "people: {anna: {mail: anna@x, sms: 45, script: 46}, bo: {mail: bo@x, sms: 47}}\n"


def good(text: str) -> AlertsFile:
    file = read_rules(text)
    assert file.problems == ()
    assert file.book.problems == ()
    return file


def rule(text: str) -> Rule:
    """The one rule with these lines, and a recipient where they have none."""
    whole = text if "tell" in text else f"{text}\ntell: ops@x"
    lines = "\n".join(f"    {line}" for line in whole.strip().splitlines())
    (one,) = good(f"zone: UTC\nrules:\n  -\n{lines}\n").book.rules
    return one


def told(text: str, before: str = PEOPLE) -> tuple[Recipient, ...]:
    """Whom one item of tell names."""
    (one,) = good(f"{before}rules:\n- tell: {text}\n").book.rules
    return one.recipients


def mistakes(text: str) -> list[str]:
    file = read_rules(text)
    assert file.book.problems == file.problems
    return [str(problem) for problem in file.problems]


@pytest.mark.parametrize(
    ("text", "name", "meant", "not_meant"),
    [
        pytest.param("hosts: web1", "hosts", ["web1", "WEB1"], ["web2"], id="one name"),
        pytest.param("hosts: 'web1,web2'", "hosts", ["web1", "web2"], ["web3"], id="a list in a text"),
        pytest.param("hosts: [web1, web2]", "hosts", ["web1", "web2"], ["web3"], id="a list"),
        pytest.param("hosts: '*'", "hosts", ["web1"], [], id="a star means all"),
        pytest.param("hosts: '!web1'", "hosts", ["web2"], ["web1"], id="all but one"),
        pytest.param("hosts: 'web*'", "hosts", ["web", "web12"], ["theweb"], id="a glob"),
        pytest.param("hosts: 'web?'", "hosts", ["web1"], ["web", "web12"], id="a glob for one letter"),
        pytest.param("hosts: ['w.b*', db]", "hosts", ["w.b1", "db"], ["web1", "db1"], id="globs and names"),
        pytest.param("hosts: '%^web[0-9]{1,2}$'", "hosts", ["web12"], ["web123"], id="an expression with a comma"),
        pytest.param("hosts: ['%^a', '%b$', c]", "hosts", ["ax", "xb", "c"], ["xa", "cc"], id="several expressions"),
        pytest.param("ex_hosts: 'web*'", "ex_hosts", ["web1"], ["db"], id="what is left out"),
        pytest.param("hosts: 10", "hosts", ["10"], ["1"], id="a name that is a number"),
        pytest.param("tests: [http, conn]", "tests", ["http"], ["cpu"], id="tests"),
        pytest.param("pages: 'a/*'", "pages", ["a/b"], ["a"], id="pages"),
        pytest.param("classes: linux", "classes", ["linux"], ["bsd"], id="classes"),
        pytest.param("groups: dba", "groups", ["dba"], ["net"], id="groups"),
        pytest.param("display_groups: Shops", "groups_shown", ["shops"], ["net"], id="display groups"),
        pytest.param("ex_display_groups: Shops", "ex_groups_shown", ["shops"], ["net"], id="and those left out"),
    ],
)
def test_names(text: str, name: str, meant: list[str], not_meant: list[str]) -> None:
    names = getattr(rule(f"match: {{{text}}}").criteria, name)
    assert all(map(names.match, meant))
    assert not any(map(names.match, not_meant))


def test_exceptions_among_patterns_are_left_out() -> None:
    criteria = rule("match: {hosts: ['web*', '!web3', '!%5$'], ex_hosts: web4}").criteria
    assert criteria.hosts is not None
    assert criteria.ex_hosts is not None
    wanted = [
        name
        for name in ("web1", "web3", "web4", "web5", "web15", "db1")
        if criteria.hosts.match(name) and not criteria.ex_hosts.match(name)
    ]
    assert wanted == ["web1"]


@pytest.mark.parametrize(
    ("text", "colors"),
    [
        pytest.param("red", {Color.RED}, id="one"),
        pytest.param("[Red, yellow]", {Color.RED, Color.YELLOW}, id="two, in any case"),
        pytest.param("'!yellow'", set(Color) - {Color.YELLOW}, id="all but one"),
        pytest.param("[red, purple, '!purple']", {Color.RED}, id="both"),
    ],
)
def test_colors(text: str, colors: set[Color]) -> None:
    assert rule(f"match: {{colors: {text}}}").criteria.colors == frozenset(colors)


def test_ages_and_times() -> None:
    criteria = rule(
        "for: 5m\nlonger: 1h\nshorter: 2h\nmatch: {times: weekdays 08:00-18:00, ex_times: 12:00-13:00}"
    ).criteria
    assert (criteria.holding, criteria.longer, criteria.shorter) == (300.0, 3600.0, 7200.0)
    noon = datetime(2026, 1, 5, 12, 30, tzinfo=ZoneInfo("UTC"))
    for times in (criteria.times, criteria.ex_times):
        assert times is not None
        assert times.spec is not None
        assert times.spec.covers(noon)


def test_what_nobody_says_fits_people() -> None:
    (recipient,) = rule("name: x").recipients
    assert recipient.pacing == USUAL
    assert recipient.criteria.recovered is True
    assert recipient.criteria.notice is False
    assert (recipient.threshold, recipient.recover_after, recipient.after) == (1, 1, 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ops@x", [("MAIL", "mail", "", "ops@x")], id="an address alone"),
        pytest.param("slack", [("CHANNEL", "slack", "", "")], id="a channel alone"),
        pytest.param(
            "bo", [("CHANNEL", "sms", "", "47"), ("MAIL", "mail", "", "bo@x")], id="a person alone: every address"
        ),
        pytest.param("{mail: [a@x, bo]}", [("MAIL", "mail", "", "a@x"), ("MAIL", "mail", "", "bo@x")], id="mail"),
        pytest.param("{channel: mail, to: a@x}", [("MAIL", "mail", "", "a@x")], id="mail as a channel"),
        pytest.param(
            "{channel: sms, to: [bo, 99]}", [("CHANNEL", "sms", "", "47"), ("CHANNEL", "sms", "", "99")], id="to"
        ),
        pytest.param("{channel: ops}", [("CHANNEL", "ops", "", "")], id="whoever the channel is for"),
        pytest.param("{script: /bin/sms, to: anna}", [("SCRIPT", "script", "/bin/sms", "46")], id="a script"),
        pytest.param("{script: /bin/x}", [("SCRIPT", "script", "/bin/x", "")], id="a script for nobody"),
        pytest.param("{mail: '&host&@x'}", [("MAIL", "mail", "", "web1@x")], id="the host in an address"),
        pytest.param("[a@x, {channel: ops}]", [("MAIL", "mail", "", "a@x"), ("CHANNEL", "ops", "", "")], id="several"),
    ],
)
def test_who_is_told(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    ways = [way_to(recipient, KEY, Color.RED, 0.0) for recipient in told(text)]
    assert sorted((way.method, way.channel, way.program, way.address) for way in ways) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "pacing"),
    [
        pytest.param("every: 30m", Constant(1800.0), id="a constant gap"),
        pytest.param("every: 90", Constant(90.0), id="a plain number is seconds"),
        pytest.param("every: never", NO_REMINDERS, id="once"),
        pytest.param("pacing: {plateau: 2h, ramp: 6}", Bezier(7200.0, 6), id="a curve"),
        pytest.param("pacing: {}", Bezier(3600.0, 8), id="the usual curve"),
    ],
)
def test_how_often(text: str, pacing: Any) -> None:
    assert rule(text).recipients[0].pacing == pacing
    assert told(f"{{mail: a@x, {text}}}")[0].pacing == pacing


def test_what_somebody_does_not_say_is_taken_from_the_rule() -> None:
    text = "threshold: 3\nrecover_after: 2\nrecovered: false\nnotice: true\nquiet: 22:00-07:00\nevery: 1h\n"
    plain, own = rule(
        text
        + "tell:\n- a@x\n- {mail: b@x, threshold: 1, recover_after: 1, recovered: true, notice: false, quiet: none,"
        " every: 2h}"
    ).recipients
    assert (plain.threshold, plain.recover_after, plain.pacing) == (3, 2, Constant(3600.0))
    assert (plain.criteria.recovered, plain.criteria.notice) == (False, True)
    assert plain.quiet is not None
    assert (own.threshold, own.recover_after, own.pacing, own.quiet) == (1, 1, Constant(7200.0), None)
    assert (own.criteria.recovered, own.criteria.notice) == (True, False)


def test_the_rest_of_somebody() -> None:
    (recipient,) = told(
        "{mail: a@x, format: sms, after: 15m, stop: true, unmatched: true, match: {colors: red, tests: http}, for: 1m}"
    )
    assert recipient.format is Format.SMS
    assert (recipient.after, recipient.stop, recipient.unmatched) == (900.0, True, True)
    assert recipient.criteria.colors == frozenset({Color.RED})
    assert recipient.criteria.holding == 60.0


def test_a_script_is_told_as_scripts_are() -> None:
    assert told("{script: /x, to: a}")[0].format is Format.SCRIPT
    assert told("{mail: a@x}")[0].format is Format.TEXT


def test_quiet_times_for_everybody_hold_where_somebody_is() -> None:
    tell = "[a@x, {mail: b@x, zone: Asia/Tokyo}, {mail: c@x, quiet: none}]"
    text = f"zone: UTC\nquiet: 22:00-07:00\nrules:\n- tell: {tell}\n"
    here, there, never = good(text).book.rules[0].recipients
    evening = datetime(2026, 1, 5, 23, tzinfo=ZoneInfo("UTC"))
    assert here.quiet is not None
    assert here.quiet.spec is not None
    assert here.quiet.spec.covers(evening)
    assert there.quiet is not None
    assert there.quiet.spec is not None
    assert not there.quiet.spec.covers(evening)
    assert never.quiet is None


def test_stop_and_ignore_end_the_walk() -> None:
    stops, ignores = good("rules:\n- {stop: true, tell: a@x}\n- {ignore: true}\n").book.rules
    assert [recipient.method for recipient in stops.recipients] == [Method.MAIL, Method.IGNORE]
    assert [recipient.method for recipient in ignores.recipients] == [Method.IGNORE]


def test_who_is_on_call() -> None:
    text = (
        PEOPLE + "zone: Europe/Copenhagen\nrotations:\n  ops:\n    members: [anna, bo]\n    begins: 2026-01-05 08:00\n"
        "    overrides: [{from: 2026-01-07, to: 2026-01-08, member: bo}]\nrules:\n"
        "- tell: [{on_call: ops}, {channel: sms, on_call: ops}, {script: /x, on_call: other}]\n"
    ).replace("rules:", "  other: {members: [1, 2], begins: 2026-01-05, every: 1d, zone: UTC}\nrules:")
    zone = ZoneInfo("Europe/Copenhagen")

    def addresses(moment: str) -> list[str]:
        now = datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp()
        return [way_to(one, KEY, Color.RED, now).address for one in good(text).book.rules[0].recipients]

    assert addresses("2026-01-05 12:00") == ["anna@x", "45", "1"]
    assert addresses("2026-01-06 12:00") == ["anna@x", "45", "2"]
    assert addresses("2026-01-07 12:00") == ["bo@x", "47", "1"]
    assert addresses("2026-01-12 08:00") == ["bo@x", "47", "2"]


def test_where_rules_and_recipients_stand() -> None:
    text = "rules:\n- name: first\n  tell:\n  - a@x\n  - {mail: b@x}\n\n- tell: c@x\n"
    first, second = good(text).book.rules
    assert (first.origin, first.line, first.text) == (Origin("alerts.yaml", 2), 2, "first")
    assert [(one.line, one.text) for one in first.recipients] == [(4, "mail a@x"), (5, "mail b@x")]
    assert (second.line, second.text, second.recipients[0].line) == (7, "rule 2", 7)


def test_parents_and_heartbeats() -> None:
    file = good(
        "parents:\n- {child: 'web*', parents: [s1, s2], need: any}\n- {child: [a, b.http], parents: '%^core'}\n"
        "heartbeats:\n- {host: web1, test: http, url: 'https://x.test/', every: 5m}\n"
    )
    assert file.parents == (
        Parent(child="web*", parents=("s1", "s2"), need="any", origin=Origin("alerts.yaml", 2)),
        Parent(child="a,b.http", parents=("%^core",), origin=Origin("alerts.yaml", 3)),
    )
    assert file.heartbeats == (CheckHeartbeat(host="web1", test="http", url="https://x.test/", every=300.0),)


def test_thresholds_are_rules_with_a_channel_of_their_own() -> None:
    file = good(
        "thresholds:\n- {host: web1, test: http, threshold: 3, url: 'https://x.test/{HOST}'}\n"
        "- {host: web1, threshold: 2, channel: ops}\n- {host: web1, test: http, url: 'https://x.test/b'}\n"
    )
    first, second, third = file.book.rules
    (recipient,) = first.recipients
    assert (recipient.threshold, recipient.recover_after, recipient.pacing) == (3, 3, NO_REMINDERS)
    assert recipient.criteria.recovered is True
    assert first.criteria.colors == frozenset({Color.RED})
    assert first.criteria.hosts is not None
    assert first.criteria.hosts.match("WEB1")
    assert second.criteria.tests is None
    assert [one.recipients[0].channel for one in (first, second, third)] == [
        "threshold.web1.http",
        "ops",
        "threshold.web1.http.2",
    ]
    assert file.channels == {
        "threshold.web1.http": {"type": "url", "url": "https://x.test/{HOST}"},
        "threshold.web1.http.2": {"type": "url", "url": "https://x.test/b"},
    }
    assert "x.test" not in repr(file.book)


def test_secrets_come_from_files_and_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("https://x.test/geheim\n")
    path = tmp_path / "alerts.yaml"
    path.write_text(
        "thresholds:\n- {host: a, url_file: secret}\nheartbeats:\n- {host: a, test: b, url: 'https://x.test/${TOKEN}'}\n"
        "- {host: a, test: b, url: '${NONE}'}\n"
    )
    seen: list[Path] = []
    file = load(path, {"TOKEN": "abc"}, on_path=seen.append)
    assert file.channels["threshold.a"]["url"] == "https://x.test/geheim"
    assert file.heartbeats[0].url == "https://x.test/abc"
    assert seen == [path, tmp_path / "secret"]
    assert [str(problem) for problem in file.problems] == [
        "alerts.yaml:5: ${NONE} is not set in the environment",
        "alerts.yaml:5: heartbeats[2].url: is not a URL that begins with http:// or https:// and names a host",
    ]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    assert [str(one) for one in load(tmp_path / "none.yaml").problems] == [
        "none.yaml: cannot be read: No such file or directory"
    ]


def test_keys_that_begin_with_x_hold_what_anchors_name() -> None:
    (one,) = good("x-night: &night {mail: a@x, every: never}\nrules:\n- tell: {<<: *night, mail: b@x}\n").book.rules
    assert one.recipients[0].address == "b@x"
    assert one.recipients[0].pacing == NO_REMINDERS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("rulez: []", ["1: rulez: unknown setting; did you mean rules?"], id="a misspelt part"),
        pytest.param("- a\n", ["1: lines KEY: VALUE are needed"], id="a list instead of a table"),
        pytest.param(
            "rules:\n- four: 5m\n  tell: {channels: x}\n",
            [
                "3: rules[1].tell.channels: unknown setting; did you mean channel?",
                "2: rules[1].four: unknown setting; did you mean for?",
            ],
            id="misspelt words of a rule",
        ),
        pytest.param(
            "rules:\n- match: {hots: a, colors: [rde], hosts: []}\n  tell: a@x\n",
            [
                ("2: rules[1].match.hosts: an empty list means nothing; leave it out, or write what is meant"),
                "2: rules[1].match.colors[1]: 'rde' is not a colour; did you mean red?",
                "2: rules[1].match.hots: unknown setting; did you mean hosts?",
            ],
            id="wrong filters",
        ),
        pytest.param(
            "rules:\n- match: {hosts: '%(', tests: 'a,%(b', ex_pages: '!x'}\n  tell: a@x\n",
            [
                "2: rules[1].match.hosts: '(' is not a regular expression: missing ) at position 1",
                "2: rules[1].match.tests: '(?:^a$)|(?:(b)' is not a regular expression: missing ) at position 14",
                "2: rules[1].match.pages: what is left out has no exceptions; take the ! away",
            ],
            id="expressions that are none",
        ),
        pytest.param(
            "rules:\n- tell: {mail: a@x, every: 1x, quiet: night, zone: Mars}\n  for: soon\n  threshold: 0\n",
            [
                '3: rules[1].for: \'soon\' is not a duration such as "60s", "30m", "2h" or "1d"',
                "4: rules[1].threshold: must be above 0",
                (
                    "2: rules[1].tell.quiet: 'night' is not a time such as \"weekdays 08:00-18:00\", "
                    '"sat-sun 22:00-07:00", "20:00-06:00" or "W:0800:1800"'
                ),
                "2: rules[1].tell.zone: 'Mars' is not a time zone such as Europe/Copenhagen",
                '2: rules[1].tell.every: \'1x\' is not a duration such as "60s", "30m", "2h" or "1d"',
            ],
            id="values that cannot be read",
        ),
        pytest.param(
            "rules:\n- tell: {mail: a@x, every: 0}\n",
            ['2: rules[1].tell.every: must be above 0; "never" means no reminders'],
            id="reminders without a pause",
        ),
        pytest.param(
            PEOPLE
            + "rules:\n- tell: [{to: x}, {mail: a, channel: b}, {mail: a, to: b}, {channel: mail}, {mail: annna}]\n",
            [
                "3: rules[1].tell[1]: it is not said how; write mail:, script:, channel: or person:",
                "3: rules[1].tell[2]: 'mail' and 'channel' are two ways; write two items of tell",
                "3: rules[1].tell[3]: 'mail' names the address already; write channel: mail, or take the other away",
                "3: rules[1].tell[4]: mail needs an address; write mail: ADDRESS, or to: ADDRESS",
                "3: rules[1].tell[5]: nobody is called 'annna'; did you mean anna?",
            ],
            id="unclear whom",
        ),
        pytest.param(
            PEOPLE
            + "rules:\n- tell: [{channel: script}, {channel: fax, to: bo}, {mail: a@x, format: SNS}, {on_call: ops}]\n",
            [
                "3: rules[1].tell[1]: which script?; write script: PROGRAM",
                "3: rules[1].tell[2]: bo has no address for fax; add one: people: bo: fax: ADDRESS",
                "3: rules[1].tell[3].format: there is no format 'SNS'; did you mean sms?",
                "3: rules[1].tell[4].on_call: there is no rotation 'ops'",
            ],
            id="nowhere to send it",
        ),
        pytest.param(
            "people: {cy: {}}\nrules:\n- tell: [cy, {person: dora, to: x}]\n",
            [
                "3: rules[1].tell[1]: cy has no address; add one: people: cy: mail: ADDRESS",
                "3: rules[1].tell[2]: a person has addresses already; take to: and on_call: away",
            ],
            id="persons without an address, and with two",
        ),
        pytest.param(
            PEOPLE + "rules:\n- tell: anna\n",
            ["3: rules[1].tell[1]: a script is not told by the name of a person; write script: PROGRAM"],
            id="a person with a number for scripts",
        ),
        pytest.param(
            "rules:\n- {}\n- {ignore: true, tell: a@x}\n- {tell: {mail: a@x, every: 1h, pacing: {}}}\n",
            [
                "2: rules[1]: it tells nobody; write tell:, or ignore: true",
                "3: rules[2]: 'ignore' and 'tell' contradict each other; take one of them away",
                "4: rules[3].tell[1]: 'every' and 'pacing' both say how often; take one of them away",
            ],
            id="rules that make no sense",
        ),
        pytest.param(
            "rotations:\n  a: {members: [x], begins: 2026-01-01}\n  b: {members: [], begins: x, zone: UTC}\n",
            [
                ("3: rotations.b.members: an empty list means nothing; leave it out, or write what is meant"),
            ],
            id="a rotation of nobody",
        ),
        pytest.param(
            "rotations:\n  a: {members: [x], begins: 2026-01-01}\n"
            "  b: {members: x, begins: 2026-13-01, zone: UTC}\n  c: {members: x, begins: 1800-01-01, zone: UTC}\n"
            "  d: {members: x, begins: 2026-03-29 02:30, zone: Europe/Copenhagen}\n"
            "  e: {members: x, begins: 2026-01-01, zone: UTC, every: 5m}\n"
            "  f: {members: x, begins: 2026-01-01, zone: UTC, "
            "overrides: [{from: 2026-02-02, to: 2026-01-02, member: y}]}\n"
            "  g: {members: anna, begins: 2026-01-01, zone: UTC, "
            "overrides: [{from: 2026-01-02, to: 2026-01-03, member: annna}]}\n",
            [
                "2: rotations.a: a time zone is needed; write zone: here, or at the top of the file for everything",
                "3: rotations.b.begins: '2026-13-01' is not a moment such as 2026-01-05 08:00",
                "4: rotations.c.begins: '1800-01-01' is not in our time",
                (
                    "5: rotations.d.begins: '2026-03-29 02:30' does not exist in Europe/Copenhagen: "
                    "clocks are moved over it"
                ),
                "6: rotations.e.every: a turn lasts from an hour to a year",
                "7: rotations.f.overrides[1].to: this ends before it begins",
                "8: rotations.g.overrides[1].member: nobody is called 'annna'; did you mean anna?",
            ],
            id="rotations that cannot be",
        ),
        pytest.param(
            "thresholds:\n- {host: a}\n- {host: 'a*', channel: x}\n- {host: a, url: x, threshold: 0, foo: 1}\n",
            [
                "4: thresholds[3].threshold: must be above 0",
                "4: thresholds[3].url: is not a URL that begins with http:// or https:// and names a host",
                "4: thresholds[3].foo: unknown setting",
            ],
            id="thresholds with wrong values",
        ),
        pytest.param(
            "thresholds:\n- {host: a}\n- {host: 'a*', channel: x}\n- {host: a, channel: x, url: 'http://x/'}\n",
            [
                "2: thresholds[1]: either url or channel is needed",
                "3: thresholds[2].host: a threshold is that of one host; write its name",
                "4: thresholds[3]: either url or channel is needed",
            ],
            id="thresholds that make no sense",
        ),
        pytest.param(
            "parents:\n- {child: a, parents: b, need: bth}\nheartbeats:\n- {hots: a, test: b, url: x}\n",
            [
                "2: parents[1].need: 'bth' is not one of 'any' or 'all'",
                "4: heartbeats[1].host: is needed and missing",
                "4: heartbeats[1].hots: unknown setting; did you mean host?",
            ],
            id="parents and heartbeats",
        ),
    ],
)
def test_every_mistake_is_told(text: str, said: list[str]) -> None:
    assert mistakes(text) == [f"alerts.yaml:{one}" for one in said]


def test_a_rule_with_a_mistake_leaves_the_others() -> None:
    file = read_rules("rules:\n- {}\n- tell: a@x\n")
    assert [one.line for one in file.book.rules] == [3]
    assert len(file.problems) == 1


def test_no_mistake_repeats_a_secret() -> None:
    said = "\n".join(
        mistakes("thresholds:\n- {host: a, url: 'ftp://geheim'}\nheartbeats:\n- {host: a, url: [geheim]}\n")
    )
    assert "geheim" not in said


def test_a_channel_that_nobody_configured_is_told() -> None:
    book = good("rules:\n- tell: [slak, slack, fax, a@x]\n").book
    assert [str(one) for one in unknown_channels(book, ("mail", "slack"))] == [
        "alerts.yaml:2: there is no channel 'slak'; did you mean slack?",
        "alerts.yaml:2: there is no channel 'fax'; add [channels.fax] to hexmon.toml",
    ]


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        pytest.param((3600, 8), [843.75, 1575.0, 2193.75, 2700.0, 3093.75, 3375.0, 3543.75, 3600.0, 3600.0], id="ramp"),
        pytest.param((43200, 6), [13200.0, 24000.0, 32400.0, 38400.0, 42000.0, 43200.0, 43200.0], id="half a day"),
        pytest.param((3600, 1), [3600.0, 3600.0], id="constant"),
        pytest.param((), [600.0, 600.0], id="what sites have when they say nothing"),
    ],
)
def test_the_words_of_sites(words: tuple[int, ...], gaps: list[float]) -> None:
    pacing = site_pacing(*words)
    assert [delay(pacing, sent) for sent in range(1, len(gaps) + 1)] == pytest.approx(gaps)


def test_the_example_that_ships_is_right() -> None:
    file = load(EXAMPLE, {})
    assert file.problems == ()
    assert len(file.book.rules) == 4
    assert file.parents


def _examples() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", _examples())
def test_every_example_of_the_page_is_right(text: str) -> None:
    good(text)


def test_the_page_names_every_word() -> None:
    page = PAGE.read_text()
    for shape in (RuleShape, Tell, Match, Curve, Rotation, OverrideShape, ParentShape, ThresholdShape, AlertsShape):
        for name in known_keys(shape, ()):
            assert f"`{name}`" in page or f"{name}:" in page, name


_SCALARS = (
    *("a", "a@x", "red", "'!red'", "'*'", "'%('", "'%a'", "5m", "-1", "0", "1.5", "true", "~", "[]", "{}", "UTC", "1w"),
    *("2026-01-05", "9999-12-31", "0001-01-01", "'W:0800:1800'", "'20:00-06:00'", '"\\0"', "http://x/", "never"),
)
_WORDS = st.sampled_from(_SCALARS)


def _keys(kind: type) -> st.SearchStrategy[str]:
    return st.sampled_from([*known_keys(kind, ()), "other"])


def _table(kind: type, values: st.SearchStrategy[str] = _WORDS) -> st.SearchStrategy[str]:
    inside = st.dictionaries(_keys(kind), values, max_size=5)
    return inside.map(lambda found: "{" + ", ".join(f"{key}: {value}" for key, value in found.items()) + "}")


def _list(kind: type, values: st.SearchStrategy[str] = _WORDS) -> st.SearchStrategy[str]:
    return st.lists(_table(kind, values), max_size=3).map(lambda found: f"[{', '.join(found)}]")


_VALUES = st.one_of(_WORDS, st.lists(_WORDS, max_size=3).map(lambda found: f"[{', '.join(found)}]"))
_RULES = _list(
    RuleShape, st.one_of(_VALUES, _table(Tell, st.one_of(_VALUES, _table(Match, _VALUES))), _list(Tell, _VALUES))
)
_ROTATIONS = st.dictionaries(_WORDS, _table(Rotation, st.one_of(_VALUES, _list(OverrideShape))), max_size=2).map(
    lambda found: "{" + ", ".join(f"{key}: {value}" for key, value in found.items()) + "}"
)


@given(
    st.one_of(_WORDS, _RULES),
    st.one_of(_WORDS, _ROTATIONS),
    st.one_of(_WORDS, _list(ThresholdShape)),
    st.one_of(_WORDS, _list(ParentShape), _list(CheckHeartbeat)),
    _WORDS,
)
def test_any_file_is_rules_or_mistakes(rules: str, rotations: str, thresholds: str, others: str, word: str) -> None:
    text = (
        f"rules: {rules}\nrotations: {rotations}\nthresholds: {thresholds}\nparents: {others}\nheartbeats: {others}\n"
        f"zone: {word}\nquiet: {word}\npeople: {{a: {word}}}\n"
    )
    _holds(read_rules(text))
    _holds(read_rules(f"rules: {rules}\nrotations: {rotations}\nthresholds: {thresholds}\nzone: UTC\n"))


_TELLS = st.fixed_dictionaries(
    {},
    optional={
        "mail": st.sampled_from(["a@x", "anna", "[bo, a@x]"]),
        "script": st.sampled_from(["/x", "'/x y'"]),
        "channel": st.sampled_from(["mail", "sms", "script", "ops"]),
        "person": st.sampled_from(["anna", "bo", "ops"]),
        "to": st.sampled_from(["a", "anna", "[bo, x]", "45"]),
        "on_call": st.sampled_from(["ops", "opsss"]),
        "format": st.sampled_from(["sms", "SITE", "smss"]),
        "after": st.sampled_from(["0", "5m"]),
        "every": st.sampled_from(["never", "1h"]),
        "pacing": st.sampled_from(["{}", "{ramp: 1}"]),
        "quiet": st.sampled_from(["none", "20:00-06:00", "'*:2200:0700'"]),
        "zone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        "match": st.sampled_from(["{hosts: 'a*'}", "{colors: red, times: weekdays 08:00-09:00}", "{tests: '%('}"]),
        "unmatched": st.sampled_from(["true", "false"]),
    },
).map(lambda found: "{" + ", ".join(f"{key}: {value}" for key, value in found.items()) + "}")


@given(st.lists(_TELLS, max_size=3), st.booleans(), st.sampled_from(["2026-01-05 08:00", "2026-03-29 02:30", "soon"]))
def test_any_rule_is_one_or_a_mistake(tells: list[str], ignore: bool, begins: str) -> None:
    file = read_rules(
        f"{PEOPLE}zone: Europe/Copenhagen\nrotations: {{ops: {{members: [anna, bo], begins: {begins}}}}}\n"
        f"rules: [{{tell: [{', '.join(tells)}], ignore: {str(ignore).lower()}}}]\n"
    )
    _holds(file)
    assert bool(file.book.rules) or file.problems


@given(st.text())
def test_any_text_is_rules_or_mistakes(text: str) -> None:
    _holds(read_rules(text))


def _holds(file: AlertsFile) -> None:
    for one in (recipient for rule in file.book.rules for recipient in rule.recipients):
        way_to(one, KEY, Color.RED, 1.8e9)
    assert all(problem.message for problem in file.problems)
