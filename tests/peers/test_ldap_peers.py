"""LDAP searches in OpenLDAP's slapd, and the same hosts as the real `xymonnet --no-update` sees them.

xymonnet looks at the port `ldap` of the host before it tries a URL, so that is a port of slapd's here. Left out is what
docs/probes/ldap.md lists: `!`, `depends=`, `ldapyellowfail` for a search without answer, the reason of a refused bind.
"""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hexmon.clock import SystemClock
from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView
from hexmon.model.inventory import Host
from hexmon.model.observation import Observation, Outcome, Reply
from hexmon.model.origin import Origin
from hexmon.probes.ldap import LdapOptions
from hexmon.probes.protocols import built_in_services
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from tests.support.checks import FakeResolver, a_check, observed
from tests.support.network import ALIVE, DEAD, saw
from tests.support.peers import peer
from tests.support.servers import closed_port
from tests.support.slapd import ADMIN, PASSWORD, SUFFIX, Slapd, slapd

pytestmark = pytest.mark.peers

PRIVATE = f"ou=private,{SUFFIX}"
SILENT = "127.9.0.1"  # answers no ping, as far as both programs are told


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd") / "a", addresses=("127.0.0.1", SILENT, "[::1]")) as server:
        yield server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """One without TLS that shows two entries at most."""
    folder = tmp_path_factory.mktemp("slapd") / "b"
    with slapd(folder, tls=False, more="sizelimit 2") as server:
        yield server


def search(url: str, **options: Any) -> Reply:
    return asyncio.run(observed(a_check("ldap", LdapOptions(url=url, **options), address=""))).reply


LOGIN = {"user": ADMIN, "password": PASSWORD}
_PEOPLE = ("Ada Lovelace", "Bob (x*)")


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        pytest.param(f"{SUFFIX}??sub?(objectClass=inetOrgPerson)", _PEOPLE, id="equality"),
        pytest.param(f"{SUFFIX}??sub?objectClass=inetOrgPerson", _PEOPLE, id="no parentheses"),
        pytest.param(f"ou=people,{SUFFIX}??one", _PEOPLE, id="one level"),
        pytest.param(f"ou=people,{SUFFIX}??children?(mail=*)", _PEOPLE[:1], id="presence below"),
        pytest.param(f"{SUFFIX}?cn?sub?(cn=*ove*ce)", _PEOPLE[:1], id="substrings"),
        pytest.param(f"{SUFFIX}??sub?(cn=*%5c2a*)", _PEOPLE[1:], id="an escaped asterisk"),
        pytest.param(f"{SUFFIX}??sub?(cn=Bob%20\\28x\\2a\\29)", _PEOPLE[1:], id="an escaped value"),
        pytest.param(f"{SUFFIX}??sub?(sn=B%C3%B6b)", _PEOPLE[1:], id="UTF-8 in a URL"),
        pytest.param(f"{SUFFIX}??sub?(sn=B\\c3\\b6b)", _PEOPLE[1:], id="UTF-8 in a filter"),
        pytest.param(f"{SUFFIX}??sub?(sn=Böb)", _PEOPLE[1:], id="UTF-8 as it is"),
        pytest.param(f"{SUFFIX}??sub?(%26(sn=*)(!(mail=*)))", _PEOPLE[1:], id="and, not"),
        pytest.param(f"{SUFFIX}??sub?(|(sn=Lovelace)(sn~=Böb))", _PEOPLE, id="or, about"),
        pytest.param(f"{SUFFIX}??sub?(sn:caseExactMatch:=Lovelace)", _PEOPLE[:1], id="a matching rule"),
        pytest.param(f"{SUFFIX}??sub?(%26(sn=*)(ou:dn:=people))", _PEOPLE, id="attributes of the name"),
        pytest.param(f"{SUFFIX}??sub?(cn=Nobody)", (), id="nothing"),
    ],
)
def test_what_a_search_finds(directory: Slapd, rest: str, found: tuple[str, ...]) -> None:
    reply = search(f"ldap://127.0.0.1:{directory.port}/{rest}")
    assert (reply.outcome, reply.facts["result_code"]) == (Outcome.OK, 0)
    names = re.findall(r"^DN: cn=([^,]*),", reply.evidence.decode(), re.MULTILINE)
    assert sorted(name.replace("\\2A", "*") for name in names) == list(found)
    assert reply.facts["entries"] == len(found)


def test_the_root_of_the_directory(directory: Slapd) -> None:
    reply = search(f"ldap://127.0.0.1:{directory.port}/?namingContexts")
    assert reply.evidence.decode() == f"DN: \n\tnamingContexts: {SUFFIX}\n"


def test_only_the_attributes_that_were_asked_for_come(directory: Slapd) -> None:
    reply = search(f"ldap://127.0.0.1:{directory.port}/{SUFFIX}?sn,mail?sub?(sn=Lovelace)")
    lines = reply.evidence.decode().splitlines()
    assert (lines[0], sorted(lines[1:])) == (
        f"DN: cn=Ada Lovelace,ou=people,{SUFFIX}",
        ["\tmail: ada@example.test", "\tsn: Lovelace"],
    )


def test_passwords_are_not_shown(directory: Slapd) -> None:
    reply = search(f"ldap://127.0.0.1:{directory.port}/{SUFFIX}??sub?(sn=Lovelace)", **LOGIN)
    assert b"\tuserPassword: (not shown)\n" in reply.evidence


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_addresses(directory: Slapd, scheme: str, host: str) -> None:
    security = "starttls" if scheme == "ldaps" else ""
    reply = search(f"{scheme}://{host}:{directory.port}/{SUFFIX}", security=security)
    assert (reply.outcome, reply.facts["entries"]) == (Outcome.OK, 1)
    assert [certificate.names for certificate in reply.certificates] == (
        [("ldap.test", "127.0.0.1")] if security else []
    )


def test_tls_from_the_first_byte(directory: Slapd) -> None:
    url = f"ldaps://127.0.0.1:{directory.tls_port}/{SUFFIX}"
    reply = search(url, security="tls", **LOGIN)
    assert (reply.outcome, reply.certificates[0].service) == (Outcome.OK, url)
    assert search(url, security="starttls").outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("rest", "options", "outcome", "summary"),
    [
        pytest.param(PRIVATE, LOGIN, Outcome.OK, "OK", id="with a login"),
        pytest.param(PRIVATE, {}, Outcome.UNEXPECTED, "Insufficient access", id="without one"),
        pytest.param(
            SUFFIX, {"user": ADMIN, "password": "x"}, Outcome.UNEXPECTED, "Invalid credentials", id="a wrong password"
        ),
        pytest.param(
            SUFFIX, {"user": "nobody", "password": "x"}, Outcome.UNEXPECTED, "Invalid DN syntax", id="no such name"
        ),
        pytest.param(
            SUFFIX, {"user": ADMIN}, Outcome.UNEXPECTED, "Server is unwilling to perform", id="a name without password"
        ),
        pytest.param("dc=nowhere", {}, Outcome.UNEXPECTED, "No such object", id="another suffix"),
        pytest.param(f"ou=x,{SUFFIX}", {}, Outcome.UNEXPECTED, "No such object", id="no such entry"),
        pytest.param("huh", {}, Outcome.UNEXPECTED, "Invalid DN syntax", id="a bad base"),
        pytest.param(f"ou=elsewhere,{SUFFIX}", {}, Outcome.UNEXPECTED, "Referral", id="an entry of another server"),
    ],
)
def test_what_the_server_says(
    directory: Slapd, rest: str, options: dict[str, Any], outcome: Outcome, summary: str
) -> None:
    reply = search(f"ldap://127.0.0.1:{directory.port}/{rest}", **options)
    assert (reply.outcome, reply.summary) == (outcome, summary)


def test_a_strict_server(strict: Slapd) -> None:
    url = f"ldap://127.0.0.1:{strict.port}/{SUFFIX}??sub"
    too_many = search(url)
    assert (too_many.outcome, too_many.summary) == (Outcome.UNEXPECTED, "Size limit exceeded")
    assert (too_many.facts["entries"], too_many.facts["result_code"]) == (2, 4)
    no_tls = search(url, security="starttls")
    assert (no_tls.outcome, no_tls.summary) == (Outcome.TLS, "Protocol error")


def test_a_server_that_wants_names(tmp_path: Path) -> None:
    with slapd(tmp_path / "c", tls=False, more="disallow bind_anon") as server:
        reply = search(f"ldap://127.0.0.1:{server.port}/{SUFFIX}")
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "Inappropriate authentication")
    assert reply.detail == "bind: result code 48, anonymous bind disallowed"


# Side by side

_PING = f"""#!/bin/sh
while read -r address; do
    case $address in
    {SILENT}) echo "$address is unreachable" ;;
    *) echo "$address is alive (0.05 ms)" ;;
    esac
done
"""
_MESSAGE = re.compile(r"status\+30 (\S+)\.ldap (\S+) [^\n]*\n(.*?)(?=\n\n\n?(?:status|extcombo)|\Z)", re.DOTALL)
_ITEM = re.compile(r"^&(\w+) (\S+) - (OK|failed)\n\n([^\n]*)", re.MULTILINE)
_VAGUE = {"Unknown error", "Cannot connect to server", "Can't contact LDAP server"}


class Item(NamedTuple):
    color: str
    url: str
    word: str
    reason: str


Square = tuple[str, list[Item]]


def squares(output: str) -> dict[str, Square]:
    """Colour and URLs of every ldap square. What was found is told differently."""
    found: dict[str, Square] = {}
    for host, color, text in _MESSAGE.findall(output.replace("\0", "")):
        items = [Item(*one) for one in _ITEM.findall(text)]
        found[host.replace(",", ".")] = (
            color,
            [item._replace(reason="" if item.word == "OK" else item.reason.partition(" (")[0]) for item in items],
        )
    return found


HOSTS = {
    "all.good": "ldap://{good}",
    "found.nothing": "ldap://{at}/{suffix}??sub?(cn=Nobody)",
    "no.object": "ldap://{at}/dc=nowhere",
    "no.object.yellow": "ldapyellowfail ldap://{at}/dc=nowhere",
    "no.access": "ldap://{at}/{private}",
    "no.access.yellow": "ldapyellowfail ldap://{at}/{private}",
    "bad.base": "ldap://{at}/huh",
    "login": "ldap://{at}/{private} ldaplogin={admin}:{password}",
    "wrong.password": "ldap://{good} ldaplogin={admin}:wrong",
    "wrong.password.yellow": "ldapyellowfail ldap://{good} ldaplogin={admin}:wrong",
    "refused": "ldap://127.0.0.1:{closed}/",
    "refused.yellow": "ldapyellowfail ldap://127.0.0.1:{closed}/",
    "starttls": "ldaps://{good}",
    "no.starttls": "ldaps://127.0.0.1:{strict}/{suffix}",
    "no.starttls.yellow": "ldapyellowfail ldaps://127.0.0.1:{strict}/{suffix}",
    "size.limit": "ldap://127.0.0.1:{strict}/{suffix}??sub",
    "several": "ldap://{good} ldap://127.0.0.1:{closed}/ ldap://{at}/dc=nowhere",
    "several.yellow": "ldapyellowfail ldap://{at}/dc=nowhere ldap://{good}",
    "dialup": "dialup ldap://{good} ldap://{at}/dc=nowhere",
    "dialup.test": "?ldap://127.0.0.1:{closed}/",
    "dialup.yellow": "ldapyellowfail ?ldap://{at}/dc=nowhere",
    "no.page": "noclear ldap://127.0.0.1:{closed}/",
    "bad.url": "badldapurl:0:0:3 ldap://{at}/dc=nowhere",
    "bad.url.clear": "badldapurl:0:3:3 ldap://{at}/dc=nowhere",
    "v6": "ldap://[::1]:{port}/{suffix}",
    "one.level": "ldap://{at}/{suffix}?ou?one?(ou=*e*)",
    "escaped": "ldap://{at}/ou=people%2c{suffix}?cn?sub?(cn=*%5c2a*)",
}
DOWN_HOSTS = {
    "down": "ldap://{at}/dc=nowhere",
    "down.good": "ldap://{good}",
    "down.yellow": "ldapyellowfail ldap://{at}/dc=nowhere",
    "down.always": "~ldap://{at}/dc=nowhere",
    "down.always.yellow": "ldapyellowfail ~ldap://{at}/dc=nowhere",
    "down.noclear": "noclear ldap://127.0.0.1:{closed}/",
    "down.refused": "ldap://127.0.0.1:{closed}/",
    "down.several": "ldap://{good} ~ldap://{at}/dc=nowhere",
}


def _hosts_file(directory: Slapd, strict: Slapd) -> str:
    at = f"127.0.0.1:{directory.port}"
    values = {"at": at, "good": f"{at}/{SUFFIX}", "suffix": SUFFIX, "private": PRIVATE, "admin": ADMIN}
    values |= {"password": PASSWORD, "closed": str(closed_port()), "strict": str(strict.port)}
    values["port"] = str(directory.port)
    rows = [("127.0.0.1", name, tags) for name, tags in HOSTS.items()]
    rows += [(SILENT, name, tags) for name, tags in DOWN_HOSTS.items()]
    return "".join(f"{address} {name} # testip {tags.format(**values)}\n" for address, name, tags in rows)


def xymonnet(folder: Path, text: str, port: int) -> dict[str, Square]:
    for name in ("etc", "tmp"):
        (folder / name).mkdir()
    (folder / "etc" / "protocols.cfg").write_text(f"[ldap]\n   port {port}\n")
    (folder / "hosts.cfg").write_text(text)
    ping = folder / "ping"
    ping.write_text(_PING)
    ping.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "XYMONHOME": str(folder),
        "XYMONTMP": str(folder / "tmp"),
        "HOSTSCFG": str(folder / "hosts.cfg"),
        "FPING": str(ping),
        "FPINGOPTS": "",
        "PINGCOLUMN": "conn",
        "CONNTEST": "TRUE",
        "IPTEST_2_CLEAR_ON_FAILED_CONN": "TRUE",
        "MACHINE": "lab",
        "XYMSRV": "127.0.0.1",
        "LDAPTLS_REQCERT": "never",
    }
    command = [str(peer("xymonnet")), "--no-update", "--timeout=4"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    return squares(done.stdout.decode("utf-8", "replace"))


async def _seen(host: Host) -> dict[str, Observation]:
    """What our probes see; the ping is told what xymonnet's is told."""
    clock = SystemClock()
    found = {}
    async with open_tools(clock, resolver=FakeResolver()) as tools:
        for check in host.checks:
            if check.probe == "icmp":
                found[check.identity] = saw(check, DEAD if host.ip == SILENT else ALIVE)
            else:
                found[check.identity] = await observe(check, tools, clock)
    return found


def hexmon(text: str) -> dict[str, Square]:
    lines = [Line(line, Origin("hosts.cfg", number)) for number, line in enumerate(text.splitlines(), 1)]
    inventory = build_inventory(read_hosts(lines), built_in_services())
    messages = []
    for host in inventory.hosts.values():
        view = HostView(host=host, latest=asyncio.run(_seen(host)))
        for verdict in judge_host(view, SystemClock().now(), {"ldap"}):
            report = verdict.report
            messages.append((report.head + report.text).decode())
    return squares("\n\n".join(messages))


def test_the_same_squares_as_xymonnet(directory: Slapd, strict: Slapd, tmp_path: Path) -> None:
    text = _hosts_file(directory, strict)
    theirs, ours = xymonnet(tmp_path, text, directory.port), hexmon(text)
    assert set(theirs) == {*HOSTS, *DOWN_HOSTS}
    different = [
        f"{name}: {ours.get(name)} instead of {square}"
        for name, square in theirs.items()
        if _comparable(ours.get(name), square) != square
    ]
    assert not different, "\n".join(different)


def _comparable(ours: Square | None, theirs: Square) -> Square | None:
    """Ours with their reason where that says nothing definite."""
    if ours is None or len(ours[1]) != len(theirs[1]):
        return ours
    pairs = zip(ours[1], theirs[1], strict=True)
    return ours[0], [one._replace(reason=other.reason) if other.reason in _VAGUE else one for one, other in pairs]
