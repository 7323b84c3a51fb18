"""Every rule of a site file: what it lets pass, and in which words it refuses."""

from typing import Any

import pytest

from tests.support.sites import HOOK, MAIL, a_file, a_monitor, mistakes, read

PIN = "AB:" * 31 + "AB"
SNMP = ("ports", "port", "host")
M = "monitors[1] (web): "


def row(good: Any, bad: Any, *said: str, id: str) -> Any:  # noqa: A002 - pytest's word
    return pytest.param(good, bad, list(said), id=id)


def one(kind: str = "ping", **options: Any) -> dict[str, Any]:
    return a_file(a_monitor(kind, **options))


RULES = [
    row(
        a_file(a_monitor(), a_monitor(name="db")),
        a_file(a_monitor(), a_monitor()),
        "monitors[2] (web): the name 'web' is not unique; it stands on line 1 already",
        id="158 names are unique",
    ),
    row(
        one(check_every_n_secs=60, notify_every_n_secs=60),
        one(check_every_n_secs=60, notify_every_n_secs=59),
        f"{M}notify_every_n_secs (59) is less than check_every_n_secs (60)",
        id="159 reminders are not more frequent than checks",
    ),
    row(
        one(heartbeat_url="http://127.0.0.1/", heartbeat_every_n_secs=5),
        one(heartbeat_every_n_secs=5),
        f"{M}heartbeat_every_n_secs is only valid with heartbeat_url",
        id="160 an interval of heartbeats needs a URL",
    ),
    row(
        one("http", expect="ok", ssl_fingerprint=PIN, ignore_ssl_expiry="yes"),
        one(expect="ok", ssl_fingerprint=PIN, ignore_ssl_expiry="yes"),
        f"{M}'expect' is not valid for type ping; it is for http, quic, tcp and udp",
        f"{M}'ssl_fingerprint' is not valid for type ping; it is for http and quic",
        f"{M}'ignore_ssl_expiry' is not valid for type ping; it is for http and quic",
        id="161 expect and ssl_ are for pages",
    ),
    row(
        one("http", expect=" "), one("http", expect=""), f"{M}expect: must not be empty", id="162 expect says something"
    ),
    row(
        one("http", address="https://[::1]:8443/x?y=z"),
        one("http", address="http:///x", heartbeat_url="127.0.0.1/x"),
        f"{M}heartbeat_url: is not a valid URL with scheme and host; write http:// or https:// and a host",
        f"{M}address: 'http:///x' is not a valid URL with scheme and host",
        id="163 URLs have scheme and host",
    ),
    row(
        one("quic", ssl_fingerprint="ab" * 32),
        one("quic", ssl_fingerprint="ab"),
        f"{M}ssl_fingerprint: a SHA-256 has 64 hexadecimal digits, this has 2",
        id="164 a fingerprint has 64 digits",
    ),
    row(
        one("quic", ssl_fingerprint="AB " * 32),
        one("quic", ssl_fingerprint="xy" * 32),
        f"{M}ssl_fingerprint: must be hexadecimal digits, with or without colons",
        id="164 a fingerprint is hexadecimal",
    ),
    row(
        one(notify_every_n_secs=60, after_every_n_notifications=5),
        one(after_every_n_notifications=5),
        f"{M}after_every_n_notifications is only valid with notify_every_n_secs; "
        "write notify_every_n_secs of this monitor, too",
        id="165 a ramp needs its plateau",
    ),
    row(
        a_file(email_server=MAIL, outage_emails=[{"email": "a.b_c%d+e-f@x-y.example.com"}]),
        a_file(email_server=MAIL | {"from_address": "hexmon"}, outage_emails=[{"email": "a@b"}]),
        "site.outage_emails[1]: email: 'a@b' is not an email address",
        "site.email_server: from_address: 'hexmon' is not an email address",
        id="166 addresses of mail",
    ),
    row(
        a_file(email_server=MAIL, outage_emails=[{"email": "a@example.com"}]),
        a_file(outage_emails=[{"email": "a@example.com"}]),
        "site.outage_emails: no mail can be sent without 'email_server'; "
        "write email_server: with smtp_host, smtp_port and from_address",
        id="167 mail needs a server",
    ),
    row(
        a_file(email_server=MAIL),
        a_file(email_server={}),
        "site.email_server: 'smtp_host' is needed and missing",
        "site.email_server: 'smtp_port' is needed and missing",
        "site.email_server: 'from_address' is needed and missing",
        id="168 what a mail server needs",
    ),
    row(
        a_file(email_server=MAIL | {"smtp_username": "me", "smtp_password": "x"}),
        a_file(email_server=MAIL | {"smtp_username": 5, "smtp_password": 12345}),
        "site.email_server: smtp_username: a text is needed, not 5; put it in quotes",
        "site.email_server: smtp_password: a text is needed; put it in quotes",
        id="169 a login is optional",
    ),
    row(
        a_file(email_server=MAIL, outage_emails=[{"email": "a@x.test", "email_outages": "No", "email_reminders": 1}]),
        a_file(email_server=MAIL, outage_emails=[{"email": "a@x.test", "email_recoveries": "perhaps"}]),
        "site.outage_emails[1]: email_recoveries: 'perhaps' is neither yes nor no; write true or false",
        id="170 the wishes of an address",
    ),
    row(
        one(email="off"), one(email=[]), f"{M}email: a list is neither yes nor no; write true or false", id="171 email"
    ),
    row(
        one("tcp", address="tcp://127.0.0.1:22"),
        one("tcp", address="ssh://127.0.0.1:22"),
        f"{M}address: 'ssh://127.0.0.1:22' begins with ssh://; tcp:// is needed; write tcp://127.0.0.1:22",
        id="172 tcp://",
    ),
    row(
        one("udp", address="udp://[::1]:53"),
        one("udp", address="127.0.0.1:53"),
        f"{M}address: '127.0.0.1:53' has no scheme; udp:// is needed; write udp://127.0.0.1:53",
        id="172 udp://",
    ),
    row(
        one("tcp", address="tcp://db.example.com:3306/"),
        one("tcp", address="tcp://db.example.com"),
        f"{M}address: 'tcp://db.example.com' names no port; write tcp://db.example.com:PORT",
        id="173 a socket has a port",
    ),
    row(
        one("udp", address="udp://a.test:65535"),
        one("udp", address="udp://:53"),
        f"{M}address: 'udp://:53' names no host",
        id="173 a socket has a host",
    ),
    row(
        one("udp", send="x"),
        one("udp", send=None),
        f"{M}send is needed for type udp: nothing is known without an answer to it",
        id="174 udp sends",
    ),
    row(
        one("tcp", send="x", content_type="text"),
        one("tcp", content_type="text"),
        f"{M}content_type is only valid with send",
        id="175 content_type needs send",
    ),
    row(
        one("http", send="x", content_type="text/css"),
        one("http", content_type="text/css"),
        f"{M}content_type is only valid with send",
        id="175 content_type needs send, of pages too",
    ),
    row(
        one("tcp", send="eA==", content_type="base64"),
        one("tcp", send="x", content_type="text/plain"),
        f"{M}content_type: 'text/plain' is none of text, hex, base64",
        id="176 content_type of sockets",
    ),
    row(
        one("http", send="x", content_type="application/x-www-form-urlencoded; charset=utf-8"),
        one("http", send="x", content_type="text/plain\r\nX-Evil: yes"),
        f"{M}content_type: 'text/plain??X-Evil: yes' cannot stand in a header line",
        id="176 content_type of pages is a header",
    ),
    row(
        one("tcp", expect="SSH"),
        one("tcp", ssl_fingerprint=PIN, ignore_ssl_expiry=True),
        f"{M}'ssl_fingerprint' is not valid for type tcp; it is for http and quic",
        f"{M}'ignore_ssl_expiry' is not valid for type tcp; it is for http and quic",
        id="177 no ssl_ of sockets",
    ),
    *(
        row(
            one(kind, address="snmp://[::1]:1161"),
            one(kind, address="127.0.0.1"),
            f"{M}address: '127.0.0.1' has no scheme; snmp:// is needed; write snmp://127.0.0.1",
            id=f"{number} snmp:// of {kind}",
        )
        for number, kind in zip((178, 183, 188), SNMP, strict=True)
    ),
    row(
        one("host", community="private"),
        one("host", community=""),
        f"{M}community: must not be empty",
        id="179 a community says something",
    ),
    *(
        row(
            one(kind),
            one(kind, expect="x", ssl_fingerprint=PIN, ignore_ssl_expiry=True, send="x", content_type="text"),
            f"{M}'expect' is not valid for type {kind}; it is for http, quic, tcp and udp",
            f"{M}'send' is not valid for type {kind}; it is for http, quic, tcp and udp",
            f"{M}'content_type' is not valid for type {kind}; it is for http, quic, tcp and udp",
            f"{M}'ssl_fingerprint' is not valid for type {kind}; it is for http and quic",
            f"{M}'ignore_ssl_expiry' is not valid for type {kind}; it is for http and quic",
            id=f"{number} what {kind} forbids",
        )
        for number, kind in zip((180, 186, 189), SNMP, strict=True)
    ),
    *(
        row(
            one(kind, heartbeat_url="https://127.0.0.1/hb", heartbeat_every_n_secs=60),
            one(kind, heartbeat_url="https://127.0.0.1/hb", heartbeat_every_n_secs=0),
            f"{M}heartbeat_every_n_secs: a whole number of at least 1 is needed, not '0'",
            id=f"{number} {kind} has heartbeats",
        )
        for number, kind in zip((181, 187, 190), SNMP, strict=True)
    ),
    row(
        one("ports", percentile=99),
        one("ports", percentile=100),
        f"{M}percentile: a whole number from 1 to 99 is needed, not '100'",
        id="182 percentile of ports",
    ),
    row(
        one("port", percentile=1),
        one("port", percentile=0),
        f"{M}percentile: a whole number from 1 to 99 is needed, not '0'",
        id="182 percentile of port",
    ),
    row(
        one("ports", percentile=95),
        one("host", percentile=95),
        f"{M}'percentile' is not valid for type host; it is for ports and port",
        id="182 no percentile of others",
    ),
    row(
        one("port", port=0, mac="00:00:5e:00:53:ff"),
        one("port", port=None, mac=None),
        f"{M}'port' is needed for type port; it is the ifIndex of the interface",
        f"{M}'mac' is needed for type port; write mac: XX:XX:XX:XX:XX:XX",
        id="184 what port needs",
    ),
    row(
        one("port", port=2**31 - 1),
        one("port", port=-1, mac="00-00-5E-00-53-01"),
        f"{M}port: a whole number from 0 to 2147483647 is needed, not '-1'",
        f"{M}mac: '00-00-5E-00-53-01' is not a valid MAC address; did you mean 00:00:5E:00:53:01?",
        id="184 what they are like",
    ),
    row(
        one("port", always_up="positive"),
        one("port", always_up="ja"),
        f"{M}always_up: 'ja' is neither yes nor no; write true or false",
        id="185 always_up",
    ),
    row(
        one("ports"),
        one("snmp", address="snmp://127.0.0.1"),
        f"{M}type 'snmp' is not valid. Did you mean type: ports?",
        id="191 snmp is no more",
    ),
    row(
        a_file(*(a_monitor(kind, name=kind, display="no") for kind in ("ping", "http", "quic", "tcp", "udp", *SNMP))),
        one(display="hidden"),
        f"{M}display: 'hidden' is neither yes nor no; write true or false",
        id="192 display",
    ),
    row(
        a_file(a_monitor(alarms=0), alarms="off"),
        a_file(a_monitor(alarms="muted"), alarms="never"),
        "site: alarms: 'never' is neither yes nor no; write true or false",
        f"{M}alarms: 'muted' is neither yes nor no; write true or false",
        id="193 alarms",
    ),
    row(
        one(address="fe80::1%eth0"),
        one(address="999.1.1.1"),
        f"{M}address: '999.1.1.1' is not an IPv4 address; each of its four numbers is from 0 to 255",
        id="194 an IPv4 address",
    ),
    row(
        one(address="[2001:db8::1]"),
        one(address="2001:db8:::1"),
        f"{M}address: '2001:db8:::1' is not an IPv6 address",
        id="194 an IPv6 address",
    ),
    row(
        one(address="a-1.example.com."),
        one(address="-a.example.com"),
        f"{M}address: '-a.example.com' is neither a host's name nor an IP address",
        id="194 a name",
    ),
    row(
        one(address="a" * 63),
        one(address="http://www.example.com/x"),
        f"{M}address: 'http://www.example.com/x': a ping goes to a host, not to a URL; write www.example.com",
        id="194 no URL",
    ),
    row(
        one("ports", address="snmp://switch.example.com"),
        one("ports", address="snmp://switch_/x y"),
        f"{M}address: 'snmp://switch_/x y': nothing may stand behind the host and its port",
        id="195 a name",
    ),
    row(
        one("ports", address="snmp://192.0.2.1:65535"),
        one("ports", address="snmp://192.0.2.1:65536"),
        f"{M}address: 'snmp://192.0.2.1:65536': '65536' is not a port from 1 to 65535",
        id="195 a port",
    ),
    row(
        one("ports", address="snmp://[::1]"),
        one("ports", address="snmp://::1"),
        f"{M}address: '::1': an IPv6 address stands in brackets; write [ADDRESS]:PORT",
        id="195 an IPv6 address",
    ),
]


@pytest.mark.parametrize(("good", "bad", "said"), RULES)
def test_rules(good: Any, bad: Any, said: list[str]) -> None:
    assert read(good).problems == ()
    assert mistakes(bad) == said


FURTHER = [
    row(one(), {"site": 5}, "'monitors' is needed and missing", "site: lines KEY: VALUE are needed, not '5'",
        id="61 a site is a table"),
    row(one(), {"monitors": {}, "site": {}}, "site: 'name' is needed and missing",
        "monitors: a list is needed: lines that begin with -, not a table", id="a list of monitors"),
    row(one(), a_file() | {"monitors": []}, "monitors: at least one is needed", id="some monitors"),
    row(one(), a_file(5), "monitors[1]: lines KEY: VALUE are needed, not '5'", id="a monitor is a table"),
    row(one(), a_file(name=7), "site: name: a text is needed, not 7; put it in quotes", id="62 the name is a text"),
    row(one(), a_file(name=" "), "site: name: must not be empty", id="62 the name says something"),
    row(one(), a_file(email_server=[]), "site.email_server: lines KEY: VALUE are needed, not a list", id="63"),
    row(
        a_file(email_server=MAIL | {"smtp_port": 65535}),
        a_file(email_server=MAIL | {"smtp_port": 0}),
        "site.email_server: smtp_port: a whole number from 1 to 65535 is needed, not '0'",
        id="65 a port",
    ),
    row(
        a_file(email_server=MAIL | {"use_tls": "off"}),
        a_file(email_server=MAIL | {"use_tls": "tls"}),
        "site.email_server: use_tls: 'tls' is neither yes nor no; write true or false",
        id="69 use_tls takes the words of all others",
    ),
    row(one(), a_file(outage_webhooks={}),
        "site.outage_webhooks: a list is needed: lines that begin with -, not a table", id="75 a list of webhooks"),
    row(
        a_file(outage_webhooks=[HOOK]),
        a_file(outage_webhooks=[HOOK | {"endpoint_url": "hooks.example.com/T0ken"}]),
        "site.outage_webhooks[1]: endpoint_url: is not a valid URL with scheme and host; "
        "write http:// or https:// and a host",
        id="76 a URL, which is not repeated",
    ),
    row(
        a_file(outage_webhooks=[HOOK | {"request_method": "GET"}]),
        a_file(outage_webhooks=[HOOK | {"request_method": "get"}]),
        "site.outage_webhooks[1]: request_method: 'get' is none of GET, POST; did you mean GET?",
        id="77 a method in capitals",
    ),
    row(
        a_file(outage_webhooks=[HOOK | {"request_encoding": "CSVQUOTED"}]),
        a_file(outage_webhooks=[HOOK | {"request_encoding": "XML"}]),
        "site.outage_webhooks[1]: request_encoding: 'XML' is none of URL, HTML, JSON, CSVQUOTED",
        id="78 an encoding",
    ),
    row(
        a_file(outage_webhooks=[HOOK | {"request_prefix": "", "request_suffix": "&x=1"}]),
        a_file(outage_webhooks=[HOOK | {"request_prefix": 55, "request_suffix": None}]),
        "site.outage_webhooks[1]: request_prefix: a text is needed; put it in quotes",
        "site.outage_webhooks[1]: request_suffix: a text is needed, not nothing",
        id="79 80 prefix and suffix",
    ),
    row(
        one(),
        a_file(outage_webhooks=[{}]),
        "site.outage_webhooks[1]: 'endpoint_url' is needed and missing",
        "site.outage_webhooks[1]: 'request_method' is needed and missing",
        "site.outage_webhooks[1]: 'request_encoding' is needed and missing",
        id="what a webhook needs",
    ),
    *(
        row(
            a_file() | {"site": {"name": "a", option: 1}},
            a_file() | {"site": {"name": "a", option: value}},
            f"site: {option}: a whole number of at least 1 is needed, not {told}",
            id=f"{number} {option} is no {told}",
        )
        for number, option, value, told in [
            (81, "max_threads", 0, "'0'"),
            (82, "max_retries", True, "true"),
            (83, "max_try_secs", -5, "'-5'"),
            (84, "check_every_n_secs", None, "nothing"),
            (85, "notify_every_n_secs", 10**10, "'10000000000'"),
            (86, "after_every_n_notifications", "often", "'often'"),
        ]
    ),
    row(
        a_file(retry_pause_secs=0.5),
        a_file(retry_pause_secs="1"),
        "site: retry_pause_secs: a number of seconds is needed, not '1'; write it without quotes",
        id="the pause before another attempt",
    ),
    row(one(), a_file(max_trheads=5), "site: there is no option 'max_trheads'; did you mean max_threads?", id="88"),
    row(
        a_file(top={"x-common": {"a": 1}}),
        a_file(top={"monitorss": []}),
        "there is no part 'monitorss'; did you mean monitors?",
        id="89 another part",
    ),
    row(
        one(),
        a_file(top={"alerts": []}),
        "there is no part 'alerts'; parts of your own begin with x-",
        id="89 a part that resembles nothing",
    ),
    row(
        one(),
        one(type="https"),
        f"{M}type 'https' is not valid; did you mean type: http?",
        f"{M}address: '127.0.0.1' is not a valid URL with scheme and host; write http:// or https:// and a host",
        id="91 a type that nobody knows is read as what was meant",
    ),
    row(
        one(),
        one(type="teapot"),
        f"{M}type 'teapot' is not valid; the types are ping, http, quic, tcp, udp, ports, port, host",
        id="91 a type that resembles nothing",
    ),
    row(one(), a_file({}), "monitors[1]: 'type' is needed and missing", "monitors[1]: 'name' is needed and missing",
        "monitors[1]: 'address' is needed and missing", id="what a monitor needs"),
    row(one(), one(name=""), "monitors[1]: name: must not be empty", id="93 an empty name"),
    row(
        one(),
        one(name="execution_ms"),
        "monitors[1] (execution_ms): the name 'execution_ms' is taken by the state file; give it another name",
        id="a name that the state file has",
    ),
    row(
        one(check_every_n_secs=60),
        one(check_every_n_secs="60"),
        f"{M}check_every_n_secs: a whole number of at least 1 is needed, not '60'; write it without quotes",
        id="95 a number in quotes",
    ),
    row(
        one(),
        one(check_every_n_secs=1.0),
        f"{M}check_every_n_secs: a whole number of at least 1 is needed, not '1.0'; write 1",
        id="95 a number with a point",
    ),
    row(
        one(),
        one(notify_on_down_every_n_secs=5),
        f"{M}notify_on_down_every_n_secs has no effect; write notify_every_n_secs",
        id="105 a word of old files",
    ),
    row(
        one(),
        one(notify_every_n_sec=600, after_every_n_notifications=5),
        f"{M}there is no option 'notify_every_n_sec'; did you mean notify_every_n_secs?",
        id="106 an option that nobody knows counts as the one that was meant",
    ),
    row(one(), one(colour="red"), f"{M}there is no option 'colour'", id="106 an option that resembles nothing"),
    row(
        one("http"),
        one("http", address="ftp://127.0.0.1/"),
        f"{M}address: 'ftp://127.0.0.1/' is not a valid URL with scheme and host; write http:// or https:// and a host",
        id="110 no other scheme",
    ),
    row(
        one("quic", address="quic://127.0.0.1/x"),
        one("quic", address="http://127.0.0.1/x"),
        f"{M}address: 'http://127.0.0.1/x': QUIC is always encrypted; write https://",
        id="111 quic",
    ),
    row(one("tcp"), one(send="x"), f"{M}'send' is not valid for type ping; it is for http, quic, tcp and udp",
        id="121 nothing is sent by a ping"),
    row(
        one("tcp", send="0a:0B 0c", content_type="hex"),
        one("tcp", send="0g", content_type="hex"),
        f"{M}send: is not hexadecimal: pairs of the digits 0-9 and a-f; blanks and colons may be between them",
        id="126 hex",
    ),
    row(
        one("tcp", send="AA==", content_type="base64"),
        one("tcp", send="A", content_type="base64"),
        f"{M}send: is not base64",
        id="126 base64",
    ),
    row(one("udp"), one("udp", send=""), f"{M}send: must not be empty for type udp", id="125 an empty datagram"),
    row(
        one("port"),
        one("ports", port=1, mac="00:00:5E:00:53:01", always_up=True),
        f"{M}'port' is not valid for type ports; it is for port",
        f"{M}'mac' is not valid for type ports; it is for port",
        f"{M}'always_up' is not valid for type ports; it is for port",
        id="142-144 words of port",
    ),
    row(
        one("ports"),
        one(community="public"),
        f"{M}'community' has no effect for type ping; it is for ports, port and host",
        id="179 the community of others is a warning",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "said"), FURTHER)
def test_the_options_themselves(good: Any, bad: Any, said: list[str]) -> None:
    assert read(good).problems == ()
    assert mistakes(bad) == said


V3 = {"version": 3, "username": "me"}
KEYS = {"auth_password": "a" * 8, "privacy_password": "b" * 8}


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        row(
            one("ports", **V3),
            one("ports", version=3),
            f"{M}'username' is needed with version 3",
            id="a user",
        ),
        row(
            one("ports", version="3", address="snmp://me@127.0.0.1"),
            one("ports", **V3, community="x"),
            f"{M}'community' is not valid with version 3; write username",
            id="no community",
        ),
        row(
            one("ports", version=1),
            one("ports", version=2),
            f"{M}version: '2' is none of 1, 2c, 3; did you mean 2c?",
            id="the version",
        ),
        row(
            one("host", **V3, **KEYS, auth_protocol="SHA512", privacy_protocol="AES256", context="vlan5"),
            one("host", username="me", context="x", **KEYS),
            f"{M}'username' is only valid with version 3; write version: 3",
            f"{M}'auth_password' is only valid with version 3; write version: 3",
            f"{M}'privacy_password' is only valid with version 3; write version: 3",
            f"{M}'context' is only valid with version 3; write version: 3",
            id="words of version 3",
        ),
        row(
            one("port", **V3, auth_password="a" * 8),
            one("port", **V3, auth_password="a" * 7, privacy_protocol="AES"),
            f"{M}auth_password: at least 8 letters are needed (RFC 3414)",
            f"{M}'privacy_protocol' is only valid with privacy_password",
            id="passwords",
        ),
        row(
            one("port", **V3, **KEYS),
            one("port", **V3, privacy_password="b" * 8),
            f"{M}'privacy_password' is only valid with auth_password",
            id="no privacy without authentication",
        ),
        row(
            one("port", **V3, **KEYS, auth_protocol="MD5", privacy_protocol="DES"),
            one("port", **V3, **KEYS, auth_protocol="sha", privacy_protocol="3DES"),
            f"{M}auth_protocol: 'sha' is none of MD5, SHA, SHA224, SHA256, SHA384, SHA512; did you mean SHA?",
            f"{M}privacy_protocol: '3DES' is none of DES, AES, AES192, AES256",
            id="protocols",
        ),
    ],
)
def test_version_3_of_snmp(good: Any, bad: Any, said: list[str]) -> None:
    assert read(good).problems == ()
    assert mistakes(bad) == said


@pytest.mark.parametrize(
    ("site", "monitor", "said"),
    [
        pytest.param(
            {"notify_every_n_secs": 300},
            {"check_every_n_secs": 600},
            [f"{M}notify_every_n_secs of the site (300) is less than check_every_n_secs (600)"],
            id="of the site's reminders",
        ),
        pytest.param(
            {"check_every_n_secs": 600},
            {"notify_every_n_secs": 300},
            [f"{M}notify_every_n_secs (300) is less than check_every_n_secs of the site (600)"],
            id="of the site's checks",
        ),
        pytest.param(
            {"check_every_n_secs": 600, "notify_every_n_secs": 300},
            {},
            ["site: notify_every_n_secs (300) is less than check_every_n_secs (600)"],
            id="of the site itself, once",
        ),
        pytest.param({}, {"check_every_n_secs": 3600}, [], id="not of what nobody wrote"),
    ],
)
def test_what_is_inherited_is_only_warned_of(site: dict[str, Any], monitor: dict[str, Any], said: list[str]) -> None:
    file = read(a_file(a_monitor(**monitor), **site))
    assert [problem.message for problem in file.problems] == said
    assert not any(problem.fatal for problem in file.problems)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        pytest.param(
            {"smtp_username": "me"},
            ["site.email_server: nobody logs in: 'smtp_password' is missing"],
            id="a login with one word is none",
        ),
        pytest.param(
            {"smtp_username": "me", "smtp_password": "x", "use_tls": False},
            [
                (
                    "site.email_server: without use_tls the password would be readable on its way; "
                    "write use_tls: true, or take smtp_username and smtp_password away"
                )
            ],
            id="a password in clear",
        ),
        pytest.param(
            {"smtp_username": "me", "smtp_password": "x", "use_tls": False, "smtp_host": "127.0.0.1"},
            [],
            id="a password in clear, to this machine",
        ),
        pytest.param(
            {"smtp_username": "me", "smtp_password": "x", "use_tls": False, "smtp_port": 465},
            [],
            id="465 is encrypted whatever use_tls says",
        ),
    ],
)
def test_logins_of_mail(server: dict[str, Any], said: list[str]) -> None:
    assert mistakes(a_file(email_server=MAIL | server)) == said


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        pytest.param(
            {"request_encoding": "JSON", "request_prefix": "token=a&message="},
            "request_prefix looks like a form, but JSON puts it into the text; write request_encoding: URL",
            id="a form in JSON",
        ),
        pytest.param(
            {"request_encoding": "JSON", "request_method": "GET"},
            "a GET has no body: the bare sentence goes behind the URL; write request_method: POST",
            id="JSON in a URL",
        ),
    ],
)
def test_odd_webhooks_are_warned_of(hook: dict[str, Any], said: str) -> None:
    file = read(a_file(outage_webhooks=[HOOK | hook]))
    (problem,) = file.problems
    assert f"{problem.message}; {problem.hint}" == f"site.outage_webhooks[1]: {said}"
    assert not problem.fatal
    assert "token" not in str(problem)
