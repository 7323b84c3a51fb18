"""exec= and apache: what the tags mean for a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.families.apache import ApacheTag
from hexmon.inventory.families.plugin import PluginTag
from hexmon.inventory.urls import WebAddress
from hexmon.inventory.xymon_tags import TagReader
from hexmon.model.observation import Judging
from hexmon.probes.exec import ExecOptions
from hexmon.probes.http import HttpOptions
from tests.support.inventory import SERVICES, a_host_with, an_inventory_of, the_host

READER = TagReader(SERVICES, FAMILIES)


@pytest.mark.parametrize(
    ("tag", "parsed"),
    [
        pytest.param("exec=disk;check_disk", PluginTag(test="disk", command=("check_disk",)), id="a name"),
        pytest.param(
            "exec=disk;/usr/lib/nagios/plugins/check_disk -w 10% -p /",
            PluginTag(test="disk", command=("/usr/lib/nagios/plugins/check_disk", "-w", "10%", "-p", "/")),
            id="a path and arguments",
        ),
        pytest.param(
            "exec=x;$USER1$/check_x -a 'two words' ''",
            PluginTag(test="x", command=("$USER1$/check_x", "-a", "two words", "")),
            id="quoted words",
        ),
        pytest.param("exec=x;a;b|c", PluginTag(test="x", command=("a;b|c",)), id="signs that only a shell knows"),
        pytest.param(
            "?!~exec=x;y $HOSTADDRESS$ 5$$",
            PluginTag(
                test="x",
                command=("y", "$HOSTADDRESS$", "5$$"),
                judging=Judging(dialup=True, reverse=True, always_true=True),
            ),
            id="prefixes and macros",
        ),
        pytest.param("apache", ApacheTag(), id="the usual page"),
        pytest.param("APACHE", ApacheTag(), id="in any case"),
        pytest.param(
            "apache=http://u:p@127.0.0.1:8080/s?auto",
            ApacheTag(address=WebAddress("http://u:p@127.0.0.1:8080/s?auto")),
            id="another page",
        ),
        pytest.param(
            "apache=https://www.test:8443=127.0.0.9/s",
            ApacheTag(address=WebAddress("https://www.test:8443/s", "127.0.0.9")),
            id="at an address",
        ),
    ],
)
def test_good_tags(tag: str, parsed: object) -> None:
    meaning = READER.read(tag)
    assert (meaning.parsed, meaning.mistakes) == (parsed, ())


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        pytest.param("exec", "'exec' names no column", '"exec=COLUMN;COMMAND ARGUMENTS"', id="nothing"),
        pytest.param("exec=check_disk", "names no column", "exec=COLUMN;", id="no column"),
        pytest.param("exec=a.b;x", "names no column", "exec=COLUMN;", id="a dot in the column"),
        pytest.param("exec=;x", "names no column", "exec=COLUMN;", id="an empty column"),
        pytest.param("exec=conn;x", "the column conn belongs to another test", "of its own", id="the ping's column"),
        pytest.param("exec=x;", "there is no command", "exec=COLUMN;", id="no command"),
        pytest.param("exec=x;''", "there is no command", "exec=COLUMN;", id="an empty command"),
        pytest.param("exec=x;y 'z", "a quote in the command is not closed", "single ones", id="half a quote"),
        pytest.param("exec=x;plugins/y", "'plugins/y' is not a whole path", "begin it with /", id="a relative path"),
        pytest.param("exec=x;y $HOST$", "nobody knows the macro $HOST$", "$HOSTADDRESS$", id="an unknown macro"),
        pytest.param("exec=x;y $ARG1$", "nobody knows the macro $ARG1$", "$$ for one $", id="an argument of Nagios"),
        pytest.param("apache=server-status", "apache: 'server-status' is not a URL", "http://", id="no URL"),
        pytest.param("apache=http://a:b/", "port 'b'", "", id="a bad port"),
        pytest.param("-w", "nobody knows the tag '-w'", "double quotes", id="what follows a blank without quotes"),
    ],
)
def test_bad_tags(tag: str, message: str, hint: str) -> None:
    [mistake] = READER.read(tag).mistakes
    assert message in mistake.message
    assert hint in mistake.hint


@given(st.text(max_size=60))
def test_no_command_is_an_exception(text: str) -> None:
    meaning = READER.read(f"exec=x;{text}")
    assert meaning.kind == "probe" or meaning.mistakes


def test_the_check_of_a_plugin() -> None:
    check = a_host_with('testip "exec=disk;check_disk -p /"').checks[1]
    assert (str(check.key), check.probe, check.address) == ("www.disk", "exec", "127.0.0.1")
    assert check.options == ExecOptions(command=("check_disk", "-p", "/"))
    assert not check.data


@pytest.mark.parametrize(
    ("line", "url"),
    [
        pytest.param("127.0.0.7 www # apache", "http://127.0.0.7/server-status?auto", id="the address of the file"),
        pytest.param("0.0.0.0 www # apache", "http://www/server-status?auto", id="else the name"),
        pytest.param("::1 www # apache", "http://[::1]/server-status?auto", id="IPv6"),
        pytest.param("127.0.0.7 www # apache=http://www/s", "http://www/s", id="a URL of its own"),
    ],
)
def test_the_check_of_apache(line: str, url: str) -> None:
    host = the_host(f"{line} noconn browser=me nosni")
    [check] = host.checks
    assert (check.key.test, check.probe, check.data) == ("apache", "http", True)
    assert check.options == HttpOptions(url=url, user_agent="me", sni=False)


def test_neither_is_a_setting_for_all_hosts() -> None:
    inventory = an_inventory_of("0.0.0.0 .default. # apache exec=x;y\n127.0.0.1 www # noconn")
    assert inventory.hosts["www"].checks == ()
    assert len(inventory.problems) == 2


def test_a_service_that_is_called_so_is_that_service() -> None:
    assert TagReader((*SERVICES, "apache"), FAMILIES).read("apache").kind == "tcp"
