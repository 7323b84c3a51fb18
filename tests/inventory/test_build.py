"""From hosts.cfg to the inventory: policies, checks, names."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.inventory.policies import NO_POLICY, Defaults
from hexmon.model.inventory import BadTest, HostPolicy
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Judging
from hexmon.model.origin import Origin
from hexmon.probes import PROBES
from hexmon.probes.http_options import HttpOptions
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.none import NoneOptions
from hexmon.probes.protocols import built_in_services
from hexmon.probes.tcp import TcpOptions
from tests.support.hosts_files import hosts_file
from tests.support.inventory import SERVICES, a_file, a_host_with, an_inventory_of, the_host


def the_check(tags: str) -> Check:
    """The only check of a host that is not pinged."""
    [check] = a_host_with(f"noconn {tags}").checks
    return check


def described(text: str) -> list[tuple[str, str]]:
    return [(check.key.test, check.probe) for check in the_host(text).checks]


def test_every_host_is_pinged() -> None:
    assert a_host_with("").checks == (
        Check(
            key=StatusKey("www", "conn"),
            probe="icmp",
            address="www",
            options=IcmpOptions(),
            spec="conn",
            dns=True,
            fallback="127.0.0.1",
            origin=Origin("hosts.cfg", 1),
        ),
    )


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param("ssh smtp", [("conn", "icmp"), ("ssh", "tcp"), ("smtp", "tcp")], id="tests as written"),
        pytest.param("ssh conn", [("conn", "icmp"), ("ssh", "tcp")], id="the ping comes first"),
        pytest.param("noconn ssh", [("ssh", "tcp")], id="noconn"),
        pytest.param("noping", [("conn", "none")], id="noping"),
        pytest.param("noconn noping", [], id="noconn before noping"),
        pytest.param("noconn http://a/ https://b/", [("http", "http"), ("http", "http")], id="URLs share a square"),
        pytest.param("noconn ssh ssh", [("ssh", "tcp")], id="the same tag twice is one test"),
        pytest.param("noconn smtp smtp:2525", [("smtp", "tcp"), ("smtp", "tcp")], id="two ports share a square"),
        pytest.param("noconn portless", [], id="a service whose port nobody knows"),
        pytest.param("noconn portless:9", [("portless", "tcp")], id="and with its port"),
        pytest.param("noconn cont;http://a/;x", [("http", "http")], id="the page of a content check"),
        pytest.param(
            "noconn dig ntp:1123 rpc=nfs", [("dns", "dns"), ("ntp", "ntp"), ("rpc", "rpc")], id="other network tests"
        ),
        pytest.param("noconn devmon oracle", [], id="tags without effect"),
    ],
)
def test_which_checks_a_host_has(tags: str, expected: list[tuple[str, str]]) -> None:
    assert described(f"127.0.0.1 www # {tags}") == expected


def test_every_check_is_of_a_known_probe_with_its_options() -> None:
    tests = "ssh http://a/ ldap://a/ exec=x;check_x dns ntp rpc"
    checks = a_host_with(tests).checks + a_host_with("noping").checks
    others = {"dialogue", "exchange", "snmp"}  # of /probe and of YAML sites
    assert {check.probe for check in checks} == set(PROBES) - others
    assert all(isinstance(check.options, PROBES[check.probe].options) for check in checks)


@pytest.mark.parametrize(
    ("line", "address", "dns", "fallback"),
    [
        pytest.param("127.0.0.1 www # ssh", "www", True, "127.0.0.1", id="the name, else the address"),
        pytest.param("127.0.0.1 www # ssh testip", "127.0.0.1", False, "", id="testip: the address"),
        pytest.param("0.0.0.0 www # ssh testip", "www", True, "", id="without an address always the name"),
        pytest.param("::1 www # ssh testip", "::1", False, "", id="IPv6"),
        pytest.param(":: www # ssh", "www", True, "", id="no IPv6 address"),
    ],
)
def test_where_a_check_goes(line: str, address: str, dns: bool, fallback: str) -> None:
    for check in the_host(line).checks:
        assert (check.address, check.dns, check.fallback) == (address, dns, fallback)


def test_a_name_that_is_an_address_is_not_looked_up() -> None:
    [check] = the_host("0.0.0.0 127.0.0.5", name="127.0.0.5").checks
    assert (check.address, check.dns) == ("127.0.0.5", False)


def test_ping_settings_of_all_conn_tags_together() -> None:
    [check] = a_host_with("?conn conn=127.0.0.2 conn=worst,127.0.0.3").checks
    assert check.options == IcmpOptions(addresses=("127.0.0.2", "127.0.0.3"), mode="worst")
    assert check.judging == Judging(dialup=True)
    assert check.spec == "?conn conn=127.0.0.2 conn=worst,127.0.0.3"


def test_noping_says_so() -> None:
    [check] = a_host_with("noping").checks
    assert check.options == NoneOptions()


def test_a_service() -> None:
    check = the_check("?smtp:2525:s@127.0.0.9")
    options = TcpOptions(service=SERVICES["smtp"], port=2525, silent=True, source="127.0.0.9")
    assert (check.key, check.options) == (StatusKey("www", "smtp"), options)
    assert (check.spec, check.judging) == ("?smtp:2525:s@127.0.0.9", Judging(dialup=True))


@pytest.mark.parametrize(
    ("tag", "starttls"),
    [("smtp:tls", "smtp"), ("smtp", ""), ("pop-3:tls:s", "pop3"), ("imap:1143:tls", "imap")],
)
def test_the_way_to_tls(tag: str, starttls: str) -> None:
    check = the_check(tag)
    assert (check.key.test, check.options.starttls) == (tag.partition(":")[0], starttls)


STARTTLS_HINT = "write in protocols.cfg, for this service: options starttls=PROTOCOL"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("ldaps:tls", "'ldaps:tls' is not tested: ldaps speaks TLS from the start; write: ldaps"),
        (
            "telnet:tls",
            "'telnet:tls' is not tested: nobody knows the STARTTLS of telnet; " + STARTTLS_HINT,
        ),
    ],
)
def test_services_without_a_way_to_tls_are_not_tested(tag: str, message: str) -> None:
    inventory = build_inventory(a_file(f"127.0.0.1 www # noconn {tag}"), built_in_services())
    assert inventory.hosts["www"].checks == ()
    assert [str(problem) for problem in inventory.problems] == [f"hosts.cfg:1: {message}"]


def test_a_url() -> None:
    check = the_check('https10c://u:p@a:8443=127.0.0.7/b browser="A B" httphdr=X-A:b nosni')
    assert check.options == HttpOptions(
        url="https://u:p@a:8443/b",
        connect_to="127.0.0.7",
        version="1.0",
        tls="1.2",
        user_agent="A B",
        headers=("X-A:b",),
        sni=False,
    )
    assert check.address == ""


def test_names_are_sent_to_servers_unless_told_otherwise() -> None:
    assert the_check("https://a/").options.sni is True


@pytest.mark.parametrize(
    ("tags", "defaults", "checked"),
    [
        pytest.param("", Defaults(), True, id="without a place all are ours"),
        pytest.param("NET:dmz", Defaults(), True, id="also those of a place"),
        pytest.param("NET:dmz", Defaults(location="dmz"), True, id="the hosts of our place"),
        pytest.param("NET:lan", Defaults(location="dmz"), False, id="not those of another"),
        pytest.param("NET:DMZ", Defaults(location="dmz"), False, id="case counts"),
        pytest.param("", Defaults(location="dmz"), False, id="not those of none"),
        pytest.param("", Defaults(location="dmz", test_untagged=True), True, id="unless told so"),
        pytest.param("NET:lan", Defaults(location="dmz", test_untagged=True), False, id="but still not another's"),
    ],
)
def test_which_hosts_this_prober_tests(tags: str, defaults: Defaults, checked: bool) -> None:
    host = the_host(f"127.0.0.1 www # {tags}", defaults=defaults)
    assert bool(host.checks) == checked


def test_intervals_and_timeouts_come_from_the_settings() -> None:
    [check] = the_host("127.0.0.1 www", defaults=Defaults(interval=7.0, timeout=3.0)).checks
    assert (check.interval, check.timeout) == (7.0, 3.0)


@pytest.mark.parametrize(
    ("tags", "policy"),
    [
        pytest.param("ssh NAME:x", NO_POLICY, id="nothing said"),
        pytest.param("noclear dialup multihomed", HostPolicy(noclear=True, dialup=True, multihomed=True), id="flags"),
        pytest.param("noflap", HostPolicy(noflap_all=True), id="noflap"),
        pytest.param("noflap=cpu", HostPolicy(noflap=frozenset({"cpu"})), id="noflap of some"),
        pytest.param(
            "delayred=a:1 delayyellow=b:2", HostPolicy(delay_red={"a": 60}, delay_yellow={"b": 120}), id="delays"
        ),
        pytest.param(
            "pulldata=127.0.0.9:81", HostPolicy(pulldata=True, pull_ip="127.0.0.9", pull_port=81), id="from there"
        ),
        pytest.param("pulldata=:0x", HostPolicy(pulldata=True), id="pulldata from where nobody understands"),
        pytest.param("pulldata holidays=dk", HostPolicy(pulldata=True, holidays="dk"), id="pulldata, holidays"),
        pytest.param(
            "badssh:1:2:3 badhttp:0:1:2", HostPolicy(bad=(BadTest("ssh", 1, 2, 3), BadTest("http", 0, 1, 2))), id="bad"
        ),
        pytest.param("route:a,b", HostPolicy(route=("a", "b")), id="a route"),
        pytest.param(
            "depends=(ssh:gw/conn)", HostPolicy(depends=(("ssh", (StatusKey("gw", "conn"),)),)), id="a dependency"
        ),
        pytest.param("DOWNTIME=nonsense", NO_POLICY, id="what is not understood"),
    ],
)
def test_policies(tags: str, policy: HostPolicy) -> None:
    assert a_host_with(tags).policy == policy


def test_the_route_of_our_place_goes_before_the_general_one() -> None:
    text = "127.0.0.1 www # route:a route_dmz:b NET:dmz"
    assert the_host(text).policy.route == ("a",)
    assert the_host(text, defaults=Defaults(location="dmz")).policy.route == ("b",)
    assert the_host(text, defaults=Defaults(location="lan")).policy.route == ("a",)


def test_defaults_hold_where_the_host_says_nothing() -> None:
    host = the_host("""\
        0.0.0.0 .default. # noclear NAME:theirs COMMENT:both CLIENT:alias ssh nonongreen
        127.0.0.1 www # NAME:own
        """)
    assert (host.display_name, host.comment, host.nonongreen, host.policy.noclear) == ("own", "both", True, True)
    assert host.tags == ("NAME:own",)
    assert [check.key.test for check in host.checks] == ["conn"]
    assert host.aliases == ()


def test_what_a_host_shows() -> None:
    host = the_host("""\
        page USA United States
        group <b>Web</b>
        127.0.0.1 www # NAME:"The web" COMMENT:c DESCR:router:core CLASS:k NOCOLUMNS:disk,cpu CLIENT:a CLIENT:b nodisp
        page other
        127.0.0.1 www
        """)
    assert (host.page, host.all_pages, host.group) == ("USA", ("USA", "other"), "Web")
    assert (host.display_name, host.comment, host.description, host.host_class) == ("The web", "c", "router:core", "k")
    assert (host.nocolumns, host.aliases, host.nodisp) == (frozenset({"disk", "cpu"}), ("a", "b"), True)


@pytest.mark.parametrize("tag", ["nonongreen", "nobb2", "NoNonGreen"])
def test_the_old_word_for_nonongreen(tag: str) -> None:
    assert a_host_with(tag).nonongreen


def test_the_times_in_which_a_host_exists() -> None:
    host = a_host_with("NOTBEFORE:202601010000 NOTAFTER:202601020000")
    assert host.not_before is not None
    assert host.not_after == host.not_before + 86400


def test_hosts_are_found_by_name_and_alias_in_any_case() -> None:
    inventory = an_inventory_of(
        "127.0.0.1 WWW.Example.com # CLIENT:Web\n127.0.0.2 db # CLIENT:web CLIENT:www.example.com"
    )
    assert {word: inventory.by_alias.get(word) for word in ("www.example.com", "web", "db")} == {
        "www.example.com": "WWW.Example.com",
        "web": "WWW.Example.com",
        "db": "db",
    }
    assert inventory.find("WEB") is inventory.hosts["WWW.Example.com"]
    assert [str(problem) for problem in inventory.problems] == [
        "hosts.cfg:2: CLIENT:web has no effect: it is an alias of 'WWW.Example.com' too",
        "hosts.cfg:2: CLIENT:www.example.com has no effect: it is a host of its own",
    ]


def test_an_alias_never_hides_a_host_that_is_defined_later() -> None:
    inventory = an_inventory_of("127.0.0.1 a # CLIENT:b\n127.0.0.2 b")
    assert inventory.by_alias == {"a": "a", "b": "b"}


def test_hosts_that_only_one_tool_sees() -> None:
    lines = [Line("127.0.0.1 shown # ssh", Origin("d", 1), "display"), Line("127.0.0.1 both # ssh", Origin("h", 1))]
    lines += [Line("127.0.0.1 both # ftp", Origin("d", 2), "display"), Line("127.0.0.1 tested", Origin("n", 1), "net")]
    hosts = build_inventory(read_hosts(lines), SERVICES).hosts
    assert {name: [check.key.test for check in host.checks] for name, host in hosts.items()} == {
        "shown": [],
        "both": ["conn", "ssh"],
        "tested": ["conn"],
    }
    assert {name for name, host in hosts.items() if host.nodisp} == {"tested"}


def test_tests_on_a_line_of_a_host_that_does_not_count_are_told() -> None:
    inventory = an_inventory_of("""\
        127.0.0.1 www # ssh smtp
        page other
        127.0.0.1 www # ssh ftp imap COMMENT:x
        127.0.0.1 www # prefer ssh
        """)
    assert [(problem.origin.line, problem.message) for problem in inventory.problems] == [
        (1, "'smtp': no effect here, 'www' is tested as hosts.cfg:4 says"),
        (3, "'ftp', 'imap': no effect here, 'www' is tested as hosts.cfg:4 says"),
    ]


def test_lines_that_only_place_a_host_on_more_pages_are_fine() -> None:
    text = "127.0.0.1 www # ssh\npage other\n127.0.0.1 www\n127.0.0.1 www # ssh nodisp"
    assert an_inventory_of(text).problems == ()


def test_an_unchanged_line_gives_equal_checks() -> None:
    text = "127.0.0.1 www # ssh http://a/ conn=127.0.0.3 DOWNTIME=*:0000:0100"
    first, second = a_host_with(text), a_host_with(text)
    assert first == second
    assert first.checks[0].identity == second.checks[0].identity
    assert msgspec.structs.asdict(first)["checks"] == second.checks


@given(seed=st.integers(0, 50), data=st.data())
@settings(max_examples=150)
def test_a_damaged_file_is_understood_or_reported(seed: int, data: st.DataObject) -> None:
    text = hosts_file(seed, 25)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:place] + data.draw(st.text('"#:,=()/@ \n\t\\9a\u00fc\u0663\0', max_size=4)) + text[place + cut :]
    inventory = an_inventory_of(text)
    assert all(not problem.fatal for problem in inventory.problems)
    for host in inventory.hosts.values():
        assert inventory.find(host.name) is host
        assert {check.key.host for check in host.checks} <= {host.name}
    listed = {place.host for page in inventory.pages.values() for group in page.groups for place in group.hosts}
    assert listed <= set(inventory.hosts)


@pytest.mark.parametrize(
    "line",
    [
        "127.0.0.1 www # " + "a" * 200_000,
        "127.0.0.1 www # smtp:" + "9" * 10_000,
        "127.0.0.1 www # sslbits=" + "9" * 10_000 + " delayred=cpu:" + "9" * 10_000 + " badftp:1:2:" + "9" * 10_000,
        "127.0.0.1 www # http://" + "@" * 100_000 + "[/",
        "127.0.0.1 www # DOWNTIME=" + "a," * 50_000,
        "127.0.0.1 www # cont;http://a/;" + r"\x4" * 50_000 + " post;http://a/;" + r"\." * 50_000 + ";x",
        "127.0.0.1 www # web;http://a/" + ";bodyx" * 20_000 + ";json=$" + "[" * 50_000,
        "127.0.0.1 www # http://a" + "/http://a" * 30_000 + " soap;http://a/;(content-type=" * 20_000,
        ":" * 200_000,
        "127.0.0.1 " + "#" * 100_000,
        "group " + "<" * 200_000,
    ],
    ids=range(11),
)
@pytest.mark.timeout(10)
def test_absurd_lines_cost_no_more_than_their_length(line: str) -> None:
    assert an_inventory_of(line).problems is not None
