"""hosts.cfg: hosts with their tags, pages, groups, titles, defaults."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.inventory.hosts_cfg import DIRECTIVES, preferred, read_hosts
from hexmon.inventory.tag_words import split_tags
from hexmon.model.inventory import Group, Page, Placement, Summary
from hexmon.model.origin import Origin
from tests.support.inventory import a_file


def mistakes(text: str) -> list[str]:
    return [str(problem).partition(": ")[2] for problem in a_file(text).problems]


@pytest.mark.parametrize(
    ("line", "ip", "name", "tags"),
    [
        pytest.param("127.0.0.1 www", "127.0.0.1", "www", (), id="address and name"),
        pytest.param("127.0.0.1 www #", "127.0.0.1", "www", (), id="an empty list of tags"),
        pytest.param("127.0.0.1\twww\t#\tssh\t smtp", "127.0.0.1", "www", ("ssh", "smtp"), id="tabs"),
        pytest.param("127.0.0.1 www #ssh", "127.0.0.1", "www", ("ssh",), id="no blank behind the hash"),
        pytest.param("127.0.0.1 www # a #b", "127.0.0.1", "www", ("a", "#b"), id="only the first hash counts"),
        pytest.param("127.000.000.001 www", "127.0.0.1", "www", (), id="leading zeros are not octal"),
        pytest.param("127.0.0.1 @www", "127.0.0.1", "www", (), id="the old marker for no display goes"),
        pytest.param("::1 www # ssh", "::1", "www", ("ssh",), id="IPv6"),
        pytest.param("2001:DB8:0:0::1 www", "2001:db8::1", "www", (), id="IPv6 in its short form"),
        pytest.param("fe80::1%eth0 www", "fe80::1%eth0", "www", (), id="IPv6 with its interface"),
        pytest.param("0.0.0.0 www", "0.0.0.0", "www", (), id="no address: the name is looked up"),  # noqa: S104
        pytest.param("127.0.0.1 www ignored # a", "127.0.0.1", "www", ("a",), id="text before the hash is no tag"),
        pytest.param("127.0.0.1 www#a", "127.0.0.1", "www", ("a",), id="a missing blank"),
    ],
)
def test_a_host_line(line: str, ip: str, name: str, tags: tuple[str, ...]) -> None:
    [host] = a_file(line).hosts
    assert (host.ip, host.name, host.tags) == (ip, name, tags)


@pytest.mark.parametrize(
    ("text", "tags", "closed"),
    [
        pytest.param('NAME:"a b" c', ("NAME:a b", "c"), True, id="a quoted value"),
        pytest.param('a"b c"d e', ("ab c", "d", "e"), True, id="the closing quote ends the tag"),
        pytest.param('"a b"', ("a b",), True, id="a whole tag in quotes"),
        pytest.param('"a""b"', ("a", "b"), True, id="two quoted tags side by side"),
        pytest.param('a "b c', ("a", "b c"), False, id="a quote that is not closed takes the rest"),
        pytest.param('"" a', ("a",), True, id="nothing in quotes is no tag"),
        pytest.param("a\x0bb", ("a\x0bb",), True, id="only blanks, tabs and line ends part tags"),
    ],
)
def test_tags(text: str, tags: tuple[str, ...], closed: bool) -> None:
    assert split_tags(text) == (tags, closed)


def paths(text: str) -> dict[str, str]:
    return {host.name: host.page for host in a_file(text).hosts}


def test_the_tree_of_the_manual() -> None:
    file = a_file("""\
        127.0.0.1 top
        page USA United States
        127.0.0.1 usa
        subpage NY New York
        127.0.0.1 ny
        subparent NY manhattan Manhattan data centers
        127.0.0.1 m
        subparent manhattan wallstreet Wall Street center
        127.0.0.1 w
        subpage LA
        127.0.0.1 la
        vpage V Vertical
        """)
    assert {host.name: host.page for host in file.hosts} == {
        "top": "",
        "usa": "USA",
        "ny": "USA/NY",
        "m": "USA/NY/manhattan",
        "w": "USA/NY/manhattan/wallstreet",
        "la": "USA/LA",
    }
    assert [(page.path, page.title, page.children, page.vertical) for page in file.pages.values()] == [
        ("", "", ("USA", "V"), False),
        ("USA", "United States", ("USA/NY", "USA/LA"), False),
        ("USA/NY", "New York", ("USA/NY/manhattan",), False),
        ("USA/NY/manhattan", "Manhattan data centers", ("USA/NY/manhattan/wallstreet",), False),
        ("USA/NY/manhattan/wallstreet", "Wall Street center", (), False),
        ("USA/LA", "LA", (), False),
        ("V", "Vertical", (), True),
    ]
    assert file.problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("page a\npage\n127.0.0.1 x", "a", id="a page without a name is none"),
        pytest.param("page a\nsubparent z b\n127.0.0.1 x", "a", id="without its parent a page is left out"),
        pytest.param("page a\nsubpage c\npage b\nsubpage c\nsubparent c d\n127.0.0.1 x", "a/c/d", id="first of a name"),
        pytest.param("subpage s\n127.0.0.1 x", "s", id="a subpage without a page hangs on the top"),
        pytest.param("page a\nsubpage b\npage a\n127.0.0.1 x", "a", id="a page that is named again goes on"),
        pytest.param("page a/b\n127.0.0.1 x", "a/b", id="a path as a name"),
    ],
)
def test_where_a_host_ends_up(text: str, expected: str) -> None:
    assert paths(text) == {"x": expected}


def test_groups() -> None:
    page = a_file("""\
        127.0.0.1 a
        group <b>First</b> group
        127.0.0.1 b
        group-compress
        group-only conn|http|ssh Only these
        127.0.0.1 c
        127.0.0.1 c
        group-except cpu
        group-sorted Sorted
        127.0.0.1 d # nodisp
        """).pages[""]
    assert page.groups == (
        Group(hosts=(Placement("a"),)),
        Group(title="First group", hosts=(Placement("b"),)),
        Group(),
        Group(title="Only these", only=("conn", "http", "ssh"), hosts=(Placement("c"),)),
        Group(exclude=("cpu",)),
        Group(title="Sorted", sort=True),
    )


def test_a_new_page_begins_without_a_group() -> None:
    hosts = a_file("group G\n127.0.0.1 a\npage p\n127.0.0.1 b\ngroup H\n127.0.0.1 c").hosts
    assert [(host.group, host.group_id, host.index) for host in hosts] == [("G", 1, 0), ("", 0, 0), ("H", 1, 1)]


def test_groups_mean_nothing_on_a_vertical_page() -> None:
    assert a_file("vpage v V\ngroup G\n127.0.0.1 a").pages["v"].groups == (Group(hosts=(Placement("a"),)),)


def test_a_title_belongs_to_what_follows() -> None:
    file = a_file("""\
        title Before a host
        127.0.0.1 a
        127.0.0.1 b
        title Before a group
        group G
        title Before a page
        page p P
        """)
    assert file.pages[""].groups == (
        Group(hosts=(Placement("a", "Before a host"), Placement("b"))),
        Group(title="G", heading="Before a group"),
    )
    assert file.pages["p"] == Page(path="p", name="p", title="P", heading="Before a page", groups=(Group(),))


def test_a_summary_line() -> None:
    assert a_file("summary Vegas.All 127.0.0.1 http://127.0.0.1/").summaries == (
        Summary("Vegas.All", "127.0.0.1", "http://127.0.0.1/", Origin("hosts.cfg", 1)),
    )


def test_a_default_holds_for_the_hosts_behind_it_until_the_next() -> None:
    file = a_file("""\
        127.0.0.1 a
        0.0.0.0 .default. # noclear
        127.0.0.1 b
        127.0.0.1 .DEFAULT. # testip
        127.0.0.1 c
        """)
    assert [(host.name, host.defaults) for host in file.hosts] == [("a", ()), ("b", ("noclear",)), ("c", ("testip",))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["127.0.0.1 x # one", "127.0.0.2 x # two"], "one", id="of equals the first"),
        pytest.param(["0.0.0.0 x # one", "127.0.0.2 x # two"], "two", id="an address before none"),
        pytest.param(["127.0.0.1 x # one noconn", "127.0.0.2 x # two"], "two", id="conn before noconn"),
        pytest.param(["127.0.0.1 x # one", "0.0.0.0 x # two prefer"], "two", id="prefer before all"),
        pytest.param(["127.0.0.1 x # one prefer", "127.0.0.1 X # two prefer"], "one", id="case does not matter"),
    ],
)
def test_which_of_several_lines_of_a_host_counts(lines: list[str], expected: str) -> None:
    [line] = preferred(a_file("\n".join(lines)).hosts)
    assert line.tags[0] == expected


def test_a_host_of_several_pages_has_one_name_on_all() -> None:
    pages = a_file("127.0.0.1 WWW # noconn\npage p\n127.0.0.1 www").pages
    assert [page.groups[0].hosts for page in pages.values()] == [(Placement("www"),), (Placement("www"),)]


def test_what_came_by_netinclude_is_on_no_page() -> None:
    lines = [Line("127.0.0.1 a", Origin("x", 1), "net"), Line("127.0.0.1 b", Origin("x", 2), "display")]
    file = read_hosts(lines)
    assert file.pages[""].groups == (Group(hosts=(Placement("b"),)),)


@pytest.mark.parametrize(
    "line", ["# comment", "", "custpage x X", "custgroup-only a|b C", "xpage y", "custsummary a b c"]
)
def test_lines_that_are_nobodys_mistake(line: str) -> None:
    assert mistakes(line) == []


def test_blanks_around_a_line_do_not_matter() -> None:
    file = read_hosts([Line("  page p P ", Origin("x", 1)), Line("\t127.0.0.1 www # a ", Origin("x", 2))])
    assert [(host.name, host.page, host.tags) for host in file.hosts] == [("www", "p", ("a",))]


WORDS = st.sampled_from(
    [
        *DIRECTIVES,
        "127.0.0.1",
        "::1",
        "www",
        "#",
        '"',
        "NAME:",
        ".default.",
        "prefer",
        "a|b",
        "/",
        "\\",
        "x/y",
        "\u00fc",
    ]
)


@given(lines=st.lists(st.one_of(st.lists(WORDS, max_size=6).map(" ".join), st.text(max_size=40)), max_size=12))
def test_any_lines_are_understood_or_reported(lines: list[str]) -> None:
    file = read_hosts([Line(text, Origin("x", number)) for number, text in enumerate(lines)])
    assert all(not problem.fatal for problem in file.problems)
    for host in file.hosts:
        assert host.page in file.pages
    for page in file.pages.values():
        assert all(child in file.pages for child in page.children)


TAG_LETTERS = st.characters(exclude_characters='" \t\r\n', exclude_categories=["Cs"])


@given(tags=st.lists(st.tuples(st.text(TAG_LETTERS, min_size=1), st.booleans()), max_size=8))
def test_tags_survive_being_written(tags: list[tuple[str, bool]]) -> None:
    text = " ".join(f'"{tag} x"' if quoted else tag for tag, quoted in tags)
    assert split_tags(text) == (tuple(f"{tag} x" if quoted else tag for tag, quoted in tags), True)
