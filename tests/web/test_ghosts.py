"""The list of ghosts, and what to write to add them."""

import pytest

from hexmon.model.inventory import Host
from hexmon.model.origin import Origin
from hexmon.web.pages.ghosts import MOST_SHOWN
from tests.web.fake import START, Site, a_group, an_inventory
from tests.web.test_pages import EVIL, get


def a_site() -> Site:
    host = Host(name="www.example.com", ip="192.0.2.1", origin=Origin("hosts.cfg", 7))
    site = Site(an_inventory({"": [a_group("www.example.com")]}, [host]))
    site.board.ghosts.saw("db7", "192.0.2.7", START - 500)
    site.board.ghosts.saw("www", "192.0.2.1", START - 400)
    site.board.ghosts.saw("db7", "192.0.2.7", START - 100)
    return site


async def test_who_was_heard_of_last_comes_first_with_what_to_write() -> None:
    text = (await get(a_site(), "/ghosts")).text
    assert text.index("<b>db7</b>") < text.index("<b>www</b>")
    assert "<code>192.0.2.7       db7 #</code>" in text
    assert "<code>0.0.0.0         www # noconn</code>" in text
    assert "<code>CLIENT:www</code>" in text
    assert "hosts.cfg:7" in text
    assert "2 messages since" in text
    assert text.count("hidden>Copy</button>") == 3


async def test_it_can_be_found() -> None:
    assert 'href="/ghosts"' in (await get(a_site(), "/")).text


async def test_nobody_is_said_calmly() -> None:
    text = (await get(Site(an_inventory({})), "/ghosts")).text
    assert "Everybody who reports is in hosts.cfg." in text


async def test_a_flood_is_not_shown_whole() -> None:
    site = a_site()
    for number in range(2000):
        site.board.ghosts.saw(f"flood{number}", "192.0.2.66", START)
    text = (await get(site, "/ghosts")).text
    assert text.count("<b>") == MOST_SHOWN
    assert f"{2002 - MOST_SHOWN} more" in text


async def test_hostile_senders_stay_text() -> None:
    site = a_site()
    site.board.ghosts.saw("evil", EVIL, START)
    assert "<script>alert" not in (await get(site, "/ghosts")).text


async def test_the_same_for_programs() -> None:
    answer = await get(a_site(), "/api/v1/ghosts?limit=1")
    assert answer.json() == {
        "ghosts": [
            {
                "name": "db7",
                "sender": "192.0.2.7",
                "first": "2026-11-20T23:51:40Z",
                "last": "2026-11-20T23:58:20Z",
                "count": 2,
                "line": "192.0.2.7       db7 #",
                "alias_of": None,
                "alias": None,
                "alias_at": None,
            }
        ],
        "total": 2,
    }
    assert (await get(a_site(), "/api/v1/ghosts")).json()["ghosts"][1]["alias_of"] == "www.example.com"


@pytest.mark.parametrize("limit", ["0", "x", "-1", "10001", "9" * 5000, "", "\u0663"])
async def test_a_limit_that_makes_no_sense_is_refused(limit: str) -> None:
    assert (await get(a_site(), f"/api/v1/ghosts?limit={limit}")).status_code == 400
