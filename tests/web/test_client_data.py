"""Client data: the last, and that of the moments of which it was kept; section by section."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.display import Display
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage
from hexmon.web.sections import MOST_SECTIONS, show
from tests.web.fake import START, FakeHostData, Site, a_group, a_square, an_inventory
from tests.web.test_pages import EVIL, get

MESSAGE = b"client www.linux linux\n[date]\nSat Nov 21\n[df]\n/dev/sda1 97% /\n[msgs:/var/log/x]\n<b>oops</b> &red\n"
KEPT = b"\n[collector:]\n" + MESSAGE
MOMENT = int(START) - 3610


def a_site(kept: Mapping[str, Mapping[int, bytes]] | None = None, host: Host | None = None, **fields: Any) -> Site:
    found = {"www": {MOMENT: KEPT, MOMENT - 86_400: b"client old\n[date]\nolder\n"}} if kept is None else kept
    change = Change(
        id=5, key=StatusKey("www", "disk"), at=START - 3600, color=Color.RED, before=Color.GREEN,
        before_since=START - 90_000, text=b"red full",
    )  # fmt: skip
    site = Site(
        an_inventory({"": [a_group("www")]}, [host] if host else ()),
        a_square("www", "disk", Color.RED),
        changes=[change],
        **{"host_data": FakeHostData(found)} | fields,
    )
    site.board.messages["www"] = [
        ClientMessage(
            host="www", collector="", os_type="linux", host_class="", sender="127.0.0.1", received=START,
            message=MESSAGE,
        )
    ]  # fmt: skip
    return site


@pytest.mark.parametrize(
    ("path", "wanted", "unwanted"),
    [
        ("/clientlog/www", ["97% /", "Sat Nov 21", "?section=df", "/hostdata/www"], []),
        ("/clientlog/www?section=df", ['"said columns"', "[df]\n/dev/sda1 97% /"], ["Sat Nov 21"]),
        ("/clientlog/www?section=df&section=date", ["[df]\n", "[date]\nSat Nov 21"], ["oops"]),
        ("/clientlog/www?section=msgs%3A%2Fvar%2Flog%2Fx", ["<b>oops</b>", 'class="g red"'], ["97% /"]),
        ("/clientlog/www?section=..%2f..%2fetc%2fpasswd", ["did not send that section"], ["97% /", "root:"]),
        ("/clientlog/www?section=nosuch", ["did not send that section"], ["97% /"]),
        ("/hostdata/www", [f"/hostdata/www/{MOMENT}", f"/hostdata/www/{MOMENT - 86_400}"], []),
        (f"/hostdata/www/{MOMENT}", ["97% /", "?section=df", f"/hostdata/www/{MOMENT - 86_400}"], ['collector:"']),
        (f"/hostdata/www/{MOMENT}?section=df", ["[df]\n/dev/sda1 97% /"], ["Sat Nov 21"]),
        (f"/hostdata/www/{MOMENT}?section=nosuch", ["did not send that section"], ["97% /"]),
        ("/history/www/disk/5", [f"/hostdata/www/{MOMENT}", "Client data of then"], []),
    ],
)
async def test_what_is_shown(path: str, wanted: list[str], unwanted: list[str]) -> None:
    answer = await get(a_site(), path)
    assert answer.status_code == 200
    for words in wanted:
        assert words in answer.text
    for words in unwanted:
        assert words not in answer.text


@pytest.mark.parametrize(
    "moment", ["1", "0", "-1", "x", "..", "%2e%2e", "1" * 5000, f"{MOMENT}.0", f"0{MOMENT}", "\u0663", ""]
)
async def test_what_was_not_kept_is_404(moment: str) -> None:
    assert (await get(a_site(), f"/hostdata/www/{moment}")).status_code in (404, 307)


async def test_nobody_is_asked_about_a_host_that_does_not_exist() -> None:
    class Strict(FakeHostData):
        def moments(self, host: str) -> Sequence[int]:
            raise AssertionError(host)

        def read(self, host: str, moment: int) -> bytes | None:
            raise AssertionError(host, moment)

    site = a_site(host_data=Strict({}))
    for path in ("/clientlog/..%2f..", "/clientlog/nobody?section=..%2f..%2fetc%2fpasswd"):
        assert (await get(site, path)).status_code == 404
    for path in ("/hostdata/..%2f..", "/hostdata/nobody", f"/hostdata/..%2fetc/{MOMENT}", f"/hostdata/nobody/{MOMENT}"):
        assert (await get(site, path)).status_code == 404


async def test_a_disk_that_cannot_be_read_is_nothing_kept() -> None:
    class Broken(FakeHostData):
        def moments(self, host: str) -> Sequence[int]:
            raise OSError(5, "Input/output error", host)

        def read(self, host: str, moment: int) -> bytes | None:
            raise OSError(5, "Input/output error", f"{host}/{moment}")

    site = a_site(host_data=Broken({}))
    assert "Nothing is kept" in (await get(site, "/hostdata/www")).text
    assert (await get(site, f"/hostdata/www/{MOMENT}")).status_code == 404
    assert (await get(site, "/clientlog/www")).status_code == 200


async def test_it_is_text_and_never_a_page_of_somebody_else() -> None:
    evil = f"client x\n[{EVIL}]\n{EVIL}<img src=x onerror=alert(1)>\n".encode()
    site = a_site({"www": {MOMENT: evil}})
    site.board.messages["www"] = [msgspec.structs.replace(site.board.messages["www"][0], message=evil)]
    for path in (f"/hostdata/www/{MOMENT}", "/clientlog/www", f"/clientlog/www?section={EVIL}"):
        text = (await get(site, path)).text
        assert "<script>alert" not in text
        assert "<img" not in text
    raw = await get(site, f"/hostdata/www/{MOMENT}?raw")
    assert raw.content == evil
    assert raw.headers["content-type"].startswith("text/plain")
    assert raw.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("age", "linked"), [(10, True), (3500, True), (3700, False), (-60, False)], ids=["fresh", "old", "too old", "later"]
)
async def test_a_change_leads_to_what_was_at_hand_then(age: int, linked: bool) -> None:
    moment = int(START) - 3600 - age
    text = (await get(a_site({"www": {moment: KEPT}}), "/history/www/disk/5")).text
    assert (f"/hostdata/www/{moment}" in text) is linked


async def test_not_for_a_host_whose_client_data_is_not_shown() -> None:
    host = Host(name="www", display=Display(clients=False))
    assert "/hostdata/" not in (await get(a_site(host=host), "/history/www/disk/5")).text


def test_not_all_sections_of_a_flood_are_offered() -> None:
    shown = show(b"".join(b"[s%d]\nx\n" % number for number in range(1000)), [])
    assert (len(shown.sections), shown.more) == (MOST_SECTIONS, 1000 - MOST_SECTIONS)
