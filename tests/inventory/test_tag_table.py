"""The table of tags in docs/migrate/xymon.md is complete, and the tests that it names are there."""

import gzip
import re
from pathlib import Path

import pytest

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.hosts_cfg import DIRECTIVES
from hexmon.inventory.xymon_tags import FLAGS, FLAGS_WITH_VALUE, VALUES
from hexmon.probes.protocols import built_in_services
from tests.support.peers import peer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "migrate" / "xymon.md"
MANUAL = Path("/usr/share/man/man5/hosts.cfg.5.gz")

# What hosts.cfg(5) and bb-hosts(5) describe, as words; some are in one of them only.
_IN_BOTH = """
    include dispinclude netinclude noclear prefer page subpage subparent group group-compress group-sorted group-only
    group-except title name client nocolumns comment descr class dialup nodisp trends compact nk nktime wml nopropred
    nopropyellow noproppurple nopropack reporttime warnpct testip net nosslcert ssldays sslbits downtime sla depends
    badtest noping noconn conn badconn route route_location trace notrace ftp ssh telnet smtp pop3 imap nntp rsync clamd
    oratns qmtp qmqp ftps telnets smtps pop3s imaps nntps bbd dns dig ntp rpc cont content post nocont nopost type soap
    nosoap httpstatus hidehttp browser ldap ldaps ldaplogin ldapyellowfail apache .default. summary pulldata noinfo
    notrends http https http10 http11 https2 https3 httpsm httpsh
    """
_ONLY_IN_HOSTS_CFG = """
    directory optional multihomed delayred delayyellow vpage vsubpage vsubparent nonongreen interfaces noflap sni nosni
    httphead headermatch httphdr badldapurl noclient
    """
# Known to the programs of Xymon 4.3 and in no manual.
_WITHOUT_MANUAL = "holidays notbefore notafter doc os warnstops acceptonly noprop larrd"
OF_BB_HOSTS = [*_IN_BOTH.split(), "nobb2"]
OF_HOSTS_CFG = [*_IN_BOTH.split(), *_ONLY_IN_HOSTS_CFG.split()]
WITHOUT_MANUAL = _WITHOUT_MANUAL.split()
INCLUDES = ("include", "source", ".", "dispinclude", "netinclude", "directory", "optional")
# Headings of the section HTTP TESTS that are sentences: what is written there is part of a URL.
SENTENCES = ("basic", "authentication", "forcing", "testing", "hosts")

_ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(\.\./\.\./(tests/[^)]+\.py)\)((?:[:,] `\w+`)*)")
_WORD = re.compile(r"(?:\.default\.|\.|[A-Za-z0-9_-]+)")


def section() -> str:
    text = PAGE.read_text()
    return text[text.index("## The tags of hosts.cfg") : text.index("### Where Xymon does otherwise")]


ROWS = [row for row in _ROW.findall(section()) if row[0] not in ("tag", "---")]
WORDS = {
    match[0].lower() for tag, _, _ in ROWS for code in re.findall(r"`([^`]+)`", tag) if (match := _WORD.match(code))
}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(OF_BB_HOSTS, id="the manual of bb-hosts"),
        pytest.param(OF_HOSTS_CFG, id="the manual of hosts.cfg"),
        pytest.param(WITHOUT_MANUAL, id="no manual"),
        pytest.param(INCLUDES, id="the includes"),
        pytest.param(DIRECTIVES, id="the directives we know"),
        pytest.param([word[:-1] for word in VALUES], id="the values we know"),
        pytest.param([*FLAGS, *FLAGS_WITH_VALUE], id="the flags we know"),
        pytest.param([word for family in FAMILIES for word in family.words], id="the families of tests"),
        pytest.param(built_in_services(), id="the services of protocols.cfg"),
    ],
)
def test_every_word_has_a_row(words: list[str]) -> None:
    assert [word for word in words if word.lower() not in WORDS] == []


@pytest.mark.parametrize("sign", ["?TEST", "!TEST", "~TEST", "TEST:PORT", "TEST:s", "TEST@IP"])
def test_every_way_to_write_a_test_has_a_row(sign: str) -> None:
    assert any(f"`{sign}`" in tag for tag, _, _ in ROWS)


@pytest.mark.peers
def test_every_tag_of_the_manual_that_is_installed_has_a_row() -> None:
    peer("xymonnet")
    if not MANUAL.exists():
        pytest.skip(f"not run: {MANUAL} missing (systems without manual pages leave it out)")
    headings = re.findall(r'^\.IP "?(.+?)"?$', gzip.decompress(MANUAL.read_bytes()).decode(), re.MULTILINE)
    found = [heading.replace("\\-", "-").lower() for heading in headings]
    several = [word for heading in found if heading.startswith("ft") for word in heading.split()]
    words = [match[0] for heading in found if (match := _WORD.match(heading))]
    tags = {re.sub(r"^badtest.*", "badtest", word) for word in (*words, *several)} - set(SENTENCES)
    assert len(tags) > 90
    assert sorted(word for word in tags if word.rstrip("-") not in WORDS) == []
    assert sorted(tags - set(OF_HOSTS_CFG)) == []


# Tests that are on their way, with the tags that they prove; nothing else may be missing.
COMING: tuple[str, ...] = ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_says_is_proved_by_tests_that_exist(row: tuple[str, str, str]) -> None:
    links = _LINK.findall(row[2])
    assert links, "a row needs a test"
    for name, path, tests in links:
        assert path == f"tests/{name}"
        source = (ROOT / path).read_text() if (ROOT / path).exists() else None
        if source is None:
            assert path in COMING, f"there is no {path}"
            continue
        for test in re.findall(r"`(\w+)`", tests):
            assert re.search(rf"^(?:async )?def {test}\(", source, re.MULTILINE), f"{path} has no {test}"


def test_what_was_on_its_way_is_taken_off_the_list_when_all_of_it_has_come() -> None:
    assert not COMING or any(not (ROOT / path).exists() for path in COMING)
