"""The squares that fetches make besides http, in the schedule loop."""

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Assertion, Check, Reply
from hexmon.probes.http_options import Expectation, HttpOptions
from tests.schedule.test_runner import Bench
from tests.support.clock import settle
from tests.support.network import DEAD, REFUSED, a_host, an_inventory, check, page

WWW, DB = "www.example.com", "db.example.com"


def a_content_check(interval: float = 60.0) -> Check:
    """`cont=words;http://a/;OK`."""
    options = HttpOptions(url="http://a/", expect=(Expectation(what="body", wanted="OK"),))
    one = check("cont=words;http://a/;OK", probe="http", column="words", options=options, interval=interval)
    return msgspec.structs.replace(one, key=StatusKey(WWW, "http"))


def a_page(held: bool | None) -> Reply:
    return msgspec.structs.replace(page(200), assertions=(Assertion(what="body", wanted="OK", held=held),))


def www(*tags: str | Check, **policy: object) -> Host:
    return a_host(*tags, name=WWW, **policy)


async def test_wrong_content_is_judged_once_what_it_depends_on_was_probed() -> None:
    host = www(a_content_check(), depends=(("words", (StatusKey(DB, "conn"),)),))
    async with Bench().running(host, a_host("conn", name=DB)) as bench:
        bench.network.answers = {f"{WWW}.http": a_page(held=True)}
        await bench.clock.advance(120.1)
        assert bench.last()[f"{WWW}.words"] is Color.GREEN
        bench.network.answers = {f"{WWW}.http": a_page(held=False), f"{DB}.conn": DEAD}
        bench.network.delays = {f"{DB}.conn": 5.0}
        bench.reports.clear()
        bench.runner.probe_now(StatusKey(WWW, "http"))
        await bench.clock.advance(1)
        assert bench.colors(f"{WWW}.words") == []
        await bench.clock.advance(5)
        assert bench.colors(f"{WWW}.words") == ["clear"]
        await bench.clock.advance(120)
        assert set(bench.colors(f"{WWW}.words")) == {"clear"}


async def test_wrong_content_that_depends_on_nothing_waits_for_nobody() -> None:
    async with Bench().running(www("conn", a_content_check())) as bench:
        await bench.clock.advance(60.1)
        bench.network.answers = {f"{WWW}.http": a_page(held=False)}
        bench.network.delays = {f"{WWW}.conn": 5.0}
        bench.reports.clear()
        bench.runner.probe_now(StatusKey(WWW, "http"))
        await settle()
        assert bench.colors(f"{WWW}.words") == ["red"]


async def test_a_test_can_depend_on_the_content_of_a_page() -> None:
    host = www("smtp", a_content_check(), depends=(("smtp", (StatusKey(WWW, "words"),)),))
    async with Bench().running(host) as bench:
        bench.network.answers = {f"{WWW}.http": a_page(held=True)}
        await bench.clock.advance(60.1)
        bench.network.answers = {f"{WWW}.http": a_page(held=False), f"{WWW}.smtp": REFUSED}
        bench.reports.clear()
        bench.network.log.clear()
        bench.runner.probe_now(StatusKey(WWW, "smtp"))
        await settle()
        assert [square for _, square in bench.network.log] == [f"{WWW}.smtp", f"{WWW}.http"]
        assert bench.colors(f"{WWW}.smtp") == ["clear"]


async def test_wrong_content_is_looked_at_again_sooner_and_each_time_twice() -> None:
    async with Bench(retest=60.0, retries=1, retry_pause=1.0).running(www(a_content_check(300.0))) as bench:
        bench.network.answers = {f"{WWW}.http": a_page(held=False)}
        await bench.clock.advance(301)
        bench.network.log.clear()
        await bench.clock.advance(300)
    assert len(bench.network.log) >= 8


async def test_what_cannot_be_looked_at_is_not_tried_again() -> None:
    async with Bench(retries=3, retry_pause=1.0).running(www(a_content_check())) as bench:
        bench.network.answers = {f"{WWW}.http": a_page(held=None)}
        await bench.clock.advance(60.1)
        assert bench.network.probes[f"{WWW}.http"] == 1
        assert bench.last()[f"{WWW}.words"] is Color.YELLOW


async def test_the_failed_rounds_of_a_column_outlive_a_reload() -> None:
    host = www(a_content_check(), bad=(BadTest("words", 0, 1, 2),))
    async with Bench().running(host) as bench:
        bench.network.answers = {f"{WWW}.http": a_page(held=False)}
        await bench.clock.advance(120.1)
        assert bench.colors(f"{WWW}.words") == ["clear", "yellow"]
        more = msgspec.structs.replace(host, checks=(*host.checks, check("smtp", host=WWW)))
        await bench.runner.adopt(an_inventory([more]))
        await bench.clock.advance(60)
        assert bench.colors(f"{WWW}.words")[-1] == "red"
