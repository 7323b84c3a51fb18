"""The squares that fetches make besides http."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.host import judge_host, needs_explaining, square_failed
from hexmon.judge.page_text import LONGEST_BODY
from hexmon.judge.view import HostView, JudgeSettings, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Assertion, Check, Outcome, Reply
from hexmon.probes.http_options import Expectation, HttpOptions
from tests.support.network import ALIVE, DEAD, OK, REFUSED, a_host, check, page, saw

NOW = 1_795_219_200.0
NAME = "www.example.com"
DATE = "Sat Nov 21 00:00:00 2026"
FOUND = Assertion(what="body", wanted="OK", found="it")
MISSING = Assertion(what="body", wanted="OK", found="nothing in 3 bytes", held=False)
BAD_PATTERN = "missing )"


def a_fetch(spec: str, column: str, *expect: Expectation) -> Check:
    options = HttpOptions(url="http://a/", expect=expect)
    one = check(spec, probe="http", column=column, options=options)
    return msgspec.structs.replace(one, key=StatusKey(NAME, "http"))


def a_content_check(prefix: str = "", problem: str = "") -> Check:
    return a_fetch(f"{prefix}cont=words;http://a/;OK", "words", Expectation(what="body", wanted="OK", problem=problem))


def fetched(status: int, *assertions: Assertion, reason: str = "OK") -> Reply:
    return msgspec.structs.replace(page(status, reason), assertions=assertions)


def judged(host: Host, replies: dict[str, Reply], **view: Any) -> dict[str, Verdict]:
    latest = {one.identity: saw(one, replies[one.spec]) for one in host.checks if one.spec in replies}
    return {one.report.key.test: one for one in judge_host(HostView(host=host, latest=latest, **view), NOW)}


def line_of(verdict: Verdict) -> str:
    return verdict.report.text.decode().splitlines()[0].removeprefix(f"{verdict.report.color.word} {DATE}")


@pytest.mark.parametrize(
    ("prefix", "reply", "conn", "policy", "color", "line"),
    [
        pytest.param("", fetched(200, FOUND), ALIVE, {}, Color.GREEN, ": Content OK", id="the words are there"),
        pytest.param("", fetched(200, MISSING), ALIVE, {}, Color.RED, ": Content match failed", id="they are not"),
        pytest.param("", fetched(200, MISSING), DEAD, {}, Color.RED, ": Content match failed", id="whatever ping says"),
        pytest.param("", fetched(404), ALIVE, {}, Color.CLEAR, ": Failed to get webpage", id="no page"),
        pytest.param("", REFUSED, ALIVE, {}, Color.CLEAR, ": Failed to get webpage", id="no server"),
        pytest.param("~", REFUSED, ALIVE, {}, Color.RED, ": Failed to get webpage", id="no server, with ~"),
        pytest.param(
            "",
            fetched(301),
            ALIVE,
            {"noclear": True},
            Color.YELLOW,
            ": Failed to get webpage",
            id="moved: noclear",
        ),
        pytest.param("?~", fetched(404), ALIVE, {}, Color.RED, ": Failed to get webpage", id="? excuses only http"),
        pytest.param(
            "~", REFUSED, ALIVE, {"dialup": True}, Color.CLEAR, ": Failed to get webpage", id="a dialup host may be off"
        ),
    ],
)
def test_the_content_of_a_page(
    prefix: str, reply: Reply, conn: Reply, policy: dict[str, Any], color: Color, line: str
) -> None:
    one = a_content_check(prefix)
    verdict = judged(a_host("conn", one, **policy), {"conn": conn, one.spec: reply})["words"]
    assert (verdict.report.color, line_of(verdict)) == (color, line)


@pytest.mark.parametrize("reply", [fetched(200, FOUND), fetched(404), REFUSED], ids=["page", "no page", "no server"])
def test_a_bad_pattern_is_yellow_whatever_the_page_is_like(reply: Reply) -> None:
    one = a_content_check(problem=BAD_PATTERN)
    verdict = judged(a_host("conn", one), {"conn": ALIVE, one.spec: reply})["words"]
    assert (verdict.report.color, line_of(verdict)) == (Color.YELLOW, ": Content not checked")


def test_http_tells_of_the_fetch_alone() -> None:
    one = a_content_check()
    verdicts = judged(a_host("conn", one), {"conn": ALIVE, one.spec: fetched(200, MISSING)})
    assert (verdicts["http"].report.color, line_of(verdicts["http"])) == (Color.GREEN, ": OK")


def test_a_fetch_with_a_column_has_two_squares() -> None:
    one = a_fetch("http=own;http://a/", "own")
    verdicts = judged(a_host(one), {one.spec: fetched(503, reason="Service Unavailable")})
    assert {test: (verdict.report.color, line_of(verdict)) for test, verdict in verdicts.items()} == {
        "http": (Color.RED, ": Service Unavailable"),
        "own": (Color.RED, " : Service Unavailable"),
    }


def test_a_status_that_was_asked_for_replaces_the_usual_colour() -> None:
    one = a_fetch("httpstatus=st;http://a/;404;", "st", Expectation(what="status", wanted="404"))
    seen = fetched(404, Assertion(what="status", wanted="404", found="404"), reason="Not Found")
    verdicts = judged(a_host(one), {one.spec: seen})
    assert {test: (verdict.report.color, line_of(verdict)) for test, verdict in verdicts.items()} == {
        "http": (Color.GREEN, ": OK (HTTP status 404)"),
        "st": (Color.GREEN, " : OK (HTTP status 404)"),
    }


def test_several_checks_of_one_column_share_its_square() -> None:
    good = a_content_check()
    bad = a_fetch("cont=words;http://b/;OK", "words", Expectation(what="body", wanted="OK"))
    verdicts = judged(a_host(good, bad), {good.spec: fetched(200, FOUND), bad.spec: fetched(200, MISSING)})
    assert verdicts["words"].report.color is Color.RED
    assert line_of(verdicts["words"]) == ": Content match failed ; Content OK"


def test_what_a_web_tag_expects_colours_http_when_it_has_no_column() -> None:
    slow = Assertion(what="time", wanted="0.5", found="0.9", held=False, severe=False)
    one = a_fetch("web;http://a/;time=500ms:2s", "", Expectation(what="time", wanted="0.5", severe=False))
    verdict = judged(a_host(one), {one.spec: fetched(200, slow)})["http"]
    assert verdict.report.color is Color.YELLOW
    assert b"0.9" in verdict.report.text


def test_hidehttp_keeps_the_page_to_itself() -> None:
    one = a_content_check()
    seen = msgspec.structs.replace(fetched(200, MISSING), evidence=b"HTTP/1.1 200 OK\r\n\r\nsecret words")
    shown = judged(a_host(one), {one.spec: seen})["words"].report.text
    hidden_host = msgspec.structs.replace(a_host(one), items={"FLAG_HIDEHTTP": "HIDEHTTP"})
    hidden = judged(hidden_host, {one.spec: seen})["words"].report.text
    assert b"secret words" in shown
    assert b"secret words" not in hidden
    assert b"Content check Failed" in hidden


def test_a_column_can_depend_on_others_and_others_on_it() -> None:
    one = a_content_check()
    host = a_host("ftp", one, depends=(("words", (StatusKey(NAME, "ftp"),)), ("ftp", (StatusKey(NAME, "words"),))))
    latest = {one.identity: saw(one, fetched(200, MISSING)), host.checks[0].identity: saw(host.checks[0], OK)}
    assert square_failed(host, "words", latest) is True
    verdicts = judged(host, {one.spec: fetched(200, MISSING), "ftp": OK}, failed=lambda key: key.test == "ftp")
    assert verdicts["words"].report.color is Color.CLEAR


def test_badtest_and_nonetpage_go_by_the_column() -> None:
    one = a_content_check()
    seen = {one.spec: fetched(200, MISSING)}
    softened = a_host(one, bad=(BadTest("words", 0, 0, 3),))
    assert judged(softened, seen)["words"].report.color is Color.YELLOW
    settings = JudgeSettings(no_page=frozenset({"words"}))
    assert judged(a_host(one), seen, settings=settings)["words"].report.color is Color.YELLOW


def test_a_page_that_never_came_is_not_blamed_for_its_content() -> None:
    unseen = Assertion(what="body", wanted="OK", found="nothing was retrieved", held=None)
    one = a_fetch("web=shop;http://a/;body=OK", "shop", Expectation(what="body", wanted="OK"))
    verdicts = judged(a_host(one), {one.spec: msgspec.structs.replace(REFUSED, assertions=(unseen,))})
    for test, verdict in verdicts.items():
        assert (test, verdict.report.color, line_of(verdict)) == (test, Color.RED, ": Connection refused")
        assert b"body" not in verdict.report.text


def test_all_that_a_web_tag_expects_is_told_in_its_square() -> None:
    expect = (Expectation(what="body", wanted="up"), Expectation(what="json", name="$.x", wanted="1"))
    one = a_fetch("web=shop;http://a/;body=up;json=$.x=1", "shop", *expect)
    seen = fetched(
        200, Assertion(what="body", wanted="up"), Assertion(what="json", wanted="$.x=1", found="<2>", held=False)
    )
    verdicts = judged(a_host(one), {one.spec: seen})
    assert (verdicts["http"].report.color, line_of(verdicts["http"])) == (Color.GREEN, ": OK")
    shop = verdicts["shop"]
    assert (shop.report.color, line_of(shop)) == (Color.RED, ": json wanted $.x=1, found &lt;2&gt;")
    lines = shop.report.text.decode().splitlines()
    assert [line for line in lines if line.startswith("&")] == [
        "&red http://a/ - json wanted $.x=1, found &lt;2&gt;",
        "&green body: up",
        "&red json: wanted $.x=1, found &lt;2&gt;",
    ]
    assert "abc" in lines


def test_the_status_decides_when_nothing_came_as_well() -> None:
    one = a_fetch("httpstatus=st;http://a/;999;", "st", Expectation(what="status", wanted="999"))
    for held, color in ((True, Color.GREEN), (False, Color.RED)):
        asked = Assertion(what="status", wanted="999", found="999", held=held)
        verdicts = judged(a_host(one), {one.spec: msgspec.structs.replace(REFUSED, assertions=(asked,))})
        assert verdicts["http"].report.color is color
        assert line_of(verdicts["http"]) == ": Connection refused"
        assert line_of(verdicts["st"]) == " : Connection refused (HTTP status 999)"


def test_a_reply_that_broke_off_is_red_whatever_its_status() -> None:
    one = a_fetch("httpstatus=st;http://a/;200;", "st", Expectation(what="status", wanted="200"))
    cut = msgspec.structs.replace(
        fetched(200, Assertion(what="status", wanted="200", found="200")),
        outcome=Outcome.TIMEOUT,
        summary="Server timeout",
    )
    assert judged(a_host(one), {one.spec: cut})["st"].report.color is Color.RED


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("type=words;http://a/;a/b", "Expected content-type: a/b\nGot content-type     : c&lt;d"),
        ("cont=words;http://a/;#md5:00", "Expected:a/b\nGot     :c&lt;d"),
    ],
    ids=["type", "digest"],
)
def test_what_is_not_seen_in_the_page_is_told_beside_each_other(spec: str, text: str) -> None:
    what: Any = "type" if spec.startswith("type") else "digest"
    one = a_fetch(spec, "words", Expectation(what=what, wanted="a/b"))
    seen = fetched(200, Assertion(what=what, wanted="a/b", found="c<d", held=False))
    verdict = judged(a_host(one), {one.spec: seen})["words"]
    assert line_of(verdict) == ": Content match failed"
    assert text in verdict.report.text.decode()
    assert "abc" not in verdict.report.text.decode()


@pytest.mark.parametrize(
    ("bad", "no_page", "color"),
    [
        ("http", "", Color.YELLOW),
        ("own", "", Color.YELLOW),
        ("", "http", Color.YELLOW),
        ("", "own", Color.YELLOW),
        ("", "", Color.RED),
    ],
)
def test_a_fetch_goes_by_its_own_name_or_by_http(bad: str, no_page: str, color: Color) -> None:
    one = a_fetch("http=own;http://a/", "own")
    host = a_host(one, bad=(BadTest(bad, 0, 0, 3),) if bad else ())
    settings = JudgeSettings(no_page=frozenset(filter(None, (no_page,))))
    assert judged(host, {one.spec: REFUSED}, settings=settings)["own"].report.color is color


def test_a_column_that_other_tests_make_is_not_made_twice() -> None:
    one = msgspec.structs.replace(a_content_check(), column="smtp")
    verdicts = judged(a_host("smtp", one), {"smtp": OK, one.spec: fetched(200, MISSING)})
    assert {test: verdict.report.color for test, verdict in verdicts.items()} == {
        "smtp": Color.GREEN,
        "http": Color.RED,
    }


def test_every_response_on_the_way_is_told() -> None:
    one = a_fetch("web;http://a/;follow=2", "")
    heads = "".join(f"HTTP/1.1 302 Found\r\nLocation: http://a/{number}\r\n\r\n" for number in (1, 2))
    seen = fetched(200)
    facts = {**seen.facts, "redirects": 2}
    seen = msgspec.structs.replace(seen, facts=facts, evidence=heads.encode() + seen.evidence)
    text = judged(a_host(one), {one.spec: seen})["http"].report.text.decode()
    places = [text.index(word) for word in ("Location: http://a/1", "Location: http://a/2", "HTTP/1.1 200 OK")]
    assert places == sorted(places)
    assert "abc" not in text


@pytest.mark.parametrize(("reply", "color"), [(fetched(200), Color.GREEN), (REFUSED, Color.RED)], ids=["up", "down"])
def test_a_url_knows_no_reverse(reply: Reply, color: Color) -> None:
    host = a_host("!http://a/")
    latest = {host.checks[0].identity: saw(host.checks[0], reply)}
    assert judged(host, {"!http://a/": reply})["http"].report.color is color
    assert square_failed(host, "http", latest) is (color is Color.RED)
    assert needs_explaining(saw(host.checks[0], reply), host) is (color is Color.RED)
    excused = judged(a_host("?!http://a/"), {"?!http://a/": reply})["http"].report.color
    assert excused is (Color.CLEAR if color is Color.RED else color)


@given(st.binary(max_size=300), st.integers(-1, 5))
def test_any_evidence_makes_a_text(evidence: bytes, redirects: int) -> None:
    one = a_fetch("web;http://a/;body=OK", "", Expectation(what="body", wanted="OK"))
    seen = fetched(200, MISSING)
    seen = msgspec.structs.replace(seen, facts={**seen.facts, "redirects": redirects}, evidence=evidence)
    text = judged(a_host(one), {one.spec: seen})["http"].report.text.decode()
    assert "<" not in text
    assert "\0" not in text


@given(st.binary(max_size=300), st.booleans())
def test_any_page_makes_a_text(body: bytes, html: bool) -> None:
    one = a_content_check()
    kind = b"text/html" if html else b"text/plain"
    seen = msgspec.structs.replace(
        fetched(200, MISSING), evidence=b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body
    )
    text = judged(a_host(one), {one.spec: seen})["words"].report.text
    assert len(text) < 4000 + 8 * len(body)
    text.decode()


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_evidence_of_any_fetch_makes_harmless_texts(evidence: bytes, redirects: int) -> None:
    one = a_content_check("~")
    seen = msgspec.structs.replace(
        fetched(404, MISSING), evidence=evidence, facts={"http_status": 404, "redirects": redirects}
    )
    for verdict in judged(a_host(one), {one.spec: seen}).values():
        text = verdict.report.text.decode()
        assert len(text) < 4000 + 8 * len(evidence)
        assert not {*map(chr, range(32)), "\x7f"} & set(text) - set("\t\n\r")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<" * 1_000_000, id="a megabyte of markup"),
        pytest.param(b"\x00\xff" * 500_000, id="a megabyte of bytes that are no text"),
        pytest.param(b"<html><body>" + b"<script>x</script>" * 60_000, id="an HTML page without an end"),
    ],
)
def test_a_huge_page_is_cut_and_has_no_markup(body: bytes) -> None:
    one = a_content_check()
    seen = msgspec.structs.replace(fetched(200, MISSING), evidence=b"HTTP/1.1 200 OK\r\n\r\n" + body)
    text = judged(a_host(one), {one.spec: seen})["words"].report.text.decode()
    assert "more characters)" in text
    assert "<script" not in text
    assert len(text) < 4000 + 5 * LONGEST_BODY
    assert "\x00" not in text


@pytest.mark.parametrize(
    ("reply", "color", "line"),
    [
        pytest.param(fetched(200), Color.GREEN, ": Content OK", id="any content will do"),
        pytest.param(fetched(500), Color.CLEAR, ": Failed to get webpage", id="but a page must come"),
    ],
)
def test_a_post_without_an_expression(reply: Reply, color: Color, line: str) -> None:
    one = a_fetch("post=sent;http://a/;a=b;", "sent")
    verdict = judged(a_host(one), {one.spec: reply})["sent"]
    assert (verdict.report.color, line_of(verdict)) == (color, line)


@pytest.mark.parametrize(
    ("severe", "held", "color"),
    [
        pytest.param(True, True, Color.GREEN, id="it is so"),
        pytest.param(True, False, Color.RED, id="it is not"),
        pytest.param(False, False, Color.YELLOW, id="it is not, which is only a warning"),
        pytest.param(True, None, Color.YELLOW, id="nobody could look at it"),
    ],
)
def test_a_web_tag_with_a_column(severe: bool, held: bool | None, color: Color) -> None:
    one = a_fetch("web=up;http://a/;json=$.state=up", "up", Expectation(what="json", wanted="up", name="$.state"))
    seen = fetched(200, Assertion(what="json", wanted="$.state=up", found='"down"', held=held, severe=severe))
    verdicts = judged(a_host(one), {one.spec: seen})
    assert {test: verdict.report.color for test, verdict in verdicts.items()} == {"http": Color.GREEN, "up": color}
