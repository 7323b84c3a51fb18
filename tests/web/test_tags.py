"""What the tags of hosts.cfg do to the pages: the site is made of lines of hosts.cfg."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged, ClientMessage, Status
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from hexmon.web.settings import PageSettings
from tests.support.inventory import an_inventory_of
from tests.web.fake import START, FakeHistory, Site, a_square
from tests.web.test_pages import get

GREEN, RED, YELLOW = Color.GREEN, Color.RED, Color.YELLOW


def a_site(text: str, *statuses: Status, changes: Sequence[Change] = (), **settings: Any) -> Site:
    site = Site(an_inventory_of(text), *statuses)
    site.context = WebContext(
        site.board,
        FakeHistory(changes),
        site.bus,
        site.clock,
        settings=PageSettings(**settings),
        local=lambda moment: datetime.fromtimestamp(moment, UTC),
    )
    site.app = create_app(site.context)
    return site


def squares(html: str) -> dict[str, str]:
    """Path of a square of the matrix to its colour."""
    found = re.findall(r'<td class="s (\w+)[^"]*"><a href="(?:/status/)?([^"]+)"', html)
    return {path: color for color, path in found}


def headings(html: str) -> list[str]:
    return re.findall(r'<th scope="col"><span>([^<]*)</span>', html)


COMPACT = "127.0.0.1 www # COMPACT:unix=cpu|disk|memory,web=http|https"


def a_compact_site(*colors: Color) -> Site:
    tests = ("cpu", "disk", "http", "conn")
    return a_site(COMPACT, *(a_square("www", test, color) for test, color in zip(tests, colors, strict=True)))


async def test_squares_are_folded_into_one_column_that_shows_the_worst() -> None:
    answer = await get(a_compact_site(GREEN, YELLOW, RED, GREEN), "/")
    assert headings(answer.text) == ["conn", "unix", "web"]
    assert squares(answer.text) == {"www/conn": "green", "www/unix": "yellow", "www/web": "red"}


@pytest.mark.parametrize("path", ["/nongreen", "/search?q=www", "/nongreen?color=yellow"])
async def test_they_are_folded_in_every_table(path: str) -> None:
    answer = await get(a_compact_site(GREEN, YELLOW, GREEN, GREEN), path)
    assert squares(answer.text)["www/unix"] == "yellow"
    assert "www/disk" not in squares(answer.text)


async def test_on_a_page_with_hosts_across_they_are_folded_too() -> None:
    site = a_site(f"vpage servers\n{COMPACT}", a_square("www", "cpu", RED), a_square("www", "disk"))
    answer = await get(site, "/page/servers")
    assert squares(answer.text) == {"www/unix": "red"}


async def test_a_folded_column_has_a_page_that_lists_its_squares() -> None:
    site = a_compact_site(GREEN, YELLOW, GREEN, RED)
    answer = await get(site, "/status/www/unix")
    assert answer.status_code == 200
    assert re.findall(r'<td><a href="/status/www/(\w+)"', answer.text) == ["disk", "cpu"]
    assert (await get(site, "/status/www/nosuch")).status_code == 404
    peek = (await get(site, "/-/peek/www/unix")).text.splitlines()
    assert (peek[0], peek[2]) == ("yellow", "unix warning")


async def test_a_change_of_a_folded_square_redraws_its_column() -> None:
    site = a_compact_site(GREEN, GREEN, GREEN, GREEN)
    await site.live.catch_up()
    before = site.live.version
    site.put(a_square("www", "disk", RED, age=0))
    await site.live.catch_up()
    event = site.app.state.hub.message("", before).decode()
    told = msgspec.json.decode(event.partition("data: ")[2])["squares"]
    assert [(one["test"], one["href"], one["color"]) for one in told] == [("unix", "/status/www/unix", "red")]
    assert "s red" in told[0]["html"]


async def test_of_two_bad_squares_the_column_shows_the_one_that_nobody_works_on() -> None:
    acked = msgspec.structs.replace(
        a_square("www", "cpu", RED, age=60), acknowledged=Acknowledged(START + 60, b"on it", RED)
    )
    answer = await get(a_site(COMPACT, acked, a_square("www", "disk", RED)), "/")
    assert "acked" not in re.findall(r'<td class="(s red[^"]*)"', answer.text)[0]


async def test_a_group_that_shows_only_some_columns_knows_the_folded_one() -> None:
    text = f"group-only unix|conn Servers\n{COMPACT}"
    site = a_site(text, a_square("www", "disk", RED), a_square("www", "http", RED))
    assert squares((await get(site, "/")).text) == {"www/unix": "red"}


PROPAGATION = """\
    127.0.0.1 plain
    127.0.0.2 own # NOPROPRED:dns
    127.0.0.3 more # NOPROPRED:+dns,-smtp
    """


@pytest.mark.parametrize(
    ("host", "quiet"),
    [
        pytest.param("plain", {"ftp", "smtp"}, id="without a tag the setting holds"),
        pytest.param("own", {"dns"}, id="a plain list replaces it"),
        pytest.param("more", {"ftp", "dns"}, id="plus and minus change it"),
    ],
)
def test_what_does_not_colour_the_page(host: str, quiet: set[str]) -> None:
    tests = ("ftp", "smtp", "dns", "cpu")
    site = a_site(PROPAGATION, *(a_square(host, test, RED) for test in tests), nopropred=("ftp", "smtp"))
    colors = site.live.summary(host).tests
    assert {test for test in tests if colors[test] is GREEN} == quiet


@pytest.mark.parametrize(
    ("settings", "color"),
    [("nopropyellow", YELLOW), ("noproppurple", Color.PURPLE), ("nopropred", YELLOW), ("nopropred", RED)],
)
def test_each_setting_quietens_its_colours(settings: str, color: Color) -> None:
    chosen: dict[str, Any] = {settings: ("cpu",)}
    site = a_site("127.0.0.1 www", a_square("www", "cpu", color), **chosen)
    assert site.live.page_colors()[""] is GREEN


def test_what_is_acknowledged_may_be_kept_off_the_page_by_a_setting() -> None:
    for tag, color in (("", GREEN), ("NOPROPACK:-cpu", RED)):
        acked = msgspec.structs.replace(a_square("www", "cpu", RED), acknowledged=Acknowledged(START + 60, b"", RED))
        site = a_site(f"127.0.0.1 www # {tag}", acked, nopropack=("cpu",))
        assert site.live.page_colors()[""] is color


async def test_columns_that_an_agent_does_not_make_are_shown_when_others_make_them() -> None:
    site = a_site("127.0.0.1 www # NOCOLUMNS:disk", a_square("www", "disk", RED))
    assert squares((await get(site, "/")).text) == {"www/disk": "red"}


CRITICAL = """\
    127.0.0.1 www # NK:http,cpu
    127.0.0.2 db # NK:disk NKTIME=*:0100:0200
    127.0.0.3 other
    127.0.0.4 hidden # NK:http nodisp
    127.0.0.5 folded # NK:http COMPACT:web=http|https
    """


async def test_the_page_of_critical_systems_has_what_nk_names_while_it_is_bad() -> None:
    bad = [a_square(host, "http", RED) for host in ("www", "other", "hidden", "folded")]
    calm = [a_square("www", "cpu"), a_square("www", "disk", RED), a_square("db", "disk", RED)]
    answer = await get(a_site(CRITICAL, *bad, *calm), "/critical")
    assert squares(answer.text) == {"www/http": "red", "folded/web": "red"}


async def test_nktime_lets_a_square_appear_at_its_time() -> None:
    site = a_site(CRITICAL, a_square("db", "disk", YELLOW))
    assert squares((await get(site, "/critical")).text) == {}
    await site.clock.advance((25 - datetime.fromtimestamp(START, UTC).hour) % 24 * 3600 + 60)
    assert squares((await get(site, "/critical")).text) == {"db/disk": "yellow"}


async def test_the_page_of_critical_systems_says_when_nothing_is_wrong_and_when_nothing_is_named() -> None:
    assert "is red or yellow now" in (await get(a_site(CRITICAL), "/critical")).text
    assert "NK:TEST" in (await get(a_site("127.0.0.1 www"), "/critical")).text


async def test_the_list_for_small_screens_has_wml_else_nk_else_the_setting() -> None:
    text = "127.0.0.1 a # WML:disk NK:cpu\n127.0.0.2 b # NK:cpu\n127.0.0.3 c\n127.0.0.4 d # WML:+disk"
    bad = [a_square(host, test, RED) for host in "abcd" for test in ("disk", "cpu", "http")]
    answer = await get(a_site(text, *bad, wml=("http",)), "/cards")
    assert sorted(re.findall(r'href="/status/([^"]+)"', answer.text)) == [
        "a/disk",
        "b/cpu",
        "c/http",
        "d/disk",
        "d/http",
    ]
    assert "All is well" in (await get(a_site(text), "/cards")).text


def a_change(number: int, host: str) -> Change:
    key = StatusKey(host, "cpu")
    return Change(id=number, key=key, at=START - 60, color=RED, before=GREEN, before_since=START - 9000, text=b"red")


@pytest.mark.parametrize(("tag", "told"), [("", True), ("nonongreen", False), ("nobb2", False), ("nodisp", False)])
async def test_who_is_on_the_page_of_all_that_is_not_green_and_in_its_list_of_changes(tag: str, told: bool) -> None:
    site = a_site(f"127.0.0.1 www # {tag}", a_square("www", "cpu", RED), changes=[a_change(1, "www")])
    answer = await get(site, "/nongreen")
    assert ("www/cpu" in squares(answer.text)) is told
    assert ("/history/www/cpu/1" in answer.text) is told


async def test_nodisp_keeps_a_host_off_every_page() -> None:
    site = a_site("127.0.0.1 www # nodisp\n127.0.0.2 db", a_square("www", "cpu", RED), a_square("db", "cpu"))
    for path in ("/", "/search?q=www", "/nongreen"):
        assert "/status/www/" not in (await get(site, path)).text
    assert site.live.page_colors()[""] is GREEN


async def test_the_name_comment_and_description_of_a_host_are_shown() -> None:
    text = (
        '127.0.0.1 www # NAME:"R&D server" COMMENT:"Sun web" DESCR:"server:4th floor" CLASS:big OS:solaris CLIENT:old'
    )
    site = a_site(text, a_square("www", "cpu"))
    row = (await get(site, "/")).text
    assert [word for word in ("R&amp;D server", "<small>Sun web</small>", "server:4th floor") if word not in row] == []
    page = (await get(site, "/host/www")).text
    assert [
        word for word in ("R&amp;D server", "Sun web", "4th floor", "big", "solaris", "old") if word not in page
    ] == []


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("DOC:http://docs.example/%s.html", '<a href="http://docs.example/www.html">'),
        ("DOC:/notes/%s", '<a href="/notes/www">'),
        ("DOC:javascript:alert(1)", "<dd>javascript:alert(1)</dd>"),
    ],
)
async def test_documentation_is_linked_with_the_name_of_the_host(tag: str, shown: str) -> None:
    assert shown in (await get(a_site(f"127.0.0.1 www # {tag}"), "/host/www")).text


@pytest.mark.parametrize(
    ("tag", "there", "gone"),
    [
        ("", ["In hosts.cfg", "/clientlog/www"], []),
        ("noinfo", ["/clientlog/www"], ["In hosts.cfg"]),
        ("noclient", ["In hosts.cfg"], ["/clientlog/www"]),
    ],
)
async def test_a_host_may_do_without_some_of_its_page(tag: str, there: list[str], gone: list[str]) -> None:
    site = a_site(f"127.0.0.1 www # ssh {tag}", a_square("www", "cpu"))
    site.board.messages["www"] = [
        ClientMessage(
            host="www", collector="", os_type="linux", host_class="", sender="127.0.0.1", received=START, message=b"x"
        )
    ]
    page = (await get(site, "/host/www")).text
    assert [word for word in there if word not in page] == []
    assert [word for word in gone if word in page] == []
    assert ("/clientlog/www" in (await get(site, "/status/www/cpu")).text) is (tag != "noclient")


async def test_a_title_stands_before_its_host_and_the_columns_are_named_again() -> None:
    text = "127.0.0.1 www\ntitle The databases\n127.0.0.2 db"
    html = (await get(a_site(text, a_square("www", "cpu"), a_square("db", "cpu")), "/")).text
    title = '<tr class="title"><th scope="rowgroup" colspan="1"><span>The databases</span></th>'
    assert f'{title}<th class="again"><span>cpu</span></th></tr><tr data-also="db' in html


async def test_a_title_before_the_first_host_does_not_name_them_twice() -> None:
    html = (await get(a_site("title All\n127.0.0.1 www", a_square("www", "cpu")), "/")).text
    assert '<th scope="rowgroup" colspan="2"><span>All</span></th></tr>' in html


async def test_a_title_stands_before_a_group_and_before_the_links_to_pages() -> None:
    html = (await get(a_site("title Servers\ngroup Web\n127.0.0.1 www\ntitle Elsewhere\npage usa USA"), "/")).text
    assert html.index('<h2 class="heading">Servers</h2>') < html.index(">Web</h2>")
    assert html.index('<h2 class="heading">Elsewhere</h2>') < html.index('href="/page/usa"', html.index("children"))


async def test_a_page_with_hosts_across_has_the_tests_as_rows() -> None:
    site = a_site("vpage v\n127.0.0.1 a\n127.0.0.2 b", a_square("a", "cpu"), a_square("b", "disk"))
    html = (await get(site, "/page/v")).text
    assert re.findall(r'<tr><th scope="row">(\w+)</th>', html) == ["cpu", "disk"]
    assert re.findall(r'<span><a href="/host/(\w+)">', html) == ["a", "b"]


PAGE_SETS = """\
    ospage win Windows
    ossubpage winxp XP
    osgroup File servers
    osgroup Mail servers
    ospage unix Unix
    page rack Rack
    127.0.0.1 xp # OS:winxp,2
    127.0.0.2 sun # OS:unix OS:* nodisp
    127.0.0.3 other
    """


async def test_another_page_set_shows_the_hosts_that_name_its_pages() -> None:
    site = a_site(PAGE_SETS, *(a_square(host, "cpu", RED) for host in ("sun", "other")), a_square("xp", "cpu", YELLOW))
    assert squares((await get(site, "/page/@os")).text) == {"sun/cpu": "red"}
    assert squares((await get(site, "/page/@os/unix")).text) == {"sun/cpu": "red"}
    xp = (await get(site, "/page/@os/win/winxp")).text
    assert xp.index("Mail servers") < xp.index("/status/xp/cpu", xp.index("Mail servers"))
    assert squares((await get(site, "/page/rack")).text) == {"xp/cpu": "yellow", "other/cpu": "red"}
    colors = site.live.page_colors()
    assert [colors[path] for path in ("@os", "@os/win", "@os/unix")] == [RED, YELLOW, RED]
    assert 'href="/page/%40os"' in (await get(site, "/")).text


async def test_the_critical_systems_are_linked_where_there_are_some() -> None:
    assert 'href="/critical"' in (await get(a_site(CRITICAL), "/")).text
    assert 'href="/critical"' not in (await get(a_site("127.0.0.1 www"), "/")).text
