"""The tags of LDAP searches in hosts.cfg."""

import pytest

from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.model.inventory import Inventory
from hexmon.model.observation import Check, Judging
from hexmon.model.origin import Origin
from hexmon.probes.ldap import LdapOptions
from hexmon.probes.protocols import built_in_services


def read(tags: str) -> Inventory:
    line = Line(f"192.0.2.7 dir.test # noconn {tags}", Origin("hosts.cfg", 1))
    return build_inventory(read_hosts([line]), built_in_services())


def check_of(tags: str) -> Check:
    inventory = read(tags)
    assert not inventory.problems
    (check,) = inventory.hosts["dir.test"].checks
    return check


@pytest.mark.parametrize(
    ("tags", "options"),
    [
        pytest.param("ldap://h/o=x??sub?(cn=a)", LdapOptions(url="ldap://h/o=x??sub?(cn=a)"), id="a URL"),
        pytest.param("ldaps://h/o=x", LdapOptions(url="ldaps://h/o=x", security="starttls"), id="ldaps is StartTLS"),
        pytest.param("ldaps://h:636/", LdapOptions(url="ldaps://h:636/", security="tls"), id="TLS on port 636"),
        pytest.param(
            "ldap://h/ ldaplogin=cn=reader,o=x:se:cret",
            LdapOptions(url="ldap://h/", user="cn=reader,o=x", password="se:cret"),  # noqa: S106 - nobody's
            id="a login, the password with a colon",
        ),
        pytest.param('"ldap://h/o=A B"', LdapOptions(url="ldap://h/o=A B"), id="a blank in quotes"),
        pytest.param("ldap:///o=x", LdapOptions(url="ldap:///o=x"), id="the host's own directory"),
        pytest.param(
            "ldap:///o=x testip",
            LdapOptions(url="ldap:///o=x", connect_to="192.0.2.7"),
            id="at the address of the file",
        ),
        pytest.param("ldap://dir.test/ testip", LdapOptions(url="ldap://dir.test/"), id="a named host is looked up"),
    ],
)
def test_a_search(tags: str, options: LdapOptions) -> None:
    check = check_of(tags)
    assert (check.key.test, check.probe, check.address, check.options) == ("ldap", "ldap", "", options)


def test_prefixes() -> None:
    assert check_of("?!~ldap://h/").judging == Judging(dialup=True, reverse=True, always_true=True)


def test_the_simple_services_stay_what_they_are() -> None:
    assert [one.probe for one in read("ldap ldaps ldap:1389").hosts["dir.test"].checks] == ["tcp"] * 3


@pytest.mark.parametrize(
    ("tags", "says", "hint"),
    [
        ("ldap://h/o=x??all", "'all' is not a scope", "write: base, one or sub"),
        ("ldap://h/???(cn=", "the filter '(cn=' cannot be used: ')' is missing", ""),
        ("ldap://u:secret@h/", "an LDAP URL has no user and password", "write: ldaplogin=USER:PASSWORD"),
        ("ldap://h:99999/", "port '99999' is not a number from 1 to 65535", ""),
    ],
)
def test_a_mistake_in_a_url(tags: str, says: str, hint: str) -> None:
    inventory = read(tags)
    assert [(problem.message, problem.hint) for problem in inventory.problems] == [(says, hint)]
    assert inventory.hosts["dir.test"].checks == ()


@pytest.mark.parametrize("login", ["ldaplogin=secret", "ldaplogin=secret:"])
def test_a_login_without_a_password(login: str) -> None:
    (problem,) = read(f"ldap://h/ {login}").problems
    assert problem.message == "ldaplogin: there is no password"
    assert "secret" not in f"{problem}"
